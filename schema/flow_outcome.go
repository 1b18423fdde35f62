package schema

import (
	"maps"
	"slices"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// A 2xx proves nothing: the outcome of a request comes later. A step that goes on before it leaves that to a later step.

// open is a step that went on before the outcome of its request.
type open struct {
	step            *Step
	call, operation thing
	from            int // the first look that may be at it: in a branch also one above it, in another branch
	nth             int // its place among the looks
}

// look is a step that may tell what became of others.
type look struct {
	things []thing // calls and operations that it is about
	all    bool    // it may be about any
	needs  bool    // it acts on a call, and would be refused if that were not there
}

// leftOpen notes a step whose outcome somebody has to look at.
func (w *flowWalk) leftOpen(s *Step, call thing, c *course) {
	if s.Verb.Ends || !pendingGoal(s) {
		return // the end of a call is waited for at the end of the run in any case
	}
	o := open{step: s, call: call, from: len(w.looks), nth: len(w.looks)} // its own look is the last so far
	if w.beside > 0 {
		o.from = w.since
	}
	if s.Verb.Operates {
		o.operation = thing{key: w.own("operation", s)}
	}
	w.open = append(w.open, o)
	c.waiting = maps.Clone(c.waiting)
	if c.waiting == nil {
		c.waiting = map[string]*Step{}
	}
	c.waiting[call.key] = s
}

// looksAt notes what a step looks at.
func (w *flowWalk) looksAt(s *Step, call thing, hasCall bool, c *course) {
	l := look{all: s.ForEach != nil && s.Verb.Role == Watches}
	if hasCall {
		l.things = append(l.things, call)
	}
	switch s.Verb.Role {
	case Watches:
		operation, has := c.operationOf(s)
		if has {
			l.things = append(l.things, operation)
		}
		for _, e := range eventExprs(s) {
			f := stated(e, c)
			l.all = l.all || !hasCall && !has && f.call.key == "" && f.operation.key == ""
			l.things = append(l.things, f.call, f.operation)
		}
		l.all = l.all || len(eventExprs(s)) == 0 && !hasCall && !has // poll: its read is looked at by itself
		c.waiting = nil
	case Reads:
		operation, has := c.operationOf(s)
		if has {
			l.things = append(l.things, operation)
		}
		l.all = !hasCall && !has
		c.waiting = nil
	case Acts:
		if s.Verb.Ends {
			return
		}
		l.needs = true
		l.things = append(l.things, c.callsIn(s)...)
	default:
		return
	}
	w.looks = append(w.looks, l)
}

// eventExprs are all expressions over events in a step's parameters.
func eventExprs(s *Step) (all []awaitedEvent) {
	static := staticParams(s)
	if !static.IsValid() {
		return nil
	}
	for _, f := range structureOf(s.Verb.Params).fields {
		if f.scope != "event" {
			continue
		}
		switch v := static.FieldByIndex(f.index).Interface().(type) {
		case *expr.Expr:
			if v != nil {
				all = append(all, awaitedEvent{"", v})
			}
		case Map[*expr.Expr]:
			for _, e := range v {
				if e.Value != nil {
					all = append(all, awaitedEvent{e.Key, e.Value})
				}
			}
		}
	}
	return all
}

// unseen warns of steps whose outcome nothing looks at. uses are the names that expressions mention.
func (w *flowWalk) unseen(p *Plan, uses func(file, name string) bool) {
	if len(p.Never) > 0 || uses(p.File, "calls") {
		return
	}
	for _, o := range w.open {
		if w.seen(o) || slices.Contains(w.cutOff, o.step) || o.step.ID != "" && uses(o.step.Pos.File, "steps."+o.step.ID) || slices.ContainsFunc(o.step.Capture, func(x Capture) bool {
			path := x.Expr.Tree().Path // ids are followed; to mention one is not to look
			return path != "call.id" && path != "operation.id" && uses(x.Pos.File, x.Name)
		}) {
			continue
		}
		w.warn(o.step.VerbPos, len(o.step.Verb.Name), "outcome-unseen", "leave out until: "+o.step.Until+", so that the step waits for its outcome itself, or await it later",
			"nothing looks at what becomes of %s: it goes on when the service has taken the request", stepName(o.step))
	}
}

func (w *flowWalk) seen(o open) bool {
	for i, l := range w.looks {
		if i < o.from || i == o.nth-1 { // its own is the last one before it
			continue
		}
		if l.all {
			return true
		}
		for _, t := range l.things {
			if t.key == "" || t.key != o.call.key && t.key != o.operation.key {
				continue
			}
			// To act on a call shows that it is there, not what became of an operation on it.
			if !l.needs || o.step.Verb.Creates || !o.step.Verb.Operates && i >= o.nth {
				return true
			}
		}
	}
	return false
}

// callsIn are all calls that a step's parameters name, such as one that is replaced.
func (c *course) callsIn(s *Step) (calls []thing) {
	if s.Params == nil || s.Params.node == nil || s.Verb.Params == nil {
		return nil
	}
	idsIn(s.Verb.Params, s.Params.node, func(isCall bool, n *yaml.Node) {
		if isCall {
			calls = append(calls, c.named(n.Value))
		}
	})
	return calls
}

// sleeps warns of a pause between a step that went on before its outcome and one that builds on that, with nothing between
// them but words.
func (w *flowWalk) sleeps(s *Step, rest Block, c *course) {
	if s.Verb.Takes == nil || s.Verb.Role != Speaks || len(c.waiting) == 0 {
		return
	}
	for _, next := range rest {
		if next.Verb == nil {
			return
		}
		builds := next.Verb.Role == Acts && !next.Verb.Ends || next.Verb.Role == Reads
		about := c.callsIn(next)
		for _, x := range testsOf(next) {
			if next.Verb.Role == Speaks {
				builds, about = true, append(about, c.callsRead(x)...)
			}
		}
		for _, call := range about {
			if before := c.waiting[call.key]; builds && before != nil {
				w.warn(s.VerbPos, len(s.Verb.Name), "sleep-not-await", "await what the step is to bring about; that is over as soon as it comes, and fails when it does not",
					"this waits for %s to come to something, and %s builds on that; it may take longer one day", stepName(before), stepName(next))
				return
			}
		}
		if next.Verb.Role != Speaks || builds || len(next.Inner) > 0 || next.Include != nil {
			return
		}
	}
}

// callsRead are the calls that an expression reads as calls[id].
func (c *course) callsRead(x *expr.Expr) (calls []thing) {
	if x == nil {
		return nil
	}
	var walk func(n *expr.Node)
	walk = func(n *expr.Node) {
		if n == nil {
			return
		}
		if n.Op == "index" && len(n.Parts) == 2 && n.Parts[0].Path == "calls" {
			calls = append(calls, c.valueOf(n.Parts[1]))
		}
		if n.Each != nil {
			walk(n.Each.List)
			walk(n.Each.Body)
		}
		for _, p := range n.Parts {
			walk(p)
		}
	}
	walk(x.Tree())
	return calls
}
