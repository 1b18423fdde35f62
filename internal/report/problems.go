package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"callflow/schema"
)

// Problems writes what is wrong with scenario files: file:line:col: text [code], the source line and a caret.
func Problems(w io.Writer, s Style, problems schema.Problems) {
	for _, p := range problems {
		kind := ""
		how := bad
		if p.Severity == schema.SeverityWarning {
			kind, how = "warning: ", warn
		}
		fmt.Fprintf(w, "%s %s%s %s\n", s.paint(bold, clean(p.Pos.String())+":"), s.paint(how, kind), clean(p.Text),
			s.paint(faint, "["+p.Code+"]"))
		if p.Source != "" {
			caret(w, s, p)
		}
		if p.Hint != "" {
			for i, line := range lines(p.Hint) {
				lead := "hint: "
				if i > 0 {
					lead = "      "
				}
				fmt.Fprintf(w, "      %s%s\n", s.paint(faint, lead), line)
			}
		}
	}
}

// DiffLine is a line of a unified diff, safe to print and in colour.
func (s Style) DiffLine(line string) string {
	how := ""
	switch {
	case strings.HasPrefix(line, "---"), strings.HasPrefix(line, "+++"):
		how = bold
	case strings.HasPrefix(line, "-"):
		how = bad
	case strings.HasPrefix(line, "+"):
		how = good
	case strings.HasPrefix(line, "@"):
		how = faint
	}
	return s.paint(how, clean(line))
}

// caret prints the source line with the faulty part underlined. A long line is cut around that part.
func caret(w io.Writer, s Style, p schema.Problem) {
	source := []rune(strings.ReplaceAll(strings.TrimRight(p.Source, "\r\n"), "\t", " "))
	from := min(max(p.Col-1-p.Skipped, 0), len(source))
	room := max(s.Width-10, 30)
	if from > room*2/3 {
		gap := []rune(s.mark("…", "..."))
		drop := from - room/2
		source = append(gap, source[drop:]...)
		from += len(gap) - drop
	}
	length := max(min(p.Len, len(source)-from), 1)
	text := s.cut(clean(string(source)), room)
	lead := width(clean(string(source[:from])))
	length = max(min(length, room-lead), 1)
	under := "^" + strings.Repeat("~", length-1)
	fmt.Fprintf(w, "%s%s\n", s.paint(faint, fmt.Sprintf("%5d | ", p.Line)), text)
	fmt.Fprintf(w, "%s%s%s\n", s.paint(faint, "      | "), strings.Repeat(" ", lead), s.paint(bad, under))
}

// ProblemsJSON writes the same as a JSON list, empty when there are none.
func ProblemsJSON(w io.Writer, problems schema.Problems) error {
	if problems == nil {
		problems = schema.Problems{}
	}
	return WriteJSON(w, problems)
}

// ProblemsGitHub writes problems as workflow commands, which GitHub Actions shows at their lines. Paths are those from the
// root of the workspace that env knows.
func ProblemsGitHub(w io.Writer, env func(string) string, problems schema.Problems) error {
	for _, p := range problems {
		about := command(string(p.Severity), inWorkspace(p.File, env), p.Line, p.Col, max(p.Len, 1), p.Code, text(strings.Split(withHint(p), "\n"), mostMessage))
		if _, err := fmt.Fprintln(w, about); err != nil {
			return err
		}
	}
	return nil
}

// withHint is a problem's text and its hint.
func withHint(p schema.Problem) string {
	if p.Hint == "" {
		return p.Text
	}
	return p.Text + "\nhint: " + p.Hint
}

// WriteJSON writes v for people and programs: indented, and with every character that could command a terminal escaped.
func WriteJSON(w io.Writer, v any) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(printable(text.Bytes()))
	return err
}

// printable is JSON with every character that could command a terminal escaped.
func printable(text []byte) []byte {
	if bytes.IndexFunc(text, func(r rune) bool { return r != '\n' && unprintable(r) }) < 0 {
		return text
	}
	var b bytes.Buffer
	for _, r := range string(text) {
		switch {
		case r == '\n' || !unprintable(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}
