package conformance_test

import (
	"testing"

	"callflow/internal/conformance"
	"callflow/internal/graph"
)

// oddExamples are the examples whose Problem is right.
var oddExamples = map[string]string{
	// The page's path and data name two calls.
	"v1/call-redirect-ex2-08-notification-terminated.json": "the path names call 491f0b00-ffff-4bc9-a43e-b226498ec22a, " +
		"the data 481f0b00-ffff-4ca1-8c67-a5f1e31e8e82: the path holds",
	"v1/beta-call-redirect-ex2-08-notification-terminated.json": "the path names call 491f0b00-ffff-4bc9-a43e-b226498ec22a, " +
		"the data 481f0b00-ffff-4ca1-8c67-a5f1e31e8e82: the path holds",
	// An excerpt from a log: its ids were taken out.
	"v1/x-call-terminated-notification-408-8544.json": "neither the path nor the data names the call",
}

// TestExamplesDecode: every notification of the documentation and of issues is read into an event, and every response
// into a reply, in words that the metadata has.
func TestExamplesDecode(t *testing.T) {
	list := examples(t)
	states := statesOfCalls()
	met := map[string]bool{}
	for i := range list {
		e := &list[i]
		if e.body == nil {
			continue
		}
		switch e.kind {
		case "notification":
			for _, event := range graph.DecodeNotification(nil, e.body) {
				if event.Problem != oddExamples[e.file] {
					t.Errorf("%s: problem %q, want %q", e.file, event.Problem, oddExamples[e.file])
				}
				met[e.file] = met[e.file] || event.Problem != ""
				if event.CallID == "" && event.Problem == "" {
					t.Errorf("%s: no call id", e.file)
				}
				call, _ := event.View["call"].(map[string]any)
				if state, ok := call["state"].(string); ok && !states[state] {
					t.Errorf("%s: state %q is none", e.file, state)
				}
				op, _ := event.View["operation"].(map[string]any)
				switch op["status"] {
				case nil, graph.StatusRunning, graph.StatusCompleted, graph.StatusFailed:
				default:
					t.Errorf("%s: status %q is none", e.file, op["status"])
				}
			}
		case "response":
			c := graph.Command{Op: callOf(list, i).Name, Call: exampleID}
			if c.Op == "" || !e.dialect.Has(c.Op) {
				c = graph.Command{Op: "request", Path: "/"}
			}
			r := e.dialect.Decode(c, e.status(), graph.Headers{{Name: "Location", Value: e.location()}}, e.body)
			if r.Raw == nil || r.Error != nil || r.Lacks != "" || r.Call == nil && r.Operation == nil && r.List == nil && r.Body == nil {
				t.Errorf("%s (%s): not understood: %+v", e.file, c.Op, r)
			}
			if state, ok := r.Call["state"].(string); ok && !states[state] && state != "state-value" { // a placeholder of 2018
				t.Errorf("%s: state %q is none", e.file, state)
			}
		case "error":
			r := e.dialect.Decode(graph.Command{Op: "getCall", Call: exampleID}, e.status(), nil, e.body)
			if r.Error == nil || r.Error.Code == "" || r.Error.Message == "" {
				t.Errorf("%s: not read as an error: %+v", e.file, r)
			}
		}
	}
	for file := range oddExamples {
		if !met[file] {
			t.Errorf("%s has no problem any more", file)
		}
	}
}

// statesOfCalls are the words of callState, with beta's.
func statesOfCalls() map[string]bool {
	states := map[string]bool{}
	for _, word := range conformance.TypesOf(graph.Beta).Words("callState") {
		states[word] = true
	}
	return states
}
