package debug

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"callflow/runner"
	"callflow/schema"
	"callflow/schema/problem"
)

// Break is a place to stop at: a step by its id or path, which in an included file come below the include's (move/ring), a
// line of a file, or every failure. Failures that nobody excuses stop the run in any case.
type Break struct {
	Step    string
	File    string // of Line; "" is any
	Line    int
	Failure bool
}

// ParseBreak reads STEP, LINE, FILE:LINE or failure.
func ParseBreak(text string) (Break, error) {
	if text == "failure" {
		return Break{Failure: true}, nil
	}
	file, number := "", text
	if i := strings.LastIndexByte(text, ':'); i > 0 {
		file, number = text[:i], text[i+1:]
	}
	n, err := strconv.Atoi(number)
	switch {
	case err == nil && n > 0:
		return Break{File: file, Line: n}, nil
	case err == nil, file != "":
		return Break{}, fmt.Errorf("%q is no place to stop at: write a step's id, a line, FILE:LINE, or failure", text)
	case text == "":
		return Break{}, fmt.Errorf("where to stop? write a step's id, a line, FILE:LINE, or failure")
	}
	return Break{Step: text}, nil
}

func (b Break) String() string {
	switch {
	case b.Failure:
		return "failure"
	case b.File != "":
		return fmt.Sprintf("%s:%d", b.File, b.Line)
	case b.Line > 0:
		return fmt.Sprintf("line %d", b.Line)
	}
	return "step " + b.Step
}

// InPlan says whether the plan, or a file that it includes, has that place. near is a step's id that may have been meant.
func (b Break) InPlan(p *schema.Plan) (found bool, near string) {
	var ids []string
	Walk(p, func(s *schema.Step, key string) {
		if s.ID != "" {
			ids = append(ids, s.ID)
		}
		found = found || b.at(s, key)
	})
	return found || b.Failure, problem.Nearest(b.Step, ids)
}

// at says whether the place is this very step, which has that key in the run.
func (b Break) at(s *schema.Step, key string) bool {
	switch {
	case b.Step != "":
		return s.ID == b.Step || s.Path == b.Step || sameKey(b.Step, key)
	case b.Line == 0 || b.File != "" && b.File != s.Pos.File && !strings.HasSuffix(s.Pos.File, "/"+b.File):
		return false
	}
	covers := func(s *schema.Step) bool { return s.Pos.Line <= b.Line && b.Line < s.Pos.Line+max(len(s.Lines), 1) }
	if !covers(s) {
		return false
	}
	for _, in := range s.Inner { // the innermost step of that line
		if slices.ContainsFunc(in.Steps, covers) {
			return false
		}
	}
	return true
}

// sameKey says whether two keys name one step: either may leave out which item of a forEach it is, as "each/log" does of
// "each[2]/log".
func sameKey(a, b string) bool {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	return slices.EqualFunc(as, bs, func(a, b string) bool { return a == b || itemOf(a, b) || itemOf(b, a) })
}

// itemOf says that a is b with the number of an item.
func itemOf(a, b string) bool {
	number, ok := strings.CutPrefix(a, b+"[")
	number, closed := strings.CutSuffix(number, "]")
	_, err := strconv.Atoi(number)
	return ok && closed && err == nil
}

// Walk visits all steps of a plan with their keys in a run: finally's, those inside others, and those of included files too.
func Walk(p *schema.Plan, visit func(s *schema.Step, key string)) { walk(p, "", visit) }

func walk(p *schema.Plan, prefix string, visit func(*schema.Step, string)) {
	var block func(schema.Block)
	block = func(b schema.Block) {
		for _, s := range b {
			key := prefix + s.Key()
			visit(s, key)
			for _, in := range s.Inner {
				block(in.Steps)
			}
			if s.Include != nil {
				walk(s.Include, key+"/", visit)
			}
		}
	}
	block(p.Steps)
	block(p.Finally)
}

// wants says whether to stop here, and why in a few words.
func (d *Debugger) wants(s *runner.Stop) (why string, stop bool) {
	switch s.Why {
	case runner.OnEvent:
		return d.wantsEvent(s)
	case runner.OnFailure:
		excused := s.Step.ContinueOnError && d.mode == free && !slices.ContainsFunc(d.Breaks, func(b Break) bool { return b.Failure })
		return "", !excused
	}
	for _, b := range d.Breaks {
		if b.at(s.Step, s.Key) {
			return "breakpoint", true
		}
	}
	if d.until != nil && d.until.at(s.Step, s.Key) {
		d.until = nil
		return "", true
	}
	return "", d.mode == eachStep || d.mode == nextStep && depth(s) <= d.over
}

// wantsEvent stops at every event, or at those of which one of the expressions is true. One that fails over an event stops
// too: only its author can say what was meant. One that names what this run has not captured yet is not true.
func (d *Debugger) wantsEvent(s *runner.Stop) (why string, stop bool) {
	for i, text := range d.when {
		a, problems, err := s.Eval(text)
		switch {
		case err != nil:
			d.when = slices.Delete(slices.Clone(d.when), i, i+1)
			return fmt.Sprintf("%q fails here, and is dropped: %s", text, err), true
		case len(problems) == 0 && a.Value == true:
			return text, true
		}
	}
	return "", d.events
}

// depth is how deep a step is inside of others.
func depth(s *runner.Stop) int {
	n := strings.Count(s.Key, "/")
	if s.Branch != "" {
		n += 1 + strings.Count(s.Branch, "/")
	}
	return n
}
