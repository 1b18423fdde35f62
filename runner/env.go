package runner

import (
	"errors"
	"slices"
	"time"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/steps"
)

// env is one attempt of a turn. It implements steps.Env. Waiting for events (Follow, Await) goes through frame.host with
// deadline as until, so that its failure can say what arrived; everything else through Host(), which ends at the
// deadline by itself.
type env struct {
	*turn
	attempt int
	window  uint64 // inbox position at which the attempt's request was sent: its events come after it
	reads   int    // how often Read ran
}

func (e *env) Step() *schema.Step    { return e.step }
func (e *env) Target() steps.Target  { return e.run.Target }
func (e *env) Names() map[string]any { return e.names.all }
func (e *env) Goal() string          { return e.step.Until }
func (e *env) Deadline() time.Time   { return e.deadline }
func (e *env) NewID() string         { return newID(e.host) }

// open begins the attempt's window with the next event.
func (e *env) open() {
	e.window = e.run.inbox.pos()
	if e.step.ID != "" {
		e.book.sent[e.step.ID], e.book.at[e.step.ID] = e.window, e.host.Now()
	}
}

// Send implements steps.Env.
func (e *env) Send(c graph.Command) (*graph.Reply, error) {
	if err := e.run.inbox.drain(e.Host()); err != nil {
		return nil, err
	}
	e.open()
	e.method = c.Method
	reply, err := e.run.send(e.Host(), sender{key: e.key, branch: e.branch, verb: e.step.Verb.Name, attempt: e.attempt, pos: e.step.VerbPos, sent: &e.sent}, c)
	if reply != nil {
		e.reply = reply
	}
	if err == nil && !e.deadline.IsZero() && e.host.Now().After(e.deadline) {
		err = e.over // the response came in the time that a cancelled request still gets
	}
	return reply, err
}

// Log implements steps.Env.
func (e *env) Log(level, text string) {
	e.emit(steps.Record{Log: &steps.Logged{Level: level, Text: text}})
}

// Bind implements steps.Env.
func (e *env) Bind(name string, value any) {
	e.names.bind(name, value)
	e.run.hold(value)
	e.emit(steps.Record{Capture: &steps.Captured{Name: name, Value: value}})
}

// reached journals the outcome of the attempt and keeps it for steps.<id>.outcome. Follow calls it.
func (e *env) reached(v steps.Verdict) {
	e.outcome, e.result = v.Goal, v.ResultInfo
	e.emit(steps.Record{Outcome: &steps.Reached{Goal: v.Goal, Wanted: e.Goal(), Event: v.Event, ResultInfo: resultInfo(v.ResultInfo)}})
}

// since is the inbox position that a `from` names: start, now, or the step whose last attempt began there. A step that
// never ran is the start.
func (e *env) since(from string) uint64 {
	switch from {
	case "", "start":
		return 0
	case "now":
		return e.run.inbox.pos()
	}
	return e.book.sent[from]
}

// inside is the frame for steps inside this one: they end at this turn's deadline.
func (e *env) inside() *frame {
	e.nested = true
	f := *e.frame
	f.host = e.Host()
	f.excused = f.excused || e.step.ContinueOnError
	if e.item {
		f.prefix = e.key + "/"
	}
	return &f
}

// Block implements steps.Env.
func (e *env) Block(b schema.Block) error { return e.inside().block(b) }

// Branches implements steps.Env.
func (e *env) Branches(b schema.Map[schema.Block]) error {
	outer := e.inside()
	scope, end := outer.host.Scope(0, nil)
	defer end(errDone)
	frames := make([]*frame, len(b))
	var first error
	scope.Fork(len(b), func(i int, h steps.Host) {
		f := *outer
		f.host, f.names, f.branch = h, outer.names.child(), join(outer.branch, b[i].Key)
		f.order = append(slices.Clone(outer.order), i)
		frames[i] = &f
		if err := f.block(b[i].Value); err != nil && first == nil {
			first = err
			if errors.Is(err, steps.ErrInterrupted) { // in the debugger
				end(err)
				return
			}
			end(&ended{kind: "sibling", why: "branch " + f.branch + " failed"})
		}
	})
	for _, f := range frames {
		outer.names.join(f.names)
	}
	return first
}

// join names a branch inside a branch.
func join(outer, inner string) string {
	if outer == "" {
		return inner
	}
	return outer + "/" + inner
}

// Read implements steps.Env. The journal shows the reads as attempts of this step.
func (e *env) Read(s *schema.Step) (steps.Outputs, error) {
	if err := e.run.spend(e.step); err != nil {
		return nil, err
	}
	e.reads++
	bounded := e.Host() // which also makes e.over
	t := &turn{frame: e.frame, step: s, key: e.key, limit: e.limit, started: e.host.Now(), deadline: e.deadline,
		bounded: bounded, over: e.over, attempts: e.reads}
	params, err := t.params()
	if err != nil {
		return nil, err
	}
	outputs, err := s.Verb.Run.(steps.Run)(t.env(), params)
	e.attempts, e.reply = e.reads, t.reply
	if outputs != nil || t.reply != nil {
		outputs = t.complete(outputs)
	}
	return outputs, err
}

// Include implements steps.Env.
func (e *env) Include(with schema.Map[any]) (steps.Outputs, error) {
	plan := e.step.Include
	if plan == nil {
		return nil, errors.New("include: no plan was checked for this step")
	}
	inner := e.inside()
	inner.plan, inner.names, inner.book = plan, newNames(), newBook()
	inner.prefix, inner.place = e.key+"/", e.place+e.step.Key()+"/"
	inner.included = append([]steps.Inclusion{{Step: e.key, Pos: e.step.VerbPos}}, e.included...)
	for _, name := range []string{"run", "calls"} {
		inner.names.all[name] = e.names.all[name]
	}
	inner.names.share(plan, e.run.shared)
	secrets, err := inner.names.declare(plan, given{secrets: e.run.opt.Secrets, with: with})
	if err != nil {
		return nil, err
	}
	e.run.Mask.Add(secrets)
	err = inner.block(plan.Steps)
	if ferr := inner.finally(e.host); err == nil {
		err = ferr
	}
	if err != nil {
		return nil, err
	}
	outputs := steps.Outputs{}
	for _, o := range plan.Outputs {
		if outputs[o.Name], err = inner.value(o); err != nil {
			return nil, err
		}
	}
	return outputs, nil
}
