package simulator

import (
	"reflect"
	"strconv"
	"strings"

	"callflow/internal/graph"
)

// changed says that something about a member is not what it was: every bot beside it is told.
func (s *Service) changed(m *member) {
	s.rosterChanged(m.room)
	m.changed = m.room.sequence
	s.hearing(m)
}

// rosterChanged tells every bot of a group who is in it, a moment later; further changes until then ride along.
func (s *Service) rosterChanged(r *room) {
	r.sequence++
	for _, m := range r.members {
		if c := m.call; c != nil && !c.between() && !c.rosterDue {
			c.rosterDue = true
			s.cfg.Clock.After(rosterStep, func() {
				c.rosterDue = false
				if !c.ended && c.me.room != nil && !s.slipAlone(c) {
					s.sendRoster(c)
				}
			})
		}
	}
}

// sendRoster sends the whole roster, or, to a bot that asked for it, what changed since the last one; nothing when what
// it would see is as it was.
func (s *Service) sendRoster(c *call) {
	if slip := c.slip; slip != nil {
		c.slip = nil
		s.send(c, slip())
		return
	}
	list := s.roster(c, true)
	if c.options["isDeltaRosterEnabled"] == true && c.dialect != graph.Legacy {
		d := s.delta(c)
		if d == nil {
			return
		}
		list = []obj{d}
	}
	s.send(c, note{change: "updated", tail: "/participants", data: list})
}

// seen are the members that a bot's roster shows: itself, and, unless it waits in the lobby, all who are not hidden.
func (c *call) seen() []*member {
	var list []*member
	for _, m := range c.room.members {
		if m == c.me || !c.me.inLobby && !m.hidden {
			list = append(list, m)
		}
	}
	return list
}

// roster is everybody in a call's conversation, as notifications (with @odata.id) or as reads show it.
func (s *Service) roster(c *call, notified bool) []obj {
	list := []obj{}
	for _, m := range c.seen() {
		list = append(list, s.participant(c, m, notified))
	}
	return list
}

// delta is what changed since the roster last sent: who came, who is not as they were, and who left; nil: nothing. With
// isInteractiveRosterEnabled those without media are left out. Graph resources "deltaParticipants" and "callOptions".
func (s *Service) delta(c *call) obj {
	changed, now := []obj{}, []obj{}
	before := map[any]obj{}
	for _, p := range c.sent {
		before[p["id"]] = p
	}
	for _, m := range c.seen() {
		if c.options["isInteractiveRosterEnabled"] == true && len(m.modalities) == 0 {
			continue
		}
		p := s.participant(c, m, true)
		now = append(now, p)
		if was := before[m.id]; !reflect.DeepEqual(was, p) {
			p = clone(p)
			p["rosterSequenceNumber"] = m.changed
			changed = append(changed, p)
		}
		delete(before, m.id)
	}
	for _, p := range c.sent {
		if before[p["id"]] != nil {
			gone := clone(p)
			gone["rosterSequenceNumber"] = c.room.sequence
			gone["removedState"] = obj{"@odata.type": typeOf("removedState"), "reason": "Removed from roster"}
			changed = append(changed, gone)
		}
	}
	c.sent = now
	if len(changed) == 0 {
		return nil
	}
	return obj{"@odata.type": typeOf("deltaParticipants"), "participants": changed, "sequenceNumber": c.room.sequence}
}

// recordingInfo tells that somebody records. Legacy had other words, and none for a recording that failed: there it is one
// that does not run (ours).
func recordingInfo(d graph.Dialect, status string, who any) obj {
	if d != graph.Legacy {
		return obj{"@odata.type": typeOf("recordingInfo"), "recordingStatus": status, "initiator": who}
	}
	word := "notRecording"
	if status == "recording" {
		word = "startedRecording"
	}
	return obj{"status": word, "initiatedBy": obj{"@odata.type": typeOf("participantInfo"), "identity": who}}
}

// participant is one entry of a call's roster.
func (s *Service) participant(c *call, m *member, notified bool) obj {
	p := obj{"@odata.type": typeOf("participant"), "mediaStreams": streams(c, m)}
	info := sourceInfo(c, m.party)
	if m.shownAs != nil {
		info["identity"] = m.shownAs
	}
	if recording := recordingOf(c, m, info["identity"]); recording != nil {
		p["recordingInfo"] = recording
	}
	if m.metadata != "" {
		p["metadata"] = m.metadata
	}
	if m.synthetic != nil && c.dialect == graph.Beta {
		p["syntheticMediaDetection"] = m.synthetic
	}
	if c.dialect != graph.Legacy || !s.cfg.SeedSlips { // the seed document's rosters do not say it
		p["isMuted"], p["isInLobby"] = m.muted || m.serverMuted, m.inLobby
	}
	if c.dialect != graph.Legacy {
		p["info"], p["id"] = s.tellWho(info, m), m.id
		return p
	}
	p["info"] = s.tellWho(obj{"identity": identityOf(c.dialect, m.party), "region": region, "languageId": language}, m)
	if m.shownAs != nil {
		p["info"].(obj)["identity"] = m.shownAs
	}
	if !notified {
		p["id"] = strings.ToUpper(m.id)
		return p
	}
	p["@odata.id"] = s.resource(c) + "/participants/" + s.pathID(c, m.id)
	p["@odata.etag"] = `W/"51"`
	return p
}

const screen = "videoBasedScreenSharing"

// streams are a member's media. Who shows something, or who asked to see it, has a stream for that beside those it
// joined with; its direction is ours, the page says only that it changes (Graph page "call: changeScreenSharingRole").
func streams(c *call, m *member) []obj {
	list := []obj{}
	way := ""
	switch {
	case m.room != nil && m.room.sharing != nil && m.room.sharing.by == m:
		way = "sendOnly"
	case m.role != "":
		way = "receiveOnly"
	}
	for _, modality := range m.modalities {
		st := mediaStream(c, modality, m.source, len(list))
		if modality == "audio" {
			st["serverMuted"] = m.serverMuted
		}
		if modality == screen && way != "" {
			st["direction"], way = way, ""
		}
		list = append(list, st)
	}
	if way != "" {
		st := mediaStream(c, screen, m.source, len(list))
		st["direction"] = way
		list = append(list, st)
	}
	return list
}

func mediaStream(c *call, modality string, source, index int) obj {
	st := obj{"mediaType": modality, "sourceId": strconv.Itoa(source*10 + index), "direction": "sendReceive", "serverMuted": false}
	if c.dialect == graph.Legacy {
		st["sourceId"] = strconv.Itoa(source + index)
	}
	switch modality {
	case "audio":
		st["label"] = "main-audio"
	case "video":
		st["label"] = "main-video"
	case screen:
		st["label"] = "applicationsharing-video"
	}
	if c.dialect != graph.Legacy {
		st["@odata.type"] = typeOf("mediaStream")
	}
	return st
}
