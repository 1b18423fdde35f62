package expr

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"callflow/schema/problem"
)

// Globals are the struct types of what expressions see that no author made.
type Globals struct {
	Event reflect.Type // its fields are names over an event: in match, failOn and never
	Call  reflect.Type // what calls[id] is
	Run   reflect.Type // what run is
}

// Scope is what an expression may name at one place in a scenario. Names are looked up from the inside out.
type Scope struct {
	Anything bool // what made names here could not be read: any name may be one of them
	Trusts   bool // a test that holds here could not be read: any name may be there

	globals   Globals
	parent    *Scope
	names     map[string]*Symbol // a step's outputs under "steps.<id>"
	elsewhere map[string]Place
	came      []string               // the proofs that hold here; see guard
	uses      map[string]bool        // the names that expressions of this file mention, steps.<id> among them
	taken     map[string]problem.Pos // where expressions first used this very scope's names, where that is asked for
	watch     *Watch                 // told of what is mentioned; nil: nobody asks
}

// Symbol is one name with the type of its value.
type Symbol struct {
	Type  *Type
	Guard *Guard      // nil: it is always there
	At    problem.Pos // where an author made it; the zero Pos for what the language gives
	Doc   string
}

// Place says where a name exists that is not known here: "captured later".
type Place struct {
	Where string
	At    problem.Pos
}

// NewScope has what every expression sees: steps, calls, run, the functions; and the names of outer, which may be nil. w may
// be nil too.
func NewScope(g Globals, outer *Scope, w *Watch) *Scope {
	s := EmptyScope(g, w)
	s.parent, s.uses = outer, map[string]bool{}
	s.Declare("steps", &Type{Kind: KindObject, Fields: []Field{}}, nil, problem.Pos{})
	call := Any
	if g.Call != nil {
		call = TypeOf(g.Call)
	}
	s.Declare("calls", &Type{Kind: KindObject, Elem: call}, nil, problem.Pos{})
	if g.Run != nil {
		s.Declare("run", TypeOf(g.Run), nil, problem.Pos{})
	}
	return s
}

// EmptyScope knows the functions only.
func EmptyScope(g Globals, w *Watch) *Scope { return &Scope{globals: g, watch: w} }

// EventScope knows the names of an event.
func EventScope(g Globals, w *Watch) *Scope {
	if g.Event == nil {
		return EmptyScope(g, w)
	}
	return EmptyScope(g, w).WithFields(TypeOf(g.Event))
}

// Child sees all that s sees; what is declared in it is not seen by s.
func (s *Scope) Child() *Scope {
	return &Scope{parent: s, globals: s.globals, uses: s.uses, watch: s.watch}
}

// WithFields returns a child that names the fields of an object type. Of type any, any name may be one of its fields.
func (s *Scope) WithFields(t *Type) *Scope {
	inner := s.Child()
	if t != nil {
		inner.Anything = t.Kind == KindAny
		for _, f := range t.Fields {
			inner.Declare(f.Name, f.Type, nil, s.watch.FieldAt(t, f.Name))
			inner.names[f.Name].Doc = f.Doc
		}
	}
	return inner
}

// Outer is the scope around this one; nil: there is none.
func (s *Scope) Outer() *Scope { return s.parent }

// Use notes that something mentions a name.
func (s *Scope) Use(name string) {
	if s.uses != nil {
		s.uses[name] = true
	}
}

// Used are the names that were mentioned in this scope and those below it, steps.<id> among them.
func (s *Scope) Used() map[string]bool { return s.uses }

// Track makes the scope note which of its own names are taken; see Took.
func (s *Scope) Track() *Scope {
	s.taken = map[string]problem.Pos{}
	return s
}

// Take notes that something takes a name at a place, in the scope that has it, if that tracks them.
func (s *Scope) Take(name string, at problem.Pos) {
	for ; s != nil; s = s.parent {
		if s.names[name] != nil {
			if _, before := s.taken[name]; s.taken != nil && !before {
				s.taken[name] = at
			}
			return
		}
	}
}

// Took returns the names of a scope that tracks them which were taken since it was last asked, with the place of the first use.
func (s *Scope) Took() map[string]problem.Pos {
	names := maps.Clone(s.taken)
	clear(s.taken)
	return names
}

// Declare adds a name. Where its guard is not proven, using it without ?? is a problem.
func (s *Scope) Declare(name string, t *Type, guard *Guard, at problem.Pos) {
	if s.names == nil {
		s.names = map[string]*Symbol{}
	}
	if t == nil {
		t = Any
	}
	s.watch.declared(at, t)
	s.names[name] = &Symbol{Type: t, Guard: guard, At: at}
}

// DeclareStep adds steps.<id> with the type of its outputs.
func (s *Scope) DeclareStep(id string, outputs *Type, guard *Guard, at problem.Pos) {
	s.Declare("steps."+id, outputs, guard, at)
}

// Announce tells of a name that exists somewhere else ("captured later", "captured in branch left"), for a better
// problem when it is used here. A step is announced as steps.<id>.
func (s *Scope) Announce(name, where string, at problem.Pos) {
	if s.elsewhere == nil {
		s.elsewhere = map[string]Place{}
	}
	if _, known := s.elsewhere[name]; !known {
		s.elsewhere[name] = Place{where, at}
	}
}

// Announced are the names that this very scope was told exist somewhere else, in order.
func (s *Scope) Announced() []string { return slices.Sorted(maps.Keys(s.elsewhere)) }

// Find returns the symbol of a name, or of steps.<id>; nil: it is not known here.
func (s *Scope) Find(name string) *Symbol {
	for ; s != nil; s = s.parent {
		if sym := s.names[name]; sym != nil {
			return sym
		}
	}
	return nil
}

// unsure says that a name which is not known may be there all the same.
func (s *Scope) unsure() bool {
	for ; s != nil; s = s.parent {
		if s.Anything {
			return true
		}
	}
	return false
}

// trusting says that a name may be there though nothing that could be read proves it.
func (s *Scope) trusting() bool {
	for ; s != nil; s = s.parent {
		if s.Trusts {
			return true
		}
	}
	return false
}

// FindElsewhere returns what was announced of a name.
func (s *Scope) FindElsewhere(name string) (Place, bool) {
	for ; s != nil; s = s.parent {
		if p, ok := s.elsewhere[name]; ok {
			return p, true
		}
	}
	return Place{}, false
}

// WhereIs is where a name was made, be it known here or only elsewhere.
func (s *Scope) WhereIs(name string) (at problem.Pos, ok bool) {
	if sym := s.Find(name); sym != nil {
		return sym.At, true
	}
	p, ok := s.FindElsewhere(name)
	return p.At, ok
}

// Prove says that a test held before anything in this scope is looked at.
func (s *Scope) Prove(test *Expr) { s.came = append(s.came, test.root.whenTrue()...) }

// Arrive adds what tests proved; see Proofs.
func (s *Scope) Arrive(proofs []string) { s.came = append(s.came, proofs...) }

// arrived says that one of these is among the proofs that hold here.
func (s *Scope) arrived(proofs ...string) bool {
	for ; s != nil; s = s.parent {
		for _, p := range proofs {
			if slices.Contains(s.came, p) {
				return true
			}
		}
	}
	return false
}

// Known are the names that begin with prefix, without it, in order: "steps." for the ids of steps.
func (s *Scope) Known(prefix string) []string {
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
