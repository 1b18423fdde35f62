// Package debug is the debugger of `callflow run --step`: it stops a run before a step, after a failure or when an event
// comes, shows what is there, and takes commands. It is a runner.Debugger; what it is told to do, the runner does.
//
// breaks.go decides where to stop, commands.go has the table of commands, show.go what they print, input.go reads lines
// from a terminal or from a script.
package debug

import (
	"context"
	"fmt"
	"io"
	"strings"

	"callflow/internal/report"
	"callflow/runner"
	"callflow/schema/problem"
	"callflow/steps"
)

// Config is what a debugger is made of.
type Config struct {
	Context context.Context // its end ends the run at the next stop, and the stop that waits
	In      io.Reader
	Out     io.Writer
	Style   report.Style
	Waits   bool // time goes on while the run stands still
	Step    bool // stop before the first step
	Breaks  []Break
}

// Debugger debugs one run after the other.
type Debugger struct {
	Config
	in     *input
	mode   mode
	over   int    // mode nextStep: how deep the step was that is stepped over
	until  *Break // of continue STEP, until it is reached
	events bool
	when   []string // stop at events of which one of these is true
	warned bool     // that time goes on
	quit   bool

	records []steps.Record // of the run, masked: for the ladder and the list of steps
	last    string         // the command that an empty line repeats
}

// mode is where the debugger means to stop next, beside breakpoints and failures.
type mode int

const (
	free     mode = iota // nowhere else
	eachStep             // before the next step, whichever it is
	nextStep             // before the next step that is not inside of the one just looked at
)

// New returns a debugger that waits for a run.
func New(c Config) *Debugger {
	d := &Debugger{Config: c, in: newInput(c)}
	if c.Step {
		d.mode = eachStep
	}
	return d
}

// Begin tells of a new run. What was said about where to stop goes on to hold.
func (d *Debugger) Begin() { d.records = nil }

// Over says that somebody has quit: no further run is to begin. A nil debugger is never over.
func (d *Debugger) Over() bool { return d != nil && d.quit }

// Record takes the run's records, masked, as they come.
func (d *Debugger) Record(r steps.Record) { d.records = append(d.records, r) }

// Stop implements runner.Debugger.
func (d *Debugger) Stop(s *runner.Stop) runner.Action {
	if d.quit || d.Context.Err() != nil { // what still comes is finally
		return runner.Proceed
	}
	why, stop := d.wants(s)
	if !stop {
		return runner.Proceed
	}
	d.Style.Width = d.in.width(d.Style.Width)
	d.head(s, why)
	for {
		line, err := d.in.read(d.Context, d.words(s))
		if err != nil {
			text := "the run ends here, with finally and cleanup"
			if !d.in.typed() && d.Context.Err() == nil {
				text = "no more input: " + text
			}
			d.say(s, text)
			d.quit = true
			return runner.Quit
		}
		line = strings.TrimSpace(line)
		if line == "" {
			line = d.last
		}
		word, rest, _ := strings.Cut(line, " ")
		c := find(word)
		d.Style.Width = d.in.width(d.Style.Width)
		switch {
		case line == "":
			continue
		case c == nil:
			d.unknown(s, word)
			continue
		}
		d.last = ""
		if c.again {
			d.last = line
		}
		if action, done := c.do(d, s, strings.TrimSpace(rest)); done {
			return action
		}
	}
}

// unknown is said of a word that is no command. One that is an expression was most likely meant to be printed.
func (d *Debugger) unknown(s *runner.Stop, word string) {
	text := fmt.Sprintf("there is no command %q", word)
	if near := problem.Nearest(word, names()); near != "" {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	d.say(s, text+"; `help` lists them, `print EXPR` evaluates an expression")
}

// say prints text, without the run's secrets.
func (d *Debugger) say(s *runner.Stop, text string) {
	d.print(s, d.Style.Fold("", text, "  "))
}

// print prints whole lines.
func (d *Debugger) print(s *runner.Stop, lines []string) {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(s.Masked(line))
		b.WriteByte('\n')
	}
	// A terminal that is gone is no reason to end a run: calls must still be hung up.
	_, _ = io.WriteString(d.Out, b.String())
}
