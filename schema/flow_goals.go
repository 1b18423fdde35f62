package schema

import (
	"fmt"
	"maps"
	"slices"

	"callflow/schema/expr"
)

// A step that is over without an error has reached the goal that its until names, and its outcome is that word. Whoever
// wants another outcome says so with until, or lets the step fail with continueOnError.

// outcomes are paths of outcomes, and names that hold one, with the step whose it is.
type outcomes map[string]*Step

// oneOutcome says that the step's outcome is its goal whenever the run goes on behind it. A hang-up may find the call gone.
func oneOutcome(s *Step) bool {
	return s.Verb != nil && len(s.Verb.Goals) > 0 && s.Until != "" && !s.Verb.Ends && s.ForEach == nil
}

// after adds what is known behind a step.
func (o outcomes) after(s *Step) outcomes {
	if !oneOutcome(s) || s.ContinueOnError || s.If != nil {
		return o
	}
	o = maps.Clone(o)
	if o == nil {
		o = outcomes{}
	}
	if s.ID != "" {
		o["steps."+s.ID+".outcome"] = s
	}
	for _, x := range s.Capture {
		if x.Expr != nil && x.Expr.Tree().Path == "outcome" {
			o[x.Name] = s
		}
	}
	return o
}

const outcomeHint = "say by until: which outcome is meant; where several are right, give the step continueOnError: true, or until: accepted and await what comes"

// against says why an expression never holds, as a step's outcome is its goal; "": it may.
func (o outcomes) against(x *expr.Expr) string {
	none := &course{}
	e := awaitedEvent{"", x}
	for _, p := range claimsOf(x.Tree(), false, nil) {
		for _, path := range slices.Sorted(maps.Keys(o)) {
			s := o[path]
			is := claim{node: &expr.Node{Op: "==", Parts: []*expr.Node{{Op: "path", Path: path}, {Op: "literal", Literal: s.Until}}}}
			if excludes(is, p, none) {
				return fmt.Sprintf("%s, but the run goes on behind %s only when its outcome is %q", e.what(p), stepName(s), s.Until)
			}
		}
	}
	return ""
}

// neverExpected warns of expectations that outcomes exclude: those of the step's own, and those of steps before it.
func (w *flowWalk) neverExpected(s *Step, came outcomes) {
	if oneOutcome(s) {
		came = maps.Clone(came)
		if came == nil {
			came = outcomes{}
		}
		came["outcome"] = s
	}
	for _, x := range testsOf(s) {
		if x == nil {
			continue
		}
		if why := came.against(x); why != "" {
			w.warn(x.Pos(), textLen(x.Text()), "never-holds", outcomeHint, "this never holds: %s", why)
		}
	}
}
