package schema

import (
	"fmt"
	"slices"

	"callflow/schema/expr"
)

// What a step made may be absent afterwards: because its if was false, because it failed and the run goes on all the same,
// or, in finally, because the steps did not get that far.

// expr.GotThatFar is said of names in finally.
const gotThatFar = "is there only if the steps above got that far"

// place tells the step from all others.
func (w *stepWalk) place() string { return w.at(w.node).String() }

func (w *stepWalk) ifGuard() *expr.Guard { return expr.IfGuard(w.step.If, w.place(), w.step.ID) }

// failedGuard is the guard of a name that a step makes which goes on after an error. x is what was captured; nil: another name.
func (w *stepWalk) failedGuard(name string, x *expr.Expr) *expr.Guard {
	if x != nil && w.verb.Role == Acts && (x.Tree().Op == "literal" || slices.Contains(alwaysTold, x.Tree().Path)) {
		return nil
	}
	g := &expr.Guard{Why: "may be missing: its step goes on after an error (continueOnError)", Clauses: w.reached(x)}
	switch {
	case len(g.Clauses) == 0: // the value itself need not be there, whatever the outcome
		g.Clauses = [][]string{nil}
	case w.step.ID == "":
		id := w.freeID()
		g.Before = fmt.Sprintf("give its step id: %s, and ", id)
		g.Test = fmt.Sprintf("steps.%s.outcome == %q", id, w.step.Until)
	default:
		g.Asks = "steps." + w.step.ID + ".outcome"
		g.Test = fmt.Sprintf("%s == %q", g.Asks, w.step.Until)
	}
	return g
}

// lateGuard is the guard of a captured name in finally. There it is asked for itself: a call that was only begun is hung up too.
func (w *stepWalk) lateGuard(x *expr.Expr) *expr.Guard {
	g := &expr.Guard{Why: gotThatFar, Clauses: [][]string{nil}}
	if reached := w.reached(x); reached != nil {
		g.Clauses = append(reached, []string{expr.RanProof(w.place()), "steps." + w.step.ID})
	}
	return g
}

// reached are the clauses that prove that a step which acts came far enough for a capture: to any of its goals.
// nil: even then the value may be absent.
func (w *stepWalk) reached(x *expr.Expr) (clauses [][]string) {
	if x == nil || w.verb.Role != Acts || w.step.ForEach != nil || !w.sure(x.Tree()) {
		return nil
	}
	for _, word := range []string{OutcomeRefused, OutcomeUnanswered} {
		clauses = append(clauses, []string{expr.NotProof(w.place(), word)})
	}
	return clauses
}

// alwaysTold are the outputs that a step which acts has whatever came of it.
var alwaysTold = []string{"outcome", "attempts"}

// sure says that a value captured of a step that acts is there once the service has taken the request.
func (w *stepWalk) sure(n *expr.Node) bool {
	switch {
	case n.Op == "literal" || n.Type.Kind == expr.KindBool:
		return true
	case n.Op == "??":
		return w.sure(n.Parts[1])
	}
	paths := slices.Clone(alwaysTold)
	if w.verb.Creates || w.verb.Operates {
		paths = append(paths, "call.id")
	}
	if w.verb.Operates {
		paths = append(paths, "operation.id")
	}
	return slices.Contains(paths, n.Path)
}

// freeID is an id that a step without one could have.
func (w *stepWalk) freeID() string {
	for _, id := range []string{"ring", "first", "attempt"} {
		if _, taken := w.ids[id]; !taken && w.verb.Creates {
			return id
		}
	}
	return w.verb.Name
}
