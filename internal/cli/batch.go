package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"callflow/internal/report"
	"callflow/runner"
	"callflow/schema"
	"callflow/steps"
)

// job is one run to make.
type job struct {
	scenario *scenario
	row      schema.Row
	repeat   int
}

func (j job) title() string { return title(j.scenario.plan, j.row) }

// batch is all the runs of one command.
type batch struct {
	flags  *runFlags
	given  given
	target target
	io     streams
	jobs   []job
}

func (b *batch) prepareJob(j job) (*runner.Prepared, error) {
	vars, secrets := b.given.of(j.scenario.plan)
	return runner.Prepare(j.scenario.plan, runner.Options{
		Vars: vars, Secrets: secrets, Row: j.row, Seed: b.flags.seed, Repeat: j.repeat,
		Target: b.target.about(), Callback: b.target.callback,
	})
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
			if !strings.Contains(text, j.scenario.file) {
				text = j.scenario.file + ": " + text
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

// plan prints what would run.
func (b *batch) plan(w io.Writer) error {
	fmt.Fprintln(w, b.target.hello())
	for _, j := range b.jobs {
		p, err := b.prepareJob(j)
		if err != nil {
			return &inputError{err.Error()}
		}
		fmt.Fprintf(w, "\n%s  %s\n", j.title(), j.scenario.file)
		if p.Skip != "" {
			fmt.Fprintf(w, "  skipped: %s\n", p.Skip)
			continue
		}
		fmt.Fprintf(w, "  run id %s\n", p.RunID)
		for _, block := range []struct {
			name  string
			steps schema.Block
		}{{"steps", j.scenario.plan.Steps}, {"finally", j.scenario.plan.Finally}} {
			if len(block.steps) > 0 {
				fmt.Fprintf(w, "  %s\n", block.name)
			}
			for _, s := range block.steps {
				line := fmt.Sprintf("    %-10s %-12s %s", fmt.Sprintf("line %d", s.Pos.Line), s.Verb.Name, planned(s))
				fmt.Fprintln(w, strings.TrimRight(line, " "))
			}
		}
	}
	fmt.Fprintf(w, "\n%s would run; nothing was sent\n", count(len(b.jobs), "scenario"))
	return nil
}

// planned says in a few words what is fixed about a step before it runs.
func planned(s *schema.Step) string {
	var words []string
	if s.Label() != s.Verb.Name {
		words = append(words, s.Label())
	}
	if s.Until != "" {
		words = append(words, "until "+s.Until)
	}
	if s.If != nil {
		words = append(words, "if "+s.If.Text())
	}
	if s.ForEach != nil {
		words = append(words, "for each "+s.As)
	}
	if s.Retry != nil {
		words = append(words, "with retry")
	}
	for _, c := range s.Capture {
		words = append(words, "captures "+c.Name)
	}
	return strings.Join(words, ", ")
}

// run makes the runs, at most --parallel side by side, and returns a *verdictError when not all passed.
func (b *batch) run() error {
	ctx, stop := interruptible(b.io.err, "hanging up", b.target.kill)
	defer stop()
	console := report.NewConsole(b.io.out, report.StyleFor(b.io.out, os.Getenv, b.flags.noColor), b.flags.detail())
	console.Together = b.flags.parallel > 1
	console.Ladders = b.flags.ladder
	if !b.flags.quiet {
		console.Say(b.target.hello())
	}
	if err := b.target.open(console.Say); err != nil {
		return err
	}
	defer b.target.close()
	defer ticking(console)()

	began := time.Now()
	var mu sync.Mutex
	counts := map[string]int{}
	started := 0
	var journalErr error
	next := func() (job, bool) {
		mu.Lock()
		defer mu.Unlock()
		bad := counts[steps.Failed] + counts[steps.Broken] + counts[steps.Interrupted]
		if started == len(b.jobs) || ctx.Err() != nil || b.flags.failFast && bad > 0 {
			return job{}, false
		}
		started++
		return b.jobs[started-1], true
	}
	var workers sync.WaitGroup
	for range min(b.flags.parallel, len(b.jobs)) {
		workers.Go(func() {
			for j, ok := next(); ok; j, ok = next() {
				status, err := b.one(ctx, console, j)
				mu.Lock()
				counts[status]++
				if err != nil && journalErr == nil {
					journalErr = err
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	console.Summary(time.Since(began), len(b.jobs)-started)
	switch {
	case ctx.Err() != nil:
		counts[steps.Interrupted]++
		return &verdictError{counts}
	case len(b.jobs) > started || counts[steps.Passed]+counts[steps.Skipped] < len(b.jobs):
		return &verdictError{counts}
	case journalErr != nil:
		return &setupError{"cannot write the journal", journalErr}
	}
	return nil
}

// one makes one run: its journal, its view on the console, its host.
func (b *batch) one(ctx context.Context, console *report.Console, j job) (status string, journalErr error) {
	p, err := b.prepareJob(j)
	view := console.Run()
	about := b.target.about()
	first := steps.Record{At: time.Now().UTC(), Type: "runStart", RunStart: &steps.RunStart{
		Scenario: j.scenario.plan.Name, File: j.scenario.file, Row: j.row.Name, Target: about.Name,
		Dialect: string(about.Dialect), Simulated: about.Simulated, Seed: b.flags.seed,
	}}
	end := func(e steps.RunEnd) {
		view.Record(steps.Record{At: first.At, Type: "runEnd", RunEnd: &e})
		status = e.Status
	}
	if err != nil || p.Skip != "" {
		view.Record(first)
		if err != nil {
			end(steps.RunEnd{Status: steps.Broken, Reason: err.Error()})
		} else {
			end(steps.RunEnd{Status: steps.Skipped, Reason: p.Skip})
		}
		return status, nil
	}
	mask := runner.NewMask(p.Secrets)
	var journal *runner.Journal
	if b.flags.journal != "" {
		file, err := openJournal(b.flags.journal, journalName(j, p.RunID))
		if err != nil {
			view.Record(first)
			end(steps.RunEnd{Status: steps.Broken, Reason: "cannot write the journal: " + err.Error()})
			return status, err
		}
		buffered := bufio.NewWriter(file)
		journal = runner.NewJournal(buffered, p.Secrets)
		defer func() {
			for _, err := range []error{journal.Err(), buffered.Flush(), file.Close()} {
				if err != nil && journalErr == nil {
					journalErr = err
				}
			}
		}()
	}
	begun, ended := false, false
	emit := func(r steps.Record) {
		if journal != nil {
			journal.Record(r)
		}
		begun = begun || r.RunStart != nil
		ended = ended || r.RunEnd != nil
		view.Record(mask.Record(r))
	}
	var result runner.Result
	err = b.target.run(ctx, p, b.flags.seed, emit, func(h steps.Host) { result = p.Run(h) })
	status = result.Status
	if err != nil || !ended {
		if !begun {
			view.Record(first)
		}
		reason := "the run ended without a result"
		if err != nil {
			reason = err.Error()
		}
		if !ended {
			end(steps.RunEnd{Status: steps.Broken, Reason: reason})
		}
	}
	return status, nil
}

// journalName is made of the file's path, the row and the run's id, so that two runs never share a file and the same
// command gives the same names.
func journalName(j job, runID string) string {
	name := strings.TrimSuffix(j.scenario.file, path.Ext(j.scenario.file))
	if j.row.Name != "" {
		name += "-" + j.row.Name
	}
	slug := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' {
			return r
		}
		return '-'
	}, name), "-.")
	if len(slug) > 120 {
		slug = slug[:120]
	}
	return filepath.Base(slug + "-" + runID + ".jsonl")
}

// interruptible returns a context that the first SIGINT or SIGTERM ends, so that runs hang up their calls. The second one
// kills the runs, and the process if that is not enough.
func interruptible(w io.Writer, doing string, kill func()) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		for n := 0; ; n++ {
			select {
			case <-signals:
				switch n {
				case 0:
					fmt.Fprintf(w, "callflow: interrupted: %s; once more to stop at once\n", doing)
					cancel(steps.ErrInterrupted)
				case 1:
					kill()
					time.AfterFunc(killGrace, func() { os.Exit(130) })
				default:
					os.Exit(130)
				}
			case <-done:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}

// killGrace is how long killed runs have to write their journals.
const killGrace = 2 * time.Second

// ticking keeps the console's status line fresh until the returned function is called.
func ticking(c *report.Console) (stop func()) {
	if !c.Live {
		return func() {}
	}
	ticker := time.NewTicker(500 * time.Millisecond)
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
