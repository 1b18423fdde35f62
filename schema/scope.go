package schema

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Kind is what a value is, for expressions.
type Kind string

// The kinds.
const (
	KindAny      Kind = "any"
	KindString   Kind = "string"
	KindInt      Kind = "int"
	KindFloat    Kind = "float"
	KindBool     Kind = "bool"
	KindDuration Kind = "duration"
	KindList     Kind = "list"
	KindObject   Kind = "object"
	KindNil      Kind = "nil"
)

// Type is the type of a value in expressions.
type Type struct {
	Kind   Kind
	Enum   []string // KindString: the only values there are
	Elem   *Type    // KindList; KindObject with keys of any name
	Fields []Field  // KindObject with known keys

	step  string // the outcome of the step at that place
	picks string // a text that names one of a step's parts, the one that came: which step's
	part  string // what a part yields that need not have come: what proves that it did, as partProof says it
}

// Field is a known key of an object.
type Field struct {
	Name string
	Doc  string
	Type *Type
}

// Globals are the struct types of what expressions see that no author made.
type Globals struct {
	Event reflect.Type // its fields are names over an event: in match, failOn and never
	Call  reflect.Type // what calls[id] is
	Run   reflect.Type // what run is
}

// scope is what an expression may name at one place in a scenario. Names are looked up from the inside out.
type scope struct {
	anything bool // what made names here could not be read: any name may be one of them
	trusts   bool // a test that holds here could not be read: any name may be there

	globals   Globals
	parent    *scope
	names     map[string]*symbol // a step's outputs under "steps.<id>"
	elsewhere map[string]place
	came      []string        // the proofs that hold here; see guard
	uses      map[string]bool // the names that expressions of this file mention, steps.<id> among them
	taken     map[string]bool // which of this very scope's names expressions used, where that is asked for
	watch     *watch          // told of what is mentioned; nil: nobody asks
}

// symbol is one name with the type of its value.
type symbol struct {
	typ   *Type
	guard *guard // nil: it is always there
	at    Pos    // where an author made it; the zero Pos for what the language gives
	doc   string
}

// place says where a name exists that is not known here: "captured later".
type place struct {
	where string
	at    Pos
}

// newScope has what every expression sees: steps, calls, run, the functions; and the names of outer, which may be nil. w may
// be nil too.
func newScope(g Globals, outer *scope, w *watch) *scope {
	s := emptyScope(g, w)
	s.parent, s.uses = outer, map[string]bool{}
	s.declare("steps", &Type{Kind: KindObject, Fields: []Field{}}, nil, Pos{})
	call := anyType
	if g.Call != nil {
		call = typeOf(g.Call)
	}
	s.declare("calls", &Type{Kind: KindObject, Elem: call}, nil, Pos{})
	if g.Run != nil {
		s.declare("run", typeOf(g.Run), nil, Pos{})
	}
	return s
}

// emptyScope knows the functions only.
func emptyScope(g Globals, w *watch) *scope { return &scope{globals: g, watch: w} }

// eventScope knows the names of an event.
func eventScope(g Globals, w *watch) *scope {
	if g.Event == nil {
		return emptyScope(g, w)
	}
	return emptyScope(g, w).withFields(typeOf(g.Event))
}

// child sees all that s sees; what is declared in it is not seen by s.
func (s *scope) child() *scope {
	return &scope{parent: s, globals: s.globals, uses: s.uses, watch: s.watch}
}

// withFields returns a child that names the fields of an object type. Of type any, any name may be one of its fields.
func (s *scope) withFields(t *Type) *scope {
	inner := s.child()
	if t != nil {
		inner.anything = t.Kind == KindAny
		for _, f := range t.Fields {
			inner.declare(f.Name, f.Type, nil, s.watch.fieldAt(t, f.Name))
			inner.names[f.Name].doc = f.Doc
		}
	}
	return inner
}

// outer is the scope around this one; nil: there is none.
func (s *scope) outer() *scope { return s.parent }

// use notes that something mentions a name.
func (s *scope) use(name string) {
	if s.uses != nil {
		s.uses[name] = true
	}
}

// used are the names that were mentioned in this scope and those below it, steps.<id> among them.
func (s *scope) used() map[string]bool { return s.uses }

// track makes the scope note which of its own names are taken; see Took.
func (s *scope) track() *scope {
	s.taken = map[string]bool{}
	return s
}

// take notes that something takes a name, in the scope that has it, if that tracks them.
func (s *scope) take(name string) {
	for ; s != nil; s = s.parent {
		if s.names[name] != nil {
			if s.taken != nil {
				s.taken[name] = true
			}
			return
		}
	}
}

// took returns the names of a scope that tracks them which were taken since it was last asked, in order.
func (s *scope) took() []string {
	names := slices.Sorted(maps.Keys(s.taken))
	clear(s.taken)
	return names
}

// declare adds a name. Where its guard is not proven, using it without ?? is a problem.
func (s *scope) declare(name string, t *Type, guard *guard, at Pos) {
	if s.names == nil {
		s.names = map[string]*symbol{}
	}
	if t == nil {
		t = anyType
	}
	s.watch.declared(at, t)
	s.names[name] = &symbol{typ: t, guard: guard, at: at}
}

// declareStep adds steps.<id> with the type of its outputs.
func (s *scope) declareStep(id string, outputs *Type, guard *guard, at Pos) {
	s.declare("steps."+id, outputs, guard, at)
}

// announce tells of a name that exists somewhere else ("captured later", "captured in branch left"), for a better
// problem when it is used here. A step is announced as steps.<id>.
func (s *scope) announce(name, where string, at Pos) {
	if s.elsewhere == nil {
		s.elsewhere = map[string]place{}
	}
	if _, known := s.elsewhere[name]; !known {
		s.elsewhere[name] = place{where, at}
	}
}

// announced are the names that this very scope was told exist somewhere else, in order.
func (s *scope) announced() []string { return slices.Sorted(maps.Keys(s.elsewhere)) }

// find returns the symbol of a name, or of steps.<id>; nil: it is not known here.
func (s *scope) find(name string) *symbol {
	for ; s != nil; s = s.parent {
		if sym := s.names[name]; sym != nil {
			return sym
		}
	}
	return nil
}

// unsure says that a name which is not known may be there all the same.
func (s *scope) unsure() bool {
	for ; s != nil; s = s.parent {
		if s.anything {
			return true
		}
	}
	return false
}

// trusting says that a name may be there though nothing that could be read proves it.
func (s *scope) trusting() bool {
	for ; s != nil; s = s.parent {
		if s.trusts {
			return true
		}
	}
	return false
}

// findElsewhere returns what was announced of a name.
func (s *scope) findElsewhere(name string) (place, bool) {
	for ; s != nil; s = s.parent {
		if p, ok := s.elsewhere[name]; ok {
			return p, true
		}
	}
	return place{}, false
}

// whereIs is where a name was made, be it known here or only elsewhere.
func (s *scope) whereIs(name string) (at Pos, ok bool) {
	if sym := s.find(name); sym != nil {
		return sym.at, true
	}
	p, ok := s.findElsewhere(name)
	return p.at, ok
}

// prove says that a test held before anything in this scope is looked at.
func (s *scope) prove(test *Expr) { s.came = append(s.came, test.root.whenTrue()...) }

// arrive adds what tests proved; see Proofs.
func (s *scope) arrive(proofs []string) { s.came = append(s.came, proofs...) }

// arrived says that one of these is among the proofs that hold here.
func (s *scope) arrived(proofs ...string) bool {
	for ; s != nil; s = s.parent {
		for _, p := range proofs {
			if slices.Contains(s.came, p) {
				return true
			}
		}
	}
	return false
}

// known are the names that begin with prefix, without it, in order: "steps." for the ids of steps.
func (s *scope) known(prefix string) []string {
	seen := map[string]bool{}
	for ; s != nil; s = s.parent {
		for name := range s.names {
			if rest, ok := strings.CutPrefix(name, prefix); ok && !strings.Contains(rest, ".") {
				seen[rest] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
