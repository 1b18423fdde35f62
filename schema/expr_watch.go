package schema

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// watch notes what expressions mention, for an editor: which name, field, function or word stands where, and what fits at
// the place where somebody is writing. One watch serves all expressions of a file; a check for a run has none (nil), and
// then nothing is noted.
type watch struct {
	Mark    string        // the word that stands where somebody is writing; "": nobody is
	Cursor  *cursor       // what the expression with the mark sees there; nil: no expression had it
	Mention func(mention) // takes what is mentioned; not while somebody is writing

	types  map[Pos]*Type
	fields map[*Type]map[string]Pos
	work   int // runes that were read to find places
}

// maxWatchWork bounds how much text is read to find the places of names: a scalar of a megabyte may hold thousands.
const maxWatchWork = 20_000_000

// mention is one name in an expression.
type mention struct {
	Pos
	Len  int // runes
	Kind mentionKind
	Name string
	Decl Pos   // where an author made the name; the zero Pos for what the language gives
	Type *Type // of its value; nil for functions and words, and where it is not known
	Doc  string
}

// mentionKind is what a mention is of.
type mentionKind string

// The kinds of mentions.
const (
	mentionName     mentionKind = "name"     // a var, a captured name, an item, or a name that the language gives
	mentionStep     mentionKind = "step"     // a step by its id
	mentionField    mentionKind = "field"    // a field of an object
	mentionFunction mentionKind = "function" // a function
	mentionWord     mentionKind = "word"     // one of the words that a value can be
)

// declared notes the type of what was made at a place.
func (w *watch) declared(at Pos, t *Type) {
	if w == nil || at.Line == 0 {
		return
	}
	if known := w.types[at]; known == nil || known.Kind == KindAny {
		if w.types == nil {
			w.types = map[Pos]*Type{}
		}
		w.types[at] = t
	}
}

// typeAt is the type of what was made at a place; nil: nothing was.
func (w *watch) typeAt(decl Pos) *Type { return w.types[decl] }

// written notes where an author wrote the name of an object's field.
func (w *watch) written(t *Type, field string, at Pos) {
	if w == nil || t == nil {
		return
	}
	if w.fields == nil {
		w.fields = map[*Type]map[string]Pos{}
	}
	if w.fields[t] == nil {
		w.fields[t] = map[string]Pos{}
	}
	w.fields[t][field] = at
}

// fieldAt is where an author wrote the name of a field; the zero Pos: none did.
func (w *watch) fieldAt(t *Type, field string) Pos {
	if w == nil {
		return Pos{}
	}
	return w.fields[t][field]
}

// marked says that somebody is writing in a text.
func (w *watch) marked(text string) bool {
	return w != nil && w.Mark != "" && strings.Contains(text, w.Mark)
}

// note notes what stands in the expression at the runes from..to.
func (c *compiler) note(from, to int, m mention) {
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
func (c *compiler) noteField(at, base *node, name string) {
	w := c.sc.watch
	if w == nil {
		return
	}
	if w.marked(name) {
		w.Cursor = &cursor{Kind: cursorMember, Base: base.typ, Scope: c.sc}
	}
	if base.typ.Kind != KindObject {
		return
	}
	if f := base.typ.field(name); f != nil {
		c.note(at.from, at.to, mention{Kind: mentionField, Name: name, Type: f.Type, Doc: f.Doc, Decl: w.fieldAt(base.typ, name)})
	}
}

// noteName notes a name, known here or not. key is what the scope calls it.
func (c *compiler) noteName(at *node, name, key string, kind mentionKind) {
	w := c.sc.watch
	if w == nil {
		return
	}
	if w.marked(name) {
		w.Cursor = &cursor{Kind: cursorName, Scope: c.sc}
		if kind == mentionStep {
			w.Cursor.Kind = cursorStep
		}
		if len(c.elems) > 0 {
			w.Cursor.Elem = c.elems[len(c.elems)-1]
		}
	}
	if sym := c.sc.find(key); sym != nil {
		c.note(at.from, at.to, mention{Kind: kind, Name: name, Type: sym.typ, Doc: sym.doc, Decl: sym.at})
	} else if p, ok := c.sc.findElsewhere(key); ok {
		c.note(at.from, at.to, mention{Kind: kind, Name: name, Doc: p.where, Decl: p.at})
	}
}

func (c *compiler) noteFunction(at *node, name, doc string) {
	c.note(at.from, at.from+utf8.RuneCountInString(name), mention{Kind: mentionFunction, Name: name, Doc: doc})
}

// noteWords notes words, and that somebody is writing beside a value that is one of a few.
func (c *compiler) noteWords(l, r *node) {
	w := c.sc.watch
	if w == nil {
		return
	}
	if w.Mark == "" {
		c.noteWord(l, r.typ)
		c.noteWord(r, l.typ)
		return
	}
	for _, side := range [][2]*node{{l, r}, {r, l}} {
		at, other := side[0], side[1].typ
		if other.Kind == KindList {
			other = other.element()
		}
		if !w.marked(c.what(at)) && !w.marked(firstText(at)) {
			continue
		}
		if w.Cursor == nil {
			w.Cursor = &cursor{Kind: cursorText, Scope: c.sc}
		}
		if w.Cursor.Beside == nil {
			w.Cursor.Beside = other
		}
	}
}

// noteWord notes a literal, or those of a list, that is one of the words that the other side can be.
func (c *compiler) noteWord(n *node, other *Type) {
	if n.op == "list" {
		for _, p := range n.parts {
			c.noteWord(p, other)
		}
		return
	}
	if other.Kind == KindList {
		other = other.element()
	}
	word, ok := n.literal.(string)
	if !ok || !slices.Contains(other.Enum, word) {
		return
	}
	doc := fmt.Sprintf("**%s**\n\nOne of %s.", word, listed(other.Enum, "and"))
	c.note(n.from+1, n.to-1, mention{Kind: mentionWord, Name: word, Doc: doc}) // without the quotes
}

// firstText is a literal text, or the first of a list.
func firstText(n *node) string {
	if s, ok := n.literal.(string); ok {
		return s
	}
	if n.op != "list" {
		return ""
	}
	for _, p := range n.parts {
		if s, ok := p.literal.(string); ok {
			return s
		}
	}
	return ""
}
