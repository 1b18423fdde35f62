package host

import (
	"iter"
	"sync"

	"callflow/steps"
)

// Stepped is a run whose branches are coroutines, stepped by an event loop. Nothing of it is safe for concurrent use.
type Stepped struct{ *Run }

// NewStepped returns a run in w whose main branch calls f.
func NewStepped(w World, seed uint64, f func(steps.Host)) Stepped {
	r := newRun(w, coroutines{}, seed)
	r.begin(f)
	return Stepped{r}
}

// Step runs every ready branch until it waits. It reports whether any branch is left.
func (s Stepped) Step() bool {
	for {
		b := s.next()
		if b == nil {
			return len(s.live) > 0
		}
		b.step()
		s.current = nil
	}
}

type coroutines struct{}

func (coroutines) lock()   {}
func (coroutines) unlock() {}
func (coroutines) woken()  {}

func (coroutines) start(b *Branch, f func()) {
	b.step, _ = iter.Pull(func(yield func(struct{}) bool) {
		b.yield = yield
		f()
	})
}

func (coroutines) lend(parent, b *Branch) { b.step, b.yield = parent.step, parent.yield }

func (coroutines) park(b *Branch) { b.yield(struct{}{}) }

// Threaded is a run whose branches are goroutines; a baton goes from one to the next.
type Threaded struct{ *Run }

// NewThreaded returns a run in w that has not begun.
func NewThreaded(w World, seed uint64) Threaded {
	t := &goroutines{held: true} // until Main: what happens before it waits
	r := newRun(w, t, seed)
	t.run = r
	return Threaded{r}
}

// Main runs f as the main branch in the caller's goroutine.
func (t Threaded) Main(f func(steps.Host)) {
	b := t.enter()
	defer t.exit(b)
	f(&place{b, t.main})
}

func (t Threaded) enter() *Branch {
	g := t.turns.(*goroutines)
	g.lock()
	defer g.unlock()
	b := t.newBranch(mix(t.seed))
	b.turn = make(chan struct{}, 1)
	t.current, g.held = b, true
	return b
}

func (t Threaded) exit(b *Branch) {
	t.turns.lock()
	defer t.turns.unlock()
	t.leave(b)
}

// Locked calls f with the run locked.
func (t Threaded) Locked(f func()) {
	t.turns.lock()
	defer t.turns.unlock()
	f()
}

// Happened writes a record of something that the world tells of while branches execute: between two turns.
func (t Threaded) Happened(rec steps.Record) {
	g := t.turns.(*goroutines)
	g.lock()
	defer g.unlock()
	g.told = append(g.told, rec)
	if !g.held {
		g.tell()
	}
}

// Outside gives way while f does something that takes real time. The run is locked before and after, but not during f.
func (t Threaded) Outside(b *Branch, f func()) {
	g := t.turns.(*goroutines)
	g.pass()
	g.mu.Unlock()
	f()
	g.mu.Lock()
	b.Wake(nil)
	g.mu.Unlock()
	<-b.turn
	g.mu.Lock()
}

// goroutines hands the baton on. mu guards the run; the baton says which branch executes, mostly without mu.
type goroutines struct {
	mu   sync.Mutex
	run  *Run
	held bool
	told []steps.Record // to be written before the next turn
}

func (g *goroutines) tell() {
	for _, rec := range g.told {
		g.run.Record(rec)
	}
	g.told = nil
}

func (g *goroutines) lock()   { g.mu.Lock() }
func (g *goroutines) unlock() { g.mu.Unlock() }

func (g *goroutines) start(b *Branch, f func()) {
	b.turn = make(chan struct{}, 1)
	go func() {
		<-b.turn
		f()
		g.mu.Lock()
		g.pass()
		g.mu.Unlock()
	}()
}

func (g *goroutines) lend(parent, b *Branch) { b.turn = parent.turn }

// pass hands the baton to the ready branch that was forked first, or lays it down.
func (g *goroutines) pass() {
	g.tell()
	b := g.run.next()
	g.held = b != nil
	if b != nil {
		b.turn <- struct{}{}
	} else {
		g.run.current = nil
	}
}

func (g *goroutines) woken() {
	if !g.held {
		g.pass()
	}
}

func (g *goroutines) park(b *Branch) {
	g.pass()
	g.mu.Unlock()
	<-b.turn
	g.mu.Lock()
}
