package schema

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
	if l, ok := listOf(a); ok {
		m, ok := listOf(b)
		if !ok || l.len() != m.len() {
			return false
		}
		for i := range l.len() {
			if ev.work++; ev.work > maxWork || !ev.equal(l.at(i), m.at(i)) {
				return false
			}
		}
		return true
	}
	x, ok := objectOf(a)
	if !ok {
		return sameScalar(a, b)
	}
	y, ok := objectOf(b)
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

// equal is the equality of expressions, for values that are there.
func equal(a, b any) bool { return new(evaluation).equal(a, b) }

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
	if x, ok := textOf(a); ok {
		y, ok := textOf(b)
		return ok && sameText(x, y)
	}
	x, ok := numberOf(a)
	if !ok {
		return false
	}
	y, ok := numberOf(b)
	return ok && x.compare(y) == 0
}

func sameText(a, b string) bool {
	return a == b || len(a) >= 32 && len(b) >= 32 && sameID(a, b)
}

// sameID says that two strings are the same id of 32 hex digits, with or without hyphens, in any case.
func sameID(a, b string) bool {
	x, ok := canonicalID(a)
	if !ok {
		return false
	}
	y, ok := canonicalID(b)
	return ok && x == y
}

// canonicalID returns the 36 bytes of an id of 32 hex digits in lower case with hyphens. Other strings are no ids.
func canonicalID(s string) (id [36]byte, ok bool) {
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

// number is an exact int or a float.
type number struct {
	i     int64
	f     float64
	float bool
}

// numberOf returns a number of any Go type; a duration is none.
func numberOf(v any) (number, bool) {
	switch v := v.(type) {
	case int:
		return number{i: int64(v)}, true
	case int64:
		return number{i: v}, true
	case float64:
		return number{f: v, float: true}, true
	case time.Duration, nil, string, bool, map[string]any, []any:
		return number{}, false
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return number{i: i}, true
		}
		f, err := v.Float64()
		return number{f: f, float: true}, err == nil
	}
	switch r := reflect.ValueOf(v); {
	case r.CanInt():
		return number{i: r.Int()}, true
	case r.CanUint():
		if u := r.Uint(); u > math.MaxInt64 {
			return number{f: float64(u), float: true}, true
		}
		return number{i: int64(r.Uint())}, true
	case r.CanFloat():
		return number{f: r.Float(), float: true}, true
	}
	return number{}, false
}

// whole is the number as an int64, where it is one.
func (n number) whole() (int64, bool) {
	if n.float {
		return int64(n.f), n.f == float64(int64(n.f))
	}
	return n.i, true
}

// value is the number as a float64.
func (n number) value() float64 {
	if n.float {
		return n.f
	}
	return float64(n.i)
}

// compare returns -1, 0 or 1; NaN is not equal to anything and compares as 2.
func (n number) compare(m number) int {
	if !n.float && !m.float {
		switch {
		case n.i < m.i:
			return -1
		case n.i > m.i:
			return 1
		}
		return 0
	}
	x, y := n.value(), m.value()
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

// textOf returns a string of any string type.
func textOf(v any) (string, bool) {
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

// list is a list of any element type, without copying it.
type list struct {
	anys  []any
	maps  []map[string]any
	other reflect.Value
}

// listOf returns a list of any slice type.
func listOf(v any) (list, bool) {
	switch v := v.(type) {
	case []any:
		return list{anys: v}, true
	case []map[string]any:
		return list{maps: v}, true
	case nil, string, map[string]any, bool, int, int64, float64:
		return list{}, false
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Slice || r.Kind() == reflect.Array {
		return list{other: r}, true
	}
	return list{}, false
}

// len is how many elements it has.
func (l list) len() int {
	if l.other.IsValid() {
		return l.other.Len()
	}
	return len(l.anys) + len(l.maps)
}

// at is its element i, from 0.
func (l list) at(i int) any {
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

// objectOf returns an object of any map type with string keys.
func objectOf(v any) (map[string]any, bool) {
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
	if m, ok := objectOf(v); ok {
		return m[name]
	}
	return nil
}

// show is a value as a message shows it: JSON, cut when long.
func show(v any) string {
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
	if l, ok := listOf(v); ok && l.len() > 20 {
		return fmt.Sprintf("a list of %d", l.len())
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
	if s, ok := textOf(v); ok {
		return 1 + len(s)/16
	}
	n := 1
	if l, ok := listOf(v); ok {
		for i := 0; i < l.len() && n <= most; i++ {
			n += Weight(l.at(i), most-n)
		}
	} else if m, ok := objectOf(v); ok {
		for name, x := range m {
			if n += 1 + len(name)/16 + Weight(x, most-n); n > most {
				break
			}
		}
	}
	return n
}
