package runner

import (
	"errors"
	"math"
	"slices"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

// inbox is the run's ordered log of events, with who claimed them. An entry's position counts from 1 in the order in
// which the run took the events; a response that carried a final operation is an entry too. Windows and `from` are
// positions.
type inbox struct {
	entries []*entry
	aside   []*entry  // what no expression sees: refused and misrouted notifications
	struck  []*entry  // notifications that a simulated world did something to
	heard   uint64    // the Seq of the host's last event taken
	waiting []*waiter // the steps that wait now, in file order
	expired []*waiter // the steps whose time ran out: an event they had waited for is late
	calls   *pictures // told of each entry first; says what is a repeat
	// took is told of each entry when it is appended, with the host of the branch that took it. True: the entry has ended
	// all that waits, and is offered to nobody. See run.took.
	took func(h steps.Host, e *entry) (over bool)
	// ours says that the run itself brought an event about: it is late for nobody.
	ours func(e *entry) bool
}

// entry is one event with its claim. Its Event.Seq is its position.
type entry struct {
	steps.Event
	claimed string // key of the step that claimed it
	repeat  bool   // a second delivery, or a second sign that a call ended
	late    string // key of the step that had stopped waiting for it
	// unclaimed says that it is no event of the run at all, but the news of an incoming call that nobody took.
	unclaimed bool
}

// waiter is a step that waits for events: an await, an expectNone, a goal. An event is offered to all
// that wait by whichever branch takes it, in file order, before any of them goes on. So claims do not depend on which
// branch wakes first.
type waiter struct {
	key   string
	order []int // its branch's place in the forks above it; lexical order is file order
	// offer looks at a new entry and says whether the waiting is over.
	offer func(e *entry) bool
	// freed is offer for an event that another await had claimed and gave back. Nil: claims do not matter to it.
	freed func(e *entry) bool
	// wants says whether the entry would have served, had it come in time. Nil: nothing is ever late for it.
	wants func(e *entry) bool
	// more says whether a further event can be late for it. Nil: one is all.
	more func() bool
	over bool
	wake func(cause error)
}

// errWoken ends the host call of a waiter that another branch has served.
var errWoken = errors.New("served by another branch")

// pos is the position of the newest entry.
func (b *inbox) pos() uint64 { return uint64(len(b.entries)) }

// next returns the entry after position pos, taking events from the host until there is one. The error is the host's.
func (b *inbox) next(h steps.Host, pos uint64, until time.Time) (*entry, error) {
	for pos >= b.pos() {
		if err := b.hear(h, until); err != nil {
			return nil, err
		}
	}
	return b.entries[pos], nil
}

// hear takes the host's next event, unless another branch has taken it meanwhile.
func (b *inbox) hear(h steps.Host, until time.Time) error {
	e, err := h.Next(b.heard, until)
	if err == nil && e.Seq > b.heard {
		b.heard = e.Seq
		switch e.Kind {
		case graph.KindRefused, graph.KindMisrouted:
			b.putAside(h, e.At, e.Event)
		case graph.KindDisturbed:
			b.struck = append(b.struck, &entry{Event: steps.Event{At: e.At, Event: e.Event}})
		default:
			b.put(h, e.At, e.Event)
		}
	}
	return err
}

// putAside keeps what is to be told, and is no news. It has no position, and nobody is offered it.
func (b *inbox) putAside(h steps.Host, at time.Time, ev *graph.Event) {
	e := &entry{Event: steps.Event{At: at, Event: ev}}
	b.aside = append(b.aside, e)
	emit(h, "", "", steps.Record{Event: arrived(e)})
}

// drain takes what has arrived already, without waiting. Windows and "now" begin after it: an event that lay unread in
// the host is not news.
func (b *inbox) drain(h steps.Host) error {
	for {
		err := b.hear(h, h.Now().Add(-1))
		if errors.Is(err, steps.ErrDeadline) || errors.Is(err, steps.ErrNothing) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// put appends an event and offers it to the steps that wait.
func (b *inbox) put(h steps.Host, at time.Time, ev *graph.Event) {
	e := &entry{Event: steps.Event{Seq: b.pos() + 1, At: at, Event: ev}}
	b.entries = append(b.entries, e)
	if b.calls != nil {
		e.repeat = b.calls.see(ev)
	}
	b.markLate(e)
	if b.took == nil || !b.took(h, e) {
		b.offer(e)
	}
}

// offer shows an entry to the steps that wait, in file order.
func (b *inbox) offer(e *entry) {
	for _, w := range b.waiting {
		if !w.over && w.offer(e) {
			w.served()
		}
	}
}

// release takes the claims off entries and shows them to the steps that could not have them before.
func (b *inbox) release(claimed []*entry) {
	for _, e := range claimed {
		e.claimed = ""
	}
	for _, e := range claimed {
		for _, w := range b.waiting {
			if !w.over && w.freed != nil && w.freed(e) {
				w.served()
			}
		}
	}
}

// served ends the waiting.
func (w *waiter) served() {
	w.over = true
	w.wake(errWoken)
}

// markLate notes the step whose time ran out before this event came; each such step gets one late event, or one for each
// part.
func (b *inbox) markLate(e *entry) {
	if b.ours != nil && b.ours(e) {
		return
	}
	for i, w := range b.expired {
		if w.wants(e) {
			e.late = w.key
			if w.more == nil || !w.more() {
				b.expired = slices.Delete(b.expired, i, i+1)
			}
			return
		}
	}
}

// wait returns nil once w.offer has said that the waiting is over. Otherwise the error is the host's. The entries that
// are there already are w's own affair.
func (b *inbox) wait(h steps.Host, w *waiter, until time.Time) error {
	// Whichever branch takes an event offers it to all that wait (see put and run.listen). So this one sleeps until it is
	// served: it need not wake for each event, and one that the host does not know of, a response's, reaches it too.
	h, w.wake = h.Scope(0, nil)
	b.join(w)
	_, err := h.Next(math.MaxUint64, until)
	b.leave(w)
	w.wake(nil)
	if w.over {
		return nil
	}
	if w.wants != nil && (expires(err) || limited(err)) {
		b.expired = append(b.expired, w)
	}
	return err
}

// join puts a waiter among those that wait, in file order.
func (b *inbox) join(w *waiter) {
	at, _ := slices.BinarySearchFunc(b.waiting, w, func(have, new *waiter) int {
		return cmpOrder(slices.Compare(have.order, new.order))
	})
	b.waiting = slices.Insert(b.waiting, at, w)
}

func (b *inbox) leave(w *waiter) {
	b.waiting = slices.DeleteFunc(b.waiting, func(have *waiter) bool { return have == w })
}

// cmpOrder puts a newcomer behind those of its own place.
func cmpOrder(c int) int {
	if c == 0 {
		return -1
	}
	return c
}

// expires says whether a wait ended because nothing came, as opposed to being cut off.
func expires(err error) bool {
	return errors.Is(err, steps.ErrDeadline) || err == steps.ErrNothing
}
