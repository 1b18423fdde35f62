package simulator

import "fmt"

// startHoldMusic plays music to one participant, until it is stopped. Graph page "participant: startHoldMusic"; that a
// second one is refused, and how, is ours.
func (s *Service) startHoldMusic(c *call, q *request) reply {
	var b holdBody
	if e := q.readContext(&b); e != nil {
		return *e
	}
	if p := b.check(); p != "" {
		return badRequest("%s", p)
	}
	m, refused := s.holdable(c, q)
	if refused != nil {
		return *refused
	}
	if c.onHold != nil {
		return s.settings.wrongState.with(fmt.Sprintf("One participant can be on hold at a time, and %s is.", c.onHold.party.shown()))
	}
	op := s.newOperation(c, "startHoldMusicOperation", b.context())
	c.onHold, c.music = m, op
	s.observe(m.party.shown(), "hears hold music", c.id)
	return s.began(op, 202)
}

// stopHoldMusic ends it: this operation is complete at once, the one that began the music a moment later. Graph page
// "participant: stopHoldMusic"; that somebody who is not on hold is refused is ours.
func (s *Service) stopHoldMusic(c *call, q *request) reply {
	var b contextBody
	if e := q.readContext(&b); e != nil {
		return *e
	}
	m, refused := s.holdable(c, q)
	if refused != nil {
		return *refused
	}
	if c.onHold != m {
		return s.settings.wrongState.with(m.party.shown() + " is not on hold.")
	}
	op := c.music
	c.onHold, c.music = nil, nil
	s.observe(m.party.shown(), "hears hold music no more", c.id)
	s.step(c, firstStep, func() { s.finish(op, done) })
	return s.completed(c, "stopHoldMusicOperation", b, 202)
}

func (s *Service) holdable(c *call, q *request) (*member, *reply) {
	if e := s.inGroup(c, q.verb); e != nil {
		return nil, e
	}
	m := s.memberFor(c, q.participant)
	var rep reply
	switch {
	case m == nil:
		rep = noParticipant(c, q.participant)
	case m == c.me:
		rep = badRequest("a bot cannot put itself on hold")
	case m.inLobby:
		rep = s.settings.wrongState.with(m.party.shown() + " is in the lobby.")
	default:
		return m, nil
	}
	return nil, &rep
}

// endMusicFor fails the hold music of somebody who leaves (ours).
func (s *Service) endMusicFor(m *member) {
	for _, x := range m.room.members {
		if c := x.call; c != nil && c.onHold == m {
			op := c.music
			c.onHold, c.music = nil, nil
			s.finish(op, cancelled)
		}
	}
}
