package runner

import (
	"maps"
	"slices"
	"strings"

	"callflow/internal/graph"
	"callflow/schema/expr"
	"callflow/steps"
)

// wantIncoming asks the host for incoming calls, for each part whose conjuncts say call.state == "incoming", and returns
// what ends the asking. An await about one known call is not one for a new one. Each asking gets one call: with a count,
// it asks for as many as are missing. An await's never asks for one too: the first is its failure. What must not come goes to
// whoever awaits it, if somebody does.
func (a *await) wantIncoming() (withdraw func()) {
	var ends []func()
	for _, part := range a.open() {
		if a.Call != "" || !part.expr.Mentions("call") {
			continue
		}
		in, ok := incoming(part.expr, a.names)
		missing := 1
		if a.Mode == steps.One {
			missing = max(a.Count-len(a.found), 1)
		}
		in.Since, in.Fresh, in.Guard = a.since, a.Mode == steps.ExpectNot || a.From == "now", a.Mode == steps.ExpectNot
		for ; ok && missing > 0; missing-- {
			ends = append(ends, a.env.frame.host.Want(in))
		}
	}
	if a.never.expr != nil {
		if in, ok := incoming(a.never.expr, a.names); ok {
			in.Since, in.Guard = a.run.started, true
			ends = append(ends, a.env.frame.host.Want(in))
		}
	}
	return func() {
		for _, end := range ends {
			end()
		}
	}
}

// guardIncoming asks the host for the incoming calls that the frame's never forbids, so that they do not stay unseen in
// the lobby. The host tests with a copy of the names, so it is asked anew, and before the old asking ends, whenever they
// change: what counts is what stands when the call comes.
func (r *run) guardIncoming() {
	if r.endMain == nil {
		return
	}
	var guards []func()
	for _, never := range r.plan.Never {
		in, ok := incoming(never, r.names.all)
		if !ok {
			continue
		}
		in.Guard, in.Since, in.Fresh = true, r.started, r.guarded
		guards = append(guards, r.root.host.Want(in))
	}
	r.unguardIncoming()
	r.guards, r.guarded = guards, true
}

func (r *run) unguardIncoming() {
	for _, end := range r.guards {
		end()
	}
	r.guards = nil
}

// learnt tells what never looks at of a change of what is known: names, or the pictures of calls.
func (r *run) learnt(picture bool) {
	if len(r.guards) == 0 {
		return
	}
	if picture && !slices.ContainsFunc(r.plan.Never, func(x *expr.Expr) bool { return x.Mentions("calls") }) {
		return
	}
	r.guardIncoming()
}

// incoming reads out of an expression which incoming calls it can match. The host may test candidates while another
// branch runs, so the test has names of its own.
func incoming(match *expr.Expr, names map[string]any) (in steps.Incoming, ok bool) {
	names = frozen(names)
	for _, fix := range match.Fixes(names) {
		value, isText := fix.Value.(string)
		switch {
		case !isText:
		case fix.Path == "call.state":
			ok = value == "incoming"
		case isIdentity(fix.Path, "call.source."):
			in.Caller = graph.CanonicalID(value)
		case isIdentity(fix.Path, "call.targets"):
			in.Target = graph.CanonicalID(value)
		}
	}
	in.Test = func(e *graph.Event) bool {
		layEvent(names, e.View)
		holds, err := match.Test(names)
		return holds && err == nil
	}
	return in, ok
}

// isIdentity: call.source.identity.user.id, call.targets[0].identity.application.id, and the like.
func isIdentity(path, prefix string) bool {
	return strings.HasPrefix(path, prefix) && strings.Contains(path, "identity.") && strings.HasSuffix(path, ".id")
}

// frozen copies names so deep that nothing the run does later shows in the copy.
func frozen(names map[string]any) map[string]any {
	names = maps.Clone(names)
	for _, live := range []string{"steps", "calls"} {
		if m := object(names[live]); m != nil {
			names[live] = maps.Clone(m)
		}
	}
	layEvent(names, nil)
	return names
}
