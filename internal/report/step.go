package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"callflow/steps"
)

// stepLine is a step that ended: its mark, when, its verb, who it is, and what came of it.
func (v *RunView) stepLine(r *steps.Record, step *openStep) string {
	c, start, end := v.c, step.start, r.StepEnd
	mark, how := stepMark(c.Style, end)
	head := fmt.Sprintf("  %s %10s  ", mark, offset(v.start, r.At))
	verb := strings.Repeat("  ", depth(r)) + clean(start.Verb)
	verb = c.pad(verb, max(width(verb), 12)) + " "
	room := max(c.Width-width(head)-width(verb), 20)

	var words []string
	if r.Branch != "" {
		words = append(words, clean(r.Branch)+":")
	}
	if start.Label != "" && start.Label != start.Verb {
		words = append(words, clean(start.Label))
	}
	if item := loopItem(step.key); item != "" {
		words = append(words, item)
	}
	if end.Outcome != "" {
		words = append(words, c.mark("→", "->")+" "+clean(end.Outcome))
	}
	if end.Attempts > 1 {
		words = append(words, fmt.Sprintf("(%d attempts)", end.Attempts))
	}
	if end.Excused {
		words = append(words, "(excused)")
	}
	plain := strings.Join(words, " ")
	extra := start.Text
	if end.Reason != "" {
		extra = end.Reason
	}
	extra = strings.Join(strings.Fields(clean(extra)), " ")
	if end.Failure != nil && end.Excused {
		extra = clean(end.Failure.Text)
	}
	if plain != "" && extra != "" {
		plain += "  "
	}
	plain = c.cut(plain, room)
	extra = c.cut(extra, room-width(plain))
	return c.paint(how, head) + verb + plain + c.paint(faint, extra)
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
	if start.Label != "" && start.Label != start.Verb {
		name += " " + clean(start.Label)
	}
	if item := loopItem(key); item != "" {
		name += " " + item
	}
	return name
}

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

func eventText(e *steps.Arrived) string {
	text := clean(e.Summary)
	if e.ChangeType != "" {
		text += " (" + clean(e.ChangeType) + " " + clean(e.Resource) + ")"
	}
	if e.Repeat {
		text += " again"
	}
	if e.Late != "" {
		text += ", too late for " + clean(e.Late)
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
