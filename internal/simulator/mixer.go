package simulator

import "fmt"

type mixerBody struct {
	contextBody
	Levels []struct {
		Type         string `json:"@odata.type"`
		Participant  string `json:"participant"`
		SourceLevels []struct {
			Participant string `json:"participant"`
		} `json:"sourceLevels"`
	} `json:"participantMixerLevels"`
}

// configureMixer changes what participants hear of each other, which nobody is told. That it is for group calls, and that
// everybody named must be there, is ours. Graph page "participant: configureMixer" (beta), whose text says 202 and whose
// example 200.
func (s *Service) configureMixer(c *call, q *request) reply {
	var b mixerBody
	if e := s.readInGroup(c, q, &b); e != nil {
		return *e
	}
	if len(b.Levels) == 0 {
		return badRequest("participantMixerLevels is missing")
	}
	for i, x := range b.Levels {
		if p := typed(fmt.Sprintf("participantMixerLevels[%d]", i), x.Type, "participantMixerLevel"); p != "" {
			return badRequest("%s", p)
		}
		whom := []string{x.Participant}
		for _, source := range x.SourceLevels {
			whom = append(whom, source.Participant)
		}
		for _, id := range whom {
			if s.memberFor(c, id) == nil {
				return noParticipant(c, id)
			}
		}
	}
	op := s.newOperation(c, "commsOperation", b.context())
	s.step(c, firstStep+nextStep, func() { s.finish(op, done) })
	return s.began(op, 200)
}
