package schema

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// UseKind is what a mention is of.
type UseKind string

// The kinds of mentions.
const (
	UseName     UseKind = "name"     // a var, a secret, a captured name, an item, or a name that the language gives
	UseStep     UseKind = "step"     // a step by its id
	UseField    UseKind = "field"    // a field of an object; an output, a part of an await, an axis
	UseFunction UseKind = "function" // a function of expressions
	UsePerson   UseKind = "person"   // somebody of the simulated world
	UseFile     UseKind = "file"     // a file that is included
	UseKey      UseKind = "key"      // a key of the language
	UseVerb     UseKind = "verb"     // a verb
	UseWord     UseKind = "word"     // one of the words that a value can be
)

// Use is one mention of a name in a file.
type Use struct {
	Pos
	Len  int
	Kind UseKind
	Name string
	Decl Pos        // where an author made the name; the zero Pos for what the language gives
	Type *expr.Type // in expressions; nil where it is not known
	Doc  string
}

// Authored says that an author made the name.
func (u Use) Authored() bool { return u.Decl.Line > 0 }

// holds says that a place lies in the mention, or right behind it, where an editor's cursor stands after a word.
func (u Use) holds(at Pos) bool {
	return u.File == at.File && u.Line == at.Line && u.Col <= at.Col && at.Col <= u.Col+u.Len
}

// Reading is a scenario file as an editor sees it: what is wrong with it, and what each name in it means. Of a file that is
// not YAML it has what can be read nevertheless.
type Reading struct {
	Plan     *Plan // nil when the problems forbid a run
	Problems Problems
	voc      *Vocabulary
	name     string
	files    fs.FS
	root     *yaml.Node
	lines    []string
	trace    *trace
	mended   bool // the text was no YAML
}

// Read checks a file as Check does, and notes what its names mean. It never panics.
func Read(src Source, voc *Vocabulary) *Reading {
	r := readMarked(src, voc, "")
	if r.root != nil || len(src.Text) > maxFileBytes {
		return r
	}
	lines, ok := repair(splitLines(strings.TrimPrefix(string(src.Text), "\ufeff")), -1)
	if !ok {
		return r
	}
	src.Text = []byte(strings.Join(lines, "\n"))
	mended := readMarked(src, voc, "")
	if fault := mended.failed(); fault != nil {
		r.Problems = append(r.Problems, *fault)
	}
	mended.Plan, mended.Problems, mended.mended = nil, r.Problems, true
	return mended
}

func readMarked(src Source, voc *Vocabulary, mark string) *Reading {
	c := newChecker(src, voc)
	c.trace = newTrace(mark)
	r := &Reading{voc: voc, name: src.Name, files: src.FS, trace: c.trace}
	if voc.settings != nil {
		r.Problems = c.editedSettings()
	} else {
		r.Plan, r.Problems = c.check()
	}
	if d := c.files[src.Name]; d != nil {
		r.root, r.lines = d.root, d.lines
	}
	slices.SortStableFunc(r.trace.uses, func(a, b Use) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return r
}

// Uses are all mentions of names, in the order of their places; those of included files as well.
func (r *Reading) Uses() []Use { return r.trace.uses }

// At finds the mention at a place of the file.
func (r *Reading) At(line, col int) (Use, bool) {
	at := Pos{File: r.name, Line: line, Col: col}
	for _, u := range r.trace.uses {
		if u.holds(at) && !(at.Col == u.Col+u.Len && r.anotherBegins(at)) {
			if u.Type == nil && u.Authored() {
				u.Type = r.trace.exprs.TypeAt(u.Decl)
			}
			return u, true
		}
	}
	if r.root == nil {
		return Use{}, false
	}
	return r.wordAt(at)
}

func (r *Reading) anotherBegins(at Pos) bool {
	for _, u := range r.trace.uses {
		if u.Pos == at {
			return true
		}
	}
	return false
}

// Same finds all mentions of what was made at decl.
func (r *Reading) Same(decl Pos) []Use {
	var same []Use
	for _, u := range r.trace.uses {
		if u.Decl == decl && u.Kind != UseFile {
			same = append(same, u)
		}
	}
	return same
}

// ScenarioKeys are the keys that a scenario may have, in the order of the reference.
func ScenarioKeys() []string { return scenarioKeyNames }
