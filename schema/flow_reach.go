package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"callflow/schema/expr"
)

// Steps that can never run: an if that is false whatever comes, or against one around it, and what stands after a step that
// always fails.

// unreachable looks at a list of steps; around are the conditions that hold there.
func (w *flowWalk) unreachable(b Block, around []claim, came outcomes) {
	came = maps.Clone(came)
	for i, s := range b {
		inner := around
		w.neverExpected(s, came)
		if s.If != nil {
			if why := came.against(s.If); why != "" {
				w.warn(s.If.Pos(), textLen(s.If.Text()), "unreachable", outcomeHint, "this step never runs: %s", why)
				continue
			}
			mine := claimsOf(s.If.Tree(), false, nil)
			why := neverHolds(s.If, mine, around)
			if why == "" {
				why = w.inNoRow(mine)
			}
			if why != "" {
				w.warn(s.If.Pos(), textLen(s.If.Text()), "unreachable", "", "this step never runs: %s", why)
				continue
			}
			inner = append(around[:len(around):len(around)], mine...)
		}
		if list := s.ForEach; list != nil && list.Constant() && list.node != nil {
			if items, ok := list.Static().([]any); ok && len(items) == 0 {
				w.warnAt(s.Pos.File, resolve(list.node), "unreachable", "give it a list, or leave the step out", "this step never runs: its forEach has no items")
				continue
			}
		}
		for _, in := range s.Inner {
			w.unreachable(in.Steps, inner, came)
		}
		if fails := alwaysFails(s); fails != nil && i+1 < len(b) && s.If == nil && !s.ContinueOnError {
			w.warn(b[i+1].Pos, 1, "unreachable", "", "this step never runs: the expectation of %s, %s, never holds", stepName(s), strings.TrimSpace(fails.Text()))
			return
		}
		came = came.after(s)
	}
}

// neverHolds says why a condition can never hold; "": it may.
func neverHolds(x *expr.Expr, mine, around []claim) string {
	if v, constant := x.Constant(); constant && v == false {
		return "its if is false, whatever comes"
	}
	none := &course{}
	e := awaitedEvent{"", x}
	for i, p := range mine {
		if p.node.Op == "literal" && p.node.Literal == p.negated {
			return "its if is false, whatever comes"
		}
		for _, q := range mine[:i] {
			if excludes(q, p, none) || denies(q, p) {
				return e.what(q) + " and " + e.what(p) + " exclude each other"
			}
		}
		for _, q := range around {
			if excludes(q, p, none) || denies(q, p) {
				return e.what(p) + " is against an if around it"
			}
		}
	}
	return ""
}

// inNoRow says which of the conditions asks for a value that no row of the matrix has; "": none does.
func (w *flowWalk) inNoRow(mine []claim) string {
	for _, p := range mine {
		if p.negated || p.node.Op != "==" {
			continue
		}
		for i, side := range p.node.Parts {
			axis, ok := strings.CutPrefix(side.Path, "matrix.")
			text, isText := p.node.Parts[1-i].Literal.(string)
			if ok && isText && !slices.ContainsFunc(w.rows, func(r Row) bool {
				value, isText := r.Values[axis].(string)
				return !isText || canonical(value) == canonical(text)
			}) {
				return fmt.Sprintf("no row of the matrix has %q as its %s", text, axis)
			}
		}
	}
	return ""
}

// alwaysFails is an expectation of the step that never holds.
func alwaysFails(s *Step) *expr.Expr {
	for _, x := range testsOf(s) {
		if x == nil {
			continue // it could not be read
		}
		if v, constant := x.Constant(); constant && v == false {
			return x
		}
	}
	return nil
}

// testsOf are the expectations of a step, and those that are its verb's.
func testsOf(s *Step) []*expr.Expr {
	tests := s.Expect[:len(s.Expect):len(s.Expect)]
	if static := staticParams(s); static.IsValid() {
		for _, f := range structureOf(s.Verb.Params).fields {
			if list, ok := static.FieldByIndex(f.index).Interface().([]*expr.Expr); ok && s.Verb.Role == Speaks {
				tests = append(tests, list...)
			}
		}
	}
	return tests
}
