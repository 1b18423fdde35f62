package report

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"callflow/steps"
)

// failure lays out all a record says about why a step or run failed. start is the run's start, for relative times.
func (s Style) failure(f *steps.Failure, start time.Time) []string {
	var out []string
	add := func(lines ...string) { out = append(out, lines...) }
	where := ""
	if f.Pos.File != "" {
		where = clean(f.Pos.String()) + ": "
	}
	for i, line := range lines(f.Text) {
		if i == 0 {
			line = s.paint(bold, where) + s.paint(bad, line)
		}
		add(line)
	}
	add(s.excerpt(f)...)
	if f.Awaited != "" && f.Expression == nil && len(f.Arrivals) == 0 {
		add("", s.paint(faint, "awaited: ")+s.cut(clean(f.Awaited), s.Width-len("awaited: ")))
	}
	if f.Expression != nil && !slices.ContainsFunc(f.Arrivals, explained) {
		add("")
		add(s.tree(f.Expression, "")...)
	}
	if f.Kind == "await" || len(f.Arrivals) > 0 {
		add("")
		add(s.arrivals(f, start)...)
	}
	if f.Graph != nil {
		add("")
		add(s.graphError(f)...)
	}
	if f.Code != nil {
		add("")
		add(s.code(f.Code)...)
	}
	if len(f.Hints) > 0 {
		add("")
		for _, h := range f.Hints {
			add(s.wrap(s.paint(faint, "hint: "), 6, clean(h))...)
		}
	}
	return out
}

var numbered = regexp.MustCompile(`^[> ]*(\d+) \|`)

// excerptLead is what stands before a line of an excerpt: "> 1234 |".
const excerptLead = 8

// excerpt shows the scenario's lines with the one at fault marked.
func (s Style) excerpt(f *steps.Failure) []string {
	if len(f.Excerpt) == 0 {
		return nil
	}
	out := []string{""}
	for _, line := range f.Excerpt {
		line = clean(strings.ReplaceAll(line, "\t", "  "))
		m := numbered.FindStringSubmatch(line)
		if m == nil {
			out = append(out, s.paint(faint, "      | ")+s.cut(line, s.Width-excerptLead))
			continue
		}
		text := strings.TrimPrefix(line, m[0])
		n, _ := strconv.Atoi(m[1])
		lead := fmt.Sprintf("  %4d |", n)
		if n == f.Pos.Line {
			out = append(out, s.paint(bad, fmt.Sprintf("> %4d |", n))+s.cut(text, s.Width-excerptLead))
			continue
		}
		out = append(out, s.paint(faint, lead)+s.cut(text, s.Width-excerptLead))
	}
	return out
}

// mostArrivals bounds the list of what arrived; the nearest are always shown.
const mostArrivals = 20

func (s Style) arrivals(f *steps.Failure, start time.Time) []string {
	waited := ""
	if f.Waited > 0 {
		waited = " in " + duration(f.Waited)
	}
	if len(f.Arrivals) == 0 {
		return []string{"nothing arrived" + waited}
	}
	out := []string{"what arrived" + waited + ":"}
	skipped, last := 0, ""
	several := severalCalls(f.Arrivals)
	for i, m := range f.Arrivals {
		if len(f.Arrivals) > mostArrivals && !m.Nearest && i < len(f.Arrivals)-mostArrivals {
			skipped++
			continue
		}
		if skipped > 0 {
			out = append(out, s.paint(faint, fmt.Sprintf("  (%s not shown)", plural(skipped, "event"))))
			skipped = 0
		}
		mark := s.mark("·", "-")
		if m.Nearest {
			mark = s.paint(warn, s.mark("≈", "~"))
		}
		text := clean(m.Summary)
		if several && m.Call != "" {
			text += s.paint(faint, " ["+clean(short(m.Call))+"]")
		}
		if m.Claimed != "" {
			text += s.paint(faint, " (taken by "+clean(m.Claimed)+")")
		}
		out = append(out, fmt.Sprintf("  %s %9s  %s", mark, offset(start, m.At), text))
		if m.Why == nil {
			continue
		}
		why := "why not"
		if m.Part != "" {
			why += " " + clean(m.Part)
		}
		tree := s.tree(m.Why, "        ")
		if text := strings.Join(tree, "\n"); text == last {
			why += ": the same"
			tree = nil
		} else {
			last = text
			why += ":"
		}
		out = append(out, "        "+s.paint(faint, why))
		out = append(out, tree...)
	}
	return out
}

// severalCalls says whether the events are about more than one call, so that each must say about which.
func severalCalls(arrivals []steps.Miss) bool {
	first := ""
	for _, m := range arrivals {
		if first == "" {
			first = m.Call
		}
		if m.Call != "" && m.Call != first {
			return true
		}
	}
	return false
}

// explained says whether the list of arrivals shows why the event did not match.
func explained(m steps.Miss) bool { return m.Why != nil }

func (s Style) graphError(f *steps.Failure) []string {
	g := f.Graph
	head := fmt.Sprintf("the service answered %d", g.Status)
	if g.Code != "" {
		head += " " + clean(g.Code)
	}
	out := []string{head}
	if g.Message != "" {
		out = append(out, s.wrap("  ", 2, clean(g.Message))...)
	}
	for _, id := range []struct{ name, value string }{
		{"request-id", g.RequestID}, {"client-request-id", g.ClientRequestID}, {"date", g.Date},
	} {
		if id.value != "" {
			out = append(out, s.paint(faint, "  "+id.name+": ")+clean(id.value))
		}
	}
	return out
}

func (s Style) code(c *steps.Explained) []string {
	code := strconv.Itoa(c.Code)
	if c.Subcode != 0 {
		code += "/" + strconv.Itoa(c.Subcode)
	}
	known := ""
	if c.Status != "" && c.Status != "documented" {
		known = " (" + c.Status + ")"
	}
	out := s.wrap("code "+code+known+": ", 2, clean(c.Meaning))
	if c.Next != "" {
		out = append(out, s.wrap("  next: ", 8, clean(c.Next))...)
	}
	return out
}

// wrap breaks text at spaces to the width; lead stands before the first line, the others are indented.
func (s Style) wrap(lead string, indent int, text string) []string {
	room := max(s.Width, 40)
	var out []string
	line := lead
	used := width(ansi.ReplaceAllString(lead, ""))
	fresh := true
	for word := range strings.FieldsSeq(text) {
		if !fresh && used+1+width(word) > room {
			out = append(out, line)
			line, used, fresh = strings.Repeat(" ", indent), indent, true
		}
		if !fresh {
			line += " "
			used++
		}
		line += word
		used += width(word)
		fresh = false
	}
	return append(out, line)
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")
