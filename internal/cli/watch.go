package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/internal/target"
	"callflow/schema"
	"callflow/steps"
)

// errChanged ends the runs of a round because what they run has changed.
var errChanged = fmt.Errorf("%w by a change", steps.ErrInterrupted)

// watching runs the scenarios, and then again those whose files change, until ctx ends, which Ctrl-C does.
func (f *runFlags) watching(ctx context.Context, args []string, lines map[string]int, io streams) error {
	w, err := newWatch(args, slices.Concat([]string{project.ConfigName, f.config, f.codes}, f.varFiles))
	if err != nil {
		return &setupError{"cannot watch", err}
	}
	defer w.close()
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	r := &rounds{runFlags: f, watch: w, args: args, lines: lines, io: io}
	var changed []string
	for first := true; ; first = false {
		r.screen(changed)
		again := r.run(ctx, first, changed)
		for ctx.Err() == nil && len(again) == 0 {
			if err := w.wait(ctx); err != nil {
				if ctx.Err() == nil {
					return &setupError{"cannot watch any more", err}
				}
				break
			}
			again = w.changed()
		}
		if ctx.Err() != nil {
			return &verdictError{map[string]int{steps.Interrupted: 1}}
		}
		changed = again
	}
}

// rounds are the runs of --watch: a round for all scenarios, and then one for each change.
type rounds struct {
	*runFlags
	watch *watch
	args  []string
	lines map[string]int
	io    streams
	last  []failedRun // what did not pass in the rounds so far
}

// screen begins a round: on a terminal on an empty screen. Lines that have scrolled away stay.
func (r *rounds) screen(changed []string) {
	if r.io.stream != nil {
		return
	}
	style := report.StyleFor(r.io.out, os.Getenv, r.noColor)
	if style.Live {
		fmt.Fprint(r.io.out, "\x1b[H\x1b[2J")
	} else if changed != nil {
		fmt.Fprintln(r.io.out)
	}
	if changed != nil {
		var other, gone []string
		for _, name := range changed {
			if _, err := os.Stat(name); err != nil {
				gone = append(gone, name)
			} else {
				other = append(other, name)
			}
		}
		if len(other) > 0 {
			r.io.say("changed: " + few(other))
		}
		if len(gone) > 0 {
			r.io.say("gone: " + few(gone))
		}
	}
}

// few lists names, but not many.
func few(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// run makes one round: of all scenarios, or of those that have to do with what changed. It returns what changed in the
// meantime; then it has ended its runs, with their hang-ups.
func (r *rounds) run(ctx context.Context, all bool, changed []string) (again []string) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan error, 1)
	go func() { done <- r.round(ctx, all, changed) }()
	for waiting := true; waiting; {
		select {
		case err := <-done:
			waiting = false
			r.tell(err)
		case err := <-r.watch.settled:
			if err == nil {
				again = append(again, r.watch.changed()...)
			}
			if len(again) > 0 {
				cancel(errChanged)
			}
		}
	}
	slices.Sort(again)
	return slices.Compact(again)
}

// tell closes a round.
func (r *rounds) tell(err error) {
	if r.io.stream != nil {
		_ = finish(r.io.stream, err) // whoever read it may be gone; that is no reason to end
		return
	}
	if text := errorText(err); text != "" {
		fmt.Fprintln(r.io.err, report.Plain(text))
	}
	r.io.say(fmt.Sprintf("watching %s; Ctrl-C ends", count(r.watch.size(), "file")))
}

func (r *rounds) round(ctx context.Context, all bool, changed []string) error {
	files, err := project.Find(r.args)
	if err != nil {
		return &inputError{err.Error()}
	}
	r.watch.follow(files) // before they are read, so that no change after that is missed
	scenarios, _ := project.Check(files, project.NewProjects(r.config), nil)
	named(scenarios, r.args)
	for _, s := range scenarios {
		r.watch.follow(s.Files)
	}
	r.watch.share(r.codeFiles(scenarios))
	all = all || slices.ContainsFunc(changed, r.watch.concernsAll)
	concerned := func(s *project.Scenario) bool {
		return all || slices.ContainsFunc(s.Files, func(name string) bool { return slices.Contains(changed, name) })
	}
	var good []*project.Scenario
	var problems schema.Problems
	var bad []string
	for _, s := range scenarios {
		if concerned(s) {
			for _, p := range slices.Concat(s.Project.Problems, s.Problems) {
				if !slices.Contains(problems, p) {
					problems = append(problems, p)
				}
			}
		}
		if s.Plan == nil || s.Problems.Failed() || s.Project.Problems.Failed() || r.strict && len(s.Problems)+len(s.Project.Problems) > 0 {
			bad = append(bad, s.File)
		} else {
			good = append(good, s)
		}
	}
	r.io.problems(problems, r.noColor)
	if len(bad) > 0 {
		r.io.warn(fmt.Sprintf("not run, for they have problems: %s", few(bad)))
	}
	if !slices.ContainsFunc(good, concerned) {
		if len(bad) == 0 {
			r.io.say("nothing to run: no scenario has to do with that")
		}
		return nil
	}
	b, err := r.batch(good, r.lines, r.io, func(b *batch, chosen []choice) error {
		b.changed = changed
		return r.pick(b, nil, slices.DeleteFunc(chosen, func(c choice) bool { return !concerned(c.scenario) }), good)
	})
	if err != nil {
		return err
	}
	for _, was := range r.last {
		if !slices.ContainsFunc(b.jobs, func(j job) bool { return j.scenario.File == was.File && j.row.Name == was.Row }) {
			b.still = append(b.still, was)
		}
	}
	err = b.run(ctx)
	r.last = b.remember().Failed
	return err
}

// codeFiles are the files of codes that the scenarios' configurations name.
func (r *rounds) codeFiles(scenarios []*project.Scenario) (files []string) {
	for _, s := range scenarios {
		if p := s.Project; p.Config != nil && p.Config.Codes != "" && r.codes == "" {
			files = append(files, project.Relative(target.Beside(p.File, p.Config.Codes)))
		}
	}
	return files
}
