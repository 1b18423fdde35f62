// Package host is what the hosts share: the branches of a run, whose turn it is, the scopes they live in, and the run's
// log of events. The hosts differ in their clock, in how a request travels, and in what turns are made of: host/sim steps
// coroutines from its event loop, host/local hands a baton between goroutines.
package host

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
	"callflow/steps"
)

// Rank orders what is due at one instant.
type Rank uint8

// The ranks. A notification due at a deadline beats the deadline; a deadline beats the end of a scope.
const (
	Happening Rank = iota // what happens in the world, and sleeps
	Deadline              // the end of a wait
	Limit                 // the end of a scope
)

// Grace is how long a cancelled request may still take to bring its response, so that cleanup learns the id.
const Grace = 5 * time.Second

// maxAsides is how many refused, misrouted and disturbed notifications a run is told of: anybody may send such.
const maxAsides = 1000

// World is what the hosts do differently. After and Do are called with the run locked, the others are not.
type World interface {
	Now() time.Time
	// After calls f once with the run locked, d from now, unless stopped before.
	After(d time.Duration, rank Rank, f func()) (stop func())
	// Do makes one attempt for b, whose turn it is, and gives way meanwhile: by b.Park or Threaded.Outside.
	Do(b *Branch, r steps.Request) (steps.Response, error)
	// Want asks for incoming calls; twin says that another run waits for the very same ones.
	Want(in steps.Incoming) (withdraw func(), twin bool)
	// Unclaimed are the incoming calls of the run's bot since then that nobody has taken.
	Unclaimed(since time.Time) []*graph.Event
	// AnswerJoining keeps what the webhook answers to a participantJoiningNotification of a call.
	AnswerJoining(call string, body json.RawMessage)
	// Made notes that the run has created a call.
	Made(call string)
	// Emit takes a stamped record.
	Emit(r steps.Record)
}

// Run is one run: its branches, scopes and events.
type Run struct {
	world World
	turns turns
	seed  uint64

	log     []steps.Event
	live    []*Branch // in the order in which they were forked
	current *Branch   // whose turn it is
	records int64
	asides  int // events in log that no expression sees

	root   *scope // ends when the run is killed; parent of the main scope and of every shield
	main   *scope
	killed bool
}

// turns is what branches are made of: something that runs when it is its turn, and otherwise waits.
type turns interface {
	lock()
	unlock()
	// start prepares b to call f at its first turn.
	start(b *Branch, f func())
	// lend lets b run where its parent runs, which waits for b.
	lend(parent, b *Branch)
	// park gives way until it is b's turn again.
	park(b *Branch)
	// woken says that some branch has become ready.
	woken()
}

func newRun(w World, t turns, seed uint64) *Run {
	r := &Run{world: w, turns: t, seed: seed}
	r.root = &scope{run: r}
	r.main = r.root.child(steps.ErrInterrupted)
	return r
}

// begin makes the main branch.
func (r *Run) begin(f func(steps.Host)) *Branch {
	b := r.newBranch(mix(r.seed))
	r.turns.start(b, func() {
		f(&place{b, r.main})
		r.turns.lock()
		r.leave(b)
		r.turns.unlock()
	})
	b.ready = true
	return b
}

// Disturbed is the event by which a run learns that its simulated world did something to a notification; none of all else that
// happens there.
func Disturbed(h world.Happening) []*graph.Event {
	if h.Notification == "" {
		return nil
	}
	return []*graph.Event{{Kind: graph.KindDisturbed, CallID: graph.CanonicalID(h.Call),
		Disturbed: &graph.Disturbed{Fault: h.Fault, Did: h.Did, Tells: h.Notification}}}
}

// aside says of an event that no expression sees it: it is to be told.
func aside(e *graph.Event) bool {
	return e.Kind == graph.KindRefused || e.Kind == graph.KindMisrouted || e.Kind == graph.KindDisturbed
}

// Append adds events to the run's log and wakes who waits for them.
func (r *Run) Append(events []*graph.Event) {
	r.turns.lock()
	defer r.turns.unlock()
	at := r.world.Now().UTC()
	for _, e := range events {
		if aside(e) {
			if r.asides++; r.asides > maxAsides {
				continue
			}
		}
		r.log = append(r.log, steps.Event{Seq: uint64(len(r.log)) + 1, At: at, Event: e})
	}
	for _, b := range r.live {
		if b.doing == listening && b.after < uint64(len(r.log)) {
			b.Wake(nil)
		}
	}
}

// Record stamps a record and writes it. Only the branch whose turn it is, or a world's event loop between turns, may
// call it.
func (r *Run) Record(rec steps.Record) {
	r.records++
	rec.Seq, rec.At = r.records, r.world.Now().UTC()
	r.world.Emit(rec)
}

// Interrupt ends the main scope; finally and cleanup still run.
func (r *Run) Interrupt(cause error) {
	r.turns.lock()
	defer r.turns.unlock()
	r.main.end(cause)
}

// Kill ends everything, shields too.
func (r *Run) Kill(cause error) {
	r.turns.lock()
	defer r.turns.unlock()
	r.killed = true
	r.root.end(cause)
}

// Starve wakes with err everybody who waits for an event without a deadline, and says whether there was somebody. A
// world calls it when nothing can happen any more.
func (r *Run) Starve(err error) bool {
	some := false
	for _, b := range r.live {
		if b.doing == listening && b.stop == nil {
			b.Wake(err)
			some = true
		}
	}
	return some
}

// next takes the ready branch that was forked first.
func (r *Run) next() *Branch {
	for _, b := range r.live {
		if b.ready {
			b.ready = false
			r.current = b
			return b
		}
	}
	return nil
}

var errEnded = errors.New("the scope is over")

// Stream returns the random stream of that name in a world of that seed.
func Stream(seed uint64, name string) *rand.PCG {
	key := mix(seed)
	for _, c := range []byte(name) {
		key = mix(key ^ uint64(c))
	}
	return rand.NewPCG(seed, key)
}
