package expr

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"

	"callflow/schema/problem"
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
	for _, n := range e.root.Conjuncts() {
		path, value := equation(n, func(top string) bool { _, ok := names[top]; return ok })
		if value == nil {
			continue
		}
		v, err := e.eval(value, names)
		if err != nil || v == nil {
			continue
		}
		if s, ok := TextOf(v); ok {
			v = s
			if id, ok := CanonicalID(s); ok {
				v = string(id[:])
			}
		}
		fixes = append(fixes, Fix{Path: path, Value: v})
	}
	return fixes
}

// Conjuncts are the parts between top-level ands.
func (n *Node) Conjuncts() []*Node { return n.appendConjuncts(nil) }

func (n *Node) appendConjuncts(before []*Node) []*Node {
	if n.Op == "and" {
		return n.Parts[1].appendConjuncts(n.Parts[0].appendConjuncts(before))
	}
	return append(before, n)
}

// equation takes path == value apart, either way around: path begins with a name that is not known, value has none.
func equation(n *Node, known func(top string) bool) (path string, value *Node) {
	if n.Op != "==" || len(n.Parts) != 2 {
		return "", nil
	}
	for i, side := range n.Parts {
		other := n.Parts[1-i]
		top := TopOf(side.Path)
		if side.Path == "" || top == "#" || known(top) || other.Op == "literal" && other.Literal == nil {
			continue
		}
		if other.every(func(n *Node) bool {
			top := TopOf(n.Path)
			return n.Path == "" || top == "#" || known(top)
		}) {
			return side.Path, other
		}
	}
	return "", nil
}

// TopOf is the name that a path begins with: call of call.targets[0].identity.
func TopOf(path string) string {
	if i := strings.IndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return path
}

// every says that f holds for n and all parts of it.
func (n *Node) every(f func(*Node) bool) bool {
	if !f(n) {
		return false
	}
	for _, p := range n.Parts {
		if !p.every(f) {
			return false
		}
	}
	return n.Each == nil || n.Each.List.every(f) && (n.Each.Body == nil || n.Each.Body.every(f))
}

// Nearness counts top-level conjuncts: how many hold under names, and of how many. The nearest miss of an await is the
// event with the most.
func (e *Expr) Nearness(names map[string]any) (holds, of int) {
	parts := e.root.Conjuncts()
	for _, n := range parts {
		if v, err := e.eval(n, names); err == nil && v == true {
			holds++
		}
	}
	return holds, len(parts)
}

// Explanation is an expression with the value of every part, for a person who asks why it was false.
type Explanation struct {
	Pos    problem.Pos   `json:"pos"`
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
func (x *explainer) value(n *Node) (any, error) {
	ev := x.ev
	ev.work = *x.work
	v := n.eval(&ev)
	*x.work = ev.work
	return v, ev.err
}

func (x *explainer) part(n *Node) Explanation {
	at, text := x.e.Part(n)
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
	if n.Each != nil {
		out.Parts = x.elements(n.Each)
		return out
	}
	for _, p := range n.operands() {
		if p.Op != "literal" && !p.constant() {
			out.Parts = append(out.Parts, x.part(p))
		}
	}
	return out
}

// operands are the parts; a chain of ands, or of ors, is one flat list. Of calls[id] the id tells more than all calls.
func (n *Node) operands() []*Node {
	if n.Op == "index" && len(n.Parts) == 2 && n.Parts[0].Path != "" {
		return n.Parts[1:]
	}
	if n.Op != "and" && n.Op != "or" {
		return n.Parts
	}
	var flat []*Node
	for _, p := range n.Parts {
		if p.Op == n.Op {
			flat = append(flat, p.operands()...)
			continue
		}
		flat = append(flat, p)
	}
	return flat
}

// constant says that nothing in n can change.
func (n *Node) constant() bool {
	return n.every(func(n *Node) bool { return n.Op != "name" && n.Op != "path" })
}

// elements explains a predicate: its list, and what it says of the first elements.
func (x *explainer) elements(e *Each) []Explanation {
	whole := x.part(e.List)
	v, _ := x.value(e.List)
	l, ok := ListOf(v)
	if !ok {
		return []Explanation{whole}
	}
	whole.Value = Brief(fmt.Sprintf("a list of %d", l.Len()))
	parts := []Explanation{whole}
	if e.Body == nil {
		return parts
	}
	for _, i := range x.telling(e, l) {
		p := x.inside(e, l, i).part(e.Body)
		p.Text = fmt.Sprintf("%s[%d]: %s", whole.Text, i, p.Text)
		parts = append(parts, p)
	}
	return parts
}

// inside is the explainer at one element of a predicate's list.
func (x *explainer) inside(e *Each, l List, i int) *explainer {
	inner := &explainer{e: x.e, ev: x.ev, work: x.work}
	inner.ev.item[e.depth], inner.ev.index[e.depth] = l.At(i), i
	return inner
}

// telling picks the elements to show, in their order: those that decide against the predicate, then the first others.
func (x *explainer) telling(e *Each, l List) []int {
	var against, others []int
	for i := range l.Len() {
		v, err := x.inside(e, l, i).value(e.Body)
		switch {
		case err != nil || e.Name == "all" && v != true || e.Name == "none" && v == true:
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
	if s, ok := TextOf(v); ok {
		if len(s) > 500 {
			return strings.ToValidUTF8(s[:500], "") + "…"
		}
		return v
	}
	_, isObject := ObjectOf(v)
	l, isList := ListOf(v)
	if !isObject && !isList {
		return v
	}
	if isList && l.Len() > 100 {
		return Brief(fmt.Sprintf("a list of %d", l.Len()))
	}
	if Weight(v, 200) <= 200 {
		if text, err := json.Marshal(v); err == nil && len(text) <= 200 {
			return v
		}
	}
	if isList {
		return Brief(fmt.Sprintf("a list of %d", l.Len()))
	}
	m, _ := ObjectOf(v)
	if inside || len(m) > 100 {
		return Brief("an object with " + problem.Listed(slices.Sorted(maps.Keys(m)), "and"))
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
