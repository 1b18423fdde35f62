package steps

import (
	"callflow/internal/graph"
)

// GraphError is a request that the service refused.
type GraphError struct {
	Verb  string
	Reply *graph.Reply
}

func (e *GraphError) Error() string { return e.Verb + " was refused" } // worded by the package's author

// OutcomeError is an action that came to another end than the wanted one.
type OutcomeError struct {
	Verb, Wanted string
	Verdict      Verdict
}

func (e *OutcomeError) Error() string { return e.Verb + " came to another end" }

// FailureError is an error that already carries all its explanation (an await, an expect, a timeout).
type FailureError struct{ Failure *Failure }

func (e *FailureError) Error() string { return e.Failure.Text }
