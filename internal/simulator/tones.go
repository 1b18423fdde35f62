package simulator

import (
	"fmt"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// subscribeToTone tells the bot of keys from here on. Graph page "call: subscribeToTone".
func (s *Service) subscribeToTone(c *call, q *request) reply {
	var b contextBody
	if e := q.readContext(&b); e != nil {
		return *e
	}
	if e := s.noMedia(c, "listened to"); e != nil {
		return *e
	}
	c.line.subscribed = true
	return s.atOnce(s.newOperation(c, listening, b.context()))
}

// press is somebody pressing keys, in every call that they are in.
func (s *Service) press(p *world.Press) error {
	who, err := s.person(p.Who)
	if err != nil {
		return fmt.Errorf("press: %w", err)
	}
	in := s.memberships(who)
	if len(in) == 0 {
		return fmt.Errorf("press: %s is in no call", p.Who)
	}
	for _, m := range in {
		s.pressAll(m, p.Tones, p.Every, 0)
	}
	return nil
}

// pressAll is m pressing keys one after the other, the first one after a while, as long as they are in the room.
func (s *Service) pressAll(m *member, pressed string, every, after time.Duration) {
	list, _ := tonesOf(pressed) // the deed was checked
	room := m.room
	for i, tone := range list {
		s.cfg.Clock.After(after+time.Duration(i)*every, func() {
			if m.room != room {
				return
			}
			s.observe(m.party.shown(), "presses "+keyOf(tone), s.callOf(room))
			s.toneIn(room, m, tone)
		})
	}
}

// habits begins what somebody does by themselves in every call: pressing keys, speaking.
func (s *Service) habits(m *member) {
	p := m.party.person
	if p == nil {
		return
	}
	if p.Presses != nil {
		s.pressAll(m, p.Presses.Tones, p.Presses.Every, p.Presses.After)
	}
	if p.Speaks != nil {
		s.speakAfter(m, p.Speaks.After, p.Speaks.For)
	}
}

// toneIn is a tone that from sends into a room: every bot there hears it but itself.
func (s *Service) toneIn(r *room, from *member, tone string) {
	for _, m := range r.others(from) {
		c := m.call
		if c == nil || from.inLobby || m.inLobby || c.audio != "active" || c.ending {
			continue
		}
		if c.line.subscribed {
			c.line.heard++
			s.send(c, s.toneNote(c, tone))
		}
		if len(c.line.queue) > 0 {
			if k := c.line.queue[0].take; k != nil && k.rolls {
				k.press(s, keyOf(tone))
			}
		}
	}
}

func (s *Service) toneNote(c *call, tone string) note {
	d := s.callData(c, c.state)
	info := obj{"sequenceId": c.line.heard, "tone": tone}
	if c.dialect != graph.Legacy {
		info["@odata.type"] = typeOf("toneInfo")
	}
	d["toneInfo"] = info
	return note{change: "updated", data: d}
}

// A sending is one sendDtmfTones.
type sending struct {
	op    *operation
	stops []func()
}

func (x *sending) stop() {
	for _, stop := range x.stops {
		stop()
	}
}

// sendDtmfTones presses keys for the bot. It waits for no prompt. Graph page "call: sendDtmfTones".
func (s *Service) sendDtmfTones(c *call, q *request) reply {
	var b dtmfBody
	if e := q.read(&b); e != nil {
		return *e
	}
	list, problem := b.check()
	if problem != "" {
		return badRequest("%s", problem)
	}
	if c.state != established || c.ending {
		return s.wrongState(c, "sent tones", established)
	}
	if c.audio != "active" {
		return s.settings.audioInactive.with("The call's audio is not active; tones can be sent once mediaState.audio is active.")
	}
	gap := toneGap
	if b.Delay != nil {
		gap = time.Duration(*b.Delay) * time.Millisecond
	}
	op := s.newOperation(c, sendingOp, b.context())
	if q.muffles() {
		return s.taken(op, 0)
	}
	x := &sending{op: op}
	for i, tone := range list {
		x.stops = append(x.stops, s.cfg.Clock.After(firstStep+time.Duration(i)*(toneTime+gap), func() {
			s.heard(c, "the tone "+keyOf(tone))
			s.toneIn(c.room, c.me, tone)
		}))
	}
	n := time.Duration(len(list))
	x.stops = append(x.stops, s.cfg.Clock.After(firstStep+n*toneTime+(n-1)*gap, func() { s.sent(c, x) }))
	c.line.sending = append(c.line.sending, x)
	return s.taken(op, 0)
}

// sent is the last tone having been sent.
func (s *Service) sent(c *call, x *sending) {
	for i, y := range c.line.sending {
		if x == y {
			c.line.sending = append(c.line.sending[:i:i], c.line.sending[i+1:]...)
			break
		}
	}
	s.finish(x.op, done)
}

// speak is somebody's voice in every call that they are in.
func (s *Service) speak(p *world.Speak) error {
	who, err := s.person(p.Who)
	if err != nil {
		return fmt.Errorf("speak: %w", err)
	}
	in := s.memberships(who)
	if len(in) == 0 {
		return fmt.Errorf("speak: %s is in no call", p.Who)
	}
	for _, m := range in {
		s.speakAfter(m, 0, p.For)
	}
	return nil
}

// speakAfter is m beginning to speak after a while, for some time, as long as they are in the room.
func (s *Service) speakAfter(m *member, after, length time.Duration) {
	room := m.room
	begin := func() {
		if m.room != room {
			return
		}
		m.voices++
		s.hearing(m)
		did := "speaks for " + brief(length)
		if !m.heard {
			did += ", and nobody hears it"
		}
		s.observe(m.party.shown(), did, s.callOf(room))
		s.cfg.Clock.After(length, func() {
			if m.room != room {
				return
			}
			m.voices--
			s.hearing(m)
		})
	}
	if after == 0 {
		begin()
		return
	}
	s.cfg.Clock.After(after, begin)
}

// hearing tells the others' recordings when m begins or ends to be heard: it speaks, and is neither muted nor in the lobby.
func (s *Service) hearing(m *member) {
	heard := m.voices > 0 && !m.muted && !m.serverMuted && !m.inLobby
	if heard != m.heard {
		m.heard = heard
		s.voiceIn(m.room, m, heard)
	}
}

// voiceIn tells every recording in a room that from begins or ends to speak.
func (s *Service) voiceIn(r *room, from *member, speaks bool) {
	for _, m := range r.others(from) {
		if m.call == nil || len(m.call.line.queue) == 0 {
			continue
		}
		if k := m.call.line.queue[0].take; k != nil && k.rolls {
			k.voice(s, speaks)
		}
	}
}
