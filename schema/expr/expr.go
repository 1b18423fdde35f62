// Package expr is the language of expressions: what a condition, a capture or a text with ${{ }} says.
//
// parse.go finds the names and the slips that the parser of github.com/expr-lang/expr would not explain (foreign*.go and
// ways.go know how other languages say it), compile.go, names.go, ops.go and compare.go check the tree against the types
// of a Scope and turn it into functions, functions*.go has what can be called, values.go what a value is. eval.go
// evaluates; explain.go says of a false expression which part of it was false; cursor.go and watch.go tell an editor what
// is meant, and what fits, at a place.
package expr

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"callflow/schema/problem"
)

// Expr is a checked expression of the language (https://expr-lang.org with the rules of design "Absent values").
// It is immutable and safe for use from many goroutines.
//
// The grammar is the expr package's own parser's. Names, types and functions are checked here against Type, and the tree
// is turned into small functions rather than into that package's bytecode, for three reasons: an absent value has rules
// of its own in every operator, a run away expression must be stopped (its machine cannot be), and a failed one must be
// explained part by part. Where everything is present the values are the same; a test holds the two against each other.
type Expr struct {
	text   string
	pos    problem.Pos
	offset int                          // of text inside its scalar
	at     func(offset int) problem.Pos // of the scalar's runes
	root   *Node
	names  map[string]bool // the top-level names it mentions
}

// Text is the expression as written.
func (e *Expr) Text() string { return e.text }

// Pos is where its first character stands.
func (e *Expr) Pos() problem.Pos { return e.pos }

// Tree is the expression's whole, for whoever reads what it says.
func (e *Expr) Tree() *Node { return e.root }

// Proofs are what is surely there when the expression is true; see Scope.Arrive.
func (e *Expr) Proofs() []string { return e.root.proves }

// Constant is the value of an expression that mentions nothing.
func (e *Expr) Constant() (value any, ok bool) {
	if len(e.names) > 0 {
		return nil, false
	}
	v, err := e.Eval(nil)
	return v, err == nil
}

// Part is where a part of the expression stands, and how it is written.
func (e *Expr) Part(n *Node) (problem.Pos, string) {
	from, text := written(e.text, n.From, n.To)
	return e.at(e.offset + from), text
}

// Type is the type of the expression's value.
func (e *Expr) Type() *Type { return e.root.Type }

var evaluations = sync.Pool{New: func() any { return new(evaluation) }}

// Eval returns its value under names; nil when it is absent. The error is an *EvalError with the position inside the
// expression. The value may share lists and objects with names.
func (e *Expr) Eval(names map[string]any) (any, error) {
	v, err := e.eval(e.root, names)
	if err == nil && TooLarge(v) {
		return nil, e.fault(0, errTooMuch)
	}
	return v, err
}

// fault is an error at a rune of the text.
func (e *Expr) fault(at int, err error) error {
	return &EvalError{Pos: e.at(e.offset + at), Expr: problem.Shorten(e.text, MaxShown), Err: err}
}

func (e *Expr) eval(n *Node, names map[string]any) (any, error) {
	ev := evaluations.Get().(*evaluation)
	ev.names = names
	v := n.eval(ev)
	err, at := ev.err, ev.errAt
	*ev = evaluation{}
	evaluations.Put(ev)
	if err != nil {
		return nil, e.fault(at, err)
	}
	return v, nil
}

// Test evaluates a boolean expression; an absent value is false.
func (e *Expr) Test(names map[string]any) (bool, error) {
	v, err := e.eval(e.root, names)
	if err != nil {
		return false, err
	}
	switch v := v.(type) {
	case bool:
		return v, nil
	case nil:
		return false, nil
	}
	return false, e.fault(0, fmt.Errorf("true or false is wanted, but its value is %s", Show(v)))
}

// Names are the top-level names that the expression refers to, in order.
func (e *Expr) Names() []string { return slices.Sorted(maps.Keys(e.names)) }

// Mentions says whether the expression refers to that top-level name.
func (e *Expr) Mentions(name string) bool { return e.names[name] }

// MaxShown is how many runes of an expression an error shows.
const MaxShown = 200

// EvalError is an expression or value that could not be evaluated in a run.
type EvalError struct {
	Pos  problem.Pos
	Expr string
	Err  error
}

func (e *EvalError) Error() string {
	return e.Pos.String() + ": cannot evaluate " + problem.Shorten(e.Expr, 200) + ": " + e.Err.Error()
}

func (e *EvalError) Unwrap() error { return e.Err }

var called = regexp.MustCompile(`(\w+)\s*\(`)

// Quick says that an expression takes no time worth mentioning, whatever its names hold: checking a file runs nothing that
// could go on for long.
func (e *Expr) Quick() bool {
	if len(e.Text()) > 200 || strings.Contains(e.Text(), "..") || strings.Contains(e.Text(), "matches") {
		return false
	}
	for _, m := range called.FindAllStringSubmatch(e.Text(), -1) {
		if !slices.Contains([]string{"int", "float", "string", "duration", "lower", "upper", "trim", "not", "and", "or"}, m[1]) {
			return false
		}
	}
	return true
}
