package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

// stepLines is a step, at its end (nil: when others begin in it): its mark, when, its verb, who it is, and what came of
// it. What it waited for is cut to the line, everything else is not.
func (v *RunView) stepLines(step *openStep, at time.Time, mark, how string, end *steps.StepEnd) []string {
	c, start := v.c, step.start
	head := fmt.Sprintf("  %s %10s  ", mark, offset(v.start, at))
	verb := strings.Repeat("  ", step.depth) + clean(start.Verb)
	verb = c.pad(verb, max(width(verb), v.verbs)) + " "

	var words []string
	if step.branch != "" {
		words = append(words, clean(step.branch)+":")
	}
	if name := stepTitle(step.key, start); name != "" {
		words = append(words, name)
	}
	if item := loopItem(step.key); item != "" {
		words = append(words, item)
	}
	extra, whole := start.Text, ""
	if end != nil {
		words = append(words, endWords(c.Style, end)...)
		switch {
		case end.Failure != nil && end.Excused:
			whole = end.Failure.Text
		case end.Reason != "" && end.Status == steps.Failed:
			whole = "(" + end.Reason + ")"
		case end.Reason != "":
			whole = "(" + end.Status + ": " + end.Reason + ")"
		}
	}
	text := strings.Join(words, " ")
	if whole != "" {
		extra = ""
		text = strings.TrimSpace(text + " " + clean(oneLine(whole)))
	}
	lead := c.paint(how, head) + verb
	out := c.fold(lead, text, c.Width, strings.Repeat(" ", width(head)+width(verb)+2))
	last := len(out) - 1
	used := width(plain(out[last]))
	if extra = clean(oneLine(extra)); extra != "" && c.Width-used > 12 {
		gap := ""
		if text != "" {
			gap = "  "
		}
		out[last] += gap + c.paint(faint, c.cut(extra, c.Width-used-width(gap)))
	}
	return out
}

// endWords say what came of a step.
func endWords(s Style, end *steps.StepEnd) (words []string) {
	if end.Outcome != "" {
		words = append(words, s.mark("→", "->")+" "+clean(end.Outcome))
	}
	if end.Attempts > 1 {
		words = append(words, fmt.Sprintf("(%d attempts)", end.Attempts))
	}
	if end.Excused {
		words = append(words, "(excused)")
	}
	return words
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// stepTitle is what the author calls a step: its id, its name, or both; "" for neither.
func stepTitle(key string, start *steps.StepStart) string {
	label := clean(start.Label)
	if label == clean(start.Verb) {
		label = ""
	}
	id := key[strings.LastIndexByte(key, '/')+1:]
	id = clean(strings.TrimSuffix(id, loopItem(key)))
	switch {
	case strings.ContainsAny(id, ".[") || id == label:
		return label
	case label == "":
		return id
	}
	return id + ": " + label
}

// depth is how deep a step is nested in branches and included files.
func depth(r *steps.Record) int {
	d := strings.Count(r.Step, "/")
	if r.Branch != "" {
		d += 1 + strings.Count(r.Branch, "/")
	}
	return d
}

func stepMark(s Style, end *steps.StepEnd) (mark, how string) {
	switch {
	case end.Status == steps.Passed:
		return s.mark("✓", "+"), good
	case end.Status == steps.Skipped:
		return "-", faint
	case end.Status == steps.Cancelled:
		return s.mark("◌", "o"), warn
	case end.Excused:
		return s.mark("✗", "x"), warn
	}
	return s.mark("✗", "x"), bad
}

// stepName is how a step is called where one line names it: await caller, invite [2].
func stepName(key string, start *steps.StepStart) string {
	name := clean(start.Verb)
	if title := stepTitle(key, start); title != "" {
		name += " " + title
	}
	if item := loopItem(key); item != "" {
		name += " " + item
	}
	return name
}

// stepWords is stepName for other lines than the step's own: one without a title is known by its line in the file, and one
// of an included file stands under the steps that include it: createCall second/ring, expect of line 14 in second.
func stepWords(key string, start *steps.StepStart) string {
	by := ""
	if i := strings.LastIndexByte(key, '/'); i >= 0 {
		by = clean(key[:i])
	}
	title := stepTitle(key, start)
	switch {
	case title == "" && start.Line > 0 && by != "":
		return fmt.Sprintf("%s of line %d in %s", stepName(key, start), start.Line, by)
	case title == "" && start.Line > 0:
		return fmt.Sprintf("%s of line %d", stepName(key, start), start.Line)
	case title != "" && by != "":
		return clean(start.Verb) + " " + by + "/" + strings.TrimPrefix(stepName(key, start), clean(start.Verb)+" ")
	}
	return stepName(key, start)
}

// StepWords is how a step is called on lines of others: "await caller", "answer of line 25".
func StepWords(key string, start *steps.StepStart) string { return stepWords(key, start) }

// loopItem is the "[i]" that a forEach item adds to its step's key: after an id, or after the index of a path.
func loopItem(key string) string {
	if i := strings.LastIndexByte(key, '/'); i >= 0 {
		key = key[i+1:]
	}
	open := strings.LastIndexByte(key, '[')
	if open < 0 || !strings.HasSuffix(key, "]") {
		return ""
	}
	before := key[:open]
	isPath := before == "steps" || before == "finally" || strings.ContainsAny(before, ".")
	if isPath && !strings.HasSuffix(before, "]") {
		return ""
	}
	return key[open:]
}

func eventText(e *steps.Arrived, name func(key string) string) string {
	text := clean(e.Summary)
	if e.ChangeType != "" {
		text += " (" + clean(e.ChangeType) + " " + clean(e.Resource) + ")"
	}
	if e.Kind == graph.KindUnclaimed {
		text += ", which nobody took"
	}
	if e.Repeat {
		text += " again"
	}
	if e.Late != "" {
		text += ", too late for " + name(e.Late)
	}
	if e.Problem != "" {
		text += ": " + clean(e.Problem)
	}
	return text
}

// jsonLines is a body laid out for reading.
func jsonLines(body []byte) []string {
	var b bytes.Buffer
	if json.Indent(&b, body, "", "  ") != nil {
		return lines(string(body))
	}
	return lines(b.String())
}
