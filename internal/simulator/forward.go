package simulator

import (
	"errors"
	"time"
)

// A route is one way by which a call reached somebody for whom it was not: routingType of the resource "callRoute" is
// forwarded, lookup (by a telephone number), or selfFork. What the last one is for is on no page; ours is ringing at the
// same time.
type route struct {
	kind            string
	original, final *party
}

// maxRoutes is how often a call goes on to somebody else, before it is taken to go round in circles (ours).
const maxRoutes = 5

// onTo are a ring's routes when it goes on to somebody else.
func (r *ring) onTo(kind string, p *party) []route {
	return append(r.routes[:len(r.routes):len(r.routes)], route{kind, r.party, p})
}

// forward rings somebody else in place of whom it rang at, for as long as is left.
func (r *ring) forward(name string, limit time.Duration) {
	for _, stop := range r.stops {
		stop()
	}
	r.stops, r.away = nil, true
	next := r.elsewhere("forwarded", name)
	if next == nil {
		r.after(nextStep, outcome{how: r.s.settings.unknown})
		return
	}
	r.s.observe(r.party.shown(), "forwards the call to "+next.party.shown(), "")
	next.limit, next.done = limit, r.settle
	r.stops = append(r.stops, r.s.ring(*next).cancel)
}

// fork rings somebody else too. Where they do not take the call, that alone ends nothing.
func (r *ring) fork(name string) {
	next := r.elsewhere("selfFork", name)
	if next == nil {
		return
	}
	r.s.observe("", next.party.shown()+" rings too", "")
	next.done = func(o outcome) {
		if o.joined != nil {
			r.settle(o)
		}
	}
	r.stops = append(r.stops, r.s.ring(*next).cancel)
}

// elsewhere is the same invitation for somebody else; nil where it goes to nobody.
func (r *ring) elsewhere(kind, name string) *invitation {
	p, err := r.s.personOrBot(name)
	if err == nil && len(r.routes) == maxRoutes {
		err = errors.New("the call goes round in circles")
	}
	if err != nil {
		r.s.observe(r.party.shown(), "cannot have the call go to "+name+": "+err.Error(), "")
		return nil
	}
	next := r.invitation
	next.party, next.routes = p, r.onTo(kind, p)
	return &next
}

// personOrBot finds somebody by name; people come first.
func (s *Service) personOrBot(name string) (*party, error) {
	if p, err := s.person(name); err == nil {
		return p, nil
	}
	return s.botCalled(name)
}
