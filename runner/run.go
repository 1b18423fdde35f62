package runner

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"callflow/schema"
	"callflow/schema/expr"
	"callflow/steps"
)

// run is one run of a plan: what all its branches share. At most one branch executes at a time (see steps.Host), so
// nothing here is locked.
type run struct {
	*Prepared
	inbox    *inbox
	calls    *pictures
	legs     legs
	people   []steps.Named
	scenario string // the Scenario-Id header of every request
	answered bool   // some request got a response
	heard    heard
	started  time.Time
	root     *frame
	hush     func()                 // ends the listener
	endMain  func(error)            // ends the main scope; nil when there is none
	never    *ended                 // the frame's never came true
	names    *names                 // of the whole scenario: while a forEach goes on, the root frame has those of its item
	guards   []func()               // withdraw what never asks the host for, see guardIncoming
	guarded  bool                   // it has asked before
	passedBy []string               // incoming calls of which the journal says that nobody took them
	missing  bool                   // an await has asked for incoming calls in vain
	stopped  map[error][]stopped    // the steps that were under way when a scope above them ended, by what ended it
	traces   map[string]steps.Trace // the last request of each branch; none are kept on a simulator
	doubts   []string               // warnings given, see doubt
	turns    int                    // steps executed so far
	held     int                    // weight of all values that got names
	spent    *ended                 // there was too much of either
	counts   map[string]int         // steps by status
	good     []success              // the last createCalls that went well
	strikes  []strike               // faults of the simulated world that struck its requests
	probed   *probed                // nil: its callback address was not probed
	stopping *stopping
}

func newRun(p *Prepared, h steps.Host) *run {
	r := &run{Prepared: p, calls: newPictures(), started: h.Now(), hush: func() {}, stopped: map[error][]stopped{}, counts: map[string]int{}}
	r.inbox = &inbox{calls: r.calls, took: r.took, ours: r.hungUpItself}
	r.root = &frame{run: r, plan: p.plan, names: p.names.child(), book: newBook()}
	r.names = r.root.names
	r.names.all["calls"] = r.calls.names()
	r.names.renamed = func() { r.learnt(false) }
	r.stopping = newStopping(p.plan, p.opt.Until)
	r.people = people(p.Scene, p.Target.Bot)
	r.scenario = newID(h)
	return r
}

// newID draws a GUID from the host's randomness.
func newID(h steps.Host) string {
	var b [16]byte
	for i, v := range [2]uint64{h.Rand(), h.Rand()} {
		for k := range 8 {
			b[8*i+k] = byte(v >> (8 * k))
		}
	}
	return guid(b[:])
}

func (r *run) start(h steps.Host) {
	emit(h, "", "", steps.Record{RunStart: &steps.RunStart{
		RunID: r.RunID, Scenario: r.plan.Name, File: r.plan.File, Row: r.opt.Row.Name,
		Target: r.Target.Name, Dialect: string(r.Target.Dialect), Simulated: r.Target.Simulated,
		Seed: r.opt.Seed, Chaos: r.Target.Chaos, Started: r.started, Steps: len(r.plan.Steps) + len(r.plan.Finally), Tags: r.plan.Tags,
		Vars: r.opt.Given, Timeout: r.opt.Timeout, Until: r.opt.Until, Asked: r.opt.Asked, People: r.people, Description: r.plan.Description,
	}})
}

// listen takes every event as it arrives, from before the first step until cleanup has ended. It is forked first, so it
// sees each event before whoever waits for it.
func (r *run) listen(h steps.Host) {
	h, r.hush = h.Shield(0)
	for pos := uint64(0); ; {
		switch _, err := r.inbox.next(h, pos, time.Time{}); err {
		case nil:
			pos++
		case steps.ErrNothing: // the others give up, and what they then do may bring events again
		default:
			return
		}
	}
}

// took is told of every entry of the inbox: it journals the event and judges the frame's never. True: never came true,
// and what waits in the main scope is over.
func (r *run) took(h steps.Host, e *entry) bool {
	r.legs.see(e.Event.Event)
	r.Mask.learn(object(e.View["operation"]))
	news := arrived(e)
	if e.late != "" {
		news.Means = r.codeOf(e)
	}
	emit(h, "", "", steps.Record{Event: news})
	r.learnt(true)
	if r.came(h, e) {
		return true
	}
	if r.endMain == nil || r.never != nil {
		return false
	}
	for _, never := range r.plan.Never {
		if e.repeat && !never.Mentions("event") {
			continue
		}
		r.names.overEvent(e.View, func(all map[string]any) {
			switch struck, err := never.Test(all); {
			case err != nil:
				r.doubt(h, "", "", err)
			case struck:
				r.never = neverStruck(r.root, never, e, all)
			}
		})
		if r.never != nil {
			emit(h, "", "", steps.Record{Log: &steps.Logged{Level: "error", Text: r.never.failure.Text}})
			r.endMain(r.never)
			return true
		}
	}
	return false
}

// doubt warns of a condition that must not hold and could not be evaluated over an event: as far as it knows nothing went
// wrong, but it cannot know. Once for each reason.
func (r *run) doubt(h steps.Host, key, branch string, err error) {
	text := err.Error() + "; it is taken not to hold"
	if slices.Contains(r.doubts, text) || len(r.doubts) == 100 {
		return
	}
	r.doubts = append(r.doubts, text)
	emit(h, key, branch, steps.Record{Log: &steps.Logged{Level: "warning", Text: text}})
}

// hold counts what a value that gets a name takes to keep.
func (r *run) hold(v any) { r.held += expr.Weight(v, maxHeld) }

// spend counts the execution of a step, and refuses it when there were too many, or when the values of those before are
// too much to keep.
func (r *run) spend(s *schema.Step) error {
	r.turns++
	text, hint := "", ""
	switch {
	case r.turns > maxTurns:
		text = fmt.Sprintf("the run executed %d steps, which is the most that one may", maxTurns)
		hint = "a forEach in a forEach, or a poll with a very short every, takes many"
	case r.held > maxHeld:
		text = fmt.Sprintf("the names of the run hold more than %d values", maxHeld)
		hint = "a forEach that captures keeps a list of what each item captured"
	default:
		return nil
	}
	if r.spent == nil {
		r.spent = &ended{kind: "steps", why: text, failure: &steps.Failure{
			Kind: "steps", Pos: s.Pos, Text: text, Excerpt: excerpt(r.plan, s.Pos), Hints: []string{hint}}}
	}
	return r.spent
}

// ending is all that decides how a run ended.
type ending struct {
	skip        string
	failure     *steps.Failure
	failed      string // key of the step that failed first
	interrupted bool
	cutShort    string // see steps.RunEnd
	outputs     []steps.Captured
	left        int // calls that are still up
}

// main runs the steps, then finally, then cleanup.
func (r *run) main(h steps.Host, e *ending) {
	limit, whose := cmp.Or(r.opt.Timeout, r.plan.Timeout, defaultTimeout), "scenario timeout"
	if r.opt.Timeout > 0 {
		whose = "--timeout"
	}
	scope, end := h.Scope(limit, &ended{kind: "timeout", why: whose + " of " + steps.Span(limit), whole: true})
	r.root.host, r.endMain = scope, end
	if r.never != nil {
		end(r.never)
	}
	r.guardIncoming()
	err := r.root.block(r.plan.Steps)
	r.unguardIncoming()
	r.endMain = nil
	end(errDone)
	if r.never != nil && !isStepError(err) {
		err = r.never
	} else if r.stopping.ended != nil && errors.Is(err, r.stopping.ended) {
		err = nil
	}
	e.add(r, err)
	r.turns, r.held, r.spent = 0, 0, nil
	e.add(r, r.root.finally(h))
	e.outputs = r.outputs(e)
	r.cleanup(h, e)
	r.lateCalls(h)
}

// add takes one more error into account; the first failure is the run's.
func (e *ending) add(r *run, err error) {
	if err == nil {
		return
	}
	if errors.Is(err, steps.ErrInterrupted) {
		e.interrupted = true
	}
	e.cutShort = cmp.Or(e.cutShort, cutShort(err))
	if e.failure != nil {
		return
	}
	var step *stepError
	if errors.As(err, &step) {
		e.failure, e.failed = step.failure, step.key
		return
	}
	e.failure, e.failed = r.stop(err)
}

// finally runs the plan's finally steps under a scope that outlives whatever ended the others. Each of them runs, also
// after one of them failed: they tidy up different things.
func (f *frame) finally(h steps.Host) (first error) {
	if len(f.plan.Finally) == 0 {
		return nil
	}
	shield, unshield := h.Shield(0)
	defer unshield()
	limit := cmp.Or(f.plan.Defaults.Finally, finallyTime)
	scope, end := shield.Scope(limit, &ended{kind: "timeout", why: "finally's time of " + steps.Span(limit)})
	defer end(errDone)
	before := f.host
	f.host = scope
	defer func() { f.host = before }()
	for _, s := range f.plan.Finally {
		err := f.step(s)
		if err != nil && !isStepError(err) { // there is no more time
			return errors.Join(first, err)
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// outputs evaluates the plan's outputs. After a failure those that are absent are left out, and so they
// are where the run was to stop early.
func (r *run) outputs(e *ending) (made []steps.Captured) {
	for _, o := range r.plan.Outputs {
		v, err := r.root.value(o)
		if err == nil {
			made = append(made, steps.Captured{Name: o.Name, Value: v})
		} else if e.failure == nil && r.stopping.ended == nil {
			e.failure = failure(r.root, nil, err)
		}
	}
	return made
}

// end decides how the run ended and closes the journal.
func (r *run) end(h steps.Host, e *ending) Result {
	status, reason := steps.Passed, ""
	switch {
	case e.skip != "":
		status, reason = steps.Skipped, e.skip
	case e.interrupted:
		status, reason = steps.Interrupted, "interrupted"
	case e.failure != nil && e.failure.Untested:
		status, reason = steps.Broken, "could not test: "+e.failure.Text
	case e.failure != nil:
		status = steps.Failed
	}
	unheeded := r.unheeded(h, e)
	if r.opt.Strict && status == steps.Passed && len(unheeded) > 0 {
		first := unheeded[0]
		status = steps.Failed
		e.failure = &steps.Failure{Kind: "unheeded", Pos: first.Pos, Text: first.Text + ", and --strict was given", Excerpt: excerpt(r.plan, first.Pos)}
	}
	emit(h, "", "", steps.Record{RunEnd: &steps.RunEnd{
		Unheeded: unheeded,
		Status:   status, Took: h.Now().Sub(r.started), Reason: reason, Failed: e.failed, CutShort: e.cutShort, Failure: e.failure,
		Outputs: e.outputs, Steps: r.counts, Legs: e.left,
		Until: r.stopping.done, LeftOut: r.stopping.left(r.plan),
	}})
	return Result{Status: status, Failure: e.failure, Outputs: e.outputs}
}

// frame is the interpreter in one branch of one plan: an included plan and a parallel branch have frames of their own.
type frame struct {
	run    *run
	plan   *schema.Plan
	host   steps.Host
	names  *names
	book   *book
	prefix string // of step keys: "login/"
	place  string // the prefix without the items of forEach: the same for all of them
	branch string // "left", nested "left/a"
	// included are the steps that include this plan, the nearest first.
	included []steps.Inclusion
	// excused: a step around this one goes on after errors.
	excused bool
	order   []int // the branch's place in each fork above it: events are offered to those that wait in this order
}

// book remembers, for one plan of a run, where each step's last attempt began in the inbox.
type book struct {
	sent map[string]uint64    // step id -> position; see env.since
	at   map[string]time.Time // and when that was
}

func newBook() *book { return &book{sent: map[string]uint64{}, at: map[string]time.Time{}} }

// block runs steps in order up to the first that fails, or after which the run was to stop.
func (f *frame) block(b schema.Block) error {
	for _, s := range b {
		f.run.stopping.begun[f.place+s.Key()] = true
		if err := f.step(s); err != nil {
			return err
		}
		f.run.stopping.over[f.place+s.Key()] = true
		if err := f.stop(s); err != nil {
			return err
		}
	}
	return nil
}

// value evaluates an output. What is absent is an error, so that no name is ever nil.
func (f *frame) value(c schema.Capture) (any, error) {
	return present(c, f.names.all, "the output "+c.Name+" has no value", "an output that may be absent is written "+c.Expr.Text()+" ?? …")
}

func capture(c schema.Capture, names map[string]any) (any, error) {
	return present(c, names, "cannot capture "+c.Name)
}

// present evaluates c. The text and the hints are for the failure when it is absent.
func present(c schema.Capture, names map[string]any, text string, hints ...string) (any, error) {
	v, err := c.Expr.Eval(names)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return nil, &steps.FailureError{Failure: &steps.Failure{Kind: "value", Pos: c.Expr.Pos(),
			Text: text + ": " + c.Expr.Text() + " is absent", Hints: hints, Expression: explain(c.Expr, names)}}
	}
	return v, nil
}
