package cli

import (
	"context"
	"fmt"
	"os"
	"slices"

	"callflow/internal/debug"
	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/runner"
)

// debugs says whether the runs are debugged.
func (f *runFlags) debugs() bool { return f.step || len(f.breaks) > 0 }

// checkDebug refuses what does not go with --step and --break.
func (f *runFlags) checkDebug(args []string) error {
	if !f.debugs() {
		return nil
	}
	flag := "--step"
	if !f.step {
		flag = "--break"
	}
	switch {
	case slices.Contains(args, project.StdinArg):
		return &inputError{flag + " reads its commands from standard input, so the scenario cannot come from there"}
	case f.parallel > 1:
		return &inputError{fmt.Sprintf("%s and --parallel %d: one run at a time can be debugged", flag, f.parallel)}
	case f.quiet:
		return &inputError{flag + " shows what happens, and --quiet does not: give one"}
	case f.format == "json":
		return &inputError{flag + " talks to a person, and --format json to a program: give one"}
	case f.watch:
		return &inputError{flag + " waits for commands, and --watch for changes: give one"}
	case f.dryRun:
		return &inputError{flag + " stops in a run, and --dry-run makes none: give one"}
	}
	for _, text := range f.breaks {
		if _, err := debug.ParseBreak(text); err != nil {
			return &inputError{"--break: " + err.Error()}
		}
	}
	return nil
}

// places are the --break, each of which some chosen scenario must have.
func (f *runFlags) places(chosen []choice) ([]debug.Break, error) {
	var breaks []debug.Break
	for _, text := range f.breaks {
		b, err := debug.ParseBreak(text)
		if err != nil {
			return nil, &inputError{"--break: " + err.Error()}
		}
		found, near := false, ""
		for _, c := range chosen {
			there, like := b.InPlan(c.scenario.Plan)
			found = found || there
			if like != "" {
				near = like
			}
		}
		switch {
		case found:
		case near != "":
			return nil, &inputError{fmt.Sprintf("--break %s: no scenario here has that step; did you mean %q?", text, near)}
		case b.Step != "":
			return nil, &inputError{fmt.Sprintf("--break %s: no scenario here has that step", text)}
		default:
			return nil, &inputError{fmt.Sprintf("--break %s: no scenario here has a step there", text)}
		}
		breaks = append(breaks, b)
	}
	return breaks, nil
}

// newDebugger makes the debugger of the batch; nil when nobody debugs.
func (b *batch) newDebugger(ctx context.Context) *debug.Debugger {
	if !b.flags.debugs() {
		return nil
	}
	in := b.io.in
	if in == nil {
		in = os.Stdin
	}
	style := report.StyleFor(b.io.out, os.Getenv, b.flags.noColor)
	return debug.New(debug.Config{Context: ctx, In: in, Out: b.io.out, Style: style, Waits: b.target.Waits(), Step: b.flags.step, Breaks: b.breaks})
}

// asks is the debugger as a runner takes it: an interface that holds nothing is not nil.
func (b *batch) asks() runner.Debugger {
	if b.debugger == nil {
		return nil
	}
	return b.debugger
}
