package runner

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"callflow/internal/graph"
	"callflow/steps"
)

// A call between two that becomes a meeting stays one, and takes no blind transfer any more: 8523. What makes it one is the
// request to invite somebody, not that anybody comes (microsoft-graph-comms-samples issues 395 and 512).
const meetingModeCode = "8523"

// shaping is a request that may make a meeting of its call: createCall, invite.
type shaping struct {
	sending
	verb, operation string
}

// shape learns of such requests that the service took: the one that created the call, and the first invite.
func (l *legs) shape(q sending, c graph.Command, r *graph.Reply) {
	switch {
	case c.Op == "createCall" && r.CallID != "":
		l.at(r.CallID).created = &shaping{q, c.Op, ""}
	case c.Op == "invite" && c.Call != "":
		if x := l.at(graph.CanonicalID(c.Call)); x.invited == nil {
			x.invited = &shaping{q, c.Op, r.OperationID}
		}
	}
}

// meetingSince is the request that made a meeting of a call; nil: none of the run's did.
func (x *leg) meetingSince() *shaping {
	if x.created != nil && x.created.how() != "" {
		return x.created
	}
	return x.invited
}

// how says in words what makes the meeting; "": this request makes none.
func (m *shaping) how() string {
	if m.verb == "invite" {
		return "the invite"
	}
	var body struct {
		Targets     []json.RawMessage `json:"targets"`
		ChatInfo    map[string]any    `json:"chatInfo"`
		MeetingInfo map[string]any    `json:"meetingInfo"`
	}
	switch err := json.Unmarshal(m.body, &body); {
	case err == nil && len(body.Targets) > 1:
		return fmt.Sprintf("createCall with %d targets", len(body.Targets))
	case body.ChatInfo != nil || body.MeetingInfo != nil:
		return "createCall that joined a meeting"
	}
	return ""
}

// meetingMode adds to a transfer that is refused with 8523 since when its call is a meeting.
func (t *turn) meetingMode(f *steps.Failure) {
	x := t.run.legs.find(t.reply.CallID)
	if x == nil || x.meetingSince() == nil {
		return
	}
	m := x.meetingSince()
	f.Reason = steps.MeetingMode
	f.Text += fmt.Sprintf("; call %s is in meeting mode since %s (%s), and transfer needs a call between two",
		t.called(x.id), m.words, m.how())
	know(f, m.at, 0, fmt.Sprintf("%s of %s was sent: from here on the call is a meeting, whatever comes of it", m.how(), m.words))
	if e := t.run.outcomeOf(x.id, m); e != nil {
		know(f, e.At, e.Seq, summary(e.Event.Event)+": that changed nothing")
	}
	know(f, t.sent.at, 0, fmt.Sprintf("transfer%s was sent, %s after that", t.toWhom(), steps.Span(t.sent.at.Sub(m.at))))
}

// outcomeOf is the event that told how an invite ended; nil: none has yet.
func (r *run) outcomeOf(call string, m *shaping) *entry {
	for _, e := range r.inbox.entries {
		op := object(e.View["operation"])
		status := op["status"]
		over := status == graph.StatusCompleted || status == graph.StatusFailed
		if e.CallID == call && e.Kind == graph.KindOperation && !e.repeat && over && (m.operation == "" || op["id"] == m.operation) && !e.At.Before(m.at) {
			return e
		}
	}
	return nil
}

// called is the name under which the scenario knows a call, or else its id.
func (t *turn) called(call string) string {
	for _, name := range slices.Sorted(maps.Keys(t.names.all)) {
		if t.names.all[name] == call {
			return name
		}
	}
	return call
}

// toWhom names the target of a transfer that was sent, where the run knows who that is: " to Heidi Steen".
func (t *turn) toWhom() string {
	var body map[string]any
	_ = json.Unmarshal(t.sent.body, &body)
	target := object(body["transferTarget"])
	if name := t.run.known(graph.IdentityIDs(object(target["identity"]))); name != "" {
		return " to " + name
	}
	return ""
}
