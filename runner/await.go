package runner

import (
	"errors"
	"maps"
	"slices"
	"time"

	"callflow/internal/graph"
	"callflow/schema/expr"
	"callflow/steps"
)

// await is one await or expectNone that goes on: what it looks for, and what it has found so far. Its events are
// claimed as they are found, so that no other await is offered them, and released when it fails.
type await struct {
	*env
	steps.Watch
	parts   []condition // in the order of Watch.Parts
	failOn  condition
	never   condition
	names   map[string]any // its own copy; the event's names are laid into it
	laid    *entry         // whose names are in it
	after   uint64         // only entries behind this position
	since   time.Time      // when that was: calls that nobody has asked for yet must not have come before; zero: they may
	began   time.Time
	start   uint64     // where the inbox ended then
	found   []*entry   // One and InOrder: in the order found
	serving assignment // All
	matched string     // Any
	tooLate []string   // parts that events came for after the end
	failure *steps.FailureError
}

// condition is an expression over events. Repeats are seen only by expressions that mention `event`.
type condition struct {
	name    string
	expr    *expr.Expr
	repeats bool
}

func newCondition(name string, e *expr.Expr) condition {
	return condition{name: name, expr: e, repeats: e != nil && e.Mentions("event")}
}

// Await implements steps.Env.
func (e *env) Await(w *steps.Watch) (steps.Found, error) {
	a, err := e.newAwait(w)
	if err != nil {
		return steps.Found{}, err
	}
	if w.Mode == steps.ExpectNot {
		return steps.Found{}, a.quiet()
	}
	if err := a.watch(); err != nil {
		e.run.inbox.release(a.found)
		return steps.Found{}, err
	}
	return a.claim(), nil
}

func (e *env) newAwait(w *steps.Watch) (*await, error) {
	a := &await{
		env: e, Watch: *w, names: maps.Clone(e.Names()), began: e.host.Now(),
		failOn: newCondition("failOn", w.FailOn), never: newCondition("never", w.Never),
	}
	a.Call, a.Operation = graph.CanonicalID(w.Call), graph.CanonicalID(w.Operation)
	for _, p := range w.Parts {
		a.parts = append(a.parts, newCondition(p.Name, p.Expr))
	}
	if w.Mode == steps.All {
		a.serving = newAssignment(len(w.Parts))
	}
	if w.From == "now" || w.Mode == steps.ExpectNot {
		if err := e.run.inbox.drain(e.host); err != nil {
			return nil, err
		}
	}
	a.after, a.start = e.since(w.From), e.run.inbox.pos()
	switch {
	case w.From == "now" || w.Mode == steps.ExpectNot:
		a.since = a.began
	case w.From != "" && w.From != "start":
		a.since = e.book.at[w.From]
	}
	return a, nil
}

// watch looks through the events that are there, and then waits for more. never sees all of those first: it holds from the
// start of the run until the await ends.
func (a *await) watch() error {
	b := a.env.run.inbox
	if over, err := a.past(b.entries); over {
		return err
	}
	withdraw := a.wantIncoming()
	err := b.wait(a.env.frame.host, &waiter{key: a.key, order: a.order, offer: a.offer, freed: a.consider, wants: a.wants, more: a.wantsMore}, a.deadline)
	withdraw()
	switch {
	case err == nil:
		return a.err()
	case expires(err):
		return a.missed(err)
	case limited(err):
		return &steps.CutError{Err: err, Failure: a.missed(err).Failure}
	}
	return err
}

// past looks through the events that are there, and says whether they end the await.
func (a *await) past(entries []*entry) (over bool, err error) {
	for _, e := range entries {
		if a.never.expr != nil && a.holds(a.never, e) {
			return true, a.forbidden("never", a.never, e)
		}
	}
	for _, e := range entries {
		if a.consider(e) {
			return true, a.err()
		}
	}
	return false, nil
}

func (a *await) err() error {
	if a.failure != nil {
		return a.failure
	}
	return nil
}

// offer takes a look at an event that has just come: never first, then failOn, then the match.
func (a *await) offer(e *entry) bool {
	if a.never.expr != nil && a.holds(a.never, e) {
		a.failure = a.forbidden("never", a.never, e)
		return true
	}
	return a.consider(e)
}

// consider lets failOn and the match see an event that this await may claim, and says whether the await is over.
func (a *await) consider(e *entry) bool {
	if !a.mayClaim(e) {
		return false
	}
	if a.failOn.expr != nil && a.holds(a.failOn, e) {
		a.failure = a.forbidden("failOn", a.failOn, e)
		return true
	}
	return a.take(e)
}

// mayClaim: nobody has claimed it, it came late enough, and it is about the right call and operation.
func (a *await) mayClaim(e *entry) bool {
	if a.Mode == steps.InOrder && len(a.found) > 0 && e.Seq < a.found[len(a.found)-1].Seq {
		return false
	}
	inTime := e.Seq > a.after
	if e.unclaimed {
		inTime = !e.At.Before(a.since)
	}
	return e.claimed == "" && inTime && a.about(e)
}

func (a *await) about(e *entry) bool {
	return (a.Call == "" || e.CallID == a.Call) && (a.Operation == "" || e.OperationID == a.Operation)
}

// take claims the event if it serves, and says whether that was all.
func (a *await) take(e *entry) bool {
	switch a.Mode {
	case steps.All:
		return a.takeForAll(e)
	case steps.Any:
		for _, part := range a.parts {
			if a.holds(part, e) {
				a.matched = part.name
				a.keep(e)
				return true
			}
		}
		return false
	case steps.InOrder:
		if a.holds(a.parts[len(a.found)], e) {
			a.keep(e)
		}
		return len(a.found) == len(a.parts)
	}
	if a.holds(a.parts[0], e) {
		a.keep(e)
	}
	return len(a.found) >= max(a.Count, 1)
}

// takeForAll finds out which parts the event could serve, and lets it serve one if the events before it can be moved to
// make room: a broad part does not keep an event that a narrow one needs.
func (a *await) takeForAll(e *entry) bool {
	var fits []int
	for i, part := range a.parts {
		if a.holds(part, e) {
			fits = append(fits, i)
		}
	}
	if len(fits) > 0 && a.serving.add(fits) {
		a.keep(e)
	}
	return len(a.found) == len(a.parts)
}

func (a *await) keep(e *entry) {
	e.claimed = a.key
	a.found = append(a.found, e)
}

// holds evaluates a condition over an event. One that cannot be evaluated does not hold; a failure's explanation says
// why, and where holding would have been the failure, a warning.
func (a *await) holds(c condition, e *entry) bool {
	if e.repeat && !c.repeats {
		return false
	}
	ok, err := c.expr.Test(a.over(e))
	if err != nil && (a.Mode == steps.ExpectNot || c.expr == a.never.expr || c.expr == a.failOn.expr) {
		a.run.doubt(a.host, a.key, a.branch, err)
	}
	return ok && err == nil
}

// over returns the names with those of the event; what its view lacks is absent.
func (a *await) over(e *entry) map[string]any {
	if a.laid == e {
		return a.names
	}
	a.laid = e
	layEvent(a.names, e.View)
	return a.names
}

func layEvent(names, view map[string]any) {
	for _, name := range eventNames {
		if v, ok := view[name]; ok {
			names[name] = v
		} else {
			delete(names, name)
		}
	}
}

// wants says whether an event would have served a part that stayed open, and for which no other came too late.
func (a *await) wants(e *entry) bool {
	if !a.mayClaim(e) {
		return false
	}
	for _, part := range a.open() {
		if !slices.Contains(a.tooLate, part.name) && a.holds(part, e) {
			a.tooLate = append(a.tooLate, part.name)
			return true
		}
	}
	return false
}

// wantsMore says whether further events would have served too, besides those that came too late.
func (a *await) wantsMore() bool { return a.Mode == steps.All && len(a.tooLate) < len(a.open()) }

// open are the parts that no event serves yet.
func (a *await) open() []condition {
	switch a.Mode {
	case steps.All:
		var open []condition
		for i, part := range a.parts {
			if a.server(i) == nil {
				open = append(open, part)
			}
		}
		return open
	case steps.InOrder:
		return a.parts[len(a.found):]
	}
	return a.parts
}

// server is the event that serves the i-th part of all or inOrder; nil: none yet.
func (a *await) server(i int) *entry {
	switch {
	case a.Mode == steps.All && a.serving.serves[i] >= 0:
		return a.found[a.serving.serves[i]]
	case a.Mode == steps.InOrder && i < len(a.found):
		return a.found[i]
	}
	return nil
}

// claim journals who took what, and returns it.
func (a *await) claim() steps.Found {
	found := steps.Found{Matched: a.matched, Parts: map[string]steps.Event{}}
	add := func(part string, e *entry) {
		a.doubtful(e)
		a.emit(steps.Record{Claim: &steps.Claimed{Event: e.Seq, Part: part}})
		found.Events = append(found.Events, e.Event)
		if part != "" {
			found.Parts[part] = e.Event
		}
	}
	switch a.Mode {
	case steps.All, steps.InOrder:
		for i, part := range a.parts {
			add(part.name, a.server(i))
		}
	default:
		for _, e := range a.found {
			add(a.matched, e)
		}
	}
	return found
}

// quiet waits until For is over, and fails if an event matches before. It sees events that others claim.
func (a *await) quiet() error {
	b, host := a.env.run.inbox, a.env.frame.host
	a.after = b.pos()
	end := host.Now().Add(a.For)
	w := &waiter{key: a.key, order: a.order, offer: func(e *entry) bool {
		if !a.about(e) || !a.holds(a.parts[0], e) {
			return false
		}
		a.failure = a.forbidden(string(steps.ExpectNot), a.parts[0], e)
		return true
	}}
	a.earlierCalls()
	until := end
	if !a.deadline.IsZero() && a.deadline.Before(end) {
		until = a.deadline
	}
	defer a.wantIncoming()() // a call that comes must not stay unseen in the lobby
	err := b.wait(host, w, until)
	switch {
	case err == nil:
		return a.err()
	case errors.Is(err, steps.ErrNothing):
		err = host.Sleep(until.Sub(host.Now()))
	case errors.Is(err, steps.ErrDeadline):
		err = nil
	}
	if err == nil && until.Before(end) {
		return a.cutShort(end)
	}
	return err
}
