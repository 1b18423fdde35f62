package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// A guard says why a name may be absent, and what proves that it is there. nil: it is always there. What a test proves is
// kept as texts, its proofs: the path of what it found to be there, and those that the functions below make.
type guard struct {
	why     string     // behind the name: "is there only if record"
	test    string     // what an author writes to be sure, as an if; "": asks for the name itself
	before  string     // what has to be mended before that test can be written
	asks    string     // the outcome that it is about: steps.ring.outcome; "": about none
	clauses [][]string // of each at least one proof is needed; an empty one is never proven
}

// saidProof is the proof that a condition held, which may be said again with the same words.
func saidProof(condition string) string { return "if " + condition }

// ranProof is the proof that the step at a place ran.
func ranProof(step string) string { return step + " ran" }

// notProof is the proof that the step's outcome, if it ran, is another one.
func notProof(step, word string) string { return step + " not " + word }

// partProof is what stands among a node's proofs when it holds only if that part of a step came.
func partProof(step, part string) string { return step + "=" + part }

// ifGuard is the guard of what is made under an `if` by the step at a place, whose id may be "".
func ifGuard(test *Expr, step, id string) *guard {
	if test == nil {
		return nil
	}
	g := &guard{why: "is there only if " + strings.TrimSpace(test.Text()), test: strings.TrimSpace(test.Text())}
	for _, p := range test.root.says {
		g.clauses = append(g.clauses, []string{p, ranProof(step), "steps." + id})
	}
	return g
}

// and joins two guards. What the second says stands nearer to the name, and tells more.
func (g *guard) and(h *guard) *guard {
	switch {
	case g == nil:
		return h
	case h == nil:
		return g
	}
	both := &guard{why: h.why, test: h.test, before: h.before, asks: h.asks, clauses: append(slices.Clone(g.clauses), h.clauses...)}
	if g.test != "" && h.test != "" {
		both.test = g.test + " && " + h.test
		if strings.HasPrefix(g.why, onlyIf) && strings.HasPrefix(h.why, onlyIf) {
			both.why = onlyIf + both.test
		}
	}
	return both
}

const onlyIf = "is there only if "

// unproven are the clauses of a guard that neither these proofs nor those that hold in the scope prove.
func (s *scope) unproven(g *guard, there []string) (left [][]string) {
	if g == nil {
		return nil
	}
	for _, clause := range g.clauses {
		if !slices.ContainsFunc(clause, func(p string) bool { return slices.Contains(there, p) }) && !s.arrived(clause...) {
			left = append(left, clause)
		}
	}
	return left
}

// guarded reports a name that may be absent here. key is what presence tests prove.
func (c *compiler) guarded(at *node, key, shown string, sym *symbol) {
	if c.lenient > 0 || c.sc.trusting() || slices.Contains(c.there, key) || c.sc.arrived(key) {
		return
	}
	left := c.sc.unproven(sym.guard, c.there)
	if len(left) == 0 {
		return
	}
	g := sym.guard
	value := shown
	if strings.HasPrefix(shown, "steps.") {
		value += ".…" // of one of its outputs
	}
	why, test := g.why, g.test
	if words := outcomesIn(left); len(words) == len(left) && g.asks != "" && len(words) < len(outcomesIn(g.clauses)) {
		why = fmt.Sprintf("may still be missing here: %s may be %s", g.asks, listed(words, "or"))
	}
	if test == "" {
		test = shown + " != nil"
	}
	c.problem(at.from, at.to, "expr-guard", fmt.Sprintf("%suse it under if: %s, or write %s ?? …", g.before, test, value), "%s %s", shown, why)
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
func says(n ast.Node, x *node) []string {
	if x.op == "and" {
		return x.says
	}
	return []string{saidProof(n.String())}
}

// whenTrue is all that is proven where x holds, and whenFalse where it does not.
func (n *node) whenTrue() []string { return append(slices.Clone(n.proves), n.says...) }

// present are the proofs of a value that was found to be there: of its path, and of all that this leads through.
func present(n *node) (proofs []string) {
	path := n.path
	if n.op == "??" && n.parts[1].op == "literal" {
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
func (n *node) compared(l, r *node, operator string, not bool) {
	n.proves = append(present(l), present(r)...)
	if operator == "==" {
		n.proves = append(append(n.proves, picked(l, r)...), picked(r, l)...)
	}
	name, words := l, r
	if operator != "in" && l.op == "literal" {
		name, words = r, l
	}
	literals := literalsOf(words)
	if literals == nil || operator != "in" && operator != "==" && operator != "!=" {
		return
	}
	equal := (operator != "!=") != not
	if name.op == "??" { // (x ?? "none") == "up": its left side is there if the other word is none of these
		if d := name.parts[1]; d.op != "literal" || slices.Contains(literals, d.literal) == equal {
			return
		}
		name = name.parts[0]
		n.proves = append(n.proves, present(name)...)
	}
	if name.typ.step == "" {
		return
	}
	n.proves = append(n.proves, ranProof(name.typ.step))
	for _, word := range name.typ.Enum {
		if slices.Contains(literals, any(word)) == equal {
			n.denies = append(n.denies, notProof(name.typ.step, word))
		} else {
			n.proves = append(n.proves, notProof(name.typ.step, word))
		}
	}
}

// literalsOf are the values of a literal, or of a list of them; nil: there is something else.
func literalsOf(n *node) (values []any) {
	if n.op == "literal" {
		return []any{n.literal}
	}
	if n.op != "list" {
		return nil
	}
	for _, p := range n.parts {
		if p.op != "literal" {
			return nil
		}
		values = append(values, p.literal)
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
