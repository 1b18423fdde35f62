package simulator

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"callflow/internal/graph"
)

// Policy-based recording. Somebody with a recording policy who takes part in a conversation is recorded there by a bot: it
// gets an incoming call with botData, and takes as many people of that policy as the participantCapacity of its answer says.
// The further ones are announced to it by participantJoiningNotification, and the body of its HTTP response decides (Graph
// pages "call: answer", example 3, and "participantJoiningNotification"). The rest is ours: see docs/simulator.md.

// A recorder is one call in which a bot records people of one policy.
type recorder struct {
	bot      *party
	policy   string
	ring     *ring
	call     *call
	capacity int       // 0 until the call is established
	seats    []*member // whom it records, and whom it was asked to
	waiting  []*member // who came while it rang
}

// A seat is a member's place at a recorder.
type seat struct {
	of    *recorder
	taken bool // the bot records the member; false: it was asked to
}

// heed has somebody who takes part recorded, if a policy wants that. Whoever comes at the same time is there by then.
func (s *Service) heed(m *member) {
	p := m.party.person
	if p == nil || p.RecordedBy == nil {
		return
	}
	r := m.room
	s.cfg.Clock.After(firstStep, func() {
		if m.room == r && m.seat == nil {
			s.seatAnywhere(m)
		}
	})
}

// seatAnywhere finds somebody a recorder: one that has room left, else a new call.
func (s *Service) seatAnywhere(m *member) {
	by := m.party.person.RecordedBy
	bot, err := s.botCalled(by.Bot)
	switch {
	case err != nil:
		s.unrecorded(m, err.Error())
		return
	case bot.bot.dialect() == graph.Legacy:
		s.unrecorded(m, "legacy has no policy-based recording")
		return
	}
	for _, rec := range m.room.recorders {
		switch {
		case rec.bot != bot || rec.policy != by.Policy:
		case rec.capacity == 0:
			rec.waiting = append(rec.waiting, m)
			return
		case len(rec.seats) < rec.capacity:
			s.askRecorder(rec, m)
			return
		}
	}
	s.inviteRecorder(bot, m, bot.bot.Address)
}

// inviteRecorder announces an incoming call at that address, to record somebody.
func (s *Service) inviteRecorder(bot *party, m *member, address string) {
	rec := &recorder{bot: bot, policy: m.party.person.RecordedBy.Policy, seats: []*member{m}}
	m.seat = &seat{of: rec}
	r := m.room
	r.recorders = append(r.recorders, rec)
	rec.ring = s.ring(invitation{party: bot, caller: m.party, room: r, modalities: modalitiesOr(m.modalities), from: m,
		records: rec, address: address, done: func(o outcome) {
			if o.joined == nil {
				s.lift(r, rec, "the bot does not take the call")
				return
			}
			s.beginRecorder(r, rec, o.joined)
		}})
}

// beginRecorder is the bot taking part. Nobody else sees it (ours).
func (s *Service) beginRecorder(r *room, rec *recorder, me *member) {
	rec.capacity = max(rec.call.capacity, 1)
	rec.seats[0].seat.taken = true
	me.hidden = true
	s.join(r, me)
	waiting := rec.waiting
	rec.waiting = nil
	for _, m := range waiting {
		if m.room == r && m.seat == nil {
			s.seatAnywhere(m)
		}
	}
}

// askRecorder tells a recorder of somebody new, and does what its webhook answers.
func (s *Service) askRecorder(rec *recorder, m *member) {
	at := &seat{of: rec}
	rec.seats = append(rec.seats, m)
	m.seat = at
	c := rec.call
	data := obj{"@odata.type": typeOf("call"), "id": c.id, "callChainId": c.room.chain, "direction": "incoming",
		"source": sourceInfo(c, m.party), "tenantId": c.bot.tenantID, "myParticipantId": c.me.id, "callbackUri": c.callbackURI}
	rec.tell(s, data, m)
	s.send(c, note{change: "created", tail: "/participants/" + m.id,
		data: obj{"@odata.type": typeOf("participantJoiningNotification"), "id": s.newID(), "call": data},
		answered: func(answer Receipt) {
			if m.seat == at && !at.taken { // else it was answered already, or is too late
				s.joinAnswered(rec, m, answer)
			}
		}})
}

// joinAnswered does what a bot has said to somebody who joins.
func (s *Service) joinAnswered(rec *recorder, m *member, answer Receipt) {
	said, odd := readJoinAnswer(answer)
	if odd != "" {
		said.Type = s.settings.JoiningUnclear
		s.observe(rec.bot.shown(), "does not say whether it records "+m.party.shown()+": "+odd, rec.call.id)
	}
	if said.Type == "accept" {
		s.observe(rec.bot.shown(), "records "+m.party.shown()+" too", rec.call.id)
		m.seat.taken = true
		s.changed(m)
		return
	}
	rec.seats = slices.DeleteFunc(rec.seats, func(x *member) bool { return x == m })
	m.seat = nil
	switch said.Type {
	case "inviteNewBot":
		s.observe(rec.bot.shown(), "has another bot invited for "+m.party.shown()+", at "+said.InviteURI, rec.call.id)
		s.inviteRecorder(rec.bot, m, said.InviteURI)
	case "newCall":
		s.inviteRecorder(rec.bot, m, rec.bot.bot.Address)
	default:
		s.observe(rec.bot.shown(), strings.TrimSuffix("does not record "+m.party.shown()+": "+lower(said.Reason), ": "), rec.call.id)
		s.unrecorded(m, "the bot rejects that")
	}
}

// joinAnswer is a participantJoiningResponse; Type is accept, reject or inviteNewBot.
type joinAnswer struct {
	Type      string `json:"@odata.type"`
	Reason    string `json:"reason"`
	InviteURI string `json:"inviteUri"`
}

// readJoinAnswer reads a webhook's answer; odd is why it is none.
func readJoinAnswer(answer Receipt) (said joinAnswer, odd string) {
	switch err := json.Unmarshal([]byte(answer.Text), &said); {
	case answer.Status == 0:
		return said, "no answer"
	case answer.Status/100 != 2:
		return said, fmt.Sprintf("status %d", answer.Status)
	case answer.Text == "":
		return said, "the answer has no body"
	case err != nil:
		return said, "the answer's body is no JSON object of the right form"
	}
	kind := strings.TrimPrefix(said.Type, "#microsoft.graph.")
	switch lower(kind) {
	case "acceptjoinresponse":
		said.Type = "accept"
	case "rejectjoinresponse":
		said.Type = "reject"
		if !slices.Contains([]string{"", "none", "busy", "forbidden"}, lower(said.Reason)) {
			return said, fmt.Sprintf("reason is %q; it may be none, busy or forbidden", clip(said.Reason))
		}
	case "invitenewbotresponse":
		said.Type = "inviteNewBot"
		if checkCallback(said.InviteURI) != "" {
			return said, fmt.Sprintf("inviteUri is %q; it must be an absolute https URL", clip(said.InviteURI))
		}
	default:
		return said, fmt.Sprintf("the answer's @odata.type is %q", clip(said.Type))
	}
	return said, ""
}

// unseat takes somebody who leaves from their recorder, which is told; a recorder with nobody left ends.
func (s *Service) unseat(r *room, m *member) {
	for _, rec := range r.recorders {
		rec.waiting = slices.DeleteFunc(rec.waiting, func(x *member) bool { return x == m })
	}
	if m.seat == nil {
		return
	}
	rec, taken := m.seat.of, m.seat.taken
	m.seat = nil
	rec.seats = slices.DeleteFunc(rec.seats, func(x *member) bool { return x == m })
	c := rec.call
	switch {
	case rec.capacity == 0: // it rings for nobody now
		rec.ring.cancel()
		s.lift(r, rec, "")
	case c.ended:
	case taken:
		s.send(c, note{change: "deleted", tail: "/participants/" + m.id,
			data: obj{"@odata.type": typeOf("participantLeftNotification"), "id": s.newID(), "participantId": m.id,
				"call": obj{"@odata.type": typeOf("call"), "id": c.id, "callChainId": r.chain, "callbackUri": c.callbackURI}}})
		fallthrough
	default:
		if len(rec.seats) == 0 {
			s.step(c, s.settings.AloneTime, func() {
				switch {
				case len(rec.seats) > 0:
				case len(r.company()) == 0:
					s.end(c, onlyHidden)
				default:
					s.end(c, leftAlone)
				}
			})
		}
	}
}

// lift takes a recorder out of its room. Those who waited for it look for another one; why the others are not recorded any
// more is said.
func (s *Service) lift(r *room, rec *recorder, why string) {
	r.recorders = slices.DeleteFunc(r.recorders, func(x *recorder) bool { return x == rec })
	seats, waiting := rec.seats, rec.waiting
	rec.seats, rec.waiting = nil, nil
	for _, m := range seats {
		m.seat = nil
		s.unrecorded(m, why)
	}
	for _, m := range waiting {
		s.heed(m)
	}
}

// unrecorded is somebody whom nobody records although their policy wants it. With the setting unrecorded they may not stay.
func (s *Service) unrecorded(m *member, why string) {
	r := m.room
	if r == nil {
		return
	}
	s.observe(m.party.shown(), "is not recorded: "+why, s.callOf(r))
	if s.settings.Unrecorded == "stays" {
		s.changed(m)
		return
	}
	s.cfg.Clock.After(nextStep, func() {
		if m.room == r && m.seat == nil {
			s.observe(m.party.shown(), "may not stay unrecorded", s.callOf(r))
			s.depart(m)
		}
	})
}

// tell writes into a call what a recording bot is told of whom it records.
func (rec *recorder) tell(s *Service, data obj, m *member) {
	context := obj{"@odata.type": typeOf("incomingContext"), "sourceParticipantId": m.id, "observedParticipantId": m.id}
	if m.onBehalf != nil {
		context["onBehalfOf"] = identityOf(rec.call.dialect, m.onBehalf)
	}
	data["incomingContext"] = context
	data["applicationMetadata"] = obj{"botData": rec.botData(m)}
}

// botData is what example 3 of "call: answer" shows. Where media are hosted, and where clients are, is the same everywhere
// here.
func (rec *recorder) botData(m *member) obj {
	r := m.room
	who := obj{"clientLocation": "US"}
	data := obj{"mediaHostedRegion": "USEA", "user": who, "inviteReasons": []string{"PolicyBasedRecording"},
		"policyIdentifier": rec.policy, "pairedRecorders": []obj{}}
	others := []obj{}
	for _, x := range r.recorders {
		if x != rec && x.capacity > 0 {
			others = append(others, obj{"id": x.bot.id, "participantId": x.call.me.id})
		}
	}
	data["otherRecorders"] = others
	if r.mode != peer {
		return data
	}
	who["participationMethod"] = m.method
	for _, x := range r.company() {
		if x != m {
			data["otherSideUser"] = obj{"id": x.party.id, "participantId": x.id, "tenantId": x.party.tenantID,
				"participationMethod": x.method, "clientLocation": "US"}
		}
	}
	return data
}

// announceRecorder makes a bot's incoming call one of policy-based recording. Its token leads back into a meeting.
func (s *Service) announceRecorder(c *call, r *ring) {
	rec := r.records
	rec.call, c.recorder = c, rec
	c.callbackURI = r.address
	c.chatInfo, c.meetingInfo = nil, s.wayBack(r.room)
	data := obj{}
	rec.tell(s, data, r.from)
	c.incoming, _ = data["incomingContext"].(obj)
	c.metadata, _ = data["applicationMetadata"].(obj)
}

// wayBack is the token by which a bot that is called can come back later; in a call between two it leads nowhere. Graph
// resource "tokenMeetingInfo".
func (s *Service) wayBack(r *room) obj {
	if r.token == "" {
		r.token = s.newID()
	}
	if r.mode != peer {
		s.meetings["token:"+r.token] = r
	}
	return obj{"@odata.type": typeOf("tokenMeetingInfo"), "token": r.token}
}

// between says whether a call is between two, which has no roster. A recorder's never is.
func (c *call) between() bool { return c.room.mode == peer && c.recorder == nil }

// company are the members who are neither in the lobby nor there to record.
func (r *room) company() []*member {
	return slices.DeleteFunc(r.present(), func(m *member) bool { return m.call != nil && m.call.recorder != nil })
}

// recordingOf is a member's recordingInfo: what a bot says of itself, as whom it is shown, or of whom it records by a policy
// (ours); nil: nothing.
func recordingOf(c *call, m *member, shown any) obj {
	status := m.recording
	if m.seat != nil && m.seat.taken {
		me := m.seat.of.call.me
		status, shown = me.recording, identityOf(c.dialect, me.party)
	}
	if status == "" {
		return nil
	}
	return recordingInfo(c.dialect, status, shown)
}

// mayKeep refuses to record for who has not said so yet. That updateRecordingStatus comes first is documented, the status
// is ours. Graph page "call: updateRecordingStatus".
func (s *Service) mayKeep(c *call) *reply {
	if c.recorder == nil || c.me.recording == "recording" {
		return nil
	}
	rep := s.settings.wrongState.with("The call is one of policy-based recording: updateRecordingStatus with recording comes first.")
	return &rep
}
