package schema

import (
	"reflect"
	"strings"
	"sync"
	"time"

	"callflow/schema/expr"
)

// field is one key of a struct type, read from its tags (see Verb).
type field struct {
	index     []int
	name      string // "" for a field that only the short form fills
	typ       reflect.Type
	doc       string
	def       string
	enum      []string
	scope     string
	want      string
	format    string
	ids       string
	alias     string // what an older dialect calls it
	required  bool
	short     bool
	inline    bool
	optional  bool
	call      bool
	operation bool
	step      bool
	person    bool   // names somebody of the simulated world
	orBot     bool   // names them, or a bot
	called    bool   // says who is to be called, invited or transferred to
	people    bool   // of a map: its keys are those names
	stepID    bool   // names a step, wherever it stands
	language  string // of a string that holds an expression: what that sees
}

// structure is a struct type as YAML may write it.
type structure struct {
	fields            []*field
	short             *field   // filled by a scalar or list in place of the mapping
	calls, operations []*field // those that name a call, or an operation
	inline            *field   // takes every key that no other field has
	names             []string
}

func (s *structure) field(name string) *field {
	for i := range s.fields {
		if s.fields[i].name == name && !s.fields[i].inline {
			return s.fields[i]
		}
	}
	return nil
}

var structures sync.Map // reflect.Type -> *structure

func structureOf(t reflect.Type) *structure {
	if s, ok := structures.Load(t); ok {
		return s.(*structure)
	}
	s := &structure{}
	collectFields(t, nil, s)
	for i := range s.fields {
		f := s.fields[i]
		switch {
		case f.inline:
			s.inline = f
		case f.name != "":
			s.names = append(s.names, f.name)
		}
		if f.short {
			s.short = f
		}
		if f.call {
			s.calls = append(s.calls, f)
		}
		if f.operation {
			s.operations = append(s.operations, f)
		}
	}
	structures.Store(t, s)
	return s
}

func collectFields(t reflect.Type, index []int, s *structure) {
	for i := range t.NumField() {
		sf := t.Field(i)
		at := append(append([]int(nil), index...), i)
		name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		if sf.Anonymous && name == "" && sf.Type.Kind() == reflect.Struct {
			collectFields(sf.Type, at, s)
			continue
		}
		f := field{
			index: at, name: name, typ: sf.Type,
			doc: sf.Tag.Get("doc"), def: sf.Tag.Get("default"), scope: sf.Tag.Get("scope"), want: sf.Tag.Get("want"), format: sf.Tag.Get("format"), ids: sf.Tag.Get("ids"), alias: sf.Tag.Get("alias"),
			required: sf.Tag.Get("required") == "true", short: sf.Tag.Get("short") == "true", inline: sf.Tag.Get("inline") == "true",
			optional: sf.Tag.Get("optional") == "true", call: sf.Tag.Get("call") == "true", operation: sf.Tag.Get("operation") == "true", step: sf.Tag.Get("step") == "true",
			person: sf.Tag.Get("person") == "true", orBot: sf.Tag.Get("person") == "orBot", people: sf.Tag.Get("people") == "true", language: sf.Tag.Get("expression"),
			called: sf.Tag.Get("called") == "true",
			stepID: sf.Tag.Get("stepId") == "true",
		}
		if !sf.IsExported() || name == "-" && !f.short && !f.inline {
			continue
		}
		switch name {
		case "-":
			f.name = ""
		case "":
			f.name = sf.Name
		}
		if enum := sf.Tag.Get("enum"); enum != "" {
			f.enum = strings.Split(enum, ",")
		} else {
			f.enum = enumOf(sf.Type)
		}
		s.fields = append(s.fields, &f)
	}
}

// enumOf returns the values of an Enumerated type, or of the elements of a list of them.
func enumOf(t reflect.Type) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.String {
		return nil
	}
	if e, ok := reflect.Zero(t).Interface().(expr.Enumerated); ok {
		return e.EnumValues()
	}
	return nil
}

var (
	exprPointer  = reflect.TypeFor[*expr.Expr]()
	stepPointer  = reflect.TypeFor[*Step]()
	blockType    = reflect.TypeFor[Block]()
	durationKind = reflect.TypeFor[time.Duration]()
	anyInterface = reflect.TypeFor[any]()
)

// mapElem returns T of a Map[T].
func mapElem(t reflect.Type) (reflect.Type, bool) {
	if t.Kind() != reflect.Slice {
		return nil, false
	}
	if m, ok := reflect.Zero(t).Interface().(expr.Keyed); ok {
		return m.ValueType(), true
	}
	return nil, false
}

// shared says that values of the type hold nothing that a run could change: they need no copy.
func shared(t reflect.Type) bool {
	if known, ok := sharedTypes.Load(t); ok {
		return known.(bool)
	}
	yes := false
	switch t {
	case exprPointer, stepPointer, blockType:
		yes = true
	default:
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		case reflect.Struct:
			yes = true
			for i := range t.NumField() {
				yes = yes && shared(t.Field(i).Type)
			}
		default:
			yes = true
		}
	}
	sharedTypes.Store(t, yes)
	return yes
}

var sharedTypes sync.Map // reflect.Type -> bool

// ownFields are the fields of a struct type that hold something a run could change.
func ownFields(t reflect.Type) []int {
	if known, ok := fieldsOwned.Load(t); ok {
		return known.([]int)
	}
	var own []int
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && !shared(f.Type) {
			own = append(own, i)
		}
	}
	fieldsOwned.Store(t, own)
	return own
}

var fieldsOwned sync.Map // reflect.Type -> []int

// copyValue copies what a run may change: structs, lists, maps and what pointers point to.
func copyValue(v reflect.Value) reflect.Value {
	t := v.Type()
	if shared(t) {
		return v
	}
	c := reflect.New(t).Elem()
	c.Set(v)
	unshare(c)
	return c
}

// unshare makes v hold copies of what it shares with the value that it was copied from.
func unshare(v reflect.Value) {
	t := v.Type()
	switch t.Kind() {
	case reflect.Struct:
		for _, i := range ownFields(t) {
			unshare(v.Field(i))
		}
		return
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		if v.IsNil() {
			return
		}
	}
	switch t.Kind() {
	case reflect.Interface:
		v.Set(reflect.ValueOf(copyAny(v.Interface())))
	case reflect.Pointer:
		if t == exprPointer || t == stepPointer {
			return
		}
		c := reflect.New(t.Elem())
		c.Elem().Set(v.Elem())
		unshare(c.Elem())
		v.Set(c)
	case reflect.Slice:
		if t == blockType {
			return
		}
		c := reflect.MakeSlice(t, v.Len(), v.Len())
		reflect.Copy(c, v)
		if !shared(t.Elem()) {
			for i := range c.Len() {
				unshare(c.Index(i))
			}
		}
		v.Set(c)
	case reflect.Map:
		c := reflect.MakeMapWithSize(t, v.Len())
		for it := v.MapRange(); it.Next(); {
			c.SetMapIndex(it.Key(), copyValue(it.Value()))
		}
		v.Set(c)
	}
}

func copyAny(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for k, x := range v {
			c[k] = copyAny(x)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, x := range v {
			c[i] = copyAny(x)
		}
		return c
	}
	return v
}
