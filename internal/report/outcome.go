package report

import (
	"fmt"
	"strings"
	"time"

	"callflow/steps"
)

// facts are what does not go together, or what decided, side by side.
func (s Style) facts(f *steps.Failure, start time.Time) []string {
	if len(f.Facts) == 0 {
		return nil
	}
	head := "what is known:"
	if f.Reason != "" {
		head = "what is known (" + clean(f.Reason) + "):"
	}
	out := []string{"", head}
	for _, fact := range f.Facts {
		at := ""
		if !fact.At.IsZero() {
			at = offset(start, fact.At)
		}
		text := clean(fact.Text)
		if fact.Event > 0 {
			text += fmt.Sprintf(" (event %d)", fact.Event)
		}
		out = append(out, s.fold(fmt.Sprintf("  %s %9s  ", s.mark("·", "-"), at), text, s.Width, "                ")...)
	}
	return out
}

// shownLeftOut is how many of the steps that were left out are named.
const shownLeftOut = 6

// leftOut says of a run that was to stop after a step what it did not do.
func (v *RunView) leftOut(end *steps.RunEnd) []string {
	if end.Until == "" {
		return nil
	}
	text := "stopped after " + v.nameOf(end.Until)
	var names []string
	for _, s := range end.LeftOut[:min(len(end.LeftOut), shownLeftOut)] {
		names = append(names, fmt.Sprintf("%s (line %d)", clean(s.Label), s.Line))
	}
	if more := len(end.LeftOut) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	if len(names) > 0 {
		text += "; left out: " + strings.Join(names, ", ")
	}
	return v.c.fold("  ", text, v.c.Width, "    ")
}

// unheeded says what the section simulate says and nothing came of.
func (v *RunView) unheeded(end *steps.RunEnd) (out []string) {
	for _, u := range end.Unheeded {
		out = append(out, v.c.fold("  "+v.c.paint(warn, "warning: "), clean(fmt.Sprintf("%s: %s", u.Pos, u.Text)), v.c.Width, "    ")...)
	}
	return out
}

// successorText says which call goes on where another one was transferred away.
func successorText(x *steps.Successor) string {
	return fmt.Sprintf("call %s goes on as %s: %s", short(x.Of), short(x.Call), clean(x.Text))
}

// orphanLines are the rows of the table about a call whose end nobody was told of.
func orphanLines(o *steps.Orphan, start time.Time) []string {
	last := "nothing was ever notified of it"
	if o.Last != "" {
		last = fmt.Sprintf("%s, at %s", clean(o.Last), offset(start, o.LastAt))
	}
	return []string{
		"last notification  " + last,
		"asked at the end   " + clean(o.Polled),
		"verdict            " + clean(o.Verdict),
	}
}
