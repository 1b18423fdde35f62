package schema

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
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
	pos    Pos
	offset int                  // of text inside its scalar
	at     func(offset int) Pos // of the scalar's runes
	root   *node
	names  map[string]bool // the top-level names it mentions
}

// Text is the expression as written.
func (e *Expr) Text() string { return e.text }

// Pos is where its first character stands.
func (e *Expr) Pos() Pos { return e.pos }

// tree is the expression's whole, for whoever reads what it says.
func (e *Expr) tree() *node { return e.root }

// proofs are what is surely there when the expression is true; see Scope.Arrive.
func (e *Expr) proofs() []string { return e.root.proves }

// constant is the value of an expression that mentions nothing.
func (e *Expr) constant() (value any, ok bool) {
	if len(e.names) > 0 {
		return nil, false
	}
	v, err := e.Eval(nil)
	return v, err == nil
}

// part is where a part of the expression stands, and how it is written.
func (e *Expr) part(n *node) (Pos, string) {
	from, text := written(e.text, n.from, n.to)
	return e.at(e.offset + from), text
}

// Type is the type of the expression's value.
func (e *Expr) Type() *Type { return e.root.typ }

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
	return &EvalError{Pos: e.at(e.offset + at), Expr: shorten(e.text, maxExprShown), Err: err}
}

func (e *Expr) eval(n *node, names map[string]any) (any, error) {
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
	return false, e.fault(0, fmt.Errorf("true or false is wanted, but its value is %s", show(v)))
}

// mentioned are the top-level names that the expression refers to, in order.
func (e *Expr) mentioned() []string { return slices.Sorted(maps.Keys(e.names)) }

// Mentions says whether the expression refers to that top-level name.
func (e *Expr) Mentions(name string) bool { return e.names[name] }

// maxExprShown is how many runes of an expression an error shows.
const maxExprShown = 200

// EvalError is an expression or value that could not be evaluated in a run.
type EvalError struct {
	Pos  Pos
	Expr string
	Err  error
}

func (e *EvalError) Error() string {
	return e.Pos.String() + ": cannot evaluate " + shorten(e.Expr, 200) + ": " + e.Err.Error()
}

func (e *EvalError) Unwrap() error { return e.Err }

var called = regexp.MustCompile(`(\w+)\s*\(`)

// quick says that an expression takes no time worth mentioning, whatever its names hold: checking a file runs nothing that
// could go on for long.
func (e *Expr) quick() bool {
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
