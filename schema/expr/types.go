package expr

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"callflow/schema/problem"
)

// Kind is what a value is, for expressions.
type Kind string

// The kinds.
const (
	KindAny      Kind = "any"
	KindString   Kind = "string"
	KindInt      Kind = "int"
	KindFloat    Kind = "float"
	KindBool     Kind = "bool"
	KindDuration Kind = "duration"
	KindList     Kind = "list"
	KindObject   Kind = "object"
	KindNil      Kind = "nil"
)

// Type is the type of a value in expressions.
type Type struct {
	Kind   Kind
	Enum   []string // KindString: the only values there are
	Elem   *Type    // KindList; KindObject with keys of any name
	Fields []Field  // KindObject with known keys

	step  string // the outcome of the step at that place
	picks string // a text that names one of a step's parts, the one that came: which step's
	part  string // what a part yields that need not have come: what proves that it did, as PartProof says it
}

// Field is a known key of an object.
type Field struct {
	Name string
	Doc  string
	Type *Type
}

// Shaped is a value held as a normalised JSON object (map[string]any) whose fields are those of another struct type:
// expressions are checked against Shape and evaluated on the map. graph.Object[T] implements it.
type Shaped interface{ Shape() reflect.Type }

// Enumerated is a string type with a closed list of values; expressions that compare it with another word are refused.
type Enumerated interface{ EnumValues() []string }

// Keyed is a type whose values are objects with keys of any name, such as an ordered map.
type Keyed interface{ ValueType() reflect.Type }

// Opaque is a value that expressions never see inside.
type Opaque interface{ Opaque() }

// The types of plain values, and of one of which nothing is known before the run.
var (
	Any      = &Type{Kind: KindAny}
	String   = &Type{Kind: KindString}
	Int      = &Type{Kind: KindInt}
	Float    = &Type{Kind: KindFloat}
	Bool     = &Type{Kind: KindBool}
	Duration = &Type{Kind: KindDuration}
	Nil      = &Type{Kind: KindNil}
)

// TypeOf describes a Go type (structs by their JSON names, Shaped by its shape, Enumerated and enum tags as enums).
// What JSON cannot say exactly (times, raw messages, a struct inside itself) is any.
func TypeOf(t reflect.Type) *Type {
	if known, ok := typesOf.Load(t); ok {
		return known.(*Type)
	}
	typ := new(typeWalk).of(t)
	typesOf.Store(t, typ)
	return typ
}

// typesOf remembers what TypeOf has found: a vocabulary's types are asked for with every file, and stand within many
// others.
var typesOf sync.Map // reflect.Type -> *Type

// typeWalk is TypeOf on its way down.
type typeWalk struct {
	around []reflect.Type // the structs that it is in
	cuts   int            // how often a struct stood inside itself
}

func (w *typeWalk) of(t reflect.Type) *Type {
	if t == nil {
		return Any
	}
	if t == reflect.TypeFor[time.Duration]() {
		return Duration
	}
	if t.Kind() == reflect.Pointer {
		return w.of(t.Elem())
	}
	if t.Kind() != reflect.Interface {
		switch zero := reflect.Zero(t).Interface().(type) {
		case Shaped:
			return w.of(zero.Shape())
		case Keyed:
			return &Type{Kind: KindObject, Elem: w.of(zero.ValueType())}
		case Enumerated:
			return &Type{Kind: KindString, Enum: zero.EnumValues()}
		case Opaque:
			return Any
		}
	}
	switch t.Kind() {
	case reflect.String:
		return String
	case reflect.Bool:
		return Bool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return Int
	case reflect.Float32, reflect.Float64:
		return Float
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return Any // json.RawMessage
		}
		return &Type{Kind: KindList, Elem: w.of(t.Elem())}
	case reflect.Map:
		return &Type{Kind: KindObject, Elem: w.of(t.Elem())}
	case reflect.Struct:
		if slices.Contains(w.around, t) {
			w.cuts++
			return Any
		}
		if t == reflect.TypeFor[time.Time]() {
			return Any
		}
		return w.structure(t)
	}
	return Any
}

// structure describes a struct. One that nothing was cut from is the same wherever it stands.
func (w *typeWalk) structure(t reflect.Type) *Type {
	if known, ok := typesOf.Load(t); ok {
		return known.(*Type)
	}
	before := w.cuts
	w.around = append(w.around, t)
	typ := &Type{Kind: KindObject, Fields: w.fields(t)}
	w.around = w.around[:len(w.around)-1]
	if w.cuts == before {
		typesOf.Store(t, typ)
	}
	return typ
}

func (w *typeWalk) fields(t reflect.Type) []Field {
	fields := []Field{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct {
				fields = append(fields, w.fields(inner)...)
				continue
			}
		}
		if name == "-" || !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
		}
		typ := w.of(f.Type)
		if enum := f.Tag.Get("enum"); enum != "" {
			typ = typ.WithEnum(strings.Split(enum, ","))
		}
		fields = append(fields, Field{Name: name, Doc: f.Tag.Get("doc"), Type: typ})
	}
	return fields
}

// WithEnum puts the only words that there are on a string, or on the strings of a list.
func (t *Type) WithEnum(words []string) *Type {
	switch {
	case t.Kind == KindString:
		return &Type{Kind: KindString, Enum: words}
	case t.Kind == KindList && t.Elem != nil:
		return &Type{Kind: KindList, Elem: t.Elem.WithEnum(words)}
	}
	return t
}

// Picking is a text that names one of a step's parts, the one that came.
func (t *Type) Picking(step string) *Type {
	own := *t
	own.picks = step
	return &own
}

// OutcomeOf is how a step came out.
func (t *Type) OutcomeOf(step string) *Type {
	own := *t
	own.step = step
	return &own
}

// PartOf is what a part of a step yields that need not have come: only one of them does. That it came has to be asked.
func (t *Type) PartOf(step, part string) *Type {
	own := *t
	own.part = PartProof(step, part)
	return &own
}

// Field returns the known field of that name.
func (t *Type) Field(name string) *Field {
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return &t.Fields[i]
		}
	}
	return nil
}

func (t *Type) fieldNames() []string {
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = f.Name
	}
	return names
}

// open says that an object may have any keys, of type elem.
func (t *Type) open() bool { return t.Fields == nil }

// Element is the type of a list's elements, or of what an object has under any key.
func (t *Type) Element() *Type {
	if t.Elem == nil {
		return Any
	}
	return t.Elem
}

func (t *Type) number() bool { return t.Kind == KindInt || t.Kind == KindFloat }

// loose says that nothing is known of the value before the run.
func (t *Type) loose() bool { return t.Kind == KindAny || t.Kind == KindNil }

// Words says what it is, for problems: "call.state is a string".
func (t *Type) Words() string {
	switch t.Kind {
	case KindString:
		return "a string"
	case KindInt, KindFloat:
		return "a number"
	case KindBool:
		return "true or false"
	case KindDuration:
		return "a duration"
	case KindList:
		return "a list"
	case KindObject:
		return "an object"
	case KindNil:
		return "nil"
	}
	return "a value of any type"
}

// String says what a value is, in a few words: "a string: incoming, established …".
func (t *Type) String() string {
	if t == nil {
		return Any.Words()
	}
	text := t.Words()
	switch {
	case len(t.Enum) > 0:
		text += ": " + strings.Join(t.Enum, ", ")
	case t.Kind == KindList && t.Element().Kind != KindAny:
		text += " of " + strings.TrimPrefix(strings.TrimPrefix(t.Element().Words(), "an "), "a ") + "s"
	}
	return problem.Shorten(text, 300)
}

// Comparable says that values of the two types may be equal.
func (t *Type) Comparable(u *Type) bool {
	return t.loose() || u.loose() || t.Kind == u.Kind || t.number() && u.number()
}

// Merge is the type of a value that is of either type.
func (t *Type) Merge(u *Type) *Type {
	switch {
	case t == u:
		return t
	case t.Kind == KindNil:
		return u
	case u.Kind == KindNil:
		return t
	case t.number() && u.number():
		if t.Kind == KindInt && u.Kind == KindInt {
			return Int
		}
		return Float
	case t.Kind != u.Kind:
		return Any
	case t.Kind == KindString:
		if len(t.Enum) == 0 || len(u.Enum) == 0 {
			return String
		}
		return &Type{Kind: KindString, Enum: append(append([]string(nil), t.Enum...), u.Enum...)}
	case t.Kind == KindList:
		return &Type{Kind: KindList, Elem: t.Element().Merge(u.Element())}
	case t.Kind == KindObject:
		return &Type{Kind: KindObject, Elem: Any}
	}
	return t
}

// TypeOfValue describes a value that is already there, such as one from a matrix.
func TypeOfValue(v any) *Type {
	switch v := v.(type) {
	case nil:
		return Nil
	case string:
		return String
	case bool:
		return Bool
	case int, int64:
		return Int
	case float64, json.Number:
		return Float
	case time.Duration:
		return Duration
	case []any:
		elem := Nil
		for _, x := range v {
			elem = elem.Merge(TypeOfValue(x))
		}
		if elem.Kind == KindNil {
			elem = Any
		}
		return &Type{Kind: KindList, Elem: elem}
	case map[string]any:
		t := &Type{Kind: KindObject, Fields: []Field{}}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			t.Fields = append(t.Fields, Field{Name: k, Type: TypeOfValue(v[k])})
		}
		return t
	}
	return TypeOf(reflect.TypeOf(v))
}
