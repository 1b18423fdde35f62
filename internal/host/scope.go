package host

import (
	"fmt"
	"slices"
	"time"

	"callflow/steps"
)

// scope is a span of a run that ends as a whole. Guarded by its run's lock.
type scope struct {
	run      *Run
	parent   *scope
	children []*scope
	cause    error // with which it ends when nothing else is said
	ended    error // why it ended; nil while it lives
	stop     func()
}

// child returns a scope that ends with its parent at the latest.
func (s *scope) child(cause error) *scope {
	c := &scope{run: s.run, parent: s, cause: cause, ended: s.ended}
	if s.ended == nil {
		s.children = append(s.children, c)
	}
	return c
}

// limit ends the scope with its cause once d has passed.
func (s *scope) limit(d time.Duration) {
	if d > 0 && s.ended == nil {
		s.stop = s.run.world.After(d, Limit, func() { s.end(s.cause) })
	}
}

// end ends the scope and everything in it, and wakes whoever waits there, in the order of forking.
func (s *scope) end(why error) {
	if s.ended != nil {
		return
	}
	if why == nil {
		why = errEnded
	}
	s.close(why)
	if p := s.parent; p != nil {
		p.children = slices.DeleteFunc(p.children, func(c *scope) bool { return c == s })
	}
	for _, b := range s.run.live {
		if b.scope != nil && b.scope.ended != nil {
			b.interrupt(b.scope.ended)
		}
	}
}

func (s *scope) close(why error) {
	s.ended = why
	if s.stop != nil {
		s.stop()
	}
	for _, c := range s.children {
		c.close(why)
	}
	s.children = nil
}

func (h *place) Scope(limit time.Duration, cause error) (steps.Host, func(error)) {
	return h.inside(h.scope, limit, cause)
}

// Shield's scope hangs below the root, which ends only when the run is killed.
func (h *place) Shield(limit time.Duration) (steps.Host, func()) {
	in, end := h.inside(h.run.root, limit, shieldOver(limit))
	return in, func() { end(nil) }
}

// shieldOver is the end of a shield after its limit.
type shieldOver time.Duration

func (e shieldOver) Error() string {
	return fmt.Sprintf("the %v given to clean up are over", time.Duration(e))
}

func (h *place) inside(parent *scope, limit time.Duration, cause error) (steps.Host, func(error)) {
	r := h.run
	r.turns.lock()
	defer r.turns.unlock()
	s := parent.child(cause)
	s.limit(limit)
	return &place{h.Branch, s}, func(why error) {
		r.turns.lock()
		defer r.turns.unlock()
		s.end(why)
	}
}
