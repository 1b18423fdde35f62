package graph

import (
	"reflect"
	"strings"
	"sync"
)

// A shape is what this package knows of a struct type: its members by their names on the wire. Shapes are derived once
// from the structs; normalising, encoding and decoding all follow them.
type shape struct {
	typ     reflect.Type
	members map[string]*member // by name and alias
	fields  []*member          // in the struct's order, without aliases
	// identities is set on types that hold an identitySet in a member `identity`: the 2018 service sent the bare set in
	// their place.
	identities *shape
}

// member is one field of a struct.
type member struct {
	name   string // in v1.0
	kind   kind
	index  int
	words  map[string]string // of an enum: what is seen on the wire, folded -> the documented word
	spill  string            // where words go that are no number
	elem   *member           // of a list
	shape  *shape            // of an object
	only   []string          // the dialects that have it; empty: all
	legacy string            // the name in the legacy dialect
	preset string            // what legacy writes when it is empty
	odata  string            // the @odata.type to fill in, where the struct's own does not say it
	call   bool              // names a call: legacy writes it as a path
	alias  bool              // this entry of members is for another spelling of the name
}

type kind uint8

const (
	anything kind = iota
	text
	identifier
	word
	whole
	fraction
	boolean
	object
	list
)

var shapes sync.Map // reflect.Type -> *shape

// shapeOf returns the shape of a struct type.
func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s := buildShape(t, map[reflect.Type]*shape{})
	shapes.Store(t, s)
	return s
}

func buildShape(t reflect.Type, building map[reflect.Type]*shape) *shape {
	if s := building[t]; s != nil {
		return s
	}
	s := &shape{typ: t, members: map[string]*member{}}
	building[t] = s
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" || !f.IsExported() {
			continue
		}
		m := memberOf(name, f.Type, f.Tag, building)
		m.index = i
		s.fields = append(s.fields, m)
		s.members[name] = m
	}
	for i, m := range s.fields {
		for _, alias := range split(t.Field(m.index).Tag.Get("alias")) {
			if s.members[alias] == nil {
				other := *s.fields[i]
				other.alias = true
				s.members[alias] = &other
			}
		}
	}
	if m := s.members["identity"]; m != nil && m.kind == object {
		s.identities = m.shape
	}
	return s
}

func memberOf(name string, t reflect.Type, tag reflect.StructTag, building map[reflect.Type]*shape) *member {
	m := &member{
		name: name, spill: tag.Get("words"), legacy: tag.Get("legacy"), preset: tag.Get("legacyDefault"),
		only: split(tag.Get("only")), odata: tag.Get("odata"), call: tag.Get("call") == "true",
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String:
		m.kind = text
		if name == "id" || strings.HasSuffix(name, "Id") {
			m.kind = identifier
		}
		m.words = wordsOf(tag)
		if m.words != nil {
			m.kind = word
		}
	case reflect.Int, reflect.Int64:
		m.kind = whole
	case reflect.Float64:
		m.kind = fraction
	case reflect.Bool:
		m.kind = boolean
	case reflect.Slice:
		m.kind = list
		m.elem = memberOf(name, t.Elem(), tag, building)
	case reflect.Struct:
		m.kind = object
		m.shape = buildShape(t, building)
	}
	return m
}

// wordsOf reads the tags enum and also; nil when there are none.
func wordsOf(tag reflect.StructTag) map[string]string {
	enum, also := split(tag.Get("enum")), split(tag.Get("also"))
	if enum == nil && also == nil {
		return nil
	}
	words := map[string]string{}
	for _, w := range enum {
		words[w], words[fold(w)] = w, w
	}
	for _, w := range also {
		from, to, _ := strings.Cut(w, "=")
		words[from], words[fold(from)] = to, to
	}
	return words
}

// fold makes an enum's spellings equal: Establishing, establishing; transfer-accepted, transferAccepted.
func fold(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", "")) }

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
