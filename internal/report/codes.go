package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"callflow/internal/graph"
)

// knownFrom says in words where an entry is known from.
var knownFrom = map[string]string{
	graph.Documented: "documented by Microsoft",
	graph.Seen:       "seen in the field; Graph's pages do not list it",
	graph.Related:    "documented for Azure Communication Services, a sister product; Graph's pages do not list it",
	graph.Unknown:    "unknown",
}

// Codes writes what is known of codes that somebody asked about.
func Codes(w io.Writer, s Style, found []graph.Finding) {
	for i, f := range found {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if len(f.Entries) > 1 {
			s.print(w, s.fold("", clean(f.Note), s.Width, "  "))
			for k := range f.Entries {
				fmt.Fprintln(w)
				s.print(w, s.codeArticle(f.Entries[k].Code, &f.Entries[k], ""))
			}
			continue
		}
		e := &f.Entries[0]
		name := f.Text
		if !strings.Contains(name, e.Code) && !strings.Contains(strings.Replace(name, "#", "/", 1), e.Code) {
			name += ", " + e.Code // a number that is the subcode of one pair only
		}
		s.print(w, s.codeArticle(name, e, f.Note))
	}
}

func (s Style) print(w io.Writer, lines []string) {
	for _, line := range lines {
		fmt.Fprintln(w, line)
	}
}

// codeArticle lays out one entry: its name and where it is known from, then what is known.
func (s Style) codeArticle(name string, e *graph.Entry, note string) []string {
	how := knownFrom[e.Status]
	if how == "" {
		how = e.Status // yours
	}
	if e.HTTP != 0 {
		how += fmt.Sprintf("; of a response with %d", e.HTTP)
	}
	out := s.fold(s.paint(bold, clean(name))+"  ", how, s.Width, "  ")
	out = append(out, s.fold("  ", clean(e.Meaning), s.Width, "  ")...)
	const column = 9
	add := func(label string, texts ...string) {
		lead := "  " + s.paint(faint, label) + strings.Repeat(" ", column-len(label))
		for _, text := range texts {
			out = append(out, s.fold(lead, clean(text), s.Width, strings.Repeat(" ", 2+column))...)
			lead = strings.Repeat(" ", 2+column)
		}
	}
	if note != "" {
		add("note", note)
	}
	add("likely", e.Causes...)
	add("next", e.Next...)
	if len(e.In) > 0 {
		add("met in", strings.Join(e.In, ", "))
	}
	if e.Simulator != "" {
		add("here", "the simulator's own choice for: "+e.Simulator)
	}
	add("source", together(e.Source)...)
	return out
}

// together puts threads of one repository on one line: owner/repo#750, #532.
func together(sources []string) []string {
	var out []string
	last := ""
	for _, source := range sources {
		repo, number, ok := strings.Cut(source, "#")
		if ok && repo == last {
			out[len(out)-1] += ", #" + number
			continue
		}
		last = repo
		out = append(out, source)
	}
	return out
}

// CodeList writes one line for each entry. Where nobody looks, as in a pipe, it is a whole one.
func CodeList(w io.Writer, s Style, entries []graph.Entry) {
	code, status := 0, 0
	for _, e := range entries {
		// A few long words are not worth a wide column.
		code, status = max(code, min(width(e.Code), 26)), max(status, width(e.Status))
	}
	rest := max(s.Width-code-status-4, 20)
	if !s.Live {
		rest = 1000
	}
	for _, e := range entries {
		lead := clean(e.Code)
		if width(lead) > code {
			fmt.Fprintln(w, lead)
			lead = ""
		}
		fmt.Fprintf(w, "%s  %s  %s\n", s.pad(lead, code), s.paint(faint, s.pad(e.Status, status)), s.cut(clean(e.Meaning), rest))
	}
	fmt.Fprintln(w, s.paint(faint, tallyOf(entries)))
}

// tallyOf counts entries by status.
func tallyOf(entries []graph.Entry) string {
	var order []string
	n := map[string]int{}
	for _, e := range entries {
		if !slices.Contains(order, e.Status) {
			order = append(order, e.Status)
		}
		n[e.Status]++
	}
	var parts []string
	for _, status := range order {
		parts = append(parts, fmt.Sprintf("%d %s", n[status], status))
	}
	return plural(len(entries), "code") + ": " + strings.Join(parts, ", ")
}
