package runner

import (
	"fmt"
	"slices"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

// theListenerRefused begins the fact that a notification was refused.
const theListenerRefused = "the listener refused a notification"

// undelivered adds to the failure of a wait what the listener did not take, and what went to another address: the event
// may have been among it. now is when the wait ended, and calls are those that it can be about; none: all. Equal ones are one fact, which stands at the time of the first.
func (r *run) undelivered(f *steps.Failure, now time.Time, calls ...string) {
	type kind struct {
		event        graph.EventKind
		about, where string
		status       int
	}
	var kinds []kind
	found := map[kind][]*entry{}
	see := func(e *entry) {
		k := kind{e.Kind, "", e.Delivery.Why, e.Delivery.Status}
		switch e.Kind {
		case graph.KindMisrouted:
			k.about, k.where = summary(e.Event.Event), e.Delivery.Address
		case graph.KindRefused:
		default:
			k.event = graph.KindRefused
		}
		if found[k] == nil {
			kinds = append(kinds, k)
		}
		found[k] = append(found[k], e)
	}
	for _, e := range r.inbox.entries {
		if e.Delivery != nil && e.Delivery.Why != "" {
			see(e)
		}
	}
	for _, e := range r.inbox.aside {
		see(e)
	}
	for _, k := range kinds {
		first, last := found[k][0], found[k][len(found[k])-1]
		text := fmt.Sprintf(theListenerRefused+" for this run with %d: %s", k.status, k.where)
		if k.event == graph.KindMisrouted {
			text = fmt.Sprintf("a notification for this run's call (%s) went to %s, and not to %s", k.about, k.where, r.Target.Callback)
		}
		if n := len(found[k]); n > 1 {
			text += fmt.Sprintf(" (%d times, the last at %s)", n, r.since(last.At))
		}
		know(f, first.At, 0, text)
	}
	r.disturbed(f, now, false, calls...)
	inOrder(f)
}

// since is a time as reports have it: since the run began.
func (r *run) since(at time.Time) string { return steps.Span(at.Sub(r.started)) }

// inOrder puts what is known in the order in which it happened.
func inOrder(f *steps.Failure) {
	slices.SortStableFunc(f.Facts, func(a, b steps.Fact) int { return a.At.Compare(b.At) })
}
