package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"callflow/internal/report"
	"callflow/runner"
	"callflow/schema"
	"callflow/steps"
)

// problems tells what is wrong with files: on standard error, and in the stream of --format json.
func (s streams) problems(problems schema.Problems, noColor bool) {
	report.Problems(s.err, report.StyleFor(s.err, os.Getenv, noColor), problems)
	if s.stream != nil {
		s.stream.Problems(problems)
	}
	if s.wrong != nil {
		*s.wrong = append(*s.wrong, problems...)
	}
}

// warn tells of something that may not be meant so.
func (s streams) warn(text string) {
	if s.stream != nil {
		s.stream.Note("warning: " + text)
	}
	fmt.Fprintln(s.err, report.Plain("callflow: warning: "+text))
}

// say prints a line of the command's own.
func (s streams) say(text string) {
	if s.stream != nil {
		s.stream.Note(text)
		return
	}
	fmt.Fprintln(s.out, report.Plain(text))
}

// display is what shows the runs of a command while they go on: a console, or a stream.
type display interface {
	say(text string)
	// run returns what takes one run's records, without secrets.
	run(b *batch, j job) func(steps.Record)
	// keep keeps the display fresh until the returned function is called.
	keep() (stop func())
	end(wall time.Duration, notRun int)
}

// console shows runs to a person.
type console struct{ *report.Console }

func (b *batch) display() display {
	if b.io.stream != nil {
		return &stream{Stream: b.io.stream, waits: b.target.Waits()}
	}
	c := report.NewConsole(b.io.out, report.StyleFor(b.io.out, os.Getenv, b.flags.noColor), b.flags.detail())
	c.Together = b.flags.parallel > 1
	c.Ladders, c.Total = b.flags.ladder, len(b.jobs)
	if mess := b.flags.disorder().String(); mess != "" {
		c.Chaos = fmt.Sprintf("%s from seed %d", mess, b.flags.seed)
	}
	c.RealTime = b.target.Waits()
	c.Live = c.Live && !b.flags.debugs() // the last line is for the prompt
	return console{c}
}

func (c console) say(text string) { c.Say(text) }
func (c console) run(b *batch, j job) func(steps.Record) {
	return c.Run(b.nth(j), report.VerbColumn(j.scenario.Plan, 2)).Record
}
func (c console) keep() func()                       { return ticking(c.Console) }
func (c console) end(wall time.Duration, notRun int) { c.Summary(wall, notRun) }

// stream shows runs to a program.
type stream struct {
	*report.Stream
	waits bool // on the wall: each record is written when it happens
}

func (s *stream) say(text string) { s.Note(text) }
func (s *stream) run(b *batch, j job) func(steps.Record) {
	id := runner.RunID(j.scenario.Plan, b.options(j))
	return func(r steps.Record) {
		s.Record(id, r)
		if s.waits {
			s.Flush()
		}
	}
}
func (s *stream) keep() func()                       { return func() {} }
func (s *stream) end(wall time.Duration, notRun int) { s.Summary(wall, notRun) }

// begin writes the stream's first line.
func (b *batch) begin() {
	about := b.target.About()
	b.io.stream.Begin(report.StreamStart{Command: "callflow run", Version: buildVersion(), At: time.Now().UTC(), Target: about.Name,
		Dialect: string(about.Dialect), Seed: b.flags.seed, Runs: len(b.jobs), Shard: b.flags.shard, Changed: b.changed})
}

// finish writes the stream's last line, and returns the command's error.
func finish(s *report.Stream, err error) error {
	s.End(exitCode(err), strings.TrimPrefix(errorText(err), "callflow: "))
	if wrong := s.Err(); wrong != nil {
		return errors.Join(&setupError{"cannot write to standard output", wrong}, err)
	}
	return err
}
