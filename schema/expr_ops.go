package schema

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/expr-lang/expr/ast"
)

func (c *compiler) unary(at *node, n *ast.UnaryNode) *node {
	if in, ok := n.Node.(*ast.BinaryNode); ok && n.Operator == "not" && n.Location() == in.Location() {
		// `x not in y` is one operator: false when a side is absent. The parser says so by giving both one place.
		return c.comparison(at, in, true)
	}
	x := c.node(n.Node)
	at.join(x)
	if n.Operator == "!" || n.Operator == "not" {
		c.boolean(x, n.Operator)
		at.op, at.typ = "not", boolType
		at.proves, at.denies = x.denies, x.proves
		at.eval = func(ev *evaluation) any { return !ev.truth(x) }
		return at
	}
	if !x.typ.loose() && !x.typ.number() && x.typ.Kind != KindDuration {
		return c.refuse(at, "expr-type", "", "%s wants a number, and %s is %s", n.Operator, c.what(x), x.typ.words())
	}
	at.typ = x.typ
	if num, ok := numberOf(x.literal); ok && x.op == "literal" && n.Operator == "-" {
		at.op, at.literal = "literal", any(int(-num.i))
		if num.float {
			at.literal = -num.f
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
			num, ok := numberOf(v)
			switch {
			case !ok:
				return ev.failf(x, "- wants a number, and this is %s", show(v))
			case num.float:
				return -num.f
			}
			return int(-num.i)
		}
	}
	return at
}

// boolean reports an operand that is not true or false.
func (c *compiler) boolean(x *node, operator string) {
	if x.typ.Kind == KindAny || x.typ.Kind == KindBool {
		return
	}
	c.problem(x.from, x.to, "expr-type", c.compared(x), "%s wants true or false, and %s is %s", operator, c.what(x), x.typ.words())
}

// compared says how a value that is not true or false can be made a test.
func (c *compiler) compared(x *node) string {
	switch what := c.what(x); {
	case x.op == "literal":
		return "compare something with it: … == " + what
	case x.typ.Kind == KindList:
		return "write len(" + what + ") > 0, or any(" + what + ", …)"
	case x.typ.Kind == KindObject:
		return "write " + what + " != nil"
	default:
		return "compare it: " + what + " == …"
	}
}

func (c *compiler) binary(at *node, n *ast.BinaryNode) *node {
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

func (c *compiler) both(at *node, n *ast.BinaryNode) *node {
	l := c.node(n.Left)
	l.says = says(n.Left, l)
	r := c.knowing(l.whenTrue(), n.Right)
	r.says = says(n.Right, r)
	at.join(l, r)
	c.boolean(l, n.Operator)
	c.boolean(r, n.Operator)
	at.op, at.typ = "and", boolType
	at.says = append(slices.Clone(l.says), r.says...)
	at.proves = append(slices.Clone(l.proves), r.proves...)
	at.denies = common(l.denies, append(slices.Clone(l.proves), r.denies...))
	at.eval = func(ev *evaluation) any { return ev.truth(l) && ev.truth(r) }
	return at
}

func (c *compiler) either(at *node, n *ast.BinaryNode) *node {
	l := c.node(n.Left)
	r := c.knowing(l.denies, n.Right)
	at.join(l, r)
	if k := l.typ.Kind; k != KindAny && k != KindBool && r.typ.Kind == k && r.op == "literal" {
		c.problem(l.from, r.to, "expr-type", fmt.Sprintf("write %s ?? %s for a value where there may be none", c.what(l), c.what(r)), "%s wants true or false, and %s is %s", n.Operator, c.what(l), l.typ.words())
		return c.refused(at)
	}
	c.boolean(l, n.Operator)
	if s, ok := n.Right.(*ast.StringNode); ok && l.op == "==" && len(l.parts) == 2 && l.parts[1].typ.Kind == KindString {
		c.problem(r.from, r.to, "expr-type", fmt.Sprintf("write %s in [%s, %q]", c.what(l.parts[0]), c.what(l.parts[1]), s.Value),
			"%s wants true or false on both sides, and %q is a string", n.Operator, s.Value)
	} else {
		c.boolean(r, n.Operator)
	}
	at.op, at.typ = "or", boolType
	at.denies = append(slices.Clone(l.denies), r.denies...)
	at.proves = common(l.proves, append(slices.Clone(l.denies), r.proves...))
	at.eval = func(ev *evaluation) any { return ev.truth(l) || ev.truth(r) }
	return at
}

// knowing compiles a part that is only looked at where those proofs hold.
func (c *compiler) knowing(proofs []string, n ast.Node) *node {
	there := c.there
	c.there = append(slices.Clone(there), proofs...)
	x := c.node(n)
	c.there = there
	return x
}

func (c *compiler) otherwise(at *node, n *ast.BinaryNode) *node {
	c.lenient++
	l := c.node(n.Left)
	c.lenient--
	r := c.node(n.Right)
	at.join(l, r)
	at.op, at.typ = "??", l.typ.merge(r.typ)
	at.eval = func(ev *evaluation) any {
		if v := l.eval(ev); v != nil || ev.err != nil {
			return v
		}
		return r.eval(ev)
	}
	return at
}

func (c *compiler) conditional(at *node, n *ast.ConditionalNode) *node {
	cond := c.node(n.Cond)
	cond.says = says(n.Cond, cond)
	yes, no := c.knowing(cond.whenTrue(), n.Exp1), c.knowing(cond.denies, n.Exp2)
	at.from, at.to = cond.from, cond.to
	at.join(cond, yes, no)
	c.boolean(cond, "a condition")
	at.op, at.typ = "?", yes.typ.merge(no.typ)
	at.eval = func(ev *evaluation) any {
		if ev.truth(cond) {
			return yes.eval(ev)
		}
		return no.eval(ev)
	}
	return at
}

// span compiles a..b, the list of whole numbers from a to b.
func (c *compiler) span(at *node, n *ast.BinaryNode) *node {
	l, r := c.node(n.Left), c.node(n.Right)
	at.join(l, r)
	c.mustBe(l, KindInt, "the left side of ..")
	c.mustBe(r, KindInt, "the right side of ..")
	at.typ = &Type{Kind: KindList, Elem: intType}
	tooLong := func(from, to int) bool { return to >= from && (to-from >= maxRange || to-from < 0) }
	if a, ok := l.literal.(int); ok {
		if b, ok := r.literal.(int); ok && tooLong(a, b) {
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
	n, ok := numberOf(v)
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

func (c *compiler) arithmetic(at *node, n *ast.BinaryNode) *node {
	operator := n.Operator
	if operator == "^" {
		operator = "**"
	}
	l, r := c.node(n.Left), c.node(n.Right)
	own := &node{from: at.from, to: at.to}
	at.join(l, r)
	at.op, at.typ = n.Operator, c.arithmeticType(own, l, r, operator)
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

func (c *compiler) arithmeticType(at, l, r *node, operator string) *Type {
	a, b := l.typ, r.typ
	switch {
	case a.Kind == KindNil || b.Kind == KindNil:
	case a.loose() || b.loose():
		for _, t := range []*Type{a, b} {
			if !t.loose() && !t.number() && t.Kind != KindDuration && !(t.Kind == KindString && operator == "+") {
				c.problem(at.from, at.to, "expr-type", "", "%s does not go with %s", operator, t.words())
			}
		}
		return anyType
	case a.number() && b.number():
		switch {
		case operator == "/" || operator == "**":
			return floatType
		case operator == "%" && (a.Kind == KindFloat || b.Kind == KindFloat):
		case a.Kind == KindInt && b.Kind == KindInt:
			return intType
		default:
			return floatType
		}
	case a.Kind == KindString && b.Kind == KindString && operator == "+":
		return stringType
	case a.Kind == KindDuration && b.Kind == KindDuration && (operator == "+" || operator == "-"):
		return durationType
	case operator == "*" && (a.Kind == KindDuration && b.number() || a.number() && b.Kind == KindDuration):
		return durationType
	}
	hint := ""
	if operator == "+" && (a.Kind == KindString || b.Kind == KindString) {
		hint = "write string(…) around the part that is not a string"
	}
	c.problem(at.from, at.to, "expr-type", hint, "%s does not go with %s (%s) and %s (%s)", operator, c.what(l), a.words(), c.what(r), b.words())
	return anyType
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
	if x, ok := textOf(a); ok && operator == "+" {
		if y, ok := textOf(b); ok {
			if len(x)+len(y) > maxText {
				return nil, fmt.Errorf("the text becomes longer than %d bytes", maxText)
			}
			return x + y, nil
		}
	}
	d, isD := a.(time.Duration)
	e, isE := b.(time.Duration)
	x, isX := numberOf(a)
	y, isY := numberOf(b)
	switch {
	case isD && isE && (operator == "+" || operator == "-"):
		n, err := wholeResult(operator, int64(d), int64(e))
		return time.Duration(n), err
	case isD && isY && operator == "*":
		return scaled(d, y.value())
	case isX && isE && operator == "*":
		return scaled(e, x.value())
	case !isX || !isY:
		return nil, fmt.Errorf("%s does not go with %s and %s", operator, show(a), show(b))
	case operator == "%":
		m, mOK := wholeNumber(a)
		n, nOK := wholeNumber(b)
		if !mOK || !nOK || n == 0 {
			return nil, fmt.Errorf("%% wants whole numbers, the second not 0, and these are %s and %s", show(a), show(b))
		}
		return m % n, nil
	case operator != "/" && operator != "**" && !x.float && !y.float:
		n, err := wholeResult(operator, x.i, y.i)
		return int(n), err
	}
	f := map[string]func(x, y float64) float64{
		"+": func(x, y float64) float64 { return x + y }, "-": func(x, y float64) float64 { return x - y },
		"*": func(x, y float64) float64 { return x * y }, "/": func(x, y float64) float64 { return x / y }, "**": math.Pow,
	}[operator](x.value(), y.value())
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errNotANumber
	}
	return f, nil
}
