package host

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"time"

	"callflow/internal/world"
	"callflow/steps"
)

// activity is what a branch that gave way waits for.
type activity uint8

const (
	running   activity = iota
	asleep             // for a time
	listening          // for an event
	sending            // for a response
	joining            // for the branches it forked
)

// Branch is one line of execution. Its fields are guarded by its run's lock.
type Branch struct {
	run    *Run
	stream *rand.PCG
	key    uint64 // from which the streams of its own branches derive
	forks  uint64

	doing   activity
	scope   *scope      // of the call that it waits in
	after   uint64      // listening: for an event with a greater Seq
	stop    func()      // stops the timer that it waits for
	abandon func()      // sending: gives the request up
	unsent  func() bool // sending: nothing has gone out yet; nil: something has
	cut     bool        // sending: the scope ended, the grace runs
	why     error       // what it was woken with
	ready   bool

	turn  chan struct{}       // goroutines
	yield func(struct{}) bool // coroutines
	step  func() (struct{}, bool)
	fault any // what a forked branch panicked with
}

func (r *Run) newBranch(key uint64) *Branch {
	b := &Branch{run: r, key: key, stream: rand.NewPCG(r.seed, key)}
	r.live = append(r.live, b)
	return b
}

func (r *Run) leave(b *Branch) {
	r.live = slices.DeleteFunc(r.live, func(x *Branch) bool { return x == b })
}

// wait marks b as waiting and gives way until somebody wakes it.
func (b *Branch) wait(a activity, s *scope) error {
	b.doing, b.scope = a, s
	return b.Park()
}

// Park gives way until Wake. It returns what Wake was given.
func (b *Branch) Park() error {
	b.run.turns.park(b)
	return b.why
}

// Wake ends b's waiting; it goes on when it is its turn.
func (b *Branch) Wake(why error) {
	if b.doing == running {
		return
	}
	if b.stop != nil {
		b.stop()
	}
	b.doing, b.scope, b.stop, b.abandon, b.unsent, b.cut = running, nil, nil, nil, nil, false
	b.why, b.ready = why, true
	b.run.turns.woken()
}

// Abandonable says how a request that b waits for is given up; give must make the wait end soon. A request of which
// nothing has gone out yet, as unsent tells, is given up at once: there is no response to wait for. Nil: it has gone out.
func (b *Branch) Abandonable(give func(), unsent func() bool) { b.abandon, b.unsent = give, unsent }

// interrupt tells a waiting branch that its scope has ended. A join waits on: the branches it waits for end themselves.
func (b *Branch) interrupt(cause error) {
	switch b.doing {
	case asleep, listening:
		b.Wake(cause)
	case sending:
		if b.abandon == nil {
			return
		}
		if b.run.killed || b.unsent != nil && b.unsent() {
			b.abandon()
			return
		}
		if !b.cut {
			b.cut = true
			b.stop = b.run.world.After(Grace, Deadline, b.abandon)
		}
	}
}

// place is a steps.Host: one branch within one scope.
type place struct {
	*Branch
	scope *scope
}

var _ steps.Host = (*place)(nil)

func (h *place) Now() time.Time { return h.run.world.Now() }

func (h *place) Sleep(d time.Duration) error {
	r := h.run
	r.turns.lock()
	defer r.turns.unlock()
	if h.scope.ended != nil {
		return h.scope.ended
	}
	b := r.current
	b.stop = r.world.After(max(d, 0), Happening, func() { b.Wake(nil) })
	return b.wait(asleep, h.scope)
}

func (h *place) Next(after uint64, until time.Time) (steps.Event, error) {
	r := h.run
	r.turns.lock()
	defer r.turns.unlock()
	for {
		if h.scope.ended != nil {
			return steps.Event{}, h.scope.ended
		}
		if after < uint64(len(r.log)) {
			return r.log[after], nil
		}
		b := r.current
		if !until.IsZero() {
			d := until.Sub(r.world.Now())
			if d < 0 {
				return steps.Event{}, steps.ErrDeadline
			}
			b.stop = r.world.After(d, Deadline, func() { b.Wake(steps.ErrDeadline) })
		}
		b.after = after
		err := b.wait(listening, h.scope)
		if err != nil && (h.scope.ended != nil || after >= uint64(len(r.log))) {
			return steps.Event{}, err
		}
	}
}

func (h *place) Do(q steps.Request) (steps.Response, error) {
	r := h.run
	r.turns.lock()
	defer r.turns.unlock()
	if h.scope.ended != nil {
		return steps.Response{Unsent: true}, h.scope.ended
	}
	b := r.current
	b.doing, b.scope = sending, h.scope
	resp, err := r.world.Do(b, q)
	if err != nil && h.scope.ended != nil {
		var net *steps.NetError
		resp.Unsent = errors.As(err, &net) && (net.Auth || net.Refused)
		err = h.scope.ended
	}
	return resp, err
}

func (h *place) Want(in steps.Incoming) (withdraw func()) {
	withdraw, twin := h.run.world.Want(in)
	if twin {
		h.Emit(steps.Record{Type: "log", Log: &steps.Logged{Level: "warning",
			Text: "another run waits for the same incoming calls" + describe(in) + ": which of them gets the next one is chance"}})
	}
	return withdraw
}

func (h *place) Unclaimed(since time.Time) (calls []steps.Event) {
	for _, e := range h.run.world.Unclaimed(since) {
		calls = append(calls, steps.Event{At: e.Came.UTC(), Event: e})
	}
	return calls
}

func describe(in steps.Incoming) string {
	text := ""
	for _, x := range [][2]string{{"bot", in.Bot}, {"caller", in.Caller}, {"target", in.Target}} {
		if x[1] != "" {
			text += ", " + x[0] + " " + x[1]
		}
	}
	if text == "" {
		return ""
	}
	return " (" + text[2:] + ")"
}

func (h *place) AnswerJoining(call string, body json.RawMessage) {
	h.run.world.AnswerJoining(call, body)
}

func (h *place) Made(call string) { h.run.world.Made(call) }

// Unheeded implements steps.Witness, where the world does.
func (h *place) Unheeded() []world.Problem {
	if w, ok := h.run.world.(steps.Witness); ok {
		return w.Unheeded()
	}
	return nil
}

func (h *place) Rand() uint64 { return h.stream.Uint64() }

func (h *place) Emit(rec steps.Record) { h.run.Record(rec) }

// Fork runs the last branch where the parent runs, which has nothing else to do meanwhile: a waiting run then has a
// stack less.
func (h *place) Fork(n int, branch func(i int, h steps.Host)) {
	if n <= 0 {
		return
	}
	r := h.run
	r.turns.lock()
	parent := r.current
	parent.forks++
	left := n
	children := make([]*Branch, n)
	run := func(i int) {
		b := children[i]
		defer func() {
			if p := recover(); p != nil {
				b.fault = p
				if _, known := p.(panicked); !known {
					b.fault = panicked{p, debug.Stack()}
				}
			}
			r.turns.lock()
			r.leave(b)
			if left--; left == 0 {
				parent.Wake(nil)
			}
			r.turns.unlock()
		}()
		branch(i, &place{b, h.scope})
	}
	for i := range n {
		b := r.newBranch(mix(parent.key ^ mix(parent.forks<<32|uint64(i))))
		children[i] = b
		if i < n-1 {
			r.turns.start(b, func() { run(i) })
		} else {
			r.turns.lend(parent, b)
		}
		b.ready = true
	}
	parent.doing, parent.scope = joining, h.scope
	r.turns.park(children[n-1])
	r.turns.unlock()
	run(n - 1)
	r.turns.lock()
	r.turns.park(parent)
	r.turns.unlock()
	for _, b := range children {
		if b.fault != nil {
			panic(b.fault)
		}
	}
}

// panicked carries a branch's panic to the branch that forked it.
type panicked struct {
	value any
	stack []byte
}

func (p panicked) String() string { return p.Error() }

func (p panicked) Error() string {
	if err, ok := p.value.(error); ok {
		return err.Error() + "\n" + string(p.stack)
	}
	if s, ok := p.value.(string); ok {
		return s + "\n" + string(p.stack)
	}
	return "a branch panicked\n" + string(p.stack)
}

// mix is splitmix64: it makes an unrelated number of any number.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
