package report

import (
	"fmt"
	"io"
	"strings"

	"callflow/internal/history"
	"callflow/steps"
)

// Drifts writes how scenarios went over days: a line for each run, and under it what changed with it. last bounds the runs
// of each scenario that are shown, the newest; 0 shows all.
func Drifts(w io.Writer, s Style, drifts []history.Drift, last int) {
	var out []string
	for i := range drifts {
		if i > 0 {
			out = append(out, "")
		}
		out = append(out, s.drift(&drifts[i], last)...)
	}
	if len(out) > 0 {
		_, _ = io.WriteString(Guard(w), strings.Join(out, "\n")+"\n")
	}
}

func (s Style) drift(d *history.Drift, last int) []string {
	title := clean(d.Scenario)
	if d.Row != "" {
		title += " [" + clean(d.Row) + "]"
	}
	out := []string{s.paint(bold, title) + s.paint(faint, fmt.Sprintf("  %s  %s, %s", clean(d.File), clean(d.Target), clean(d.Dialect)))}
	runs := d.Runs
	if last > 0 && len(runs) > last {
		out = append(out, s.paint(faint, fmt.Sprintf("  (%s before these)", plural(len(runs)-last, "run"))))
		runs = runs[len(runs)-last:]
	}
	for i := range runs {
		out = append(out, s.point(&runs[i], d.Target)...)
	}
	return append(out, "  "+clean(d.Total))
}

func (s Style) point(p *history.Point, target string) []string {
	mark := s.mark("·", "-")
	switch {
	case p.Status == steps.Passed:
		mark = s.mark("✓", "v")
	case wentWrong(p.Status):
		mark = s.mark("✗", "x")
	}
	took := ""
	if p.Took > 0 {
		took = duration(p.Took)
	}
	word := statusWord(p.Status)
	if p.Running {
		mark, word = s.mark("·", "-"), "still runs"
	}
	line := fmt.Sprintf("  %s  %s  %8s", p.At.UTC().Format("2006-01-02 15:04:05Z"), s.paint(statusColor(p.Status), s.pad(mark+" "+clean(word), 16)), took)
	if p.Establishing > 0 {
		line += "  establishing " + s.pad(duration(p.Establishing), 7)
	}
	tail := p.Code
	if tail == "" {
		tail, _, _ = strings.Cut(p.Text, "\n")
	}
	if tail != "" {
		line += "  " + s.cut(clean(tail), max(s.Width-width(plain(line))-2, 20))
	}
	out := []string{strings.TrimRight(line, " ")}
	out = append(out, s.left(p, target)...)
	for _, c := range p.Changes {
		out = append(out, s.fold("      "+s.paint(warn, s.mark("≠ ", "! ")), clean(c.String()), s.Width, "        ")...)
	}
	return out
}

// left are the calls that a run has left up, and how to hang them up.
func (s Style) left(p *history.Point, target string) (out []string) {
	hangUp := false
	for _, c := range p.Left {
		how := warn
		if c.Kept {
			how = faint
		}
		hangUp = hangUp || !c.Kept && target != embedded
		for _, line := range s.fold("      ! ", "left up: "+s.leftText(&c), s.Width, "        ") {
			out = append(out, s.paint(how, line))
		}
	}
	if hangUp {
		out = append(out, "        to hang up what is still up: callflow hangup "+shellLine([]string{p.Journal}))
	}
	return out
}

// leftText is who is on a call that was left up, its whole id, its last state, and why it was.
func (s Style) leftText(c *history.Left) string {
	text := clean(c.Call)
	if c.Who != "" {
		text = s.arrows(c.Who) + " [" + text + "]"
	}
	if c.State != "" {
		text += ": " + c.State
	}
	return text + "; " + strings.TrimPrefix(strings.TrimPrefix(c.Why, "cleanup: "), "left up, ")
}

// HungUp says what came of a call that an earlier run had left up: who is on it, the state it was in, and what was done; nil:
// nothing yet.
func HungUp(s Style, who, state string, did *steps.Cleaned) string {
	text := s.arrows(clean(who))
	if state != "" {
		text += " (" + clean(state) + ")"
	}
	switch {
	case did == nil && state == "":
		return "  " + s.mark("·", "-") + " " + text + ": the service does not say whether it is up"
	case did == nil:
		return "  " + s.mark("·", "-") + " " + text + ": still up"
	case notHungUp(did):
		return "  " + s.paint(bad, s.mark("✗", "x")) + " " + text + ": " + clean(did.Result)
	}
	return "  " + s.mark("✓", "v") + " " + text + ": " + clean(did.Result)
}
