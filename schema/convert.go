package schema

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"callflow/schema/expr"
	"callflow/schema/problem"
)

// fits says at check time why a value that expressions see as t cannot fill a field of type to, or "".
func fits(t *expr.Type, to reflect.Type, f *field) (bad, hint string) {
	for to.Kind() == reflect.Pointer {
		to = to.Elem()
	}
	if t == nil || t.Kind == expr.KindAny || to.Kind() == reflect.Interface {
		return "", ""
	}
	wrong := func(want, hint string) (string, string) {
		return fmt.Sprintf("this is %s; %s is wanted", t.Words(), want), hint
	}
	if to == durationKind {
		if t.Kind != expr.KindDuration && t.Kind != expr.KindString {
			return wrong("a duration", `write a duration in quotes: "15s"`)
		}
		return "", ""
	}
	if _, isMap := mapElem(to); isMap {
		if t.Kind != expr.KindObject {
			return wrong("an object", "")
		}
		return "", ""
	}
	switch to.Kind() {
	case reflect.String:
		switch t.Kind {
		case expr.KindString:
			return fitsEnum(t, f)
		case expr.KindInt, expr.KindFloat, expr.KindBool:
			return wrong("a string", "quote the value where it is defined, or write string(…)")
		}
		return wrong("a string", "")
	case reflect.Bool:
		if t.Kind != expr.KindBool {
			return wrong("true or false", "")
		}
	case reflect.Int, reflect.Int64, reflect.Int32:
		if t.Kind != expr.KindInt {
			return wrong("a whole number", "write int(…)")
		}
	case reflect.Float64, reflect.Float32:
		if t.Kind != expr.KindInt && t.Kind != expr.KindFloat {
			return wrong("a number", "write float(…)")
		}
	case reflect.Slice:
		if t.Kind != expr.KindList {
			return wrong("a list", "write [ … ] around it")
		}
		if t.Elem != nil {
			if bad, hint := fits(t.Elem, to.Elem(), f); bad != "" {
				return "in the list, " + bad, hint
			}
		}
	case reflect.Map, reflect.Struct:
		if t.Kind != expr.KindObject {
			return wrong("an object", "")
		}
		if to.Kind() == reflect.Struct {
			return fitsStruct(t, structureOf(to))
		}
	}
	return "", ""
}

// fitsEnum refuses a string of which every value is known to be wrong.
func fitsEnum(t *expr.Type, f *field) (bad, hint string) {
	if f == nil || len(f.enum) == 0 || len(t.Enum) == 0 {
		return "", ""
	}
	for _, have := range t.Enum {
		for _, want := range f.enum {
			if have == want {
				return "", ""
			}
		}
	}
	return fmt.Sprintf("this is %s; %s is wanted", problem.Listed(t.Enum, "or"), problem.Listed(f.enum, "or")), ""
}

func fitsStruct(t *expr.Type, s *structure) (bad, hint string) {
	for _, have := range t.Fields {
		f := s.field(have.Name)
		if f == nil {
			continue
		}
		if bad, hint := fits(have.Type, f.typ, f); bad != "" {
			return have.Name + ": " + bad, hint
		}
	}
	return "", ""
}

// convert makes a value that an expression yielded fill a field of type to.
func convert(v any, to reflect.Type, f *field) (reflect.Value, error) {
	if v == nil {
		return reflect.Value{}, fmt.Errorf("the value is absent")
	}
	if to.Kind() == reflect.Interface {
		x := reflect.New(to).Elem()
		x.Set(reflect.ValueOf(v))
		return x, nil
	}
	if to.Kind() == reflect.Pointer {
		inner, err := convert(v, to.Elem(), f)
		if err != nil {
			return inner, err
		}
		p := reflect.New(to.Elem())
		p.Elem().Set(inner)
		return p, nil
	}
	switch x := v.(type) {
	case string:
		return convertText(x, to, f)
	case time.Duration:
		if to == durationKind && x >= 0 {
			return reflect.ValueOf(x), nil
		}
	}
	if elem, ok := mapElem(to); ok {
		return convertMap(v, to, elem)
	}
	if n, ok := expr.NumberOf(v); ok && to == durationKind {
		_, bad := parseDuration(fmt.Sprint(n.Value()))
		return reflect.Value{}, bad
	}
	switch to.Kind() {
	case reflect.String:
		if text, ok := expr.TextOf(v); ok {
			return convertText(text, to, f)
		}
	case reflect.Bool:
		if b, ok := v.(bool); ok {
			return reflect.ValueOf(b).Convert(to), nil
		}
	case reflect.Int, reflect.Int64, reflect.Int32:
		if n, ok := expr.NumberOf(v); ok && to != durationKind {
			if i, ok := n.Whole(); ok {
				return reflect.ValueOf(i).Convert(to), nil
			}
		}
	case reflect.Float64, reflect.Float32:
		if n, ok := expr.NumberOf(v); ok {
			return reflect.ValueOf(n.Value()).Convert(to), nil
		}
	case reflect.Slice:
		if l, ok := expr.ListOf(v); ok {
			return convertList(l, to, f)
		}
	case reflect.Map:
		if m, ok := expr.ObjectOf(v); ok {
			made := reflect.MakeMapWithSize(to, len(m))
			for _, k := range slices.Sorted(maps.Keys(m)) {
				x, err := convert(m[k], to.Elem(), nil)
				if err != nil {
					return x, fmt.Errorf("%s: %w", k, err)
				}
				made.SetMapIndex(reflect.ValueOf(k).Convert(to.Key()), x)
			}
			return made, nil
		}
	case reflect.Struct:
		if m, ok := expr.ObjectOf(v); ok {
			return convertStruct(m, to)
		}
	}
	return reflect.Value{}, fmt.Errorf("%s is not %s", expr.Show(v), expr.TypeOf(to).Words())
}

func convertText(text string, to reflect.Type, f *field) (reflect.Value, error) {
	switch to.Kind() {
	case reflect.Slice, reflect.Map, reflect.Struct:
		return reflect.Value{}, fmt.Errorf("%s is not %s", expr.Show(text), expr.TypeOf(to).Words())
	}
	v, bad := parseText(text, to, f)
	if bad != nil {
		return v, bad
	}
	return v, nil
}

func convertList(l expr.List, to reflect.Type, f *field) (reflect.Value, error) {
	made := reflect.MakeSlice(to, l.Len(), l.Len())
	for i := range l.Len() {
		x, err := convert(l.At(i), to.Elem(), f)
		if err != nil {
			return x, fmt.Errorf("[%d]: %w", i, err)
		}
		made.Index(i).Set(x)
	}
	return made, nil
}

func convertMap(v any, to, elem reflect.Type) (reflect.Value, error) {
	m, ok := expr.ObjectOf(v)
	if !ok {
		return reflect.Value{}, fmt.Errorf("%s is not an object", expr.Show(v))
	}
	made := reflect.MakeSlice(to, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		x, err := convert(m[k], elem, nil)
		if err != nil {
			return x, fmt.Errorf("%s: %w", k, err)
		}
		entry := reflect.New(to.Elem()).Elem()
		entry.FieldByName("Key").SetString(k)
		entry.FieldByName("Value").Set(x)
		made = reflect.Append(made, entry)
	}
	return made, nil
}

// convertStruct fills a struct from an object, such as an identity taken from an event. Members that are null or OData
// annotations say nothing; any other that the struct lacks is an error, so that nothing is lost unseen.
func convertStruct(m map[string]any, to reflect.Type) (reflect.Value, error) {
	s, made := structureOf(to), reflect.New(to).Elem()
	for _, k := range slices.Sorted(maps.Keys(m)) {
		f := s.field(k)
		switch {
		case m[k] == nil, f == nil && strings.Contains(k, "@odata."):
			continue
		case f == nil:
			return made, fmt.Errorf("the object has a member %q, which is not one of %s", k, problem.Listed(s.names, "or"))
		}
		x, err := convert(m[k], f.typ, f)
		if err != nil {
			return made, fmt.Errorf("%s: %w", k, err)
		}
		made.FieldByIndex(f.index).Set(x)
	}
	return made, nil
}
