package runner

import (
	"errors"
	"fmt"
	"net/textproto"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/steps"
)

// The times of a step that neither it nor the scenario's defaults give. An outgoing call rings for about 60 s before the
// service gives up, so acting verbs wait a little longer.
const (
	awaitTime = 30 * time.Second
	actTime   = 75 * time.Second
	readTime  = 30 * time.Second
)

// turn is one execution of a step; for a forEach, of one item. Its attempts share its timeout.
type turn struct {
	*frame
	step     *schema.Step
	key      string // schema.Step.Key with prefix and [i]
	limit    time.Duration
	started  time.Time
	began    time.Time  // of the step: when its timeout began to run
	deadline time.Time  // zero: none; items of a forEach may share one
	bounded  steps.Host // ends at deadline; made on first use, see Host
	unbind   func(error)
	over     *ended // with which it ends
	item     bool   // of a forEach
	nested   bool   // it ran other steps
	inVain   bool   // its last wait was over without what it waited for; see outOfReach
	silent   bool   // and without any notification; see probe
	attempts int
	outcome  string // last outcome reached
	result   map[string]any
	reply    *graph.Reply   // of the last attempt that had one
	sent     sending        // of the last attempt
	method   string         // that the last command asked for itself
	failure  *steps.Failure // of its own; nil: it has not failed, or only because a step inside it did
}

// step runs one step of the plan: its if, its items.
func (f *frame) step(s *schema.Step) error {
	key := f.prefix + s.Key()
	t := &turn{frame: f, step: s, key: key, started: f.host.Now()}
	if s.If != nil {
		if wanted, err := t.wanted(); !wanted {
			return err
		}
	}
	if s.ForEach != nil {
		return t.forEach()
	}
	outputs, err := t.execute()
	f.done(s, outputs)
	return err
}

// wanted evaluates the turn's if, and ends the turn where that says no or cannot be evaluated.
func (t *turn) wanted() (bool, error) {
	run, err := t.step.If.Test(t.names.all)
	if err == nil && run {
		return true, nil
	}
	t.start(nil)
	if err == nil {
		return false, t.skip("its if is false: " + t.step.If.Text())
	}
	_, err = t.end(nil, err)
	return false, err
}

// forEach runs the turn's step for each item of its list.
func (t *turn) forEach() error {
	f, s := t.frame, t.step
	items, err := schema.Get[[]any](s.ForEach, f.names.all)
	if err != nil {
		t.start(nil)
		_, err = t.end(nil, err)
		return err
	}
	if len(items) == 0 {
		t.start(nil)
		_ = f.each(s, t.key, nil)
		return t.skip("its forEach has no items")
	}
	return f.each(s, t.key, items)
}

// each runs a step once for each item, one after the other. Its outputs and the names that it makes become lists in
// item order; with continueOnError a failed item leaves nil in them.
func (f *frame) each(s *schema.Step, key string, items []any) (err error) {
	outer, makes := f.names, makes(s)
	outputs := make([]any, 0, len(items))
	made := make([][]any, len(makes))
	began := f.host.Now()
	for i, item := range items {
		f.names = outer.child()
		f.names.all[s.As] = item
		t := &turn{frame: f, step: s, key: key + "[" + strconv.Itoa(i) + "]", started: f.host.Now(), item: true, began: began}
		var out steps.Outputs
		out, err = t.execute()
		outputs = append(outputs, map[string]any(out))
		for k, name := range makes {
			made[k] = append(made[k], f.names.madeHere(name))
		}
		f.names = outer
		if err != nil {
			break
		}
	}
	for k, name := range makes {
		f.names.bind(name, append([]any{}, made[k]...))
	}
	if s.ID != "" {
		f.names.finish(s.ID, outputs)
	}
	return err
}

// makes are the names that a step makes: what it captures, and what a verb that binds names.
func makes(s *schema.Step) (names []string) {
	for _, c := range s.Capture {
		names = append(names, c.Name)
	}
	if !s.Verb.Binds {
		return names
	}
	params := reflect.Indirect(reflect.ValueOf(s.Params.Static()))
	for i := range params.NumField() {
		if values, ok := params.Field(i).Interface().(schema.Map[any]); ok {
			for _, v := range values {
				names = append(names, v.Key)
			}
		}
	}
	return names
}

// done sets steps.<id>.
func (f *frame) done(s *schema.Step, outputs steps.Outputs) {
	if s.ID != "" {
		f.names.finish(s.ID, map[string]any(outputs))
	}
}

// execute runs the turn, as often as somebody who debugs it wants.
func (t *turn) execute() (steps.Outputs, error) {
	if t.run.opt.Debugger != nil {
		return t.debugged()
	}
	return t.once()
}

// once runs the turn with its timeout, captures and expectations, and journals its start and end.
func (t *turn) once() (steps.Outputs, error) {
	if err := t.run.spend(t.step); err != nil {
		return nil, err
	}
	defer t.release()
	params, err := t.prepare()
	t.start(params)
	if err != nil {
		return t.end(t.complete(nil), err)
	}
	outputs, err := t.perform(params)
	err = t.gone(err)
	if outcome, ok := outputs["outcome"].(string); ok && t.step.Verb.Role == schema.Acts {
		t.outcome = outcome
	}
	if t.shown() {
		outputs = t.complete(outputs)
	}
	err = t.capture(outputs, err)
	if err == nil && len(t.step.Expect) > 0 {
		err = steps.Expect(t.step.Expect, t.names.with(outputs))
	}
	return t.end(outputs, err)
}

// capture names what the step captures, as far as its outputs have it. Something absent fails a step that has not failed.
func (t *turn) capture(outputs steps.Outputs, err error) error {
	if len(t.step.Capture) == 0 {
		return err
	}
	all := t.names.with(outputs)
	for _, c := range t.step.Capture {
		v, cerr := capture(c, all)
		switch {
		case cerr == nil:
			t.names.bind(c.Name, v)
			t.run.hold(v)
			t.emit(steps.Record{Capture: &steps.Captured{Name: c.Name, Value: v}})
		case err == nil:
			err = cerr
		}
	}
	return err
}

// prepare evaluates the timeout and the parameters of the first attempt. The step's own timeout bounds all items of a
// forEach together, as GitHub's bounds a step; a default is for each of them.
func (t *turn) prepare() (params any, err error) {
	if t.limit, err = t.timeout(); err != nil {
		return nil, err
	}
	if t.limit > 0 {
		t.deadline = t.started.Add(t.limit)
	}
	if t.item && t.step.Timeout != nil {
		if t.deadline = t.began.Add(t.limit); !t.started.Before(t.deadline) {
			return nil, &ended{kind: "timeout", turn: t}
		}
	}
	return t.params()
}

func (t *turn) params() (any, error) {
	if t.step.Params == nil {
		return nil, nil
	}
	return t.step.Params.Build(t.names.all)
}

// timeout is the step's own, else the scenario's default, else the verb's. Verbs of the language have none but the
// scenario's: what they do says itself how long it takes.
func (t *turn) timeout() (time.Duration, error) {
	if t.step.Timeout != nil {
		limit, err := schema.Get[time.Duration](t.step.Timeout, t.names.all)
		if err == nil && limit <= 0 {
			err = &steps.FailureError{Failure: &steps.Failure{Kind: "value", Pos: t.step.Timeout.Pos(),
				Text: fmt.Sprintf("the timeout came to %s, which leaves no time at all", steps.Span(limit))}}
		}
		return limit, err
	}
	defaults := t.plan.Defaults
	pick := func(given, own time.Duration) time.Duration {
		if given > 0 {
			return given
		}
		return own
	}
	switch t.step.Verb.Role {
	case schema.Acts:
		return pick(defaults.Timeout, actTime), nil
	case schema.Reads:
		return pick(defaults.Timeout, readTime), nil
	case schema.Watches:
		if t.step.Verb.Name == "expectNone" {
			return 0, nil // `for` is its time
		}
		return pick(defaults.Await, awaitTime), nil
	}
	return 0, nil
}

// Host ends at the turn's deadline with a failure that names the step and its timeout.
func (t *turn) Host() steps.Host {
	if t.bounded == nil {
		t.bounded = t.host
		if !t.deadline.IsZero() {
			left := max(t.deadline.Sub(t.host.Now()), time.Nanosecond)
			t.over = &ended{kind: "timeout", turn: t}
			t.bounded, t.unbind = t.host.Scope(left, t.over)
		}
	}
	return t.bounded
}

func (t *turn) release() {
	if t.unbind != nil {
		t.unbind(errDone)
	}
}

// shown says whether any expression can see the turn's outputs.
func (t *turn) shown() bool {
	return t.step.ID != "" || len(t.step.Capture) > 0 || len(t.step.Expect) > 0
}

// complete adds to a verb's outputs what the runner knows of the turn.
func (t *turn) complete(outputs steps.Outputs) steps.Outputs {
	if outputs == nil {
		outputs = steps.Outputs{}
	}
	set := func(name string, value any) {
		if _, there := outputs[name]; !there {
			outputs[name] = value
		}
	}
	set("attempts", t.attempts)
	if t.outcome != "" {
		set("outcome", t.outcome)
	} else if t.step.Verb.Role == schema.Acts { // a branch must see that it came to nothing
		set("outcome", t.unreached())
	}
	if t.result != nil {
		set("resultInfo", t.result)
	}
	if t.reply != nil {
		set("response", response(t.reply))
	}
	return outputs
}

// unreached is the outcome of a step that acts and has come to none of its goals.
func (t *turn) unreached() string {
	if t.reply != nil && t.reply.Status >= 400 {
		return schema.OutcomeRefused
	}
	return schema.OutcomeUnanswered
}

// response is a reply as expressions see it.
func response(r *graph.Reply) map[string]any {
	headers := make(map[string]any, len(r.Headers))
	for _, h := range r.Headers {
		if name := textproto.CanonicalMIMEHeaderKey(h.Name); headers[name] == nil {
			headers[name] = h.Value
		}
	}
	body := r.Body
	if body == nil && r.Text != "" {
		body = r.Text
	}
	return map[string]any{"status": r.Status, "headers": headers, "body": body}
}

// start journals that the turn begins.
func (t *turn) start(params any) {
	pos := t.step.Pos
	t.emit(steps.Record{StepStart: &steps.StepStart{
		Verb: t.step.Verb.Name, Label: t.label(), File: pos.File, Line: pos.Line, Goal: t.step.Until, Text: t.describe(params)}})
}

// label is what people call the turn. A name that cannot be evaluated stands as it is written: it is no reason to fail.
func (t *turn) label() string {
	if t.step.Title != nil {
		if line, err := schema.Get[schema.Line](t.step.Title, t.names.all); err == nil {
			return strings.Join(strings.Fields(string(line)), " ")
		}
	}
	return t.step.Label()
}

// skip journals that the turn did not take place.
func (t *turn) skip(why string) error {
	t.close(steps.StepEnd{Status: steps.Skipped, Reason: why})
	return nil
}

// end journals how the turn ended and turns its error into the frame's.
func (t *turn) end(outputs steps.Outputs, err error) (steps.Outputs, error) {
	if err == nil {
		t.succeeded()
		t.close(steps.StepEnd{Status: steps.Passed})
		return outputs, nil
	}
	var inner *stepError
	if errors.As(err, &inner) { // a step inside this one failed, and has said why
		reason := inner.name + " failed"
		if t.step.ContinueOnError {
			t.close(steps.StepEnd{Status: steps.Failed, Reason: reason, Excused: true})
			return outputs, nil
		}
		t.close(steps.StepEnd{Status: steps.Failed, Reason: reason})
		return outputs, err
	}
	if by := endedBy(t, err); by != nil {
		t.close(steps.StepEnd{Status: steps.Cancelled, Reason: by.Error(), CutShort: cutShort(by), Failure: t.cutOff(err, by)})
		return outputs, err
	}
	f := failure(t.frame, t, err)
	f.Untested = t.run.broken(err)
	t.circumstances(f, err)
	t.injected(f)
	t.whoAnswered(f)
	if !t.outOfReach(f, err) {
		t.probe(f)
	}
	if t.item && t.step.Timeout != nil && !t.host.Now().Before(t.deadline) {
		own := *f // a step inside this one may have told the same in its record
		f = &own
		f.Hints = append(slices.Clone(f.Hints), fmt.Sprintf("the step's timeout of %s is for all items of its forEach together", steps.Span(t.limit)))
	}
	t.failure = f
	t.close(steps.StepEnd{Status: steps.Failed, Excused: t.step.ContinueOnError, Failure: f})
	if t.step.ContinueOnError {
		return outputs, nil
	}
	return outputs, &stepError{key: t.key, name: t.words(), failure: f}
}

// cutOff notes that t was under way when a scope above it ended, and explains what it had waited for; nil: it is a
// sibling of a step that failed, was interrupted, or did not wait for events.
func (t *turn) cutOff(err, by error) (f *steps.Failure) {
	if t.nested {
		return nil
	}
	var cut *steps.CutError
	if over, ok := by.(*ended); ok && limited(over) && errors.As(err, &cut) {
		f = failure(t.frame, t, &steps.FailureError{Failure: told(&steps.Failure{Kind: over.kind, Text: over.text()}, t.words(), cut.Failure)})
		t.unheard(f)
		if !t.outOfReach(f, err) {
			t.probe(f)
		}
	}
	t.run.stopped[by] = append(t.run.stopped[by], stopped{t, f})
	return f
}

func (t *turn) close(e steps.StepEnd) {
	e.Took, e.Attempts, e.Outcome = t.host.Now().Sub(t.started), t.attempts, t.outcome
	t.emit(steps.Record{StepEnd: &e})
	t.run.counts[e.Status]++
}

// emit writes a record of this turn: it fills in Type, Step and Branch.
func (t *turn) emit(r steps.Record) { emit(t.host, t.key, t.branch, r) }
