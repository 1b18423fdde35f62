package runner

import (
	"time"

	"callflow/steps"
)

// inbox is the run's ordered log of events, with who claimed them, and the picture of calls that follows from them. An
// entry's position counts from 1 in the order in which the run took the events; a response that carried a final
// operation is an entry too. Windows and `from` are positions.
type inbox struct {
	entries []*entry
	heard   uint64 // the Seq of the host's last event taken
}

// entry is one event with its claim. Its Event.Seq is its position.
type entry struct {
	steps.Event
	claimed string // key of the step that claimed it
}

// next returns the entry after position pos, taking events from the host until there is one. The error is the host's.
func (b *inbox) next(h steps.Host, pos uint64, until time.Time) (*entry, error) {
	panic("not written yet")
}
