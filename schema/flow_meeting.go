package schema

import (
	"fmt"
	"maps"
)

// A call between two that becomes a meeting stays one, whoever comes or leaves, and the service refuses to transfer it. What
// makes it one is the request, so that can be told before the run.

// meeting notes which calls are in meeting mode, and warns of a step that wants one between two.
func (w *flowWalk) meeting(s *Step, call thing, hasCall bool, c *course) {
	switch {
	case !hasCall:
	case s.Verb.Groups, s.Verb.Creates && s.Verb.Gathers != nil && s.Verb.Gathers(s.Params.Static()):
		if c.meetings[call.key] == nil {
			c.meetings = maps.Clone(c.meetings)
			if c.meetings == nil {
				c.meetings = map[string]*Step{}
			}
			c.meetings[call.key] = s
		}
	case s.Verb.BetweenTwo:
		since := c.meetings[call.key]
		if since == nil || !sameIf(s, since) || s.Until != s.Verb.Goals[0].Name && !pendingGoal(s) { // it is meant to be refused
			return
		}
		w.warn(s.VerbPos, len(s.Verb.Name), "transfer-in-meeting", "bring them together with invite and replacesCallId, or ask the target on a call of its own before anybody is invited",
			"%s is refused in meeting mode, and the call is in it since %s, whatever comes of that", s.Verb.Name, stepName(since))
		if !s.gives(s.Verb.KeptBy) {
			w.certain(s)
		}
	}
}

// pendingGoal says that the step goes on before the outcome of what it asked for is known.
func pendingGoal(s *Step) bool {
	for _, g := range s.Verb.Goals {
		if g.Name == s.Until {
			return g.Pending
		}
	}
	return false
}

// warn reports something that the run could survive.
func (w *flowWalk) warn(at Pos, length int, code, hint, format string, args ...any) {
	w.problems = append(w.problems, Problem{Pos: at, Len: length, Code: code, Severity: severityOf(code), Text: fmt.Sprintf(format, args...), Hint: hint})
}

// mayBeLeftOut says that a step, and what is in it, may not run, or may fail without an end of the run.
func mayBeLeftOut(s *Step) bool { return s.If != nil || s.ForEach != nil || s.ContinueOnError }

// sure says that a step runs whenever the run comes so far, and that the run ends when it fails.
func (w *flowWalk) sure(s *Step) bool { return w.doubt == 0 && w.beside == 0 && !mayBeLeftOut(s) }

// certain makes the last problem an error: the step fails, whatever comes.
func (w *flowWalk) certain(s *Step) {
	if w.sure(s) {
		w.problems[len(w.problems)-1].Severity = SeverityError
	}
}
