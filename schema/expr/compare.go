package expr

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
)

// Comparisons: false when a side is absent; `== nil` and `!= nil` ask whether a side is there.

func (c *compiler) comparison(at *Node, n *ast.BinaryNode, not bool) *Node {
	_, leftNil := n.Left.(*ast.NilNode)
	_, rightNil := n.Right.(*ast.NilNode)
	equality := n.Operator == "==" || n.Operator == "!="
	if equality && (leftNil || rightNil) {
		return c.presence(at, n)
	}
	if x, ok := n.Left.(*ast.UnaryNode); ok && (x.Operator == "!" || x.Operator == "not") && c.negatesSide(at, x, n) {
		return at
	}
	if equality && c.comparesEmpty(at, n) {
		return at
	}
	asks := c.asksOutcome(n, not)
	if asks {
		c.lenient++
	}
	l, r := c.sides(n, equality)
	if asks {
		c.lenient--
	}
	from, to := at.From, at.To
	at.join(l, r)
	at.Op, at.Type = n.Operator, Bool
	if not {
		at.Op = "not " + n.Operator
	}
	c.noteWords(l, r)
	operator := &Node{From: from, To: to}
	switch {
	case equality:
		c.canEqual(operator, l, r, n.Operator)
	case n.Operator == "in":
		c.canHold(operator, l, r)
	case strings.ContainsAny(n.Operator, "<>"):
		c.canOrder(operator, l, r, n.Operator)
	default:
		c.mustBe(l, KindString, "the left side of "+n.Operator)
		c.mustBe(r, KindString, "the right side of "+n.Operator)
	}
	test := c.test(n.Operator, l, r)
	at.compared(l, r, n.Operator, not)
	want := !not
	if n.Operator == "!=" {
		want = !want
	}
	at.eval = func(ev *evaluation) any {
		a := l.eval(ev)
		if a == nil {
			return false
		}
		b := r.eval(ev)
		if b == nil {
			return false
		}
		holds := test(ev, a, b) == want
		return ev.spend(at, 1) && holds
	}
	return at
}

// negatesSide reports a ! that was meant for the comparison and takes its left side alone: !x == "a".
func (c *compiler) negatesSide(at *Node, not *ast.UnaryNode, n *ast.BinaryNode) bool {
	x := c.silently(not.Node)
	if x.Type.Kind == KindAny || x.Type.Kind == KindBool {
		return false
	}
	r := c.node(n.Right)
	own := &Node{From: not.Location().From, To: not.Location().To}
	hint := map[string]string{"==": "!=", "!=": "==", "in": "not in", "contains": "not contains", "matches": "not matches", "startsWith": "not startsWith", "endsWith": "not endsWith"}[n.Operator]
	if hint == "" {
		hint = "write not (" + c.what(x) + " " + n.Operator + " " + c.what(r) + ")"
	} else {
		hint = "write " + c.what(x) + " " + hint + " " + c.what(r)
	}
	c.refuse(own, "expr-type", hint, "%s negates %s alone, which is %s", not.Operator, c.what(x), x.Type.Words())
	at.Op, at.Type = n.Operator, Bool
	at.eval = func(*evaluation) any { return nil }
	return true
}

// sides compiles both sides of a comparison, a name after what it is compared with: that tells what the name may be meant for.
func (c *compiler) sides(n *ast.BinaryNode, equality bool) (l, r *Node) {
	_, left := n.Left.(*ast.IdentifierNode)
	_, right := n.Right.(*ast.IdentifierNode)
	with := func(other *Node, one ast.Node) *Node {
		c.beside = other.Type
		defer func() { c.beside = nil }()
		return c.node(one)
	}
	switch {
	case equality && right:
		l = c.node(n.Left)
		r = with(l, n.Right)
	case equality && left:
		r = c.node(n.Right)
		l = with(r, n.Left)
	default:
		l, r = c.node(n.Left), c.node(n.Right)
	}
	return l, r
}

// picked is what the comparison of the name of the part that came with a word proves.
func picked(name, word *Node) []string {
	if part, ok := word.Literal.(string); ok && name.Type.picks != "" {
		return []string{PartProof(name.Type.picks, part)}
	}
	return nil
}

// presence compiles x == nil and x != nil.
func (c *compiler) presence(at *Node, n *ast.BinaryNode) *Node {
	c.lenient++
	l, r := c.node(n.Left), c.node(n.Right)
	c.lenient--
	at.join(l, r)
	at.Op, at.Type = n.Operator, Bool
	x := l
	if l.Op == "literal" && l.Literal == nil {
		x = r
	}
	there := n.Operator == "!="
	if there {
		at.proves = present(x)
	} else {
		at.denies = present(x)
	}
	at.eval = func(ev *evaluation) any { return (x.eval(ev) != nil) == there }
	return at
}

// test is what a comparison does with two values that are there.
func (c *compiler) test(operator string, l, r *Node) func(ev *evaluation, a, b any) bool {
	switch operator {
	case "==", "!=":
		return func(ev *evaluation, a, b any) bool {
			if a, ok := a.(string); ok {
				if b, ok := b.(string); ok {
					return sameText(a, b)
				}
			}
			return ev.equal(a, b)
		}
	case "in":
		return func(ev *evaluation, a, b any) bool { return ev.holds(r, b, a) }
	case "matches":
		return c.matches(r)
	case "contains":
		return texts(l, r, func(ev *evaluation, a, b string) bool {
			ev.work += len(a) >> 4
			return strings.Contains(a, b)
		})
	case "startsWith":
		return texts(l, r, func(_ *evaluation, a, b string) bool { return strings.HasPrefix(a, b) })
	case "endsWith":
		return texts(l, r, func(_ *evaluation, a, b string) bool { return strings.HasSuffix(a, b) })
	}
	return func(ev *evaluation, a, b any) bool {
		order, ok := compare(a, b)
		if !ok {
			ev.failf(l, "%s and %s cannot be ordered by %s", Show(a), Show(b), operator)
			return false
		}
		switch operator {
		case "<":
			return order == -1
		case "<=":
			return order == -1 || order == 0
		case ">":
			return order == 1
		}
		return order == 1 || order == 0
	}
}

// holds says whether a list has an element, or an object a key.
func (ev *evaluation) holds(at *Node, in, x any) bool {
	if l, ok := ListOf(in); ok {
		for i := range l.Len() {
			if ev.work++; ev.work > maxWork {
				ev.fail(at, errWork)
				return false
			}
			if ev.equal(l.At(i), x) {
				return true
			}
		}
		return false
	}
	if m, ok := ObjectOf(in); ok {
		name, _ := TextOf(x)
		if _, ok := m[name]; ok {
			return true
		}
		if id, ok := CanonicalID(name); ok {
			_, ok := m[string(id[:])]
			return ok
		}
		return false
	}
	ev.failf(at, "in wants a list, and this is %s", Show(in))
	return false
}

// compare orders numbers, strings and durations.
func compare(a, b any) (order int, ok bool) {
	if x, ok := a.(time.Duration); ok {
		y, ok := b.(time.Duration)
		return Number{i: int64(x)}.Compare(Number{i: int64(y)}), ok
	}
	if x, ok := NumberOf(a); ok {
		y, ok := NumberOf(b)
		return x.Compare(y), ok
	}
	x, ok := TextOf(a)
	if !ok {
		return 0, false
	}
	y, ok := TextOf(b)
	return strings.Compare(x, y), ok
}

// texts is a test of two strings.
func texts(l, r *Node, test func(ev *evaluation, a, b string) bool) func(ev *evaluation, a, b any) bool {
	return func(ev *evaluation, a, b any) bool {
		x, ok := TextOf(a)
		if !ok {
			ev.failf(l, "a string is wanted, and this is %s", Show(a))
			return false
		}
		y, ok := TextOf(b)
		if !ok {
			ev.failf(r, "a string is wanted, and this is %s", Show(b))
			return false
		}
		return test(ev, x, y)
	}
}

// matches compiles a literal pattern once; one that comes with the values is compiled each time.
func (c *compiler) matches(pattern *Node) func(ev *evaluation, a, b any) bool {
	if text, ok := pattern.Literal.(string); ok {
		re, size, err := compileRegexp(text)
		if err != nil {
			c.problem(pattern.From, pattern.To, "expr-syntax", "", "not a regular expression: %s", err)
			return nil
		}
		return texts(pattern, pattern, func(ev *evaluation, a, _ string) bool {
			return ev.spend(pattern, matchWork(a, size)) && re.MatchString(a)
		})
	}
	return texts(pattern, pattern, func(ev *evaluation, a, b string) bool {
		if !ev.spend(pattern, len(a)+64*len(b)) {
			return false
		}
		if len(b) > maxExprBytes {
			ev.failf(pattern, "a regular expression of %d bytes; at most %d are allowed", len(b), maxExprBytes)
			return false
		}
		re, size, err := compileRegexp(b)
		if err != nil {
			ev.failf(pattern, "not a regular expression: %w", err)
			return false
		}
		return ev.spend(pattern, matchWork(a, size)) && re.MatchString(a)
	})
}

// canEqual reports two sides that are never equal.
func (c *compiler) canEqual(at, l, r *Node, operator string) {
	if l.Type.Comparable(r.Type) {
		if len(l.Type.Enum) > 0 && r.Op == "literal" {
			c.oneOf(r, l.Type.Enum, func() string { return c.what(l) })
		}
		if len(r.Type.Enum) > 0 && l.Op == "literal" {
			c.oneOf(l, r.Type.Enum, func() string { return c.what(r) })
		}
		return
	}
	hint := insteadOf(l, r)
	for _, pair := range [][2]*Node{{l, r}, {r, l}} {
		if one, many := pair[0], pair[1]; many.Op == "list" && many.Type.Element().Comparable(one.Type) {
			hint = fmt.Sprintf("write %s %s %s", c.what(one), map[bool]string{true: "not in", false: "in"}[operator == "!="], c.what(many))
		}
	}
	c.problem(at.From, at.To, "expr-type", hint, "%s is %s and %s is %s: they are never equal", c.what(l), l.Type.Words(), c.what(r), r.Type.Words())
}

// insteadOf says how to write a literal so that it can be compared with the other side.
func insteadOf(l, r *Node) string {
	lit, other := r, l
	if l.Op == "literal" {
		lit, other = l, r
	}
	if lit.Op != "literal" {
		return ""
	}
	text, isText := lit.Literal.(string)
	num, isNumber := NumberOf(lit.Literal)
	switch {
	case isText && other.Type.number():
		if _, err := strconv.ParseFloat(text, 64); err == nil {
			return "write " + text + " without quotes"
		}
	case isText && other.Type.Kind == KindBool && (text == "true" || text == "false"):
		return "write " + text + " without quotes"
	case isText && other.Type.Kind == KindDuration:
		return fmt.Sprintf("write duration(%q)", text)
	case isNumber && other.Type.Kind == KindString && !num.float:
		return fmt.Sprintf(`write "%d"`, num.i)
	}
	return ""
}

// canOrder reports two sides that have no order.
func (c *compiler) canOrder(at, l, r *Node, operator string) {
	for _, x := range []*Node{l, r} {
		switch x.Type.Kind {
		case KindAny, KindString, KindInt, KindFloat, KindDuration:
		default:
			c.problem(x.From, x.To, "expr-type", "", "%s orders numbers, strings and durations, and %s is %s", operator, c.what(x), x.Type.Words())
			return
		}
	}
	if !l.Type.Comparable(r.Type) {
		c.problem(at.From, at.To, "expr-type", insteadOf(l, r), "%s is %s and %s is %s: they have no order", c.what(l), l.Type.Words(), c.what(r), r.Type.Words())
	}
}

// canHold reports an in whose right side can never hold the left one.
func (c *compiler) canHold(at, l, r *Node) {
	switch r.Type.Kind {
	case KindAny:
	case KindString:
		hint := fmt.Sprintf("write %s contains %s", c.what(r), c.what(l))
		if r.Op == "literal" && l.Op != "literal" && l.Type.Comparable(r.Type) {
			hint = fmt.Sprintf("write %s in [%s]", c.what(l), c.what(r))
		}
		c.problem(at.From, at.To, "expr-type", hint, "in wants a list on its right, and %s is a string", c.what(r))
	case KindObject:
		c.mustBe(l, KindString, "a key")
	case KindList:
		if r.Op != "list" {
			if !l.Type.Comparable(r.Type.Element()) {
				c.problem(at.From, at.To, "expr-type", "", "%s is %s, and the elements of %s are %s: it is never in there", c.what(l), l.Type.Words(), c.what(r), r.Type.Element().Words())
			} else if len(r.Type.Element().Enum) > 0 && l.Op == "literal" {
				c.oneOf(l, r.Type.Element().Enum, func() string { return "an element of " + c.what(r) })
			}
			return
		}
		for _, x := range r.Parts {
			c.canEqual(x, l, x, "==")
		}
	default:
		c.problem(at.From, at.To, "expr-type", "", "in wants a list on its right, and %s is %s", c.what(r), r.Type.Words())
	}
}
