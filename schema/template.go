package schema

import "reflect"

// Template is a checked YAML value that may hold ${{ expr }}. It is compiled once; Build makes the typed value.
type Template struct {
	pos Pos
	typ reflect.Type
	// the reader's own fields follow
}

// Pos is where the value stands in its file.
func (t *Template) Pos() Pos { return t.pos }

// Build evaluates the template with the given names and returns a value of its type: for a struct type a pointer to a
// fresh one. The error is an *EvalError.
func (t *Template) Build(names map[string]any) (any, error) { panic("not written yet") }

// Static returns what the template says literally; values that depend on expressions are zero.
func (t *Template) Static() any { panic("not written yet") }

// At returns the position of the value at a path of keys and list indices below the template ("participants", "0",
// "replacesCallId"), or of the nearest parent that is there.
func (t *Template) At(path ...string) Pos { return t.pos }

// Get builds t as a T. A nil template gives the zero T.
func Get[T any](t *Template, names map[string]any) (value T, err error) {
	if t == nil {
		return value, nil
	}
	v, err := t.Build(names)
	if err != nil {
		return value, err
	}
	if p, ok := v.(*T); ok {
		return *p, nil
	}
	return v.(T), nil
}
