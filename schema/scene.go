package schema

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
	"callflow/schema/problem"
)

// scene compiles the section simulate.
func (r *reader) scene(n *yaml.Node) *Template {
	if len(r.chain) == 1 {
		if own := r.peopleOf(resolve(n)); own != nil {
			r.people = r.sharedPeople(own)
		}
	}
	if len(r.chain) == 1 {
		r.plan.scene = &Step{Pos: r.at(n), Verb: &Verb{Name: "simulate"}}
		r.current = r.plan.scene
		defer func() { r.current = nil }()
	}
	before := len(r.problems)
	t := r.decoder(r.base).template(n, r.voc.Scene, nil)
	if r.voc.CheckScene == nil || !t.make.given {
		return t
	}
	broken := brokenEntries(resolve(n), r.problems[before:])
	for _, f := range r.voc.CheckScene(r.src.Shared.populate(t.Static())) {
		at, key := below(resolve(n), f.Path)
		if entry, _ := below(resolve(n), f.Path[:min(len(f.Path), 2)]); decided(at) || broken[entry] || r.src.Shared.outside(resolve(n), f.Path) {
			continue
		}
		if key == nil || at.Kind == yaml.ScalarNode {
			key = at
		}
		r.problem(key, "bad-scene", f.Hint, "%s", f.Text)
	}
	return t
}

// brokenEntries are the persons, actions, faults and settings of the section in which something cannot be read: what else
// seems wrong with them may follow from that. A problem is in the entry that is the last to begin before it.
func brokenEntries(scene *yaml.Node, found Problems) map[*yaml.Node]bool {
	broken := map[*yaml.Node]bool{}
	for _, p := range found {
		var in *yaml.Node
		begins := func(at, n *yaml.Node) {
			if at.Line < p.Line || at.Line == p.Line && at.Column <= p.Col {
				in = n
			}
		}
		for _, part := range pairs(scene) {
			begins(part.key, part.value)
			list := resolve(part.value)
			if list.Kind == yaml.SequenceNode {
				for _, c := range list.Content {
					begins(c, resolve(c))
				}
				continue
			}
			for _, one := range pairs(list) {
				begins(one.key, resolve(one.value))
			}
		}
		broken[in] = broken[in] || p.Severity == SeverityError
	}
	return broken
}

// below goes down a path as far as it leads, and returns the last key besides.
func below(n *yaml.Node, path []string) (at, key *yaml.Node) {
	for _, step := range path {
		next := resolve(childNode(n, step))
		if next == nil {
			break
		}
		key = keyNode(n, step)
		n = next
	}
	return n, key
}

// keyNode is the key itself, nil in a list.
func keyNode(n *yaml.Node, name string) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		for _, p := range pairs(n) {
			if p.key.Value == name {
				return p.key
			}
		}
	}
	return nil
}

// decided says that an expression decides a value or a part of it.
func decided(n *yaml.Node) bool {
	n = resolve(n)
	if n.Kind == yaml.ScalarNode {
		return strings.Contains(n.Value, "${{")
	}
	for _, c := range n.Content {
		if decided(c) {
			return true
		}
	}
	return false
}

// peopleOf finds the people of the section, by name; nil: they are written in a way that hides who is there.
func (r *reader) peopleOf(scene *yaml.Node) map[string]*yaml.Node {
	people := map[string]*yaml.Node{}
	for _, f := range structureOf(r.voc.Scene).fields {
		n := resolve(childNode(scene, f.name))
		if f.people && n == nil {
			n = resolve(meantNode(scene, f.name, structureOf(r.voc.Scene).names))
		}
		if f.people && n != nil && n.Kind != yaml.MappingNode && !isNull(n) {
			return nil
		}
		if f.people && n != nil {
			for _, p := range pairs(n) {
				people[p.key.Value] = resolve(p.value)
				r.trace.somebody(p.key, r.at(p.key))
			}
		}
	}
	return people
}

// person checks a value that names somebody of the simulated world. A simulator that runs by itself may have people of its
// own, and an included file may be checked without the one that includes it: where nobody is known nothing can be said. Nor
// where it can be a bot's name: the world knows those.
func (d *decoder) person(n *yaml.Node, f *field) {
	d.trace.person(n, d.at(n))
	if f.orBot || d.people == nil || len(d.people) == 0 && d.step != nil {
		return
	}
	if _, ok := d.people[n.Value]; ok {
		return
	}
	names := slices.Sorted(maps.Keys(d.people))
	d.problem(n, "unknown-value", problem.DidYouMean(n.Value, names), "nobody in simulate.people is called %q; there %s", n.Value, are(names))
}

func are(names []string) string {
	switch len(names) {
	case 0:
		return "is nobody"
	case 1:
		return "is " + names[0]
	}
	return "are " + problem.Listed(names, "and")
}

// plainName reports a text that is a name, where the name's value is wanted: in ids, which are never plain words.
func (d *decoder) plainName(n *yaml.Node, f *field) bool {
	if f == nil {
		return false
	}
	if m := shellName.FindStringSubmatch(n.Value); m != nil && (isIDName(f.name) || f.call || f.operation || f.format != "") {
		d.problem(n, "plain-name", "write ${{ "+m[1]+m[2]+" }}", "%s is plain text, not an expression", n.Value)
		return true
	}
	if !identifier.MatchString(n.Value) {
		return false
	}
	isID := isIDName(f.name)
	if f.name == "participant" && (d.authored(n.Value) || d.people[n.Value] != nil) {
		d.problem(n, "plain-name", "capture it from a roster, find(participants, .info.identity.user.id == …).id, and write ${{ … }}",
			"this is the text %q, and not the id of a participant", n.Value)
		return true
	}
	if !isID && !f.call && !f.operation && f.format == "" {
		return false
	}
	if d.authored(n.Value) {
		d.problem(n, "plain-name", "write ${{ "+n.Value+" }}", "this is the text %q, not the value of the name %s", n.Value, n.Value)
		return true
	}
	person, ok := d.people[n.Value]
	if !ok || d.step == nil {
		return false
	}
	hint := fmt.Sprintf("give %s an id in simulate.people, and write that", n.Value)
	for _, key := range []string{"id", "phone"} {
		if id := resolve(childNode(person, key)); id != nil && id.Value != "" {
			hint = "write their " + key + ": " + id.Value
			break
		}
	}
	d.problem(n, "plain-name", hint, "%q is a name in simulate.people, not an id", n.Value)
	return true
}

// shellName is a name as shells and other template languages have it.
var shellName = regexp.MustCompile(`^\$(?:([A-Za-z_][\w.]*)|\{\s*([A-Za-z_][\w.]*)\s*\})$`)

func isIDName(name string) bool { return name == "id" || strings.HasSuffix(name, "Id") }

// authored says that an author gave this name to a value.
func (d *decoder) authored(name string) bool {
	return (name == "item" || !containsWord(reservedNames, name)) && d.sc.Find(name) != nil
}

// overEvent checks a literal text that is an expression over an event.
func (d *decoder) overEvent(n *yaml.Node) {
	if d.voc.Event == nil {
		return
	}
	d.compile(strings.TrimRight(n.Value, " \t\n"), 0, d.doc.posMap(n), expr.EventScope(d.voc.Globals(), d.trace.watched()), expr.Bool)
}

// findStruck looks for the steps that the section names, once all are read.
func (r *reader) findStruck() {
	if len(r.struck) == 0 || r.broken {
		return
	}
	ids := map[string]bool{}
	collectIDs(r.plan, "", ids)
	for _, n := range r.struck {
		if !ids[n.Value] {
			r.problem(n, "unknown-step", problem.DidYouMean(n.Value, slices.Sorted(maps.Keys(ids))), "no step has the id %q", n.Value)
		}
	}
}

// collectIDs adds the ids of a plan's steps, those of included files behind the id of the step that includes them.
func collectIDs(p *Plan, prefix string, ids map[string]bool) {
	var collect func(b Block)
	collect = func(b Block) {
		for _, s := range b {
			if s.ID != "" {
				ids[prefix+s.ID] = true
			}
			if s.Include != nil {
				collectIDs(s.Include, prefix+s.Key()+"/", ids)
			}
			for _, inner := range s.Inner {
				collect(inner.Steps)
			}
		}
	}
	collect(p.Steps)
	collect(p.Finally)
}
