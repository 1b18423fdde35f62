package graph

import (
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"strings"
)

// normaliser turns what the wire said into the normalised view: documented names and enum words, canonical ids, numbers
// where Graph declares numbers, no nulls. Lists stay []any, objects map[string]any.
type normaliser struct {
	// unknown keeps members that the types do not declare, as they came.
	unknown bool
	// odd says what was first found to be of the wrong type; that member is left out.
	odd string
}

func (n *normaliser) note(format string, args ...any) {
	if n.odd == "" {
		n.odd = fmt.Sprintf(format, args...)
	}
}

// object normalises one object of shape s. in is not changed, and is the result itself where it is in order already, as
// most objects of today's service are: the view and the raw item then share it, and nobody may change either.
func (n *normaliser) object(s *shape, in map[string]any) map[string]any {
	if s.identities != nil && n.isBareIdentity(s, in) {
		in = map[string]any{"identity": in}
	}
	if in == nil {
		return map[string]any{}
	}
	out, own := in, false
	change := func() {
		if !own {
			out, own = make(map[string]any, len(in)+1), true
			maps.Copy(out, in)
		}
	}
	drop := func(name string, v any) {
		if change(); same(out[name], v) { // unless an alias has put something there meanwhile
			delete(out, name)
		}
	}
	for name, v := range in {
		m := s.members[name]
		switch {
		case v == nil, m == nil && !n.unknown:
			drop(name, v)
			continue
		case m == nil:
			continue
		case m.alias && in[m.name] != nil: // said twice: the documented name holds
			drop(name, v)
			continue
		}
		if m.spill != "" {
			if word, ok := spilled(v); ok {
				drop(name, v)
				if word != "" {
					out[m.spill] = word
				}
				continue
			}
		}
		to, ok := n.value(m, v)
		if !ok || m.alias {
			drop(name, v)
		}
		if ok && (m.alias || !same(to, v)) {
			change()
			out[m.name] = to
		}
	}
	return out
}

// same says whether a value stands where another was: the very same object or list, or an equal value.
func same(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && reflect.ValueOf(a).UnsafePointer() == reflect.ValueOf(b).UnsafePointer()
	case []any:
		b, ok := b.([]any)
		return ok && len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
	}
	switch b.(type) {
	case map[string]any, []any:
		return false
	}
	return a == b
}

// isBareIdentity says whether in is an identitySet that stands where s is expected, as in 2018's answeredBy and redirect
// targets.
func (n *normaliser) isBareIdentity(s *shape, in map[string]any) bool {
	if in["identity"] != nil {
		return false
	}
	for _, m := range s.identities.fields {
		if m.kind == object && in[m.name] != nil {
			return true
		}
	}
	return false
}

// spilled says whether a word stands where a number belongs, and which.
func spilled(v any) (word string, ok bool) {
	word, ok = v.(string)
	if ok {
		_, err := strconv.Atoi(strings.TrimSpace(word))
		ok = err != nil
	}
	return word, ok
}

// value normalises one value; ok is false when it is of the wrong type.
func (n *normaliser) value(m *member, v any) (any, bool) {
	switch m.kind {
	case text, identifier, word:
		return n.text(m, v)
	case whole, fraction:
		return n.number(m, v)
	case boolean:
		switch v := v.(type) {
		case bool:
			return v, true
		case string:
			if b, err := strconv.ParseBool(strings.ToLower(v)); err == nil {
				return b, true
			}
		}
		n.note("%s is %s, not true or false", m.name, sketch(v))
		return nil, false
	case object:
		if o, ok := v.(map[string]any); ok {
			return n.object(m.shape, o), true
		}
		n.note("%s is %s, not an object", m.name, sketch(v))
		return nil, false
	case list:
		return n.list(m, v), true
	}
	return v, true
}

func (n *normaliser) text(m *member, v any) (any, bool) {
	s, ok := v.(string)
	if !ok {
		switch v := v.(type) {
		case int:
			s = strconv.Itoa(v)
		case float64:
			s = strconv.FormatFloat(v, 'f', -1, 64)
		default:
			n.note("%s is %s, not a string", m.name, sketch(v))
			return nil, false
		}
	}
	to := s
	switch m.kind {
	case identifier:
		to = CanonicalID(s)
	case word:
		to = documented(m.words, s)
	}
	if ok && to == s {
		return v, true // the value as it is: no new string in an interface
	}
	return to, true
}

// documented returns an enum's word in the case Graph documents; enums may grow, so an unknown word stays.
func documented(words map[string]string, s string) string {
	if w, ok := words[s]; ok {
		return w
	}
	if w, ok := words[fold(s)]; ok {
		return w
	}
	return s
}

func (n *normaliser) number(m *member, v any) (any, bool) {
	if s, ok := v.(string); ok {
		s = strings.TrimSpace(s)
		if i, err := strconv.Atoi(s); err == nil {
			v = i
		} else if f, err := strconv.ParseFloat(s, 64); err == nil && m.kind == fraction {
			v = f
		}
	}
	switch x := v.(type) {
	case int:
		if m.kind == fraction {
			return float64(x), true
		}
		return x, true
	case float64:
		if m.kind == fraction {
			return x, true
		}
	}
	n.note("%s is %s, not a number", m.name, sketch(v))
	return nil, false
}

// list normalises a list; a single value is a list of one. One that is in order is the result itself.
func (n *normaliser) list(m *member, v any) []any {
	in, ok := v.([]any)
	if !ok {
		in = []any{v}
	}
	out, own := in, false
	for i, x := range in {
		to, ok := any(nil), false
		if x != nil {
			to, ok = n.value(m.elem, x)
		}
		if !own && (!ok || !same(to, x)) {
			out, own = append(make([]any, 0, len(in)), in[:i]...), true
		}
		if own && ok {
			out = append(out, to)
		}
	}
	return out
}

// sketch describes a value of the wrong type.
func sketch(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		if len(v) > 40 {
			v = v[:40] + "…"
		}
		return strconv.Quote(v)
	}
	return fmt.Sprint(v)
}

// with is o with a member of that value: o itself where it has it.
func with(o map[string]any, name string, value any) map[string]any {
	if same(o[name], value) {
		return o
	}
	o = maps.Clone(o)
	o[name] = value
	return o
}
