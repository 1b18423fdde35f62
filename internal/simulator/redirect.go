package simulator

import (
	"time"

	"callflow/internal/graph"
)

// redirect sends the caller of an unanswered call on to one or several targets, of whom the first to answer gets it.
// Graph page "call: redirect".
func (s *Service) redirect(c *call, q *request) reply {
	var b redirectBody
	if e := q.read(&b); e != nil {
		return *e
	}
	if c.state != incoming || c.ending || c.offer == nil {
		return s.wrongState(c, "redirected", incoming)
	}
	if p := b.check(); p != "" {
		return badRequest("%s", p)
	}
	targets, err := s.named("targets", b.Targets)
	if err != nil {
		return badRequest("%v", err)
	}
	lost := make([]bool, len(targets))
	for i, p := range targets {
		as, wrong := misnamed(b.Targets[i].Identity, p)
		if as == "application" {
			return *s.mismatch()
		}
		lost[i] = wrong
	}
	limit := s.settings.ForwardTime
	if len(targets) > 1 {
		limit = s.settings.RedirectTime
	}
	if b.Timeout != nil {
		limit = time.Duration(*b.Timeout) * time.Second
	}
	if b.callback() != "" {
		c.callbackURI = b.callback()
	}
	c.deadline()
	c.state = redirecting
	s.follow(c, firstStep, func() note { return s.stateNote(c, redirecting) }, func() {
		if c.dialect == graph.Legacy {
			s.send(c, s.stateNote(c, redirecting))
		}
		s.observe(c.bot.shown(), "redirects to "+shown(targets), c.id)
		if !c.doomed {
			s.forward(c, targets, lost, limit, q.dialect != graph.V1 && b.MaskCaller != nil && *b.MaskCaller)
		}
	})
	return reply{status: 202}
}

// forward rings the targets of a redirected call, but those that are lost: named as another kind than they are. They see the
// bot in the caller's place if the caller is masked.
func (s *Service) forward(c *call, targets []*party, lost []bool, limit time.Duration, masked bool) {
	offer := c.offer
	var shows *party
	if masked {
		shows = c.bot
	}
	waiting := len(targets)
	for i, p := range targets {
		r := s.ring(invitation{party: p, misnamed: lost[i], by: c, caller: offer.caller, shows: shows, room: c.room, limit: limit, modalities: c.modalities,
			transferor: offer.transferor, onBehalf: offer.onBehalf, routes: offer.onTo("forwarded", p), done: func(o outcome) {
				waiting--
				switch {
				case c.ended || o.joined == nil && waiting > 0:
					return
				case o.joined == nil:
					// No page says what becomes of a call that nobody takes; ours ends as its last target did.
					c.offer = nil
					s.end(c, o.how)
					offer.settle(o)
					return
				}
				c.offer = nil
				c.answeredBy = sourceInfo(c, o.joined.party)
				s.end(c, redirected)
				offer.settle(o)
			}})
		c.rings = append(c.rings, r)
	}
}
