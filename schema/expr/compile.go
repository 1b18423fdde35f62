package expr

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"callflow/schema/problem"
)

// node compiles one part. It never returns nil; a part with a problem has type any.
func (c *compiler) node(n ast.Node) *Node {
	loc := n.Location()
	at := &Node{From: loc.From, To: loc.To, Type: Any}
	switch n := n.(type) {
	case *ast.NilNode:
		return literal(at, Nil, nil)
	case *ast.BoolNode:
		return literal(at, Bool, n.Value)
	case *ast.IntegerNode:
		return literal(at, Int, n.Value)
	case *ast.FloatNode:
		return literal(at, Float, n.Value)
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
				at.From, at.To = name.Location().From, name.Location().To
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
func (c *compiler) refuse(at *Node, code, hint, format string, args ...any) *Node {
	c.problem(at.From, at.To, code, hint, format, args...)
	return c.refused(at)
}

// refused gives a value to what is reported already.
func (c *compiler) refused(at *Node) *Node {
	at.Type = Any
	at.eval = func(*evaluation) any { return nil }
	return at
}

func literal(at *Node, t *Type, v any) *Node {
	at.Type, at.Op, at.Literal = t, "literal", v
	at.eval = func(*evaluation) any { return v }
	return at
}

// join stretches n over its operands.
func (n *Node) join(parts ...*Node) {
	for _, p := range parts {
		n.From, n.To = min(n.From, p.From), max(n.To, p.To)
	}
	n.Parts = parts
}

// what is how a problem names a part: its text.
func (c *compiler) what(n *Node) string {
	_, text := written(c.text, n.From, n.To)
	if utf8.RuneCountInString(text) > 60 {
		text = string([]rune(text)[:60]) + "…"
	}
	return text
}

// Members.

// member compiles a.b, a["b"] and a[i].
func (c *compiler) member(at *Node, n *ast.MemberNode) *Node {
	prop, named := n.Property.(*ast.StringNode)
	dotted := named && n.Location() == n.Property.Location()
	if base, ok := n.Node.(*ast.IdentifierNode); ok && base.Value == "steps" {
		at.From = base.Location().From
		at.To = n.Property.Location().To
		if !named {
			return c.refuse(at, "expr-name", "", "the step's id must be written out: steps.<id>; %s", c.stepsKnown())
		}
		return c.step(at, prop.Value)
	}
	base := c.node(n.Node)
	if dotted || named && base.Type.Kind == KindObject && !base.Type.open() {
		at.From, at.To = prop.Location().From, prop.Location().To
		if base.Path == "calls" {
			hint := fmt.Sprintf("write calls[%s]", prop.Value)
			switch prop.Value {
			case "length", "size", "count":
				hint = "write len(calls)"
			}
			if c.foreign().ofCall(prop.Value) {
				hint = fmt.Sprintf("write call.%s, or calls[ID].%s", prop.Value, prop.Value)
			}
			return c.refuse(at, "expr-field", hint, "calls has no field %q: it holds calls by their ids", prop.Value)
		}
		c.noteField(at, base, prop.Value)
		at.Type = c.field(at, base, prop.Value)
		own := *at
		at = c.fieldNode(at, base, prop.Value)
		at.Type = c.arrived(&own, prop.Value, at.Path, at.Type)
		return at
	}
	key := c.node(n.Property)
	at.join(base, key)
	return c.index(at, base, key)
}

// field is the type of a named field.
func (c *compiler) field(at, base *Node, name string) *Type {
	t := base.Type
	switch {
	case t.loose():
		return Any
	case t.Kind == KindObject && t.open():
		return t.Element()
	case t.Kind == KindObject:
		if f := t.Field(name); f != nil {
			return f.Type
		}
		names := t.fieldNames()
		near := problem.Nearest(name, names)
		hint, has := "", ""
		inner := t.pathTo(name)
		if f := t.Field("outcome"); f != nil && f.Type.step != "" && slices.Contains(verdicts, strings.ToLower(name)) {
			c.problem(at.From, at.To, "expr-field", c.asked(base, false), "%s has no field %q", c.what(base), name)
			break
		}
		if way := otherFields[name]; inner == "" && way != "" && t.Field(strings.Split(way, ".")[0]) != nil {
			inner = way
		}
		switch {
		case len(names) == 0:
			has = "it has no fields"
		case near == "" && inner != "":
			hint = "write " + strings.TrimSuffix(c.what(base), ".") + "." + inner
		case near == "" && len(names) > problem.ManyWords:
			has = fmt.Sprintf("it has %s and %d others", problem.Listed(names[:problem.ManyWords/2], "and"), len(names)-problem.ManyWords/2)
		default:
			has = "it has " + problem.Listed(names, "and")
		}
		if near != "" && len(names) > problem.ManyWords {
			has = fmt.Sprintf("did you mean %q?", near)
		} else if near != "" {
			has = fmt.Sprintf("did you mean %q? I%s", near, has[1:])
		}
		if hint != "" {
			c.problem(at.From, at.To, "expr-field", hint, "%s has no field %q", c.what(base), name)
			break
		}
		c.problem(at.From, at.To, "expr-field", "", "%s has no field %q; %s", c.what(base), name, has)
	case t.Kind == KindList:
		c.fieldOfList(at, base, name)
	default:
		hint := ""
		if way := wayOf(name, []string{c.what(base)}, t.Kind); way != "" && !strings.Contains(way, "…") {
			hint = "write " + way
		}
		c.problem(at.From, at.To, "expr-field", hint, "%s is %s; it has no fields", c.what(base), t.Words())
	}
	return Any
}

// verdicts are what people call how a step came out.
var verdicts = []string{"passed", "ok", "success", "succeeded", "failed", "failure", "status", "state", "result", "conclusion", "answered", "established"}

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

func (c *compiler) fieldNode(at, base *Node, name string) *Node {
	at.join(base)
	at.Op = "path"
	if len(base.Parts) == 0 && base.Each == nil {
		at.Parts = nil // only the whole path is worth a line of an explanation
	}
	if base.Path != "" {
		at.Path = base.Path + "." + name
	}
	if base.Op == "name" && base.Path != "#" && !strings.Contains(base.Path, ".") {
		top := base.Path
		at.eval = func(ev *evaluation) any { return fieldOf(ev.names[top], name) }
		return at
	}
	inner := base.eval
	at.eval = func(ev *evaluation) any { return fieldOf(inner(ev), name) }
	return at
}

// index compiles base[key]. What is not there is absent. Ids find their entry whatever their form.
func (c *compiler) index(at, base, key *Node) *Node {
	byName := base.Type.Kind == KindObject
	switch {
	case base.Type.loose():
	case byName:
		if !key.Type.loose() && key.Type.Kind != KindString {
			return c.refuse(key, "expr-type", "", "%s holds values by name, and %s is %s", c.what(base), c.what(key), key.Type.Words())
		}
		at.Type = base.Type.Element()
		if !base.Type.open() {
			at.Type = Any
		}
	case base.Type.Kind == KindList:
		if !key.Type.loose() && key.Type.Kind != KindInt {
			return c.refuse(key, "expr-type", "", "%s is a list: its elements are counted from 0, and %s is %s", c.what(base), c.what(key), key.Type.Words())
		}
		at.Type = base.Type.Element()
	default:
		return c.refuse(at, "expr-type", "", "%s is %s; it has no elements", c.what(base), base.Type.Words())
	}
	at.Op = "index"
	if n, ok := key.Literal.(int); ok && n >= 0 && base.Path != "" && base.Type.Kind == KindList {
		at.Path = fmt.Sprintf("%s[%d]", base.Path, n)
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
	if name, ok := TextOf(key); ok {
		m, _ := ObjectOf(v)
		if x, ok := m[name]; ok {
			return x
		}
		if id, ok := CanonicalID(name); ok {
			return m[string(id[:])]
		}
		return nil
	}
	n, ok := NumberOf(key)
	l, isList := ListOf(v)
	if !ok || !isList || n.float && n.f != math.Trunc(n.f) {
		return nil
	}
	i := n.i
	if n.float {
		i = int64(n.f)
	}
	if i < 0 {
		i += int64(l.Len())
	}
	if i < 0 || i >= int64(l.Len()) {
		return nil
	}
	return l.At(int(i))
}

// slice compiles a[from:to] of a list or a string.
func (c *compiler) slice(at *Node, n *ast.SliceNode) *Node {
	base := c.node(n.Node)
	bounds := [2]*Node{literal(&Node{From: at.From, To: at.To}, Int, 0), nil}
	at.join(base)
	parts := []*Node{base}
	for i, b := range []ast.Node{n.From, n.To} {
		if b == nil {
			continue
		}
		bounds[i] = c.node(b)
		c.mustBe(bounds[i], KindInt, "a slice's bound")
		parts = append(parts, bounds[i])
	}
	at.join(parts...)
	if !base.Type.loose() && base.Type.Kind != KindList && base.Type.Kind != KindString {
		return c.refuse(at, "expr-type", "", "%s is %s; only lists and strings can be cut", c.what(base), base.Type.Words())
	}
	at.Type = base.Type
	if base.Type.Kind == KindString {
		at.Type = String
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
		if s, ok := TextOf(v); ok {
			if !ev.spend(at, len(s)>>4) {
				return nil
			}
			return cutText(s, from, to)
		}
		l, ok := ListOf(v)
		if !ok {
			return ev.failf(base, "only lists and strings can be cut, and this is %s", Show(v))
		}
		from, to = cut(from, to, l.Len())
		if !ev.spend(at, to-from) {
			return nil
		}
		out := make([]any, 0, to-from)
		for ; from < to; from++ {
			out = append(out, l.At(from))
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
func (c *compiler) array(at *Node, n *ast.ArrayNode) *Node {
	parts := make([]*Node, len(n.Nodes))
	elem := Nil
	for i, x := range n.Nodes {
		parts[i] = c.node(x)
		elem = elem.Merge(parts[i].Type)
	}
	at.join(parts...)
	if elem.Kind == KindNil {
		elem = Any
	}
	at.Op, at.Type = "list", &Type{Kind: KindList, Elem: elem}
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
func (c *compiler) object(at *Node, n *ast.MapNode) *Node {
	t := &Type{Kind: KindObject, Fields: []Field{}}
	keys, values := make([]*Node, len(n.Pairs)), make([]*Node, len(n.Pairs))
	for i, p := range n.Pairs {
		pair := p.(*ast.PairNode)
		keys[i], values[i] = c.node(pair.Key), c.node(pair.Value)
		c.mustBe(keys[i], KindString, "a key")
		if name, ok := keys[i].Literal.(string); ok && t.Fields != nil {
			if f := t.Field(name); f != nil {
				f.Type = values[i].Type
			} else {
				t.Fields = append(t.Fields, Field{Name: name, Type: values[i].Type})
			}
		} else {
			t = &Type{Kind: KindObject, Elem: Any}
		}
	}
	at.join(append(append([]*Node(nil), keys...), values...)...)
	at.Parts, at.Type = values, t
	at.eval = func(ev *evaluation) any {
		if !ev.spend(at, len(keys)) {
			return nil
		}
		out := make(map[string]any, len(keys))
		for i := range keys {
			name, ok := TextOf(keys[i].eval(ev))
			if v := values[i].eval(ev); ok && v != nil {
				out[name] = v
			}
		}
		return out
	}
	return at
}

// wanted checks the type of the whole expression.
func (c *compiler) wanted(root *Node, want *Type) {
	if want == nil || want.loose() || root.Type.Kind == KindAny {
		return
	}
	got := root.Type
	switch {
	case got.Kind == KindNil:
		c.problem(root.From, root.To, "expr-type", "", "%s is wanted here, not nil", want.Words())
	case want.Kind == KindBool && got.Kind != KindBool:
		c.problem(root.From, root.To, "expr-type", c.compared(root, false), "true or false is wanted here, and %s is %s", c.what(root), got.Words())
	case want.Kind == KindDuration && (got.Kind == KindString || got.Kind == KindDuration):
	case !want.Comparable(got):
		c.problem(root.From, root.To, "expr-type", "", "%s is wanted here, and %s is %s", want.Words(), c.what(root), got.Words())
	case len(want.Enum) > 0 && root.Op == "literal":
		c.oneOf(root, want.Enum, func() string { return "this" })
	case want.Kind == KindList && !want.Element().Comparable(got.Element()):
		c.problem(root.From, root.To, "expr-type", "", "a list with %s in it is wanted here, and %s has %s", want.Element().Words(), c.what(root), got.Element().Words())
	}
}

// oneOf reports a literal that is not among the only values there are; name says of what.
func (c *compiler) oneOf(lit *Node, words []string, name func() string) {
	word, ok := lit.Literal.(string)
	if !ok {
		return
	}
	for _, w := range words {
		if w == word {
			return
		}
	}
	what := name()
	if near := problem.Nearest(word, words); near != "" {
		c.problem(lit.From, lit.To, "expr-enum", fmt.Sprintf("write %q", near), "%s is never %q; did you mean %q? There are %s", what, word, near, problem.Listed(words, "and"))
		return
	}
	c.problem(lit.From, lit.To, "expr-enum", "", "%s is never %q; there are %s", what, word, problem.Listed(words, "and"))
}

// mustBe reports a part that cannot be of the kind.
func (c *compiler) mustBe(n *Node, kind Kind, what string) {
	t := n.Type
	if t.loose() && t.Kind != KindNil || t.Kind == kind || kind == KindFloat && t.number() {
		return
	}
	c.problem(n.From, n.To, "expr-type", "", "%s must be %s, and %s is %s", what, (&Type{Kind: kind}).Words(), c.what(n), t.Words())
}
