package expr

import (
	"fmt"
	"maps"
	"slices"

	"github.com/expr-lang/expr/ast"
)

func runTake(ev *evaluation, at *Node, a []any) (any, error) {
	l, err := elements(a[0])
	if err != nil {
		return nil, err
	}
	n, ok := wholeNumber(a[1])
	if !ok || n < 0 {
		return nil, fmt.Errorf("a whole number is wanted, and this is %s", Show(a[1]))
	}
	return l.copy(ev, at, min(n, l.Len())), nil
}

// copy returns the first n elements, nil when that is too much work.
func (l List) copy(ev *evaluation, at *Node, n int) any {
	if !ev.spend(at, n) {
		return nil
	}
	out := make([]any, n)
	for i := range out {
		out[i] = l.At(i)
	}
	return out
}

func runReverse(ev *evaluation, at *Node, a []any) (any, error) {
	l, err := elements(a[0])
	if err != nil {
		return nil, err
	}
	out, _ := l.copy(ev, at, l.Len()).([]any)
	slices.Reverse(out)
	return out, nil
}

func runUniq(ev *evaluation, at *Node, a []any) (any, error) {
	l, err := elements(a[0])
	if err != nil {
		return nil, err
	}
	out := []any{}
	for i := range l.Len() {
		v, seen := l.At(i), false
		for j := 0; j < len(out) && !seen; j++ {
			if !ev.spend(at, 1) {
				return nil, nil
			}
			seen = ev.equal(out[j], v)
		}
		if !seen {
			out = append(out, v)
		}
	}
	return out, nil
}

func runSort(ev *evaluation, at *Node, a []any) (any, error) {
	l, err := elements(a[0])
	if err != nil {
		return nil, err
	}
	turn := 1
	if len(a) == 2 {
		switch a[1] {
		case "asc":
		case "desc":
			turn = -1
		default:
			return nil, fmt.Errorf(`the order is "asc" or "desc", not %s`, Show(a[1]))
		}
	}
	out, _ := l.copy(ev, at, l.Len()).([]any)
	slices.SortStableFunc(out, func(x, y any) int {
		ev.work++
		order, ok := compare(x, y)
		if !ok && err == nil {
			err = fmt.Errorf("%s and %s have no order", Show(x), Show(y))
		}
		return order * turn
	})
	return out, err
}

func runConcat(ev *evaluation, at *Node, a []any) (any, error) {
	out := []any{}
	for _, v := range a {
		l, err := elements(v)
		if err != nil || !ev.spend(at, l.Len()) {
			return nil, err
		}
		for i := range l.Len() {
			out = append(out, l.At(i))
		}
	}
	return out, nil
}

func runFlatten(ev *evaluation, at *Node, a []any) (any, error) {
	l, err := elements(a[0])
	if err != nil {
		return nil, err
	}
	out := []any{}
	var add func(l List, depth int) error
	add = func(l List, depth int) error {
		if depth > 100 {
			return fmt.Errorf("the lists are nested too deep")
		}
		for i := range l.Len() {
			v := l.At(i)
			if !ev.spend(at, 1) {
				return nil
			}
			if inner, ok := ListOf(v); ok {
				if err := add(inner, depth+1); err != nil {
					return err
				}
				continue
			}
			out = append(out, v)
		}
		return nil
	}
	return out, add(l, 0)
}

func runKeys(ev *evaluation, at *Node, a []any) (any, error) {
	return eachKey(ev, at, a[0], func(key string, _ any) any { return key })
}

func runValues(ev *evaluation, at *Node, a []any) (any, error) {
	return eachKey(ev, at, a[0], func(_ string, v any) any { return v })
}

func runPairs(ev *evaluation, at *Node, a []any) (any, error) {
	return eachKey(ev, at, a[0], func(key string, v any) any { return []any{key, v} })
}

func eachKey(ev *evaluation, at *Node, v any, f func(key string, v any) any) (any, error) {
	m, ok := ObjectOf(v)
	if !ok {
		return nil, fmt.Errorf("an object is wanted, and this is %s", Show(v))
	}
	if !ev.spend(at, 4*len(m)) {
		return nil, nil
	}
	out := make([]any, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, f(key, m[key]))
	}
	return out, nil
}

// predicate is a function that looks at each element of a list.
type predicate struct {
	doc    string
	result func(list, body *Type) *Type
	truth  bool // the second argument is true or false
	alone  bool // the second argument may be left out
	absent any  // the value over an absent list
	run    func(ev *evaluation, at *Node, e *Each, l List) any
}

func boolResult(_, _ *Type) *Type   { return Bool }
func intResult(_, _ *Type) *Type    { return Int }
func listResult(l, _ *Type) *Type   { return &Type{Kind: KindList, Elem: l.Element()} }
func elemResult(l, _ *Type) *Type   { return l.Element() }
func bodyResult(_, b *Type) *Type   { return b }
func bodiesResult(_, b *Type) *Type { return &Type{Kind: KindList, Elem: b} }

// predicates are the functions over lists. Over an absent list any, all, none and one are false, the others absent.
var predicates = map[string]predicate{
	"any":           {"whether the predicate holds for an element", boolResult, true, false, false, runAny},
	"all":           {"whether the predicate holds for every element", boolResult, true, false, false, runAll},
	"none":          {"whether the predicate holds for no element", boolResult, true, false, false, runNone},
	"one":           {"whether the predicate holds for exactly one element", boolResult, true, false, false, runOne},
	"count":         {"for how many elements the predicate holds", intResult, true, true, nil, runCount},
	"filter":        {"the elements for which the predicate holds", listResult, true, false, nil, runFilter},
	"map":           {"the predicate's value for every element", bodiesResult, false, false, nil, runMap},
	"find":          {"the first element for which the predicate holds", elemResult, true, false, nil, runFirst(false, false)},
	"findIndex":     {"the place of the first element for which the predicate holds, from 0", intResult, true, false, nil, runFirst(false, true)},
	"findLast":      {"the last element for which the predicate holds", elemResult, true, false, nil, runFirst(true, false)},
	"findLastIndex": {"the place of the last element for which the predicate holds, from 0", intResult, true, false, nil, runFirst(true, true)},
	"sum":           {"the sum of the elements, or of the predicate's values", bodyResult, false, true, nil, runSum},
}

// predicateDoc says how a predicate is called.
func predicateDoc(name string, p predicate) string {
	return fmt.Sprintf("write %s(list, predicate): %s", name, p.doc)
}

// predicate compiles any(list, …) and its kin.
func (c *compiler) predicate(at *Node, name string, args []ast.Node) *Node {
	p := predicates[name]
	own := *at
	c.noteFunction(at, name, predicateDoc(name, p))
	if len(args) == 0 || len(args) > 2 || len(args) == 1 && !p.alone {
		return c.refuse(at, "expr-function", "", "%s", predicateDoc(name, p))
	}
	if len(c.elems) == maxEach {
		return c.refuse(at, "expr-size", "name the inner value in a step with set", "predicates may be nested only twice")
	}
	if in, ok := args[0].(*ast.BinaryNode); ok && in.Operator == "in" && len(args) == 2 {
		if name, ok := in.Left.(*ast.IdentifierNode); ok && c.sc.Find(name.Value) == nil {
			return c.namedElement(at, name, in, args[1])
		}
	}
	l := c.node(args[0])
	if !l.Type.loose() && l.Type.Kind != KindList {
		c.problem(l.From, l.To, "expr-type", "", "%s wants a list, and %s is %s", name, c.what(l), l.Type.Words())
	}
	e := &Each{Name: name, List: l, depth: len(c.elems)}
	at.join(l)
	bodyType := l.Type.Element()
	if len(args) == 2 {
		c.elems = append(c.elems, l.Type.Element())
		body := args[1]
		if pred, ok := body.(*ast.PredicateNode); ok {
			body = pred.Node
		}
		e.Body = c.node(body)
		c.elems = c.elems[:len(c.elems)-1]
		at.join(e.Body)
		bodyType = e.Body.Type
		if p.truth {
			c.boolean(e.Body, name)
		} else if name == "sum" {
			c.mustBe(e.Body, KindFloat, "what sum adds up")
		}
	} else if p.truth && !bodyType.loose() && bodyType.Kind != KindBool {
		hint := "write " + name + "(" + c.what(l) + ", …)"
		if name == "count" {
			hint = "write len(" + c.what(l) + ") for all of them, or count(" + c.what(l) + ", …)"
		}
		c.problem(own.From, own.To, "expr-type", hint, "%s needs a predicate: the elements of %s are not true or false", name, c.what(l))
	}
	at.Op, at.Each, at.Parts, at.Type = "each", e, nil, p.result(l.Type, bodyType)
	at.eval = func(ev *evaluation) any {
		v := l.eval(ev)
		if v == nil {
			return p.absent
		}
		elems, ok := ListOf(v)
		if !ok {
			return ev.failf(l, "%s wants a list, and this is %s", name, Show(v))
		}
		return p.run(ev, &own, e, elems)
	}
	return at
}

// namedElement reports any(x in list, x.a): an element has no name.
func (c *compiler) namedElement(at *Node, name *ast.IdentifierNode, in *ast.BinaryNode, body ast.Node) *Node {
	f := c.foreign()
	loc := name.Location()
	list := c.silently(in.Right)
	c.silently(body)
	hint := ""
	if i := slices.IndexFunc(f.words, func(l lexeme) bool { return l.from == loc.From }); i >= 2 {
		if comma, end := operandAfter(f.words, i+2), closedBy(f.words, i-1); f.is(comma, ",") && end > comma {
			hint = fmt.Sprintf("write %s(%s, %s)", f.words[i-2].text, c.what(list), f.unnamed(name.Value, comma+1, end))
		}
	}
	own := &Node{From: loc.From, To: loc.To}
	c.refuse(own, "expr-syntax", hint, "an element gets no name here: # is the element, and .id a field of it")
	return c.refused(at)
}

// value is the predicate's value for an element; ok is false when the evaluation must end.
func (e *Each) value(ev *evaluation, at *Node, l List, i int) (v any, ok bool) {
	if !ev.spend(at, 1) {
		return nil, false
	}
	x := l.At(i)
	if e.Body == nil {
		return x, true
	}
	item, index := ev.item[e.depth], ev.index[e.depth]
	ev.item[e.depth], ev.index[e.depth] = x, i
	v = e.Body.eval(ev)
	ev.item[e.depth], ev.index[e.depth] = item, index
	return v, ev.err == nil
}

// holds is value for a predicate that must be true or false; absent is false.
func (e *Each) holds(ev *evaluation, at *Node, l List, i int) bool {
	v, ok := e.value(ev, at, l, i)
	switch v := v.(type) {
	case bool:
		return v
	case nil:
		return false
	}
	if ok {
		ev.failf(at, "%s wants true or false, and the predicate is %s", e.Name, Show(v))
	}
	return false
}

func runAny(ev *evaluation, at *Node, e *Each, l List) any {
	for i := 0; i < l.Len() && ev.err == nil; i++ {
		if e.holds(ev, at, l, i) {
			return true
		}
	}
	return false
}

func runAll(ev *evaluation, at *Node, e *Each, l List) any {
	for i := 0; i < l.Len(); i++ {
		if !e.holds(ev, at, l, i) {
			return false
		}
	}
	return true
}

func runNone(ev *evaluation, at *Node, e *Each, l List) any { return runAny(ev, at, e, l) == false }

func runOne(ev *evaluation, at *Node, e *Each, l List) any { return runCount(ev, at, e, l) == 1 }

func runCount(ev *evaluation, at *Node, e *Each, l List) any {
	n := 0
	for i := 0; i < l.Len() && ev.err == nil; i++ {
		if e.holds(ev, at, l, i) {
			n++
		}
	}
	return n
}

func runFilter(ev *evaluation, at *Node, e *Each, l List) any {
	out := []any{}
	for i := 0; i < l.Len() && ev.err == nil; i++ {
		if e.holds(ev, at, l, i) {
			out = append(out, l.At(i))
		}
	}
	return out
}

func runMap(ev *evaluation, at *Node, e *Each, l List) any {
	if !ev.spend(at, l.Len()) {
		return nil
	}
	out := make([]any, l.Len())
	for i := range out {
		v, ok := e.value(ev, at, l, i)
		if !ok {
			return nil
		}
		out[i] = v
	}
	return out
}

func runFirst(last, place bool) func(ev *evaluation, at *Node, e *Each, l List) any {
	return func(ev *evaluation, at *Node, e *Each, l List) any {
		for n := 0; n < l.Len() && ev.err == nil; n++ {
			i := n
			if last {
				i = l.Len() - 1 - n
			}
			if e.holds(ev, at, l, i) {
				if place {
					return i
				}
				return l.At(i)
			}
		}
		return nil
	}
}

func runSum(ev *evaluation, at *Node, e *Each, l List) any {
	var sum any = 0
	for i := range l.Len() {
		v, ok := e.value(ev, at, l, i)
		if !ok || v == nil {
			return nil
		}
		var err error
		if sum, err = calculate("+", sum, v); err != nil {
			return ev.fail(at, err)
		}
	}
	return sum
}
