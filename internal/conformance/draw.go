package conformance

import (
	"maps"
	"slices"
	"strings"
)

// Drawer makes up what the types allow, for random sequences.
type Drawer struct {
	Types *Types
	Pick  func(n int) int // draws from 0 to n-1
	// Given says what stands in a member, where a type alone does not tell what makes sense there: ids, URLs, identities.
	Given func(typ, member string) (value any, ok bool)
}

// Operations are the names of all that can be requested, with a method and a path below calls in which {id} stands for
// every id.
func Operations() (names []string, method, path map[string]string) {
	method, path = map[string]string{}, map[string]string{}
	for _, o := range operations {
		names = append(names, o.name)
		method[o.name], path[o.name] = o.method, o.path
	}
	return names, method, path
}

// Body makes up the body of a request; nil when it has none. What is not required is there every other time.
func (d *Drawer) Body(c Call) map[string]any {
	if c.op == nil || c.op.sends == "" {
		return nil
	}
	if a := d.Types.params(c.op); a != nil {
		return d.members(a.Parameters, d.Types.required[a.Name], 0)
	}
	if d.Types.types[c.op.sends] == nil {
		return map[string]any{} // an action that the dialect lacks
	}
	return d.object(c.op.sends, 0)
}

func (d *Drawer) members(declared map[string]string, required []string, depth int) map[string]any {
	o := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		if slices.Contains(required, name) || d.Pick(2) == 0 {
			o[name] = d.value(declared[name], name, depth)
		}
	}
	return o
}

func (d *Drawer) object(typ string, depth int) map[string]any {
	said := d.Types.abstract[typ] || d.Pick(2) == 0
	if d.Types.abstract[typ] {
		var kinds []string
		for _, name := range slices.Sorted(maps.Keys(d.Types.types)) {
			if name != typ && d.Types.is(name, typ) {
				kinds = append(kinds, name)
			}
		}
		typ = kinds[d.Pick(len(kinds))]
	}
	o := map[string]any{}
	for name := typ; name != "" && depth < 5; name = d.Types.types[name].Base {
		maps.Copy(o, d.members(d.Types.types[name].Properties, d.Types.requires(name), depth+1))
	}
	if said {
		o["@odata.type"] = "#microsoft.graph." + typ
	}
	return o
}

func (d *Drawer) value(typ, member string, depth int) any {
	typ = strings.TrimSuffix(typ, "?")
	if of, ok := strings.CutPrefix(typ, "Collection("); ok {
		of = strings.TrimSuffix(of, ")")
		list := []any{}
		for range 1 + d.Pick(2) {
			list = append(list, d.value(of, member, depth))
		}
		return list
	}
	if v, ok := d.Given(typ, member); ok {
		return v
	}
	switch typ {
	case "Edm.String":
		return []string{"x", "", "two words"}[d.Pick(3)]
	case "Edm.Boolean":
		return d.Pick(2) == 0
	case "Edm.Int32", "Edm.Int64":
		return []int{1, 0, 5, 20, 60}[d.Pick(5)]
	case "Edm.Double":
		return 0.5
	case "Edm.Duration":
		return "PT0.03S"
	case "Edm.DateTimeOffset":
		return "2026-01-01T00:00:00Z"
	case "Edm.Guid":
		return "57dab8b1-894c-409a-b240-bd8beae78896"
	}
	t := d.Types.types[typ]
	switch {
	case t == nil:
		return map[string]any{}
	case t.Kind == "enum":
		return t.Values[d.Pick(len(t.Values))]
	}
	return d.object(typ, depth)
}
