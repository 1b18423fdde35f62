package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/internal/target"
	"callflow/schema"
	"callflow/steps"
)

// checkedRun is run, with flags that make sense. Of what keeps it from beginning the reports tell too.
func (f *runFlags) checkedRun(args []string, io streams) error {
	err := f.check(args)
	if err == nil {
		err = f.run(args, io)
	}
	if !f.begun && exitCode(err) == 2 {
		f.reportUnbegun(args, err, io)
	}
	return err
}

// reportUnbegun writes the reports of a command that found something wrong before its first run: one run, made up, that could
// not test, with the problems. Else those of the command before would stay in their places, and look like this one's.
func (f *runFlags) reportUnbegun(args []string, why error, io streams) {
	files, err := parseReports(f.reports)
	if err != nil || len(files) == 0 || f.dryRun {
		return
	}
	failure := unbegunFailure(why, *io.wrong)
	start := &steps.RunStart{Scenario: "callflow run could not begin", File: failure.Pos.File, Target: cmp.Or(f.target, target.SimulatorName),
		Dialect: f.dialect, Seed: f.seed, Started: time.Now().UTC()}
	if start.File == "" {
		start.File = "callflow run"
		if len(args) > 0 {
			start.File = project.Relative(args[0])
		}
	}
	rs := reports{files: files, out: io.report}
	if err := rs.open(slices.Concat(args, f.varFiles, []string{f.config})); err != nil {
		io.warn(err.Error())
		return
	}
	rs.add(0, 0, []steps.Record{
		{Seq: 1, At: start.Started, Type: "runStart", RunStart: start},
		{Seq: 2, At: start.Started, Type: "runEnd", RunEnd: &steps.RunEnd{Status: steps.Broken, Reason: "could not test: " + failure.Text, Failure: failure}},
	})
	if err := rs.close(report.Total{Command: "callflow run", Version: buildVersion()}); err != nil {
		io.warn(err.Error())
	}
}

// mostProblems bounds the problems that such a failure tells one by one.
const mostProblems = 100

// unbegunFailure is the error of a command as the failure of a run, at the place of the first problem.
func unbegunFailure(why error, problems schema.Problems) *steps.Failure {
	f := &steps.Failure{Kind: "input", Untested: true, Text: strings.Join(strings.Split(why.Error(), "\ncallflow: "), "; ")}
	for _, p := range problems {
		if p.Severity != schema.SeverityError {
			continue
		}
		if f.Pos.File == "" {
			f.Pos, f.Text = p.Pos, p.Text+" ["+p.Code+"]; "+f.Text
			if p.Source != "" && p.Skipped == 0 {
				f.Excerpt = []string{fmt.Sprintf("%d | %s", p.Line, strings.TrimRight(p.Source, "\r\n \t"))}
			}
		}
		if len(f.Facts) == mostProblems {
			f.Facts = append(f.Facts, steps.Fact{Text: "and more"})
			break
		}
		text := p.String()
		if p.Hint != "" {
			text += " (" + p.Hint + ")"
		}
		f.Facts = append(f.Facts, steps.Fact{Text: text})
	}
	return f
}
