package expr

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// The values of expressions as a run holds them: string, bool, any Go number, time.Duration, map[string]any, lists, and
// nil for what is absent.

// equal compares two values that are there. Numbers are equal whatever their Go type, ids of 32 hex digits whatever their
// form, lists and objects part by part; each part counts as work.
func (ev *evaluation) equal(a, b any) bool {
	if l, ok := ListOf(a); ok {
		m, ok := ListOf(b)
		if !ok || l.Len() != m.Len() {
			return false
		}
		for i := range l.Len() {
			if ev.work++; ev.work > maxWork || !ev.equal(l.At(i), m.At(i)) {
				return false
			}
		}
		return true
	}
	x, ok := ObjectOf(a)
	if !ok {
		return sameScalar(a, b)
	}
	y, ok := ObjectOf(b)
	if !ok || len(x) != len(y) {
		return false
	}
	for k, v := range x { // the answer does not depend on the order
		ev.work++
		if w, ok := y[k]; !ok || ev.work > maxWork || !ev.equal(v, w) {
			return false
		}
	}
	return true
}

// Equal is the equality of expressions, for values that are there.
func Equal(a, b any) bool { return new(evaluation).equal(a, b) }

// sameScalar is equal for what is neither a list nor an object.
func sameScalar(a, b any) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case bool:
		return a == b
	case time.Duration:
		return a == b
	}
	if x, ok := TextOf(a); ok {
		y, ok := TextOf(b)
		return ok && sameText(x, y)
	}
	x, ok := NumberOf(a)
	if !ok {
		return false
	}
	y, ok := NumberOf(b)
	return ok && x.Compare(y) == 0
}

func sameText(a, b string) bool {
	return a == b || len(a) >= 32 && len(b) >= 32 && sameID(a, b)
}

// sameID says that two strings are the same id of 32 hex digits, with or without hyphens, in any case.
func sameID(a, b string) bool {
	x, ok := CanonicalID(a)
	if !ok {
		return false
	}
	y, ok := CanonicalID(b)
	return ok && x == y
}

// CanonicalID returns the 36 bytes of an id of 32 hex digits in lower case with hyphens. Other strings are no ids.
func CanonicalID(s string) (id [36]byte, ok bool) {
	hyphens := len(s) == 36
	if !hyphens && len(s) != 32 {
		return id, false
	}
	j := 0
	for i := range id {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			id[i] = '-'
			if hyphens {
				if s[j] != '-' {
					return id, false
				}
				j++
			}
			continue
		}
		c := s[j]
		j++
		switch {
		case '0' <= c && c <= '9' || 'a' <= c && c <= 'f':
		case 'A' <= c && c <= 'F':
			c += 'a' - 'A'
		default:
			return id, false
		}
		id[i] = c
	}
	return id, true
}

// Number is an exact int or a float.
type Number struct {
	i     int64
	f     float64
	float bool
}

// NumberOf returns a number of any Go type; a duration is none.
func NumberOf(v any) (Number, bool) {
	switch v := v.(type) {
	case int:
		return Number{i: int64(v)}, true
	case int64:
		return Number{i: v}, true
	case float64:
		return Number{f: v, float: true}, true
	case time.Duration, nil, string, bool, map[string]any, []any:
		return Number{}, false
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return Number{i: i}, true
		}
		f, err := v.Float64()
		return Number{f: f, float: true}, err == nil
	}
	switch r := reflect.ValueOf(v); {
	case r.CanInt():
		return Number{i: r.Int()}, true
	case r.CanUint():
		if u := r.Uint(); u > math.MaxInt64 {
			return Number{f: float64(u), float: true}, true
		}
		return Number{i: int64(r.Uint())}, true
	case r.CanFloat():
		return Number{f: r.Float(), float: true}, true
	}
	return Number{}, false
}

// Whole is the number as an int64, where it is one.
func (n Number) Whole() (int64, bool) {
	if n.float {
		return int64(n.f), n.f == float64(int64(n.f))
	}
	return n.i, true
}

// Value is the number as a float64.
func (n Number) Value() float64 {
	if n.float {
		return n.f
	}
	return float64(n.i)
}

// Compare returns -1, 0 or 1; NaN is not equal to anything and compares as 2.
func (n Number) Compare(m Number) int {
	if !n.float && !m.float {
		switch {
		case n.i < m.i:
			return -1
		case n.i > m.i:
			return 1
		}
		return 0
	}
	x, y := n.Value(), m.Value()
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	case x == y:
		return 0
	}
	return 2
}

// TextOf returns a string of any string type.
func TextOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case nil, bool, int, int64, float64, map[string]any, []any, json.Number, time.Duration:
		return "", false
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.String {
		return r.String(), true
	}
	return "", false
}

// List is a list of any element type, without copying it.
type List struct {
	anys  []any
	maps  []map[string]any
	other reflect.Value
}

// ListOf returns a list of any slice type.
func ListOf(v any) (List, bool) {
	switch v := v.(type) {
	case []any:
		return List{anys: v}, true
	case []map[string]any:
		return List{maps: v}, true
	case nil, string, map[string]any, bool, int, int64, float64:
		return List{}, false
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Slice || r.Kind() == reflect.Array {
		return List{other: r}, true
	}
	return List{}, false
}

// Len is how many elements it has.
func (l List) Len() int {
	if l.other.IsValid() {
		return l.other.Len()
	}
	return len(l.anys) + len(l.maps)
}

// At is its element i, from 0.
func (l List) At(i int) any {
	switch {
	case l.other.IsValid():
		return l.other.Index(i).Interface()
	case l.maps != nil:
		if l.maps[i] == nil {
			return nil
		}
		return l.maps[i]
	}
	return l.anys[i]
}

// ObjectOf returns an object of any map type with string keys.
func ObjectOf(v any) (map[string]any, bool) {
	switch v := v.(type) {
	case map[string]any:
		return v, true
	case nil, string, []any, bool, int, int64, float64:
		return nil, false
	}
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Map || r.Type().Key().Kind() != reflect.String {
		return nil, false
	}
	if t := reflect.TypeFor[map[string]any](); r.Type().ConvertibleTo(t) {
		return r.Convert(t).Interface().(map[string]any), true
	}
	m := make(map[string]any, r.Len())
	for it := r.MapRange(); it.Next(); {
		m[it.Key().String()] = it.Value().Interface()
	}
	return m, true
}

// fieldOf returns a member of an object, nil if it is absent.
func fieldOf(v any, name string) any {
	if m, ok := v.(map[string]any); ok {
		return m[name]
	}
	if m, ok := ObjectOf(v); ok {
		return m[name]
	}
	return nil
}

// Show is a value as a message shows it: JSON, cut when long.
func Show(v any) string {
	switch v := v.(type) {
	case nil:
		return "absent"
	case time.Duration:
		return v.String()
	case string:
		if len(v) > 120 {
			return strconv.Quote(strings.ToValidUTF8(v[:120], "")) + "…"
		}
		return strconv.Quote(v)
	}
	if l, ok := ListOf(v); ok && l.Len() > 20 {
		return fmt.Sprintf("a list of %d", l.Len())
	}
	if TooLarge(v) {
		return "a very large value"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("a %T", v)
	}
	if len(text) > 200 {
		return strings.ToValidUTF8(string(text[:200]), "") + "…"
	}
	return string(text)
}

// maxWeight bounds one value that a run keeps or sends: with lists that hold one list many times, a few steps would make
// one that fills the memory as soon as it is written out.
const maxWeight = 100_000

var errTooMuch = fmt.Errorf("the value is too large: written out it has more than %d parts", maxWeight)

// TooLarge says whether a value is larger than any that a run keeps or sends.
func TooLarge(v any) bool { return Weight(v, maxWeight) > maxWeight }

// Weight is how much a value is once it is written out: one for each value in it, and for each 16 bytes of text. What is
// in it twice counts twice. It does not count much beyond most.
func Weight(v any, most int) int {
	if s, ok := TextOf(v); ok {
		return 1 + len(s)/16
	}
	n := 1
	if l, ok := ListOf(v); ok {
		for i := 0; i < l.Len() && n <= most; i++ {
			n += Weight(l.At(i), most-n)
		}
	} else if m, ok := ObjectOf(v); ok {
		for name, x := range m {
			if n += 1 + len(name)/16 + Weight(x, most-n); n > most {
				break
			}
		}
	}
	return n
}
