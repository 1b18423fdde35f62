package cli

import (
	"fmt"
	"io"
	"os"

	"callflow/internal/report"
)

// plan prints what would run.
func (b *batch) plan(out io.Writer) error {
	style, w := report.StyleFor(out, os.Getenv, b.flags.noColor), report.Guard(out)
	fmt.Fprintln(w, b.target.Hello())
	for _, j := range b.jobs {
		p, err := b.prepareJob(j)
		if err != nil {
			return &inputError{err.Error()}
		}
		title := j.title()
		if nth := b.nth(j); nth != "" {
			title += " " + nth
		}
		fmt.Fprintf(w, "\n%s  %s\n", title, j.scenario.File)
		if p.Skip != "" {
			fmt.Fprintf(w, "  skipped: %s\n", p.Skip)
			continue
		}
		fmt.Fprintf(w, "  run id %s\n", p.RunID)
		outline{w, style, report.VerbColumn(j.scenario.Plan, 0)}.plan(j.scenario.Plan, "  ")
	}
	fmt.Fprintf(w, "\n%s would run; nothing was sent\n", count(len(b.jobs), "scenario"))
	return nil
}
