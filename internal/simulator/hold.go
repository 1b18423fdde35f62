package simulator

func (s *Service) startHoldMusic(c *call, q *request) reply { return notYet("startHoldMusic") }

func (s *Service) stopHoldMusic(c *call, q *request) reply { return notYet("stopHoldMusic") }
