package simulator

import (
	"slices"
	"strconv"

	"callflow/internal/graph"
)

// The slips of the 2018 document's own example, which only its golden test wants (Config.SeedSlips).

// slipReply: the document's replies to answer and to an invitation with replacesCallId name no real operation.
func slipReply(body obj) {
	body["id"], body["clientContext"], body["status"] = "id-value", "clientContext-value", "Running"
}

// slipInvited: the document's reference part, whose request names the version, answers an invitation with a bare 202. Its
// flows, whose requests name none, answer with an operation: with replacesCallId one of placeholders, else without a
// Location and with another id than the notification tells.
func (s *Service) slipInvited(q *request, op *operation, rep *reply) {
	if !s.cfg.SeedSlips || op.call.dialect != graph.Legacy {
		return
	}
	body := rep.body.(obj)
	switch {
	case q.versioned:
		*rep = reply{status: 202, location: s.root(op.call) + "/app/calls/" + op.call.id + "/operations/" + op.id}
	case op.replaces:
		slipReply(body)
	default:
		body["id"] = s.newID()
		rep.location = ""
	}
}

// slipOperation: the notification of an invitation that carried no clientContext has one, which nobody ever gave.
func (s *Service) slipOperation(op *operation, d obj) {
	if s.cfg.SeedSlips && op.replaces && op.clientContext == nil {
		d["clientContext"] = s.pathID(op.call, s.newID())
	}
}

// slipAlone: nobody is told that only the bot is in a meeting.
func (s *Service) slipAlone(c *call) bool {
	return s.cfg.SeedSlips && len(c.room.members) == 1
}

// slipInvitee: the roster that tells of an invitee does not list the invitee.
func (s *Service) slipInvitee(c *call, invitee *member) {
	if !s.cfg.SeedSlips {
		return
	}
	c.slip = func() note {
		list := []obj{}
		for _, m := range c.room.others(invitee) {
			list = append(list, s.participant(c, m, true))
		}
		return note{change: "updated", tail: "/participants", data: list}
	}
}

// slipRoster: the roster of the meeting call is sent as the replaced call's, in another shape than elsewhere, newest
// first, and gives the bot an audio stream although it joined without media.
func (s *Service) slipRoster(c, x *call) {
	if !s.cfg.SeedSlips {
		return
	}
	c.slip = func() note {
		list := []obj{}
		members := slices.Clone(c.room.members)
		slices.Reverse(members)
		for i, m := range members {
			id := identityOf(c.dialect, m.party)
			one := id[m.party.kind].(obj)
			one["region"], one["languageId"] = region, language
			p := s.participant(x, m, true)
			p["info"] = obj{"@odata.type": typeOf("participantInfo"), "identity": id}
			p["mediaStreams"] = []obj{{"mediaType": "audio", "label": "main-audio", "sourceId": strconv.Itoa(i + 1), "direction": "sendReceive"}}
			list = append(list, p)
		}
		return note{change: "updated", tail: "/participants", data: list, on: x}
	}
}
