package schema

import (
	"fmt"
	"slices"
	"strings"

	"callflow/schema/expr"
)

// An expression over events that can be true of none, whatever happens: a conjunct that is false, two that exclude each
// other, or two that ask for different kinds of event. Only plain conjuncts are looked at, nothing below an or.

// hopeless reports an expression over an event that no event can ever match. An event that must not come is no check at
// all when it cannot come.
func (w *flowWalk) hopeless(e awaitedEvent, c *course) bool {
	parts := claimsOf(e.Tree(), false, nil)
	for _, p := range parts {
		if p.node.Op == "literal" && p.node.Literal == p.negated {
			w.clash(e, p, "", "no event matches: this is false, whatever comes")
			return true
		}
	}
	for i, p := range parts {
		for _, q := range parts[:i] {
			if excludes(q, p, c) {
				w.clash(e, p, "", "no event matches: %s and %s exclude each other", e.what(q), e.what(p))
				return true
			}
		}
	}
	return w.twoKinds(e, parts)
}

// hopelessIn looks at every expression over events in a step's parameters.
func (w *flowWalk) hopelessIn(s *Step, c *course) (found bool) {
	for _, e := range eventExprs(s) {
		found = w.hopeless(e, c) || found
	}
	return found
}

// claim is a conjunct, or one that must be false.
type claim struct {
	node    *expr.Node
	negated bool
}

// claimsOf takes an expression apart at its ands, and at the ors that a not stands before.
func claimsOf(n *expr.Node, negated bool, before []claim) []claim {
	switch {
	case n.Op == "not" && len(n.Parts) == 1:
		return claimsOf(n.Parts[0], !negated, before)
	case n.Op == "and" && !negated, n.Op == "or" && negated:
		return claimsOf(n.Parts[1], negated, claimsOf(n.Parts[0], negated, before))
	}
	return append(before, claim{n, negated})
}

// what is how a problem names a conjunct: its text.
func (e awaitedEvent) what(p claim) string {
	at, text := e.Part(p.node)
	if p.negated {
		text = "not (" + text + ")"
	}
	if at.Line == e.Pos().Line {
		return fmt.Sprintf("%s (column %d)", text, at.Col)
	}
	return fmt.Sprintf("%s (line %d)", text, at.Line)
}

// clash reports a problem about one conjunct.
func (w *flowWalk) clash(e awaitedEvent, p claim, hint, format string, args ...any) {
	at, text := e.Part(p.node)
	part := ""
	if e.part != "" {
		part = e.part + ": "
	}
	w.problems = append(w.problems, Problem{Pos: at, Len: len([]rune(text)), Code: "await-unsatisfiable",
		Severity: SeverityError, Text: part + fmt.Sprintf(format, args...), Hint: hint})
}

// constraint is what a claim says of one path.
type constraint struct {
	path    string
	is      []any  // the only values; nil: no such list
	not     []any  // values that it does not have
	same    string // the path of another value that it equals
	other   string // the path of another value that it does not equal
	above   *bound // lower bound
	below   *bound // upper bound
	there   bool   // it must be present
	missing bool   // it must be absent
}

type bound struct {
	expr.Number
	reached bool
}

// constraintsOf reads a claim: path and literal, either way around, path in a list, path == nil, or the path alone.
func constraintsOf(p claim) []constraint {
	n := p.node
	if n.Path != "" && (n.Op == "path" || n.Op == "name") && n.Type.Kind == expr.KindBool {
		if p.negated {
			return []constraint{{path: n.Path, not: []any{true}}}
		}
		return []constraint{{path: n.Path, is: []any{true}, there: true}}
	}
	if len(n.Parts) != 2 {
		return nil
	}
	l, r, op := n.Parts[0], n.Parts[1], n.Op
	if l.Path == "" && r.Path != "" {
		l, r, op = r, l, turned[op]
	}
	if l.Path == "" || strings.HasPrefix(l.Path, "#") {
		return nil
	}
	if r.Op == "literal" && r.Literal == nil {
		absent := (op == "==") != p.negated
		return []constraint{{path: l.Path, missing: absent, there: !absent}}
	}
	if p.negated {
		return deniedBy(l, r, op)
	}
	c := constraint{path: l.Path, there: true}
	switch op {
	case "==":
		c.is, c.same = literals(r), r.Path
	case "in":
		c.is = literals(r)
	case "!=":
		c.not, c.other = literals(r), r.Path
	case "not in":
		c.not = literals(r)
	case "<", "<=", ">", ">=":
		num, ok := expr.NumberOf(r.Literal)
		switch {
		case !ok:
		case op[0] == '<':
			c.below = &bound{num, op == "<="}
		default:
			c.above = &bound{num, op == ">="}
		}
	}
	if r.Path != "" && !strings.HasPrefix(r.Path, "#") {
		return []constraint{c, {path: r.Path, there: true}}
	}
	return []constraint{c}
}

// deniedBy is what is left of a comparison that must not hold: an absent side will do as well.
func deniedBy(l, r *expr.Node, op string) []constraint {
	switch op {
	case "==":
		return []constraint{{path: l.Path, not: literals(r), other: r.Path}}
	case "in":
		return []constraint{{path: l.Path, not: literals(r)}}
	}
	return nil
}

// turned is the operator with its sides exchanged.
var turned = map[string]string{"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// literals are the values that are written out in a literal or a list of them; nil when another value is among them.
func literals(n *expr.Node) (values []any) {
	nodes := []*expr.Node{n}
	if n.Op == "list" {
		nodes = n.Parts
	}
	for _, x := range nodes {
		if x.Op != "literal" {
			return nil
		}
		values = append(values, x.Literal)
	}
	return values
}

// excludes says that two claims cannot both hold.
func excludes(p, q claim, c *course) bool {
	for _, a := range constraintsOf(p) {
		for _, b := range constraintsOf(q) {
			if a.path != b.path {
				// What is absent has no members.
				if a.missing && b.there && strings.HasPrefix(b.path, a.path+".") || b.missing && a.there && strings.HasPrefix(a.path, b.path+".") {
					return true
				}
				continue
			}
			if a.against(b, c) || b.against(a, c) {
				return true
			}
		}
	}
	return false
}

// against says that no value is as both constraints say.
func (a constraint) against(b constraint, c *course) bool {
	if a.above != nil && b.below != nil {
		d := a.above.Compare(b.below.Number)
		return d == 1 || d == 0 && !(a.above.reached && b.below.reached)
	}
	return a.missing && b.there ||
		a.same != "" && (a.same == b.other || b.same != "" && c.differ(a.same, b.same)) ||
		a.is != nil && !slices.ContainsFunc(a.is, b.allows)
}

// allows says whether a value can be the one that a speaks of.
func (a constraint) allows(v any) bool {
	has := func(values []any) bool {
		return slices.ContainsFunc(values, func(w any) bool { return expr.Equal(v, w) })
	}
	if a.is != nil && !has(a.is) || has(a.not) {
		return false
	}
	num, ok := expr.NumberOf(v)
	if !ok {
		return true
	}
	if a.above != nil {
		if d := num.Compare(a.above.Number); d == -1 || d == 0 && !a.above.reached {
			return false
		}
	}
	if a.below != nil {
		if d := num.Compare(a.below.Number); d == 1 || d == 0 && !a.below.reached {
			return false
		}
	}
	return true
}

// differ says that two names stand for different calls or operations, each made by a step of its own.
func (c *course) differ(p, q string) bool {
	a, b := c.at(p), c.at(q)
	return a.made && b.made && a.key != b.key
}

// twoKinds reports conjuncts that ask for what no single event has: an event is about an operation, a roster or a call,
// and only the last states more of the call than its id. A tone comes as an event about its call.
func (w *flowWalk) twoKinds(e awaitedEvent, parts []claim) bool {
	var first claim
	kind := ""
	for _, p := range parts {
		if p.negated {
			continue
		}
		for _, need := range asked(p) {
			switch {
			case kind == "" || kind == "call" && need == "tone":
				first, kind = p, need
			case kind != need && !(kind == "tone" && need == "call"):
				w.clash(e, p, "wait for two events: all: {one: …, two: …}", "no event matches: %s asks for an event about %s, and %s for one about %s",
					e.what(first), aboutWords[kind], e.what(p), aboutWords[need])
				return true
			}
		}
	}
	return false
}

// asked is what the event must be about for a claim to hold.
func asked(p claim) []string {
	for _, c := range constraintsOf(p) {
		if c.path == "event.kind" && len(c.is) == 1 {
			if kind, ok := c.is[0].(string); ok {
				return []string{kind}
			}
		}
	}
	return subjects(p.node)
}

var aboutWords = map[string]string{"operation": "an operation", "participants": "a roster", "tone": "a tone", "sharing": "content sharing",
	"participantJoining": "somebody who joins", "participantLeft": "somebody who left", "call": "a call's state", "other": "something else"}
