package simulator

func (s *Service) logTeleconferenceDeviceQuality(c *call, q *request) reply {
	return notYet("logTeleconferenceDeviceQuality")
}
