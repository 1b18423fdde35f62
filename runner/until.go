package runner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"callflow/schema"
	"callflow/schema/problem"
	"callflow/steps"
)

// StepNamed finds the step of a plan's main steps that a person names: by its id or its path, below an include's key and a
// slash for a step of that file, or by the id alone where only one step has it. It returns the step's place, which
// Options.Until takes. The error says what there is.
func StepNamed(plan *schema.Plan, name string) (place string, err error) {
	var keys, ends, alike []string // alike: the id of a step further in, where no other has it
	for _, p := range placesIn(plan.Steps, "") {
		if name == p.key || name == p.path {
			return p.key, nil
		}
		end := p.key[strings.LastIndexByte(p.key, '/')+1:]
		keys, ends = append(keys, p.key), append(ends, end)
		if name == end {
			alike = append(alike, p.key)
		}
	}
	if len(alike) == 1 {
		return alike[0], nil
	}
	for _, p := range placesIn(plan.Finally, "") {
		if name == p.key || name == p.path {
			return "", fmt.Errorf("%s: %q is a step of finally, and finally always runs", plan.File, name)
		}
	}
	text := fmt.Sprintf("%s has no step %q", plan.File, name)
	near := problem.Nearest(name, keys)
	if near == "" {
		if i := slices.Index(ends, problem.Nearest(name, ends)); i >= 0 {
			near = keys[i]
		}
	}
	switch {
	case alike != nil:
		text = fmt.Sprintf("%s has several steps %q: %s", plan.File, name, strings.Join(alike, ", "))
	case near != "":
		text += fmt.Sprintf("; did you mean %q?", near)
	default:
		text += "; there are " + strings.Join(keys, ", ")
	}
	return "", errors.New(text)
}

// Place is a main step and where it stands: its id or path, behind those of the includes that it is in.
type Place struct {
	Key  string
	Step *schema.Step
}

// Places lists the steps after which a run of the plan can be stopped, in order, those of branches and included files too.
func Places(plan *schema.Plan) (all []Place) {
	for _, p := range placesIn(plan.Steps, "") {
		all = append(all, Place{p.key, p.step})
	}
	return all
}

// StepAt finds the innermost main step that stands at a line of the plan's file, or the one above a line between two
// steps. Before the first step and after the last there is none ("").
func StepAt(plan *schema.Plan, line int) (place string) {
	return stepAt(plan.Steps, line)
}

func stepAt(b schema.Block, line int) (place string) {
	for i, s := range b {
		switch {
		case line < s.Pos.Line:
			return place
		case covers(s, line):
			for _, in := range s.Inner {
				if first := in.Steps; len(first) > 0 && line >= first[0].Pos.Line && line < end(first) {
					return stepAt(first, line)
				}
			}
			return s.Key()
		case i < len(b)-1:
			place = s.Key()
		default:
			return ""
		}
	}
	return place
}

func covers(s *schema.Step, line int) bool {
	return line >= s.Pos.Line && line < s.Pos.Line+len(s.Lines)
}

// end is the line behind a block's last step.
func end(b schema.Block) int {
	last := b[len(b)-1]
	return last.Pos.Line + len(last.Lines)
}

// placed is a step with its place in a plan and in what that includes: the same in each item of a forEach.
type placed struct {
	step      *schema.Step
	key, path string // "login/answer", "login/steps[1]"
	above     []string
}

// placesIn lists the steps of a block with those inside them, in the order of the file.
func placesIn(b schema.Block, prefix string, above ...string) (all []placed) {
	for _, s := range b {
		p := placed{s, prefix + s.Key(), prefix + s.Path, above}
		all = append(all, p)
		inner := append(slices.Clone(above), p.key)
		for _, in := range s.Inner {
			all = append(all, placesIn(in.Steps, prefix, inner...)...)
		}
		if s.Include != nil {
			all = append(all, placesIn(s.Include.Steps, p.key+"/", inner...)...)
		}
	}
	return all
}

// stopping ends the main steps after one of them; see Options.Until.
type stopping struct {
	at    string
	after []string        // that step and those around it, which may be over without it
	begun map[string]bool // places of steps
	over  map[string]bool
	ended *ended // the step was reached
	done  string // which one it was
}

func newStopping(plan *schema.Plan, until string) *stopping {
	s := &stopping{at: until, begun: map[string]bool{}, over: map[string]bool{}}
	for _, p := range placesIn(plan.Steps, "") {
		if p.key == until && until != "" {
			s.after = append(slices.Clone(p.above), until)
		}
	}
	return s
}

// stop ends the main steps if they were to end after s.
func (f *frame) stop(s *schema.Step) error {
	r, place := f.run, f.place+s.Key()
	if r.endMain == nil || !slices.Contains(r.stopping.after, place) {
		return nil
	}
	if r.stopping.ended == nil {
		r.stopping.ended = &ended{kind: "until", why: "the run was to stop after " + r.stopping.at}
		r.stopping.done = place
		r.endMain(r.stopping.ended)
	}
	return r.stopping.ended
}

// left lists the main steps that did not begin because the run was to stop before them; not those inside them, nor those
// that a step went without for another reason.
func (s *stopping) left(plan *schema.Plan) (left []steps.LeftOut) {
	if s.ended == nil {
		return nil
	}
	for _, p := range placesIn(plan.Steps, "") {
		if !s.begun[p.key] && !slices.ContainsFunc(p.above, func(a string) bool { return !s.begun[a] || s.over[a] }) {
			left = append(left, steps.LeftOut{Step: p.key, Label: p.step.Label(), File: p.step.Pos.File, Line: p.step.Pos.Line})
		}
	}
	return left
}
