package history

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"callflow/steps"
)

// Place is where a document came: as the response to a step, by its status, or as a notification, by what it tells.
type Place struct {
	What string // response, notification
	Of   string // the step's key; "call established", "participants updated"
	Sub  string // the status of a response
}

func (p Place) String() string {
	if p.What == "response" {
		return "the response of " + stepWords(p.Of)
	}
	return "the notification " + p.Of
}

func placeOf(e *steps.Arrived) Place {
	r := resourceOf(e)
	word := r.State + r.Status
	if word == "" {
		word = e.ChangeType
	}
	name := strings.TrimSpace(string(e.Kind) + " " + word)
	if e.Origin != "" && e.Origin != "notification" {
		name += " (" + e.Origin + ")"
	}
	return Place{"notification", name, ""}
}

// shape is which members the documents of a place had.
type shape struct {
	documents int
	members   map[string]*seen // by path: resourceData.state, resourceData[].info
}

type seen struct {
	documents int    // in how many of them
	kinds     string // of its values, a letter each
}

// see takes in one document. What is no JSON has no shape.
func (r *Run) see(p Place, raw json.RawMessage) {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return
	}
	s := r.shapes[p]
	if s == nil {
		s = &shape{members: map[string]*seen{}}
		r.shapes[p] = s
	}
	one := map[string]string{}
	kindsOf("", v, one)
	s.documents++
	for path, kinds := range one {
		m := s.members[path]
		if m == nil {
			m = &seen{}
			s.members[path] = m
		}
		m.documents++
		m.add(kinds)
	}
}

func (m *seen) add(kinds string) {
	for _, k := range kinds {
		if !strings.ContainsRune(m.kinds, k) {
			m.kinds += string(k)
		}
	}
}

// kindsOf lists the members of a document with the kinds of their values.
func kindsOf(path string, v any, into map[string]string) {
	kind := "z"
	switch x := v.(type) {
	case map[string]any:
		kind = "o"
		for name, one := range x {
			kindsOf(strings.TrimPrefix(path+"."+guid.ReplaceAllString(name, "{id}"), "."), one, into)
		}
	case []any:
		kind = "l"
		for _, one := range x {
			kindsOf(path+"[]", one, into)
		}
	case string:
		kind = "t"
	case bool:
		kind = "b"
	case float64:
		kind = "n"
	}
	if path != "" {
		into[path] += kind
	}
}

var kindWords = map[string]string{"o": "an object", "l": "a list", "t": "a text", "b": "true or false", "n": "a number", "z": "null"}

// add takes in another run's shape of the same place.
func (s *shape) add(o *shape) {
	s.documents += o.documents
	for path, m := range o.members {
		mine := s.members[path]
		if mine == nil {
			mine = &seen{}
			s.members[path] = mine
		}
		mine.documents += m.documents
		mine.add(m.kinds)
	}
}

// changes says what a shape has that none of the documents before had, what it lacks that all of them had, and whose kind
// is another.
func (s *shape) changes(before *shape) (words []string) {
	for _, path := range slices.Sorted(maps.Keys(s.members)) {
		m := before.members[path]
		switch {
		case m == nil && !parentNew(path, s, before):
			words = append(words, "new member "+path)
		case m != nil:
			for _, k := range s.members[path].kinds {
				if !strings.ContainsRune(m.kinds, k) {
					words = append(words, fmt.Sprintf("%s is %s (it was %s)", path, kindWords[string(k)], kindWords[m.kinds[:1]]))
				}
			}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(before.members)) {
		always := func(path string) bool {
			m := before.members[path]
			return m != nil && m.documents == before.documents && (s.members[path] == nil || s.members[path].documents < s.documents)
		}
		up := s.members[parent(path)]
		hollow := strings.HasSuffix(path, "[]") || up != nil && !strings.ContainsAny(up.kinds, "ol") // an empty list, or null: told of it
		if always(path) && !always(parent(path)) && !hollow {
			words = append(words, "missing member "+path)
		}
	}
	return words
}

// parentNew says whether the member that a path goes through is new itself, which is told instead.
func parentNew(path string, s, before *shape) bool {
	up := parent(path)
	return up != "" && s.members[up] != nil && before.members[up] == nil
}

// parent is the path of what holds a member: of a.b[].c it is a.b[], whose own is a.b.
func parent(path string) string {
	if list, ok := strings.CutSuffix(path, "[]"); ok {
		return list
	}
	return path[:max(0, strings.LastIndexByte(path, '.'))]
}

// baseline is the shapes of several runs together.
type baseline map[Place]*shape

func (b baseline) add(r *Run) {
	for p, s := range r.shapes {
		if b[p] == nil {
			b[p] = &shape{members: map[string]*seen{}}
		}
		b[p].add(s)
	}
}

// places are those of a run in a fixed order: responses in the order of their requests, then notifications by name.
func (r *Run) places() []Place {
	rank := map[string]int{}
	for i, key := range r.order {
		if _, ok := rank[key.step]; !ok {
			rank[key.step] = i
		}
	}
	return slices.SortedFunc(maps.Keys(r.shapes), func(a, b Place) int {
		if a.What != b.What {
			return -strings.Compare(a.What, b.What)
		}
		if a.What == "response" && rank[a.Of] != rank[b.Of] {
			return rank[a.Of] - rank[b.Of]
		}
		return strings.Compare(a.Of+"\x00"+a.Sub, b.Of+"\x00"+b.Sub)
	})
}
