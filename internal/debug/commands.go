package debug

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"callflow/runner"
)

// command is one word that the prompt knows.
type command struct {
	name, short string
	args        string
	doc         string
	again       bool // an empty line repeats it
	do          func(d *Debugger, s *runner.Stop, rest string) (action runner.Action, done bool)
}

// commands in the order of help.
var commands []command

func init() { // it has help, which lists it
	commands = []command{
		{"step", "s", "", "on to the next step, also inside of this one", true, stepOn(eachStep)},
		{"next", "n", "", "on to the next step that is not inside of this one", true, stepOn(nextStep)},
		{"continue", "c", "[STEP|LINE]", "on to a breakpoint, a failure, or that step: once, whatever stops before it", false, (*Debugger).goOn},
		{"skip", "k", "", "leave this step out: what it would have captured is absent", false, (*Debugger).skip},
		{"retry", "r", "", "run the step that failed once more", false, (*Debugger).retry},
		{"quit", "q", "", "end the run, with finally and cleanup", false, (*Debugger).end},
		{"list", "l", "", "the scenario around this step", false, show((*Debugger).source)},
		{"steps", "", "", "what has been done", false, show((*Debugger).done)},
		{"vars", "v", "", "variables and captured names", false, show((*Debugger).vars)},
		{"calls", "", "", "the calls, their states and who is there", false, show((*Debugger).calls)},
		{"inbox", "i", "[N]", "the events that have come, or one of them whole", false, (*Debugger).inbox},
		{"print", "p", "EXPR", "evaluate an expression, part by part", false, (*Debugger).eval},
		{"set", "", "NAME = EXPR", "give a variable another value", false, (*Debugger).set},
		{"hangup", "", "CALL", "hang up a call, or reject one that rings", false, (*Debugger).hangUp},
		{"ladder", "", "", "the sequence diagram so far", false, show((*Debugger).ladder)},
		{"break", "b", "[STEP|LINE|failure]", "stop there too; alone it lists where the run stops", false, (*Debugger).breakAt},
		{"clear", "", "STEP|LINE|failure", "stop there no longer", false, (*Debugger).clear},
		{"events", "e", "[EXPR|on|off [N]]", "stop at events of which EXPR is true, too; at all; at none; no longer for number N. Alone it lists them", false, (*Debugger).eventsAt},
		{"help", "h", "", "this list", false, show((*Debugger).help)},
	}
}

func find(word string) *command {
	if word == "?" {
		word = "help"
	}
	i := slices.IndexFunc(commands, func(c command) bool { return word == c.name || word != "" && word == c.short })
	if i < 0 {
		return nil
	}
	return &commands[i]
}

func names() []string {
	var all []string
	for _, c := range commands {
		all = append(all, c.name)
	}
	return all
}

// show makes a command of what only prints.
func show(lines func(d *Debugger, s *runner.Stop) []string) func(*Debugger, *runner.Stop, string) (runner.Action, bool) {
	return func(d *Debugger, s *runner.Stop, _ string) (runner.Action, bool) {
		d.print(s, lines(d, s))
		return 0, false
	}
}

func stepOn(m mode) func(*Debugger, *runner.Stop, string) (runner.Action, bool) {
	return func(d *Debugger, s *runner.Stop, _ string) (runner.Action, bool) {
		d.mode, d.over = m, 0
		if s.Step != nil {
			d.over = depth(s)
		}
		return runner.Proceed, true
	}
}

func (d *Debugger) goOn(s *runner.Stop, rest string) (runner.Action, bool) {
	if rest != "" {
		b, err := d.place(s, rest)
		if err != nil {
			d.say(s, err.Error())
			return 0, false
		}
		d.until = &b
	}
	d.mode = free
	return runner.Proceed, true
}

func (d *Debugger) skip(s *runner.Stop, _ string) (runner.Action, bool) {
	if s.Why != runner.BeforeStep {
		d.say(s, "there is no step to leave out here: skip goes before a step")
		return 0, false
	}
	if len(s.Step.Capture) > 0 || s.Step.ID != "" {
		var lost []string
		for _, c := range s.Step.Capture {
			lost = append(lost, c.Name)
		}
		if s.Step.ID != "" {
			lost = append(lost, "what is in steps."+s.Step.ID)
		}
		d.say(s, "absent from here on: "+strings.Join(lost, ", ")+". A step that needs it fails, and says so")
	}
	return runner.Skip, true
}

func (d *Debugger) retry(s *runner.Stop, _ string) (runner.Action, bool) {
	if s.Why != runner.OnFailure {
		d.say(s, "nothing has failed here: retry goes behind a failure")
		return 0, false
	}
	return runner.Again, true
}

func (d *Debugger) end(*runner.Stop, string) (runner.Action, bool) {
	d.quit = true
	return runner.Quit, true
}

// place reads a place to stop at, which must be in this scenario.
func (d *Debugger) place(s *runner.Stop, text string) (Break, error) {
	b, err := ParseBreak(text)
	if err != nil {
		return b, err
	}
	found, near := b.InPlan(s.Plan())
	everywhere, _ := b.InPlan(s.Scenario())
	switch {
	case found, everywhere:
		return b, nil
	case near != "":
		return b, fmt.Errorf("there is no step %q here; did you mean %q?", text, near)
	case b.Step == "":
		return b, fmt.Errorf("no step stands at %s", b)
	}
	return b, fmt.Errorf("there is no step %q here", text)
}

func (d *Debugger) breakAt(s *runner.Stop, rest string) (runner.Action, bool) {
	if rest == "" {
		d.listBreaks(s)
		return 0, false
	}
	b, err := d.place(s, rest)
	if err != nil {
		d.say(s, err.Error())
	} else if !slices.Contains(d.Breaks, b) {
		d.Breaks = append(d.Breaks, b)
	}
	return 0, false
}

func (d *Debugger) listBreaks(s *runner.Stop) {
	if len(d.Breaks) == 0 && d.until == nil && !d.events && len(d.when) == 0 {
		d.say(s, "there are no breakpoints; a failure stops the run in any case")
	}
	for _, b := range d.Breaks {
		d.say(s, b.String())
	}
	if d.until != nil {
		d.say(s, d.until.String()+", once")
	}
	d.listEvents(s)
}

func (d *Debugger) listEvents(s *runner.Stop) {
	if d.events {
		d.say(s, "every event")
	}
	for i, text := range d.when {
		d.say(s, fmt.Sprintf("events, %d: %s", i+1, text))
	}
}

func (d *Debugger) clear(s *runner.Stop, rest string) (runner.Action, bool) {
	b, err := ParseBreak(rest)
	i := slices.Index(d.Breaks, b)
	switch {
	case err == nil && i >= 0:
		d.Breaks = slices.Delete(d.Breaks, i, i+1)
	case err == nil && d.until != nil && *d.until == b:
		d.until = nil
	default:
		d.say(s, fmt.Sprintf("there is no breakpoint %q; `break` lists them, `events off` is for events", rest))
	}
	return 0, false
}

func (d *Debugger) eventsAt(s *runner.Stop, rest string) (runner.Action, bool) {
	word, nth, _ := strings.Cut(rest, " ")
	switch nth = strings.TrimSpace(nth); {
	case rest == "":
		if !d.events && len(d.when) == 0 {
			d.say(s, "no event stops the run: events EXPR stops at those of which it is true, events on at all")
		}
		d.listEvents(s)
	case rest == "on":
		d.events = true
	case rest == "off":
		d.events, d.when = false, nil
	case word == "off":
		d.noEvents(s, nth)
	case slices.Contains(d.when, rest):
	default:
		if problems := s.CheckEvent(rest); len(problems) > 0 {
			d.problems(s, problems)
			return 0, false
		}
		d.when, d.events = append(d.when, rest), false
	}
	return 0, false
}

// noEvents takes away the nth condition.
func (d *Debugger) noEvents(s *runner.Stop, nth string) {
	n, err := strconv.Atoi(nth)
	if err != nil || n < 1 || n > len(d.when) {
		d.say(s, fmt.Sprintf("there is no number %q; `events` lists them", nth))
		return
	}
	d.when = slices.Delete(d.when, n-1, n)
}

func (d *Debugger) set(s *runner.Stop, rest string) (runner.Action, bool) {
	name, text, ok := strings.Cut(rest, "=")
	if name = strings.TrimSpace(name); !ok || name == "" || strings.HasPrefix(text, "=") {
		d.say(s, "write set NAME = EXPR")
		return 0, false
	}
	a, ok := d.value(s, strings.TrimSpace(text))
	if !ok {
		return 0, false
	}
	if err := s.Set(name, a.Value); err != nil {
		d.say(s, err.Error())
	}
	return 0, false
}

// hangUp takes a call's id, the beginning of one, or a name that holds one.
func (d *Debugger) hangUp(s *runner.Stop, rest string) (runner.Action, bool) {
	id := ""
	for _, c := range s.Calls() {
		if rest != "" && strings.HasPrefix(c.ID, rest) {
			id = c.ID
		}
	}
	for _, k := range s.Known() {
		if text, ok := k.Value.(string); ok && k.Name == rest {
			id = text
		}
	}
	if id == "" {
		d.say(s, fmt.Sprintf("which call? %q is none; `calls` lists them", rest))
		return 0, false
	}
	result, err := s.HangUp(id)
	if err != nil {
		result = err.Error()
	}
	d.say(s, result)
	return 0, false
}

// Command tells the documentation of one command.
type Command struct{ Usage, Short, Doc string }

// Commands lists them in the order of help.
func Commands() []Command {
	var all []Command
	for _, c := range commands {
		all = append(all, Command{strings.TrimSpace(c.name + " " + c.args), c.short, c.doc})
	}
	return all
}
