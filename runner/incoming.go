package runner

import (
	"maps"
	"strings"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/steps"
)

// wantIncoming asks the host for incoming calls, for each part whose conjuncts say call.state == "incoming", and returns
// what ends the asking. An await about one known call is not one for a new one. Each asking gets one call: with a count,
// it asks for as many as are missing. An await's never asks for one too: the first is its failure.
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
		for ; ok && missing > 0; missing-- {
			ends = append(ends, a.env.frame.host.Want(in))
		}
	}
	if a.never.expr != nil {
		if in, ok := incoming(a.never.expr, a.names); ok {
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
// the lobby. It is asked anew when there are new names, for the host tests with a copy of them.
func (r *run) guardIncoming() {
	if r.endMain == nil {
		return
	}
	r.unguardIncoming()
	for _, never := range r.plan.Never {
		if in, ok := incoming(never, r.root.names.all); ok {
			r.guards = append(r.guards, r.root.host.Want(in))
		}
	}
}

func (r *run) unguardIncoming() {
	for _, end := range r.guards {
		end()
	}
	r.guards = nil
}

// incoming reads out of an expression which incoming calls it can match. The host may test candidates while another
// branch runs, so the test has names of its own.
func incoming(expr *schema.Expr, names map[string]any) (in steps.Incoming, ok bool) {
	names = frozen(names)
	for _, fix := range expr.Fixes(names) {
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
		holds, err := expr.Test(names)
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
