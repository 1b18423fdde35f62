package schema

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"callflow/schema/expr"
	"callflow/schema/problem"
)

// Which calls are up at a step, as far as the plan shows. Where that is not sure, as under an if, a call counts as gone: what
// is said of calls here is a warning, and a false one costs more than a missing one.

// calls notes which calls a step brings up and ends.
func (w *flowWalk) calls(s *Step, call thing, hasCall bool, c *course) {
	if s.Verb.Creates && s.If == nil && s.ForEach == nil && !s.ContinueOnError && (s.Until == s.Verb.Goals[0].Name || pendingGoal(s)) {
		c.comesUp(call.key, s)
		return
	}
	if s.Verb.Role != Acts {
		return
	}
	if hasCall && (s.Verb.Ends || s.Verb.BetweenTwo && !s.Verb.Groups) {
		c.goesDown(call.key)
	}
	// A call that is replaced in the course of it ends as well.
	for _, replaced := range w.replaced(s, c) {
		c.goesDown(replaced.key)
	}
}

// shown notes calls that an await has shown to be up, or at their end.
func (w *flowWalk) shown(s *Step, events []awaitedEvent, c *course) {
	for _, e := range events {
		f := w.facts(s, e, c)
		if e.claimsIncoming() && f.call.key == "" && s.ForEach == nil {
			c.incoming = with(c.incoming, w.own("call seen", s)+" "+e.part, s)
		}
		switch {
		case onlyOf(f.states, stateEnded):
			if f.call.key == "" {
				c.up = nil // one of them: which is not known
			}
			c.goesDown(f.call.key)
			if f.call.kind == "call" && s.If == nil && s.ForEach == nil && !s.ContinueOnError && !s.oneIsEnough(e.part) {
				c.end(f.call.key, ending{by: s, how: "has waited for its end", surely: true})
			}
		case e.claimsIncoming() && s.If == nil && len(events) == 1:
			c.comesUp(w.own("call seen", s)+" "+e.part, s)
		}
	}
}

func (c *course) comesUp(key string, s *Step) {
	c.up = with(c.up, key, s)
}

func (c *course) goesDown(key string) {
	c.up = without(c.up, key)
}

// replaced are the calls that a step names beside its own.
func (w *flowWalk) replaced(s *Step, c *course) (calls []thing) {
	if len(c.up) == 0 || s.Params == nil || s.Params.node == nil {
		return nil
	}
	named := map[string]bool{}
	scalarTexts(s.Params.node, named)
	for path := range named {
		if t, ok := c.known[path]; ok && t.kind == "call" {
			if own, has := c.callOf(s); !has || own.key != t.key {
				calls = append(calls, t)
			}
		}
	}
	return calls
}

// otherCall warns of an await that says nothing of whose event it wants, while several calls are up.
func (w *flowWalk) otherCall(s *Step, e awaitedEvent, f eventFacts, c *course) {
	if len(c.up) < 2 || f.call.key != "" || f.operation.key != "" || e.claimsIncoming() || w.pinned(e) {
		return
	}
	if containsWord(f.kinds, "operation") && childNode(resolve(s.Params.node), sinceField(s.Verb).name) != nil {
		return // operations that began since a step are most likely that step's
	}
	w.warn(e.Pos(), textLen(e.Text()), "await-other-call", "add call.id == … and the name of the call that is meant",
		"%san event of any of these calls could match: %s are up here", e.partText(), upNames(c.up))
}

// identifying are the members of an event that tell one call, operation or person from another.
var identifying = regexp.MustCompile(`(?i)(^|\.)(\w*id|clientContext|displayName|subject|\w*uri|\w*chain)$`)

// pinned says that an expression compares something with what the scenario knows of its own call: an id of any sort, or a
// name of its own.
func (w *flowWalk) pinned(e awaitedEvent) bool {
	for _, name := range e.Names() {
		if w.voc.Event == nil || expr.TypeOf(w.voc.Event).Field(name) == nil {
			return true
		}
	}
	return mentionsPath(e.Tree(), func(path string) bool { return identifying.MatchString(path) })
}

// mentionsPath says whether a path of that sort is anywhere in an expression.
func mentionsPath(n *expr.Node, is func(string) bool) bool {
	if n == nil {
		return false
	}
	if n.Path != "" && is(n.Path) {
		return true
	}
	if n.Each != nil && (mentionsPath(n.Each.List, is) || mentionsPath(n.Each.Body, is)) {
		return true
	}
	for _, p := range n.Parts {
		if mentionsPath(p, is) {
			return true
		}
	}
	return false
}

// upNames names the steps that brought calls up, in the order of the file.
func upNames(up map[string]*Step) string {
	byPlace := map[string]string{}
	for _, s := range up {
		byPlace[placeKey(s)] = "that of " + stepName(s)
	}
	var names []string
	for _, key := range slices.Sorted(maps.Keys(byPlace)) {
		names = append(names, byPlace[key])
	}
	return problem.Listed(names, "and")
}

// placeKey orders steps by where they stand.
func placeKey(s *Step) string { return fmt.Sprintf("%s %08d %08d", s.Pos.File, s.Pos.Line, s.Pos.Col) }

// partText begins a problem about one of several parts.
func (e awaitedEvent) partText() string {
	if e.part == "" {
		return ""
	}
	return e.part + ": "
}

// textLen is how many runes of an expression are underlined: those of its first line.
func textLen(text string) int {
	line, _, _ := strings.Cut(text, "\n")
	return utf8.RuneCountInString(line)
}
