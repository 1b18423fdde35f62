package schema

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// await checks the events that a step waits for against what has happened before it.
func (w *flowWalk) await(s *Step, c *course) {
	w.idle(s, c)
	events := awaited(s)
	if len(events) == 0 {
		return
	}
	incoming := false
	for _, e := range events {
		incoming = incoming || e.claimsIncoming()
	}
	if !c.sources && !incoming {
		hint := `to claim an incoming call, add: call.state == "incoming"`
		if states := stated(events[0], c).states; allAmong(states, "ringing", "establishing", "established") {
			hint = fmt.Sprintf(`a call that comes in is incoming until it is answered: write call.state == "incoming" in place of %s`, strings.Join(states, ", "))
		}
		w.report(events[0].Expr, "await-unsatisfiable", hint,
			"no event can come: no step before this one places a call, and this one does not claim an incoming call")
		return
	}
	c.sources = true
	since := childNode(resolve(s.Params.node), sinceField(s.Verb).name)
	for _, e := range events {
		f := w.facts(s, e, c)
		if w.impossible(e, f) {
			continue
		}
		before := len(w.problems)
		w.awaitsAnswer(s, e, f, c)
		if since == nil && len(w.problems) == before {
			w.stale(s, e, f, c)
		}
		if len(w.problems) == before {
			w.otherCall(s, e, f, c)
		}
	}
	w.shown(s, events, c)
}

// idle reports an expression by which a step only fails, such as an expectNone's or a failOn, and that no event can match:
// it would look as if it guarded something.
func (w *flowWalk) idle(s *Step, c *course) {
	static := staticParams(s)
	if !static.IsValid() {
		return
	}
	claimed := map[*expr.Expr]bool{}
	for _, e := range awaited(s) {
		claimed[e.Expr] = true
	}
	for _, f := range structureOf(s.Verb.Params).fields {
		e, ok := static.FieldByIndex(f.index).Interface().(*expr.Expr)
		if !ok || e == nil || f.scope != "event" || claimed[e] {
			continue
		}
		event := awaitedEvent{"", e}
		w.impossible(event, stated(event, c))
	}
}

// impossible reports an event that can never come.
func (w *flowWalk) impossible(e awaitedEvent, f eventFacts) bool {
	switch {
	case f.operation.kind == "call":
		w.report(e.Expr, "await-unsatisfiable", "capture operation.id for that", "no event matches: an operation's id is compared with the id of a call, from %s", stepName(f.operation.step))
	case f.call.kind == "operation":
		w.report(e.Expr, "await-unsatisfiable", "capture call.id for that", "no event matches: a call's id is compared with the id of an operation, from %s", stepName(f.call.step))
	case f.call.made && f.call.kind == "call" && onlyOf(f.states, stateIncoming):
		w.report(e.Expr, "await-unsatisfiable", "", "no event matches: %s places this call itself, so it is never incoming", stepName(f.call.step))
	default:
		return false
	}
	return true
}

// stale reports an await that could claim an event from before the last step that acted on its call.
func (w *flowWalk) stale(s *Step, e awaitedEvent, f eventFacts, c *course) {
	if f.operation.key != "" || onlyOf(f.states, stateIncoming) {
		return // an operation's events come after its request, and a call is incoming only at its beginning
	}
	if slices.Contains(f.kinds, "participantJoining") || slices.Contains(f.kinds, "participantLeft") {
		return // each of them comes once, and no request brings it about
	}
	var acts []act
	for _, a := range c.acts {
		if a.step.If != nil && (s.If == nil || s.If.Text() != a.step.If.Text()) {
			continue // it may not have run, and then nothing is stale
		}
		if f.call.key == "" || f.call.key == a.call.key {
			acts = append(acts, a)
		}
	}
	if len(acts) < 2 {
		return // the first makes or answers the call: before it there was nothing but an incoming call
	}
	last, before := acts[len(acts)-1], acts[:len(acts)-1]
	if !possibleBefore(f, last, before) || brought(e, last, before, f) {
		return
	}
	which := "on the same call"
	if f.call.key == "" {
		which = "as the expression names no call"
	}
	hint := fmt.Sprintf("give the step in line %d an id, such as id: %s, and write from: %s", last.step.Pos.Line, last.step.Verb.Name, last.step.Verb.Name)
	if last.step.ID != "" {
		hint = "write from: " + last.step.ID
	}
	if s.Params.node != nil && len(resolve(s.Params.node).Content) == 0 {
		hint += " beside match: …"
	}
	part := ""
	if e.part != "" {
		part = e.part + ": "
	}
	w.report(e.Expr, "await-stale", hint, "%san event from before %s could match, %s", part, stepName(last.step), which)
}

// possibleBefore says whether an event with those facts can be from before the last act, given the acts before it.
func possibleBefore(f eventFacts, last act, before []act) bool {
	if onlyOf(f.states, stateEnded) {
		// A call ends once, and no request succeeds on it afterwards; another call may have ended.
		for _, a := range before {
			if f.call.key == "" && a.call.key != last.call.key {
				return true
			}
		}
		return false
	}
	for _, kind := range f.kinds {
		if kind != "operation" {
			continue
		}
		for _, a := range before {
			if a.step.Verb.Operates {
				return true
			}
		}
		return false
	}
	if !passing(f.states) {
		return true
	}
	for _, a := range before {
		if a.step.Verb == last.step.Verb {
			return true
		}
	}
	return false
}

// brought says that the event shows somebody on the roster whom the last act itself names, as an invite does: before it
// they were not there. That holds as long as no other call's roster can be meant.
func brought(e awaitedEvent, last act, before []act, f eventFacts) bool {
	for _, a := range before {
		if f.call.key == "" && a.call.key != last.call.key {
			return false
		}
	}
	named := map[string]bool{}
	scalarTexts(last.step.Params.node, named)
	for _, n := range e.Tree().Conjuncts() {
		if n.Op != "each" || n.Each.Name != "any" && n.Each.Name != "one" || n.Each.Body == nil {
			continue
		}
		for _, test := range n.Each.Body.Conjuncts() {
			if test.Op != "==" {
				continue
			}
			for _, side := range test.Parts {
				text, _ := side.Literal.(string)
				if side.Path != "" && !strings.HasPrefix(side.Path, "#") {
					text = side.Path
				}
				if text != "" && named[text] {
					return true
				}
			}
		}
	}
	return false
}

// scalarTexts gathers the values below a node: what they say, or the path of a whole ${{ path }}.
func scalarTexts(n *yaml.Node, into map[string]bool) {
	n = resolve(n)
	if n == nil {
		return
	}
	if m := wholeReference.FindStringSubmatch(n.Value); m != nil {
		into[m[1]] = true
	} else if n.Value != "" {
		into[n.Value] = true
	}
	for i, c := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			scalarTexts(c, into)
		}
	}
}

// passing says that these are states which only the verb brings about that is under way, such as transferring: an earlier
// one has brought them about only if it was the same.
func passing(states []string) bool {
	return allAmong(states, "transferring", "transferAccepted", "redirecting", "terminating")
}

// allAmong says that there are states, and none beside these.
func allAmong(states []string, these ...string) bool {
	return len(states) > 0 && !slices.ContainsFunc(states, func(s string) bool { return !slices.Contains(these, s) })
}

func onlyOf(words []string, word string) bool { return len(words) == 1 && words[0] == word }

// stepName is how a problem names a step.
func stepName(s *Step) string {
	if s == nil {
		return "an earlier step"
	}
	if s.ID == "" {
		return fmt.Sprintf("%s in line %d", s.Verb.Name, s.Pos.Line)
	}
	return fmt.Sprintf("%q (%s, line %d)", s.ID, s.Verb.Name, s.Pos.Line)
}
