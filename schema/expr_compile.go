package schema

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
)

// node compiles one part. It never returns nil; a part with a problem has type any.
func (c *compiler) node(n ast.Node) *node {
	loc := n.Location()
	at := &node{from: loc.From, to: loc.To, typ: anyType}
	switch n := n.(type) {
	case *ast.NilNode:
		return literal(at, nilType, nil)
	case *ast.BoolNode:
		return literal(at, boolType, n.Value)
	case *ast.IntegerNode:
		return literal(at, intType, n.Value)
	case *ast.FloatNode:
		return literal(at, floatType, n.Value)
	case *ast.StringNode:
		return c.textLiteral(at, n.Value)
	case *ast.IdentifierNode:
		return c.identifier(at, n)
	case *ast.PointerNode:
		return c.pointer(at, n)
	case *ast.ChainNode:
		return c.node(n.Node)
	case *ast.MemberNode:
		return c.member(at, n)
	case *ast.SliceNode:
		return c.slice(at, n)
	case *ast.UnaryNode:
		return c.unary(at, n)
	case *ast.BinaryNode:
		return c.binary(at, n)
	case *ast.ConditionalNode:
		return c.conditional(at, n)
	case *ast.ArrayNode:
		return c.array(at, n)
	case *ast.MapNode:
		return c.object(at, n)
	case *ast.BuiltinNode:
		return c.call(at, n.Name, n.Arguments)
	case *ast.CallNode:
		if name, ok := n.Callee.(*ast.IdentifierNode); ok {
			return c.call(at, name.Value, n.Arguments)
		}
		if m, ok := n.Callee.(*ast.MemberNode); ok {
			if name, ok := m.Property.(*ast.StringNode); ok {
				at.from, at.to = name.Location().From, name.Location().To
				return c.unknownFunction(at, name.Value, m.Node, n.Arguments)
			}
		}
		return c.refuse(at, "expr-function", functionsHint, "values have no methods")
	case *ast.BytesNode:
		return c.refuse(at, "expr-syntax", "write the text without b", "texts of bytes are not allowed")
	}
	return c.refuse(at, "expr-syntax", "", "this is not allowed in expressions")
}

// refuse reports a problem about at and gives it a value, so that checking can go on.
func (c *compiler) refuse(at *node, code, hint, format string, args ...any) *node {
	c.problem(at.from, at.to, code, hint, format, args...)
	return c.refused(at)
}

// refused gives a value to what is reported already.
func (c *compiler) refused(at *node) *node {
	at.typ = anyType
	at.eval = func(*evaluation) any { return nil }
	return at
}

func literal(at *node, t *Type, v any) *node {
	at.typ, at.op, at.literal = t, "literal", v
	at.eval = func(*evaluation) any { return v }
	return at
}

// join stretches n over its operands.
func (n *node) join(parts ...*node) {
	for _, p := range parts {
		n.from, n.to = min(n.from, p.from), max(n.to, p.to)
	}
	n.parts = parts
}

// what is how a problem names a part: its text.
func (c *compiler) what(n *node) string {
	_, text := written(c.text, n.from, n.to)
	if utf8.RuneCountInString(text) > 60 {
		text = string([]rune(text)[:60]) + "…"
	}
	return text
}

// Members.

// member compiles a.b, a["b"] and a[i].
func (c *compiler) member(at *node, n *ast.MemberNode) *node {
	prop, named := n.Property.(*ast.StringNode)
	dotted := named && n.Location() == n.Property.Location()
	if base, ok := n.Node.(*ast.IdentifierNode); ok && base.Value == "steps" {
		at.from = base.Location().From
		at.to = n.Property.Location().To
		if !named {
			return c.refuse(at, "expr-name", "", "the step's id must be written out: steps.<id>; %s", c.stepsKnown())
		}
		return c.step(at, prop.Value)
	}
	base := c.node(n.Node)
	if dotted || named && base.typ.Kind == KindObject && !base.typ.open() {
		at.from, at.to = prop.Location().From, prop.Location().To
		if base.path == "calls" {
			return c.refuse(at, "expr-field", fmt.Sprintf("write calls[%s]", prop.Value), "calls has no field %q: it holds calls by their ids", prop.Value)
		}
		c.noteField(at, base, prop.Value)
		at.typ = c.field(at, base, prop.Value)
		own := *at
		at = c.fieldNode(at, base, prop.Value)
		at.typ = c.arrived(&own, prop.Value, at.path, at.typ)
		return at
	}
	key := c.node(n.Property)
	at.join(base, key)
	return c.index(at, base, key)
}

// field is the type of a named field.
func (c *compiler) field(at, base *node, name string) *Type {
	t := base.typ
	switch {
	case t.loose():
		return anyType
	case t.Kind == KindObject && t.open():
		return t.element()
	case t.Kind == KindObject:
		if f := t.field(name); f != nil {
			return f.Type
		}
		names := t.fieldNames()
		near := Nearest(name, names)
		hint, has := "", ""
		inner := t.pathTo(name)
		if way := otherFields[name]; inner == "" && way != "" && t.field(strings.Split(way, ".")[0]) != nil {
			inner = way
		}
		switch {
		case len(names) == 0:
			has = "it has no fields"
		case near == "" && inner != "":
			hint = "write " + strings.TrimSuffix(c.what(base), ".") + "." + inner
		case near == "" && len(names) > manyWords:
			has = fmt.Sprintf("it has %s and %d others", listed(names[:manyWords/2], "and"), len(names)-manyWords/2)
		default:
			has = "it has " + listed(names, "and")
		}
		if near != "" && len(names) > manyWords {
			has = fmt.Sprintf("did you mean %q?", near)
		} else if near != "" {
			has = fmt.Sprintf("did you mean %q? I%s", near, has[1:])
		}
		if hint != "" {
			c.problem(at.from, at.to, "expr-field", hint, "%s has no field %q", c.what(base), name)
			break
		}
		c.problem(at.from, at.to, "expr-field", "", "%s has no field %q; %s", c.what(base), name, has)
	case t.Kind == KindList:
		c.fieldOfList(at, base, name)
	default:
		hint := ""
		if way := wayOf(name, []string{c.what(base)}, t.Kind); way != "" && !strings.Contains(way, "…") {
			hint = "write " + way
		}
		c.problem(at.from, at.to, "expr-field", hint, "%s is %s; it has no fields", c.what(base), t.words())
	}
	return anyType
}

// otherFields are what other APIs call what is in a call.
var otherFields = map[string]string{"from": "source.identity", "caller": "source.identity", "to": "targets", "callee": "targets", "callId": "id", "statusCode": "code"}

// pathTo is the way to a field of that name in the objects below, the shortest and first: identity.user for user in a
// participantInfo; or "".
func (t *Type) pathTo(name string) string {
	type place struct {
		path string
		typ  *Type
	}
	level := []place{{"", t}}
	for depth := 0; depth < 3; depth++ {
		var next []place
		for _, at := range level {
			for _, f := range at.typ.Fields {
				if f.Name == name && at.path != "" {
					return at.path + "." + name
				}
				if f.Type.Kind == KindObject && f.Name != name {
					next = append(next, place{strings.TrimPrefix(at.path+"."+f.Name, "."), f.Type})
				}
			}
		}
		level = next
	}
	return ""
}

func (c *compiler) fieldNode(at, base *node, name string) *node {
	at.join(base)
	at.op = "path"
	if len(base.parts) == 0 && base.each == nil {
		at.parts = nil // only the whole path is worth a line of an explanation
	}
	if base.path != "" {
		at.path = base.path + "." + name
	}
	if base.op == "name" && base.path != "#" && !strings.Contains(base.path, ".") {
		top := base.path
		at.eval = func(ev *evaluation) any { return fieldOf(ev.names[top], name) }
		return at
	}
	inner := base.eval
	at.eval = func(ev *evaluation) any { return fieldOf(inner(ev), name) }
	return at
}

// index compiles base[key]. What is not there is absent. Ids find their entry whatever their form.
func (c *compiler) index(at, base, key *node) *node {
	byName := base.typ.Kind == KindObject
	switch {
	case base.typ.loose():
	case byName:
		if !key.typ.loose() && key.typ.Kind != KindString {
			return c.refuse(key, "expr-type", "", "%s holds values by name, and %s is %s", c.what(base), c.what(key), key.typ.words())
		}
		at.typ = base.typ.element()
		if !base.typ.open() {
			at.typ = anyType
		}
	case base.typ.Kind == KindList:
		if !key.typ.loose() && key.typ.Kind != KindInt {
			return c.refuse(key, "expr-type", "", "%s is a list: its elements are counted from 0, and %s is %s", c.what(base), c.what(key), key.typ.words())
		}
		at.typ = base.typ.element()
	default:
		return c.refuse(at, "expr-type", "", "%s is %s; it has no elements", c.what(base), base.typ.words())
	}
	at.op = "index"
	if n, ok := key.literal.(int); ok && n >= 0 && base.path != "" && base.typ.Kind == KindList {
		at.path = fmt.Sprintf("%s[%d]", base.path, n)
	}
	at.eval = func(ev *evaluation) any {
		b, k := base.eval(ev), key.eval(ev)
		ev.work++
		return elementOf(b, k)
	}
	return at
}

// elementOf returns an element of a list (from the end if i < 0) or of an object.
func elementOf(v, key any) any {
	if name, ok := textOf(key); ok {
		m, _ := objectOf(v)
		if x, ok := m[name]; ok {
			return x
		}
		if id, ok := canonicalID(name); ok {
			return m[string(id[:])]
		}
		return nil
	}
	n, ok := numberOf(key)
	l, isList := listOf(v)
	if !ok || !isList || n.float && n.f != math.Trunc(n.f) {
		return nil
	}
	i := n.i
	if n.float {
		i = int64(n.f)
	}
	if i < 0 {
		i += int64(l.len())
	}
	if i < 0 || i >= int64(l.len()) {
		return nil
	}
	return l.at(int(i))
}

// slice compiles a[from:to] of a list or a string.
func (c *compiler) slice(at *node, n *ast.SliceNode) *node {
	base := c.node(n.Node)
	bounds := [2]*node{literal(&node{from: at.from, to: at.to}, intType, 0), nil}
	at.join(base)
	parts := []*node{base}
	for i, b := range []ast.Node{n.From, n.To} {
		if b == nil {
			continue
		}
		bounds[i] = c.node(b)
		c.mustBe(bounds[i], KindInt, "a slice's bound")
		parts = append(parts, bounds[i])
	}
	at.join(parts...)
	if !base.typ.loose() && base.typ.Kind != KindList && base.typ.Kind != KindString {
		return c.refuse(at, "expr-type", "", "%s is %s; only lists and strings can be cut", c.what(base), base.typ.words())
	}
	at.typ = base.typ
	if base.typ.Kind == KindString {
		at.typ = stringType
	}
	at.eval = func(ev *evaluation) any {
		v := base.eval(ev)
		from, ok := wholeNumber(bounds[0].eval(ev))
		to, toOK := math.MaxInt, true
		if bounds[1] != nil {
			to, toOK = wholeNumber(bounds[1].eval(ev))
		}
		if v == nil || !ok || !toOK {
			return nil
		}
		if s, ok := textOf(v); ok {
			if !ev.spend(at, len(s)>>4) {
				return nil
			}
			return cutText(s, from, to)
		}
		l, ok := listOf(v)
		if !ok {
			return ev.failf(base, "only lists and strings can be cut, and this is %s", show(v))
		}
		from, to = cut(from, to, l.len())
		if !ev.spend(at, to-from) {
			return nil
		}
		out := make([]any, 0, to-from)
		for ; from < to; from++ {
			out = append(out, l.at(from))
		}
		return out
	}
	return at
}

// cutText counts characters, as len does: half of one would be no text.
func cutText(s string, from, to int) string {
	if n := utf8.RuneCountInString(s); n < len(s) {
		rs := []rune(s)
		from, to = cut(from, to, n)
		return string(rs[from:to])
	}
	from, to = cut(from, to, len(s))
	return s[from:to]
}

// cut brings the bounds of a slice into range; negative ones count from the end.
func cut(from, to, length int) (int, int) {
	if from < 0 {
		from = max(0, length+from)
	}
	if to < 0 {
		to = max(0, length+to)
	}
	to = min(to, length)
	return min(from, to), to
}

// array compiles [a, b].
func (c *compiler) array(at *node, n *ast.ArrayNode) *node {
	parts := make([]*node, len(n.Nodes))
	elem := nilType
	for i, x := range n.Nodes {
		parts[i] = c.node(x)
		elem = elem.merge(parts[i].typ)
	}
	at.join(parts...)
	if elem.Kind == KindNil {
		elem = anyType
	}
	at.op, at.typ = "list", &Type{Kind: KindList, Elem: elem}
	at.eval = func(ev *evaluation) any {
		if !ev.spend(at, len(parts)) {
			return nil
		}
		out := make([]any, len(parts))
		for i, p := range parts {
			out[i] = p.eval(ev)
		}
		return out
	}
	return at
}

// object compiles {a: b}. Members whose value is absent are left out.
func (c *compiler) object(at *node, n *ast.MapNode) *node {
	t := &Type{Kind: KindObject, Fields: []Field{}}
	keys, values := make([]*node, len(n.Pairs)), make([]*node, len(n.Pairs))
	for i, p := range n.Pairs {
		pair := p.(*ast.PairNode)
		keys[i], values[i] = c.node(pair.Key), c.node(pair.Value)
		c.mustBe(keys[i], KindString, "a key")
		if name, ok := keys[i].literal.(string); ok && t.Fields != nil {
			if f := t.field(name); f != nil {
				f.Type = values[i].typ
			} else {
				t.Fields = append(t.Fields, Field{Name: name, Type: values[i].typ})
			}
		} else {
			t = &Type{Kind: KindObject, Elem: anyType}
		}
	}
	at.join(append(append([]*node(nil), keys...), values...)...)
	at.parts, at.typ = values, t
	at.eval = func(ev *evaluation) any {
		if !ev.spend(at, len(keys)) {
			return nil
		}
		out := make(map[string]any, len(keys))
		for i := range keys {
			name, ok := textOf(keys[i].eval(ev))
			if v := values[i].eval(ev); ok && v != nil {
				out[name] = v
			}
		}
		return out
	}
	return at
}

// wanted checks the type of the whole expression.
func (c *compiler) wanted(root *node, want *Type) {
	if want == nil || want.loose() || root.typ.Kind == KindAny {
		return
	}
	got := root.typ
	switch {
	case got.Kind == KindNil:
		c.problem(root.from, root.to, "expr-type", "", "%s is wanted here, not nil", want.words())
	case want.Kind == KindBool && got.Kind != KindBool:
		c.problem(root.from, root.to, "expr-type", c.compared(root), "true or false is wanted here, and %s is %s", c.what(root), got.words())
	case want.Kind == KindDuration && (got.Kind == KindString || got.Kind == KindDuration):
	case !want.comparable(got):
		c.problem(root.from, root.to, "expr-type", "", "%s is wanted here, and %s is %s", want.words(), c.what(root), got.words())
	case len(want.Enum) > 0 && root.op == "literal":
		c.oneOf(root, want.Enum, func() string { return "this" })
	case want.Kind == KindList && !want.element().comparable(got.element()):
		c.problem(root.from, root.to, "expr-type", "", "a list with %s in it is wanted here, and %s has %s", want.element().words(), c.what(root), got.element().words())
	}
}

// oneOf reports a literal that is not among the only values there are; name says of what.
func (c *compiler) oneOf(lit *node, words []string, name func() string) {
	word, ok := lit.literal.(string)
	if !ok {
		return
	}
	for _, w := range words {
		if w == word {
			return
		}
	}
	what := name()
	if near := Nearest(word, words); near != "" {
		c.problem(lit.from, lit.to, "expr-enum", fmt.Sprintf("write %q", near), "%s is never %q; did you mean %q? There are %s", what, word, near, listed(words, "and"))
		return
	}
	c.problem(lit.from, lit.to, "expr-enum", "", "%s is never %q; there are %s", what, word, listed(words, "and"))
}

// mustBe reports a part that cannot be of the kind.
func (c *compiler) mustBe(n *node, kind Kind, what string) {
	t := n.typ
	if t.loose() && t.Kind != KindNil || t.Kind == kind || kind == KindFloat && t.number() {
		return
	}
	c.problem(n.from, n.to, "expr-type", "", "%s must be %s, and %s is %s", what, (&Type{Kind: kind}).words(), c.what(n), t.words())
}
