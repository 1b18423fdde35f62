package schema

import (
	_ "embed"
	"reflect"
	"strings"

	"callflow/schema/expr"
)

// The parts of the reference that no table says.
var (
	//go:embed reference/intro.md
	introWords string
	//go:embed reference/retry.md
	retryWords string
	//go:embed reference/include.md
	includeWords string
	//go:embed reference/expressions.md
	expressionWordsIntro string
	//go:embed reference/absent.md
	absentWords string
)

// expressions describes names, absence and functions.
func (b *markdown) expressions() {
	b.line("%s", expressionWordsIntro)
	b.runtime()
	b.line("%s", absentWords)
	b.functions(expr.FunctionNames())
}

// functions describes some of them.
func (b *markdown) functions(names []string) {
	b.line("### Functions")
	b.line("")
	b.line("| Function | What it yields |")
	b.line("|---|---|")
	for _, name := range names {
		_, doc := expr.FunctionDoc(name)
		b.line("| `%s` | %s |", name, cell(doc))
	}
	b.line("")
}

// runtime describes what the names hold that every expression, or every one of a sort, sees.
func (b *markdown) runtime() {
	for _, part := range []struct {
		title string
		typ   reflect.Type
	}{
		{"Over an event:", b.voc.Event},
		{"`calls[id]`:", b.voc.Call},
		{"`run`:", b.voc.Run},
	} {
		if part.typ != nil {
			b.line("%s", part.title)
			b.line("")
			b.shape(part.typ)
		}
	}
	b.line("`response`, and `steps.<id>.response`:")
	b.line("")
	b.line("| Field | Is | Says |")
	b.line("|---|---|---|")
	for _, f := range responseType.Fields {
		is := map[expr.Kind]string{expr.KindInt: "a whole number", expr.KindObject: "names, each with text", expr.KindAny: "any value"}[f.Type.Kind]
		b.line("| `%s` | %s | %s |", f.Name, is, cell(f.Doc))
	}
	b.line("")
}

// shape writes the fields of a value that expressions read as a table.
func (b *markdown) shape(t reflect.Type) {
	s := structureOf(t)
	b.line("| Field | Is | Says |")
	b.line("|---|---|---|")
	b.reading = true
	for i := range s.fields {
		f := s.fields[i]
		b.line("| `%s` | %s | %s |", f.name, cell(b.takes(f.typ, f)), cell(strings.TrimSpace(f.doc)))
	}
	b.reading = false
	b.line("")
}

// scenarioExample is a scenario with every key.
func scenarioExample() string {
	var text []string
	for _, k := range scenarioKeys {
		text = append(text, k.example)
	}
	return strings.Join(text, "\n")
}

// stepExamples is a scenario with every key of a step.
func stepExamples() string {
	text := []string{"vars:", "  colleague: 550fae72-d251-43ec-868c-373732c2704f", "simulate:", "  people:",
		"    heidi: {id: \"${{ colleague }}\"}", "    dora: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}",
		"    ivan: {id: 90ed37dc-d8e3-4e11-9de3-30a955dda06f, declines: 1s}", "steps:"}
	for _, k := range stepKeys {
		for _, line := range strings.Split(k.example, "\n") {
			text = append(text, "  "+line)
		}
	}
	return strings.Join(text, "\n")
}
