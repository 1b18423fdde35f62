package simulator

func (s *Service) changeScreenSharingRole(c *call, q *request) reply {
	return notYet("changeScreenSharingRole")
}

func (s *Service) listContentSharingSessions(c *call, q *request) reply {
	return notYet("listContentSharingSessions")
}

func (s *Service) getContentSharingSession(c *call, q *request) reply {
	return notYet("getContentSharingSession")
}

func (s *Service) updateRecordingStatus(c *call, q *request) reply {
	return notYet("updateRecordingStatus")
}

func (s *Service) addLargeGalleryView(c *call, q *request) reply {
	return notYet("addLargeGalleryView")
}

func (s *Service) share(who string) error { return errNotYet }

func (s *Service) unshare(who string) error { return errNotYet }
