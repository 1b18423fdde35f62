package cli

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	runtimedebug "runtime/debug"
	"time"

	"callflow/internal/debug"
	"callflow/runner"
	"callflow/steps"
)

// one is one run under way: where its records go.
type one struct {
	job
	view     func(steps.Record)
	journal  *runner.Journal
	past     *past
	mask     *runner.Mask
	quiet    bool
	debugger *debug.Debugger // nil: nobody debugs
	reports  *reports        // nil when nobody wants the records
	told     []steps.Record  // for them
	held     []steps.Record  // quiet: what is shown if the run goes wrong
	start    steps.Record    // stands in when the run did not come to its own
	begun    bool
	last     steps.Record // the one before
	status   string       // from its last record
}

// one makes one run and returns its status; the error is that of writing its journal, which is cut then.
func (b *batch) one(ctx context.Context, show display, j job) (status string, err error) {
	o := &one{job: j, view: show.run(b, j), mask: runner.NewMask(nil), quiet: b.flags.quiet}
	if b.reports.wanted() {
		o.reports = &b.reports
	}
	o.start = steps.Record{Seq: 1, At: time.Now().UTC(), Type: "runStart", RunStart: b.runStart(j)}
	p, err := b.prepareJob(j)
	switch {
	case err != nil:
		o.end(steps.Broken, err.Error())
		return o.status, nil
	case p.Skip != "":
		o.end(steps.Skipped, p.Skip)
		return o.status, nil
	}
	if o.debugger = b.debugger; o.debugger != nil {
		o.debugger.Begin()
	}
	o.mask = p.Mask
	o.mask.Add(b.target.Secrets())
	if b.flags.journal != "" {
		file, wrong := b.journals.open(b.flags.journal, journalName(j, p.RunID))
		if wrong != nil {
			o.end(steps.Broken, "cannot write the journal: "+wrong.Error())
			return o.status, nil
		}
		out := &journalFile{Writer: bufio.NewWriter(file), each: b.target.Waits()}
		o.journal = runner.NewJournal(out, p.Mask)
		o.past = &past{batch: b, file: file.Name(), flush: out.Flush}
		defer func() {
			if err = cmp.Or(o.journal.Err(), out.Flush(), file.Close()); err != nil {
				b.journals.cut(file.Name())
			}
		}()
	}
	switch err := b.carry(ctx, p, o); {
	case o.status != "":
	case err != nil && ctx.Err() != nil:
		o.end(steps.Interrupted, "interrupted")
	case err != nil:
		o.end(steps.Broken, err.Error())
	default:
		o.end(steps.Broken, "the run ended without a result")
	}
	return o.status, nil
}

// runStart is what is known of a run before it begins.
func (b *batch) runStart(j job) *steps.RunStart {
	about, options := b.target.About(), b.options(j)
	return &steps.RunStart{
		Scenario: j.scenario.Plan.Name, File: j.scenario.File, Row: j.row.Name, Target: about.Name, Dialect: string(about.Dialect),
		Simulated: about.Simulated, Seed: j.seed, Chaos: about.Chaos, Vars: options.Given, Timeout: options.Timeout, Until: options.Until,
		Asked: options.Asked, Description: j.scenario.Plan.Description, RunID: runner.RunID(j.scenario.Plan, options),
	}
}

// nth says which repetition a run is, when there are several; and of what is run again, with which seed.
func (b *batch) nth(j job) string {
	switch {
	case b.flags.rerunFailed && j.seed != b.flags.seed:
		return fmt.Sprintf("(seed %d)", j.seed)
	case b.flags.repeat < 2:
		return ""
	}
	return fmt.Sprintf("(%d of %d)", j.repeat+1, b.flags.repeat)
}

// carry runs p on a host. A fault of our own ends this run, not the others, whose calls still have to be hung up.
func (b *batch) carry(ctx context.Context, p *runner.Prepared, o *one) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("callflow itself failed, please report it: %v\n%s", r, runtimedebug.Stack())
		}
	}()
	return b.target.Run(ctx, p, o.seed, o.record, func(h steps.Host) { p.Run(h) })
}

// record takes the run's records, one at a time.
func (o *one) record(r steps.Record) {
	if o.journal != nil {
		r = o.past.tell(r)
		o.journal.Record(r)
	}
	o.begun = o.begun || r.RunStart != nil
	o.last = r
	if r.RunEnd != nil {
		o.status = r.RunEnd.Status
	}
	if o.reports != nil {
		o.told = append(o.told, o.mask.Record(r))
		if r.RunEnd != nil {
			o.reports.add(o.nth, o.repeat, o.told)
		}
	}
	if o.debugger != nil {
		o.debugger.Record(o.mask.Record(r))
	}
	if o.quiet {
		o.hold(r)
	} else {
		o.view(o.mask.Record(r))
	}
}

// hold keeps the records of a quiet run until its end tells whether anybody will see them.
func (o *one) hold(r steps.Record) {
	o.held = append(o.held, r)
	if r.RunEnd == nil {
		return
	}
	if o.status == steps.Passed && len(o.held) > 2 {
		o.held = []steps.Record{o.held[0], r}
	}
	for _, r := range o.held {
		o.view(o.mask.Record(r))
	}
}

// end closes a run that did not come to its own end.
func (o *one) end(status, reason string) {
	if !o.begun {
		o.record(o.start)
	}
	o.record(steps.Record{Seq: o.last.Seq + 1, At: o.last.At, Type: "runEnd", RunEnd: &steps.RunEnd{Status: status, Reason: reason}})
}
