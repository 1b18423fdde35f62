package simulator

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// A party is somebody who can be in a call: a person, or a bot.
type party struct {
	kind        string // the member of an identity set: user, phone, application
	id          string // canonical; a telephone number for kind phone
	displayName string
	tenantID    string
	name        string // in the scene
	person      *world.Person
	stranger    bool      // only requests have named it
	named       time.Time // by a request, the last time
	bot         *Bot
	quota       quota // a bot's
}

// shown is what people call a party: the display name, as notifications have it too, else the name in the scene. A bot
// goes by the name that the configuration gives it.
func (p *party) shown() string {
	if p.bot == nil && p.displayName != "" {
		return p.displayName
	}
	return p.name
}

// A room is one conversation: everyone in it hears everyone else. A callChainId names it.
type room struct {
	chain    string
	mode     mode
	thread   string // a meeting's key: its thread, token or meeting id
	members  []*member
	ringing  int    // invitations that are still open
	legs     int    // bots' calls that belong here, joined or not
	grown    bool   // more than one member has been in it at a time
	passcode string // of a meeting that is joined by its number
	chat     obj    // a meeting's chatInfo and meetingInfo, as the first to join said them
	meeting  obj
	sequence int      // of changes to its roster
	sources  int      // media sources given out
	been     []*party // who was ever in it

	recorders     []*recorder // that record people here by a policy
	token         string      // by which they come back
	sharing       *sharing    // what is being shown; nil: nothing
	transcription obj         // callTranscriptionInfo; nil: never transcribed
}

// mode is what kind of conversation a room is. An invitation turns peer into group, for good ("meeting mode").
type mode int

const (
	peer mode = iota
	group
	meeting
)

// A member is a party in a room, from when it joins to when it leaves.
type member struct {
	id         string // participant id
	party      *party
	call       *call // a bot's; nil for a person
	modalities []string
	source     int
	stop       func() // ends the member's plan to hang up
	room       *room  // nil before it joins and after it has left
	changed    int    // its room's sequence when it last changed

	muted       bool   // by itself
	serverMuted bool   // by the service
	inLobby     bool   // waits to be let in
	patience    func() // stops its time in the lobby
	hidden      bool   // others do not see it
	shownAs     obj    // the identity it gave when it joined; nil: its party's
	role        string // a bot's, of screen sharing: viewer, sharer; "" until it asked for one
	recording   string // a bot's recordingStatus; "" until it told one
	metadata    string // a bot's, in legacy
	synthetic   obj    // syntheticMediaDetectionInfo; nil: nobody reported any
	voicemail   bool   // it is a voicemail that answered
	voices      int    // how often it speaks at the same time
	heard       bool   // it speaks, and can be heard
	seat        *seat  // who records it; nil: nobody
	method      string // of a call between two: caller, callee
	onBehalf    *party // for whom it calls
}

// A call is a bot's leg of a conversation, and the resource the API shows.
type call struct {
	id          string
	number      int    // from 1, in the order in which the world's calls begin
	notified    int    // notifications that there were to send
	origin      string // the step whose request last concerned it
	doomed      bool   // a fault lets it fail before it is established
	held        []*parcel
	dialect     graph.Dialect
	bot         *party
	room        *room
	me          *member
	state       string
	direction   string
	callbackURI string
	source      obj
	targets     []obj
	modalities  []string
	media       obj // mediaConfig as it was sent; nil: no media
	subject     any
	tenantID    any
	chatInfo    obj
	meetingInfo obj
	dialable    bool      // it has a resource account, and so a telephone number
	options     obj       // callOptions as they were sent
	incoming    obj       // incomingContext
	metadata    obj       // applicationMetadata
	recorder    *recorder // it is there to record; nil: it is not
	capacity    int       // participantCapacity
	routes      []obj
	audio       string
	answeredBy  obj
	etag        int

	line mediaLine // of media that the service hosts

	operations []*operation
	groups     []*audioGroup
	onHold     *member    // who hears hold music
	music      *operation // as long as they do
	offer      *ring      // incoming: what rings
	rings      []*ring    // whom it rings: targets, redirection, transfer
	deadline   func()     // stops the time to answer
	keepAlive  func()     // stops the time to be kept alive
	rosterDue  bool
	sent       []obj       // the roster last sent, for deltas
	ending     bool        // DELETE was accepted
	ended      bool        // its last notification was sent: the resource is gone
	replaced   bool        // its updated terminated was sent
	slip       func() note // the seed's: what the next roster is instead
}

// An operation is a commsOperation.
type operation struct {
	id            string
	kind          string // the type's name without #microsoft.graph.
	begun         string // the verb that began it
	origin        string // the step whose request began it
	clientContext any    // a string, or nil
	status        string
	result        *result
	participants  []obj
	created, last time.Time
	call          *call
	replaces      bool // it takes somebody over
	escalates     bool // it made a call between two a group
	quiet         bool // it ends without a notification
	waiting       int  // rings that are not settled
	invited       []*invitee
	phantom       bool // whoever does not come is told as added: a fault
	joined        []obj
	reason        string     // completionReason, of one on media
	recording     *recording // of a recordOperation, once it can be fetched
	rings         []*ring
}

// States of a call (graph.callState).
const (
	incoming         = "incoming"
	establishing     = "establishing"
	established      = "established"
	transferring     = "transferring"
	transferAccepted = "transferAccepted"
	redirecting      = "redirecting"
	terminating      = "terminating"
	terminated       = "terminated"
)

// newID draws an id from the service's randomness.
func (s *Service) newID() string { return NewID(s.cfg.Rand) }

// NewID draws a version 4 GUID.
func NewID(random func() uint64) string {
	hi, lo := random(), random()
	hi = hi&^0xf000 | 0x4000
	lo = lo&^(0xc0<<56) | 0x80<<56
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], hi)
	binary.BigEndian.PutUint64(raw[8:], lo)
	var text [36]byte
	hex.Encode(text[:8], raw[:4])
	hex.Encode(text[9:13], raw[4:6])
	hex.Encode(text[14:18], raw[6:8])
	hex.Encode(text[19:23], raw[8:10])
	hex.Encode(text[24:], raw[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}

// newRoom makes a room. It is entered into the world with its first member, for nobody may ever come; a meeting at once,
// for people may look for it.
func (s *Service) newRoom(m mode) *room {
	r := &room{chain: s.newID(), mode: m}
	if m == meeting {
		s.rooms.add(r)
	}
	return r
}

// newCall makes the resource of a bot's leg. It joins the room when it is established.
func (s *Service) newCall(bot *party, d graph.Dialect, r *room, direction string) *call {
	c := &call{id: s.newID(), dialect: d, bot: bot, room: r, direction: direction, etag: 5445}
	c.me = &member{id: s.newID(), party: bot, call: c}
	s.calls[c.id] = c
	s.begun++
	c.number = s.begun
	if s.serving != nil {
		c.origin, s.serving.callBegun = s.serving.step, c
		c.doomed = s.serving.fault.spoils()
	}
	r.legs++
	s.idle.remove(r)
	return c
}

// keepAliveFrom has a call end unless it is kept alive in time from now; legacy knows no keepAlive. It begins when the call
// is established: before that there are other limits, and the page does not say (ours).
func (s *Service) keepAliveFrom(c *call) {
	if c.dialect == graph.Legacy {
		return
	}
	if c.keepAlive != nil {
		c.keepAlive()
	}
	c.keepAlive = s.cfg.Clock.After(s.settings.KeepAlive, func() { s.end(c, noKeepAlive) })
}

// others are the members beside m, in the order in which they joined.
func (r *room) others(m *member) []*member {
	var list []*member
	for _, x := range r.members {
		if x != m {
			list = append(list, x)
		}
	}
	return list
}

// present are the members who are not in the lobby.
func (r *room) present() []*member {
	var list []*member
	for _, m := range r.members {
		if !m.inLobby {
			list = append(list, m)
		}
	}
	return list
}

func (r *room) find(p *party) *member {
	for _, m := range r.members {
		if m.party == p {
			return m
		}
	}
	return nil
}

// join lets m into the room, tells the bots in it, and begins what m is planned to do there.
func (s *Service) join(r *room, m *member) {
	r.sources++
	m.source, m.room = r.sources, r
	r.members = append(r.members, m)
	if !slices.Contains(r.been, m.party) {
		r.been = append(r.been, m.party)
	}
	s.rooms.add(r) // it is new, or was forgotten while it was empty
	s.vacate(r)
	s.changed(m)
	if m.inLobby {
		s.waitInLobby(m)
		return
	}
	s.enter(m)
}

// enter is m taking part from now on.
func (s *Service) enter(m *member) {
	r := m.room
	r.grown = r.grown || len(r.company()) > 1
	s.tellSharing(m)
	s.heed(m)
	s.habits(m)
	if p := m.party.person; p != nil && p.HangsUp != nil {
		m.stop = s.cfg.Clock.After(reaction(p.HangsUp), func() {
			s.observe(m.party.shown(), "hangs up", s.callOf(r))
			s.depart(m)
		})
	}
}

// remove takes m out of its room without further consequences but a roster.
func (s *Service) remove(m *member) {
	r := m.room
	if r == nil {
		return
	}
	m.voices = 0
	s.hearing(m)
	for _, stop := range []func(){m.stop, m.patience} {
		if stop != nil {
			stop()
		}
	}
	s.endMusicFor(m)
	s.endSharing(m)
	m.room = nil
	r.members = r.others(m)
	s.unseat(r, m)
	s.rosterChanged(r)
	s.vacate(r)
}

// depart is m leaving its room by hanging up: a peer's call ends, a group goes on.
func (s *Service) depart(m *member) {
	r := m.room
	if r == nil {
		return
	}
	s.remove(m)
	if r.mode != peer {
		s.settle(r)
		return
	}
	why := byPeer
	if m.party.kind == "phone" {
		why = byPhone
	}
	s.dissolve(r, why)
}

// dissolve ends a conversation of two of which one has gone.
func (s *Service) dissolve(r *room, why result) {
	for _, m := range slices.Clone(r.members) {
		switch {
		case m.call != nil:
			s.end(m.call, why)
		default:
			s.remove(m)
			s.observe(m.party.shown(), "is hung up on", "")
		}
	}
}

// settle ends the legs of the bots that were left to themselves in a group or meeting.
func (s *Service) settle(r *room) {
	if _, left := deserted(r); !left {
		return
	}
	s.cfg.Clock.After(s.settings.AloneTime, func() {
		why, left := deserted(r)
		for _, m := range r.company() {
			if left && m.call != nil {
				s.end(m.call, why)
			}
		}
	})
}

// deserted says of a group that was larger once why the service ends it: one bot is left in it, or none but hidden ones.
// Who waits in the lobby is no company.
func deserted(r *room) (why result, left bool) {
	here := r.company()
	switch {
	case r.mode == peer || !r.grown || r.ringing > 0 || len(here) == 0:
		return result{}, false
	case len(here) == 1:
		return leftAlone, here[0].call != nil
	}
	return onlyHidden, !slices.ContainsFunc(here, func(m *member) bool { return !m.hidden })
}

// callOf is the id of the oldest bot's call in a room, for reports; "" when no bot is in it.
func (s *Service) callOf(r *room) string {
	for _, m := range r.members {
		if m.call != nil {
			return m.call.id
		}
	}
	return ""
}

// callFor finds a live call of that bot; ids may be paths, of any case, with or without hyphens.
func (s *Service) callFor(bot *party, id string) *call {
	c := s.calls[graph.CanonicalID(id)]
	if c == nil || c.bot != bot {
		return nil
	}
	return c
}

// end is the last thing that happens to a call: whom it rings stops ringing, its operations fail, its peer is alone, and
// the notification deleted is sent.
func (s *Service) end(c *call, why result) {
	if c.ended {
		return
	}
	s.release(c)
	for _, op := range c.operations {
		s.finish(op, cancelled)
	}
	c.ended = true
	c.state = terminated
	delete(s.calls, c.id)
	defer s.leaveRoom(c)
	s.send(c, s.endedNote(c, why))
	r := c.room
	if o := c.offer; o != nil {
		c.offer = nil
		o.settle(outcome{how: why})
	}
	if c.me.room == nil {
		return
	}
	s.remove(c.me)
	switch {
	case c.recorder != nil:
		s.lift(r, c.recorder, "the bot's call has ended")
	case r.mode == peer:
		s.dissolve(r, byPeer)
	default:
		s.settle(r)
	}
}

// leaveRoom tells a call's room that it has ended.
func (s *Service) leaveRoom(c *call) {
	c.room.legs--
	s.vacate(c.room)
}

// release stops a call's timers and whatever rings for it.
func (s *Service) release(c *call) {
	for _, stop := range []func(){c.deadline, c.keepAlive} {
		if stop != nil {
			stop()
		}
	}
	s.hush(c)
	rings := c.rings
	c.rings = nil
	for _, r := range rings {
		r.cancel()
	}
}

// step plans a change of a call that follows by itself; it does not happen once the call has ended.
func (s *Service) step(c *call, d time.Duration, change func()) {
	if s.serving.muffles() {
		return
	}
	s.cfg.Clock.After(d, func() {
		if !c.ended {
			change()
		}
	})
}

func (s *Service) observe(who, did, call string) {
	if s.cfg.Observe != nil {
		s.cfg.Observe(world.Happening{Who: who, Did: did, Call: call})
	}
}

func reaction(a *world.After) time.Duration {
	if a == nil {
		return defaultReaction
	}
	return a.After
}
