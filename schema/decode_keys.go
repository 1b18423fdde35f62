package schema

import (
	"fmt"
	"reflect"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// Mappings whose keys are the author's.

func (d *decoder) mapping(n *yaml.Node, t reflect.Type, f *field) maker {
	if m, ok := d.dynamic(n, t, f); ok {
		return m
	}
	if n.Kind == yaml.SequenceNode && !reported(n) {
		d.problem(n, "wrong-kind", keyed(n), "this is a list; a mapping of names to what they are is wanted")
		return maker{static: reflect.Zero(t)}
	}
	if n.Kind != yaml.MappingNode {
		d.wrongKind(n, "a mapping")
		return maker{static: reflect.Zero(t)}
	}
	m := maker{static: reflect.MakeMap(t), given: true}
	var parts []part
	for _, p := range pairs(n) {
		x := d.value(p.value, t.Elem(), nil)
		m.static.SetMapIndex(reflect.ValueOf(p.key.Value).Convert(t.Key()), x.static)
		if x.build != nil {
			parts = append(parts, part{key: p.key.Value, build: x.build})
		}
	}
	if parts != nil {
		m.build = func(names map[string]any) (reflect.Value, error) {
			made := copyValue(m.static)
			for _, p := range parts {
				v, err := p.build(names)
				if err != nil {
					return v, err
				}
				made.SetMapIndex(reflect.ValueOf(p.key).Convert(t.Key()), v)
			}
			return made, nil
		}
	}
	return m
}

// keyed is a hint for a list in place of a mapping with keys of the author's: its items with a name or a key of their own.
func keyed(list *yaml.Node) string {
	for _, item := range list.Content {
		switch item = resolve(item); {
		case item.Kind == yaml.ScalarNode && identifier.MatchString(item.Value):
			return fmt.Sprintf("names are keys: write %s: {…}", item.Value)
		case item.Kind != yaml.MappingNode || len(item.Content) == 0:
		case childNode(item, "name") != nil && resolve(childNode(item, "name")).Kind == yaml.ScalarNode:
			return fmt.Sprintf("the name is the key: write %s: {…}, without a dash and without name", resolve(childNode(item, "name")).Value)
		default:
			return fmt.Sprintf("leave out the dashes: write %s: …", item.Content[0].Value)
		}
	}
	return "names are keys: write name: {…}"
}

// ordered compiles a Map[T].
func (d *decoder) ordered(n *yaml.Node, t, elem reflect.Type, f *field) maker {
	if elem != blockType && elem != exprPointer {
		if m, ok := d.dynamic(n, t, f); ok {
			return m
		}
	}
	if n.Kind == yaml.SequenceNode && elem == exprPointer && !reported(n) {
		d.problem(n, "wrong-kind", "give each a name of its own: write name: expression for - expression", "this is a list; a mapping of names to expressions is wanted")
		return maker{static: reflect.Zero(t)}
	}
	if n.Kind != yaml.MappingNode {
		d.wrongKind(n, "a mapping")
		return maker{static: reflect.Zero(t)}
	}
	return d.entries(pairs(n), t, elem, f)
}

func (d *decoder) entries(ps []pair, t, elem reflect.Type, f *field) maker {
	m := maker{static: reflect.MakeSlice(t, len(ps), len(ps)), given: true, seen: &expr.Type{Kind: expr.KindObject, Fields: []expr.Field{}}}
	branches := d.enterBranches(ps, elem)
	var parts []part
	for i, p := range ps {
		if d.step != nil {
			d.step.checkEntry(p.key, f)
		}
		x := branches.value(i, func(inner *decoder) maker { return inner.value(p.value, elem, f) })
		entry := m.static.Index(i)
		entry.FieldByName("Pos").Set(reflect.ValueOf(d.at(p.key)))
		entry.FieldByName("Key").SetString(p.key.Value)
		entry.FieldByName("Value").Set(x.static)
		m.seen.Fields = append(m.seen.Fields, expr.Field{Name: p.key.Value, Type: seenAs(x, elem)})
		if x.build != nil {
			parts = append(parts, part{index: i, build: x.build})
		}
	}
	if parts != nil {
		m.build = func(names map[string]any) (reflect.Value, error) {
			made := copyValue(m.static)
			for _, p := range parts {
				v, err := p.build(names)
				if err != nil {
					return v, err
				}
				made.Index(p.index).FieldByName("Value").Set(v)
			}
			return made, nil
		}
	}
	return m
}
