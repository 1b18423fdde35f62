package simulator

import (
	"fmt"
	"slices"

	"callflow/internal/graph"
)

// inGroup refuses what the pages allow in group calls and meetings only, and what nobody can do from the lobby. That is
// documented; the status is ours, as wrongState's.
func (s *Service) inGroup(c *call, verb string) *reply {
	var rep reply
	switch {
	case c.state != established || c.ending:
		rep = s.wrongState(c, "used for "+verb, established)
	case c.between():
		rep = s.settings.wrongState.with(verb + " is for group calls only, and this call is between two.")
	case c.me.inLobby:
		rep = s.settings.wrongState.with(verb + " has to wait: the bot is in the lobby.")
	default:
		return nil
	}
	return &rep
}

// readInGroup reads the body of a request that needs a group call.
func (s *Service) readInGroup(c *call, q *request, into interface{ checkContext() string }) *reply {
	if e := q.readContext(into); e != nil {
		return e
	}
	return s.inGroup(c, q.verb)
}

// mute mutes the bot itself, by the service. Graph page "call: mute".
func (s *Service) mute(c *call, q *request) reply {
	return s.muteBot(c, q, "muteParticipantOperation", true)
}

// unmute ends it. Graph page "call: unmute".
func (s *Service) unmute(c *call, q *request) reply {
	return s.muteBot(c, q, "unmuteParticipantOperation", false)
}

func (s *Service) muteBot(c *call, q *request, kind string, muted bool) reply {
	var b contextBody
	if e := s.readInGroup(c, q, &b); e != nil {
		return *e
	}
	s.setMuted(c.me, muted)
	return s.completed(c, kind, b, 200)
}

// setMuted is the service muting somebody, or ending it.
func (s *Service) setMuted(m *member, muted bool) {
	if m.serverMuted != muted && !s.serving.muffles() {
		m.serverMuted = muted
		s.changed(m)
	}
}

// muteParticipant mutes one of the others; only they can end it. Graph page "participant: mute".
func (s *Service) muteParticipant(c *call, q *request) reply {
	var b contextBody
	if e := s.readInGroup(c, q, &b); e != nil {
		return *e
	}
	m := s.memberFor(c, q.participant)
	if m == nil {
		return noParticipant(c, q.participant)
	}
	s.setMuted(m, true)
	s.observe(m.party.shown(), "is muted", c.id)
	return s.completed(c, "muteParticipantOperation", b, 200)
}

// muteAll mutes those it names, and all others when it names nobody (ours: the page's example names an empty text). Graph
// page "participant: muteAll", beta and legacy; beta's metadata of 2026 has an operation of its own for it, whose
// participants nobody explains.
func (s *Service) muteAll(c *call, q *request) reply {
	var b muteAllBody
	if e := s.readInGroup(c, q, &b); e != nil {
		return *e
	}
	var whom []*member
	for _, id := range b.Participants {
		if id == "" {
			continue
		}
		m := s.memberFor(c, id)
		if m == nil {
			return noParticipant(c, id)
		}
		whom = append(whom, m)
	}
	if whom == nil {
		whom = slices.DeleteFunc(c.room.others(c.me), func(m *member) bool { return m.inLobby })
	}
	for _, m := range whom {
		s.setMuted(m, true)
	}
	s.observe(c.bot.shown(), "mutes all", c.id)
	kind := "commsOperation"
	if c.dialect == graph.Beta {
		kind = "muteParticipantsOperation"
	}
	return s.completed(c, kind, b.contextBody, 200)
}

// muteSelf is a person muting themselves, in every call they are in.
func (s *Service) muteSelf(who string) error {
	return s.ownMute("mute", who, func(m *member) bool { return !m.muted }, func(m *member) { m.muted = true }, "mutes")
}

// unmuteSelf is a person speaking again, whoever muted them: nobody else can.
func (s *Service) unmuteSelf(who string) error {
	return s.ownMute("unmute", who, func(m *member) bool { return m.muted || m.serverMuted },
		func(m *member) { m.muted, m.serverMuted = false, false }, "unmutes")
}

func (s *Service) ownMute(deed, who string, can func(*member) bool, do func(*member), did string) error {
	p, err := s.person(who)
	if err != nil {
		return fmt.Errorf("%s: %w", deed, err)
	}
	in := s.memberships(p)
	if len(in) == 0 {
		return fmt.Errorf("%s: %s is in no call", deed, who)
	}
	in = slices.DeleteFunc(in, func(m *member) bool { return !can(m) })
	if len(in) == 0 && deed == "mute" {
		return fmt.Errorf("mute: %s is muted already", who)
	}
	if len(in) == 0 {
		return fmt.Errorf("unmute: %s is not muted", who)
	}
	for _, m := range in {
		do(m)
		s.changed(m)
		s.observe(p.shown(), did, s.callOf(m.room))
	}
	return nil
}

// completed answers with an operation that is complete already: nothing more is heard of it. One that a fault lets fail
// is running, and heard of again.
func (s *Service) completed(c *call, kind string, b contextBody, status int) reply {
	op := s.newOperation(c, kind, b.context())
	if q := s.serving; !q.muffles() || q.fault.Fails == nil {
		op.status, op.quiet = "completed", true
	}
	rep := s.began(op, status)
	if body, ok := rep.body.(obj); ok && c.dialect != graph.Legacy && (kind == "muteParticipantOperation" || kind == "unmuteParticipantOperation") {
		body["@odata.context"] = s.root(c) + "/$metadata#" + kind // as the pages of these three have it, and no other
	}
	return rep
}

// began answers with an operation. Legacy's examples of 2019 answer 202 without a body.
func (s *Service) began(op *operation, status int) reply {
	c := op.call
	rep := reply{status: status, body: s.operationBody(op), location: s.root(c) + s.resource(c) + "/operations/" + s.pathID(c, op.id)}
	if c.dialect == graph.Legacy && status == 202 {
		rep.body = nil
	}
	return rep
}
