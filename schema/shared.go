package schema

import (
	"maps"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// Shared is what the scenarios of a project have in common. Its names are known in every file, in included ones too; a
// scenario's own var, secret or person of the same name stands before the shared one.
type Shared struct {
	Vars    Vars
	Secrets Secrets
	People  *Template // builds what the scene has for people; nil: nobody
	Broken  bool      // some of it could not be read: any name may be one of its vars, and anybody one of its people
}

// Vars is a setting: names with values, which see the vars before them and env.
type Vars []Var

// Secrets is a setting: names with values that no output shows. They see the vars, the secrets before them and env.
type Secrets []Var

// PerRun is a setting whose value is built for each run. It sees the vars of its file and env.
type PerRun[T any] struct{ *Template }

func (p *PerRun[T]) setTemplate(t *Template) { p.Template = t }
func (p *PerRun[T]) elem() reflect.Type      { return reflect.TypeFor[T]() }

// perRun is any *PerRun.
type perRun interface {
	setTemplate(*Template)
	elem() reflect.Type
}

var (
	perRunInterface = reflect.TypeFor[perRun]()
	varsType        = reflect.TypeFor[Vars]()
	secretsType     = reflect.TypeFor[Secrets]()
)

// settingVars reads the vars and secrets of a file of settings, which other settings refer to wherever they stand.
func (r *reader) settingVars(t reflect.Type) {
	if t.Kind() != reflect.Struct || resolve(r.doc.root).Kind != yaml.MappingNode {
		return
	}
	read := func(of reflect.Type, what string) (vars []Var) {
		for _, f := range structureOf(t).fields {
			if n := resolve(childNode(resolve(r.doc.root), f.name)); f.typ == of && n != nil && !isNull(n) {
				vars = r.vars(n, what)
			}
		}
		return vars
	}
	r.plan.Vars = read(varsType, "a var")
	r.plan.Secrets = read(secretsType, "a secret")
}

// sharing compiles what a project shares: Vars, Secrets and a PerRun.
func (d *decoder) sharing(n *yaml.Node, t reflect.Type, f *field) (m maker, ok bool) {
	switch {
	case t == varsType:
		return maker{static: reflect.ValueOf(Vars(d.plan.Vars)), given: true}, true // see settingVars
	case t == secretsType:
		return maker{static: reflect.ValueOf(Secrets(d.plan.Secrets)), given: true}, true
	case reflect.PointerTo(t).Implements(perRunInterface):
		return d.perRun(n, t, f), true
	}
	return m, false
}

func (d *decoder) perRun(n *yaml.Node, t reflect.Type, f *field) maker {
	setting := reflect.New(t)
	p := setting.Interface().(perRun)
	inner := *d
	inner.sc = d.base.Child()
	inner.sc.Declare("env", &expr.Type{Kind: expr.KindObject, Elem: expr.String}, nil, Pos{})
	d.base.Took()
	tpl := inner.template(n, p.elem(), f)
	tpl.make = d.withEnv(n, tpl.make)
	tpl.needs = d.base.Took()
	p.setTemplate(tpl)
	return maker{static: setting.Elem(), given: true, seen: tpl.make.seen}
}

// scope is what a file sees of the shared vars and secrets.
func (s *Shared) scope(voc *Vocabulary) *expr.Scope {
	if s == nil {
		return nil
	}
	sc := expr.EmptyScope(voc.Globals(), nil).Track()
	sc.Anything = s.Broken
	for _, v := range slices.Concat([]Var(s.Vars), s.Secrets) {
		sc.Declare(v.Name, v.seen(), nil, v.Pos)
	}
	return sc
}

// find returns the shared var or secret of that name, and which it is: "a var".
func (s *Shared) find(name string) (v Var, what string) {
	if s == nil {
		return v, ""
	}
	is := func(v Var) bool { return v.Name == name }
	if i := slices.IndexFunc(s.Vars, is); i >= 0 {
		return s.Vars[i], "a var"
	}
	if i := slices.IndexFunc(s.Secrets, is); i >= 0 {
		return s.Secrets[i], "a secret"
	}
	return v, ""
}

// stands says that a name is made in the project's file.
func (s *Shared) stands(at Pos) bool {
	if s == nil {
		return false
	}
	return len(s.Vars) > 0 && s.Vars[0].Pos.File == at.File || len(s.Secrets) > 0 && s.Secrets[0].Pos.File == at.File ||
		s.People != nil && s.People.pos.File == at.File
}

// needed are the vars and secrets of those names, which are used at these places, and all that they refer to, in the order of
// the file.
func (s *Shared) needed(names map[string]Pos) (c Common) {
	want := maps.Clone(names)
	for _, v := range slices.Backward(slices.Concat([]Var(s.Vars), s.Secrets)) {
		if _, wanted := want[v.Name]; !wanted {
			continue
		}
		for name, at := range v.Value.needs { // in any order: each is one of its own
			if _, wanted := want[name]; !wanted {
				want[name] = at
			}
		}
	}
	pick := func(vars []Var) (picked []Var) {
		for _, v := range vars {
			if at, wanted := want[v.Name]; wanted {
				v.Use = at
				picked = append(picked, v)
			}
		}
		return picked
	}
	return Common{pick(s.Vars), pick(s.Secrets)}
}

// seen is the type of a var in expressions.
func (v Var) seen() *expr.Type {
	if t := v.Value.make.seen; t != nil && t.Kind != expr.KindNil {
		return t
	}
	return expr.Any
}

// share gives the plan what it needs of the shared vars, secrets and people. Of secrets whose value stands in the project's file
// no problem of this one shows it.
func (r *reader) share() {
	s := r.src.Shared
	if s == nil {
		return
	}
	for _, v := range s.Secrets {
		r.conceal(resolve(v.Value.node))
	}
	r.plan.Shared = s.needed(r.base.Outer().Took())
	if s.People != nil && len(r.chain) == 1 {
		r.plan.People, r.plan.PeopleNeed = s.People, s.needed(s.People.needs)
	}
}

// sharedPeople adds the shared people to those of the file, by name.
func (r *reader) sharedPeople(people map[string]*yaml.Node) map[string]*yaml.Node {
	s := r.src.Shared
	switch {
	case s == nil:
		return people
	case s.Broken:
		return nil
	case s.People == nil:
		return people
	}
	all := map[string]*yaml.Node{}
	for _, p := range pairs(resolve(s.People.node)) {
		all[p.key.Value] = resolve(p.value)
		if r.trace != nil && people[p.key.Value] == nil {
			r.trace.people[p.key.Value] = Pos{File: s.People.pos.File, Line: p.key.Line, Col: p.key.Column}
		}
	}
	maps.Copy(all, people)
	return all
}

// populate adds the shared people to a scene, as far as both are literal.
func (s *Shared) populate(scene any) any {
	if s == nil || s.People == nil {
		return scene
	}
	v := reflect.ValueOf(scene).Elem()
	for _, f := range structureOf(v.Type()).fields {
		own := v.FieldByIndex(f.index)
		if !f.people || own.Type() != s.People.typ {
			continue
		}
		all := reflect.ValueOf(s.People.Static())
		for _, name := range own.MapKeys() { // in any order
			all.SetMapIndex(name, own.MapIndex(name))
		}
		own.Set(all)
	}
	return scene
}

// Check says what is wrong with the people, of whom a scene's own check then says nothing.
func (s *Shared) Check(voc *Vocabulary) (ps Problems) {
	if s.People == nil || s.Broken || voc.CheckScene == nil {
		return nil
	}
	for _, f := range voc.CheckScene(s.populate(reflect.New(voc.Scene).Interface())) {
		if len(f.Path) < 2 {
			continue
		}
		at, key := below(resolve(s.People.node), f.Path[1:])
		if decided(at) {
			continue
		}
		if key == nil || at.Kind == yaml.ScalarNode {
			key = at
		}
		ps = append(ps, Problem{Pos: Pos{File: s.People.pos.File, Line: max(key.Line, 1), Col: max(key.Column, 1)}, Len: runes(key.Value), Code: "bad-scene", Severity: SeverityError, Text: f.Text, Hint: f.Hint})
	}
	return ps
}

// outside says that a finding is about a shared person.
func (s *Shared) outside(scene *yaml.Node, path []string) bool {
	if s == nil || s.People == nil || len(path) < 2 {
		return false
	}
	people := resolve(childNode(scene, path[0]))
	return childNode(resolve(s.People.node), path[1]) != nil && (people == nil || childNode(people, path[1]) == nil)
}
