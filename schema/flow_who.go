package schema

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Who is named in a step: the kind of identity and the form of its id. A member of an identity set has the tag ids, which
// says what its ids look like. What a var or the matrix holds is looked at as if it stood there.

// whoWalk looks at the identities in a plan.
type whoWalk struct {
	*checker
	constants map[string]constant
	kinds     map[string]resident // the people of the simulated world, by id
	persons   map[string]string   // by id or captured name: what shows that it is a person's
}

// constant is a value that the file itself gives a name.
type constant struct {
	what  string // "the var desk"
	texts []string
	node  *yaml.Node // nil: it is in several places
	file  string
}

// resident is somebody of the simulated world.
type resident struct{ name, kind string }

// who checks a plan's steps.
func (c *checker) who(p *Plan) {
	w := &whoWalk{checker: c, constants: c.constants(p), kinds: map[string]resident{}, persons: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(c.people)) {
		w.settle(name, c.people[name])
	}
	w.scene(p)
	w.block(p.Steps)
	w.block(p.Finally)
	w.mistaken(p)
}

// settle notes what kind somebody is whose id is known.
func (w *whoWalk) settle(name string, person *yaml.Node) {
	kind := "user"
	if n := resolve(childNode(person, "kind")); n != nil {
		kind = n.Value
	}
	for key, kind := range map[string]string{"id": kind, "phone": "phone"} { // two ids: the order does not matter
		if id := resolve(childNode(person, key)); id != nil && id.Kind == yaml.ScalarNode {
			for _, text := range w.texts(id.Value) {
				w.kinds[canonical(text)] = resident{name, kind}
				w.persons[canonical(text)] = name + " in simulate.people"
			}
		}
	}
}

// texts are what a value may be: its text, or what the name holds that it mentions; none when only the run knows.
func (w *whoWalk) texts(value string) []string {
	if m := wholeReference.FindStringSubmatch(value); m != nil {
		return w.constants[m[1]].texts
	}
	return []string{value}
}

func canonical(text string) string {
	if id, ok := canonicalID(text); ok {
		return string(id[:])
	}
	return text
}

// constants are the vars and matrix values whose text the file says.
func (c *checker) constants(p *Plan) map[string]constant {
	known := map[string]constant{}
	for _, v := range slices.Concat(p.Shared, p.Vars) {
		if text, ok := v.Value.make.static.Interface().(string); ok && v.Value.Constant() {
			known[v.Name] = constant{"the var " + v.Name, []string{text}, resolve(v.Value.node), v.Pos.File}
		}
	}
	if len(p.Rows) == 0 {
		return known
	}
	for _, axis := range slices.Sorted(maps.Keys(p.Rows[0].Values)) {
		var texts []string
		for _, row := range p.Rows {
			if text, ok := row.Values[axis].(string); ok {
				texts = append(texts, text)
			}
		}
		known["matrix."+axis] = constant{"the matrix's " + axis, texts, nil, p.File}
	}
	return known
}

func (w *whoWalk) block(b Block) {
	for _, s := range b {
		for _, x := range s.Capture {
			if personPath.MatchString(x.Expr.tree().path) {
				w.persons["name "+x.Name] = x.Expr.tree().path + " of " + stepName(s)
			}
		}
		done := w.itemsOf(s)
		if s.Params != nil && s.Params.node != nil && s.Verb.Params != nil {
			w.named(s)
			w.look(s, s.Verb.Params, s.Params.node)
		}
		for _, in := range s.Inner {
			w.block(in.Steps)
		}
		done()
	}
}

// look goes through a step's parameters as their type has them.
func (w *whoWalk) look(s *Step, t reflect.Type, n *yaml.Node) {
	n = resolve(n)
	if n == nil || t == exprPointer || t == reflect.TypeFor[*Step]() || t == blockType {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		w.look(s, t.Elem(), n)
	case reflect.Slice:
		if n.Kind == yaml.SequenceNode {
			for _, item := range n.Content {
				w.look(s, t.Elem(), item)
			}
		}
	case reflect.Struct:
		for _, f := range structureOf(t).fields {
			key, value := keyNode(n, f.name), resolve(childNode(n, f.name))
			switch {
			case value == nil:
			case f.ids != "":
				w.identity(s, f, key, value)
			case f.format != "" && value.Kind == yaml.ScalarNode:
				w.form(s, f.format, value)
			default:
				w.look(s, f.typ, value)
			}
		}
	}
}

// identity checks one member of an identity set.
func (w *whoWalk) identity(s *Step, f *field, key, value *yaml.Node) {
	id := value
	if value.Kind == yaml.MappingNode {
		id = resolve(childNode(value, "id"))
	}
	if id == nil || id.Kind != yaml.ScalarNode {
		return
	}
	if f.ids != "any" {
		w.form(s, f.ids, id)
	}
	for _, text := range w.texts(id.Value) {
		if w.persons[canonical(text)] == "" {
			w.persons[canonical(text)] = fmt.Sprintf("the %s of %s", f.name, stepName(s))
		}
		if who, ok := w.kinds[canonical(text)]; ok && who.kind != f.name {
			w.report(Problem{Pos: Pos{s.Pos.File, key.Line, key.Column}, Len: utf8.RuneCountInString(key.Value), Code: "identity-kind",
				Text: fmt.Sprintf("%s names %s as %s; in simulate.people they are %s", s.Verb.Name, who.name, f.name, article(who.kind)),
				Hint: "write " + who.kind + " in place of " + f.name})
			return
		}
	}
	if slices.Contains(s.Verb.Shuns, f.name) && len(w.texts(id.Value)) > 0 {
		w.report(Problem{Pos: Pos{s.Pos.File, key.Line, key.Column}, Len: utf8.RuneCountInString(key.Value), Code: "identity-kind",
			Text: fmt.Sprintf("%s was seen to be refused (7505) when its target is named as %s", s.Verb.Name, f.name),
			Hint: "name a resource account as applicationInstance, by its object id"})
	}
}

func article(kind string) string {
	if kind[0] == 'a' || kind[0] == 'o' {
		return "an " + kind
	}
	return "a " + kind
}
