package schema

import (
	"fmt"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"

	"callflow/schema/problem"
)

// way is how a value is reached: the nodes from the file's root down to it.
type way []*yaml.Node

// find walks to the scalar that is wanted; key says that it is a key of the last mapping but one.
func (r *Reading) find(n *yaml.Node, above way, is func(*yaml.Node) bool) (at way, key bool) {
	above = append(above[:len(above):len(above)], n)
	switch n.Kind {
	case yaml.MappingNode:
		for _, p := range pairs(n) {
			if p.key.Kind == yaml.ScalarNode && is(p.key) {
				return append(above, p.key), true
			}
			if at, key = r.find(p.value, above, is); at != nil {
				return at, key
			}
		}
	case yaml.SequenceNode:
		for _, c := range n.Content {
			if at, key = r.find(c, above, is); at != nil {
				return at, key
			}
		}
	case yaml.ScalarNode:
		if is(n) {
			return above, false
		}
	}
	return nil, false
}

// keyOf is the key under which the i-th node of a way stands, or "".
func (w way) keyOf(i int) string {
	if i < 1 {
		return ""
	}
	if w[i-1].Kind == yaml.MappingNode {
		for _, p := range pairs(w[i-1]) {
			if p.value == w[i] {
				return p.key.Value
			}
		}
	}
	return ""
}

// keyDoc is one key that a mapping may have.
type keyDoc struct {
	name, doc, takes string
	kind             UseKind
	required         bool
	mapping          bool // its value is a mapping or a list
}

// keysAt lists the keys that the mapping at the end of a way may have; nil: it has names of the author's.
func (r *Reading) keysAt(w way) []keyDoc {
	i := len(w) - 1
	n := w[i]
	if r.voc.settings != nil {
		return r.structKeys(n)
	}
	if n == r.root {
		return frameDocs(scenarioKeys)
	}
	if r.trace.steps[n] != nil {
		return append(r.verbDocs(), frameDocs(stepKeys)...)
	}
	if inc, with := r.inputsAt(w); inc != nil && with {
		var keys []keyDoc
		for _, v := range inc.plan.Vars {
			k := keyDoc{name: v.Name, kind: UseName, takes: v.Value.Type().String(), doc: "A var of " + inc.plan.File + ".", required: containsWord(inc.needed, v.Name)}
			keys = append(keys, k)
		}
		return keys
	}
	if key := w.keyOf(i); i == 1 && key == "defaults" {
		return frameDocs(defaultKeys)
	} else if i == 1 && key == "matrix" {
		return []keyDoc{{name: "include", kind: UseKey, doc: "Rows to add.", mapping: true}, {name: "exclude", kind: UseKey, doc: "Rows to leave out: those that agree with one of these.", mapping: true}}
	}
	return r.structKeys(n)
}

// structKeys are the keys of a mapping that is read into a struct.
func (r *Reading) structKeys(n *yaml.Node) []keyDoc {
	for _, want := range r.trace.values[n] {
		if want.typ.Kind() == reflect.Struct && !reflect.PointerTo(want.typ).Implements(laterInterface) {
			return structDocs(want.typ)
		}
	}
	return nil
}

// inputsAt says whether the mapping is the `with` of an include, and gives the file.
func (r *Reading) inputsAt(w way) (inc *includedFile, with bool) {
	i := len(w) - 1
	if i < 1 || w.keyOf(i) != "with" {
		return nil, false
	}
	inc = r.trace.files[w[i-1]]
	return inc, inc != nil && inc.plan != nil
}

func frameDocs(keys []frameKey) []keyDoc {
	docs := make([]keyDoc, len(keys))
	for i, k := range keys {
		doc := k.doc
		if k.def != "" {
			doc += " Default: `" + k.def + "`."
		}
		docs[i] = keyDoc{name: k.name, doc: doc, takes: string(k.shape), kind: UseKey, required: k.required}
		switch k.shape {
		case shapeValues, shapeMatrix, shapeDefaults, shapeScene, shapeSteps, shapeCaptures, shapeRetry:
			docs[i].mapping = true
		}
	}
	return docs
}

func (r *Reading) verbDocs() []keyDoc {
	docs := make([]keyDoc, len(r.voc.Verbs))
	for i, v := range r.voc.Verbs {
		docs[i] = keyDoc{name: v.Name, doc: VerbHelp(v), takes: v.Summary, kind: UseVerb}
		if v.Params != nil && structureOf(v.Params).short == nil {
			docs[i].mapping = true
		}
	}
	return docs
}

// VerbHelp describes a verb in Markdown, shortly.
func VerbHelp(v *Verb) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**: %s\n\n%s\n", v.Name, v.Summary, v.Detail)
	if len(v.Goals) > 0 {
		b.WriteString("\n`until`:\n\n")
		for _, g := range v.Goals {
			fmt.Fprintf(&b, "- `%s`: %s\n", g.Name, g.Doc)
		}
	}
	if v.Example != "" {
		fmt.Fprintf(&b, "\n```yaml\n- %s\n```\n", strings.ReplaceAll(strings.TrimSpace(v.Example), "\n", "\n  "))
	}
	return b.String()
}

func structDocs(t reflect.Type) []keyDoc {
	s := structureOf(t)
	var docs []keyDoc
	for i := range s.fields {
		f := s.fields[i]
		if f.name == "" || f.inline {
			continue
		}
		doc := f.doc
		if f.def != "" {
			doc += " Default: `" + f.def + "`."
		}
		if len(f.enum) > 0 {
			doc += " One of " + problem.Listed(f.enum, "or") + "."
		}
		docs = append(docs, keyDoc{name: f.name, doc: doc, takes: fieldWords(f), kind: UseKey, required: f.required, mapping: takesBlock(f.typ)})
	}
	return docs
}

// takesBlock says that a value stands on the lines below its key.
func takesBlock(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer && t != exprPointer && t != stepPointer {
		t = t.Elem()
	}
	return t == blockType || t == stepPointer || t.Kind() == reflect.Struct && structureOf(t).short == nil ||
		t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.String || t.Kind() == reflect.Map
}

// fieldWords says what a field takes.
func fieldWords(f *field) string {
	t := f.typ
	for t.Kind() == reflect.Pointer && t != exprPointer && t != stepPointer {
		t = t.Elem()
	}
	switch {
	case t == exprPointer:
		return "an expression"
	case t == blockType:
		return "steps"
	case t == stepPointer:
		return "a step"
	case t == anyInterface:
		return "any value"
	}
	if _, ok := mapElem(t); ok {
		return "a mapping"
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return "a mapping"
	case reflect.Slice:
		return "a list"
	}
	return scalarWords(t, f)
}

// wordAt finds a key or one of a value's words at a place.
func (r *Reading) wordAt(at Pos) (Use, bool) {
	w, key := r.find(r.root, nil, func(n *yaml.Node) bool {
		p := insideQuotes(n, Pos{File: r.name, Line: n.Line, Col: n.Column})
		return n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 && Use{Pos: p, Len: runes(n.Value)}.holds(at)
	})
	if w == nil {
		return Use{}, false
	}
	n := w[len(w)-1]
	u := Use{Pos: insideQuotes(n, Pos{File: r.name, Line: n.Line, Col: n.Column}), Len: runes(n.Value), Name: n.Value}
	if key {
		for _, k := range r.keysAt(w[:len(w)-1]) {
			if k.name == n.Value && !(k.kind == UseVerb && r.verbOf(w[len(w)-2]) != k.name) {
				u.Kind, u.Doc = k.kind, k.doc
				if k.kind != UseVerb {
					u.Doc = fmt.Sprintf("**%s**: %s\n\n%s", k.name, k.takes, k.doc)
				}
				return u, true
			}
		}
		return Use{}, false
	}
	for _, word := range r.wordsAt(w) {
		if word.Label == n.Value {
			u.Kind, u.Doc = UseWord, fmt.Sprintf("**%s**\n\n%s", word.Label, word.Doc)
			return u, true
		}
	}
	return Use{}, false
}

// verbOf is the verb of a step, "" when it is not known.
func (r *Reading) verbOf(step *yaml.Node) string {
	if w := r.trace.steps[step]; w != nil && w.verb != nil {
		return w.verb.Name
	}
	return ""
}
