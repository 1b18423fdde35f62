package simulator

import (
	"slices"
	"time"
)

// earlyPatience is how long a response waits for the notification that a fault wants before it (ours).
const earlyPatience = 10 * time.Second

// Held is what a response waits for: a notification that a person, not the request alone, brings about. What follows from
// the request by itself comes early by coming sooner; see follow.
type Held struct {
	fault *fault
	call  *call
	op    *operation
	over  bool
	then  []func()
}

// Then calls f when the response may go; at once where it waits for nothing (nil).
func (h *Held) Then(f func()) {
	if h == nil || h.over {
		f()
		return
	}
	h.then = append(h.then, f)
}

func (h *Held) release() {
	if h == nil || h.over {
		return
	}
	h.over = true
	for _, f := range h.then {
		f()
	}
}

// hold says what the response of a request waits for: an early fault strikes something that may come of it when people
// have acted. Nil: nothing.
func (s *Service) hold(q *request) *Held {
	if !s.awaitsEarly() || slices.Contains(reads, q.verb) {
		return nil
	}
	c := q.callBegun
	if c == nil {
		c = s.callFor(q.bot, q.call)
	}
	if c == nil {
		return nil
	}
	for _, n := range s.outlook(q, c) {
		f := s.notificationFault(c, n, true)
		if f == nil {
			continue
		}
		h := &Held{fault: f, call: c, op: q.operationBegun}
		s.held = append(s.held, h)
		s.cfg.Clock.After(earlyPatience, func() {
			if s.unhold(h) {
				s.observe("", "fault: "+f.describe()+": nothing came in "+earlyPatience.String()+", so the response goes", c.id)
				f.left++
			}
			h.release() // at the latest: the webhook may not have answered
		})
		return h
	}
	return nil
}

// outlook are notifications that may come of a request once people have acted.
func (s *Service) outlook(q *request, c *call) (list []note) {
	reactions := []result{s.settings.declined, s.settings.busy, s.settings.unanswered, s.settings.unknown}
	if op := q.operationBegun; op != nil && op.status == "running" {
		list = append(list, s.preview(op))
		for _, how := range append(reactions, cancelled) {
			future := *op
			future.status, future.result = "failed", &how
			list = append(list, s.operationNote(&future, "deleted"))
		}
	}
	if c.room.mode != peer {
		roster := s.roster(c, true)
		if op := q.operationBegun; op != nil {
			for _, x := range op.invited {
				roster = append(roster, s.participant(c, &member{id: x.id, party: x.party, modalities: c.me.modalities}, true))
			}
		}
		list = append(list, note{change: "updated", tail: "/participants", data: roster})
	}
	switch q.verb {
	case "createCall", "answer":
		connected := *c
		connected.audio = "active"
		list = append(list, s.stateNote(c, established), s.stateNote(&connected, established))
		for _, how := range reactions {
			list = append(list, s.endedNote(c, how))
		}
	case "transfer":
		list = append(list, s.stateNote(c, transferAccepted), s.stateNote(c, established), s.endedNote(c, transferred))
	case "redirect":
		list = append(list, s.endedNote(c, redirected))
	}
	return list
}

// awaited is the response that waits for a notification; it waits until the webhook has it. Nil: none does.
func (s *Service) awaited(c *call, n note) *Held {
	for _, h := range s.held {
		if h.call == c && (n.op == nil || n.op == h.op) && s.about(h.fault, s.matterOf(c, n)) {
			s.unhold(h)
			s.disturb(c, n, h.fault, "fault: "+h.fault.describe())
			return h
		}
	}
	return nil
}

// unhold says whether nobody had done so before.
func (s *Service) unhold(h *Held) bool {
	i := slices.Index(s.held, h)
	if i < 0 {
		return false
	}
	s.held = slices.Delete(s.held, i, i+1)
	return true
}
