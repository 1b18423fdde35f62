package simulator

func (s *Service) listAudioRoutingGroups(c *call, q *request) reply {
	return notYet("listAudioRoutingGroups")
}

func (s *Service) getAudioRoutingGroup(c *call, q *request) reply {
	return notYet("getAudioRoutingGroup")
}

func (s *Service) createAudioRoutingGroup(c *call, q *request) reply {
	return notYet("createAudioRoutingGroup")
}

func (s *Service) updateAudioRoutingGroup(c *call, q *request) reply {
	return notYet("updateAudioRoutingGroup")
}

func (s *Service) deleteAudioRoutingGroup(c *call, q *request) reply {
	return notYet("deleteAudioRoutingGroup")
}
