package schema

// Expr is a checked expression of the language (https://expr-lang.org with the rules of design "Absent values").
// It is immutable and safe for use from many goroutines.
type Expr struct {
	text string
	pos  Pos
	// the compiler's own fields follow
}

// Text is the expression as written.
func (e *Expr) Text() string { return e.text }

// Pos is where its first character stands.
func (e *Expr) Pos() Pos { return e.pos }

// Eval returns its value under names. The error is an *EvalError with the position inside the expression.
func (e *Expr) Eval(names map[string]any) (any, error) { panic("not written yet") }

// Test evaluates a boolean expression.
func (e *Expr) Test(names map[string]any) (bool, error) { panic("not written yet") }

// Mentions says whether the expression refers to that top-level name.
func (e *Expr) Mentions(name string) bool { panic("not written yet") }

// Fix is a conjunct of the form path == value, true of every event the expression matches.
type Fix struct {
	Path  string // "call.state", "call.source.identity.user.id"
	Value any    // evaluated
}

// Fixes returns what the expression's top-level conjuncts fix under names. Conjuncts whose value cannot be evaluated
// without the event are left out.
func (e *Expr) Fixes(names map[string]any) []Fix { panic("not written yet") }

// Explanation is an expression with the value of every part, for a person who asks why it was false.
type Explanation struct {
	Pos    Pos           `json:"pos"`
	Text   string        `json:"text"`            // this part, as written
	Value  any           `json:"value,omitempty"` // what it was; nil and Absent for a name that was not there
	Absent bool          `json:"absent,omitempty"`
	Error  string        `json:"error,omitempty"`
	Parts  []Explanation `json:"parts,omitempty"` // operands with a value worth showing, left to right
}

// Explain evaluates the expression part by part. It is slow and only used to explain failures.
func (e *Expr) Explain(names map[string]any) Explanation { panic("not written yet") }

// Nearness counts top-level conjuncts: how many hold under names, and of how many. The nearest miss of an await is the
// event with the most.
func (e *Expr) Nearness(names map[string]any) (holds, of int) { panic("not written yet") }

// EvalError is an expression or value that could not be evaluated in a run.
type EvalError struct {
	Pos  Pos
	Expr string
	Err  error
}

func (e *EvalError) Error() string {
	return e.Pos.String() + ": cannot evaluate " + e.Expr + ": " + e.Err.Error()
}

func (e *EvalError) Unwrap() error { return e.Err }
