package schema

import (
	"fmt"
	"slices"
)

// What a step made may be absent afterwards: because its if was false, because it failed and the run goes on all the same,
// or, in finally, because the steps did not get that far.

// gotThatFar is said of names in finally.
const gotThatFar = "is there only if the steps above got that far"

// place tells the step from all others.
func (w *stepWalk) place() string { return w.at(w.node).String() }

func (w *stepWalk) ifGuard() *guard { return ifGuard(w.step.If, w.place(), w.step.ID) }

// failedGuard is the guard of a name that a step makes which goes on after an error. x is what was captured; nil: another name.
func (w *stepWalk) failedGuard(name string, x *Expr) *guard {
	if x != nil && w.verb.Role == Acts && (x.tree().op == "literal" || slices.Contains(alwaysTold, x.tree().path)) {
		return nil
	}
	g := &guard{why: "may be missing: its step goes on after an error (continueOnError)", clauses: w.reached(x)}
	switch {
	case len(g.clauses) == 0: // the value itself need not be there, whatever the outcome
		g.clauses = [][]string{nil}
	case w.step.ID == "":
		id := w.freeID()
		g.before = fmt.Sprintf("give its step id: %s, and ", id)
		g.test = fmt.Sprintf("steps.%s.outcome == %q", id, w.step.Until)
	default:
		g.asks = "steps." + w.step.ID + ".outcome"
		g.test = fmt.Sprintf("%s == %q", g.asks, w.step.Until)
	}
	return g
}

// lateGuard is the guard of a captured name in finally. There it is asked for itself: a call that was only begun is hung up too.
func (w *stepWalk) lateGuard(x *Expr) *guard {
	g := &guard{why: gotThatFar, clauses: [][]string{nil}}
	if reached := w.reached(x); reached != nil {
		g.clauses = append(reached, []string{ranProof(w.place()), "steps." + w.step.ID})
	}
	return g
}

// reached are the clauses that prove that a step which acts came far enough for a capture: to any of its goals.
// nil: even then the value may be absent.
func (w *stepWalk) reached(x *Expr) (clauses [][]string) {
	if x == nil || w.verb.Role != Acts || w.step.ForEach != nil || !w.sure(x.tree()) {
		return nil
	}
	for _, word := range []string{OutcomeRefused, OutcomeUnanswered} {
		clauses = append(clauses, []string{notProof(w.place(), word)})
	}
	return clauses
}

// alwaysTold are the outputs that a step which acts has whatever came of it.
var alwaysTold = []string{"outcome", "attempts"}

// sure says that a value captured of a step that acts is there once the service has taken the request.
func (w *stepWalk) sure(n *node) bool {
	switch {
	case n.op == "literal" || n.typ.Kind == KindBool:
		return true
	case n.op == "??":
		return w.sure(n.parts[1])
	}
	paths := slices.Clone(alwaysTold)
	if w.verb.Creates || w.verb.Operates {
		paths = append(paths, "call.id")
	}
	if w.verb.Operates {
		paths = append(paths, "operation.id")
	}
	return slices.Contains(paths, n.path)
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
