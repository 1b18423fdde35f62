package sim

import (
	"container/heap"
	"context"
	"time"

	"callflow/internal/host"
)

// Epoch is when every simulated world begins.
var Epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// maxInstant is how many events one instant may have before the world counts as running in circles.
const maxInstant = 100_000

// loop is a world's time: what will happen, in the order of (instant, rank, when it was planned).
type loop struct {
	start   time.Time // of the world
	now     time.Duration
	queue   queue
	planned uint64
	due     int // events planned that are more than the end of a scope
	instant int // events that happened at now

	wall time.Time // when start was, on the wall; zero: time jumps
	bell *time.Timer
}

func newLoop(realTime bool) *loop {
	l := &loop{start: Epoch}
	if realTime {
		l.wall = time.Now()
	}
	return l
}

// event is something planned.
type event struct {
	at    time.Duration // since the start of the world
	rank  host.Rank
	order uint64
	index int // in the queue; -1: happened or stopped
	f     func()
}

// Now is the virtual time.
func (l *loop) Now() time.Time { return l.start.Add(l.now) }

// After plans f. It implements simulator.Clock.
func (l *loop) After(d time.Duration, f func()) (stop func()) { return l.plan(d, host.Happening, f) }

func (l *loop) plan(d time.Duration, rank host.Rank, f func()) (stop func()) {
	l.planned++
	e := &event{at: l.now + max(d, 0), rank: rank, order: l.planned, f: f}
	heap.Push(&l.queue, e)
	if rank != host.Limit {
		l.due++
	}
	return func() {
		if e.index >= 0 {
			heap.Remove(&l.queue, e.index)
			l.forget(e)
		}
	}
}

func (l *loop) forget(e *event) {
	if e.rank != host.Limit {
		l.due--
	}
}

// step lets the next event happen. It reports false when there is none, or when waiting for it was interrupted.
func (l *loop) step(ctx context.Context, kill <-chan struct{}) bool {
	if len(l.queue) == 0 || !l.wait(l.queue[0].at, ctx, kill) {
		return false
	}
	e := heap.Pop(&l.queue).(*event)
	l.forget(e)
	if e.at > l.now {
		l.now, l.instant = e.at, 0
	}
	l.instant++
	e.f()
	return true
}

// wait waits on the wall for an instant, if time does not jump here.
func (l *loop) wait(at time.Duration, ctx context.Context, kill <-chan struct{}) bool {
	if l.wall.IsZero() {
		return true
	}
	d := at - time.Since(l.wall)
	if d <= 0 {
		return true
	}
	if l.bell == nil {
		l.bell = time.NewTimer(d)
	} else {
		l.bell.Reset(d)
	}
	defer l.bell.Stop()
	select {
	case <-l.bell.C:
		return true
	case <-ctx.Done():
	case <-kill:
	}
	// What follows happens now, not at the last event.
	l.now, l.instant = min(max(l.now, time.Since(l.wall)), at), 0
	return false
}

// queue is a heap of events.
type queue []*event

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	a, b := q[i], q[j]
	switch {
	case a.at != b.at:
		return a.at < b.at
	case a.rank != b.rank:
		return a.rank < b.rank
	}
	return a.order < b.order
}

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *queue) Push(x any) {
	e := x.(*event)
	e.index = len(*q)
	*q = append(*q, e)
}

func (q *queue) Pop() any {
	old := *q
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	e.index = -1
	return e
}
