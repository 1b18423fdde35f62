package schema

import (
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// Decode reads a YAML file of settings as strictly as a scenario, with the same problems and positions: T says what keys
// there are, with the tags of Verb. Values may hold ${{ env.NAME }}, taken from src.Env, and no other
// names, but for Vars, Secrets and PerRun. The value is
// nil when problems forbid its use.
func Decode[T any](src Source) (*T, Problems) {
	v, problems := decodeSettings(src, reflect.TypeFor[T]())
	if v == nil {
		return nil, problems
	}
	return v.(*T), problems
}

// decodeSettings returns a pointer to a value of type t, or nil.
func decodeSettings(src Source, t reflect.Type) (value any, ps Problems) {
	return newChecker(src, &Vocabulary{}).settings(t)
}

// SettingsVocabulary is that of a file of settings of type T: with it Read and Complete tell of such a file what they tell of
// a scenario.
func SettingsVocabulary[T any]() *Vocabulary { return &Vocabulary{settings: reflect.TypeFor[T]()} }

// editedSettings reads settings for an editor. It never panics.
func (c *checker) editedSettings() (ps Problems) {
	defer func() {
		if r := recover(); r != nil {
			c.report(Problem{Pos: Pos{File: c.src.Name, Line: 1, Col: 1}, Code: "internal", Text: fmt.Sprintf("the checker itself failed: %v", r), Hint: "please report it with the file; " + firstFrame(debug.Stack())})
			ps = c.sorted()
		}
	}()
	_, ps = c.settings(c.voc.settings)
	return ps
}

// settings reads the checker's file as settings of type t.
func (c *checker) settings(t reflect.Type) (value any, ps Problems) {
	src := c.src
	doc := readDocument(src.Name, src.Text, c.report)
	c.files[src.Name] = doc
	if doc.root == nil {
		return nil, c.sorted()
	}
	r := &reader{checker: c, doc: doc, names: map[string]named{}, ids: map[string]Pos{}, outputs: map[*Step]*expr.Type{}, plan: &Plan{File: src.Name}}
	sc := expr.EmptyScope(c.voc.Globals(), c.trace.watched())
	sc.Declare("env", &expr.Type{Kind: expr.KindObject, Elem: expr.String}, nil, Pos{})
	r.base = expr.EmptyScope(c.voc.Globals(), c.trace.watched()).Track()
	r.settingVars(t)
	m := r.decoder(sc).value(doc.root, t, nil)
	m = r.withEnv(doc.root, m)
	if t.Kind() == reflect.Struct {
		vars, secrets := childNode(resolve(doc.root), "vars"), childNode(resolve(doc.root), "secrets")
		r.literalSecrets(secrets)
		r.plainSecrets(vars, secrets)
		for _, p := range pairs(resolve(doc.root)) {
			if p.value != vars && p.value != secrets {
				r.settingSecrets(p.value)
			}
		}
	}
	if c.problems.Failed() {
		return nil, c.sorted()
	}
	v, err := m.value(nil)
	if err != nil {
		c.report(r.unmade(err))
		return nil, c.sorted()
	}
	to := reflect.New(t)
	to.Elem().Set(v)
	return to.Interface(), c.sorted()
}

// unmade is the problem of a value that cannot be evaluated.
func (r *reader) unmade(err error) Problem {
	p := Problem{Pos: Pos{File: r.src.Name, Line: 1, Col: 1}, Code: "bad-value", Text: err.Error()}
	var at *expr.EvalError
	if errors.As(err, &at) {
		p.Pos, p.Text = at.Pos, "cannot evaluate "+at.Expr+": "+at.Err.Error()
		if m := envName.FindStringSubmatch(at.Expr); m != nil && m[0] == at.Expr {
			if _, set := r.env(m[1] + m[2]); !set {
				p.Text = "the environment variable " + m[1] + m[2] + " is not set"
			}
		}
	}
	return p
}

// Later is a setting, checked with its file like any other, whose ${{ }} are evaluated only when it is asked for: so that
// of many only the one that is used needs its environment.
type Later[T any] struct{ made func() (any, Problems) }

// Value evaluates the setting; it is nil when problems forbid its use.
func (l Later[T]) Value() (*T, Problems) {
	if l.made == nil {
		return new(T), nil
	}
	v, problems := l.made()
	if v == nil {
		return nil, problems
	}
	made := v.(T)
	return &made, problems
}

func (l *Later[T]) later(made func() (any, Problems)) { l.made = made }
func (l *Later[T]) elem() reflect.Type                { return reflect.TypeFor[T]() }

// later is any *Later.
type later interface {
	later(made func() (any, Problems))
	elem() reflect.Type
}

var laterInterface = reflect.TypeFor[later]()

// later compiles a Later.
func (d *decoder) later(n *yaml.Node, t reflect.Type, f *field) maker {
	setting := reflect.New(t)
	l := setting.Interface().(later)
	m := d.withEnv(n, d.value(n, l.elem(), f))
	l.later(func() (any, Problems) {
		v, err := m.value(nil)
		if err != nil {
			c := &checker{src: d.src, seen: map[Problem]bool{}, files: d.files}
			c.report(d.unmade(err))
			return nil, c.sorted()
		}
		return v.Interface(), nil
	})
	return maker{static: setting.Elem(), given: true, seen: m.seen}
}
