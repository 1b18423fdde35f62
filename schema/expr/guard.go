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

// Absence says for people that a name may be absent in this scope, and what to do about it; "": it is there.
func (s *Scope) Absence(key string, there []string) string {
	sym := s.Find(key)
	if sym == nil || slices.Contains(there, key) || s.arrived(key) || len(s.unproven(sym.Guard, there)) == 0 {
		return ""
	}
	test := sym.Guard.Test
	if test == "" {
		test = key + " != nil"
	}
	return fmt.Sprintf("It %s. Under `if: %s` it is there.", sym.Guard.Why, test)
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
	if n.Op == "path" && len(n.Parts) == 1 {
		proofs = present(n.Parts[0])
	}
	if n.Op == "index" {
		proofs = append(present(n.Parts[0]), present(n.Parts[1])...) // of calls[leg] the id is there too
	}
	path := n.Path
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

// asksOutcome says of a comparison that it asks how a step or a call came out: without that the answer is no.
func (c *compiler) asksOutcome(n *ast.BinaryNode, not bool) bool {
	equal := !not && (n.Operator == "==" || n.Operator == "in")
	for _, side := range []ast.Node{n.Left, n.Right} {
		if name, ok := side.(*ast.IdentifierNode); ok {
			if otherLiterals[strings.ToLower(name.Value)] == "nil" {
				return true // x != null, which is told by itself
			}
			if sym := c.sc.Find(name.Value); equal && sym != nil && (sym.Type.step != "" || sym.Type.picks != "") {
				return true
			}
		}
		field, ok := side.(*ast.MemberNode)
		if !ok || !equal {
			continue
		}
		if call, ok := field.Node.(*ast.MemberNode); ok {
			if base, ok := call.Node.(*ast.IdentifierNode); ok && base.Value == "calls" {
				return true
			}
		}
		step, ok := field.Node.(*ast.MemberNode)
		if !ok {
			continue
		}
		base, ok := step.Node.(*ast.IdentifierNode)
		name, named := field.Property.(*ast.StringNode)
		if ok && named && base.Value == "steps" && problem.Nearest(name.Value, []string{"outcome", "matched"}) != "" { // misspelt ones too
			return true
		}
	}
	return false
}

// condition compiles what should be true or false. A value that is neither is told how to be asked for, and not that it may
// be absent: that is what its author wants to know.
func (c *compiler) condition(n ast.Node) *Node {
	if name, ok := n.(*ast.IdentifierNode); ok {
		if sym := c.sc.Find(name.Value); sym != nil && sym.Type.Kind != KindBool && sym.Type.Kind != KindAny {
			c.lenient++
			defer func() { c.lenient-- }()
		}
	}
	return c.node(n)
}

// asked is how to ask for a value that is no test itself, where that is not to compare it; "": compare it.
func (c *compiler) asked(x *Node, no bool) string {
	what, operator := c.what(x), " != "
	if no {
		operator = " == "
	}
	if id, ok := strings.CutPrefix(x.Path, "steps."); ok {
		id, rest, _ := strings.Cut(id, ".")
		if f := x.Type.Field("outcome"); rest == "" && f != nil && len(f.Type.Enum) > 0 {
			return fmt.Sprintf("write steps.%s.outcome%s%q", id, map[bool]string{false: " == ", true: " != "}[no], f.Type.Enum[0])
		}
	}
	if x.Type.step != "" && len(x.Type.Enum) > 0 {
		return fmt.Sprintf("compare it: %s%s%q", what, map[bool]string{false: " == ", true: " != "}[no], x.Type.Enum[0])
	}
	sym := c.sc.Find(x.Path)
	if sym == nil || sym.Guard == nil {
		return ""
	}
	text := "write " + what + operator + "nil"
	if sym.Guard.Asks != "" && !no {
		text += ", or " + sym.Guard.Test
	}
	return text
}

// comparesEmpty reports x == "" and x != "" of a name that may be absent: what is absent is no empty text.
func (c *compiler) comparesEmpty(at *Node, n *ast.BinaryNode) bool {
	name, ok := n.Left.(*ast.IdentifierNode)
	text, empty := n.Right.(*ast.StringNode)
	if !ok || !empty || text.Value != "" || c.lenient > 0 || slices.Contains(c.there, name.Value) || c.sc.arrived(name.Value) || c.sc.trusting() {
		return false
	}
	sym := c.sc.Find(name.Value)
	if sym == nil || len(c.sc.unproven(sym.Guard, c.there)) == 0 {
		return false
	}
	own := &Node{From: name.Location().From, To: name.Location().To, Path: name.Value, Type: sym.Type}
	c.refuse(own, "expr-guard", c.asked(own, n.Operator == "=="), "%s may be absent, which is not the empty text", name.Value)
	at.Op, at.Type = n.Operator, Bool
	at.eval = func(*evaluation) any { return nil }
	return true
}

// WithAbsence adds to the doc of a name that it may be absent; see Absence.
func WithAbsence(doc, absence string) string {
	if doc != "" && absence != "" {
		return doc + "\n\n" + absence
	}
	return doc + absence
}
