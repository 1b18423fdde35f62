package simulator

import (
	"strings"
	"time"

	"callflow/internal/world"
)

// A parcel is one notification on its way.
type parcel struct {
	Delivery
	call     *call
	note     note
	skype    bool          // it is in the old Skype format
	slow     time.Duration // after which the webhook takes it, and answers
	hops     int           // redirects followed
	wait     time.Duration
	again    []time.Duration // when it comes once more, after the first time
	reorder  bool            // it goes after the next of its call
	patience time.Duration   // how long it waits for that one
	behind   []*parcel       // those that go after it
	held     *Held           // the response that waits for it
}

func (s *Service) awaitsEarly() bool {
	for _, f := range s.faults {
		if f.left > 0 && f.Early && f.Fault.Fault == "notification" {
			return true
		}
	}
	return false
}

// notificationFault spends the first fault that strikes a notification; early ones strike only where one can be early.
func (s *Service) notificationFault(c *call, n note, early bool) *fault {
	if len(s.faults) == 0 {
		return nil
	}
	return s.spend(func(f *fault) bool { return f.Fault.Fault == "notification" && f.Early == early }, s.matterOf(c, n))
}

func (s *Service) matterOf(c *call, n note) *matter {
	m := &matter{call: c, number: c.number, step: c.origin, raw: func() []byte { return s.writeNote(c, n) }}
	if op := n.op; op != nil {
		m.begun, m.step = op.begun, op.origin
		m.context, _ = op.clientContext.(string)
	}
	return m
}

// earlyFault says whether a notification, which would follow from the request that is being served, comes before the
// response.
func (s *Service) earlyFault(c *call, n note) bool {
	f := s.notificationFault(c, n, true)
	if f == nil {
		return false
	}
	s.disturb(c, n, f, "fault: "+f.describe())
	return true
}

// disturb tells what befalls a notification; f is the fault that does it, nil: none.
func (s *Service) disturb(c *call, n note, f *fault, did string) {
	if s.cfg.Observe == nil {
		return
	}
	h := world.Happening{Did: did + " (" + n.words() + ")", Call: c.id, Notification: n.words()}
	if f != nil {
		h.Fault = f.number
	}
	s.cfg.Observe(h)
}

// words say in short what a notification tells.
func (n note) words() string {
	d, _ := n.data.(obj)
	switch state, _ := d["state"].(string); {
	case n.op != nil && n.op.begun != "":
		return n.op.begun + " " + n.op.status
	case n.op != nil:
		return "operation " + n.op.status
	case n.answered != nil:
		return "participant joining"
	case n.change == "deleted" && strings.HasPrefix(n.tail, "/participants/"):
		return "participant left"
	case n.tail == "/participants":
		return "roster"
	case d["toneInfo"] != nil:
		return "tone"
	case state != "":
		return "call " + state
	}
	return "call " + n.change
}

// unknown is a notification about a resource that nobody knows.
func (s *Service) unknown(n note) note {
	id := s.newID()
	return note{change: n.change, tail: "/unknownFutureResources/" + id, on: n.on, first: n.first,
		data: obj{"@odata.type": typeOf("unknownFutureResource"), "id": id}}
}

// spoil does to a parcel what the fault wants.
func (f *fault) spoil(s *Service, c *call, p *parcel) {
	p.wait += f.Delay
	p.slow = f.Slow
	p.reorder, p.patience = f.Reorder, reorderPatience
	if f.Duplicate {
		p.again = append(p.again, duplicateLatency)
	}
	if f.Empty {
		p.Body = nil
	}
	if f.Misroute {
		p.URL = c.bot.bot.Address
		if p.URL == "" {
			s.observe(c.bot.shown(), "has no registered address: its notification goes nowhere", c.id)
		}
	}
	if f.BadToken != "" {
		token := ""
		if s.cfg.Forge != nil {
			token = s.cfg.Forge(c.bot.id, f.BadToken)
		}
		for i, h := range p.Headers {
			if h.Name == "Authorization" {
				p.Headers[i].Value = "Bearer " + token
			}
		}
	}
}

// dispatch plans a parcel's delivery. One that is to be reordered waits for the next of its call, or, where none comes,
// for a while.
func (s *Service) dispatch(c *call, p *parcel) {
	p.behind, c.held = c.held, nil
	if !p.reorder {
		s.deliver(p, p.wait)
		return
	}
	c.held = []*parcel{p}
	s.cfg.Clock.After(p.wait+p.patience, func() {
		if len(c.held) > 0 && c.held[0] == p {
			c.held = nil
			s.deliver(p, 0)
		}
	})
}

func (s *Service) deliver(p *parcel, wait time.Duration) {
	if p.URL != "" {
		s.cfg.Clock.After(wait, func() { s.post(p, 0) })
		for _, later := range p.again {
			s.cfg.Clock.After(wait+later, func() { s.post(p, 0) })
		}
	}
	for _, late := range p.behind {
		s.deliver(late, wait+notifyLatency)
	}
}
