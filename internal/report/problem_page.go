package report

import (
	"fmt"
	"io"
	"strings"

	"callflow/schema"
)

// ProblemPage writes what there is to say about a kind of problem; found are those of its bad example. A page without a
// severity is of a code that nobody knows, and note may suggest another.
func ProblemPage(w io.Writer, s Style, p schema.ProblemPage, found schema.Problems, note string) {
	if p.Severity == "" {
		s.print(w, s.fold(s.paint(bold, clean(p.Code))+"  ", strings.TrimSpace("no problem has this code. "+note), s.Width, "  "))
		return
	}
	how := bad
	if p.Severity == schema.SeverityWarning {
		how = warn
	}
	fmt.Fprintf(w, "%s  %s\n\n", s.paint(bold, p.Code), s.paint(how, p.Severities()))
	s.print(w, s.fold("", prose(p.Doc), s.Width, ""))
	for _, part := range strings.Split(p.Why, "\n\n") {
		if part != "" {
			fmt.Fprintln(w)
			s.print(w, s.fold("", prose(strings.ReplaceAll(part, "\n", " ")), s.Width, ""))
		}
	}
	if p.Bad == "" {
		return
	}
	s.example(w, "Wrong:", p.Bad)
	fmt.Fprintln(w)
	Problems(w, s, found)
	for _, name := range p.Others() {
		s.example(w, "with "+name+":", p.Beside[name])
	}
	s.example(w, "Right:", p.Good)
}

// prose is Markdown without the marks that only its readers' programs need.
func prose(text string) string { return clean(strings.ReplaceAll(text, "`", "")) }

func (s Style) example(w io.Writer, title, yaml string) {
	fmt.Fprintf(w, "\n%s\n\n", s.paint(faint, title))
	for _, line := range strings.Split(strings.TrimRight(yaml, "\n"), "\n") {
		fmt.Fprintln(w, strings.TrimRight("    "+clean(line), " "))
	}
}
