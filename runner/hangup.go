package runner

import (
	"callflow/internal/graph"
	"callflow/schema"
	"callflow/steps"
)

// HangUp ends calls that an earlier run has left up, as that run's own cleanup would have: the last one first, asking again
// where the service is busy. It emits requests, responses, and what came of each call. First it asks which state each is
// in, and hands that to told: "" where the service would not say. If look, that is all.
func HangUp(h steps.Host, target steps.Target, calls []string, look bool, told func(call, state string)) {
	r := newRun(&Prepared{Target: target, plan: &schema.Plan{}, names: newNames(), Mask: NewMask(nil)}, h)
	for _, id := range calls {
		x := r.legs.at(graph.CanonicalID(id))
		x.known, x.told = true, true
		state := r.stateNow(h, x.id)
		if x.gone != "" {
			emit(h, "", "", steps.Record{Cleanup: &steps.Cleaned{Call: x.id, Action: "none", Status: 404, Result: "gone already"}})
		} else {
			told(x.id, state)
		}
	}
	if !look {
		r.cleanup(h, &ending{})
	}
}

// stateNow asks the service for a call's state.
func (r *run) stateNow(h steps.Host, call string) string {
	scope, end := h.Scope(tidyTime, &ended{kind: "timeout", why: "no answer within " + steps.Span(tidyTime)})
	defer end(errDone)
	reply, err := r.send(scope, sender{key: cleanupKey, cleanup: true, verb: "getCall", attempt: 1}, graph.Command{Op: "getCall", Call: call})
	if err != nil {
		return ""
	}
	return text(reply.Call["state"])
}
