package schema

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
	"callflow/schema/problem"
)

var requirable = []string{"simulator"}

var leaks = []string{"hangUp", "fail", "keep"}

func keyNames(keys []frameKey) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	return names
}

var scenarioKeyNames, stepKeyNames = keyNames(scenarioKeys), keyNames(stepKeys)

// scenario compiles the whole file.
func (r *reader) scenario() {
	r.base = expr.NewScope(r.voc.Globals(), r.src.Shared.scope(r.voc), r.trace.watched())
	keys := r.scenarioKeys()
	if keys == nil {
		r.broken = true
		return
	}
	read := func(name string, f func(n *yaml.Node)) {
		p, ok := keys[name]
		switch {
		case !ok || reported(p.value):
		case isNull(resolve(p.value)):
			r.problem(p.key, "empty-value", "", "%s has no value", name)
		default:
			f(p.value)
		}
	}
	plan := r.plan
	plan.Name = strings.TrimSuffix(plan.File[strings.LastIndexByte(plan.File, '/')+1:], ".yaml")
	read("name", func(n *yaml.Node) { plan.Name = r.text(n) })
	read("description", func(n *yaml.Node) { plan.Description = strings.TrimSpace(r.text(n)) })
	read("tags", r.tags)
	read("requires", func(n *yaml.Node) { plan.Requires = r.words(n, &field{enum: requirable}) })
	if len(r.chain) == 1 {
		r.people = r.sharedPeople(nil)
	}
	plan.Rows = []Row{{}}
	if p, ok := keys["matrix"]; ok && isNull(resolve(p.value)) {
		r.base.Declare("matrix", expr.Any, nil, r.at(p.key))
	}
	read("matrix", r.matrix)
	read("vars", func(n *yaml.Node) { plan.Vars = r.vars(n, "a var") })
	read("secrets", func(n *yaml.Node) { plan.Secrets = r.vars(n, "a secret") })
	read("timeout", func(n *yaml.Node) { plan.Timeout, plan.TimeoutPos = r.span(n, true), r.at(keys["timeout"].key) })
	read("defaults", r.defaults)
	read("simulate", func(n *yaml.Node) {
		if r.voc.Scene != nil {
			plan.Simulate = r.scene(n)
		}
	})
	r.body(keys, read)
	r.findStruck()
	r.literalSecrets(keys["secrets"].value)
	r.plainSecrets(keys["vars"].value, keys["secrets"].value)
	r.share()
	read("leak", func(n *yaml.Node) {
		if v, ok := r.literal(n, reflect.TypeFor[string](), &field{enum: leaks}); ok {
			plan.Leak = v.(string)
		}
	})
}

func (r *reader) scenarioKeys() map[string]pair {
	root := resolve(r.doc.root)
	if root.Kind == yaml.SequenceNode {
		r.report(Problem{Pos: r.at(root), Code: "wrong-kind", Text: "this is a list; a scenario is a mapping with at least steps", Hint: "put the list under steps:"})
		return nil
	}
	if root.Kind == yaml.MappingNode {
		for word, why := range keptKeys {
			if n := childNode(root, word); n != nil {
				for i, p := range pairs(root) {
					if p.key.Value == word {
						r.problem(p.key, "kept-key", "leave it out for now", "the key %q means nothing yet: %s", word, why)
						root.Content = append(root.Content[:2*i:2*i], root.Content[2*i+2:]...)
						break
					}
				}
			}
		}
	}
	if root.Kind != yaml.MappingNode {
		r.wrongKind(root, "a scenario, a mapping with at least steps,")
		return nil
	}
	keys, misnamed := r.sections(root)
	if _, ok := keys["steps"]; !ok && misnamed {
		r.broken = true
	} else if !ok {
		r.report(Problem{Pos: r.at(root), Code: "missing-key", Text: "the key steps is missing: a scenario has at least one step"})
		r.broken = true
	}
	if len(r.chain) > 1 {
		r.refuseWhenIncluded(keys)
	}
	return keys
}

// body compiles what runs. Expressions of never and outputs see the names of the main steps, those of finally see them
// as names that may be absent.
func (r *reader) body(keys map[string]pair, read func(string, func(*yaml.Node))) {
	plan := r.plan
	main := &lane{sc: r.base.Child(), path: "steps"}
	if p, ok := keys["finally"]; ok {
		r.announce(main.sc, p.value, "captured in finally, which comes later", "comes later, in finally")
	}
	read("steps", func(n *yaml.Node) {
		plan.Steps = r.block(n, main)
		if n := resolve(n); n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
			r.report(Problem{Pos: r.at(n), Code: "empty-value", Text: "there are no steps; a scenario has at least one"})
		}
	})
	d := r.decoder(main.sc)
	read("never", func(n *yaml.Node) {
		plan.Never = d.tests(n, r.known(main).WithFields(expr.TypeOf(r.voc.Event)), false)
	})
	read("outputs", func(n *yaml.Node) {
		plan.Outputs, _ = r.captures(n, main.sc, func(key *yaml.Node) bool {
			if identifier.MatchString(key.Value) {
				r.trace.declared(UseField, key, "an output", r.at(key))
				return true
			}
			r.fault(key, faultf("bad-name", "use letters, digits and _, a letter first", "%q is not a name that expressions can spell", key.Value))
			return false
		})
	})
	read("finally", func(n *yaml.Node) {
		last := &lane{sc: r.base.Child(), path: "finally"}
		for _, m := range main.made {
			m.declare(last.sc, m.typ, m.late)
		}
		plan.Finally = r.block(n, last)
	})
}

// known is a scope in which all names that the lane made are simply there. It serves expressions in which an absent name
// makes a comparison false.
func (r *reader) known(l *lane) *expr.Scope {
	sc := r.base.Child()
	for _, m := range l.made {
		m.declare(sc, m.typ, nil)
	}
	return sc
}

func (r *reader) tags(n *yaml.Node) {
	r.plan.Tags = r.words(n, nil)
	nodes := resolve(n).Content
	for i, tag := range r.plan.Tags {
		at := n
		if i < len(nodes) {
			at = nodes[i]
		}
		if !wordForm.MatchString(tag) || tag == "and" || tag == "or" || tag == "not" {
			r.problem(resolve(at), "bad-name", "use letters, digits, _, - and .; and, or, not are words of tag expressions", "%q cannot be a tag", tag)
		}
	}
}

// vars reads vars or secrets. A var without a value has to be given by whoever runs or includes the file.
func (r *reader) vars(n *yaml.Node, what string) []Var {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		r.wrongKind(n, "a mapping of names to values")
		return nil
	}
	var vars []Var
	sc := r.base.Child()
	sc.Declare("env", &expr.Type{Kind: expr.KindObject, Elem: expr.String}, nil, Pos{})
	for _, p := range pairs(n) {
		sc.Announce(p.key.Value, "declared further down", r.at(p.key))
	}
	for _, p := range pairs(n) {
		t := r.decoder(sc).template(p.value, anyInterface, nil)
		t.make = r.withEnv(p.value, t.make)
		if !identifier.MatchString(p.key.Value) {
			r.base.Anything = true // it is used by another spelling
		}
		if r.declareName(p.key, what) {
			v := Var{Pos: r.at(p.key), Name: p.key.Value, Value: t}
			t.needs = r.base.Took()
			r.base.Declare(v.Name, v.seen(), nil, v.Pos)
			vars = append(vars, v)
			if what == "a var" {
				r.plan.Inputs = append(r.plan.Inputs, p.key.Value)
			}
		}
	}
	return vars
}

// span reads a literal duration.
func (r *reader) span(n *yaml.Node, positive bool) time.Duration {
	v, ok := r.literal(n, durationKind, nil)
	if !ok {
		return 0
	}
	d := v.(time.Duration)
	if d == 0 && positive {
		r.problem(resolve(n), "bad-duration", "", "a timeout of 0 leaves no time at all")
	}
	return d
}

func (r *reader) defaults(n *yaml.Node) {
	keys := r.mapping(n, "a mapping with "+problem.Listed(keyNames(defaultKeys), "and"), keyNames(defaultKeys))
	for name, p := range keys {
		if isNull(resolve(p.value)) {
			r.problem(p.key, "empty-value", "", "%s has no value", name)
			delete(keys, name)
		}
	}
	if p, ok := keys["timeout"]; ok {
		r.plan.Defaults.Timeout = r.span(p.value, true)
	}
	if p, ok := keys["await"]; ok {
		r.plan.Defaults.Await = r.span(p.value, true)
	}
	if p, ok := keys["finally"]; ok {
		r.plan.Defaults.Finally = r.span(p.value, true)
	}
	if p, ok := keys["cleanup"]; ok {
		r.plan.Defaults.Cleanup = r.span(p.value, true)
	}
	if p, ok := keys["retry"]; ok {
		w := &stepWalk{reader: r, verb: &Verb{Role: Acts}, step: &Step{}}
		r.plan.Defaults.Retry = w.retry(p.value, r.base)
	}
}

// tests reads one expression or a list of them, all boolean.
func (d *decoder) tests(n *yaml.Node, sc *expr.Scope, together bool) []*expr.Expr {
	n = resolve(n)
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
		if len(items) == 0 {
			d.report(Problem{Pos: d.at(n), Code: "empty-value", Text: "there is no expression in this list"})
		}
	}
	var tests []*expr.Expr
	for _, item := range items {
		if x := d.bare(item, sc, expr.Bool); x != nil {
			tests = append(tests, x)
			if together { // what the first says holds for the others
				sc = sc.Child()
				sc.Prove(x)
			}
		}
	}
	return tests
}

// captures reads a mapping of names to expressions. take says whether a name can be used; lost are the names without a
// value, which later steps use nevertheless.
func (r *reader) captures(n *yaml.Node, sc *expr.Scope, take func(key *yaml.Node) bool) (captures []Capture, lost []made) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		r.wrongKind(n, "a mapping of names to expressions")
		return nil, nil
	}
	for _, p := range pairs(n) {
		if name := resolve(p.value).Value; !identifier.MatchString(p.key.Value) && identifier.MatchString(name) && sc.Find(name) == nil {
			r.fault(p.key, faultf("bad-name", fmt.Sprintf("write %s: %s", name, p.key.Value), "%q is not a name: the name stands first, then what it is", p.key.Value))
			lost = append(lost, lostName(name, r.at(p.key)))
			continue
		}
		x := r.decoder(sc).bare(p.value, sc, nil)
		if x != nil && x.Type().Field("id") != nil {
			if r.objects == nil {
				r.objects = map[Pos]string{}
			}
			r.objects[r.at(p.key)] = x.Text()
		}
		if take(p.key) && x != nil {
			captures = append(captures, Capture{Pos: r.at(p.key), Name: p.key.Value, Expr: x})
		} else {
			lost = append(lost, lostName(p.key.Value, r.at(p.key)))
		}
	}
	return captures, lost
}

// refuseWhenIncluded reports keys that say nothing in a file that is included.
func (r *reader) refuseWhenIncluded(keys map[string]pair) {
	for _, name := range []string{"matrix", "never"} {
		if p, ok := keys[name]; ok {
			r.problem(p.key, "include-frame", "put it into the file that includes this one", "an included file has no %s of its own", name)
			delete(keys, name)
		}
	}
	for _, name := range []string{"timeout", "leak", "simulate"} {
		if p, ok := keys[name]; ok {
			r.report(Problem{Pos: r.at(p.key), Len: len(name), Code: "include-idle",
				Text: name + " counts only when this file is run itself, not where another includes it"})
		}
	}
}
