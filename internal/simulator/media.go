package simulator

import "callflow/internal/world"

func (s *Service) playPrompt(c *call, q *request) reply { return notYet("playPrompt") }

func (s *Service) recordResponse(c *call, q *request) reply { return notYet("recordResponse") }

func (s *Service) cancelMediaProcessing(c *call, q *request) reply {
	return notYet("cancelMediaProcessing")
}

func (s *Service) subscribeToTone(c *call, q *request) reply { return notYet("subscribeToTone") }

func (s *Service) sendDtmfTones(c *call, q *request) reply { return notYet("sendDtmfTones") }

func (s *Service) press(p *world.Press) error { return errNotYet }

func (s *Service) speak(p *world.Speak) error { return errNotYet }
