package simulator

import (
	"fmt"

	"callflow/internal/world"
)

// A passing is a person handing the bot on to somebody else. What a bot sees of that is undocumented, so it is ours: a new
// incoming call from the other person, with incomingContext.transferor, and, once it is answered, the end of the old
// one. Where it comes to nothing the bot hears nothing, as was reported in issues.
type passing struct {
	call *call   // the bot's, with whoever hands it on
	by   *member // who does
	to   *party
	room *room // where the bot and the other one will meet
}

// hand begins a person's transfer of the bot.
func (s *Service) hand(h *world.Handing) error {
	p, err := s.passing(h)
	if err != nil {
		return fmt.Errorf("transfer: %w", err)
	}
	s.observe(p.by.party.shown(), "transfers "+p.call.bot.shown()+" to "+p.to.shown(), p.call.id)
	switch {
	case h.Fails:
		s.step(p.call, nextStep, func() { s.notPassed(p, "") })
	case h.Consult:
		aside := s.newRoom(peer)
		s.ringFor(p, aside, p.by.party, func(m *member) {
			s.join(aside, s.newMember(p.by.party, nil))
			s.join(aside, m)
			s.step(p.call, nextStep, func() { s.pass(p, m) })
		})
	default:
		s.ringFor(p, p.room, p.call.bot, func(m *member) { s.pass(p, m) })
	}
	return nil
}

func (s *Service) passing(h *world.Handing) (*passing, error) {
	who, err := s.person(h.Who)
	if err != nil {
		return nil, err
	}
	to, err := s.person(h.To)
	switch {
	case err != nil:
		return nil, err
	case to == who:
		return nil, fmt.Errorf("%s cannot hand the bot to themselves", h.Who)
	}
	for _, m := range s.memberships(who) {
		for _, other := range m.room.others(m) {
			c := other.call
			if m.room.mode != peer || c == nil {
				continue
			}
			if c.state != established || c.ending {
				return nil, fmt.Errorf("the call of %s with %s is %s; only an established one can be transferred", h.Who, c.bot.name, c.state)
			}
			p := &passing{call: c, by: m, to: to, room: s.newRoom(peer)}
			p.room.chain = s.chainAfter(c.room)
			return p, nil
		}
	}
	return nil, fmt.Errorf("%s is in no call between two with a bot", h.Who)
}

// ringFor rings the other person; then goes on with them, unless they do not answer.
func (s *Service) ringFor(p *passing, r *room, caller *party, then func(*member)) {
	ring := s.ring(invitation{party: p.to, caller: caller, room: r, limit: s.settings.RingTime, transferor: p.by.party, done: func(o outcome) {
		p.call.forgetSettled()
		if o.joined == nil {
			s.notPassed(p, o.how.words())
			return
		}
		then(o.joined)
	}})
	p.call.rings = append(p.call.rings, ring)
}

// pass offers the bot its new call, with the other person at its end.
func (s *Service) pass(p *passing, m *member) {
	ring := s.ring(invitation{party: p.call.bot, caller: p.to, from: m, room: p.room, modalities: p.call.me.modalities,
		transferor: p.by.party, done: func(o outcome) {
			p.call.forgetSettled()
			if o.joined == nil {
				s.notPassed(p, o.how.words())
				return
			}
			if aside := m.room; aside != nil { // where the two had talked before
				s.remove(m)
				for _, left := range aside.others(m) {
					s.remove(left)
				}
			}
			s.join(p.room, m)
			s.join(p.room, o.joined)
			s.observe(p.to.shown(), "is connected to "+o.joined.party.shown(), s.callOf(p.room)) // whom the bot redirected it to
			s.remove(p.by)
			s.end(p.call, s.transferEnd(transferred))
		}})
	p.call.rings = append(p.call.rings, ring)
}

// notPassed: the person's client says so, the bot hears nothing, and the old call goes on.
func (s *Service) notPassed(p *passing, why string) {
	if why != "" {
		why = ": " + why
	}
	s.observe(p.by.party.shown(), "is told that the transfer failed"+why, p.call.id)
}
