package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"callflow/internal/history"
	"callflow/internal/host/sim"
	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/internal/target"
	"callflow/internal/world"
	"callflow/runner"
	"callflow/steps"
)

// hangupFlags are the flags of hangup.
type hangupFlags struct {
	target, config  string
	dryRun, noColor bool
}

func newHangup(io streams) *cobra.Command {
	var f hangupFlags
	cmd := &cobra.Command{
		Use:   "hangup JOURNAL|DIR|CALL…",
		Short: "Hang up calls that runs have left up",
		Long: `hangup ends what runs have left up: the calls of a run that was killed, and those that a run's cleanup could not hang up.
It reads them from the journals that run --journal DIR has left, asks the service which state each is in, hangs it up, and
notes that in the journal, so that nobody is told of it again. A run that still goes on is left alone, and so are calls that
leak: keep has left up on purpose.

CALL is a call's id; then --target says where it is.

Exit codes: 0 nothing is left up, 1 a call could not be hung up, 2 a file or flag is wrong, 3 the target cannot be used.`,
		Example: `  callflow hangup journals
  callflow hangup journals --dry-run
  callflow hangup --target staging 5c812081-3d2b-4db8-8cc7-747183c11165`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(args, io) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.target, "target", "", "the target `NAME` where the calls are; default: the one that the journal names")
	fl.StringVar(&f.config, "config", "", "the `FILE` with targets; default: the one that the run was given, or "+project.ConfigName)
	fl.BoolVar(&f.dryRun, "dry-run", false, "ask for the calls' states, and hang up nothing")
	fl.BoolVar(&f.noColor, "no-color", false, "no colours")
	return cmd
}

// leftRun is calls to hang up: of one journal, or those that were named.
type leftRun struct {
	journal, title, target, config string
	calls                          []history.Left
}

func (f *hangupFlags) run(args []string, io streams) error {
	runs, err := f.find(args, io)
	if err != nil {
		return err
	}
	if len(runs) == 0 {
		io.say("nothing is left up")
		return nil
	}
	ctx, stop := interruptible(context.Background(), func(text string) { fmt.Fprintln(io.err, text) }, "ending", func() {})
	defer stop()
	left := 0
	for _, r := range runs {
		n, err := f.hangUp(ctx, r, io)
		if err != nil {
			return err
		}
		left += n
	}
	if left > 0 && !f.dryRun {
		return &stillUpError{left}
	}
	return nil
}

// stillUpError is a number of calls that could not be hung up.
type stillUpError struct{ calls int }

func (e *stillUpError) Error() string { return count(e.calls, "call") + " could not be hung up" }

// aCall is what a call's id looks like. Nothing says that it is a GUID.
var aCall = regexp.MustCompile(`^[A-Za-z0-9_-]{8,200}$`)

// find reads which calls there are. Runs that have left none, or go on, are not among them.
func (f *hangupFlags) find(args []string, io streams) (runs []leftRun, err error) {
	named := leftRun{target: f.target, config: f.config}
	for _, arg := range args {
		switch _, err := os.Stat(arg); {
		case err == nil:
			files, err := journalFiles([]string{arg})
			if err != nil {
				return nil, err
			}
			for _, file := range files {
				r, err := f.read(file, io)
				switch {
				case err != nil && file == arg:
					return nil, &inputError{file + ": " + err.Error()}
				case err == nil && len(r.calls) > 0:
					runs = append(runs, r)
				}
			}
		case !aCall.MatchString(arg) || filepath.Ext(arg) != "":
			return nil, &inputError{fmt.Sprintf("no journal %q: %v", arg, project.Cause(err))}
		case f.target == "":
			return nil, &inputError{fmt.Sprintf("%q: no such file or directory; if it is a call's id, name its target with --target", arg)}
		default:
			named.calls = append(named.calls, history.Left{Call: arg})
		}
	}
	if named.calls != nil {
		named.title = count(len(named.calls), "call") + " on " + named.target
		runs = append(runs, named)
	}
	return runs, nil
}

// read finds the calls of one journal.
func (f *hangupFlags) read(file string, io streams) (r leftRun, err error) {
	run, _, err := history.ReadLeft(file, sim.Epoch, report.LeftUp)
	if err != nil {
		return r, err
	}
	if run.Running {
		io.say(file + ": its run goes on; it is left alone")
		return r, nil
	}
	about := &run.Start
	r = leftRun{journal: file, target: cmp.Or(f.target, about.Target), config: cmp.Or(f.config, about.Config)}
	if about.Simulated && about.Target == target.SimulatorName { // it ended with its process
		return r, nil
	}
	r.calls = slices.DeleteFunc(run.Left, func(c history.Left) bool { return c.Kept })
	r.title = fmt.Sprintf("%s of %s on %s (%s, %s)", count(len(r.calls), "call"), about.Scenario, r.target, about.File, run.At.UTC().Format("2006-01-02 15:04:05Z"))
	return r, nil
}

// open makes the target of a run.
func (f *hangupFlags) open(r leftRun, io streams) (target.Target, error) {
	config := cmp.Or(r.config, project.ConfigName)
	cfg, problems := project.ReadConfig(config)
	io.problems(problems, f.noColor)
	if cfg == nil || problems.Failed() {
		return nil, &inputError{tally(1, problems) + "; nothing was hung up"}
	}
	t, problems, err := cfg.Open(r.target, config, world.Chaos{})
	io.problems(problems, f.noColor)
	switch {
	case err != nil:
		return nil, &inputError{err.Error()}
	case t == nil:
		return nil, &inputError{tally(1, problems) + "; nothing was hung up"}
	}
	return t, nil
}

// hangUp ends the calls of one run, says what came of each, and notes it in the journal. It returns how many are left.
func (f *hangupFlags) hangUp(ctx context.Context, r leftRun, io streams) (left int, err error) {
	t, err := f.open(r, io)
	if err != nil {
		return 0, err
	}
	io.say(r.title)
	style := report.StyleFor(io.out, os.Getenv, f.noColor)
	about := t.About()
	var ids []string
	for _, c := range r.calls {
		ids = append(ids, c.Call)
	}
	states, told := map[string]string{}, map[string]bool{}
	var done []steps.Record
	failed := ""
	err = t.Run(ctx, &runner.Prepared{RunID: fmt.Sprintf("hangup-%d", time.Now().UnixNano()), Target: about}, 1, func(record steps.Record) {
		switch {
		case record.Cleanup != nil:
			told[record.Cleanup.Call] = true
			record.Cleanup.Afterwards = true
			done = append(done, steps.Record{At: record.At, Cleanup: record.Cleanup})
			io.say(report.HungUp(style, r.who(record.Cleanup.Call), states[record.Cleanup.Call], record.Cleanup))
			if strings.HasPrefix(record.Cleanup.Result, "failed") {
				left++
			}
		case record.Response != nil && record.Response.Error != "":
			failed = record.Response.Error
		}
	}, func(h steps.Host) {
		runner.HangUp(h, about, ids, f.dryRun, func(call, state string) { states[call] = state })
	})
	if err != nil {
		return 0, &setupError{"target " + about.Name, err}
	}
	for _, id := range ids {
		if told[id] {
			continue
		}
		state := states[id]
		if state == "" && failed != "" {
			return 0, &setupError{"target " + about.Name, errors.New(failed)}
		}
		io.say(report.HungUp(style, r.who(id), state, nil))
	}
	if r.journal != "" && done != nil {
		if err := history.Append(r.journal, done); err != nil {
			return left, &setupError{"cannot note it in " + r.journal, project.Cause(err)}
		}
	}
	return left, nil
}

// who is who is on a call, with its whole id.
func (r *leftRun) who(call string) string {
	for _, c := range r.calls {
		if c.Call == call && c.Who != "" {
			return c.Who + " [" + call + "]"
		}
	}
	return call
}

// lookBack is how long after a run was killed its calls may be up still: no call of Graph's lives longer.
const lookBack = 48 * time.Hour

// mostKilled is how many killed runs are named.
const mostKilled = 5

// warnOfLeft tells of the calls of killed runs whose journals are in the folder, before others begin.
func (f *runFlags) warnOfLeft(io streams) {
	if f.journal == "" {
		return
	}
	killed := history.Killed(f.journal, time.Now().Add(-lookBack), report.LeftUp)
	for i, run := range killed {
		if i == mostKilled {
			io.warn(fmt.Sprintf("and %s more: callflow history %s", count(len(killed)-i, "killed run"), report.ShellWord(f.journal)))
			return
		}
		var calls []string
		for _, c := range run.Left {
			calls = append(calls, strings.TrimSpace(c.Who+" ["+c.Call+"]"))
		}
		io.warn(fmt.Sprintf("%s of a run that was killed may still be up: %s (%s on %s, %s); to hang up: callflow hangup %s", count(len(calls), "call"),
			strings.Join(calls, ", "), run.Start.File, run.Start.Target, run.At.UTC().Format("2006-01-02 15:04:05Z"), report.ShellWord(run.File)))
	}
}
