package schema

import (
	"slices"
	"strings"
)

// The seam inside this package between the reader (frame, templates, steps) and the expressions.

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

	picks string // a text that names one of a step's parts, the one that came: which step's
	part  string // what a part yields that need not have come: what proves that it did, as partProof says it
}

// Field is a known key of an object.
type Field struct {
	Name string
	Doc  string
	Type *Type
}

// scope is what an expression may name at one place in a plan. Names are looked up from the inside out.
type scope struct {
	parent    *scope
	voc       *Vocabulary
	names     map[string]*symbol // a step's outputs under "steps.<id>"
	elsewhere map[string]place
	guard     string          // in this scope names made under that guard are there
	came      []string        // the proofs of parts that have come
	anything  bool            // what made names here could not be read: any name may be one of them
	uses      map[string]bool // the names that expressions of this file mention, steps.<id> among them
	taken     map[string]bool // which of this very scope's names expressions used, where that is asked for
	trace     *trace          // notes uses for an editor; nil: nobody asks
}

// symbol is one name with the type of its value.
type symbol struct {
	typ   *Type
	guard string
	at    Pos
	doc   string
}

// place says where a name exists that is not known here.
type place struct {
	where string
	at    Pos
}

// newScope has what every expression sees: steps, calls, run, the functions.
func newScope(voc *Vocabulary) *scope {
	s := &scope{voc: voc, uses: map[string]bool{}}
	s.declare("steps", &Type{Kind: KindObject, Fields: []Field{}}, "", Pos{})
	call := anyType
	if voc.Call != nil {
		call = typeOf(voc.Call)
	}
	s.declare("calls", &Type{Kind: KindObject, Elem: call}, "", Pos{})
	if voc.Run != nil {
		s.declare("run", typeOf(voc.Run), "", Pos{})
	}
	return s
}

// child sees all that s sees; what is declared in it is not seen by s.
func (s *scope) child() *scope {
	return &scope{parent: s, voc: s.voc, uses: s.uses, trace: s.trace}
}

// use notes that something mentions a name.
func (s *scope) use(name string) {
	if s.uses != nil {
		s.uses[name] = true
	}
}

// declare adds a name. guard is "" for a name that is always there; otherwise it says under what condition the name was
// made (the text of the `if`, or "continueOnError"): using it under another guard without ?? is a problem.
func (s *scope) declare(name string, t *Type, guard string, at Pos) {
	if s.names == nil {
		s.names = map[string]*symbol{}
	}
	if t == nil {
		t = anyType
	}
	s.trace.typed(at, t)
	s.names[name] = &symbol{typ: t, guard: guard, at: at}
}

// declareStep adds steps.<id> with the type of its outputs.
func (s *scope) declareStep(id string, outputs *Type, guard string, at Pos) {
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

// under returns a child in which names made under that guard are known to be there.
func (s *scope) under(guard string) *scope {
	c := s.child()
	c.guard = guard
	return c
}

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

func (s *scope) findElsewhere(name string) (place, bool) {
	for ; s != nil; s = s.parent {
		if p, ok := s.elsewhere[name]; ok {
			return p, true
		}
	}
	return place{}, false
}

// guarded says that names made under that guard are there: all its conditions hold around this scope, or are among
// those that hold anyway.
func (s *scope) guarded(guard string, holding []string) bool {
	if guard == "" {
		return true
	}
	for _, condition := range conditions(guard) {
		if !slices.Contains(holding, condition) && !s.holds(condition) {
			return false
		}
	}
	return true
}

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

func (s *scope) holds(condition string) bool {
	for ; s != nil; s = s.parent {
		for _, c := range conditions(s.guard) {
			if c == condition {
				return true
			}
		}
	}
	return false
}

// conditions takes a guard apart at its ands, where nothing else makes that doubtful.
func conditions(guard string) []string {
	if strings.ContainsAny(guard, "()\"'`|?") || strings.Contains(guard, " or ") {
		return []string{guard}
	}
	return strings.Split(guard, " && ")
}

// known lists the names that begin with prefix, without it, in order.
func (s *scope) known(prefix string) []string {
	seen := map[string]bool{}
	for ; s != nil; s = s.parent {
		for name := range s.names {
			if rest, ok := strings.CutPrefix(name, prefix); ok && !strings.Contains(rest, ".") {
				seen[rest] = true
			}
		}
	}
	return sortedKeys(seen)
}
