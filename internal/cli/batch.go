package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"callflow/internal/debug"
	"callflow/internal/graph"
	"callflow/internal/history"
	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/internal/target"
	"callflow/runner"
	"callflow/schema"
	"callflow/steps"
)

// job is one run to make.
type job struct {
	scenario *project.Scenario
	row      schema.Row
	repeat   int
	seed     uint64
	nth      int // of the command's jobs, from 0
}

func (j job) title() string { return title(j.scenario.Plan, j.row) }

// batch is all the runs of one command.
type batch struct {
	flags  *runFlags
	given  given
	target target.Target
	codes  *graph.Dictionary
	io     streams
	jobs   []job
	journals
	breaks   []debug.Break
	debugger *debug.Debugger // nil: nobody debugs
	folder   history.Folder  // of the journals, with those of earlier commands
	reports  reports
	until    map[*project.Scenario]string // the place of the step after which a scenario's runs stop
	status   []string                     // how the jobs' runs ended; "": not run
	still    []failedRun                  // --rerun-failed: what failed before and was not chosen now
	unbegun  bool                         // --rerun-failed: the command before could not begin, and its own runs are not among these
	changed  []string                     // --watch: the files that made it run again
	// firstBad is the first run that did not pass; nil: there was none.
	firstBad *job
}

func (b *batch) prepareJob(j job) (*runner.Prepared, error) {
	p, err := runner.Prepare(j.scenario.Plan, b.options(j))
	var missing *runner.NoValueError
	if errors.As(err, &missing) && !missing.Shared && !j.scenario.Named {
		// A file that waits for others to include it must not keep a whole folder from running.
		return &runner.Prepared{Skip: missing.Reason()}, nil
	}
	return p, err
}

// options are those of a run. Its seed alone tells repetitions apart, so that --seed makes any one of them again, with the
// same run id.
func (b *batch) options(j job) runner.Options {
	given := b.given.of(j.scenario.Plan)
	return runner.Options{
		Vars: given.vars, Sources: given.sources, Given: given.own, Secrets: given.secrets, Row: j.row, Seed: j.seed, Timeout: b.flags.timeout, Strict: b.flags.strict, Until: b.until[j.scenario],
		Asked: b.flags.asked(given.secrets), Target: b.target.About(), Callback: b.target.Callback, Codes: b.codes, Debugger: b.asks(),
	}
}

// prepare evaluates the vars and scenes of every run before the first one starts. Repetitions differ in nothing that
// could be wrong, so one of them is enough.
func (b *batch) prepare() error {
	var texts []string
	for _, j := range b.jobs {
		if j.repeat > 0 {
			continue
		}
		if _, err := b.prepareJob(j); err != nil {
			text := err.Error()
			if !strings.Contains(text, j.scenario.File) {
				text = j.scenario.File + ": " + text
			}
			if !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
	}
	if len(texts) > 0 {
		return &inputError{strings.Join(texts, "\ncallflow: ") + "\nnothing was sent"}
	}
	return nil
}

// run makes the runs, at most --parallel side by side, and returns a *verdictError when not all passed. The end of above
// ends them as Ctrl-C does.
func (b *batch) run(above context.Context) error {
	show := b.display()
	if b.io.stream != nil {
		b.begin()
	}
	say := func(text string) { fmt.Fprintln(b.io.err, text) }
	if c, ok := show.(console); ok && c.Live {
		say = c.Say // the status line must not be written into
	}
	ctx, stop := interruptible(above, say, "hanging up", b.target.Kill)
	defer stop()
	b.debugger = b.newDebugger(ctx)
	reads := append([]string{b.flags.config}, b.flags.varFiles...)
	for _, j := range b.jobs {
		reads = append(reads, j.scenario.File)
	}
	if err := b.reports.open(reads); err != nil {
		return err
	}
	if err := b.target.Open(show.say); err != nil {
		wrong := &setupError{"target " + b.target.About().Name, err}
		return errors.Join(wrong, b.untested(wrong))
	}
	if !b.flags.quiet && b.io.stream == nil {
		show.say(b.target.Hello())
	}
	defer b.target.Close()
	defer show.keep()()

	began := time.Now()
	journalErr := b.work(ctx, show)
	left := 0
	for _, status := range b.status {
		if status == "" {
			left++
		}
	}
	wall := time.Since(began)
	show.end(wall, left)
	reportErr := b.reports.close(report.Total{Command: "callflow run", Version: buildVersion(), Wall: wall, NotRun: left})
	if text := b.again(); text != "" { // what --until-fail is for, also of a quiet console
		show.say(text)
	}
	for _, where := range []string{b.reports.where(), b.where()} {
		if where != "" && !b.flags.quiet {
			show.say(where)
		}
	}
	return b.verdict(ctx, unwritten(journalErr, reportErr))
}

// work makes the runs, and returns the first error of writing a journal.
func (b *batch) work(ctx context.Context, show display) (journalErr error) {
	var mu sync.Mutex
	b.status = make([]string, len(b.jobs))
	started, bad := 0, false
	next := func() (job, bool) {
		mu.Lock()
		defer mu.Unlock()
		if started == len(b.jobs) || ctx.Err() != nil || b.debugger.Over() || (b.flags.failFast || b.flags.untilFail) && bad {
			return job{}, false
		}
		started++
		return b.jobs[started-1], true
	}
	var workers sync.WaitGroup
	for range min(b.flags.parallel, len(b.jobs)) {
		workers.Go(func() {
			for j, ok := next(); ok; j, ok = next() {
				status, err := b.one(ctx, show, j)
				mu.Lock()
				b.status[j.nth] = status
				if !fine(status) && !bad {
					bad, b.firstBad = true, &j
				}
				if err != nil && journalErr == nil {
					journalErr = err
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	return journalErr
}

// fine says whether a run that ended so is no reason to end with another code than 0.
func fine(status string) bool { return status == steps.Passed || status == steps.Skipped }

// unwritten is the error of what the runs should have left on the disk.
func unwritten(journalErr, reportErr error) error {
	switch {
	case journalErr == nil:
		return reportErr
	case reportErr != nil:
		journalErr = fmt.Errorf("%w; %w", journalErr, reportErr)
	}
	return &setupError{"cannot write the journal", journalErr}
}

// verdict is the command's error; unwritten comes besides.
func (b *batch) verdict(ctx context.Context, unwritten error) error {
	counts, bad := map[string]int{}, false
	for _, status := range b.status {
		counts[status]++
		bad = bad || !fine(status)
	}
	switch {
	case ctx.Err() != nil, b.debugger.Over(): // quit is Ctrl-C, also where a step had failed already
		counts[steps.Interrupted]++
		return errors.Join(&verdictError{counts}, unwritten)
	case bad:
		return errors.Join(&verdictError{counts}, unwritten)
	}
	return unwritten
}

// interruptible returns a context that the first SIGINT, SIGTERM or SIGHUP (a lost terminal) ends, so that runs hang up
// their calls. The second one kills the runs, and the process if that is not enough. One right behind the first is the
// same one: timeout(1), for instance, signals its command and then the command's group.
func interruptible(above context.Context, say func(string), doing string, kill func()) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(above)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signal.Notify(signals, syscall.SIGHUP)
	}
	done := make(chan struct{})
	go obey(signals, done, func() {
		say("callflow: interrupted: " + doing + "; once more to stop at once")
		cancel(steps.ErrInterrupted)
	}, kill, os.Exit)
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}

// unread has the process go on when nobody reads its output any more (`| head`), from the first line it writes to the last:
// what it began it ends, with the code that it would have had.
func unread() (stop func()) {
	signals := make(chan os.Signal, 1) // taken from the system; writing says so too
	signal.Notify(signals, syscall.SIGPIPE)
	return func() { signal.Stop(signals) }
}

// obey does what signals want: the first interrupts, the second kills, and the third ends the process if killing takes
// longer than killGrace or the user's patience.
func obey(signals <-chan os.Signal, done <-chan struct{}, interrupt, kill func(), exit func(code int)) {
	var first time.Time
	for n := 0; ; {
		select {
		case <-signals:
			if n++; n == 2 && time.Since(first) < sameSignal {
				n = 1
				continue
			}
			switch n {
			case 1:
				first = time.Now()
				interrupt()
			case 2:
				kill()
				time.AfterFunc(killGrace, func() { exit(130) })
			default:
				exit(130)
			}
		case <-done:
			return
		}
	}
}

// sameSignal is how soon after the first a signal is still the first.
const sameSignal = 100 * time.Millisecond

// killGrace is how long killed runs have to write their journals.
const killGrace = 2 * time.Second

// frameTime is how often the console is drawn anew.
const frameTime = 100 * time.Millisecond

// ticking keeps the console's last lines fresh until the returned function is called.
func ticking(c *report.Console) (stop func()) {
	if !c.Live {
		return func() {}
	}
	ticker := time.NewTicker(frameTime)
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			select {
			case <-ticker.C:
				c.Tick()
			case <-done:
				return
			}
		}
	})
	return func() {
		ticker.Stop()
		close(done)
		wait.Wait()
	}
}
