package expr

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"callflow/schema/problem"
)

// Watch notes what expressions mention, for an editor: which name, field, function or word stands where, and what fits at
// the place where somebody is writing. One watch serves all expressions of a file; a check for a run has none (nil), and
// then nothing is noted.
type Watch struct {
	Mark    string        // the word that stands where somebody is writing; "": nobody is
	Cursor  *Cursor       // what the expression with the mark sees there; nil: no expression had it
	Mention func(Mention) // takes what is mentioned; not while somebody is writing

	types  map[problem.Pos]*Type
	fields map[*Type]map[string]problem.Pos
	work   int // runes that were read to find places
}

// maxWatchWork bounds how much text is read to find the places of names: a scalar of a megabyte may hold thousands.
const maxWatchWork = 20_000_000

// Mention is one name in an expression.
type Mention struct {
	problem.Pos
	Len  int // runes
	Kind MentionKind
	Name string
	Decl problem.Pos // where an author made the name; the zero Pos for what the language gives
	Type *Type       // of its value; nil for functions and words, and where it is not known
	Doc  string
}

// MentionKind is what a mention is of.
type MentionKind string

// The kinds of mentions.
const (
	MentionName     MentionKind = "name"     // a var, a captured name, an item, or a name that the language gives
	MentionStep     MentionKind = "step"     // a step by its id
	MentionField    MentionKind = "field"    // a field of an object
	MentionFunction MentionKind = "function" // a function
	MentionWord     MentionKind = "word"     // one of the words that a value can be
)

// declared notes the type of what was made at a place.
func (w *Watch) declared(at problem.Pos, t *Type) {
	if w == nil || at.Line == 0 {
		return
	}
	if known := w.types[at]; known == nil || known.Kind == KindAny {
		if w.types == nil {
			w.types = map[problem.Pos]*Type{}
		}
		w.types[at] = t
	}
}

// TypeAt is the type of what was made at a place; nil: nothing was.
func (w *Watch) TypeAt(decl problem.Pos) *Type { return w.types[decl] }

// Written notes where an author wrote the name of an object's field.
func (w *Watch) Written(t *Type, field string, at problem.Pos) {
	if w == nil || t == nil {
		return
	}
	if w.fields == nil {
		w.fields = map[*Type]map[string]problem.Pos{}
	}
	if w.fields[t] == nil {
		w.fields[t] = map[string]problem.Pos{}
	}
	w.fields[t][field] = at
}

// FieldAt is where an author wrote the name of a field; the zero Pos: none did.
func (w *Watch) FieldAt(t *Type, field string) problem.Pos {
	if w == nil {
		return problem.Pos{}
	}
	return w.fields[t][field]
}

// Marked says that somebody is writing in a text.
func (w *Watch) Marked(text string) bool {
	return w != nil && w.Mark != "" && strings.Contains(text, w.Mark)
}

// note notes what stands in the expression at the runes from..to.
func (c *compiler) note(from, to int, m Mention) {
	w := c.sc.watch
	if w == nil || w.Mark != "" { // what fits at the cursor does not depend on it, and to find a place takes time
		return
	}
	if w.work += c.offset + from; w.work > maxWatchWork {
		return
	}
	m.Pos, m.Len = c.at(c.offset+from), to-from
	w.Mention(m)
}

// noteField notes base.name.
func (c *compiler) noteField(at, base *Node, name string) {
	w := c.sc.watch
	if w == nil {
		return
	}
	if w.Marked(name) {
		w.Cursor = &Cursor{Kind: CursorMember, Base: base.Type, Scope: c.sc}
	}
	if base.Type.Kind != KindObject {
		return
	}
	if f := base.Type.Field(name); f != nil {
		c.note(at.From, at.To, Mention{Kind: MentionField, Name: name, Type: f.Type, Doc: f.Doc, Decl: w.FieldAt(base.Type, name)})
	}
}

// noteName notes a name, known here or not. key is what the scope calls it.
func (c *compiler) noteName(at *Node, name, key string, kind MentionKind) {
	w := c.sc.watch
	if w == nil {
		return
	}
	if w.Marked(name) {
		w.Cursor = &Cursor{Kind: CursorName, Scope: c.sc}
		if kind == MentionStep {
			w.Cursor.Kind = CursorStep
		}
		if len(c.elems) > 0 {
			w.Cursor.Elem = c.elems[len(c.elems)-1]
		}
	}
	if sym := c.sc.Find(key); sym != nil {
		c.note(at.From, at.To, Mention{Kind: kind, Name: name, Type: sym.Type, Doc: WithAbsence(sym.Doc, c.sc.Absence(key, c.there)), Decl: sym.At})
	} else if p, ok := c.sc.FindElsewhere(key); ok {
		c.note(at.From, at.To, Mention{Kind: kind, Name: name, Doc: p.Where, Decl: p.At})
	}
}

func (c *compiler) noteFunction(at *Node, name, doc string) {
	c.note(at.From, at.From+utf8.RuneCountInString(name), Mention{Kind: MentionFunction, Name: name, Doc: doc})
}

// noteWords notes words, and that somebody is writing beside a value that is one of a few.
func (c *compiler) noteWords(l, r *Node) {
	w := c.sc.watch
	if w == nil {
		return
	}
	if w.Mark == "" {
		c.noteWord(l, r.Type)
		c.noteWord(r, l.Type)
		return
	}
	for _, side := range [][2]*Node{{l, r}, {r, l}} {
		at, other := side[0], side[1].Type
		if other.Kind == KindList {
			other = other.Element()
		}
		if !w.Marked(c.what(at)) && !w.Marked(firstText(at)) {
			continue
		}
		if w.Cursor == nil {
			w.Cursor = &Cursor{Kind: CursorText, Scope: c.sc}
		}
		if w.Cursor.Beside == nil {
			w.Cursor.Beside = other
		}
	}
}

// noteWord notes a literal, or those of a list, that is one of the words that the other side can be.
func (c *compiler) noteWord(n *Node, other *Type) {
	if n.Op == "list" {
		for _, p := range n.Parts {
			c.noteWord(p, other)
		}
		return
	}
	if other.Kind == KindList {
		other = other.Element()
	}
	word, ok := n.Literal.(string)
	if !ok || !slices.Contains(other.Enum, word) {
		return
	}
	doc := fmt.Sprintf("**%s**\n\nOne of %s.", word, problem.Listed(other.Enum, "and"))
	c.note(n.From+1, n.To-1, Mention{Kind: MentionWord, Name: word, Doc: doc}) // without the quotes
}

// firstText is a literal text, or the first of a list.
func firstText(n *Node) string {
	if s, ok := n.Literal.(string); ok {
		return s
	}
	if n.Op != "list" {
		return ""
	}
	for _, p := range n.Parts {
		if s, ok := p.Literal.(string); ok {
			return s
		}
	}
	return ""
}
