package report

import (
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

// Run is one whole run, put in order from its records: what every report is written from. Records are masked already.
type Run struct {
	Start   steps.RunStart
	End     steps.RunEnd // Status is "" when the journal breaks off: the process was killed
	Began   time.Time    // in the run's own time: virtual on the simulator
	Repeat  int          // the n-th repetition of the same scenario and row by one command, from 0
	Steps   []*Step      // in the order in which they began; nested ones are in Step.Inner
	Events  []Event      // the inbox, in order
	Loose   []Exchange   // requests outside of any step: cleanup's
	Cleanup []steps.Cleaned
	Logs    []Line // of no step: warnings of the runner's
	Records []steps.Record

	up      []upCall // see callsUp
	upKnown bool
}

// Step is one execution of a step; each item of a forEach is one of its own.
type Step struct {
	Key    string // steps.Record.Step
	Branch string
	Start  steps.StepStart
	End    steps.StepEnd // Status is "" when the journal breaks off before
	At     time.Time
	// Exchanges are its requests, one for each attempt, in the order in which they were sent.
	Exchanges []Exchange
	Retries   []Retry
	Outcome   *steps.Reached
	Successor *steps.Successor
	Claimed   []steps.Claimed
	Captures  []steps.Captured
	Logs      []Line
	Inner     []*Step
}

// Exchange is a request and what it came to. Response is nil when the journal breaks off before.
type Exchange struct {
	At       time.Time
	Request  steps.Sent
	Response *steps.Received
}

// Retry says that an attempt failed and when the next one begins.
type Retry struct {
	At time.Time
	steps.Retried
}

// Event is one event of the inbox; Step and Part say which step claimed it, if any did.
type Event struct {
	At time.Time
	steps.Arrived
	Step, Part string
}

// Line is a line of a step's log.
type Line struct {
	At time.Time
	steps.Logged
}

// NewRun puts the records of one run in order. It takes what there is of a journal that breaks off.
func NewRun(records []steps.Record) *Run {
	b := &runBuilder{run: &Run{Records: records}, byEvent: map[uint64]int{}}
	for i := range records {
		b.add(&records[i])
	}
	return b.run
}

// Name is the scenario's, with its matrix row.
func (r *Run) Name() string {
	if r.Start.Row == "" {
		return r.Start.Scenario
	}
	return r.Start.Scenario + " [" + r.Start.Row + "]"
}

// Failed says that the run ended otherwise than it should: failed, could not test, interrupted, or broken off.
func (r *Run) Failed() bool { return wentWrong(r.End.Status) }

// All visits every step of the run, outer ones before those in them.
func (r *Run) All(visit func(s *Step, depth int)) {
	var walk func([]*Step, int)
	walk = func(list []*Step, depth int) {
		for _, s := range list {
			visit(s, depth)
			walk(s.Inner, depth+1)
		}
	}
	walk(r.Steps, 0)
}

// Title is how a step is called where one line names it: "await caller", "invite move: Bring her in [2]".
func (s *Step) Title() string { return stepName(s.Key, &s.Start) }

type runBuilder struct {
	run     *Run
	open    []*Step // oldest first
	byEvent map[uint64]int
}

func (b *runBuilder) add(r *steps.Record) {
	run := b.run
	switch {
	case r.RunStart != nil:
		run.Start, run.Began = *r.RunStart, r.At
		return
	case r.RunEnd != nil:
		run.End = *r.RunEnd
		return
	case r.Cleanup != nil:
		run.Cleanup = append(run.Cleanup, *r.Cleanup)
		return
	case r.Event != nil:
		b.byEvent[r.Event.Seq] = len(run.Events)
		at := r.At
		if r.Event.Kind == graph.KindUnclaimed {
			at = cameAt(r)
		}
		run.Events = append(run.Events, Event{At: at, Arrived: *r.Event})
		return
	case r.StepStart != nil:
		b.begin(r)
		return
	}
	s := b.find(r.Step, r.Branch)
	if s == nil {
		switch {
		case r.Request != nil || r.Response != nil:
			run.Loose = exchange(run.Loose, r)
		case r.Log != nil:
			run.Logs = append(run.Logs, Line{r.At, *r.Log})
		}
		return
	}
	switch {
	case r.Request != nil || r.Response != nil:
		s.Exchanges = exchange(s.Exchanges, r)
	case r.Retry != nil:
		s.Retries = append(s.Retries, Retry{r.At, *r.Retry})
	case r.Claim != nil:
		s.Claimed = append(s.Claimed, *r.Claim)
		if i, ok := b.byEvent[r.Claim.Event]; ok {
			run.Events[i].Step, run.Events[i].Part = r.Step, r.Claim.Part
		}
	case r.Outcome != nil:
		s.Outcome = r.Outcome
	case r.Successor != nil:
		s.Successor = r.Successor
	case r.Capture != nil:
		s.Captures = append(s.Captures, *r.Capture)
	case r.Log != nil:
		s.Logs = append(s.Logs, Line{r.At, *r.Log})
	case r.StepEnd != nil:
		s.End = *r.StepEnd
		b.close(s)
	}
}

// begin opens a step, inside the one that holds it. Within one branch only a step that holds others can be open when one
// begins, so the youngest open one of this branch, or of a branch around it, is the one.
func (b *runBuilder) begin(r *steps.Record) {
	s := &Step{Key: r.Step, Branch: r.Branch, Start: *r.StepStart, At: r.At}
	for i := len(b.open) - 1; i >= 0; i-- {
		outer := b.open[i]
		if outer.Branch == "" || outer.Branch == r.Branch || strings.HasPrefix(r.Branch, outer.Branch+"/") {
			outer.Inner = append(outer.Inner, s)
			b.open = append(b.open, s)
			return
		}
	}
	b.run.Steps = append(b.run.Steps, s)
	b.open = append(b.open, s)
}

func (b *runBuilder) find(key, branch string) *Step {
	for i := len(b.open) - 1; i >= 0; i-- {
		if b.open[i].Key == key && b.open[i].Branch == branch {
			return b.open[i]
		}
	}
	return nil
}

func (b *runBuilder) close(s *Step) {
	for i := range b.open {
		if b.open[i] == s {
			b.open = append(b.open[:i], b.open[i+1:]...)
			return
		}
	}
}

// exchange adds a request to list, or a response to the request that it answers: requests of one step go one after the
// other.
func exchange(list []Exchange, r *steps.Record) []Exchange {
	if r.Request != nil {
		return append(list, Exchange{At: r.At, Request: *r.Request})
	}
	for i := range list {
		if list[i].Response == nil {
			list[i].Response = r.Response
			return list
		}
	}
	return list
}
