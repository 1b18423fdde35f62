package schema

import (
	"io/fs"
	"reflect"
	"time"

	"callflow/schema/expr"
)

// Source is one file to be checked. Name is its path in FS (slash separated) and what problems print; files that it
// includes are read from FS relative to Name. Text is its bytes (FS is not read for Name itself). FS may be nil: then
// include is refused.
type Source struct {
	Name string
	Text []byte
	FS   fs.FS
	// Env looks up env.NAME for vars and secrets; nil: every name is absent.
	Env func(name string) (string, bool)
	// Shared are the vars, secrets and people of the project. Optional.
	Shared *Shared
}

// Plan is a checked scenario. It is immutable, is compiled once and runs many times, also side by side.
type Plan struct {
	File        string
	Name        string
	Description string
	Tags        []string
	Requires    []string // e.g. simulator
	Vars        []Var
	Secrets     []Var
	Shared      Common    // of the project, what this file and those it includes refer to; Vars and Secrets come before them
	People      *Template // of the project, for the simulated world; nil: none
	PeopleNeed  Common    // what People refers to
	Rows        []Row     // the matrix in row-major order; one nameless row when there is none
	Timeout     time.Duration
	TimeoutPos  Pos // of the key; zero when there is none
	Defaults    Defaults
	Simulate    *Template // builds a Vocabulary.Scene; nil when absent
	Steps       Block
	Finally     Block
	Never       []*expr.Expr // ends the main steps when true of any event
	Outputs     []Capture
	Leak        string   // hangUp, fail, keep
	Inputs      []string // for an included file: the vars that `with` may set
	Text        []byte
	scene       *Step // what the section simulate takes from expressions
}

// Var is a name with a value that may refer to earlier vars and to env.
type Var struct {
	Pos   Pos
	Name  string
	Value *Template
	Use   Pos // where it is first referred to; of what is common only
}

// Common are vars and secrets of a project, in the order of its file. Secrets see the vars.
type Common struct{ Vars, Secrets []Var }

// Row is one combination of the matrix.
type Row struct {
	Name   string // "k=v, …"; empty without a matrix
	Values map[string]any
	at     map[string]spot // where each value is written
}

// Defaults are the frame's `defaults`.
type Defaults struct {
	Timeout time.Duration // of a step that has none; 0: the verb's own
	Await   time.Duration // of an await that has none; 0: 30 s
	Finally time.Duration // of all its steps; 0: 30 s
	Cleanup time.Duration // of the hang-ups at the end; 0: 30 s
	Retry   *Template     // builds *Retry; nil: no retries
}

// Block is a list of steps run in order.
type Block []*Step

// Step is one checked step. Exactly one verb.
type Step struct {
	Pos             Pos // of the step's first key
	VerbPos         Pos
	ID              string    // given by the author, or ""
	Path            string    // its place: "steps[2]", "finally[0]", "steps[3].left[1]"; unique in the plan
	Name            string    // given by the author as it is written, or ""
	Title           *Template // builds a Line: the name, when it holds expressions; nil: Name is all of it
	Verb            *Verb
	Params          *Template // builds a pointer to Verb.Params
	If              *expr.Expr
	ForEach         *Template    // builds a list
	As              string       // the loop's name for an item; default item
	Timeout         *Template    // builds a time.Duration; nil: default
	Until           string       // the goal; the verb's default when not given
	Retry           *Template    // builds *Retry; nil: none given
	Expect          []*expr.Expr // see this step's outputs
	Capture         []Capture    // likewise
	ContinueOnError bool
	uses            []use
	Include         *Plan // for the verb include: the checked file; its steps have names of their own
	Inner           []Inner
	// Lines are the step's source lines, first line Pos.Line, for failure excerpts.
	Lines []string
}

// Opaque says that expressions never see inside a step.
func (Step) Opaque() {}

// Label is how a step is called in messages: its name, else its id, else its verb.
func (s *Step) Label() string {
	switch {
	case s.Name != "":
		return s.Name
	case s.ID != "":
		return s.ID
	}
	return s.Verb.Name
}

// Key is what journals call the step: its id, else its path.
func (s *Step) Key() string {
	if s.ID != "" {
		return s.ID
	}
	return s.Path
}

// Inner are steps that stand within another step's parameters; beside the others there when they run at the same time.
type Inner struct {
	Steps  Block
	Beside bool
}

// Capture names the value of an expression for later steps.
type Capture struct {
	Pos  Pos
	Name string
	Expr *expr.Expr
}

// Retry says how often and when an action that failed is repeated. Delays are durations; jitter is a share (0..1) of the
// interval.
type Retry struct {
	Attempts        int           `json:"attempts" doc:"How often the action is tried in all, the first time included." default:"3"`
	InitialInterval time.Duration `json:"initialInterval" doc:"Wait before the second attempt." default:"500ms"`
	Multiplier      float64       `json:"multiplier" doc:"Each wait is this much longer than the one before." default:"2"`
	MaxInterval     time.Duration `json:"maxInterval" doc:"No wait is longer than this." default:"30s"`
	Jitter          float64       `json:"jitter" doc:"Share of a wait, from 0 to 1, by which it is randomly shortened or lengthened." default:"0.2"`
	When            *expr.Expr    `json:"when" scope:"retry" doc:"Repeat only if this holds; sees response, error, outcome, resultInfo, attempt."`
}

// Entry is one key of a Map.
type Entry[T any] struct {
	Pos   Pos
	Key   string
	Value T
}

// Map is a mapping that keeps the order of the file.
type Map[T any] []Entry[T]

// ValueType is T: for expressions a Map is an object with keys of any name.
func (Map[T]) ValueType() reflect.Type { return reflect.TypeFor[T]() }

// Get returns the value of key.
func (m Map[T]) Get(key string) (value T, ok bool) {
	for _, e := range m {
		if e.Key == key {
			return e.Value, true
		}
	}
	return value, false
}

// Check reads a scenario and everything it includes. The plan is nil when the problems forbid a run; problems may hold
// warnings beside a plan. It never panics and never takes unbounded time or memory, whatever the bytes are.
func Check(src Source, voc *Vocabulary) (*Plan, Problems) {
	return newChecker(src, voc).check()
}
