package runner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/schema/expr"
	"callflow/steps"
)

// Debugger is asked, wherever a run can stop, what to do there. The branch that stops calls it, and the whole run waits
// until it returns: in a simulated world time stands still meanwhile; on the wall clock it goes on, calls ring, and
// timeouts run. It is asked from one place at a time.
type Debugger interface {
	Stop(*Stop) Action
}

// Why says what a run has come to.
type Why int

// The places at which a run can stop.
const (
	BeforeStep Why = iota // a step, or an item of its forEach, is about to begin: its `if` was true
	OnFailure             // a step has failed; nothing that stands after it has run, cleanup neither
	OnEvent               // an event has come into the inbox, and nobody has been offered it yet
)

// Action is what a Debugger wants.
type Action int

// The actions.
const (
	Proceed Action = iota
	Skip           // BeforeStep: not this step; it counts as skipped
	Again          // OnFailure: the whole step once more, with a timeout, a window and ids of its own
	Quit           // end the run as Ctrl-C does, with finally and cleanup
)

// Stop is a run that stands still, and what can be asked of it. It is of use until Stop has returned.
type Stop struct {
	Why     Why
	Step    *schema.Step // nil OnEvent
	Key     string       // steps.Record.Step
	Title   string       // how people call the step
	Branch  string
	Failure *steps.Failure // OnFailure
	Event   *InboxEvent    // OnEvent

	run   *run
	frame *frame
	view  map[string]any
}

// InboxEvent is one event that has come.
type InboxEvent struct {
	At      time.Time
	Claimed string // key of the step that took it
	steps.Arrived
}

// CallState is what the run knows of one call.
type CallState struct {
	ID      string
	By      string         // key of the step that made or answered it
	Up      bool           // cleanup would hang it up
	Picture map[string]any // as calls[id] in expressions
}

// Answer is the value of an expression.
type Answer struct {
	Value any
	Tree  expr.Explanation
}

// Plan is the scenario, or the included file, that the stop is in.
func (s *Stop) Plan() *schema.Plan { return s.frame.plan }

// Scenario is the whole run's plan, in which included files are.
func (s *Stop) Scenario() *schema.Plan { return s.run.root.plan }

// Now is the run's own time.
func (s *Stop) Now() time.Time { return s.frame.host.Now() }

// Began is when the run began.
func (s *Stop) Began() time.Time { return s.run.started }

// Known are the variables and captured names at the stop, by name.
func (s *Stop) Known() []steps.Captured {
	var known []steps.Captured
	for _, name := range slices.Sorted(maps.Keys(s.frame.names.all)) {
		if name != "steps" && name != "calls" && name != "run" {
			known = append(known, steps.Captured{Name: name, Value: s.frame.names.all[name]})
		}
	}
	return known
}

// Outputs are those of the steps that have run, by their ids: `steps` in expressions.
func (s *Stop) Outputs() map[string]any { return s.frame.names.steps }

// Inbox lists the events that have come, in order.
func (s *Stop) Inbox() []InboxEvent {
	list := make([]InboxEvent, len(s.run.inbox.entries))
	for i, e := range s.run.inbox.entries {
		list[i] = inboxEvent(e)
	}
	return list
}

func inboxEvent(e *entry) InboxEvent {
	return InboxEvent{At: e.At, Claimed: e.claimed, Arrived: *arrived(e)}
}

// Calls lists the calls that the run knows, oldest first.
func (s *Stop) Calls() []CallState {
	var list []CallState
	for _, x := range s.run.legs.all {
		list = append(list, CallState{ID: x.id, By: x.by.key, Up: !x.ended, Picture: s.run.calls.of(x.id)})
	}
	return list
}

// Eval evaluates an expression where the run stands; OnEvent it sees the event too. Problems say what is wrong with the
// text, the error what went wrong with the values.
func (s *Stop) Eval(text string) (a Answer, problems schema.Problems, err error) {
	e, problems := expr.CompileLive(text, s.frame.names.all, steps.Vocabulary().Globals(), s.Why == OnEvent)
	if e == nil {
		return a, problems, nil
	}
	ask := func(all map[string]any) {
		if a.Value, err = e.Eval(all); err == nil {
			a.Tree = e.Explain(all)
		}
	}
	if s.Why == OnEvent {
		s.frame.names.overEvent(s.view, ask)
	} else {
		ask(s.frame.names.all)
	}
	return a, nil, err
}

// CheckEvent says what is wrong with an expression that is to be asked of the events to come, over the scenario's own names.
func (s *Stop) CheckEvent(text string) schema.Problems {
	_, problems := expr.CompileCondition(text, s.run.root.names.all, steps.Vocabulary().Globals())
	return problems
}

// Set gives a variable or captured name another value, from here on in this branch. What expressions were checked to see
// stays there: no new name, no other kind of value, and never nothing.
func (s *Stop) Set(name string, value any) error {
	before, known := s.frame.names.all[name]
	switch {
	case !known || name == "steps" || name == "calls" || name == "run":
		return fmt.Errorf("there is no variable %q here", name)
	case value == nil:
		return fmt.Errorf("%s would have no value", name)
	case expr.TypeOfValue(value).Words() != expr.TypeOfValue(before).Words():
		return fmt.Errorf("%s is %s, and expressions count on that; this is %s", name, expr.TypeOfValue(before).Words(), expr.TypeOfValue(value).Words())
	}
	s.frame.names.all[name] = value
	s.run.hold(value)
	emit(s.frame.host, s.Key, s.Branch, steps.Record{Capture: &steps.Captured{Name: name, Value: value}})
	return nil
}

// HangUp hangs up a call, or rejects one that rings, as cleanup would. The text says what became of it.
func (s *Stop) HangUp(id string) (string, error) {
	if s.Why == OnEvent {
		return "", fmt.Errorf("an event is being taken in: go on to a step first")
	}
	for _, x := range s.run.legs.all {
		if x.id != graph.CanonicalID(id) {
			continue
		}
		if x.ended {
			return "it has ended already", nil
		}
		done, _ := s.run.hangUp(s.frame.host, x, 1)
		if done == nil { // cleanup would try again
			return "", fmt.Errorf("not hung up, try again: %s", x.failed)
		}
		return done.Result, nil
	}
	return "", fmt.Errorf("the run knows no call %s", id)
}

// stoodStill journals how long the run stood still, where that took time: whoever reads the journal later must not wonder.
func (r *run) stoodStill(h steps.Host, key, branch string, since time.Time) {
	if took := h.Now().Sub(since); took > 0 {
		emit(h, key, branch, steps.Record{Log: &steps.Logged{Level: "info", Text: steps.Span(took.Round(time.Millisecond)) + " went by in the debugger"}})
	}
}

// ask lets the debugger look at a stop of this turn.
func (t *turn) ask(why Why, f *steps.Failure) Action {
	began := t.host.Now()
	action := t.run.opt.Debugger.Stop(&Stop{Why: why, Step: t.step, Key: t.key, Title: t.words(), Branch: t.branch, Failure: f, run: t.run, frame: t.frame})
	t.run.stoodStill(t.host, t.key, t.branch, began)
	return action
}

// debugged is once, with a stop before it and another one where it fails.
func (t *turn) debugged() (steps.Outputs, error) {
	switch fresh := *t; t.ask(BeforeStep, nil) {
	case Skip:
		t.start(nil)
		return nil, t.skip("skipped in the debugger")
	case Quit:
		return nil, steps.ErrInterrupted
	default:
		for {
			t.started = t.host.Now()
			outputs, err := t.once()
			if t.failure == nil {
				return outputs, err
			}
			if !t.item {
				t.done(t.step, outputs) // what it came to can be looked at
			}
			switch t.ask(OnFailure, t.failure) {
			case Again:
				t.emit(steps.Record{Log: &steps.Logged{Level: "info", Text: "once more, in the debugger"}})
				*t = fresh
			case Quit:
				return outputs, cmp.Or(err, steps.ErrInterrupted)
			default:
				return outputs, err
			}
		}
	}
}

// came lets the debugger look at an event, before anybody is offered it. True: it ends the run.
func (r *run) came(h steps.Host, e *entry) (quit bool) {
	if r.opt.Debugger == nil {
		return false
	}
	began, at := h.Now(), *r.root
	at.host = h
	seen := inboxEvent(e)
	action := r.opt.Debugger.Stop(&Stop{Why: OnEvent, Event: &seen, run: r, frame: &at, view: e.View})
	r.stoodStill(h, "", "", began)
	if action != Quit || r.endMain == nil {
		return false
	}
	r.endMain(steps.ErrInterrupted)
	return true
}

// Masked is text as output may show it: without the run's secrets, nor anything that looks like a token.
func (s *Stop) Masked(text string) string {
	return s.run.Mask.Record(steps.Record{Type: "log", Log: &steps.Logged{Text: text}}).Log.Text
}
