package simulator

import "callflow/internal/world"

func (s *Service) hand(h *world.Handing) error { return errNotYet }
