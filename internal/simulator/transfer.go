package simulator

import (
	"fmt"

	"callflow/internal/graph"
)

// A handover is one transfer under way.
type handover struct {
	call       *call
	transferee *member
	target     *party
	took       *party     // who answered; nil: nobody yet, or the target whom the bot had in another call
	replaces   string     // consultative: the call with the target
	op         *operation // legacy's
	room       *room      // where transferee and target will meet
	misnamed   bool       // the target is named as another kind than it is
	fault      *fault     // what becomes of it instead; may be nil
}

// transfer hands the other party over to a target. Graph page "call: transfer".
func (s *Service) transfer(c *call, q *request) reply {
	var b transferBody
	if e := q.read(&b); e != nil {
		return *e
	}
	if p := b.check(); p != "" {
		return badRequest("%s", p)
	}
	if c.state != established || c.ending {
		return s.wrongState(c, "transferred", established)
	}
	target, err := s.partyOf(b.TransferTarget.Identity)
	if err != nil {
		return badRequest("transferTarget.%v", err)
	}
	as, wrong := misnamed(b.TransferTarget.Identity, target)
	if as == "application" {
		return *s.mismatch()
	}
	group := c.room.mode != peer
	if group && s.settings.GroupTransfer == "never" || (group || c.recorder != nil) && b.Transferee == nil {
		return s.settings.meetingModeTransfer.with("Cannot do transfer for meeting mode.") // issue 512; there it came with a transferee too
	}
	m, err := s.transferee(c, b.Transferee)
	if err != nil {
		return badRequest("%v", err)
	}
	h := &handover{call: c, transferee: m, target: target, replaces: b.TransferTarget.ReplacesCallID, fault: q.fault, misnamed: wrong}
	rep := reply{status: 202}
	if c.dialect == graph.Legacy {
		h.op = s.newOperation(c, "commsOperation", b.context())
		rep.location = s.root(c) + s.resource(c) + "/operations/" + s.pathID(c, h.op.id)
	}
	c.state = transferring
	s.follow(c, firstStep, func() note { return h.stateNote(s, transferring) }, func() { s.beginTransfer(h) })
	return rep
}

// transferee is the other one of two; in a group, the one that the request names.
func (s *Service) transferee(c *call, named *personBody) (*member, error) {
	if c.room.mode == peer || named == nil {
		for _, m := range c.room.company() {
			if m != c.me {
				return m, nil
			}
		}
		return nil, fmt.Errorf("nobody is in the call who could be transferred")
	}
	if named.ParticipantID != "" {
		if m := s.memberFor(c, named.ParticipantID); m != nil && m != c.me {
			return m, nil
		}
		return nil, fmt.Errorf("transferee.participantId %q is nobody in this call", named.ParticipantID)
	}
	p, err := s.partyOf(named.Identity)
	if err != nil {
		return nil, fmt.Errorf("transferee.%v", err)
	}
	if m := c.room.find(p); m != nil && m != c.me {
		return m, nil
	}
	return nil, fmt.Errorf("transferee %s is not in this call", p.name)
}

// stateNote is how a dialect tells a transfer's progress: legacy by the operation, today's by the call.
func (h *handover) stateNote(s *Service, state string) note {
	switch {
	case h.op == nil:
		return s.stateNote(h.call, state)
	case state == transferAccepted:
		return s.operationNote(h.op, "deleted")
	}
	return s.operationNote(h.op, "updated")
}

func (s *Service) beginTransfer(h *handover) {
	c := h.call
	if h.op != nil {
		h.op.result = &result{code: 200, reason: transferring}
	}
	s.send(c, h.stateNote(s, transferring))
	s.observe(h.transferee.party.shown(), "is being transferred to "+h.target.shown(), c.id)
	if h.fault.spoils() {
		s.spoiled(h)
		return
	}
	h.room = s.newRoom(peer)
	h.room.chain = s.chainAfter(c.room)
	switch {
	case h.unreachable() != "":
		why := blindRefused
		if h.replaces != "" {
			why = consultRefused
		}
		s.step(c, nextStep, func() { s.refuse(h, why.because(h.unreachable())) })
		return
	case h.replaces != "":
		s.step(c, nextStep, func() { s.consult(h) })
		return
	}
	r := s.ring(invitation{party: h.target, by: c, caller: h.transferee.party, from: h.transferee, room: h.room, limit: s.settings.RingTime,
		modalities: h.transferee.modalities, transferor: c.bot, done: func(o outcome) {
			c.forgetSettled()
			switch {
			case o.joined == nil:
				s.refuse(h, blindRefused.because(o.how.message))
			default:
				h.took = o.joined.party
				s.accept(h, s.transferEnd(transferred), func() { s.join(h.room, o.joined) })
			}
		}})
	c.rings = append(c.rings, r)
}

// unreachable says why the target cannot be called at all; "": it can.
func (h *handover) unreachable() string {
	switch {
	case h.foreign():
		return "The target is of another tenant."
	case h.misnamed:
		return "No such user." // ours
	}
	return ""
}

// foreign says that the target is a user of another tenant than the bot's, to whom the page allows no transfer. How the
// service says so is not documented: ours.
func (h *handover) foreign() bool {
	theirs, own := graph.CanonicalID(h.target.tenantID), graph.CanonicalID(h.call.bot.tenantID)
	return h.target.kind == "user" && theirs != "" && own != "" && theirs != own
}

// consult completes a transfer to somebody whom the bot has in another call.
func (s *Service) consult(h *handover) {
	c := h.call
	if c.ending || c.state != transferring {
		return
	}
	y := s.callFor(c.bot, h.replaces)
	var m *member
	if y != nil && y != c && y.state == established && !y.ending {
		for _, x := range y.room.others(y.me) {
			if x.party == h.target && x != c.me && x != h.transferee {
				m = x
			}
		}
	}
	if m == nil {
		s.refuse(h, consultRefused.because(s.settings.replacementGone.message))
		return
	}
	s.accept(h, s.transferEnd(consulted), func() {
		if m.room == nil {
			return
		}
		s.move(m, h.room)
		if y.room.mode != peer {
			s.settle(y.room)
			return
		}
		y.ending = true // it ends after the call that was transferred
		s.release(y)
		s.cfg.Clock.After(nextStep, func() { s.end(y, s.settings.consultedLeg) })
	})
}

// whoTook is who has taken the call: the target, or who answered in their place.
func (h *handover) whoTook() *party {
	if h.took != nil {
		return h.took
	}
	return h.target
}

// accept is the target having taken the call; a moment later transferee and target are together, without the bot.
func (s *Service) accept(h *handover, how result, bring func()) {
	c := h.call
	c.state = transferAccepted
	if c.room.mode == peer {
		s.silence(c)
	}
	if h.op != nil {
		h.op.result = &result{code: 200, reason: transferAccepted}
		h.op.status, h.op.last = "completed", s.cfg.Clock.Now()
	}
	s.send(c, h.stateNote(s, transferAccepted))
	complete := func() {
		bring()
		if h.fault.spoils() {
			return
		}
		if h.transferee.room == c.room {
			s.move(h.transferee, h.room)
		}
		if len(h.room.members) == 1 { // one of the two hung up in that moment
			s.dissolve(h.room, byPeer)
			return
		}
		s.observe(h.transferee.party.shown(), "is connected to "+h.whoTook().shown(), "")
	}
	s.step(c, nextStep, func() {
		if c.ending {
			if h.replaces == "" {
				s.hearsSilence(h.whoTook(), h.transferee.party)
			}
			return
		}
		complete()
		if c.room.mode == peer || len(c.room.present()) == 1 {
			s.end(c, how)
			return
		}
		c.state = established
		s.send(c, s.stateNote(c, established))
		s.settle(c.room)
	})
}

// refuse gives the call back to the bot: established, with why. The call's own event comes first, so that a bot that tries
// again as soon as it knows does not take it for the next transfer's.
func (s *Service) refuse(h *handover, how result) {
	c := h.call
	c.state = established
	n := s.stateNote(c, established)
	n.data.(obj)["resultInfo"] = transferResult(c, how)
	s.send(c, n)
	if h.op != nil {
		s.finish(h.op, how)
	}
}

// move takes a member into another room without hanging up. A person becomes a new participant there.
func (s *Service) move(m *member, to *room) {
	s.remove(m)
	if m.call != nil {
		s.rehouse(m.call, to)
	} else {
		m = &member{id: s.newID(), party: m.party, modalities: m.modalities}
	}
	s.join(to, m)
}

// rehouse makes a leg one of another room, in which it waits in no lobby. Whom it has asked in comes there, and a call in
// meeting mode stays in it.
func (s *Service) rehouse(c *call, to *room) {
	from := c.room
	to.sequence = max(to.sequence, from.sequence) // its rosters go on in order
	if from.mode != peer && to.mode == peer {
		to.mode = group
	}
	for r := range s.rings.all() {
		if r.room == from && r.caller == c.bot && (r.by == nil || r.by == c) {
			r.room = to
			from.ringing--
			to.ringing++
		}
	}
	c.me.inLobby = false
	c.room = to
	from.legs--
	to.legs++
	s.vacate(from)
}

func (r result) because(why string) result {
	r.message += " " + why
	return r
}

// chainAfter is the callChainId of what follows a transfer.
func (s *Service) chainAfter(r *room) string {
	if s.settings.TransferChain == "changes" {
		return s.newID()
	}
	return r.chain
}

// transferEnd is how the transferred call's end is told, which is documented as that.
func (s *Service) transferEnd(documented result) result {
	switch s.settings.TransferEnd {
	case "7015":
		return transferred
	case "AppTransferred":
		return consulted
	}
	return documented
}
