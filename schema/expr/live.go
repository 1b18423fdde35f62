package expr

import (
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"callflow/schema/problem"
)

// CompileLive checks and compiles an expression that somebody types while a run stands still: over the names that there
// are, with the types of the values that they have. Positions in problems are those in the text. event says that it sees
// the names of an event too.
func CompileLive(text string, names map[string]any, g Globals, event bool) (*Expr, problem.Problems) {
	return compileLive(text, names, g, event, nil)
}

// CompileCondition is CompileLive of what is to be true or false of events.
func CompileCondition(text string, names map[string]any, g Globals) (*Expr, problem.Problems) {
	return compileLive(text, names, g, true, Bool)
}

func compileLive(text string, names map[string]any, g Globals, event bool, want *Type) (*Expr, problem.Problems) {
	sc := NewScope(g, nil, nil)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		switch name {
		case "calls", "run":
		case "steps":
			outputs, _ := names[name].(map[string]any)
			for _, id := range slices.Sorted(maps.Keys(outputs)) {
				sc.DeclareStep(id, TypeOfValue(outputs[id]), nil, problem.Pos{})
			}
		default:
			sc.Declare(name, TypeOfValue(names[name]), nil, problem.Pos{})
		}
	}
	if event && g.Event != nil {
		sc = sc.WithFields(TypeOf(g.Event))
	}
	var problems problem.Problems
	at := func(offset int) problem.Pos {
		return problem.Pos{File: "expression", Line: 1, Col: min(offset, utf8.RuneCountInString(text)) + 1}
	}
	e := Compile(text, 0, at, sc, want, func(p problem.Problem) {
		p.Severity, p.Source = problem.SeverityError, text
		problems = append(problems, p)
	})
	if e == nil && len(problems) == 0 {
		problems = problem.Problems{{Pos: at(0), Code: "expr-syntax", Severity: problem.SeverityError, Text: fmt.Sprintf("%q is no expression", problem.Shorten(text, MaxShown))}}
	}
	return e, problems
}
