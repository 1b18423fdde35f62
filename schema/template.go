package schema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// Template is a checked YAML value that may hold ${{ expr }}. It is compiled once; Build makes the typed value.
type Template struct {
	pos  Pos
	typ  reflect.Type
	make maker
	node *yaml.Node
	// needs are the shared names that it refers to, and where, if that is asked for.
	needs map[string]Pos
}

// Opaque says that expressions never see inside a template.
func (Template) Opaque() {}

// maker makes one value.
type maker struct {
	static reflect.Value // what is said literally; zero where an expression decides
	// build makes the value under names; nil when static says it all.
	build func(names map[string]any) (reflect.Value, error)
	// seen is what expressions see of the value.
	seen *expr.Type
	// given is false for a value that was left out or refused.
	given bool
}

func (m maker) value(names map[string]any) (reflect.Value, error) {
	if m.build == nil {
		return copyValue(m.static), nil
	}
	return m.build(names)
}

// Pos is where the value stands in its file.
func (t *Template) Pos() Pos { return t.pos }

// Type is what expressions see of the value.
func (t *Template) Type() *expr.Type {
	if t.make.seen == nil {
		return expr.TypeOf(t.typ)
	}
	return t.make.seen
}

// Build evaluates the template with the given names and returns a value of its type: for a struct type a pointer to a
// fresh one. The error is an *EvalError.
func (t *Template) Build(names map[string]any) (any, error) {
	v, err := t.make.value(names)
	if err != nil {
		return nil, err
	}
	return t.wrap(v), nil
}

// Static returns what the template says literally; values that depend on expressions are zero, and so are pointers to them:
// a 0 that is pointed to was written.
func (t *Template) Static() any { return t.wrap(copyValue(t.make.static)) }

// Constant says that no expression stands in the template: Static is the whole of it.
func (t *Template) Constant() bool { return t.make.build == nil }

func (t *Template) wrap(v reflect.Value) any {
	if t.typ.Kind() != reflect.Struct {
		return v.Interface()
	}
	if v.CanAddr() {
		return v.Addr().Interface()
	}
	p := reflect.New(t.typ)
	p.Elem().Set(v)
	return p.Interface()
}

// At returns the position of the value at a path of keys and list indices below the template ("participants", "0",
// "replacesCallId"), or of the nearest parent that is there.
func (t *Template) At(path ...string) Pos {
	n := t.node
	if n == nil {
		return t.pos
	}
	for _, key := range path {
		next := childNode(resolve(n), key)
		if next == nil {
			break
		}
		n = next
	}
	if n == t.node {
		return t.pos
	}
	return Pos{File: t.pos.File, Line: n.Line, Col: n.Column}
}

// Decided says that an expression decides the value at a path, or a part of it.
func (t *Template) Decided(path ...string) bool {
	n := resolve(t.node)
	for _, key := range path {
		if n == nil {
			return false
		}
		n = resolve(childNode(n, key))
	}
	return n != nil && decided(n)
}

func childNode(n *yaml.Node, key string) *yaml.Node {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				return n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
	}
	return nil
}

// resolve follows an alias to what it stands for.
func resolve(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// Get builds t as a T. A nil template gives the zero T.
func Get[T any](t *Template, names map[string]any) (value T, err error) {
	if t == nil {
		return value, nil
	}
	v, err := t.Build(names)
	if err != nil || v == nil {
		return value, err
	}
	if p, ok := v.(*T); ok {
		return *p, nil
	}
	return v.(T), nil
}

// piece is a stretch of text, or an expression in it.
type piece struct {
	text string
	expr *expr.Expr
}

// wholeExpr says that a value is one ${{ x }} and nothing else, so that it keeps its type.
func wholeExpr(pieces []piece) bool { return len(pieces) == 1 && pieces[0].expr != nil }

// Line is text for people. Values of any type may stand in it: those that are no text are written as compact JSON.
type Line string

var lineType = reflect.TypeFor[Line]()

// fill writes the pieces out as text for a field of type t.
func fill(pieces []piece, names map[string]any, t reflect.Type) (string, error) {
	var b strings.Builder
	for _, p := range pieces {
		if p.expr == nil {
			b.WriteString(p.text)
			continue
		}
		v, err := p.expr.Eval(names)
		if err != nil {
			return "", err
		}
		text, bad := textFor(v)
		if bad != "" && t == lineType && (v != nil || wholeExpr(pieces)) {
			text, bad = jsonText(v)
		}
		if bad != "" {
			return "", &expr.EvalError{Pos: p.expr.Pos(), Expr: p.expr.Text(), Err: fmt.Errorf("%s", bad)}
		}
		if b.WriteString(text); b.Len() > expr.MaxText {
			return "", &expr.EvalError{Pos: p.expr.Pos(), Expr: p.expr.Text(), Err: fmt.Errorf("the text becomes longer than %d bytes", expr.MaxText)}
		}
	}
	return b.String(), nil
}

// textFor is a value as it stands inside a larger text; bad says why it cannot.
func textFor(v any) (text, bad string) {
	switch v := v.(type) {
	case nil:
		return "", "the value is absent"
	case string:
		return v, ""
	case bool:
		return strconv.FormatBool(v), ""
	case int:
		return strconv.Itoa(v), ""
	case time.Duration:
		return v.String(), ""
	case fmt.Stringer:
		return v.String(), ""
	}
	switch r := reflect.ValueOf(v); {
	case r.Kind() == reflect.String:
		return r.String(), ""
	case r.CanInt():
		return strconv.FormatInt(r.Int(), 10), ""
	case r.CanUint():
		return strconv.FormatUint(r.Uint(), 10), ""
	case r.CanFloat():
		return strconv.FormatFloat(r.Float(), 'f', -1, 64), ""
	}
	return "", fmt.Sprintf("%s cannot stand inside text", expr.Show(v))
}

// jsonText is a value as one line of JSON.
func jsonText(v any) (text, bad string) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", fmt.Sprintf("%s cannot be written as JSON: %v", expr.Show(v), err)
	}
	return strings.TrimSuffix(b.String(), "\n"), ""
}
