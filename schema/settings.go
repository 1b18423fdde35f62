package schema

import (
	"errors"
	"reflect"
)

// Decode reads a YAML file of settings as strictly as a scenario, with the same problems and positions: T says what keys
// there are, with the tags of Verb. Values may hold ${{ env.NAME }}, taken from src.Env, and no other names. The value is
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
	voc := &Vocabulary{}
	c := &checker{voc: voc, src: src, seen: map[Problem]bool{}, files: map[string]*document{}, included: map[string]*includedFile{}}
	doc := readDocument(src.Name, src.Text, c.report)
	c.files[src.Name] = doc
	if doc.root == nil {
		return nil, c.sorted()
	}
	r := &reader{checker: c, doc: doc, names: map[string]named{}, ids: map[string]Pos{}, outputs: map[*Step]*Type{}, plan: &Plan{File: src.Name}}
	sc := &scope{voc: voc}
	sc.declare("env", &Type{Kind: KindObject, Elem: stringType}, "", Pos{})
	m := r.decoder(sc).value(doc.root, t, nil)
	m = r.withEnv(doc.root, m)
	if c.problems.Failed() {
		return nil, c.sorted()
	}
	v, err := m.value(nil)
	if err != nil {
		p := Problem{Pos: Pos{src.Name, 1, 1}, Code: "bad-value", Text: err.Error()}
		var at *EvalError
		if errors.As(err, &at) {
			p.Pos, p.Text = at.Pos, "cannot evaluate "+at.Expr+": "+at.Err.Error()
		}
		c.report(p)
		return nil, c.sorted()
	}
	to := reflect.New(t)
	to.Elem().Set(v)
	return to.Interface(), c.sorted()
}
