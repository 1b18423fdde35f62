package schema

import "callflow/schema/problem"

// Every answer of this package holds places and problems, so they go by its name too: whoever reads a scenario need not know
// that the expressions, which are below this package, tell of theirs in the same words.
type (
	Pos      = problem.Pos
	Problem  = problem.Problem
	Problems = problem.Problems
	Severity = problem.Severity
)

// The severities.
const (
	SeverityError   = problem.SeverityError
	SeverityWarning = problem.SeverityWarning
)
