package schema

import (
	"fmt"
	"maps"
	"slices"
)

// goesOn looks at what is under way on calls: a step begins something that lasts, waits for events, or ends the call while
// something is under way. That is no mistake that the run could not survive, so it is a warning.
func (w *flowWalk) goesOn(s *Step, call thing, hasCall bool, c *course) {
	if s.Verb.Role == Watches {
		c.lasts = nil // what it waits for may well be that end
		return
	}
	if !hasCall {
		return
	}
	if begun, ok := c.lasts[call.key]; ok && s.Verb.Ends && sameIf(s, begun) {
		w.cutOff = append(w.cutOff, begun)
		w.problems = append(w.problems, Problem{Pos: s.VerbPos, Code: "hangup-in-transfer", Severity: SeverityWarning,
			Text: fmt.Sprintf("%s ends the call while the %s of %s may be under way: it is only %s", s.Verb.Name, begun.Verb.Name, stepName(begun), begun.Until),
			Hint: fmt.Sprintf("let the %s wait for its outcome (leave out until: %s), or await the call's end in between", begun.Verb.Name, begun.Until)})
	}
	c.lasts = maps.Clone(c.lasts)
	delete(c.lasts, call.key)
	if slices.Contains(s.Verb.Lasts, s.Until) {
		if c.lasts == nil {
			c.lasts = map[string]*Step{}
		}
		c.lasts[call.key] = s
	}
}

// sameIf says that if the one step runs the other does too.
func sameIf(s, before *Step) bool {
	return before.If == nil || s.If != nil && s.If.Text() == before.If.Text()
}
