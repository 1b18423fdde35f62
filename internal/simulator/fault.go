package simulator

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// A fault of the scene that has struck less often than it shall.
type fault struct {
	world.Fault
	number  int // from 1, in the order in which the service learnt of them
	left    int
	with    *party                                   // nil: whoever
	test    func(names map[string]any) (bool, error) // nil: any notification
	bad     error                                    // why it cannot be used: it never strikes
	doubted bool                                     // its match could not be evaluated, and that was said
}

// A matter is what a request or a notification is about, as faults select it.
type matter struct {
	call    *call // nil: none yet
	number  int   // of the call
	begun   string
	context string
	step    string
	body    any           // of a request
	event   *graph.Event  // of a notification; decoded when somebody asks
	raw     func() []byte // the notification; nil: a request
}

// arm takes one fault more.
func (s *Service) arm(w world.Fault) *fault {
	s.armed++
	f := &fault{Fault: w, number: s.armed, left: max(1, w.Times)}
	switch {
	case w.Match == "":
	case s.cfg.Match == nil:
		f.bad = fmt.Errorf("fault match %q: expressions are not to be had here", w.Match)
	default:
		if f.test, f.bad = s.cfg.Match(w.Match); f.bad != nil {
			f.bad = fmt.Errorf("fault match %q: %w", w.Match, f.bad)
		}
	}
	if w.With != "" {
		var err error
		if f.with, err = s.person(w.With); err != nil {
			f.bad = fmt.Errorf("fault with: %w", err)
		}
	}
	s.faults = append(s.faults, f)
	return f
}

// spend has the first fault strike that fits; nil: none does.
func (s *Service) spend(fits func(*fault) bool, m *matter) *fault {
	for _, f := range s.faults {
		if f.left > 0 && f.bad == nil && fits(f) && s.about(f, m) && s.luck(f.Chance) {
			f.left--
			return f
		}
	}
	return nil
}

// about says whether a matter is one that the fault strikes.
func (s *Service) about(f *fault, m *matter) bool {
	switch {
	case f.Call != 0 && f.Call != m.number,
		f.Operation != "" && f.Operation != m.begun,
		f.Context != "" && f.Context != m.context,
		f.Step != "" && !isStep(m.step, f.Step),
		f.with != nil && !s.concerns(m, f.with):
		return false
	case f.Kind == "" && f.test == nil:
		return true
	}
	if m.event == nil {
		events := graph.DecodeNotification(nil, m.raw())
		if len(events) != 1 {
			return false
		}
		m.event = events[0]
	}
	return (f.Kind == "" || f.Kind == string(m.event.Kind)) && (f.test == nil || s.holds(f, m.event.View))
}

// holds evaluates a fault's match. One that cannot be evaluated does not hold, and that is said once for each fault.
func (s *Service) holds(f *fault, names map[string]any) bool {
	ok, err := f.test(names)
	if err != nil && !f.doubted {
		f.doubted = true
		s.observe("", fmt.Sprintf("fault match %q cannot be evaluated, and is taken not to hold: %v", f.Match, err), "")
	}
	return ok && err == nil
}

// isStep compares a step's key, as the runner tells it, with the id of a step: the item of a forEach does not matter, nor,
// where the id names none, the step that includes the file.
func isStep(key, id string) bool {
	if i := strings.LastIndexByte(key, '['); i > 0 && strings.HasSuffix(key, "]") && key != id {
		key = key[:i]
	}
	return key == id || strings.HasSuffix(key, "/"+id)
}

// concerns says whether somebody is or was in the call that a matter is about, rings in it, or is named by the request.
func (s *Service) concerns(m *matter, p *party) bool {
	if mentions(m.body, p) {
		return true
	}
	c := m.call
	if c == nil {
		return false
	}
	for _, x := range c.room.been {
		if x == p {
			return true
		}
	}
	for r := range s.rings.all() {
		if r.room == c.room && (r.party == p || r.caller == p) {
			return true
		}
	}
	return mentions(c.source, p) || mentions(c.targets, p)
}

// mentions looks through JSON for the id of a party.
func mentions(v any, p *party) bool {
	switch v := v.(type) {
	case obj:
		for key, x := range v { // whether any does: in no order
			if id, ok := x.(string); ok && key == "id" && graph.CanonicalID(id) == p.id || mentions(x, p) {
				return true
			}
		}
	case []any:
		for _, x := range v {
			if mentions(x, p) {
				return true
			}
		}
	case []obj:
		for _, x := range v {
			if mentions(x, p) {
				return true
			}
		}
	}
	return false
}

// luck draws whether something of that chance happens; nil is certain.
func (s *Service) luck(chance *float64) bool { return chance == nil || s.draw().Float64() < *chance }

// draw is the stream that chance is drawn from, apart from the one of ids: with chance or without, ids are the same.
func (s *Service) draw() *rand.Rand {
	if s.dice == nil {
		seed := s.cfg.Luck
		if seed == 0 {
			seed = s.cfg.Rand()
		}
		s.dice = rand.New(rand.NewPCG(seed, 0))
	}
	return s.dice
}

// describe says what goes wrong, for the journal.
func (f *fault) describe() string {
	said := []string{f.Fault.Fault}
	say := func(there bool, format string, args ...any) {
		if there {
			said = append(said, fmt.Sprintf(format, args...))
		}
	}
	say(f.status() != 0, "status %d", f.status())
	say(f.Code != "", "code %s", f.Code)
	say(f.RetryAfter > 0, "retryAfter %s", f.RetryAfter)
	say(f.Reset, "reset")
	say(f.Lost, "lost")
	if x := f.Fails; x != nil {
		say(true, "fails %d/%d", x.Code, x.Subcode)
		say(x.After > 0, "after %s", x.After)
		say(x.Gone, "gone")
		say(x.Ends, "ends")
	}
	say(f.Ghost, "ghost")
	say(f.Phantom, "phantom")
	say(f.Slow > 0, "slow %s", f.Slow)
	say(f.Drop, "drop")
	say(f.Duplicate, "duplicate")
	say(f.Early, "early")
	say(f.Reorder, "reorder")
	say(f.Misroute, "misroute")
	say(f.Empty, "empty")
	say(f.UnknownType, "unknownType")
	say(f.BadToken != "", "badToken %s", f.BadToken)
	say(f.Delay > 0, "delay %s", f.Delay)
	return strings.Join(said, ", ")
}
