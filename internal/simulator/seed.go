package simulator

// The slips of the 2018 document's own example, which only its golden test wants (Config.SeedSlips).

// slipReply: the document's replies to answer and to an invitation with replacesCallId name no real operation.
func slipReply(body obj) {
	body["id"], body["clientContext"], body["status"] = "id-value", "clientContext-value", "Running"
}

// slipInvited: the reply to a plain invitation has no Location, and the id of another operation than the notification.
func (s *Service) slipInvited(op *operation, rep *reply) {
	body := rep.body.(obj)
	if op.replaces {
		slipReply(body)
		return
	}
	body["id"] = s.newID()
	rep.location = ""
}

// slipOperation: the notification of an invitation that carried no clientContext has one, which nobody ever gave.
func (s *Service) slipOperation(op *operation, d obj) {
	if op.replaces && op.clientContext == nil {
		d["clientContext"] = s.pathID(op.call, s.newID())
	}
}

// slipRoster: the roster of the meeting call is sent as the replaced call's, in another shape than elsewhere, and gives
// the bot an audio stream although it joined without media.
func (s *Service) slipRoster(c, x *call) note {
	list := []obj{}
	for _, m := range c.room.members {
		shown := *m
		shown.modalities = []string{"audio"}
		p := s.participant(x, &shown, true)
		id := identityOf(c.dialect, m.party)
		one := id[m.party.kind].(obj)
		one["region"], one["languageId"] = region, language
		p["info"] = obj{"@odata.type": typeOf("participantInfo"), "identity": id}
		delete(p["mediaStreams"].([]obj)[0], "serverMuted")
		list = append(list, p)
	}
	return note{change: "updated", tail: "/participants", data: list, on: x}
}
