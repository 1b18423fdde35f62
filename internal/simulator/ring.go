package simulator

import (
	"slices"
	"time"

	"callflow/internal/graph"
)

// An invitation is what makes a party's endpoint ring.
type invitation struct {
	party, caller *party
	misnamed      bool   // the party is named as another kind than it is
	shows         *party // whom the invited sees as the caller; nil: the caller
	room          *room  // the conversation it would join
	limit         time.Duration
	modalities    []string
	by            *call     // whose request wants it; nil: no bot's
	as            string    // the participant id that an invitee will have; "": one is made up
	from          *member   // the caller, once it is known as what it will take part
	transferor    *party    // who sent the caller, if it was transferred
	routes        []route   // how it came here, if not straight
	onBehalf      *party    // for whom the caller calls
	records       *recorder // what a bot is called for, by a policy
	address       string    // where that is announced
	done          func(outcome)
}

// An outcome is how a ring ended: who answered, or why nobody did.
type outcome struct {
	joined *member // nil: nobody
	how    result
}

// A ring is an invitation on its way. It ends once: settled (done is told) or cancelled (done is not).
type ring struct {
	invitation
	s       *Service
	call    *call // a bot's: its incoming call
	stops   []func()
	settled bool
	away    bool // forwarded: it rings elsewhere
}

// ring makes a party ring.
func (s *Service) ring(in invitation) *ring {
	r := &ring{invitation: in, s: s}
	s.rings.add(r)
	in.room.ringing++
	switch {
	case in.party.kind == "phone" && in.by != nil && !in.by.dialsOut():
		r.after(nextStep, outcome{how: s.settings.noNumber})
	case in.misnamed: // ours
		s.observe("", in.party.shown()+" is not reached: named as another kind than "+in.party.kind, "")
		r.after(nextStep, outcome{how: s.settings.unknown})
	case in.party.bot != nil:
		s.offer(r)
	case in.party.person == nil:
		s.observe("", "nobody here is "+in.party.id+"; there are "+names(s.people), "")
		r.after(nextStep, outcome{how: s.settings.unknown})
	default:
		r.react()
	}
	return r
}

// react plans what a person does about it.
func (r *ring) react() {
	p := r.party.person
	switch {
	case p.Busy:
		r.after(nextStep, outcome{how: r.s.settings.busy}, "is busy")
		return
	case p.Declines != nil:
		r.after(reaction(p.Declines), outcome{how: r.s.settings.declined}, "declines")
	case p.Voicemail != nil:
		r.stops = append(r.stops, r.s.cfg.Clock.After(reaction(p.Voicemail), r.voicemail))
	case p.Forwards != nil && p.Forwards.After == 0:
		r.forward(p.Forwards.To, r.limit)
		return
	case p.Forwards != nil:
		r.stops = append(r.stops, r.s.cfg.Clock.After(p.Forwards.After, func() { r.forward(p.Forwards.To, r.limit-p.Forwards.After) }))
	case p.Answers == nil:
		r.after(defaultReaction, outcome{joined: r.member()}, "answers")
	case p.Answers.Never == "":
		r.after(p.Answers.After, outcome{joined: r.member()}, "answers")
	}
	if r.limit > 0 {
		r.after(r.limit, outcome{how: r.s.settings.unanswered}, "lets it ring out")
	}
	if p.AlsoRings != "" {
		r.fork(p.AlsoRings)
	}
}

// voicemail answers in a person's place, and hangs up by itself in the end.
func (r *ring) voicemail() {
	m := r.member()
	m.voicemail = true
	r.s.observe(r.party.shown(), "has voicemail pick up", "")
	r.settle(outcome{joined: m})
	r.s.cfg.Clock.After(r.s.settings.VoicemailTime, func() { r.s.depart(m) })
}

// member is what the party becomes when it answers.
func (r *ring) member() *member {
	m := &member{id: r.as, party: r.party, modalities: modalitiesOr(r.modalities)}
	if m.id == "" {
		m.id = r.s.newID()
	}
	return m
}

func (s *Service) newMember(p *party, modalities []string) *member {
	return &member{id: s.newID(), party: p, modalities: modalitiesOr(modalities)}
}

// after plans an outcome; the words, if any, are what the party is seen to do.
func (r *ring) after(d time.Duration, o outcome, did ...string) {
	r.stops = append(r.stops, r.s.cfg.Clock.After(d, func() {
		for _, words := range did {
			r.s.observe(r.party.shown(), words, "")
		}
		r.settle(o)
	}))
}

// settle ends the ring and tells whoever rang.
func (r *ring) settle(o outcome) {
	if !r.close() {
		return
	}
	if c := r.call; c != nil && o.joined != c.me {
		c.offer = nil
		r.s.end(c, o.how)
	}
	if r.done != nil {
		r.done(o)
	}
}

// cancel ends the ring because whoever rang has gone.
func (r *ring) cancel() {
	if r.close() && r.call != nil {
		r.call.offer = nil
		r.s.end(r.call, r.s.settings.callerGone)
	}
}

// withdraw ends the ring because whoever rang has thought better of it; done is told.
func (r *ring) withdraw() {
	if c := r.call; c != nil {
		c.offer = nil
		r.s.end(c, r.s.settings.callerGone)
	}
	r.settle(outcome{how: cancelled})
}

func (r *ring) close() bool {
	if r.settled {
		return false
	}
	r.settled = true
	r.room.ringing--
	for _, stop := range r.stops {
		stop()
	}
	r.s.rings.remove(r)
	return true
}

// forgetSettled leaves those that ring still: a person may hand the bot on while it transfers them.
func (c *call) forgetSettled() {
	c.rings = slices.DeleteFunc(c.rings, func(r *ring) bool { return r.settled })
}

// offer makes a bot ring: it gets an incoming call, and 15 seconds to answer, reject or redirect it.
func (s *Service) offer(r *ring) {
	bot := r.party.bot
	c := s.newCall(r.party, bot.dialect(), r.room, "incoming")
	c.state, c.offer, r.call = incoming, r, c
	if r.as != "" {
		c.me.id = r.as
	}
	c.callbackURI = bot.Address
	c.modalities = r.modalities
	c.dialable = r.caller.kind == "phone" || len(s.settings.ResourceAccounts) > 0
	c.chatInfo, c.meetingInfo = r.room.chat, r.room.meeting
	if r.room.mode != peer && c.dialect != graph.Legacy { // legacy's example of such a call has the organizer
		c.meetingInfo = s.wayBack(r.room)
	}
	limit := s.settings.AnswerDeadline
	if r.records != nil {
		s.announceRecorder(c, r)
		limit = s.settings.RecordingDeadline
	}
	s.describe(c, r)
	c.deadline = s.cfg.Clock.After(limit, func() {
		s.observe(r.party.shown(), "does not answer in time", c.id)
		r.settle(outcome{how: s.settings.botUnanswered})
	})
	s.announce(c)
}

// describe says in an incoming call's dialect whom it is from, for whom it is, and how it came here.
func (s *Service) describe(c *call, r *ring) {
	caller := r.caller
	if r.shows != nil {
		caller = r.shows
	}
	c.source = sourceInfo(c, caller)
	if p := s.settings.Permissions; p != nil && len(p) == 0 && c.dialect != graph.Legacy {
		// An application without any permission is not told who calls (Teams, "Registering a calling bot").
		c.source["identity"] = encrypted(caller)
	}
	c.targets = []obj{targetInfo(c, r.party)}
	s.tellWay(c, r)
}

// dialsOut says whether telephones can be reached from a call: there is a resource account with a number in it. It is the
// source of a call that the bot made; one that comes from a telephone came by it, and so does every incoming call of a bot
// that has resource accounts (ours). Legacy's pages ask for none. Graph pages "participant: invite", "call: transfer",
// "call: redirect".
func (c *call) dialsOut() bool { return c.dialable || c.dialect == graph.Legacy }

// tellWay says in an incoming call how it came here. What a transfer sets beside transferor is undocumented; ours is
// sourceParticipantId. Graph resources "incomingContext" and "callRoute".
func (s *Service) tellWay(c *call, r *ring) {
	if r.transferor != nil {
		c.incoming = obj{"@odata.type": typeOf("incomingContext"), "transferor": identityOf(c.dialect, r.transferor)}
		if r.from != nil {
			c.incoming["sourceParticipantId"] = r.from.id
		}
	}
	if r.onBehalf != nil {
		if c.incoming == nil {
			c.incoming = obj{"@odata.type": typeOf("incomingContext")}
		}
		c.incoming["onBehalfOf"] = identityOf(c.dialect, r.onBehalf)
	}
	for _, way := range r.routes {
		c.routes = append(c.routes, obj{"@odata.type": typeOf("callRoute"), "routingType": way.kind,
			"original": identityOf(c.dialect, way.original), "final": identityOf(c.dialect, way.final)})
	}
}

// tellWho says of a participantInfo that it is a voicemail's, where the setting voicemail wants it said (ours).
func (s *Service) tellWho(info obj, m *member) obj {
	if m.voicemail && s.settings.Voicemail == "shown" {
		info["endpointType"] = "voicemail"
	}
	return info
}
