package schema

import (
	"fmt"
	"unicode/utf8"
)

// CompileLive checks and compiles an expression that somebody types while a run stands still: over the names that there
// are, with the types of the values that they have. Positions in problems are those in the text. event says that it sees
// the names of an event too.
func CompileLive(text string, names map[string]any, voc *Vocabulary, event bool) (*Expr, Problems) {
	return compileLive(text, names, voc, event, nil)
}

// CompileCondition is CompileLive of what is to be true or false of events.
func CompileCondition(text string, names map[string]any, voc *Vocabulary) (*Expr, Problems) {
	return compileLive(text, names, voc, true, boolType)
}

func compileLive(text string, names map[string]any, voc *Vocabulary, event bool, want *Type) (*Expr, Problems) {
	sc := newScope(voc)
	for _, name := range sortedKeys(names) {
		switch name {
		case "calls", "run":
		case "steps":
			outputs, _ := names[name].(map[string]any)
			for _, id := range sortedKeys(outputs) {
				sc.declareStep(id, typeOfValue(outputs[id]), "", Pos{})
			}
		default:
			sc.declare(name, typeOfValue(names[name]), "", Pos{})
		}
	}
	if event && voc.Event != nil {
		for _, f := range typeOf(voc.Event).Fields {
			sc.declare(f.Name, f.Type, "", Pos{})
		}
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
