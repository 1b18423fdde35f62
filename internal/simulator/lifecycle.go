package simulator

import (
	"callflow/internal/graph"
)

// translate makes an incoming call speak the dialect that it is answered in.
func (s *Service) translate(c *call, d graph.Dialect) {
	if c.dialect == d {
		return
	}
	c.dialect = d
	s.describe(c, c.offer)
}

// answer takes an incoming call. Graph page "call: answer".
func (s *Service) answer(c *call, q *request) reply {
	var b answerBody
	if e := q.read(&b); e != nil {
		return *e
	}
	if c.state != incoming || c.ending || len(c.rings) > 0 {
		return s.wrongState(c, "answered", "incoming")
	}
	b.adopt(q.dialect)
	if p := b.check(q.dialect); p != "" {
		return badRequest("%s", p)
	}
	if no := s.admitAnswer(q, c, &b); no != nil {
		return *no
	}
	s.translate(c, q.dialect)
	c.callbackURI = b.CallbackURI
	c.me.modalities = b.AcceptedModalities
	c.media, c.options = b.MediaConfig, optionsOf("incomingCallOptions", b.CallOptions)
	if b.ParticipantCapacity != nil {
		c.capacity = *b.ParticipantCapacity
	}
	c.deadline()
	c.state = establishing
	s.follow(c, firstStep, func() note { return s.stateNote(c, establishing) }, func() {
		s.send(c, s.stateNote(c, establishing))
	})
	s.follow(c, firstStep+joinStep, func() note { return s.stateNote(c, established) }, func() {
		if c.doomed {
			return
		}
		offer := c.offer
		c.offer = nil
		s.observe(c.bot.shown(), "answers", c.id)
		s.establish(c)
		offer.settle(outcome{joined: c.me})
	})
	if c.dialect == graph.Legacy {
		return s.legacyAnswered(c)
	}
	return reply{status: 202}
}

// establish makes a call established, and its media active a little later; in legacy at once, whose document has no
// notification for it (ours).
func (s *Service) establish(c *call) {
	c.state = established
	s.keepAliveFrom(c)
	if c.dialect == graph.Legacy && c.media != nil {
		c.audio = "active"
	}
	s.send(c, s.stateNote(c, established))
	if c.media == nil {
		return
	}
	s.preFetch(c)
	if c.audio != "" {
		return
	}
	s.step(c, mediaStep, func() {
		c.audio = "active"
		if c.state == established {
			s.send(c, s.stateNote(c, established))
		}
	})
}

// reject refuses an incoming call. Graph page "call: reject".
func (s *Service) reject(c *call, q *request) reply {
	var b rejectBody
	if e := q.read(&b); e != nil {
		return *e
	}
	if c.state != incoming || c.ending || len(c.rings) > 0 {
		return s.wrongState(c, "rejected", "incoming")
	}
	how := s.settings.declined
	switch lower(b.Reason) {
	case "", "none":
	case "busy":
		how = s.settings.busy
	case "forbidden":
		how = s.settings.forbidden
	default:
		return badRequest("reason is %q; it may be none, busy or forbidden", b.Reason)
	}
	if b.callback() != "" {
		c.callbackURI = b.callback()
	}
	c.ending = true
	c.deadline()
	s.follow(c, firstStep, func() note { return s.endedNote(c, rejected) }, func() {
		offer := c.offer
		c.offer = nil
		s.observe(c.bot.shown(), "rejects", c.id)
		s.end(c, rejected)
		offer.settle(outcome{how: how})
	})
	return reply{status: 202}
}

// hangUp ends the bot's leg. Graph page "call: delete".
func (s *Service) hangUp(c *call, _ *request) reply {
	if c.ending || c.state == terminated {
		return reply{status: 204}
	}
	if c.state == transferring {
		s.strand(c)
	}
	c.ending = true
	c.state = terminating
	s.release(c)
	s.follow(c, firstStep, func() note { return s.stateNote(c, terminating) }, func() {
		s.send(c, s.stateNote(c, terminating))
	})
	s.follow(c, firstStep+nextStep, func() note { return s.endedNote(c, byBot) }, func() {
		s.observe(c.bot.shown(), "hangs up", c.id)
		s.end(c, byBot)
	})
	return reply{status: 204}
}

// keepAlivePost resets the 45 minutes of a call that is established; of one that ends nothing can be kept. Graph page "call: keepAlive".
func (s *Service) keepAlivePost(c *call, _ *request) reply {
	if c.ending {
		return s.wrongState(c, "kept alive", established)
	}
	if c.keepAlive != nil {
		s.keepAliveFrom(c)
	}
	return reply{status: 200}
}

func (s *Service) getCall(c *call, q *request) reply {
	body := s.callBody(c)
	if c.dialect == graph.V1 { // createCall and beta write app/calls; v1.0's page "call: get" does not
		body["@odata.context"] = s.root(c) + "/$metadata#communications/calls/$entity"
	}
	return reply{status: 200, body: body}
}

func (s *Service) listParticipants(c *call, q *request) reply {
	list := []obj{}
	if !c.between() && c.me.room != nil {
		list = s.roster(c, false)
	}
	return reply{status: 200, body: obj{"@odata.context": s.context(c, "/participants"), "value": list}}
}

// getParticipant: of a call between two, as of the list, there is none.
func (s *Service) getParticipant(c *call, q *request) reply {
	if m := s.memberFor(c, q.participant); m != nil {
		body := s.participant(c, m, false)
		if c.dialect != graph.Legacy {
			body["@odata.context"] = s.context(c, "/participants/$entity")
		}
		return reply{status: 200, body: body}
	}
	return noParticipant(c, q.participant)
}

func (s *Service) memberFor(c *call, id string) *member {
	if c.between() {
		return nil
	}
	for _, m := range c.room.members {
		if m.id == graph.CanonicalID(id) {
			return m
		}
	}
	return nil
}

// removeParticipant drops somebody from a group. Graph page "participant: delete".
func (s *Service) removeParticipant(c *call, q *request) reply {
	m := s.memberFor(c, q.participant)
	if m == nil {
		if x := c.invitee(q.participant); x != nil {
			s.observe(x.party.shown(), "is not invited any more", c.id)
			s.step(c, firstStep, x.ring.withdraw)
			return reply{status: 204}
		}
		return noParticipant(c, q.participant)
	}
	if m == c.me {
		return badRequest("a bot cannot remove itself; DELETE the call instead")
	}
	if e := s.inGroup(c, q.verb); e != nil {
		return *e
	}
	s.step(c, firstStep, func() {
		if m.room != c.room {
			return
		}
		s.observe(m.party.shown(), "is removed", c.id)
		s.dismiss(m, byRemoval)
	})
	return reply{status: 204}
}

func (s *Service) listOperations(c *call, q *request) reply {
	list := []obj{}
	for _, op := range c.operations {
		list = append(list, s.operationBody(op))
	}
	return reply{status: 200, body: obj{"@odata.context": s.context(c, "/operations"), "value": list}}
}

// getOperation: how long a finished operation can be read is undocumented; ours is as long as its call lives.
func (s *Service) getOperation(c *call, q *request) reply {
	for _, op := range c.operations {
		if op.id == graph.CanonicalID(q.operation) {
			return reply{status: 200, body: s.operationBody(op)}
		}
	}
	return failure(404, "8522", "Operation not found.")
}

// finish ends an operation, once, and says so.
func (s *Service) finish(op *operation, how result) {
	if op.status != "running" {
		return
	}
	op.status = "completed"
	if how.code >= 400 {
		op.status = "failed"
	}
	if op.status == "failed" || op.kind != "inviteParticipantsOperation" {
		op.result = &how
	}
	op.closing(how)
	op.last = s.cfg.Clock.Now()
	for _, r := range op.rings {
		r.cancel()
	}
	if !op.quiet {
		s.send(op.call, s.operationNote(op, "deleted"))
	}
	s.cutShort(op)
}

func (s *Service) newOperation(c *call, kind string, context any) *operation {
	now := s.cfg.Clock.Now()
	op := &operation{id: s.newID(), kind: kind, clientContext: context, status: "running", created: now, last: now, call: c}
	if q := s.serving; q != nil {
		op.begun, op.origin, q.operationBegun = q.verb, q.step, op
	}
	c.operations = append(c.operations, op)
	return op
}
