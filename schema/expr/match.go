package expr

import (
	"errors"

	"callflow/schema/problem"
)

// CompileMatch compiles a condition that stands outside a scenario's own expressions, such as a fault's match: it sees
// the names of events and nothing else. Columns in the error count from the text's beginning.
func CompileMatch(text string, g Globals) (*Expr, error) {
	var errs []error
	at := func(offset int) problem.Pos { return problem.Pos{File: "match", Line: 1, Col: offset + 1} }
	e := Compile(text, 0, at, EventScope(g, nil), Bool, func(p problem.Problem) { errs = append(errs, errors.New(p.String())) })
	if e == nil {
		return nil, errors.Join(errs...)
	}
	return e, nil
}
