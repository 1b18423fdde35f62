package schema

import (
	"reflect"
	"slices"

	"callflow/schema/expr"
)

// Form is what may stand at one place of a scenario, as far as its layout is concerned: in which order keys are written,
// and which values are expressions. A nil Form knows nothing; it may be asked all the same.
type Form struct {
	voc   *Vocabulary
	frame []frameKey   // of a mapping with the keys of a table
	step  bool         // a step: a verb with the keys around it
	items *Form        // of a list
	each  *Form        // of a mapping whose keys are the author's names
	typ   reflect.Type // of a verb's parameters, or a part of them
	field *field
	expr  bool
}

// Form is that of a whole scenario.
func (v *Vocabulary) Form() *Form { return &Form{voc: v, frame: scenarioKeys} }

// SettingsForm is that of a file of settings as Decode reads it into T.
func SettingsForm[T any]() *Form {
	return (&Form{voc: &Vocabulary{}}).of(reflect.TypeFor[T](), nil)
}

// Order returns keys, by their indices, in the order of the reference; a key that it does not know stays behind the one
// before it. It is nil where the order is the author's.
func (f *Form) Order(keys []string) []int {
	names := f.names(keys)
	if names == nil {
		return nil
	}
	rank := make([]int, len(keys))
	order := make([]int, len(keys))
	last := -1
	for i, k := range keys {
		if at := slices.Index(names, k); at >= 0 {
			last = at
		}
		rank[i], order[i] = last, i
	}
	slices.SortStableFunc(order, func(a, b int) int { return rank[a] - rank[b] })
	return order
}

// names are the keys that may stand here, in order; present are those that do.
func (f *Form) names(present []string) []string {
	switch {
	case f == nil:
		return nil
	case f.frame != nil:
		return keyNames(f.frame)
	case f.step:
		return f.stepNames(present)
	}
	s := f.structure()
	if s == nil || s.inline != nil {
		return nil
	}
	return append([]string{odataType}, s.names...)
}

// stepNames puts the verbs behind the keys that say when and how often a step runs, and before those about what it came to.
func (f *Form) stepNames(present []string) []string {
	var verbs []string
	for _, v := range f.voc.Verbs {
		if containsWord(present, v.Name) && !containsWord(stepKeyNames, v.Name) {
			verbs = append(verbs, v.Name)
		}
	}
	at := slices.Index(stepKeyNames, "as") + 1
	if len(verbs) > 0 {
		// More than one is a mistake, in which the author's order is as good as any.
		verbs = slices.DeleteFunc(slices.Clone(present), func(k string) bool { return !containsWord(verbs, k) })
	}
	return slices.Concat(stepKeyNames[:at], verbs, stepKeyNames[at:])
}

// structure is that of the struct whose keys stand here, nil when there is none.
func (f *Form) structure() *structure {
	if f == nil || f.typ == nil {
		return nil
	}
	t := f.typ
	if t.Kind() == reflect.Struct && t != durationKind {
		return structureOf(t)
	}
	return nil
}

// Key is what may stand under a key, nil if nothing is known of it.
func (f *Form) Key(name string) *Form {
	switch {
	case f == nil:
		return nil
	case f.each != nil:
		return f.each
	case f.frame != nil:
		return f.frameKey(f.frame, name)
	case f.step:
		if v := f.voc.Verb(name); v != nil && v.Params != nil {
			return f.of(v.Params, nil)
		}
		return f.frameKey(stepKeys, name)
	}
	s := f.structure()
	if s == nil {
		return nil
	}
	if in := s.field(name); in != nil {
		return f.of(in.typ, in)
	}
	if elem, ok := inlineElem(s); ok {
		return f.of(elem, s.inline)
	}
	return nil
}

func inlineElem(s *structure) (reflect.Type, bool) {
	if s.inline == nil {
		return nil, false
	}
	return mapElem(s.inline.typ)
}

// Item is what the items of a list may be.
func (f *Form) Item() *Form {
	switch {
	case f == nil:
		return nil
	case f.items != nil:
		return f.items
	case f.expr:
		return f
	}
	if s := f.structure(); s != nil && s.short != nil { // a list in place of the mapping
		return f.of(s.short.typ, s.short).Item()
	}
	return nil
}

// Expression says that a scalar here is a bare expression.
func (f *Form) Expression() bool {
	if f == nil {
		return false
	}
	if s := f.structure(); s != nil && s.short != nil {
		return f.of(s.short.typ, s.short).Expression()
	}
	return f.expr || f.field != nil && f.field.language != ""
}

func (f *Form) frameKey(keys []frameKey, name string) *Form {
	expr := &Form{voc: f.voc, expr: true}
	for _, k := range keys {
		if k.name != name {
			continue
		}
		switch k.shape {
		case shapeDefaults:
			return &Form{voc: f.voc, frame: defaultKeys}
		case shapeScene:
			return f.of(f.voc.Scene, nil)
		case shapeSteps:
			return f.block()
		case shapeTest, shapeTests:
			return expr
		case shapeCaptures:
			return &Form{voc: f.voc, each: expr}
		case shapeRetry:
			return f.of(reflect.TypeFor[Retry](), nil)
		}
		return nil
	}
	return nil
}

func (f *Form) block() *Form {
	return &Form{voc: f.voc, items: &Form{voc: f.voc, step: true}}
}

// of is the form of a value of type t, for a field.
func (f *Form) of(t reflect.Type, in *field) *Form {
	if t == nil {
		return nil
	}
	switch t {
	case exprPointer:
		return &Form{voc: f.voc, expr: true}
	case blockType:
		return f.block()
	case stepPointer:
		return &Form{voc: f.voc, step: true}
	case anyInterface, durationKind:
		return nil
	}
	if reflect.PointerTo(t).Implements(laterInterface) {
		return f.of(reflect.New(t).Interface().(later).elem(), in)
	}
	if t.Kind() != reflect.Interface {
		if shaped, ok := reflect.Zero(t).Interface().(expr.Shaped); ok {
			return f.of(shaped.Shape(), nil)
		}
	}
	if elem, ok := mapElem(t); ok {
		return &Form{voc: f.voc, each: f.of(elem, in)}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return f.of(t.Elem(), in)
	case reflect.Slice:
		return &Form{voc: f.voc, items: f.of(t.Elem(), in), field: in}
	case reflect.Map:
		return &Form{voc: f.voc, each: f.of(t.Elem(), nil)}
	case reflect.Struct:
		return &Form{voc: f.voc, typ: t, field: in}
	}
	return &Form{voc: f.voc, field: in}
}
