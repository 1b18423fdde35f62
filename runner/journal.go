package runner

import "callflow/steps"

// emit writes one record to the journal, naming the pointer that is set.
func emit(h steps.Host, step, branch string, r steps.Record) {
	r.Type, r.Step, r.Branch = r.Kind(), step, branch
	h.Emit(r)
}
