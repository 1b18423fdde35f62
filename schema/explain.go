package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

// Fix is a conjunct of the form path == value, true of every event the expression matches.
type Fix struct {
	Path  string // "call.state", "call.source.identity.user.id"
	Value any    // evaluated
}

// Fixes returns what the expression's top-level conjuncts fix under names. Conjuncts whose value cannot be evaluated
// without the event are left out. Ids are in their canonical form.
func (e *Expr) Fixes(names map[string]any) []Fix {
	var fixes []Fix
	for _, n := range e.root.conjuncts() {
		path, value := equation(n, func(top string) bool { _, ok := names[top]; return ok })
		if value == nil {
			continue
		}
		v, err := e.eval(value, names)
		if err != nil || v == nil {
			continue
		}
		if s, ok := textOf(v); ok {
			v = s
			if id, ok := canonicalID(s); ok {
				v = string(id[:])
			}
		}
		fixes = append(fixes, Fix{Path: path, Value: v})
	}
	return fixes
}

// conjuncts are the parts between top-level ands.
func (n *node) conjuncts() []*node { return n.appendConjuncts(nil) }

func (n *node) appendConjuncts(before []*node) []*node {
	if n.op == "and" {
		return n.parts[1].appendConjuncts(n.parts[0].appendConjuncts(before))
	}
	return append(before, n)
}

// equation takes path == value apart, either way around: path begins with a name that is not known, value has none.
func equation(n *node, known func(top string) bool) (path string, value *node) {
	if n.op != "==" || len(n.parts) != 2 {
		return "", nil
	}
	for i, side := range n.parts {
		other := n.parts[1-i]
		top := topOf(side.path)
		if side.path == "" || top == "#" || known(top) || other.op == "literal" && other.literal == nil {
			continue
		}
		if other.every(func(n *node) bool {
			top := topOf(n.path)
			return n.path == "" || top == "#" || known(top)
		}) {
			return side.path, other
		}
	}
	return "", nil
}

// topOf is the name that a path begins with: call of call.targets[0].identity.
func topOf(path string) string {
	if i := strings.IndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return path
}

// every says that f holds for n and all parts of it.
func (n *node) every(f func(*node) bool) bool {
	if !f(n) {
		return false
	}
	for _, p := range n.parts {
		if !p.every(f) {
			return false
		}
	}
	return n.each == nil || n.each.list.every(f) && (n.each.body == nil || n.each.body.every(f))
}

// Nearness counts top-level conjuncts: how many hold under names, and of how many. The nearest miss of an await is the
// event with the most.
func (e *Expr) Nearness(names map[string]any) (holds, of int) {
	parts := e.root.conjuncts()
	for _, n := range parts {
		if v, err := e.eval(n, names); err == nil && v == true {
			holds++
		}
	}
	return holds, len(parts)
}

// Explanation is an expression with the value of every part, for a person who asks why it was false.
type Explanation struct {
	Pos    Pos           `json:"pos"`
	Text   string        `json:"text"`            // this part, as written
	Value  any           `json:"value,omitempty"` // what it was; nil and Absent for a name that was not there
	Absent bool          `json:"absent,omitempty"`
	Note   string        `json:"note,omitempty"` // for people, by who knows more of the value: the name of whose id it is
	Error  string        `json:"error,omitempty"`
	Parts  []Explanation `json:"parts,omitempty"` // operands with a value worth showing, left to right
}

// Explain evaluates the expression part by part. It is slow and only used to explain failures.
func (e *Expr) Explain(names map[string]any) Explanation {
	return (&explainer{e: e, ev: evaluation{names: names}, work: new(int)}).part(e.root)
}

// maxElements is how many elements of a list an explanation looks into.
const maxElements = 5

// explainer holds the elements of the predicates around the part in hand. All parts share one allowance of work.
type explainer struct {
	e    *Expr
	ev   evaluation
	work *int
}

// value evaluates a part where the explainer stands.
func (x *explainer) value(n *node) (any, error) {
	ev := x.ev
	ev.work = *x.work
	v := n.eval(&ev)
	*x.work = ev.work
	return v, ev.err
}

func (x *explainer) part(n *node) Explanation {
	at, text := x.e.part(n)
	out := Explanation{Pos: at, Text: text}
	v, err := x.value(n)
	switch {
	case err != nil:
		out.Error = err.Error()
	case v == nil:
		out.Absent = true
	default:
		out.Value = brief(v)
	}
	if n.each != nil {
		out.Parts = x.elements(n.each)
		return out
	}
	for _, p := range n.operands() {
		if p.op != "literal" && !p.constant() {
			out.Parts = append(out.Parts, x.part(p))
		}
	}
	return out
}

// operands are the parts; a chain of ands, or of ors, is one flat list. Of calls[id] the id tells more than all calls.
func (n *node) operands() []*node {
	if n.op == "index" && len(n.parts) == 2 && n.parts[0].path != "" {
		return n.parts[1:]
	}
	if n.op != "and" && n.op != "or" {
		return n.parts
	}
	var flat []*node
	for _, p := range n.parts {
		if p.op == n.op {
			flat = append(flat, p.operands()...)
			continue
		}
		flat = append(flat, p)
	}
	return flat
}

// constant says that nothing in n can change.
func (n *node) constant() bool {
	return n.every(func(n *node) bool { return n.op != "name" && n.op != "path" })
}

// elements explains a predicate: its list, and what it says of the first elements.
func (x *explainer) elements(e *each) []Explanation {
	whole := x.part(e.list)
	v, _ := x.value(e.list)
	l, ok := listOf(v)
	if !ok {
		return []Explanation{whole}
	}
	whole.Value = Brief(fmt.Sprintf("a list of %d", l.len()))
	parts := []Explanation{whole}
	if e.body == nil {
		return parts
	}
	for _, i := range x.telling(e, l) {
		p := x.inside(e, l, i).part(e.body)
		p.Text = fmt.Sprintf("%s[%d]: %s", whole.Text, i, p.Text)
		parts = append(parts, p)
	}
	return parts
}

// inside is the explainer at one element of a predicate's list.
func (x *explainer) inside(e *each, l list, i int) *explainer {
	inner := &explainer{e: x.e, ev: x.ev, work: x.work}
	inner.ev.item[e.depth], inner.ev.index[e.depth] = l.at(i), i
	return inner
}

// telling picks the elements to show, in their order: those that decide against the predicate, then the first others.
func (x *explainer) telling(e *each, l list) []int {
	var against, others []int
	for i := range l.len() {
		v, err := x.inside(e, l, i).value(e.body)
		switch {
		case err != nil || e.name == "all" && v != true || e.name == "none" && v == true:
			against = append(against, i)
		case len(others) < maxElements:
			others = append(others, i)
		}
		if len(against) == maxElements {
			break
		}
	}
	picked := append(against, others...)
	picked = picked[:min(len(picked), maxElements)]
	sort.Ints(picked)
	return picked
}

// Brief stands in an explanation for a value that is too large to be shown: "a list of 200". It is no text of the value.
type Brief string

// brief is a value short enough for a reader: large lists become words, and so do large fields of large objects.
func brief(v any) any { return shortened(v, false) }

func shortened(v any, inside bool) any {
	if s, ok := textOf(v); ok {
		if len(s) > 500 {
			return strings.ToValidUTF8(s[:500], "") + "…"
		}
		return v
	}
	_, isObject := objectOf(v)
	l, isList := listOf(v)
	if !isObject && !isList {
		return v
	}
	if isList && l.len() > 100 {
		return Brief(fmt.Sprintf("a list of %d", l.len()))
	}
	if Weight(v, 200) <= 200 {
		if text, err := json.Marshal(v); err == nil && len(text) <= 200 {
			return v
		}
	}
	if isList {
		return Brief(fmt.Sprintf("a list of %d", l.len()))
	}
	m, _ := objectOf(v)
	if inside || len(m) > 100 {
		return Brief("an object with " + listed(slices.Sorted(maps.Keys(m)), "and"))
	}
	out := make(map[string]any, len(m))
	for name, field := range m {
		out[name] = shortened(field, true)
	}
	return out
}

// written cuts the runes from..to out of an expression's text, with the brackets that belong to them, and says where that
// begins.
func written(text string, from, to int) (int, string) {
	tokens, err := lexer.Lex(file.NewSource(text))
	if err == nil {
		from, to = balance(tokens, from, to)
	}
	runes := []rune(text)
	from, to = max(0, min(from, len(runes))), max(0, min(to, len(runes)))
	from = min(from, to)
	return from, string(runes[from:to])
}

// balance widens from..to until every bracket in it is closed in it, as in a call whose last argument ends at to.
func balance(tokens []lexer.Token, from, to int) (int, int) {
	partner := map[int]int{}
	var open []int
	for i, t := range tokens {
		switch {
		case t.Kind != lexer.Bracket:
		case strings.Contains("([{", t.Value):
			open = append(open, i)
		case len(open) > 0:
			j := open[len(open)-1]
			open = open[:len(open)-1]
			partner[i], partner[j] = j, i
		}
	}
	first := sort.Search(len(tokens), func(i int) bool { return tokens[i].To > from })
	last := sort.Search(len(tokens), func(i int) bool { return tokens[i].From >= to }) - 1
	for i := first; i <= last && i < len(tokens); i++ {
		j, ok := partner[i]
		switch {
		case !ok:
		case j > last:
			last = j
		case j < first:
			first, i = j, j
		}
	}
	if first < len(tokens) && last < len(tokens) && first <= last {
		from, to = min(from, tokens[first].From), max(to, tokens[last].To)
	}
	return from, to
}
