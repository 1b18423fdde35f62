package simulator

import (
	"fmt"
	"slices"
)

// waitInLobby ends the wait of somebody whom nobody lets in.
func (s *Service) waitInLobby(m *member) {
	s.observe(m.party.shown(), "waits in the lobby", s.callOf(m.room))
	m.patience = s.cfg.Clock.After(s.settings.LobbyTime, func() {
		s.observe(m.party.shown(), "is not let in, and gives up", s.callOf(m.room))
		s.dismiss(m, lobbyTimedOut)
	})
}

// dismiss takes a member out of its group, a bot by the end of its call.
func (s *Service) dismiss(m *member, why result) {
	if m.call != nil {
		s.end(m.call, why)
		return
	}
	s.depart(m)
}

// let lets a member in.
func (s *Service) let(m *member) {
	m.inLobby = false
	m.patience()
	s.observe(m.party.shown(), "is let in", s.callOf(m.room))
	s.changed(m)
	s.enter(m)
}

// admitFromLobby lets one in. The beta metadata has it with a clientContext; status, and that the operation is complete
// at once, are ours.
func (s *Service) admitFromLobby(c *call, q *request) reply {
	return s.atDoor(c, q, "admitFromLobbyOperation", func(m *member) { s.let(m) })
}

// removeFromLobby turns one away; likewise.
func (s *Service) removeFromLobby(c *call, q *request) reply {
	return s.atDoor(c, q, "removeFromLobbyOperation", func(m *member) {
		s.observe(m.party.shown(), "is turned away", c.id)
		s.dismiss(m, byRemoval)
	})
}

func (s *Service) atDoor(c *call, q *request, kind string, do func(*member)) reply {
	var b contextBody
	if e := s.readInGroup(c, q, &b); e != nil {
		return *e
	}
	m := s.memberFor(c, q.participant)
	if m == nil {
		return noParticipant(c, q.participant)
	}
	if !m.inLobby {
		return s.settings.wrongState.with(m.party.shown() + " is not in the lobby.")
	}
	s.step(c, firstStep, func() {
		if m.room == c.room && m.inLobby {
			do(m)
		}
	})
	return s.completed(c, kind, b, 200)
}

// admitAllFromLobby lets all in who wait; likewise.
func (s *Service) admitAllFromLobby(c *call, q *request) reply {
	var b contextBody
	if e := s.readInGroup(c, q, &b); e != nil {
		return *e
	}
	s.step(c, firstStep, func() {
		for _, m := range slices.Clone(c.room.members) {
			if m.inLobby {
				s.let(m)
			}
		}
	})
	return s.completed(c, "admitAllFromLobbyOperation", b, 200)
}

// admit is somebody, or the bot, being let in by a person of the meeting.
func (s *Service) admit(who string) error {
	found, err := s.inMeetings("admit", who)
	if err != nil {
		return err
	}
	found = slices.DeleteFunc(found, func(m *member) bool { return !m.inLobby })
	if len(found) == 0 {
		return fmt.Errorf("admit: %s is in no lobby", who)
	}
	for _, m := range found {
		s.let(m)
	}
	return nil
}

// expel is somebody, or the bot, being removed by the organizer.
func (s *Service) expel(who string) error {
	found, err := s.inMeetings("remove", who)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return fmt.Errorf("remove: %s is in no meeting", who)
	}
	for _, m := range found {
		s.observe(m.party.shown(), "is removed by the organizer", s.callOf(m.room))
		s.dismiss(m, byRemoval)
	}
	return nil
}

// inMeetings are the places in groups and meetings of a person, or of the bot of that name.
func (s *Service) inMeetings(deed, who string) ([]*member, error) {
	p, err := s.person(who)
	if err != nil {
		bot, noBot := s.botCalled(who)
		if noBot != nil {
			return nil, fmt.Errorf("%s: %w", deed, err)
		}
		p = bot
	}
	var found []*member
	for r := range s.rooms.all() {
		for _, m := range r.members {
			if m.party == p && r.mode != peer {
				found = append(found, m)
			}
		}
	}
	return found, nil
}
