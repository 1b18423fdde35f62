package simulator

// strand leaves the target of a transfer ringing whose bot hangs up in the middle of it. The target then answers, and hears
// silence, for whoever was to be connected is cut off (Microsoft-Teams-Samples issue 140). That the ringing goes on as long
// as it would have is ours. A bot as the target is told that the caller has gone.
func (s *Service) strand(c *call) {
	var others []*ring
	for _, r := range c.rings {
		if r.party.person == nil {
			others = append(others, r)
			continue
		}
		r.done = func(o outcome) {
			if o.joined != nil {
				s.hearsSilence(r.party, r.caller)
			}
		}
	}
	c.rings = others
}

// hearsSilence is somebody at the target's end of a transfer with nobody at the other.
func (s *Service) hearsSilence(target, gone *party) {
	s.observe(target.shown(), "hears silence: "+gone.shown()+" is not there", "")
}
