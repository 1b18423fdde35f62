package simulator

func (s *Service) admit(who string) error { return errNotYet }

func (s *Service) expel(who string) error { return errNotYet }
