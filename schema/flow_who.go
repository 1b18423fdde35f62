package schema

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// Who is named in a step: the kind of identity and the form of its id. A member of an identity set has the tag ids, which
// says what its ids look like. What a var or the matrix holds is looked at as if it stood there.

// whoWalk looks at the identities in a plan.
type whoWalk struct {
	*checker
	constants map[string]constant
	kinds     map[string]resident // the people of the simulated world, by id
	persons   map[string]string   // by id or captured name: what shows that it is a person's
	secretive bool                // somebody's id is known only in the run
	rows      []Row               // of the matrix
	live      []bool              // the rows that get here; nil: all
	blamed    map[Pos]bool        // the values of which something was said
	told      map[*yaml.Node]bool // the uses of values likewise
	called    int                 // above 0: who is looked at is somebody to be reached
	visits    int                 // of steps in included files
}

// resident is somebody of the simulated world.
type resident struct{ name, kind string }

// who checks a plan's steps.
func (c *checker) who(p *Plan) {
	w := &whoWalk{checker: c, constants: constantsOf(p), kinds: map[string]resident{}, persons: map[string]string{}, rows: p.Rows,
		blamed: map[Pos]bool{}, told: map[*yaml.Node]bool{}}
	for _, p := range c.problems {
		w.blamed[p.Pos] = w.blamed[p.Pos] || p.Severity == SeverityError
	}
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
	if childNode(person, "id") == nil && childNode(person, "phone") == nil && w.voc.Identify != nil {
		w.kinds[canonical(w.voc.Identify(name))] = resident{name, kind}
	}
	for key, kind := range map[string]string{"id": kind, "phone": "phone"} { // two ids: the order does not matter
		if id := resolve(childNode(person, key)); id != nil && id.Kind == yaml.ScalarNode {
			texts := w.texts(id.Value)
			if w.secretive = w.secretive || texts == nil || strings.Contains(texts[0], "${{"); w.secretive {
				continue
			}
			for _, text := range texts {
				w.kinds[canonical(text)] = resident{name, kind}
				w.persons[canonical(text)] = name + " in simulate.people"
			}
		}
	}
}

// texts are what a value may be: its text, or what the name holds that it mentions; none when only the run knows.
func (w *whoWalk) texts(value string) []string {
	if m := wholeReference.FindStringSubmatch(value); m != nil {
		return w.constants[m[1]].texts()
	}
	return []string{value}
}

func canonical(text string) string {
	if id, ok := expr.CanonicalID(text); ok {
		return string(id[:])
	}
	return text
}

func (w *whoWalk) block(b Block) {
	for _, s := range b {
		for _, x := range s.Capture {
			if personPath.MatchString(x.Expr.Tree().Path) {
				w.persons["name "+x.Name] = x.Expr.Tree().Path + " of " + stepName(s)
			}
		}
		over, done := w.under(s.If), w.itemsOf(s)
		if s.Params != nil && s.Params.node != nil && s.Verb.Params != nil {
			w.named(s)
			w.look(s, s.Verb.Params, s.Params.node)
		}
		w.fitting(s)
		if s.Include != nil {
			w.included(s)
		}
		for _, in := range s.Inner {
			w.block(in.Steps)
		}
		done()
		over()
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
			case f.called:
				w.called++
				w.look(s, f.typ, value)
				w.called--
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
			p := Problem{Pos: Pos{File: s.Pos.File, Line: key.Line, Col: key.Column}, Len: utf8.RuneCountInString(key.Value), Code: "identity-kind",
				Text: fmt.Sprintf("%s names %s as %s; in simulate.people they are %s", s.Verb.Name, who.name, f.name, article(who.kind)),
				Hint: "write " + who.kind + " in place of " + f.name}
			if c := w.given(id); c.given {
				p.Pos, p.Len = c.at[0].Pos, c.at[0].length
				p.Text = fmt.Sprintf("%s in %s:%d names %s as %s; in simulate.people they are %s", s.Verb.Name, s.Pos.File, key.Line, who.name, f.name, article(who.kind))
				p.Hint = ""
			}
			w.report(p)
			return
		}
		if w.called > 0 {
			w.stranger(s, f, id, text)
		}
	}
	if slices.Contains(s.Verb.Shuns, f.name) && len(w.texts(id.Value)) > 0 {
		w.report(Problem{Pos: Pos{File: s.Pos.File, Line: key.Line, Col: key.Column}, Len: utf8.RuneCountInString(key.Value), Code: "identity-kind",
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
