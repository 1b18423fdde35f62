package simulator

import (
	"slices"
	"time"
)

// How much disorder Config.Chaos brings. The numbers are ours: often enough that a run of a few steps meets some of it, and
// so little time that what a scenario gives a second for is not late.
const (
	disorderly = 0.3 // the chance of each kind, for each notification and for each response
	chaosGrain = time.Millisecond
	maxLate    = 250 * time.Millisecond // of a notification
	maxEarly   = 400 * time.Millisecond // by which a response comes later, so that notifications are there before it
)

// disorder lets a notification come late, twice, or after the next one.
func (s *Service) disorder(c *call, n note, p *parcel) {
	mess := s.cfg.Chaos
	if mess.Delay && s.chaotic() {
		late := s.upTo(maxLate)
		p.wait += late
		s.disturb(c, n, nil, "chaos: delay "+late.String())
	}
	if mess.Duplicate && s.chaotic() {
		p.again = append(p.again, s.upTo(maxLate))
		s.disturb(c, n, nil, "chaos: duplicate")
	}
	if mess.Reorder && !p.reorder && s.chaotic() {
		p.reorder, p.patience = true, maxLate
		s.disturb(c, n, nil, "chaos: reorder")
	}
}

// chaosEarly is how much later a response comes, so that what follows from its request is there before it.
func (s *Service) chaosEarly(q *request) time.Duration {
	if !s.cfg.Chaos.Early || slices.Contains(reads, q.verb) || !s.chaotic() {
		return 0
	}
	wait := s.upTo(maxEarly)
	s.observe("", "chaos: early, "+q.verb+" is answered "+wait.String()+" later", q.call)
	return wait
}

func (s *Service) chaotic() bool { return s.draw().Float64() < disorderly }

// upTo draws a time, of at least a grain.
func (s *Service) upTo(limit time.Duration) time.Duration {
	return chaosGrain * time.Duration(1+s.draw().Int64N(int64(limit/chaosGrain)))
}
