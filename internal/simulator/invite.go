package simulator

import (
	"fmt"

	"callflow/internal/graph"
)

// invite asks others into the call; with replacesCallId it takes somebody over from another call of the bot's. Graph page
// "participant: invite". The operation that it begins is done when everybody has answered or has not.
func (s *Service) invite(c *call, q *request) reply {
	var b inviteBody
	if e := q.read(&b); e != nil {
		return *e
	}
	if p := b.check(); p != "" {
		return badRequest("%s", p)
	}
	if c.state != established || c.ending {
		return s.wrongState(c, "invited to", established)
	}
	parties, err := s.named("participants", b.Participants)
	if err != nil {
		return badRequest("%v", err)
	}
	op := s.newOperation(c, "inviteParticipantsOperation", b.context())
	op.replaces = b.Participants[0].ReplacesCallID != ""
	op.escalates = c.room.mode == peer
	if op.escalates {
		// The call is in meeting mode from here on, whatever becomes of the invitation (reported in issues).
		c.room.mode = group
		c.me.hidden = c.options["hideBotAfterEscalation"] == true
	}
	for i, p := range parties {
		op.participants = append(op.participants, invitationInfo(c, p, b.Participants[i]))
	}
	if !op.replaces {
		for i, p := range parties {
			hidden := b.Participants[i].Hidden
			op.invited = append(op.invited, &invitee{id: s.newID(), party: p, hidden: hidden != nil && *hidden})
		}
	}
	rep := s.invited(op)
	s.slipInvited(q, op, &rep)
	if op.replaces {
		// Only the first participant is read (Graph page "participant: invite").
		op.participants = op.participants[:1]
		s.takeOver(op, parties[0], b.Participants[0])
		return rep
	}
	op.waiting, op.phantom = len(parties), q.fault != nil && q.fault.Phantom
	s.step(c, firstStep, func() {
		for i := range op.invited {
			s.ask(op, op.invited[i], op.participants[i])
		}
	})
	return rep
}

// An invitee is somebody on the way into a call by an invite. The id is what they will have in the roster; that the reply
// to the invite tells it is ours, for else nobody could take the invite back (the page's examples show null).
type invitee struct {
	id     string
	party  *party
	hidden bool
	ring   *ring
}

// ask rings one invitee.
func (s *Service) ask(op *operation, x *invitee, info obj) {
	c, p := op.call, x.party
	if op.status != "running" || c.ending {
		return
	}
	r := s.ring(invitation{party: p, as: x.id, by: c, caller: c.bot, room: c.room, limit: s.settings.RingTime, modalities: c.me.modalities, done: func(o outcome) {
		op.waiting--
		if o.joined == nil && op.phantom {
			op.joined = append(op.joined, info)
			s.haunt(c.room, &member{id: x.id, party: p, hidden: x.hidden})
		}
		if o.joined != nil {
			o.joined.hidden = x.hidden
			op.joined = append(op.joined, info)
			s.join(c.room, o.joined)
			s.slipInvitee(c, o.joined)
		}
		if op.waiting > 0 {
			return
		}
		if len(op.joined) > 0 {
			op.participants = op.joined
			s.finish(op, done)
		} else {
			s.finish(op, notAdded(p, o.how))
		}
		s.settle(c.room)
	}})
	x.ring = r
	op.rings = append(op.rings, r)
}

// invitee finds somebody who was invited, rings, and has not joined yet.
func (c *call) invitee(id string) *invitee {
	for _, op := range c.operations {
		for _, x := range op.invited {
			if op.status == "running" && x.id == graph.CanonicalID(id) && x.ring != nil && !x.ring.settled {
				return x
			}
		}
	}
	return nil
}

// notAdded words a failure as the service was seen to.
func notAdded(p *party, why result) result {
	diag := why.diag
	if diag == "" {
		diag = fmt.Sprintf("%d#%d", why.code, why.subcode)
	}
	why.message = fmt.Sprintf("addParticipants failed for participant %s. Underlying reason: %s DiagCode: %s.@", address(p), why.message, diag)
	return why
}

// address is the service's own name for a party.
func address(p *party) string {
	switch p.kind {
	case "phone":
		return "4:" + p.id
	case "application":
		return "28:" + p.id
	case "guest":
		return "8:teamsvisitor:" + p.id
	case "azureCommunicationServicesUser", "onPremises":
		return p.id
	}
	return "8:orgid:" + p.id
}

// takeOver moves somebody from the call that is to be replaced into this one. The operation completes, the roster
// follows, and the replaced call, if it was between two, is terminated and then deleted.
func (s *Service) takeOver(op *operation, p *party, b inviteeBody) {
	c := op.call
	s.follow(c, firstStep+nextStep, func() note { return s.preview(op) }, func() {
		if op.status != "running" {
			return
		}
		x := s.callFor(c.bot, b.ReplacesCallID)
		if x == nil || x == c || x.ending || x.state != established {
			s.finish(op, notAdded(p, s.settings.replacementGone))
			s.settle(c.room)
			return
		}
		m := x.room.find(p)
		if b.ParticipantID != "" {
			m = s.memberFor(x, b.ParticipantID)
		}
		if m == nil || m == x.me {
			s.finish(op, notAdded(p, s.settings.notInReplaced))
			s.settle(c.room)
			return
		}
		s.finish(op, done)
		s.move(m, c.room)
		s.observe(m.party.shown(), "is taken over", c.id)
		if x.room.mode != peer {
			s.settle(x.room)
			return
		}
		s.slipRoster(c, x)
		s.replaced(x)
	})
}

// replaced ends the call between two from which somebody was taken over.
func (s *Service) replaced(x *call) {
	x.ending = true
	s.release(x)
	s.cfg.Clock.After(nextStep, func() {
		if x.ended {
			return
		}
		x.state = terminated
		s.send(x, s.replacedNote(x))
		s.cfg.Clock.After(nextStep, func() { s.end(x, s.settings.replaced) })
	})
}

// preview is the notification that an invitation would end with, for faults that make it early.
func (s *Service) preview(op *operation) note {
	future := *op
	future.status = "completed"
	return s.operationNote(&future, "deleted")
}
