package expr

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/expr-lang/expr/ast"
)

func (c *compiler) unary(at *Node, n *ast.UnaryNode) *Node {
	if in, ok := n.Node.(*ast.BinaryNode); ok && n.Operator == "not" && n.Location() == in.Location() {
		// `x not in y` is one operator: false when a side is absent. The parser says so by giving both one place.
		return c.comparison(at, in, true)
	}
	negates := n.Operator == "!" || n.Operator == "not"
	operand := c.node
	if negates {
		operand = c.condition
	}
	x := operand(n.Node)
	at.join(x)
	if negates {
		c.boolean(x, n.Operator)
		at.Op, at.Type = "not", Bool
		at.proves, at.denies = x.denies, x.proves
		at.eval = func(ev *evaluation) any { return !ev.truth(x) }
		return at
	}
	if !x.Type.loose() && !x.Type.number() && x.Type.Kind != KindDuration {
		return c.refuse(at, "expr-type", "", "%s wants a number, and %s is %s", n.Operator, c.what(x), x.Type.Words())
	}
	at.Type = x.Type
	if num, ok := NumberOf(x.Literal); ok && x.Op == "literal" && n.Operator == "-" {
		at.Op, at.Literal = "literal", any(int(-num.i))
		if num.float {
			at.Literal = -num.f
		}
	}
	if n.Operator == "+" {
		at.eval = x.eval
		return at
	}
	at.eval = func(ev *evaluation) any {
		switch v := x.eval(ev).(type) {
		case nil:
			return nil
		case time.Duration:
			return -v
		default:
			num, ok := NumberOf(v)
			switch {
			case !ok:
				return ev.failf(x, "- wants a number, and this is %s", Show(v))
			case num.float:
				return -num.f
			}
			return int(-num.i)
		}
	}
	return at
}

// boolean reports an operand that is not true or false.
func (c *compiler) boolean(x *Node, operator string) {
	if x.Type.Kind == KindAny || x.Type.Kind == KindBool {
		return
	}
	c.problem(x.From, x.To, "expr-type", c.compared(x, operator == "!" || operator == "not"), "%s wants true or false, and %s is %s", operator, c.what(x), x.Type.Words())
}

// compared says how a value that is not true or false can be made a test.
func (c *compiler) compared(x *Node, no bool) string {
	if how := c.asked(x, no); how != "" {
		return how
	}
	switch what := c.what(x); {
	case x.Op == "literal":
		return "compare something with it: … == " + what
	case x.Type.Kind == KindList:
		return "write len(" + what + ") > 0, or any(" + what + ", …)"
	case x.Type.Kind == KindObject:
		return "write " + what + " != nil"
	default:
		return "compare it: " + what + " == …"
	}
}

func (c *compiler) binary(at *Node, n *ast.BinaryNode) *Node {
	switch n.Operator {
	case "and", "&&":
		return c.both(at, n)
	case "or", "||":
		return c.either(at, n)
	case "??":
		return c.otherwise(at, n)
	case "==", "!=", "<", "<=", ">", ">=", "in", "matches", "contains", "startsWith", "endsWith":
		return c.comparison(at, n, false)
	case "..":
		return c.span(at, n)
	}
	return c.arithmetic(at, n)
}

func (c *compiler) both(at *Node, n *ast.BinaryNode) *Node {
	l := c.condition(n.Left)
	l.says = says(n.Left, l)
	r := c.knowing(l.whenTrue(), n.Right, c.condition)
	r.says = says(n.Right, r)
	at.join(l, r)
	c.boolean(l, n.Operator)
	c.boolean(r, n.Operator)
	at.Op, at.Type = "and", Bool
	at.says = append(slices.Clone(l.says), r.says...)
	at.proves = append(slices.Clone(l.proves), r.proves...)
	at.denies = common(l.denies, append(slices.Clone(l.proves), r.denies...))
	at.eval = func(ev *evaluation) any { return ev.truth(l) && ev.truth(r) }
	return at
}

func (c *compiler) either(at *Node, n *ast.BinaryNode) *Node {
	l := c.condition(n.Left)
	r := c.knowing(l.denies, n.Right, c.condition)
	at.join(l, r)
	if k := l.Type.Kind; k != KindAny && k != KindBool && r.Type.Kind == k && r.Op == "literal" {
		c.problem(l.From, r.To, "expr-type", fmt.Sprintf("write %s ?? %s for a value where there may be none", c.what(l), c.what(r)), "%s wants true or false, and %s is %s", n.Operator, c.what(l), l.Type.Words())
		return c.refused(at)
	}
	c.boolean(l, n.Operator)
	if s, ok := n.Right.(*ast.StringNode); ok && l.Op == "==" && len(l.Parts) == 2 && l.Parts[1].Type.Kind == KindString {
		c.problem(r.From, r.To, "expr-type", fmt.Sprintf("write %s in [%s, %q]", c.what(l.Parts[0]), c.what(l.Parts[1]), s.Value),
			"%s wants true or false on both sides, and %q is a string", n.Operator, s.Value)
	} else {
		c.boolean(r, n.Operator)
	}
	at.Op, at.Type = "or", Bool
	at.denies = append(slices.Clone(l.denies), r.denies...)
	at.proves = common(l.proves, append(slices.Clone(l.denies), r.proves...))
	at.eval = func(ev *evaluation) any { return ev.truth(l) || ev.truth(r) }
	return at
}

// knowing compiles a part that is only looked at where those proofs hold.
func (c *compiler) knowing(proofs []string, n ast.Node, compile func(ast.Node) *Node) *Node {
	there := c.there
	c.there = append(slices.Clone(there), proofs...)
	x := compile(n)
	c.there = there
	return x
}

func (c *compiler) otherwise(at *Node, n *ast.BinaryNode) *Node {
	c.lenient++
	l := c.node(n.Left)
	c.lenient--
	r := c.node(n.Right)
	at.join(l, r)
	at.Op, at.Type = "??", l.Type.Merge(r.Type)
	at.eval = func(ev *evaluation) any {
		if v := l.eval(ev); v != nil || ev.err != nil {
			return v
		}
		return r.eval(ev)
	}
	return at
}

func (c *compiler) conditional(at *Node, n *ast.ConditionalNode) *Node {
	cond := c.condition(n.Cond)
	cond.says = says(n.Cond, cond)
	yes, no := c.knowing(cond.whenTrue(), n.Exp1, c.node), c.knowing(cond.denies, n.Exp2, c.node)
	at.From, at.To = cond.From, cond.To
	at.join(cond, yes, no)
	c.boolean(cond, "a condition")
	at.Op, at.Type = "?", yes.Type.Merge(no.Type)
	at.eval = func(ev *evaluation) any {
		if ev.truth(cond) {
			return yes.eval(ev)
		}
		return no.eval(ev)
	}
	return at
}

// span compiles a..b, the list of whole numbers from a to b.
func (c *compiler) span(at *Node, n *ast.BinaryNode) *Node {
	l, r := c.node(n.Left), c.node(n.Right)
	at.join(l, r)
	c.mustBe(l, KindInt, "the left side of ..")
	c.mustBe(r, KindInt, "the right side of ..")
	at.Type = &Type{Kind: KindList, Elem: Int}
	tooLong := func(from, to int) bool { return to >= from && (to-from >= maxRange || to-from < 0) }
	if a, ok := l.Literal.(int); ok {
		if b, ok := r.Literal.(int); ok && tooLong(a, b) {
			return c.refuse(at, "expr-size", "", "a range may have at most %d elements", maxRange)
		}
	}
	at.eval = func(ev *evaluation) any {
		a, aOK := wholeNumber(l.eval(ev))
		b, bOK := wholeNumber(r.eval(ev))
		switch {
		case !aOK || !bOK:
			return nil
		case tooLong(a, b):
			return ev.failf(at, "a range may have at most %d elements, and this is %d..%d", maxRange, a, b)
		case !ev.spend(at, max(0, b-a+1)):
			return nil
		}
		out := make([]any, 0, max(0, b-a+1))
		for ; a <= b; a++ {
			out = append(out, a)
		}
		return out
	}
	return at
}

// wholeNumber returns a value as an int; absent and anything else is not ok.
func wholeNumber(v any) (int, bool) {
	n, ok := NumberOf(v)
	switch {
	case !ok:
		return 0, false
	case n.float && (n.f != math.Trunc(n.f) || math.Abs(n.f) > 1<<53):
		return 0, false
	case n.float:
		return int(n.f), true
	}
	return int(n.i), true
}

// Arithmetic: absent when a side is.

func (c *compiler) arithmetic(at *Node, n *ast.BinaryNode) *Node {
	operator := n.Operator
	if operator == "^" {
		operator = "**"
	}
	l, r := c.node(n.Left), c.node(n.Right)
	own := &Node{From: at.From, To: at.To}
	at.join(l, r)
	at.Op, at.Type = n.Operator, c.arithmeticType(own, l, r, operator)
	at.eval = func(ev *evaluation) any {
		a, b := l.eval(ev), r.eval(ev)
		if a == nil || b == nil {
			return nil
		}
		v, err := calculate(operator, a, b)
		if err != nil {
			return ev.fail(at, err)
		}
		if s, ok := v.(string); ok && !ev.spend(at, len(s)>>4) {
			return nil
		}
		ev.work++
		return v
	}
	return at
}

func (c *compiler) arithmeticType(at, l, r *Node, operator string) *Type {
	a, b := l.Type, r.Type
	switch {
	case a.Kind == KindNil || b.Kind == KindNil:
	case a.loose() || b.loose():
		for _, t := range []*Type{a, b} {
			if !t.loose() && !t.number() && t.Kind != KindDuration && !(t.Kind == KindString && operator == "+") {
				c.problem(at.From, at.To, "expr-type", "", "%s does not go with %s", operator, t.Words())
			}
		}
		return Any
	case a.number() && b.number():
		switch {
		case operator == "/" || operator == "**":
			return Float
		case operator == "%" && (a.Kind == KindFloat || b.Kind == KindFloat):
		case a.Kind == KindInt && b.Kind == KindInt:
			return Int
		default:
			return Float
		}
	case a.Kind == KindString && b.Kind == KindString && operator == "+":
		return String
	case a.Kind == KindDuration && b.Kind == KindDuration && (operator == "+" || operator == "-"):
		return Duration
	case operator == "*" && (a.Kind == KindDuration && b.number() || a.number() && b.Kind == KindDuration):
		return Duration
	}
	hint := ""
	if operator == "+" && (a.Kind == KindString || b.Kind == KindString) {
		hint = "write string(…) around the part that is not a string"
	}
	c.problem(at.From, at.To, "expr-type", hint, "%s does not go with %s (%s) and %s (%s)", operator, c.what(l), a.Words(), c.what(r), b.Words())
	return Any
}

var errTooLarge = errors.New("the result is too large")

// wholeResult adds, subtracts or multiplies whole numbers that must not wrap around.
func wholeResult(operator string, a, b int64) (n int64, err error) {
	ok := true
	switch operator {
	case "+":
		n = a + b
		ok = (n > a) == (b > 0)
	case "-":
		n = a - b
		ok = (n < a) == (b > 0)
	default:
		n = a * b
		ok = a == 0 || n/a == b && !(a == -1 && b == math.MinInt64)
	}
	if !ok {
		return 0, errTooLarge
	}
	return n, nil
}

// scaled is d taken times.
func scaled(d time.Duration, times float64) (any, error) {
	product := float64(d) * times
	if math.IsNaN(product) || math.Abs(product) >= math.MaxInt64 {
		return nil, errTooLarge
	}
	return time.Duration(product), nil
}

var errNotANumber = errors.New("the result is not a number")

// calculate does arithmetic on two values that are there.
func calculate(operator string, a, b any) (any, error) {
	if x, ok := TextOf(a); ok && operator == "+" {
		if y, ok := TextOf(b); ok {
			if len(x)+len(y) > MaxText {
				return nil, fmt.Errorf("the text becomes longer than %d bytes", MaxText)
			}
			return x + y, nil
		}
	}
	d, isD := a.(time.Duration)
	e, isE := b.(time.Duration)
	x, isX := NumberOf(a)
	y, isY := NumberOf(b)
	switch {
	case isD && isE && (operator == "+" || operator == "-"):
		n, err := wholeResult(operator, int64(d), int64(e))
		return time.Duration(n), err
	case isD && isY && operator == "*":
		return scaled(d, y.Value())
	case isX && isE && operator == "*":
		return scaled(e, x.Value())
	case !isX || !isY:
		return nil, fmt.Errorf("%s does not go with %s and %s", operator, Show(a), Show(b))
	case operator == "%":
		m, mOK := wholeNumber(a)
		n, nOK := wholeNumber(b)
		if !mOK || !nOK || n == 0 {
			return nil, fmt.Errorf("%% wants whole numbers, the second not 0, and these are %s and %s", Show(a), Show(b))
		}
		return m % n, nil
	case operator != "/" && operator != "**" && !x.float && !y.float:
		n, err := wholeResult(operator, x.i, y.i)
		return int(n), err
	}
	f := map[string]func(x, y float64) float64{
		"+": func(x, y float64) float64 { return x + y }, "-": func(x, y float64) float64 { return x - y },
		"*": func(x, y float64) float64 { return x * y }, "/": func(x, y float64) float64 { return x / y }, "**": math.Pow,
	}[operator](x.Value(), y.Value())
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errNotANumber
	}
	return f, nil
}
