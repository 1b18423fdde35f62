package schema

import (
	"maps"
	"reflect"

	"callflow/schema/expr"
)

// An incoming call can be answered, rejected or redirected; all else wants one that is established, and the service refuses
// it before the answer. What of this only the run can tell is given the benefit of the doubt.

// early is a step that wants a call which nobody has answered before it.
type early struct {
	key     string
	beside  bool // somebody may have answered in another branch
	problem Problem
}

// with is a changed copy: courses share their maps.
func with[V any](m map[string]V, key string, v V) map[string]V {
	if m = maps.Clone(m); m == nil {
		m = map[string]V{}
	}
	m[key] = v
	return m
}

func without[V any](m map[string]V, key string) map[string]V {
	if _, there := m[key]; there {
		m = maps.Clone(m)
		delete(m, key)
	}
	return m
}

// meantToFail says that a step is to be refused, or may be, or is left out when it would be.
func meantToFail(s *Step) bool {
	return looksFirst(s) || s.ContinueOnError || s.Until != s.Verb.Goals[0].Name && !pendingGoal(s)
}

// answers follows incoming calls, and warns of a step that comes before the answer, or answers what is not incoming.
func (w *flowWalk) answers(s *Step, call thing, hasCall bool, c *course) {
	switch {
	case s.Verb.Role != Acts || s.Verb.Creates || s.Verb.Ends:
	case s.Verb.Incoming:
		w.answer(s, call, c)
	case !wantsCall(s.Verb):
		if s.Verb.Harmless == nil || !s.Verb.Harmless(s.Params.Static()) {
			w.anyAnswered(c) // whatever a request of any sort does
		}
	case hasCall && s.ForEach == nil && c.ended[call.key].by == nil && !meantToFail(s):
		w.tooEarly(s, call, c, s.VerbPos, len(s.Verb.Name), s.Verb.Name+" wants an established call")
	}
}

// wantsCall says that the verb always acts on a call.
func wantsCall(v *Verb) bool {
	if v.Params == nil || v.Params.Kind() != reflect.Struct {
		return false
	}
	calls := structureOf(v.Params).calls
	return len(calls) > 0 && calls[0].required
}

func (w *flowWalk) answer(s *Step, call thing, c *course) {
	if call.kind != "call" || s.ForEach != nil {
		w.anyAnswered(c)
		return
	}
	by := c.taken[call.key]
	switch {
	case c.ended[call.key].by != nil || meantToFail(s) && s.Until != stateEnded:
	case call.made && call.step != nil:
		w.warn(s.VerbPos, len(s.Verb.Name), "call-not-incoming", "take the step out: a call that the bot places is answered by whom it rings",
			"%s wants an incoming call, and %s places this one itself", s.Verb.Name, stepName(call.step))
		w.certain(s)
	case by != nil && sameIf(s, by):
		w.warn(s.VerbPos, len(s.Verb.Name), "call-not-incoming", "a call is answered, rejected or redirected once; to end one that was answered, write hangUp",
			"%s wants an incoming call, and %s has taken this one already", s.Verb.Name, stepName(by))
		w.certain(s)
	}
	c.incoming = without(c.incoming, call.key)
	if w.answered == nil {
		w.answered = map[string]*Step{}
	}
	if w.answered[call.key] == nil {
		w.answered[call.key] = s
	}
	w.answeredBeside = w.answeredBeside || w.beside > 0
	if s.Until == s.Verb.Goals[0].Name && s.Until != stateEnded && s.If == nil && !s.ContinueOnError {
		c.taken = with(c.taken, call.key, s)
	}
}

// anyAnswered notes that any call may have been answered.
func (w *flowWalk) anyAnswered(c *course) {
	c.incoming = nil
	w.answeredBeside = w.answeredBeside || w.beside > 0
}

// tooEarly keeps for the end what is wrong when nobody has answered the call: another branch may.
func (w *flowWalk) tooEarly(s *Step, call thing, c *course, at Pos, length int, wanted string) {
	claimed := c.incoming[call.key]
	if claimed == nil {
		return
	}
	c.incoming = without(c.incoming, call.key) // one mistake is told once
	e := early{call.key, w.beside > 0, Problem{Pos: at, Len: length, Code: "call-unanswered", Severity: severityOf("call-unanswered"),
		Text: wanted + ", and nobody has answered the one that " + stepName(claimed) + " claims", Hint: "answer it before this step"}}
	if w.sure(s) {
		e.problem.Severity = SeverityError
	}
	w.early = append(w.early, e)
}

// unanswered reports them.
func (w *flowWalk) unanswered() {
	for _, e := range w.early {
		if e.beside && w.answeredBeside {
			continue
		}
		if s := w.answered[e.key]; s != nil && s.Pos.File == e.problem.File {
			e.problem.Hint = "move it behind " + stepName(s)
		}
		w.problems = append(w.problems, e.problem)
	}
}

// awaitsAnswer looks at an await of what comes only of a call that was answered.
func (w *flowWalk) awaitsAnswer(s *Step, e awaitedEvent, f eventFacts, c *course) {
	if !connected(f.states) || s.oneIsEnough(e.part) {
		return
	}
	if end := c.ended[f.call.key]; end.declined {
		w.report(e.Expr, "await-unsatisfiable", "", "%sno event matches: %s has turned this call away, so it is never answered", e.partText(), stepName(end.by))
		return
	}
	if s.If == nil && !s.ContinueOnError {
		w.tooEarly(s, f.call, c, e.Pos(), textLen(e.Text()), e.partText()+"this waits for an established call")
	}
}

// oneIsEnough says that a part of a step's parameters need not come.
func (s *Step) oneIsEnough(part string) bool {
	static := staticParams(s)
	for _, f := range structureOf(s.Verb.Params).fields {
		if !f.optional {
			continue
		}
		parts, _ := static.FieldByIndex(f.index).Interface().(Map[*expr.Expr])
		for _, p := range parts {
			if p.Key == part {
				return true
			}
		}
	}
	return false
}

// connected says that a call is in these states only after it was answered.
func connected(states []string) bool {
	return allAmong(states, "established", "transferring", "transferAccepted", "hold")
}

// join adds what branches have shown, all of which have come to their end.
func (c *course) join(start *course, branches []*course) {
	for _, b := range branches {
		for key := range start.incoming {
			if b.incoming[key] == nil {
				c.incoming = without(c.incoming, key)
			}
		}
		for key, s := range b.incoming {
			if start.incoming[key] == nil {
				c.incoming = with(c.incoming, key, s)
			}
		}
		for key, s := range b.taken {
			c.taken = with(c.taken, key, s)
		}
		for key, s := range b.meetings {
			if c.meetings[key] == nil {
				c.meetings = with(c.meetings, key, s)
			}
		}
		for key, e := range b.ended {
			c.ended = with(c.ended, key, e)
		}
	}
}
