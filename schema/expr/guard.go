package expr

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"

	"callflow/schema/problem"
)

// A guard says why a name may be absent, and what proves that it is there. nil: it is always there. What a test proves is
// kept as texts, its proofs: the path of what it found to be there, and those that the functions below make.
type Guard struct {
	Why     string     // behind the name: "is there only if record"
	Test    string     // what an author writes to be sure, as an if; "": asks for the name itself
	Before  string     // what has to be mended before that test can be written
	Asks    string     // the outcome that it is about: steps.ring.outcome; "": about none
	Clauses [][]string // of each at least one proof is needed; an empty one is never proven
}

// SaidProof is the proof that a condition held, which may be said again with the same words.
func SaidProof(condition string) string { return "if " + condition }

// RanProof is the proof that the step at a place ran.
func RanProof(step string) string { return step + " ran" }

// NotProof is the proof that the step's outcome, if it ran, is another one.
func NotProof(step, word string) string { return step + " not " + word }

// PartProof is what stands among a node's proofs when it holds only if that part of a step came.
func PartProof(step, part string) string { return step + "=" + part }

// IfGuard is the guard of what is made under an `if` by the step at a place, whose id may be "".
func IfGuard(test *Expr, step, id string) *Guard {
	if test == nil {
		return nil
	}
	g := &Guard{Why: "is there only if " + strings.TrimSpace(test.Text()), Test: strings.TrimSpace(test.Text())}
	for _, p := range test.root.says {
		g.Clauses = append(g.Clauses, []string{p, RanProof(step), "steps." + id})
	}
	return g
}

// And joins two guards. What the second says stands nearer to the name, and tells more.
func (g *Guard) And(h *Guard) *Guard {
	switch {
	case g == nil:
		return h
	case h == nil:
		return g
	}
	both := &Guard{Why: h.Why, Test: h.Test, Before: h.Before, Asks: h.Asks, Clauses: append(slices.Clone(g.Clauses), h.Clauses...)}
	if g.Test != "" && h.Test != "" {
		both.Test = g.Test + " && " + h.Test
		if strings.HasPrefix(g.Why, onlyIf) && strings.HasPrefix(h.Why, onlyIf) {
			both.Why = onlyIf + both.Test
		}
	}
	return both
}

const onlyIf = "is there only if "

// unproven are the clauses of a guard that neither these proofs nor those that hold in the scope prove.
func (s *Scope) unproven(g *Guard, there []string) (left [][]string) {
	if g == nil {
		return nil
	}
	for _, clause := range g.Clauses {
		if !slices.ContainsFunc(clause, func(p string) bool { return slices.Contains(there, p) }) && !s.arrived(clause...) {
			left = append(left, clause)
		}
	}
	return left
}

// guarded reports a name that may be absent here. key is what presence tests prove.
func (c *compiler) guarded(at *Node, key, shown string, sym *Symbol) {
	if c.lenient > 0 || c.sc.trusting() || slices.Contains(c.there, key) || c.sc.arrived(key) {
		return
	}
	left := c.sc.unproven(sym.Guard, c.there)
	if len(left) == 0 {
		return
	}
	g := sym.Guard
	value := shown
	if strings.HasPrefix(shown, "steps.") {
		value += ".…" // of one of its outputs
	}
	why, test := g.Why, g.Test
	if words := outcomesIn(left); len(words) == len(left) && g.Asks != "" && len(words) < len(outcomesIn(g.Clauses)) {
		why = fmt.Sprintf("may still be missing here: %s may be %s", g.Asks, problem.Listed(words, "or"))
	}
	if test == "" {
		test = shown + " != nil"
	}
	c.problem(at.From, at.To, "expr-guard", fmt.Sprintf("%suse it under if: %s, or write %s ?? …", g.Before, test, value), "%s %s", shown, why)
}

// outcomesIn are the outcomes that clauses want to be ruled out, in quotes.
func outcomesIn(clauses [][]string) (words []string) {
	for _, c := range clauses {
		if len(c) != 1 {
			continue
		}
		if _, word, ok := strings.Cut(c[0], " not "); ok {
			words = append(words, strconv.Quote(word))
		}
	}
	return words
}

// says are the conditions that hold when x does, as the author wrote n.
func says(n ast.Node, x *Node) []string {
	if x.Op == "and" {
		return x.says
	}
	return []string{SaidProof(n.String())}
}

// whenTrue is all that is proven where x holds, and whenFalse where it does not.
func (n *Node) whenTrue() []string { return append(slices.Clone(n.proves), n.says...) }

// present are the proofs of a value that was found to be there: of its path, and of all that this leads through.
func present(n *Node) (proofs []string) {
	path := n.Path
	if n.Op == "??" && n.Parts[1].Op == "literal" {
		return nil
	}
	for path != "" && path != "#" {
		proofs = append(proofs, path)
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return proofs
}

// common are the proofs that both have.
func common(a, b []string) (both []string) {
	for _, p := range a {
		if slices.Contains(b, p) {
			both = append(both, p)
		}
	}
	return both
}

// compared notes what a comparison proves: that both sides are there, and which outcomes it rules out.
func (n *Node) compared(l, r *Node, operator string, not bool) {
	n.proves = append(present(l), present(r)...)
	if operator == "==" {
		n.proves = append(append(n.proves, picked(l, r)...), picked(r, l)...)
	}
	name, words := l, r
	if operator != "in" && l.Op == "literal" {
		name, words = r, l
	}
	literals := literalsOf(words)
	if literals == nil || operator != "in" && operator != "==" && operator != "!=" {
		return
	}
	equal := (operator != "!=") != not
	if name.Op == "??" { // (x ?? "none") == "up": its left side is there if the other word is none of these
		if d := name.Parts[1]; d.Op != "literal" || slices.Contains(literals, d.Literal) == equal {
			return
		}
		name = name.Parts[0]
		n.proves = append(n.proves, present(name)...)
	}
	if name.Type.step == "" {
		return
	}
	n.proves = append(n.proves, RanProof(name.Type.step))
	for _, word := range name.Type.Enum {
		if slices.Contains(literals, any(word)) == equal {
			n.denies = append(n.denies, NotProof(name.Type.step, word))
		} else {
			n.proves = append(n.proves, NotProof(name.Type.step, word))
		}
	}
}

// literalsOf are the values of a literal, or of a list of them; nil: there is something else.
func literalsOf(n *Node) (values []any) {
	if n.Op == "literal" {
		return []any{n.Literal}
	}
	if n.Op != "list" {
		return nil
	}
	for _, p := range n.Parts {
		if p.Op != "literal" {
			return nil
		}
		values = append(values, p.Literal)
	}
	return values
}

// asksOutcome says of a comparison that it asks how a step came out: without the step the answer is no.
func asksOutcome(n *ast.BinaryNode, not bool) bool {
	if not || n.Operator != "==" && n.Operator != "in" {
		return false
	}
	for _, side := range []ast.Node{n.Left, n.Right} {
		field, ok := side.(*ast.MemberNode)
		if !ok {
			continue
		}
		step, ok := field.Node.(*ast.MemberNode)
		if !ok {
			continue
		}
		base, ok := step.Node.(*ast.IdentifierNode)
		name, named := field.Property.(*ast.StringNode)
		if ok && named && base.Value == "steps" && (name.Value == "outcome" || name.Value == "matched") {
			return true
		}
	}
	return false
}
