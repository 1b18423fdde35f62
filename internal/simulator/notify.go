package simulator

import (
	"fmt"
	"time"

	"callflow/internal/graph"
)

// A note is one notification before it is written: what changed, and the resource as it is now.
type note struct {
	change string // created, updated, deleted
	tail   string // below the call: "", /participants, /operations/{id}
	data   any    // obj, or []obj for a collection
	on     *call  // the call in the path; nil: the one it is sent for
	op     *operation
	first  bool // the first of an incoming call: nobody knows its scenario yet
	// answered is told what the webhook answered, or that it did not. Nil: only whether it was taken matters.
	answered func(Receipt)
}

func (s *Service) callData(c *call, state string) obj {
	d := obj{"@odata.type": typeOf("call")}
	if state != "" {
		d["state"] = state
	}
	if c.dialect == graph.Legacy {
		d["@odata.id"], d["@odata.etag"] = s.resource(c), fmt.Sprintf("W/%q", fmt.Sprint(c.etag))
		return d
	}
	d["id"], d["callChainId"] = c.id, c.room.chain
	return d
}

func (s *Service) incomingNote(c *call) note {
	d := s.callData(c, incoming)
	d["direction"] = "incoming"
	d["source"], d["targets"], d["requestedModalities"] = c.source, c.targets, c.modalities
	if c.chatInfo != nil {
		d["chatInfo"] = c.chatInfo
	}
	if c.meetingInfo != nil {
		d["meetingInfo"] = c.meetingInfo
	}
	if c.routes != nil {
		d["callRoutes"] = c.routes
	}
	if c.dialect != graph.Legacy {
		d["@odata.id"], d["@odata.etag"] = s.resource(c), fmt.Sprintf("W/%q", fmt.Sprint(c.etag))
		d["myParticipantId"], d["tenantId"], d["callbackUri"] = c.me.id, c.bot.tenantID, c.callbackURI
		if c.incoming != nil {
			d["incomingContext"] = c.incoming
		}
		if c.metadata != nil {
			d["applicationMetadata"] = c.metadata
		}
	}
	return note{change: "created", data: d, first: true}
}

// stateNote says that a call is in a state, which it need not be in yet.
func (s *Service) stateNote(c *call, state string) note {
	d := s.callData(c, state)
	if state == established && c.answeredBy != nil {
		d["answeredBy"] = c.answeredBy
	}
	switch {
	case c.dialect != graph.Legacy:
		if c.direction == "incoming" && (state == establishing || state == established) { // as "call: answer" has it
			d["@odata.id"], d["@odata.etag"] = s.resource(c), fmt.Sprintf("W/%q", fmt.Sprint(c.etag))
		}
		if c.direction == "outgoing" && state == established && c.room.mode == peer { // "application: create call", example 1
			d["direction"] = c.direction
			if c.dialect == graph.Beta {
				d["tenantId"] = c.tenantID
			}
		}
		if c.chatInfo != nil {
			d["chatInfo"] = c.chatInfo
		}
		if c.meetingInfo != nil {
			d["meetingInfo"] = c.meetingInfo
		}
		if c.audio != "" && (state == established || c.audio == "inactive") {
			d["mediaState"] = obj{"@odata.type": typeOf("callMediaState"), "audio": c.audio}
		}
	case state == establishing && c.direction == "outgoing":
		d["direction"] = "outgoing"
	case state == established:
		d["activeModalities"] = c.me.modalities
		if len(c.me.modalities) == 0 {
			d["activeModalities"] = []string{}
		}
		if c.direction == "incoming" {
			d["requestedModalities"] = []string{}
		}
		if c.audio != "" && !s.cfg.SeedSlips {
			d["mediaState"] = obj{"audio": c.audio}
		}
	}
	return note{change: "updated", data: d}
}

// endedNote is the last of a call.
func (s *Service) endedNote(c *call, why result) note {
	n := note{change: "deleted"}
	if why.bare || c.dialect == graph.Legacy && c.state == terminated && c.replaced {
		d := s.callData(c, "")
		if c.dialect != graph.Legacy {
			d = obj{"@odata.type": typeOf("call"), "@odata.id": s.resource(c)}
		}
		n.data = d
		return n
	}
	d := s.callData(c, terminated)
	s.explain(c, d, why)
	if why.reason == redirected.reason {
		if c.answeredBy != nil {
			d["answeredBy"] = c.answeredBy
		}
		if c.dialect != graph.Legacy {
			d["direction"], d["source"], d["targets"] = c.direction, c.source, c.targets
			d["myParticipantId"], d["callbackUri"] = c.me.id, c.callbackURI
			if c.dialect == graph.Beta {
				d["tenantId"] = c.bot.tenantID
			}
		}
	}
	n.data = d
	return n
}

// explain says why a call ended. Legacy has a word; where the word is the general one, the codes of today stand beside it
// as strings (ours: the 2018 pages tell only what the application caused).
func (s *Service) explain(c *call, d obj, why result) {
	if c.dialect == graph.Legacy {
		d["terminationReason"] = why.reason
		if why.reason == "" {
			d["terminationReason"] = "CallTerminated"
			d["resultInfo"] = resultInfo(c, why)
		}
		return
	}
	if !why.wordless {
		d["resultInfo"] = resultInfo(c, why)
	} else if why.reason == consulted.reason {
		d["terminationReason"] = why.reason
	}
}

// replacedNote comes before the last one of a call from which somebody was taken over.
func (s *Service) replacedNote(c *call) note {
	c.replaced = true
	d := s.callData(c, terminated)
	s.explain(c, d, s.settings.replaced)
	return note{change: "updated", data: d}
}

// operationNote is an operation's progress or end.
func (s *Service) operationNote(op *operation, change string) note {
	c := op.call
	d := obj{"@odata.type": typeOf(op.kind), "status": op.status}
	if op.clientContext != nil {
		d["clientContext"] = op.clientContext
	}
	if op.result != nil {
		d["resultInfo"] = resultInfo(c, *op.result)
	}
	tail := "/operations/" + s.pathID(c, op.id)
	if c.dialect == graph.Legacy {
		if op.escalates {
			d["@odata.type"] = typeOf("commsOperation") // as the 2018 document has it for a call between two
		}
		d["@odata.id"], d["@odata.etag"] = s.resource(c)+tail, `W/"51"`
		s.slipOperation(op, d)
	} else {
		d["id"] = op.id
		if op.kind == "playPromptOperation" || op.kind == "recordOperation" { // as their pages have it, and no other
			d["@odata.id"], d["@odata.etag"] = s.resource(c)+tail, `W/"51"`
		}
		if op.participants != nil {
			d["participants"] = op.participants
		}
	}
	op.ownWords(d)
	return note{change: change, tail: tail, data: d, op: op}
}

// write puts a note into the envelope of its call's dialect.
func (s *Service) writeNote(c *call, n note) []byte {
	on := c
	if n.on != nil {
		on = n.on
	}
	path := s.resource(on) + n.tail
	item := obj{"changeType": n.change, "resource": path, "resourceData": n.data}
	if c.dialect == graph.Legacy {
		return encode(obj{"value": []obj{item}})
	}
	item["@odata.type"] = typeOf("commsNotification")
	item["resource"] = "/app/calls/" + on.id + n.tail
	item["resourceUrl"] = path
	if c.direction == "outgoing" { // as "application: create call" has it
		item["callbackUri"] = c.callbackURI
	}
	return encode(obj{"@odata.type": typeOf("commsNotifications"), "value": []obj{item}})
}

// send delivers a notification a moment from now, or as a fault wants.
func (s *Service) send(c *call, n note) {
	c.notified++
	wait := notifyLatency
	if s.early {
		wait = 0
	}
	f := s.notificationFault(c, n, false)
	if f != nil {
		s.disturb(c, n, f, "fault: "+f.describe())
		if f.Drop {
			n.lost()
			return
		}
		if f.UnknownType {
			n = s.unknown(n)
		}
	}
	if c.callbackURI == "" && (f == nil || !f.Misroute) {
		s.observe(c.bot.shown(), "has no registered address: its notification goes nowhere", c.id)
		n.lost()
		return
	}
	p := &parcel{call: c, note: n, wait: wait, Delivery: Delivery{URL: c.callbackURI, Call: c.id, Body: s.writeNote(c, n),
		Headers: s.noteHeaders(c, n), Number: c.notified, Sent: s.cfg.Clock.Now()}}
	if f != nil {
		f.spoil(s, c, p)
	}
	if !s.early {
		p.held = s.awaited(c, n)
		s.disorder(c, n, p)
	}
	s.dispatch(c, p)
}

// lost says that nobody will answer.
func (n note) lost() {
	if n.answered != nil {
		n.answered(Receipt{})
	}
}

// noteHeaders are those that were seen on the service's notifications, sorted by name.
func (s *Service) noteHeaders(c *call, n note) graph.Headers {
	hs := append(make(graph.Headers, 0, 8), graph.Header{Name: "Accept", Value: "application/json"})
	if s.cfg.Sign != nil {
		hs = append(hs, graph.Header{Name: "Authorization", Value: "Bearer " + s.cfg.Sign(c.bot.id)})
	}
	hs = append(hs, graph.Header{Name: "Content-Type", Value: "application/json"})
	if !n.first {
		hs = append(hs, graph.Header{Name: "Scenario-Id", Value: c.room.chain})
	}
	return append(hs,
		graph.Header{Name: "User-Agent", Value: "Microsoft-Skype/3.0,(Calling/1.0)"},
		graph.Header{Name: "X-Microsoft-Skype-Chain-ID", Value: c.room.chain},
		graph.Header{Name: "X-Microsoft-Skype-Message-ID", Value: s.newID()})
}

// follow plans what a request leads to, d after it. A fault that makes its notification (preview) early brings it before
// the response. What a request planned no longer happens once the call is being ended by a later one.
func (s *Service) follow(c *call, d time.Duration, preview func() note, change func()) {
	ending := c.ending
	change = unless(func() bool { return c.ended || c.ending != ending }, change)
	if s.serving.muffles() {
		return
	}
	if s.awaitsEarly() && s.earlyFault(c, preview()) {
		s.cfg.Clock.After(0, func() {
			s.early = true
			change()
			s.early = false
		})
		return
	}
	s.cfg.Clock.After(d, change)
}

func unless(never func() bool, f func()) func() {
	return func() {
		if !never() {
			f()
		}
	}
}
