package runner

import (
	"encoding/json"

	"callflow/steps"
)

// emit writes one record to the journal, naming the pointer that is set.
func emit(h steps.Host, step, branch string, r steps.Record) {
	r.Type, r.Step, r.Branch = r.Kind(), step, branch
	h.Emit(r)
}

// arrived is an inbox entry as the journal has it.
func arrived(e *entry) *steps.Arrived {
	return &steps.Arrived{
		Seq: e.Seq, Kind: e.Kind, ChangeType: e.ChangeType, Resource: e.Resource, Call: e.CallID, Operation: e.OperationID,
		Summary: summary(e.Event.Event), Origin: e.Origin, MessageID: e.MessageID, Repeat: e.repeat, Late: e.late,
		Problem: e.Problem, Raw: e.Raw,
	}
}

// raw is a body as JSON: as it is, or, when it is none, as a string.
func raw(body []byte) json.RawMessage {
	if len(body) == 0 || json.Valid(body) {
		return body
	}
	s, _ := json.Marshal(string(body))
	return s
}
