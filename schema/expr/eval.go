package expr

import (
	"errors"
	"fmt"
)

// Node is one part of a compiled expression. Whoever reasons about what an expression says reads this tree.
type Node struct {
	From, To int // its runes in the text, brackets around it left out
	Type     *Type
	eval     func(*evaluation) any // nil: the value is absent

	Op      string  // an operator as written ("==", "and", "not in"), "call", "each", "index", "list", "name", "path", "literal", or "" for the rest
	Parts   []*Node // operands, left to right
	Path    string  // of a name with fields: "call.state"
	Literal any     // of a literal
	Each    *Each   // of a predicate over a list

	// proves and denies are the proofs that hold when the node is true, and when it is false; see guard.
	proves, denies []string
	says           []string // what it says in so many words, of a whole test: proofs too
}

// Each is a function that tries a predicate on the elements of a list.
type Each struct {
	Name  string // of the function
	List  *Node
	Body  *Node // nil: the element itself
	depth int
}

// The bounds of one evaluation. An expression is tried on every notification of a run, so it must end soon whatever it
// says: work counts elements looked at and bytes made, and a lawful expression over a roster of 2,000 needs a hundredth.
const (
	maxWork  = 2_000_000
	MaxText  = 1 << 20 // bytes of one string
	maxRange = 10_000  // elements of a..b
	maxEach  = 2       // predicates within each other
)

var errWork = errors.New("this takes too long: it looks at too many elements, or makes too many values")

// evaluation is the state of one evaluation. After an error every part yields absent and the loops end.
type evaluation struct {
	names map[string]any
	item  [maxEach]any
	index [maxEach]int
	work  int
	err   error
	errAt int // rune offset in the text
}

// fail ends the evaluation with an error at n.
func (ev *evaluation) fail(n *Node, err error) any {
	if ev.err == nil {
		ev.err, ev.errAt = err, n.From
	}
	return nil
}

func (ev *evaluation) failf(n *Node, format string, args ...any) any {
	return ev.fail(n, fmt.Errorf(format, args...))
}

// spend counts work and says whether the evaluation may go on.
func (ev *evaluation) spend(n *Node, work int) bool {
	ev.work += work
	if ev.work > maxWork || work < 0 {
		ev.fail(n, errWork)
	}
	return ev.err == nil
}

// truth evaluates an operand that must be true or false; absent is false.
func (ev *evaluation) truth(n *Node) bool {
	switch v := n.eval(ev).(type) {
	case bool:
		return v
	case nil:
		return false
	default:
		ev.failf(n, "true or false is wanted, but this is %s", Show(v))
		return false
	}
}
