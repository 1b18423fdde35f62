package steps

import (
	"fmt"
	"maps"

	"callflow/internal/graph"
	"callflow/schema"
)

// The goals that acting verbs share.
const (
	accepted    = "accepted"
	established = "established"
	terminated  = "terminated"
	completed   = "completed"
	failed      = "failed"
)

var callGoals = []schema.Goal{
	{Name: established, Doc: "The call is established."},
	{Name: accepted, Doc: "The service took the request; a later step waits for what comes of it.", Pending: true},
	{Name: terminated, Doc: "The call ended, before or after it was established: declined, busy, unanswered, hung up."},
}

var operationGoals = []schema.Goal{
	{Name: completed, Doc: "The operation completed."},
	{Name: accepted, Doc: "The service took the request; a later step waits for what comes of it.", Pending: true},
	{Name: failed, Doc: "The operation failed."},
}

var endGoals = []schema.Goal{
	{Name: terminated, Doc: "The call ended."},
	{Name: accepted, Doc: "The service took the request; a later step waits for what comes of it.", Pending: true},
}

// watched is a call or an operation that an action is about: what its events said last, and the judge that reads them.
type watched struct {
	call, operation map[string]any
	judge           Judge
}

// sawCall keeps what an event says of the call.
func (w *watched) sawCall(e Event) map[string]any {
	call := object(e.View["call"])
	w.call = merged(w.call, call)
	return call
}

func merged(have, news map[string]any) map[string]any {
	if have == nil {
		return maps.Clone(news)
	}
	maps.Copy(have, news)
	return have
}

// establishes judges an action by its call: established, or ended.
func establishes(id string) *watched {
	w := &watched{}
	w.judge = func(e Event) Verdict {
		if e.CallID != id || e.Kind != graph.KindCall {
			return Verdict{}
		}
		call := w.sawCall(e)
		switch {
		case e.Ended():
			return ending(terminated, w.call)
		case call["state"] == graph.StateEstablished:
			return withErrors(Verdict{Goal: established, Text: "call established"}, object(call["resultInfo"]))
		}
		return Verdict{}
	}
	return w
}

// withErrors says of a call that is established that it comes with a result of 400 or more: so looks a transfer that
// failed, and nothing that was just established. Graph page "call: transfer".
func withErrors(v Verdict, result map[string]any) Verdict {
	if code := number(result["code"]); code >= 400 {
		v.ResultInfo, v.Reason = result, EstablishedWithError
		v.Against = fmt.Sprintf("with the result %d/%d: established alone does not mean that all is well", code, number(result["subcode"]))
	}
	return v
}

// ended judges an action by its call's end.
func ended(id string) *watched {
	w := &watched{}
	w.judge = func(e Event) Verdict {
		if e.CallID != id || e.Kind != graph.KindCall {
			return Verdict{}
		}
		if w.sawCall(e); e.Ended() {
			return ending(terminated, w.call)
		}
		return Verdict{}
	}
	return w
}

// finishes judges an action by its operation: an event belongs to it if the id or the clientContext agrees. Either may
// be missing (the seed document shows replies and notifications with different ids).
func finishes(r *graph.Reply, clientContext string) *watched {
	w := &watched{}
	w.judge = func(e Event) Verdict {
		op := object(e.View["operation"])
		if e.Kind != graph.KindOperation || !belongs(op, r.OperationID, clientContext) {
			return Verdict{}
		}
		w.operation = merged(w.operation, op)
		status := text(op["status"])
		if status != graph.StatusCompleted && status != graph.StatusFailed {
			return Verdict{}
		}
		return Verdict{Goal: status, Final: true, ResultInfo: object(op["resultInfo"]), Text: "operation " + status}
	}
	return w
}

func belongs(op map[string]any, id, clientContext string) bool {
	return id != "" && op["id"] == id || clientContext != "" && op["clientContext"] == clientContext
}

func ending(goal string, call map[string]any) Verdict {
	return Verdict{Goal: goal, Final: true, ResultInfo: object(call["resultInfo"]), Text: "call terminated"}
}

// Parts of views.
var (
	object = graph.AsObject
	text   = graph.AsText
	number = graph.AsNumber
)
