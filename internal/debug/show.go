package debug

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"callflow/internal/graph"
	"callflow/internal/report"
	"callflow/runner"
	"callflow/schema"
	"callflow/steps"
)

// gutter is what stands before a line of a file.
const gutter = len("> 1234 | ")

// around is how many lines `list` shows before and after the step.
const around = 8

// head says where the run stands.
func (d *Debugger) head(s *runner.Stop, why string) {
	if d.Waits && !d.warned {
		d.warned = true
		d.say(s, "time goes on while the run stands still: calls ring, and timeouts run")
	}
	where := report.Offset(s.Began(), s.Now())
	if s.Branch != "" {
		where += ", branch " + s.Branch
	}
	if why != "" {
		why = " (" + why + ")"
	}
	switch s.Why {
	case runner.OnEvent:
		e := s.Event
		d.print(s, []string{d.Style.Bold(fmt.Sprintf("event %d%s", e.Seq, why)) + "  at " + where + ": " + report.Plain(e.Summary) + called(s, e.Call)})
		return
	case runner.OnFailure:
		d.print(s, []string{d.Style.Bold("failed"+why) + "  at " + where + ": " + report.Plain(s.Title) + "; retry, continue, or quit"})
		return
	}
	d.print(s, append([]string{d.Style.Bold("before "+s.Title+why) + "  at " + where}, d.lines(s, s.Step.Pos.Line, s.Step.Pos.Line+min(len(s.Step.Lines), around)-1)...))
}

// source is the scenario around the stop.
func (d *Debugger) source(s *runner.Stop) []string {
	if s.Step == nil {
		return []string{"an event stands in no file; `steps` says what has been done"}
	}
	return append([]string{s.Step.Pos.File}, d.lines(s, s.Step.Pos.Line-around, s.Step.Pos.Line+max(len(s.Step.Lines), 1)+around-1)...)
}

// lines shows those lines of the file that the stop is in, with the step's first one marked.
func (d *Debugger) lines(s *runner.Stop, from, to int) []string {
	all := strings.Split(strings.TrimRight(string(s.Plan().Text), "\n"), "\n")
	var out []string
	for n := max(from, 1); n <= min(to, len(all)); n++ {
		mark := "  "
		if n == s.Step.Pos.Line {
			mark = "> "
		}
		text := report.Plain(strings.TrimRight(all[n-1], "\r"))
		if !d.in.typed() { // a line stays a line where programs read it
			out = append(out, mark+fmt.Sprintf("%4d | ", n)+text)
			continue
		}
		for i, part := range d.Style.Hard(text, d.Style.Width-gutter) {
			if i > 0 {
				out = append(out, "       | "+part)
			} else {
				out = append(out, mark+fmt.Sprintf("%4d | ", n)+part)
			}
		}
	}
	return out
}

// done lists the steps of the run so far.
func (d *Debugger) done(s *runner.Stop) []string {
	var out []string
	report.NewRun(d.records).All(func(x *report.Step, depth int) {
		status := x.End.Status
		if status == "" {
			status = "under way"
		}
		branch := ""
		if x.Branch != "" {
			branch = report.Plain(x.Branch) + ": "
		}
		out = append(out, fmt.Sprintf("%10s  %-9s  %s%s%s", report.Offset(s.Began(), x.At), status, strings.Repeat("  ", depth), branch, report.StepWords(x.Key, &x.Start)))
	})
	if out == nil {
		return []string{"no step has begun"}
	}
	return out
}

func (d *Debugger) vars(s *runner.Stop) []string {
	known := s.Known()
	if len(known) == 0 {
		return []string{"no variables, and nothing captured"}
	}
	wide := 0
	for _, k := range known {
		wide = max(wide, len(k.Name))
	}
	var out []string
	for _, k := range known {
		lead := fmt.Sprintf("%-*s = ", wide, k.Name)
		out = append(out, d.Style.Fold(lead, report.Value(k.Value), strings.Repeat(" ", wide+3))...)
	}
	return out
}

func (d *Debugger) calls(s *runner.Stop) []string {
	list := s.Calls()
	if len(list) == 0 {
		return []string{"the run knows no call yet"}
	}
	names := callNames(s)
	var out []string
	for _, c := range list {
		state, _ := c.Picture["state"].(string)
		direction, _ := c.Picture["direction"].(string)
		words := []string{c.ID, strings.TrimSpace(direction + " " + state)}
		if !c.Up {
			words = append(words, "(ended)")
		}
		if known := names[c.ID]; known != nil {
			words = append(words, "= "+strings.Join(known, ", "))
		}
		if c.By != "" {
			words = append(words, "by "+d.title(c.By))
		}
		out = append(out, d.Style.Fold("", strings.Join(words, "  "), "    ")...)
		var there []string
		people, _ := c.Picture["participants"].([]map[string]any)
		for _, p := range people {
			there = append(there, graph.PersonName(p))
		}
		if there != nil {
			out = append(out, d.Style.Fold("    with ", strings.Join(there, ", "), "    ")...)
		}
	}
	return out
}

// callNames are the variables that hold the id of a call, by that id.
func callNames(s *runner.Stop) map[string][]string {
	names := map[string][]string{}
	for _, k := range s.Known() {
		if id, ok := k.Value.(string); ok {
			names[graph.CanonicalID(id)] = append(names[graph.CanonicalID(id)], k.Name)
		}
	}
	return names
}

// called says which call an event is about.
func called(s *runner.Stop, id string) string {
	text := report.ShortIDs(id)
	if known := callNames(s)[id]; known != nil && id != "" {
		text += " = " + strings.Join(known, ", ")
	}
	if text == "" {
		return ""
	}
	return "  " + report.Plain(text)
}

// inbox lists the events, or shows one with all that came.
func (d *Debugger) inbox(s *runner.Stop, rest string) (runner.Action, bool) {
	events := s.Inbox()
	if rest != "" {
		n, err := strconv.Atoi(rest)
		i := slices.IndexFunc(events, func(e runner.InboxEvent) bool { return err == nil && e.Seq == uint64(n) })
		if i < 0 {
			d.say(s, fmt.Sprintf("there is no event %q; `inbox` lists them", rest))
			return 0, false
		}
		d.print(s, event(events[i]))
		return 0, false
	}
	if len(events) == 0 {
		d.say(s, "nothing has come")
	}
	for _, e := range events {
		text := e.Summary
		switch {
		case e.Claimed != "":
			text += " (taken by " + d.title(e.Claimed) + ")"
		case e.Repeat:
			text += " (again)"
		}
		text += called(s, e.Call)
		d.print(s, d.Style.Fold(fmt.Sprintf("%4d %10s  ", e.Seq, report.Offset(s.Began(), e.At)), text, strings.Repeat(" ", 17)))
	}
	return 0, false
}

func event(e runner.InboxEvent) []string {
	out := []string{report.Plain(strings.TrimSpace(fmt.Sprintf("%s %s %s", e.ChangeType, e.Resource, e.MessageID)))}
	var pretty bytes.Buffer
	if json.Indent(&pretty, e.Raw, "", "  ") != nil {
		return append(out, report.Plain(string(e.Raw)))
	}
	for line := range strings.Lines(pretty.String()) {
		out = append(out, report.Plain(strings.TrimRight(line, "\n")))
	}
	return out
}

func (d *Debugger) eval(s *runner.Stop, rest string) (runner.Action, bool) {
	if rest == "" {
		d.say(s, "print what? an expression, such as calls or steps."+exampleStep(s))
		return 0, false
	}
	if a, ok := d.value(s, rest); ok {
		if _, isObject := a.Value.(map[string]any); isObject { // failures say of what is in it what it is; here it can be seen
			a.Tree.Value = a.Value
		}
		d.print(s, d.Style.Tree(&a.Tree))
	}
	return 0, false
}

func exampleStep(s *runner.Stop) string {
	if s.Step != nil && s.Step.ID != "" {
		return s.Step.ID
	}
	return "ring.call.state"
}

// value evaluates text, and says what is wrong with it.
func (d *Debugger) value(s *runner.Stop, text string) (runner.Answer, bool) {
	a, problems, err := s.Eval(text)
	switch {
	case len(problems) > 0:
		d.problems(s, problems)
	case err != nil:
		d.say(s, err.Error())
	default:
		return a, true
	}
	return a, false
}

// problems says what is wrong with an expression.
func (d *Debugger) problems(s *runner.Stop, problems schema.Problems) {
	var b bytes.Buffer
	report.Problems(&b, d.Style, problems)
	d.print(s, strings.Split(strings.TrimRight(b.String(), "\n"), "\n"))
}

// title is how people call a step that the journal names by its key.
func (d *Debugger) title(key string) string {
	for _, r := range slices.Backward(d.records) {
		if r.StepStart != nil && r.Step == key {
			return report.StepWords(key, r.StepStart)
		}
	}
	return "step " + key
}

// ladder draws the run up to here. The end that is put behind it says that nothing is cut off.
func (d *Debugger) ladder(s *runner.Stop) []string {
	now := steps.Record{Type: "runEnd", At: s.Now(), RunEnd: &steps.RunEnd{Status: steps.Passed}}
	return report.Ladder(append(slices.Clone(d.records), now), d.Style)
}

func (d *Debugger) help(*runner.Stop) []string {
	var out []string
	for _, c := range commands {
		names := c.name
		if c.short != "" {
			names += ", " + c.short
		}
		out = append(out, d.Style.Fold(fmt.Sprintf("  %-34s ", names+" "+c.args), c.doc, strings.Repeat(" ", 37))...)
	}
	return append(out, "  An empty line repeats step and next. Ctrl-C and Ctrl-D are quit.")
}

// mostDeep is how far into values the prompt completes, mostPaths how many of them it offers.
const (
	mostDeep  = 6
	mostPaths = 5000
)

// words are what the prompt completes: commands, places, and the names and fields of all values that there are.
func (d *Debugger) words(s *runner.Stop) []string {
	words := names()
	add := func(path string) bool {
		words = append(words, path)
		return len(words) < mostPaths
	}
	for _, k := range s.Known() {
		paths(k.Name, k.Value, mostDeep, add)
	}
	paths("steps", s.Outputs(), mostDeep, add)
	Walk(s.Plan(), func(x *schema.Step, _ string) {
		if x.ID != "" {
			words = append(words, x.ID, "steps."+x.ID)
		}
	})
	fields := map[string]bool{}
	for _, c := range s.Calls() {
		words = append(words, c.ID)
		paths("", c.Picture, mostDeep, func(path string) bool { fields[path] = path != ""; return true })
	}
	words = append(words, slices.Sorted(maps.Keys(fields))...)
	slices.Sort(words)
	return slices.Compact(words)
}

// paths tells add the path of a value and those of all fields in it, as an expression has them, until it has enough.
func paths(path string, value any, deep int, add func(string) bool) bool {
	if !add(path) {
		return false
	}
	fields, ok := value.(map[string]any)
	if !ok || deep == 0 {
		return true
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if aName.MatchString(name) && !paths(path+"."+name, fields[name], deep-1, add) {
			return false
		}
	}
	return true
}

// aName is what may stand behind a dot.
var aName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

var _ runner.Debugger = (*Debugger)(nil)
