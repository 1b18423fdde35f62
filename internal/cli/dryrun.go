package cli

import (
	"fmt"
	"os"
	"strings"

	"callflow/internal/report"
	"callflow/runner"
)

// plan prints what would run.
func (b *batch) plan() error {
	if b.io.stream != nil {
		return b.streamPlan()
	}
	style, w := report.StyleFor(b.io.out, os.Getenv, b.flags.noColor), report.Guard(b.io.out)
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
		if until := b.until[j.scenario]; until != "" {
			fmt.Fprintf(w, "  stops after %s\n", until)
		}
		outline{w, style, report.VerbColumn(j.scenario.Plan, 0)}.plan(j.scenario.Plan, "  ")
	}
	fmt.Fprintf(w, "\n%s would run; nothing was sent\n", count(len(b.jobs), "scenario"))
	return nil
}

// streamPlan is plan for --format json.
func (b *batch) streamPlan() error {
	b.begin()
	for _, j := range b.jobs {
		p, err := b.prepareJob(j)
		if err != nil {
			return &inputError{err.Error()}
		}
		b.io.stream.Plan(report.StreamPlan{Run: runner.RunID(j.scenario.Plan, b.options(j)), Scenario: j.scenario.Plan.Name,
			File: j.scenario.File, Row: j.row.Name, Seed: j.seed, Skip: p.Skip, Until: b.until[j.scenario], Steps: stepsOf(j.scenario.Plan, "")})
	}
	b.io.stream.Summary(0, len(b.jobs))
	return nil
}

// warnOfDryRun says what is given and comes to nothing where no run is made.
func (f *runFlags) warnOfDryRun(io streams) {
	var flags []string
	if len(f.reports) > 0 {
		flags = append(flags, "--report")
	}
	if f.journal != "" {
		flags = append(flags, "--journal")
	}
	if flags != nil {
		io.warn(strings.Join(flags, " and ") + ": a dry run makes no runs, so nothing is written")
	}
}
