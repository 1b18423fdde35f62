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
		out = append(out, s.point(&runs[i])...)
	}
	return append(out, "  "+clean(d.Total))
}

func (s Style) point(p *history.Point) []string {
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
	line := fmt.Sprintf("  %s  %s  %8s", p.At.UTC().Format("2006-01-02 15:04:05Z"), s.paint(statusColor(p.Status), s.pad(mark+" "+clean(statusWord(p.Status)), 16)), took)
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
	for _, c := range p.Changes {
		out = append(out, s.fold("      "+s.paint(warn, s.mark("≠ ", "! ")), clean(c.String()), s.Width, "        ")...)
	}
	return out
}
