package runner

import (
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

// inbox is the run's ordered log of events, with who claimed them, and the picture of calls that follows from them. An
// entry's position counts from 1 in the order in which the run took the events; a response that carried a final
// operation is an entry too. Windows and `from` are positions.
type inbox struct {
	entries []*entry
	heard   uint64 // the Seq of the host's last event taken
	// took is told of each entry when it is appended, with the host of the branch that took it: see run.took.
	took func(h steps.Host, e *entry)
}

// entry is one event with its claim. Its Event.Seq is its position.
type entry struct {
	steps.Event
	claimed string // key of the step that claimed it
	repeat  bool   // a second delivery, or a second sign that a call ended
	late    string // key of the step that had stopped waiting for it
}

// pos is the position of the newest entry.
func (b *inbox) pos() uint64 { return uint64(len(b.entries)) }

// next returns the entry after position pos, taking events from the host until there is one. The error is the host's.
func (b *inbox) next(h steps.Host, pos uint64, until time.Time) (*entry, error) {
	for pos >= b.pos() {
		e, err := h.Next(b.heard, until)
		if err != nil {
			return nil, err
		}
		if e.Seq > b.heard {
			b.heard = e.Seq
			b.put(h, e.At, e.Event)
		}
	}
	return b.entries[pos], nil
}

// put appends an event.
func (b *inbox) put(h steps.Host, at time.Time, ev *graph.Event) {
	e := &entry{Event: steps.Event{Seq: b.pos() + 1, At: at, Event: ev}}
	b.entries = append(b.entries, e)
	if b.took != nil {
		b.took(h, e)
	}
}
