package runner

import (
	"time"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/steps"
)

// run is one run of a plan: what all its branches share. At most one branch executes at a time (see steps.Host), so
// nothing here is locked.
type run struct {
	*Prepared
	inbox    *inbox
	calls    *pictures
	legs     legs
	scenario string // the Scenario-Id header of every request
	started  time.Time
	never    *steps.Failure // the frame's never came true
	endMain  func(error)    // ends the main scope
	failed   string         // key of the step that failed first
	counts   map[string]int // steps by status
}

// frame is the interpreter in one branch of one plan: an included plan and a parallel branch have frames of their own.
type frame struct {
	run    *run
	plan   *schema.Plan
	host   steps.Host
	names  *names
	book   *book
	prefix string // of step keys: "login/"
	branch string // "left", nested "left/a"
	order  []int  // the branch's place in each fork above it: events are offered to those that wait in this order
}

// book remembers, for one plan of a run, where each step's last attempt began in the inbox.
type book struct {
	sent map[string]uint64 // step id -> position; see env.since
}

// turn is one execution of a step; for a forEach, of one item. Its attempts share its timeout.
type turn struct {
	*frame
	step     *schema.Step
	key      string // schema.Step.Key with prefix and [i]
	limit    time.Duration
	started  time.Time
	deadline time.Time  // zero: none
	bounded  steps.Host // ends at deadline; made on first use, see env.Host
	unbind   func(error)
	outcome  string // last outcome reached
	result   map[string]any
}

// env is one attempt of a turn. It implements steps.Env. Waiting for events (Follow, Await) goes through frame.host with
// deadline as until, so that its failure can say what arrived; everything else through Host(), which ends at the
// deadline by itself.
type env struct {
	*turn
	attempt int
	window  uint64 // inbox position at which the attempt's request was sent: its events come after it
	reply   *graph.Reply
}
