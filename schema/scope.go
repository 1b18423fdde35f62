package schema

import (
	"reflect"

	"gopkg.in/yaml.v3"
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
}

// Field is a known key of an object.
type Field struct {
	Name string
	Doc  string
	Type *Type
}

// typeOf describes a Go type (structs by their JSON names, Shaped by its shape, Enumerated and enum tags as enums).
func typeOf(t reflect.Type) *Type { panic("not written yet") }

// scope is what an expression may name at one place in a plan.
type scope struct {
	// the expressions' author adds fields
}

// newScope has what every expression sees: steps, calls, run, the functions.
func newScope(voc *Vocabulary) *scope { panic("not written yet") }

// child sees all that s sees; what is declared in it is not seen by s.
func (s *scope) child() *scope { panic("not written yet") }

// declare adds a name. guard is "" for a name that is always there; otherwise it says under what condition the name was
// made (the text of the `if`, or "continueOnError"): using it under another guard without ?? is a problem.
func (s *scope) declare(name string, t *Type, guard string, at Pos) { panic("not written yet") }

// declareStep adds steps.<id> with the type of its outputs.
func (s *scope) declareStep(id string, outputs *Type, guard string, at Pos) { panic("not written yet") }

// announce tells of a name that exists somewhere else ("captured later", "captured in branch left"), for a better
// problem when it is used here.
func (s *scope) announce(name, where string, at Pos) { panic("not written yet") }

// under returns a child in which names made under that guard are known to be there.
func (s *scope) under(guard string) *scope { panic("not written yet") }

// posMap translates a rune offset in a scalar's decoded value to its place in the file.
type posMap func(offset int) Pos

// newPosMap makes the map for a scalar node; lines are the file's source lines. Exact for plain, quoted and literal block
// scalars; for folded ones the line is exact.
func newPosMap(file string, lines []string, n *yaml.Node) posMap { panic("not written yet") }

// compileExpr checks text in sc and compiles it. offset is where text begins inside the scalar that at maps. want nil: any
// type. It returns nil after reporting what forbids its use.
func compileExpr(text string, offset int, at posMap, sc *scope, want *Type, report func(Problem)) *Expr {
	panic("not written yet")
}

// Type is the type of the expression's value.
func (e *Expr) Type() *Type { panic("not written yet") }

// flow checks what only the whole plan can show: stale awaits, awaits that nothing can satisfy, and the like.
func flow(p *Plan, voc *Vocabulary) Problems { panic("not written yet") }
