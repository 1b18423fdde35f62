package simulator

import (
	"net/url"
	"strings"
	"time"

	"callflow/internal/graph"
)

// createCall places a call: to one party, to several, or into a meeting. Graph page "application: create call".
func (s *Service) createCall(_ *call, q *request) reply {
	var b createBody
	if e := q.read(&b); e != nil {
		return *e
	}
	b.adopt(q.dialect)
	if p := b.check(q.dialect); p != "" {
		return badRequest("%s", p)
	}
	targets, err := s.named("targets", b.Targets)
	if err != nil {
		return badRequest("%v", err)
	}
	if no := s.admitCall(q, &b, targets); no != nil {
		return *no
	}
	if no := s.wrongPasscode(&b); no != nil {
		return *no
	}
	var r *room
	switch {
	case len(targets) == 1:
		r = s.newRoom(peer)
	case len(targets) > 1:
		r = s.newRoom(group)
	default:
		r = s.meetingOf(b.thread())
		if r.chat == nil {
			r.chat, r.meeting = b.ChatInfo, b.MeetingInfo
		}
		r.learnPasscode(b.text("passcode"))
	}
	c := s.newCall(q.bot, q.dialect, r, "outgoing")
	b.fill(c)
	for i, p := range targets {
		c.targets = append(c.targets, invitationInfo(c, p, b.Targets[i]))
	}
	limit := s.settings.RingTime
	if b.RingingTimeout != nil && q.dialect == graph.Beta {
		limit = time.Duration(*b.RingingTimeout) * time.Second
	}
	c.me.shownAs = b.guest()
	c.me.inLobby = c.me.shownAs != nil
	c.state = establishing
	s.follow(c, firstStep, func() note { return s.stateNote(c, establishing) }, func() {
		s.send(c, s.stateNote(c, establishing))
		if r.mode == peer && !c.doomed {
			s.dialOne(c, targets[0], limit)
		}
	})
	if r.mode != peer && !c.doomed {
		s.follow(c, firstStep+joinStep, func() note { return s.stateNote(c, established) }, func() {
			s.establish(c)
			s.join(r, c.me)
			s.dialAll(c, targets)
		})
	}
	return s.created(c)
}

// dialOne rings the other party of a call of two.
func (s *Service) dialOne(c *call, to *party, limit time.Duration) {
	r := s.ring(invitation{party: to, caller: c.bot, room: c.room, limit: limit, modalities: c.modalities, done: func(o outcome) {
		c.forgetSettled()
		if o.joined == nil {
			s.end(c, o.how)
			return
		}
		s.join(c.room, c.me)
		s.join(c.room, o.joined)
		if o.joined.voicemail && s.settings.Voicemail == "shown" {
			c.answeredBy = s.tellWho(sourceInfo(c, o.joined.party), o.joined)
		}
		s.establish(c)
	}})
	c.rings = append(c.rings, r)
}

// dialAll rings the targets of a group call; each joins when it answers.
func (s *Service) dialAll(c *call, targets []*party) {
	waiting := len(targets)
	for _, p := range targets {
		r := s.ring(invitation{party: p, caller: c.bot, room: c.room, limit: s.settings.RingTime, modalities: c.modalities, done: func(o outcome) {
			waiting--
			if o.joined != nil {
				s.join(c.room, o.joined)
			}
			switch {
			case waiting == 0 && !c.room.grown:
				s.end(c, s.settings.nobodyJoined)
			case waiting == 0:
				s.settle(c.room)
			}
		}})
		c.rings = append(c.rings, r)
	}
}

// meetingOf is the meeting with that key, which begins when it is first named.
func (s *Service) meetingOf(key string) *room {
	r := s.meetings[key]
	if r == nil {
		r = s.newRoom(meeting)
		r.thread = key
		s.meetings[key] = r
	}
	return r
}

// fill copies what a request says about a call into it.
func (b *createBody) fill(c *call) {
	c.callbackURI = b.CallbackURI
	c.subject, c.tenantID = textOr(b.Subject), textOr(b.TenantID)
	if c.tenantID == nil && c.dialect == graph.Beta {
		c.tenantID = c.bot.tenantID // as beta's examples have it whose requests have none
	}
	c.modalities = b.RequestedModalities
	c.me.modalities = b.RequestedModalities
	c.media, c.options = b.MediaConfig, optionsOf("outgoingCallOptions", b.CallOptions)
	c.chatInfo, c.meetingInfo = b.ChatInfo, b.MeetingInfo
	c.source = sourceInfo(c, c.bot)
	if len(b.Source.Identity) > 0 {
		c.source["identity"] = b.Source.Identity
		c.dialable = b.Source.Identity["applicationInstance"] != nil
	}
}

// guest is the identity of a bot that joins a meeting as a guest, else nil. Legacy's pages write a guest as a user whom
// nobody vouches for.
func (b *createBody) guest() obj {
	who := b.Source.Identity
	user, _ := who["user"].(obj)
	if len(b.Targets) == 0 && (who["guest"] != nil || user["identityProvider"] == "None") {
		return who
	}
	return nil
}

func textOr(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

// optionsOf are callOptions as a call shows them: there the type is abstract, so their kind is told even if it was not.
func optionsOf(kind string, options obj) obj {
	if options == nil || options["@odata.type"] != nil {
		return options
	}
	shown := clone(options)
	shown["@odata.type"] = typeOf(kind)
	return shown
}

// thread is what names the meeting to join; the keys of the three kinds of meetingInfo never meet.
func (b *createBody) thread() string {
	switch {
	case b.ChatInfo["threadId"] != nil:
		t, _ := b.ChatInfo["threadId"].(string)
		return t
	case b.MeetingInfo["token"] != nil:
		return "token:" + b.text("token")
	}
	return numbered(b.text("joinMeetingId"))
}

// text is a member of meetingInfo.
func (b *createBody) text(name string) string {
	t, _ := b.MeetingInfo[name].(string)
	return t
}

// numbered is the key of a meeting that is joined by its number, which people write in groups of digits.
func numbered(joinMeetingID string) string {
	return "meeting:" + strings.ReplaceAll(joinMeetingID, " ", "")
}

// wrongPasscode refuses a bot that joins a meeting by its number with another passcode than the first one who did. What
// the service says to that was in no source: ours.
func (s *Service) wrongPasscode(b *createBody) *reply {
	if b.text("joinMeetingId") == "" || len(b.Targets) > 0 {
		return nil
	}
	if r := s.meetings[b.thread()]; r != nil && !r.opens(b.text("passcode")) {
		rep := failure(403, "Forbidden", "The passcode is not that of the meeting.")
		return &rep
	}
	return nil
}

// learnPasscode: a meeting has the passcode of the first who joins it with one.
func (r *room) learnPasscode(passcode string) {
	if r.passcode == "" {
		r.passcode = passcode
	}
}

func (r *room) opens(passcode string) bool { return r.passcode == "" || r.passcode == passcode }

// checkCallback says what is wrong with a callback URI. The pages say https; ours takes http as well, because a bot
// under test may have no certificate.
func checkCallback(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "callbackUri must be an absolute https URL"
	}
	return ""
}
