package runner

import (
	"time"

	"callflow/schema"
	"callflow/steps"
)

func (e *env) Step() *schema.Step    { return e.step }
func (e *env) Target() steps.Target  { return e.run.Target }
func (e *env) Names() map[string]any { return e.names.all }
func (e *env) Goal() string          { return e.step.Until }
func (e *env) Deadline() time.Time   { return e.deadline }

// emit writes a record of this turn: it fills in Type, Step and Branch.
func (t *turn) emit(r steps.Record) { emit(t.host, t.key, t.branch, r) }

// reached journals the outcome of the attempt and keeps it for steps.<id>.outcome. Follow calls it.
func (e *env) reached(v steps.Verdict) {
	e.outcome, e.result = v.Goal, v.ResultInfo
	e.emit(steps.Record{Outcome: &steps.Reached{Goal: v.Goal, Wanted: e.Goal(), Event: v.Event, ResultInfo: resultInfo(v.ResultInfo)}})
}

// since is the inbox position that a `from` names: start, now, or the step whose last attempt began there. A step that
// never ran is the start.
func (e *env) since(from string) uint64 {
	switch from {
	case "", "start":
		return 0
	case "now":
		return e.run.inbox.pos()
	}
	return e.book.sent[from]
}
