// Package conformance checks messages of the calling API against Microsoft Graph's own metadata. Only tests use it: the
// proofs of docs/conformance.md live here, and the simulator's random sequences borrow its checks.
package conformance

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"callflow/internal/graph"
)

// The types: v1.0 as Microsoft publishes it, and what is known beside it.
//
//go:embed types.v1.json types.more.json
var files embed.FS

// Types are what one dialect's metadata declares.
type Types struct {
	dialect  graph.Dialect
	types    map[string]*declared
	actions  map[string]*action // by boundTo, a space, and name
	abstract map[string]bool
	required map[string][]string // parameters, by action
}

// declared is an entity, complex or enum type.
type declared struct {
	Kind       string            `json:"kind"`
	Base       string            `json:"base"`
	Properties map[string]string `json:"properties"` // a name, Edm.Name or Collection(name), with ? where null is allowed
	Navigation map[string]string `json:"navigation"`
	Values     []string          `json:"values"`
}

// action is something to do with a resource.
type action struct {
	Name       string            `json:"name"`
	BoundTo    string            `json:"boundTo"`
	Parameters map[string]string `json:"parameters"`
	Returns    string            `json:"returns"`
}

type published struct {
	Source   string               `json:"source"`
	Note     string               `json:"note"`
	Abstract []string             `json:"abstract"`
	Required map[string][]string  `json:"required"`
	Actions  []action             `json:"actions"`
	Types    map[string]*declared `json:"types"`
}

// TypesOf reads the types of a dialect. Beta and legacy are v1.0 with what types.more.json adds or replaces.
func TypesOf(d graph.Dialect) *Types {
	t := &Types{dialect: d, types: map[string]*declared{}, actions: map[string]*action{}, abstract: map[string]bool{}, required: map[string][]string{}}
	var official published
	read("types.v1.json", &official)
	var more struct {
		Note   string    `json:"note"`
		V1     published `json:"v1.0"`
		Beta   published `json:"beta"`
		Legacy published `json:"legacy"`
	}
	read("types.more.json", &more)
	t.add(official)
	t.add(more.V1)
	switch d {
	case graph.Beta:
		t.add(more.Beta)
	case graph.Legacy:
		t.add(more.Legacy)
		t.required = map[string][]string{}
	}
	return t
}

func read(name string, v any) {
	text, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		panic(fmt.Errorf("%s: %w", name, err))
	}
}

func (t *Types) add(p published) {
	for name, d := range p.Types {
		to, extends := strings.CutPrefix(name, "+")
		if !extends {
			t.types[to] = d
			continue
		}
		sum := *t.types[to]
		sum.Properties = merged(sum.Properties, d.Properties)
		sum.Values = slices.Concat(sum.Values, d.Values)
		t.types[to] = &sum
	}
	for i := range p.Actions {
		a := &p.Actions[i]
		t.actions[a.BoundTo+" "+a.Name] = a
	}
	for _, name := range p.Abstract {
		t.abstract[name] = true
	}
	maps.Copy(t.required, p.Required)
}

func merged(a, b map[string]string) map[string]string {
	sum := maps.Clone(a)
	if sum == nil {
		sum = map[string]string{}
	}
	maps.Copy(sum, b)
	return sum
}

// property finds a member of a type or of its bases; by says which of them declares it.
func (t *Types) property(name, member string) (typ, by string) {
	for d := t.types[name]; d != nil; name, d = d.Base, t.types[d.Base] {
		if typ := d.Properties[member]; typ != "" {
			return typ, name
		}
		if typ := d.Navigation[member]; typ != "" {
			return typ + "?", name
		}
	}
	return "", name
}

// members lists what a type requires, its bases' too.
func (t *Types) requires(name string) []string {
	var list []string
	for d := t.types[name]; d != nil; d = t.types[d.Base] {
		for member, typ := range d.Properties {
			if !strings.HasSuffix(typ, "?") {
				list = append(list, member)
			}
		}
	}
	slices.Sort(list)
	return list
}

// is says whether a type is another one or comes from it.
func (t *Types) is(name, base string) bool {
	for ; name != base; name = t.types[name].Base {
		if t.types[name] == nil || t.types[name].Base == "" {
			return false
		}
	}
	return true
}

// Words are the members of an enum.
func (t *Types) Words(enum string) []string { return t.types[enum].Values }
