package schema

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// decoder compiles one value of a file into a template: strictly, by the tags of its type, reporting everything that is
// wrong with it.
type decoder struct {
	*reader
	sc   *expr.Scope
	step *stepWalk // the step whose parameters these are; nil elsewhere
	// literal refuses ${{ }}; it says why.
	literal string
	// nested is what the fields decoded so far hold, for expressions over a nested step (see scopeFor).
	nested map[string]*expr.Type
	branch string // the key under which steps stand, when they are one of several branches
}

// template compiles n as a value of type t.
func (d *decoder) template(n *yaml.Node, t reflect.Type, f *field) *Template {
	return &Template{pos: d.at(n), typ: t, node: n, make: d.value(n, t, f)}
}

// value compiles n for a field f of type t; f may be nil.
func (d *decoder) value(n *yaml.Node, t reflect.Type, f *field) maker {
	n = resolve(n)
	none := maker{static: reflect.Zero(t)}
	d.trace.value(n, t, f, d)
	if reported(n) {
		return none
	}
	switch t {
	case exprPointer:
		if x := d.expression(n, f); x != nil {
			return maker{static: reflect.ValueOf(x), given: true}
		}
		return none
	case blockType:
		if b := d.nestedBlock(n, f); b != nil {
			return maker{static: reflect.ValueOf(b), given: true}
		}
		return none
	case stepPointer:
		if s := d.nestedStep(n, f); s != nil {
			return maker{static: reflect.ValueOf(s), given: true}
		}
		return none
	case anyInterface:
		return d.untyped(n)
	}
	if m, ok := d.sharing(n, t, f); ok {
		return m
	}
	if reflect.PointerTo(t).Implements(laterInterface) {
		return d.later(n, t, f)
	}
	if elem, ok := mapElem(t); ok {
		return d.ordered(n, t, elem, f)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return d.pointer(n, t, f)
	case reflect.Struct:
		return d.structure(n, t, f)
	case reflect.Slice:
		return d.list(n, t, f)
	case reflect.Map:
		return d.mapping(n, t, f)
	}
	return d.scalar(n, t, f)
}

// scalar compiles text, numbers, booleans and durations.
func (d *decoder) scalar(n *yaml.Node, t reflect.Type, f *field) maker {
	none := maker{static: reflect.Zero(t)}
	if n.Kind != yaml.ScalarNode {
		d.wrongKind(n, scalarWords(t, f))
		return none
	}
	if isNull(n) {
		hint := ""
		if t.Kind() == reflect.String {
			hint = `write "" for an empty text`
		}
		d.report(Problem{Pos: d.at(n), Code: "empty-value", Text: fmt.Sprintf("there is no value here; %s is wanted", scalarWords(t, f)), Hint: hint})
		return none
	}
	pieces, ok := d.pieces(n)
	if !ok {
		return none
	}
	if pieces == nil {
		if d.plainName(n, f) {
			return none
		}
		v, bad := parseText(n.Value, t, f)
		if bad != nil {
			if d.authored(n.Value) {
				bad.hint = "write ${{ " + n.Value + " }} for the value of that name"
			}
			d.fault(n, bad)
			return none
		}
		if f != nil && (f.person || f.orBot) {
			d.person(n, f)
		}
		if f != nil && f.stepID {
			d.struck = append(d.struck, n)
		}
		if f != nil && f.language != "" {
			d.overEvent(n)
		}
		return maker{static: v, given: true}
	}
	if !wholeExpr(pieces) || t == lineType {
		m := maker{static: reflect.Zero(t), given: true, build: func(names map[string]any) (reflect.Value, error) {
			text, err := fill(pieces, names, t)
			if err != nil {
				return reflect.Value{}, err
			}
			v, bad := parseText(text, t, f)
			if bad != nil {
				return v, &expr.EvalError{Pos: pieces[0].pos(d.at(n)), Expr: n.Value, Err: bad}
			}
			return v, nil
		}}
		if t != lineType && !d.standInText(pieces) {
			return m
		}
		return d.used(n, pieces, m)
	}
	return d.whole(n, pieces[0].expr, t, f)
}

// standInText reports expressions whose value no text can hold, and says whether there are none.
func (d *decoder) standInText(pieces []piece) (good bool) {
	good = true
	for _, p := range pieces {
		if p.expr == nil {
			continue
		}
		if t := p.expr.Type(); t != nil && (t.Kind == expr.KindObject || t.Kind == expr.KindList) {
			d.report(Problem{Pos: p.expr.Pos(), Len: utf8.RuneCountInString(p.expr.Text()), Code: "value-type",
				Text: fmt.Sprintf("this is %s, which cannot stand inside text", t.Words())})
			good = false
		}
	}
	return good
}

// pos is where the piece stands, or other when it is no expression.
func (p piece) pos(other Pos) Pos {
	if p.expr != nil {
		return p.expr.Pos()
	}
	return other
}

// whole compiles a value that is one ${{ x }}: it keeps its type, which must fit.
func (d *decoder) whole(n *yaml.Node, x *expr.Expr, t reflect.Type, f *field) maker {
	m := maker{static: reflect.Zero(t), seen: x.Type(), given: true, build: func(names map[string]any) (reflect.Value, error) {
		v, err := x.Eval(names)
		if err != nil {
			return reflect.Value{}, err
		}
		made, err := convert(v, t, f)
		if err != nil {
			return made, &expr.EvalError{Pos: x.Pos(), Expr: x.Text(), Err: err}
		}
		return made, nil
	}}
	if bad, hint := fits(x.Type(), t, f); bad != "" {
		if sym := d.sc.Find(x.Text()); sym != nil && t.Kind() == reflect.String && sym.Type.Kind == expr.KindObject && d.objects[sym.At] != "" {
			*sym.Type = *expr.Any // that is all there is to tell
			d.report(Problem{Pos: sym.At, Len: utf8.RuneCountInString(x.Text()), Code: "value-type", Hint: fmt.Sprintf("write %s: %s.id", x.Text(), d.objects[sym.At]),
				Text: fmt.Sprintf("%s is an object; line %d needs its id", x.Text(), x.Pos().Line)})
			return m
		}
		if hint == "" && x.Type().Kind == expr.KindString {
			hint = byID(t, f, quoteWhole("${{ "+x.Text()+" }}"))
		}
		d.report(Problem{Pos: x.Pos(), Len: utf8.RuneCountInString(x.Text()), Code: "value-type", Text: bad, Hint: hint})
		return m
	}
	return d.used(n, []piece{{expr: x}}, m)
}

// dynamic returns the expression of a scalar that is one ${{ x }}, for values that are lists or objects otherwise.
func (d *decoder) dynamic(n *yaml.Node, t reflect.Type, f *field) (m maker, ok bool) {
	if n.Kind != yaml.ScalarNode || !strings.Contains(n.Value, "${{") {
		return m, false
	}
	pieces, good := d.pieces(n)
	if !good {
		return maker{static: reflect.Zero(t)}, true
	}
	if !wholeExpr(pieces) {
		return m, false
	}
	return d.whole(n, pieces[0].expr, t, f), true
}

func (d *decoder) pointer(n *yaml.Node, t reflect.Type, f *field) maker {
	inner := d.value(n, t.Elem(), f)
	m := maker{static: reflect.Zero(t), seen: inner.seen, given: inner.given}
	decided := inner.build != nil && inner.static.Kind() != reflect.Struct // by an expression: nothing is said literally
	if inner.given && !decided {
		p := reflect.New(t.Elem())
		p.Elem().Set(inner.static)
		m.static = p
	}
	if inner.build != nil {
		m.build = func(names map[string]any) (reflect.Value, error) {
			v, err := inner.build(names)
			if err != nil {
				return v, err
			}
			if v.CanAddr() {
				return v.Addr(), nil
			}
			p := reflect.New(t.Elem())
			p.Elem().Set(v)
			return p, nil
		}
	}
	return m
}

func (d *decoder) list(n *yaml.Node, t reflect.Type, f *field) maker {
	if t.Elem() != exprPointer {
		if m, ok := d.dynamic(n, t, f); ok {
			return m
		}
	}
	var items []*yaml.Node
	switch {
	case n.Kind == yaml.SequenceNode:
		items = n.Content
	case t.Elem() == exprPointer && n.Kind == yaml.ScalarNode:
		items = []*yaml.Node{n} // one expression in place of a list of them
	case n.Kind == yaml.ScalarNode && !isNull(n) && !reported(n):
		d.problem(n, "wrong-kind", "write ["+n.Value+"]", "this is a single value; a list is wanted")
		return maker{static: reflect.Zero(t)}
	case n.Kind == yaml.MappingNode && kindBelow(t.Elem()) == reflect.Struct:
		hint := `put "- " before its first key, and the others below that one`
		if n.Style&yaml.FlowStyle != 0 {
			hint = "put it in [ ]: [{ … }]"
		}
		d.problem(n, "wrong-kind", hint, "this is a mapping; a list is wanted")
		return maker{static: reflect.Zero(t)}
	default:
		d.wrongKind(n, "a list")
		return maker{static: reflect.Zero(t)}
	}
	m := maker{static: reflect.MakeSlice(t, len(items), len(items)), given: true}
	var parts []part
	elem := expr.Nil
	for i, item := range items {
		x := d.value(item, t.Elem(), f)
		m.static.Index(i).Set(x.static)
		elem = elem.Merge(seenAs(x, t.Elem()))
		if x.build != nil {
			parts = append(parts, part{index: i, build: x.build})
		}
	}
	if elem.Kind == expr.KindNil {
		elem = expr.Any
	}
	m.seen = &expr.Type{Kind: expr.KindList, Elem: elem}
	if parts != nil {
		rest := reflect.MakeSlice(t, len(items), len(items))
		reflect.Copy(rest, m.static)
		for _, p := range parts {
			rest.Index(p.index).SetZero()
		}
		m.build = func(names map[string]any) (reflect.Value, error) {
			made := copyValue(rest)
			for _, p := range parts {
				v, err := p.build(names)
				if err != nil {
					return v, err
				}
				made.Index(p.index).Set(v)
			}
			return made, nil
		}
	}
	return m
}

// part is an element that an expression decides.
type part struct {
	index int
	key   string
	field []int
	build func(names map[string]any) (reflect.Value, error)
}

// seenAs is the type in expressions of what m makes.
func seenAs(m maker, t reflect.Type) *expr.Type {
	if m.seen != nil {
		return m.seen
	}
	return expr.TypeOf(t)
}

// untyped compiles arbitrary YAML.
func (d *decoder) untyped(n *yaml.Node) maker {
	m := maker{static: reflect.New(anyInterface).Elem(), given: true, seen: expr.Any}
	n = resolve(n)
	set := func(v any) { m.static.Set(reflect.ValueOf(v)) }
	switch {
	case reported(n):
		return m
	case n.Kind == yaml.MappingNode:
		d.untypedObject(n, &m, set)
	case n.Kind == yaml.SequenceNode:
		d.untypedList(n, &m, set)
	default:
		pieces, ok := d.pieces(n)
		switch {
		case !ok:
		case pieces == nil && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0:
			set(n.Value)
			m.seen = expr.String
		case pieces == nil:
			v := typedLiteral(n.Value)
			if v != nil {
				set(v)
			}
			m.seen = expr.TypeOfValue(v)
		case wholeExpr(pieces):
			return d.whole(n, pieces[0].expr, anyInterface, nil)
		default:
			d.standInText(pieces)
			m.seen = expr.String
			set("")
			m.build = func(names map[string]any) (reflect.Value, error) {
				text, err := fill(pieces, names, nil)
				return boxed(text), err
			}
		}
	}
	return m
}

func boxed(v any) reflect.Value {
	x := reflect.New(anyInterface).Elem()
	x.Set(reflect.ValueOf(v))
	return x
}

func (d *decoder) untypedObject(n *yaml.Node, m *maker, set func(any)) {
	static := make(map[string]any, len(n.Content)/2)
	m.seen = &expr.Type{Kind: expr.KindObject, Fields: []expr.Field{}}
	var parts []part
	for _, p := range pairs(n) {
		x := d.untyped(p.value)
		static[p.key.Value] = x.static.Interface()
		m.seen.Fields = append(m.seen.Fields, expr.Field{Name: p.key.Value, Type: x.seen})
		if x.build != nil {
			parts = append(parts, part{key: p.key.Value, build: x.build})
		}
	}
	set(static)
	m.build = built(static, parts, func(made map[string]any, p part, v any) { made[p.key] = v })
}

func (d *decoder) untypedList(n *yaml.Node, m *maker, set func(any)) {
	static := make([]any, len(n.Content))
	elem := expr.Nil
	var parts []part
	for i, c := range n.Content {
		x := d.untyped(c)
		static[i] = x.static.Interface()
		elem = elem.Merge(x.seen)
		if x.build != nil {
			parts = append(parts, part{index: i, build: x.build})
		}
	}
	if elem.Kind == expr.KindNil {
		elem = expr.Any
	}
	m.seen = &expr.Type{Kind: expr.KindList, Elem: elem}
	set(static)
	m.build = built(static, parts, func(made []any, p part, v any) { made[p.index] = v })
}

// built makes an object or a list of its static value and the parts that are known only in the run; nil: there are none.
func built[T any](static T, parts []part, put func(made T, p part, v any)) func(names map[string]any) (reflect.Value, error) {
	if parts == nil {
		return nil
	}
	return func(names map[string]any) (reflect.Value, error) {
		made := copyAny(static).(T)
		for _, p := range parts {
			v, err := p.build(names)
			if err != nil {
				return v, err
			}
			put(made, p, v.Interface())
		}
		return boxed(made), nil
	}
}
