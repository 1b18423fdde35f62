package report

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

// failure lays out all a record says about why a step or run failed. start is the run's start, for relative times; name
// says in words which step a key means.
func (s Style) failure(f *steps.Failure, start time.Time, name func(key string) string) []string {
	return append(s.headline(f, f.Text), s.reasons(f, start, name)...)
}

// reasons is a failure without its headline.
func (s Style) reasons(f *steps.Failure, start time.Time, name func(key string) string) (out []string) {
	add := func(lines ...string) { out = append(out, lines...) }
	add(s.excerpt(f)...)
	add(s.facts(f, start)...)
	told := slices.ContainsFunc(f.Arrivals, func(m steps.Miss) bool { return m.Why != nil })
	if f.Awaited != "" && f.Expression == nil && len(f.Excerpt) == 0 && len(f.Facts) == 0 {
		add("")
		add(s.fold(s.paint(faint, "awaited: "), clean(f.Awaited), s.Width, "  ")...)
	}
	if f.Expression != nil && !told {
		add("")
		add(s.tree(f.Expression, "")...)
	}
	for i := range f.Also {
		add("", s.paint(faint, fmt.Sprintf("line %d does not hold either:", f.Also[i].Pos.Line)))
		add(s.tree(&f.Also[i], "")...)
	}
	waits := f.Awaited != "" && f.Expression == nil && (f.Kind == "await" || f.Kind == "timeout")
	if waits || len(f.Arrivals) > 0 {
		add("")
		add(s.arrivals(f, start, name)...)
	}
	if f.Graph != nil {
		add("")
		add(s.graphError(f)...)
	}
	if f.Code != nil {
		add("")
		add(s.code(f.Code)...)
	}
	if f.Trace != nil {
		add("")
		add(s.trace(f.Trace)...)
	}
	if len(f.Hints) > 0 {
		add("")
		for _, h := range f.Hints {
			add(s.fold(s.paint(faint, "hint: "), clean(h), s.Width, "      ")...)
		}
	}
	return out
}

// headline says where and what. A place that takes most of a line stands alone, so that it can be clicked.
func (s Style) headline(f *steps.Failure, text string) (out []string) {
	lead, indent := "", ""
	if f.Pos.File != "" {
		lead = s.paint(bold, clean(f.Pos.String())+":")
		if indent = "  "; width(plain(lead)) > s.Width/2 {
			out, lead = append(out, lead), indent
		} else {
			lead += " "
		}
	}
	for _, line := range lines(text) {
		out = append(out, s.foldIn(bad, lead, line, s.Width, indent)...)
		lead = indent
	}
	for _, by := range f.Included {
		out = append(out, s.foldIn(faint, "  ", includedBy(by), s.Width, "  ")...)
	}
	return out
}

// includedBy says which step includes the file that a failure is in.
func includedBy(by steps.Inclusion) string {
	return fmt.Sprintf("included by step %s, %s", clean(by.Step), clean(by.Pos.String()))
}

var numbered = regexp.MustCompile(`^[> ]*(\d+) \|`)

// excerpt shows the scenario's lines with the one at fault marked. That one is shown whole.
func (s Style) excerpt(f *steps.Failure) []string {
	if len(f.Excerpt) == 0 {
		return nil
	}
	const lead = 8
	out := []string{""}
	for _, line := range f.Excerpt {
		line = clean(strings.ReplaceAll(line, "\t", "  "))
		m := numbered.FindStringSubmatch(line)
		if m == nil {
			out = append(out, s.paint(faint, "       |")+s.cut(line, s.Width-lead))
			continue
		}
		text := strings.TrimPrefix(line, m[0])
		n, _ := strconv.Atoi(m[1])
		if n != f.Pos.Line {
			out = append(out, s.paint(faint, fmt.Sprintf("  %4d |", n))+s.cut(text, s.Width-lead))
			continue
		}
		mark := fmt.Sprintf("> %4d |", n)
		for _, row := range s.Hard(text, s.Width-lead) {
			out = append(out, s.paint(bad, mark)+row)
			mark = "       |"
		}
	}
	return out
}

// mostArrivals bounds the list of what arrived; the nearest are always shown.
const mostArrivals = 20

// arrivals lists the events of a wait: those that it did not look at, those that were there when it began, and those that
// came while it waited.
func (s Style) arrivals(f *steps.Failure, start time.Time, name func(key string) string) []string {
	waited := ""
	if f.Waited > 0 {
		waited = " in " + duration(f.Waited)
	}
	if len(f.Arrivals) == 0 {
		return []string{"nothing arrived" + waited}
	}
	list := arrivalList{Style: s, arrivals: f.Arrivals, start: start, name: name, several: severalCalls(f.Arrivals)}
	came := "came" + waited + " of waiting"
	group := func(m steps.Miss) string {
		switch {
		case strings.HasPrefix(m.Ignored, "came before"):
			return m.Ignored + ", so did not count"
		case m.Early:
			return "was there when the wait began"
		}
		return came
	}
	isNews := func(m steps.Miss) bool { return group(m) == came }
	headings := !slices.ContainsFunc(f.Arrivals, isNews) || slices.ContainsFunc(f.Arrivals, func(m steps.Miss) bool { return !isNews(m) })
	if headings {
		waited = ""
	}
	list.add("what arrived" + waited + s.legend(f.Arrivals) + ":")
	skipped, last := 0, ""
	for i, m := range f.Arrivals {
		if len(f.Arrivals) > mostArrivals && !m.Nearest && i < len(f.Arrivals)-mostArrivals {
			skipped++
			continue
		}
		if skipped > 0 {
			list.add(s.paint(faint, fmt.Sprintf("  (%s not shown)", plural(skipped, "event"))))
			skipped = 0
		}
		if g := group(m); headings && g != last {
			list.add("  " + s.paint(faint, g+":"))
			last = g
		}
		list.event(i)
	}
	if !slices.ContainsFunc(f.Arrivals, isNews) {
		list.add("  " + s.paint(faint, "nothing "+came))
	}
	return list.out
}

// legend explains the marks of a list of arrivals.
func (s Style) legend(arrivals []steps.Miss) string {
	near, struck := false, false
	for _, m := range arrivals {
		struck = struck || m.Why != nil && m.Why.Value == true
		near = near || m.Nearest && !(m.Why != nil && m.Why.Value == true)
	}
	var words []string
	if near {
		words = append(words, s.mark("≈", "~")+" came nearest")
	}
	if struck {
		words = append(words, s.mark("✗", "x")+" decided it")
	}
	if words == nil {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

// arrivalList is such a list while it is written.
type arrivalList struct {
	Style
	arrivals []steps.Miss
	start    time.Time
	name     func(key string) string
	several  bool // calls
	out      []string
}

func (l *arrivalList) add(lines ...string) { l.out = append(l.out, lines...) }

// missed are the parts that the i-th arrival is explained for: of those as near to the same part the last one is.
func (l *arrivalList) missed(i int) (parts []steps.PartMiss) {
	for _, p := range partsOf(&l.arrivals[i]) {
		later := slices.ContainsFunc(l.arrivals[i+1:], func(m steps.Miss) bool {
			return slices.ContainsFunc(partsOf(&m), func(other steps.PartMiss) bool { return other.Part == p.Part })
		})
		if !later {
			parts = append(parts, p)
		}
	}
	return parts
}

// partsOf are all the parts that an arrival came nearest to.
func partsOf(m *steps.Miss) []steps.PartMiss {
	if m.Why == nil {
		return nil
	}
	return append([]steps.PartMiss{{Part: m.Part, Why: m.Why}}, m.Also...)
}

// event is the i-th arrival, and why it did not match, or did.
func (l *arrivalList) event(i int) {
	m := l.arrivals[i]
	struck := m.Why != nil && m.Why.Value == true
	mark := l.mark("·", "-")
	switch {
	case struck:
		mark = l.paint(bad, l.mark("✗", "x"))
	case m.Nearest:
		mark = l.paint(warn, l.mark("≈", "~"))
	}
	text := clean(m.Summary)
	if l.several && m.Call != "" {
		text += " [" + clean(short(m.Call)) + "]"
	}
	switch {
	case strings.HasPrefix(m.Ignored, "is "):
		text += " (" + clean(m.Ignored) + ": does not count)"
	case m.Unclaimed:
		text += " (nobody took it)"
	case m.Claimed != "":
		text += " (taken by " + l.name(m.Claimed) + ")"
	case m.Part != "" && m.Why == nil:
		text += " (serves " + clean(m.Part) + ")"
	}
	l.add(l.fold(fmt.Sprintf("  %s %9s  ", mark, offset(l.start, m.At)), text, l.Width, "                ")...)
	for _, p := range l.missed(i) {
		why := "why not"
		if struck {
			why = "why"
		}
		if p.Part != "" {
			why += " " + clean(p.Part)
		}
		l.add("        " + l.paint(faint, why+":"))
		l.add(l.tree(p.Why, "        ")...)
	}
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

func (s Style) graphError(f *steps.Failure) []string {
	g := f.Graph
	head := fmt.Sprintf("the service answered %d", g.Status)
	if g.Code != "" {
		head += " " + clean(g.Code)
	}
	out := []string{head}
	if g.Message != "" {
		out = append(out, s.fold("  ", clean(g.Message), s.Width, "  ")...)
	}
	if f.Trace != nil { // it has the ids too
		return out
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

// code explains a code, and those that came in the same message.
func (s Style) code(c *steps.Explained) []string {
	out := s.codeEntry("code "+clean(c.Name), c)
	for i := range c.Also {
		also := &c.Also[i]
		name := clean(also.Name)
		if !strings.HasPrefix(name, "DiagCode") {
			name = "code " + name
		}
		out = append(out, s.codeEntry(name+" in the same answer", also)...)
	}
	return out
}

func (s Style) codeEntry(name string, c *steps.Explained) []string {
	if c.Status != "" && c.Status != graph.Documented {
		name += " (" + c.Status + ")"
	}
	out := s.fold(name+": ", clean(c.Meaning), s.Width, "  ")
	for _, part := range []struct {
		label string
		texts []string
	}{{"likely: ", c.Causes}, {"next: ", c.Next}} {
		lead, indent := "  "+part.label, strings.Repeat(" ", 2+len(part.label))
		for _, text := range part.texts {
			out = append(out, s.fold(lead, clean(text), s.Width, indent)...)
			lead = indent
		}
	}
	return out
}

// trace is what the service's support asks for.
func (s Style) trace(t *steps.Trace) []string {
	words := "last request sent " + t.At.UTC().Format("2006-01-02T15:04:05.000Z")
	for _, id := range []struct{ name, value string }{
		{"call", t.Call}, {"callChainId", t.CallChainID}, {"request-id", t.RequestID}, {"client-request-id", t.ClientRequestID},
		{"Scenario-Id", t.ScenarioID},
	} {
		if id.value != "" {
			words += ", " + id.name + " " + clean(id.value)
		}
	}
	return s.fold(s.paint(faint, "for support: "), words, s.Width, "  ")
}
