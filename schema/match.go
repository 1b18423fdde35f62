package schema

import "errors"

// CompileMatch compiles a condition that stands outside a scenario's own expressions, such as a fault's match: it sees
// the names of events and nothing else. Columns in the error count from the text's beginning.
func CompileMatch(text string, voc *Vocabulary) (*Expr, error) {
	sc := &scope{voc: voc}
	if voc.Event != nil {
		for _, f := range typeOf(voc.Event).Fields {
			sc.declare(f.Name, f.Type, "", Pos{})
		}
	}
	var errs []error
	at := func(offset int) Pos { return Pos{File: "match", Line: 1, Col: offset + 1} }
	e := compileExpr(text, 0, at, sc, boolType, func(p Problem) { errs = append(errs, errors.New(p.String())) })
	if e == nil {
		return nil, errors.Join(errs...)
	}
	return e, nil
}
