package runner

import (
	"fmt"

	"callflow/steps"
)

// unheeded is what the section simulate says and the run had nothing of: who reads that all went well would take it that the
// fault was survived. A run that was cut short never came to it, and one that failed not to what its script still had in mind.
func (r *run) unheeded(h steps.Host, e *ending) (list []steps.Unheeded) {
	w, ok := h.(steps.Witness)
	if !ok || r.plan.Simulate == nil || r.Target.Name != "simulator" || e.skip != "" || e.interrupted || e.cutShort != "" || r.stopping.done != "" {
		return nil
	}
	for _, p := range w.Unheeded() {
		if p.Late && e.failure != nil || p.Path[0] == "faults" && r.chosen(p.Path) {
			continue
		}
		list = append(list, steps.Unheeded{Pos: r.plan.Simulate.At(p.Path...), Text: fmt.Sprintf("simulate.%s[%s] %s", p.Path[0], p.Path[1], p.Text)})
	}
	return list
}

// chosen says that it is for a var or the matrix to say what a fault strikes: of some it is to strike nothing.
func (r *run) chosen(fault []string) bool {
	for _, by := range []string{"fault", "call", "with", "operation", "context", "kind", "step", "match"} {
		if r.plan.Simulate.Decided(append(fault[:2:2], by)...) {
			return true
		}
	}
	return false
}
