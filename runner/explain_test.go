package runner

import (
	"slices"
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

const ring = `
name: ring
steps:
  - id: ring
    createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    timeout: 10s
`

// A failure against a service names the last request as the service's support asks for it; the simulator has no support.
func TestTraceOfTheLastRequest(t *testing.T) {
	target := simulated()
	target.Name, target.Simulated = "staging", false
	service := func() *scripted {
		return &scripted{answers: []answer{{status: 201, body: `{"id":"c1","state":"establishing"}`, headers: "request-id: r-1"}}}
	}
	x := (&trial{yaml: ring, service: service(), opt: Options{Target: target}}).run(t)
	trace := x.Failure.Trace
	if trace == nil || trace.Call != "c1" || trace.RequestID != "r-1" || trace.ScenarioID == "" || trace.At.IsZero() {
		t.Fatalf("the trace is %+v", trace)
	}
	for _, r := range x.records {
		if r.Request != nil && r.Step == "ring" && r.Request.Verb == "createCall" && r.Request.Headers.Get("client-request-id") != trace.ClientRequestID {
			t.Errorf("the trace's client-request-id is %s, the request had %v", trace.ClientRequestID, r.Request.Headers)
		}
	}
	if x := (&trial{yaml: ring, service: service()}).run(t); x.Failure.Trace != nil {
		t.Errorf("on the simulator: %+v", x.Failure.Trace)
	}
}

// Another outcome than the wanted one says how to expect it, and whose code it is.
func TestAnotherOutcome(t *testing.T) {
	x := (&trial{yaml: `
name: declined
simulate:
  people:
    dora: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8, declines: 3s}
steps:
  - createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
`}).run(t)
	f := x.Failure
	if f.Code == nil || f.Code.Status != graph.Simulator || !strings.HasPrefix(f.Code.Meaning, "the callee declined") {
		t.Errorf("the code is explained as %+v", f.Code)
	}
	if !slices.Contains(f.Hints, "if that is what you expect, write `until: terminated`") {
		t.Errorf("the hints are %q", f.Hints)
	}
}

// An await that outlives every call of the run says so, although it names none; and what came before it, or before its
// from, is told apart from what it saw.
func TestAwaitAfterEverything(t *testing.T) {
	x := (&trial{yaml: `
name: late
simulate:
  people:
    carol: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}
  script:
    - {at: 5s, hangUp: {who: carol}}
steps:
  - createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    capture: {leg: call.id}
  - id: look
    getCall: ${{ leg }}
  - await:
      from: look
      match: call.id != leg && call.state == "established"
    timeout: 1m
`}).run(t)
	f := x.Failure
	if !slices.ContainsFunc(f.Hints, func(h string) bool {
		return strings.HasPrefix(h, "no call of this run was up any more") && strings.Contains(h, "call terminated 200/4521")
	}) {
		t.Errorf("the hints are %q", f.Hints)
	}
	if f.Code == nil || f.Code.Subcode != 4521 {
		t.Errorf("the end of the call is not explained: %+v", f.Code)
	}
	first, last := f.Arrivals[0], f.Arrivals[len(f.Arrivals)-1]
	if first.Ignored != "came before `from: look`" || !first.Early {
		t.Errorf("the first arrival: %+v", first)
	}
	if last.Ignored != "" || last.Early || last.At.Before(x.records[0].At.Add(5*time.Second)) {
		t.Errorf("the last arrival: %+v", last)
	}
}

// Nobody at the address of a simulator in a process of its own: most likely it was not started.
func TestNobodyListens(t *testing.T) {
	target := simulated()
	target.Name = "local"
	r := &run{Prepared: &Prepared{Target: target}}
	tn := &turn{frame: &frame{run: r}, step: compile(t, ring, nil).Steps[0]}
	if f := unanswered(tn, &steps.NetError{Refused: true, Down: true, Err: steps.ErrNothing}); len(f.Hints) != 1 || !strings.Contains(f.Hints[0], "callflow simulate") {
		t.Errorf("%+v", f)
	}
	target.Simulated = false
	r.Target = target
	if f := unanswered(tn, &steps.NetError{Refused: true, Down: true, Err: steps.ErrNothing}); len(f.Hints) != 0 {
		t.Errorf("a service that is none: %+v", f)
	}
}

// A transfer that fails and takes both legs with it: the end of the one to be replaced has the same code, and is no cause.
func TestTransferTakesBothLegs(t *testing.T) {
	const yaml = `
name: both
simulate:
  people:
    carol: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698, displayName: Carol}
    heidi: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8, displayName: Heidi Steen}
  script:
    - dial: {from: carol, to: bot}
  faults:
    - fault: transfer
      fails: {code: 404, subcode: 10202, message: Replacement call was not found., ends: true}
steps:
  - await: call.state == "incoming"
    capture: {leg: call.id}
  - answer: ${{ leg }}
  - createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    capture: {consult: call.id}
  - transfer:
      call: ${{ leg }}
      transferTarget:
        identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}
        replacesCallId: ${{ consult }}
`
	f := (&trial{yaml: yaml}).run(t).Failure
	if f.Reason != "" || strings.Contains(f.Text, "race") || !strings.Contains(f.Text, "both legs ended with it") {
		t.Errorf("reason %q: %s", f.Reason, f.Text)
	}
	if !slices.ContainsFunc(f.Facts, func(k steps.Fact) bool {
		return strings.Contains(k.Text, "(Heidi Steen), to be replaced, ended with the same code")
	}) {
		t.Errorf("the facts do not name whose leg ended: %+v", f.Facts)
	}
	if !slices.ContainsFunc(f.Hints, func(h string) bool { return strings.HasPrefix(h, "nobody is left on either leg: call back") }) {
		t.Errorf("the hints are %q", f.Hints)
	}
	if f.Code == nil || f.Code.Status != graph.Seen || len(f.Code.Causes) == 0 || !slices.ContainsFunc(f.Code.Next, func(n string) bool { return strings.Contains(n, "call the other party back") }) {
		t.Errorf("a code that the scenario chose is explained as %+v", f.Code)
	}
}
