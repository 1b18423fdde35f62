package simulator

func (s *Service) mute(c *call, q *request) reply { return notYet("mute") }

func (s *Service) unmute(c *call, q *request) reply { return notYet("unmute") }

func (s *Service) muteParticipant(c *call, q *request) reply { return notYet("muteParticipant") }

func (s *Service) muteSelf(who string) error { return errNotYet }

func (s *Service) unmuteSelf(who string) error { return errNotYet }
