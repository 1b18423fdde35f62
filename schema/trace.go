package schema

import (
	"fmt"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// trace notes what a reading meets on its way, for editors: what is wanted at each value, and what each name means. A check
// for a run has none (nil), and then nothing is noted.
type trace struct {
	mark   string // the word that stands at the cursor; "" when nothing is to be completed
	cursor *cursor
	values map[*yaml.Node][]wanted
	steps  map[*yaml.Node]*stepWalk
	files  map[*yaml.Node]*includedFile // by the parameters of the include
	uses   []Use
	known  map[useKey]bool
	types  map[Pos]*Type
	fields map[*Type]map[string]Pos // where authors wrote the names of an object's fields
	people map[string]Pos
	work   int // runes that were read to find places
}

// maxTraceWork bounds how much text is read to find the places of names: a scalar of a megabyte may hold thousands.
const maxTraceWork = 20_000_000

type useKey struct {
	at   Pos
	kind UseKind
}

// wanted is what a value is read as.
type wanted struct {
	typ   reflect.Type
	field *field // nil for what is no field of its own
	dec   *decoder
}

func newTrace(mark string) *trace {
	return &trace{mark: mark, values: map[*yaml.Node][]wanted{}, steps: map[*yaml.Node]*stepWalk{}, files: map[*yaml.Node]*includedFile{},
		known: map[useKey]bool{}, types: map[Pos]*Type{}, fields: map[*Type]map[string]Pos{}, people: map[string]Pos{}}
}

// marked says that the cursor stands in a text.
func (t *trace) marked(text string) bool {
	return t != nil && t.mark != "" && strings.Contains(text, t.mark)
}

func (t *trace) value(n *yaml.Node, typ reflect.Type, f *field, d *decoder) {
	if t != nil {
		t.values[n] = append(t.values[n], wanted{typ, f, d})
	}
}

func (t *trace) step(n *yaml.Node, w *stepWalk) {
	if t != nil {
		t.steps[n] = w
	}
}

// typed notes the type of what was declared at a place.
func (t *trace) typed(at Pos, typ *Type) {
	if t != nil && at.Line > 0 && (t.types[at] == nil || t.types[at].Kind == KindAny) {
		t.types[at] = typ
	}
}

// use notes a mention once: values behind aliases are read at each place that uses them.
func (t *trace) use(u Use) {
	if t == nil || t.known[useKey{u.Pos, u.Kind}] {
		return
	}
	t.known[useKey{u.Pos, u.Kind}] = true
	t.uses = append(t.uses, u)
}

// declared notes a name where it is made.
func (t *trace) declared(kind UseKind, n *yaml.Node, what string, at Pos) {
	if t == nil {
		return
	}
	t.use(Use{Pos: insideQuotes(n, at), Len: runes(n.Value), Kind: kind, Name: n.Value, Decl: at, Doc: what})
}

// mention notes a scalar that is the name of what was made at decl.
func (t *trace) mention(kind UseKind, n *yaml.Node, decl Pos, at Pos) {
	if t != nil {
		t.use(Use{Pos: insideQuotes(n, at), Len: runes(n.Value), Kind: kind, Name: n.Value, Decl: decl})
	}
}

// written notes where the names of an object's fields stand, for objects that authors make.
func (t *trace) written(typ *Type, name string, at Pos) {
	if t == nil || typ == nil {
		return
	}
	if t.fields[typ] == nil {
		t.fields[typ] = map[string]Pos{}
	}
	t.fields[typ][name] = at
}

func (t *trace) fieldAt(typ *Type, name string) Pos {
	if t == nil {
		return Pos{}
	}
	return t.fields[typ][name]
}

// insideQuotes is where the text of a scalar begins.
func insideQuotes(n *yaml.Node, at Pos) Pos {
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		at.Col++
	}
	return at
}

func runes(text string) int { return len([]rune(text)) }

// The part of the compiler that notes names.

// note notes a name that stands in the expression at the runes of at.
func (c *compiler) note(at *node, u Use) {
	t := c.sc.trace
	if t == nil || t.mark != "" { // what fits at the cursor does not depend on it, and to find a place takes time
		return
	}
	if t.work += c.offset + at.from; t.work > maxTraceWork {
		return
	}
	u.Pos, u.Len = c.at(c.offset+at.from), at.to-at.from
	t.use(u)
}

// noteField notes base.name.
func (c *compiler) noteField(at, base *node, name string) {
	t := c.sc.trace
	if t == nil {
		return
	}
	if t.marked(name) {
		t.cursor = &cursor{kind: cursorMember, base: base.typ, sc: c.sc}
	}
	if base.typ.Kind != KindObject {
		return
	}
	if f := base.typ.field(name); f != nil {
		c.note(at, Use{Kind: UseField, Name: name, Type: f.Type, Doc: f.Doc, Decl: t.fieldAt(base.typ, name)})
	}
}

// noteName notes a name, known here or not.
func (c *compiler) noteName(at *node, name, key string, kind UseKind) {
	t := c.sc.trace
	if t == nil {
		return
	}
	if t.marked(name) {
		t.cursor = &cursor{kind: cursorName, sc: c.sc}
		if kind == UseStep {
			t.cursor.kind = cursorStep
		}
		if len(c.elems) > 0 {
			t.cursor.elem = c.elems[len(c.elems)-1]
		}
	}
	if sym := c.sc.find(key); sym != nil {
		c.note(at, Use{Kind: kind, Name: name, Type: sym.typ, Doc: sym.doc, Decl: sym.at})
	} else if p, ok := c.sc.findElsewhere(key); ok {
		c.note(at, Use{Kind: kind, Name: name, Doc: p.where, Decl: p.at})
	}
}

func (c *compiler) noteFunction(at *node, name, doc string) {
	t := c.sc.trace
	if t == nil {
		return
	}
	own := *at
	own.to = own.from + runes(name)
	c.note(&own, Use{Kind: UseFunction, Name: name, Doc: doc})
}

// noteWords notes that the cursor stands beside a value that is one of a few words.
func (c *compiler) noteWords(l, r *node) {
	t := c.sc.trace
	if t == nil {
		return
	}
	if t.mark == "" {
		c.noteWord(l, r.typ)
		c.noteWord(r, l.typ)
		return
	}
	for _, side := range [][2]*node{{l, r}, {r, l}} {
		at, other := side[0], side[1].typ
		if other.Kind == KindList {
			other = other.elem()
		}
		if !t.marked(c.what(at)) && !t.marked(markIn(at)) {
			continue
		}
		if t.cursor == nil {
			t.cursor = &cursor{kind: cursorText, sc: c.sc}
		}
		if t.cursor.beside == nil {
			t.cursor.beside = other
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
		other = other.elem()
	}
	word, ok := n.literal.(string)
	if !ok || !containsWord(other.Enum, word) {
		return
	}
	at := *n
	at.from, at.to = n.from+1, n.to-1 // without the quotes
	doc := fmt.Sprintf("**%s**\n\nOne of %s.", word, listed(other.Enum, "and"))
	c.note(&at, Use{Kind: UseWord, Name: word, Doc: doc})
}

// markIn finds a literal among the elements of a list, or the part itself.
func markIn(n *node) string {
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

// The parts of the reader that note names.

// whole says that the file is read for what is wrong with it, and not only for what fits at the cursor.
func (t *trace) whole() bool { return t == nil || t.mark == "" }

// somebody notes a person of the simulated world.
func (t *trace) somebody(key *yaml.Node, at Pos) {
	if t != nil {
		t.people[key.Value] = at
		t.declared(UsePerson, key, "a person of the simulated world", at)
	}
}

func (t *trace) person(n *yaml.Node, at Pos) {
	if t == nil {
		return
	}
	if decl, ok := t.people[n.Value]; ok {
		t.use(Use{Pos: insideQuotes(n, at), Len: runes(n.Value), Kind: UsePerson, Name: n.Value, Decl: decl, Doc: "a person of the simulated world"})
	}
}

// whereIs is where a name was made, be it known here or only later.
func (s *scope) whereIs(name string) (Pos, bool) {
	if sym := s.find(name); sym != nil {
		return sym.at, true
	}
	p, ok := s.findElsewhere(name)
	return p.at, ok
}

// tracePart notes where a part of an await was named.
func (w *stepWalk) tracePart(t *Type, part string) {
	if w.trace == nil {
		return
	}
	for _, name := range w.verb.PartsFields {
		f := partsField(w.verb, name)
		value := resolve(childNode(resolve(w.paramsNode), f.name))
		if value == nil || value.Kind != yaml.MappingNode {
			continue
		}
		if key := keyNode(value, part); key != nil {
			w.trace.declared(UseField, key, "a part of "+f.name, w.at(key))
			w.trace.written(t, part, w.at(key))
		}
	}
}

// traceInclude notes the file, its inputs and its outputs.
func (w *stepWalk) traceInclude(params, file *yaml.Node, inc *includedFile) {
	if w.trace == nil {
		return
	}
	w.trace.files[params] = inc
	w.trace.use(Use{Pos: insideQuotes(file, w.at(file)), Len: runes(file.Value), Kind: UseFile, Name: file.Value, Decl: Pos{inc.plan.File, 1, 1},
		Doc: strings.TrimSpace(inc.plan.Name + "\n\n" + inc.plan.Description)})
	if with := resolve(childNode(params, "with")); with != nil && with.Kind == yaml.MappingNode {
		for _, p := range pairs(with) {
			for _, v := range inc.plan.Vars {
				if v.Name == p.key.Value {
					w.trace.mention(UseName, p.key, v.Pos, w.at(p.key))
				}
			}
		}
	}
	for _, o := range inc.plan.Outputs {
		w.trace.written(inc.outputs, o.Name, o.Pos)
	}
}

// traceAxes notes the axes of the matrix, and where its rows name them.
func (r *reader) traceAxes(n *yaml.Node, types *Type) {
	if r.trace == nil {
		return
	}
	var rows []*yaml.Node
	for _, p := range pairs(n) {
		if p.key.Value == "include" || p.key.Value == "exclude" {
			rows = append(rows, resolve(p.value).Content...)
			continue
		}
		r.trace.declared(UseField, p.key, "an axis of the matrix", r.at(p.key))
		r.trace.written(types, p.key.Value, r.at(p.key))
	}
	for _, row := range rows {
		if row = resolve(row); row.Kind != yaml.MappingNode {
			continue
		}
		for _, p := range pairs(row) {
			if at := r.trace.fieldAt(types, p.key.Value); at.Line > 0 {
				r.trace.mention(UseField, p.key, at, r.at(p.key))
			}
		}
	}
}

// glance reads the frame of a step whose verb is not written yet, for what can be completed in it.
func (w *stepWalk) glance() {
	if w.trace.whole() || w.node.Kind != yaml.MappingNode {
		return
	}
	w.verb = &Verb{Role: Acts}
	w.after(w.before(w.lane.sc))
	w.verb = nil
}
