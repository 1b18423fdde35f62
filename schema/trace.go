package schema

import (
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// trace notes what a reading meets on its way, for editors: what is wanted at each value, and what each name means. A check
// for a run has none (nil), and then nothing is noted.
type trace struct {
	mark   string      // the word that stands at the cursor; "" when nothing is to be completed
	exprs  *expr.Watch // what expressions mention
	values map[*yaml.Node][]wanted
	steps  map[*yaml.Node]*stepWalk
	files  map[*yaml.Node]*includedFile // by the parameters of the include
	uses   []Use
	known  map[useKey]bool
	people map[string]Pos
}

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
	t := &trace{mark: mark, values: map[*yaml.Node][]wanted{}, steps: map[*yaml.Node]*stepWalk{}, files: map[*yaml.Node]*includedFile{},
		known: map[useKey]bool{}, people: map[string]Pos{}}
	t.exprs = &expr.Watch{Mark: mark, Mention: func(m expr.Mention) {
		t.use(Use{Pos: m.Pos, Len: m.Len, Kind: UseKind(m.Kind), Name: m.Name, Decl: m.Decl, Type: m.Type, Doc: m.Doc})
	}}
	return t
}

// watched is what notes the mentions in expressions; nil: nobody asks.
func (t *trace) watched() *expr.Watch {
	if t == nil {
		return nil
	}
	return t.exprs
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

// insideQuotes is where the text of a scalar begins.
func insideQuotes(n *yaml.Node, at Pos) Pos {
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		at.Col++
	}
	return at
}

func runes(text string) int { return len([]rune(text)) }

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

// tracePart notes where a part of an await was named.
func (w *stepWalk) tracePart(t *expr.Type, part string) {
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
			w.trace.exprs.Written(t, part, w.at(key))
		}
	}
}

// traceInclude notes the file, its inputs and its outputs.
func (w *stepWalk) traceInclude(params, file *yaml.Node, inc *includedFile) {
	if w.trace == nil {
		return
	}
	w.trace.files[params] = inc
	w.trace.use(Use{Pos: insideQuotes(file, w.at(file)), Len: runes(file.Value), Kind: UseFile, Name: file.Value, Decl: Pos{File: inc.plan.File, Line: 1, Col: 1},
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
		w.trace.exprs.Written(inc.outputs, o.Name, o.Pos)
	}
}

// traceAxes notes the axes of the matrix, and where its rows name them.
func (r *reader) traceAxes(n *yaml.Node, types *expr.Type) {
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
		r.trace.exprs.Written(types, p.key.Value, r.at(p.key))
	}
	for _, row := range rows {
		if row = resolve(row); row.Kind != yaml.MappingNode {
			continue
		}
		for _, p := range pairs(row) {
			if at := r.trace.exprs.FieldAt(types, p.key.Value); at.Line > 0 {
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
