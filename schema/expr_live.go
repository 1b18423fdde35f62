package schema

import (
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// CompileLive checks and compiles an expression that somebody types while a run stands still: over the names that there
// are, with the types of the values that they have. Positions in problems are those in the text. event says that it sees
// the names of an event too.
func CompileLive(text string, names map[string]any, g Globals, event bool) (*Expr, Problems) {
	return compileLive(text, names, g, event, nil)
}

// CompileCondition is CompileLive of what is to be true or false of events.
func CompileCondition(text string, names map[string]any, g Globals) (*Expr, Problems) {
	return compileLive(text, names, g, true, boolType)
}

func compileLive(text string, names map[string]any, g Globals, event bool, want *Type) (*Expr, Problems) {
	sc := newScope(g, nil, nil)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		switch name {
		case "calls", "run":
		case "steps":
			outputs, _ := names[name].(map[string]any)
			for _, id := range slices.Sorted(maps.Keys(outputs)) {
				sc.declareStep(id, typeOfValue(outputs[id]), nil, Pos{})
			}
		default:
			sc.declare(name, typeOfValue(names[name]), nil, Pos{})
		}
	}
	if event && g.Event != nil {
		sc = sc.withFields(typeOf(g.Event))
	}
	var problems Problems
	at := func(offset int) Pos {
		return Pos{File: "expression", Line: 1, Col: min(offset, utf8.RuneCountInString(text)) + 1}
	}
	e := compileExpr(text, 0, at, sc, want, func(p Problem) {
		p.Severity, p.Source = SeverityError, text
		problems = append(problems, p)
	})
	if e == nil && len(problems) == 0 {
		problems = Problems{{Pos: at(0), Code: "expr-syntax", Severity: SeverityError, Text: fmt.Sprintf("%q is no expression", shorten(text, maxExprShown))}}
	}
	return e, problems
}

// TypeWords says what kind of value v is: "a string", "a list".
func TypeWords(v any) string { return typeOfValue(v).words() }
