package simulator

import (
	"fmt"
	"strings"

	"callflow/internal/graph"
)

// sharing is a contentSharingSession. One thing is shown at a time: who begins takes over from whoever did before (ours).
type sharing struct {
	id string
	by *member
}

func (x *sharing) body(d graph.Dialect) obj {
	b := obj{"@odata.type": typeOf("contentSharingSession"), "id": x.id}
	if d == graph.Beta {
		b["presenterParticipantId"] = x.by.id
	}
	return b
}

// beginSharing is a member beginning to show something.
func (s *Service) beginSharing(m *member) {
	r := m.room
	s.observe(m.party.shown(), "shares", s.callOf(r))
	if r.sharing != nil {
		was := r.sharing.by
		r.sharing.by = m
		s.changed(was)
		s.changed(m)
		s.noteSharing(r, "updated")
		return
	}
	id := strings.ToUpper(strings.ReplaceAll(s.newID()+s.newID(), "-", "")) // as the pages' examples look
	r.sharing = &sharing{id: id, by: m}
	s.changed(m)
	s.noteSharing(r, "created")
}

// endSharing is a member ending it, if it was theirs.
func (s *Service) endSharing(m *member) {
	r := m.room
	if r.sharing == nil || r.sharing.by != m {
		return
	}
	s.observe(m.party.shown(), "shares no more", s.callOf(r))
	s.noteSharing(r, "deleted")
	r.sharing = nil
	s.changed(m)
}

func (s *Service) noteSharing(r *room, change string) {
	for _, m := range r.present() {
		if m.call != nil {
			s.sendSharing(m.call, change)
		}
	}
}

// tellSharing tells a bot that comes later what is being shown already (ours).
func (s *Service) tellSharing(m *member) {
	if m.call != nil && m.room.sharing != nil {
		s.sendSharing(m.call, "created")
	}
}

// sendSharing notifies a bot that asked for it by isContentSharingNotificationEnabled. Graph resource "callOptions".
func (s *Service) sendSharing(c *call, change string) {
	if c.dialect == graph.Legacy || c.ended || c.options["isContentSharingNotificationEnabled"] != true {
		return
	}
	s.send(c, note{change: change, tail: "/contentsharingsessions", data: []obj{c.room.sharing.body(c.dialect)}})
}

// changeScreenSharingRole makes the bot see what is shared, or share itself. Graph page "call: changeScreenSharingRole":
// group calls with media that the application hosts.
func (s *Service) changeScreenSharingRole(c *call, q *request) reply {
	var b roleBody
	if e := q.read(&b); e != nil {
		return *e
	}
	role := lower(b.Role)
	if role != "viewer" && role != "sharer" {
		return badRequest("role is %q; it may be viewer or sharer", b.Role)
	}
	if e := s.inGroup(c, q.verb); e != nil {
		return *e
	}
	if kind, _ := c.media["@odata.type"].(string); typed("", kind, "appHostedMediaConfig") != "" || kind == "" {
		return s.settings.wrongState.with("changeScreenSharingRole is for calls with media hosted by the application only.")
	}
	s.step(c, firstStep, func() {
		c.me.role = role
		switch {
		case role == "viewer":
			s.endSharing(c.me)
		case c.room.sharing == nil || c.room.sharing.by != c.me:
			s.beginSharing(c.me)
		}
		s.changed(c.me)
	})
	return reply{status: 202}
}

func (s *Service) listContentSharingSessions(c *call, q *request) reply {
	list := []obj{}
	if x := c.room.sharing; x != nil && c.me.room != nil && !c.me.inLobby {
		list = append(list, x.body(c.dialect))
	}
	return reply{status: 200, body: obj{"@odata.context": s.context(c, "/contentSharingSessions"), "value": list}}
}

func (s *Service) getContentSharingSession(c *call, q *request) reply {
	x := c.room.sharing
	if x == nil || c.me.room == nil || c.me.inLobby || !strings.EqualFold(x.id, q.element) {
		return failure(404, "ResourceNotFound", fmt.Sprintf("Content sharing session %q not found.", q.element))
	}
	return reply{status: 200, body: x.body(c.dialect)}
}

func (s *Service) share(who string) error {
	return s.shareOf("share", who, func(m *member) error {
		if m.room.sharing != nil && m.room.sharing.by == m {
			return fmt.Errorf("share: %s shares already", who)
		}
		s.beginSharing(m)
		return nil
	})
}

func (s *Service) unshare(who string) error {
	return s.shareOf("unshare", who, func(m *member) error {
		if m.room.sharing == nil || m.room.sharing.by != m {
			return fmt.Errorf("unshare: %s shares nothing", who)
		}
		s.endSharing(m)
		return nil
	})
}

// shareOf does something in the first meeting that a person is in.
func (s *Service) shareOf(deed, who string, do func(*member) error) error {
	p, err := s.person(who)
	if err != nil {
		return fmt.Errorf("%s: %w", deed, err)
	}
	for _, m := range s.memberships(p) {
		if m.room.mode != peer && !m.inLobby {
			return do(m)
		}
	}
	return fmt.Errorf("%s: %s is in no meeting", deed, who)
}
