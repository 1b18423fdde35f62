package runner

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/host/sim"
	"callflow/steps"
)

// intercepted is a host whose requests go elsewhere first; a nil answer lets them through.
type intercepted struct {
	steps.Host
	do func(r steps.Request) error
}

func (h intercepted) Do(r steps.Request) (steps.Response, error) {
	if err := h.do(r); err != nil {
		return steps.Response{}, err
	}
	return h.Host.Do(r)
}

func (h intercepted) Fork(n int, branch func(int, steps.Host)) {
	h.Host.Fork(n, func(i int, inner steps.Host) { branch(i, intercepted{inner, h.do}) })
}

func (h intercepted) Scope(limit time.Duration, cause error) (steps.Host, func(error)) {
	inner, end := h.Host.Scope(limit, cause)
	return intercepted{inner, h.do}, end
}

func (h intercepted) Shield(limit time.Duration) (steps.Host, func()) {
	inner, end := h.Host.Shield(limit)
	return intercepted{inner, h.do}, end
}

// A run without a token cannot test, whenever it happens.
func TestNoToken(t *testing.T) {
	plan := compile(t, twoCalls+"    retry: {attempts: 3}\n", nil)
	p, err := Prepare(plan, Options{Target: simulated(), Callback: sim.Callback})
	if err != nil {
		t.Fatal(err)
	}
	service := &scripted{answers: []answer{created("c1")}}
	var result Result
	var end *steps.RunEnd
	err = sim.Run(t.Context(), sim.Config{RunID: p.RunID, Bot: testBot, Service: service.start, Emit: func(r steps.Record) { end = r.RunEnd }},
		func(h steps.Host) {
			sent := 0
			result = p.Run(intercepted{h, func(steps.Request) error {
				if sent++; sent == 1 || sent > 2 {
					return nil
				}
				return &steps.NetError{Auth: true, Err: errors.New("the token endpoint answered 400: invalid_client")}
			}})
		})
	if err != nil {
		t.Fatal(err)
	}
	want := "createCall was not sent: the token endpoint answered 400: invalid_client"
	if result.Status != steps.Broken || result.Failure.Kind != "token" || result.Failure.Text != want {
		t.Errorf("%s: %+v", result.Status, result.Failure)
	}
	if end == nil || end.Reason != "could not test: "+want || end.Failed != "second" {
		t.Errorf("the end says %+v", end)
	}
	if !slices.Contains(service.requests, "DELETE /v1.0/communications/calls/c1") {
		t.Errorf("the first call was not hung up: %v", service.requests)
	}
}

func TestPollIsOneStepWithAttempts(t *testing.T) {
	x := (&trial{yaml: `
name: poll
steps:
  - id: wait
    poll:
      read: {getCall: c1}
      condition: call.state == "established"
      every: 1s
    capture: {reads: reads}
`, service: &scripted{answers: []answer{{status: 200, body: `{"id":"c1","state":"establishing"}`}, {status: 503}, {status: 200, body: `{"id":"c1","state":"established"}`}}}}).run(t)
	x.want(t, `
0s wait start
0s wait GET /v1.0/communications/calls/c1
20ms wait 200
1.02s wait GET /v1.0/communications/calls/c1
1.04s wait 503
2.04s wait GET /v1.0/communications/calls/c1
2.06s wait 200
2.06s wait reads = 3
2.06s wait passed
2.06s run passed
`)
	var attempts []int
	for _, r := range x.records {
		if r.Request != nil {
			attempts = append(attempts, r.Request.Attempt)
		}
	}
	if diff := cmp.Diff([]int{1, 2, 3}, attempts); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}

// A journal has all that a report needs.
func TestJournalOfAFailingRun(t *testing.T) {
	x := (&trial{yaml: `
name: declined
description: Dora declines.
tags: [a, b]
simulate:
  people: {dora: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8, displayName: Dora, declines: {after: 3s}}}
steps:
  - id: ring
    createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
`}).run(t)
	x.status(t, steps.Failed, "the call to Dora reached terminated")
	start := x.records[0].RunStart
	if start == nil || start.Scenario != "declined" || start.File != "test.yaml" || start.Target != "simulator" || start.Dialect != "v1.0" ||
		!start.Simulated || start.Seed != 1 || start.Steps != 1 || len(start.Tags) != 2 || !start.Started.Equal(sim.Epoch) || len(start.RunID) != 36 {
		t.Errorf("the start is %+v", start)
	}
	var outcome *steps.Reached
	for _, r := range x.records {
		switch {
		case r.Type != r.Kind():
			t.Errorf("record %d is a %q and says %q", r.Seq, r.Kind(), r.Type)
		case r.StepStart != nil:
			if s := r.StepStart; s.Verb != "createCall" || s.Label != "ring" || s.File != "test.yaml" || s.Line != 8 || s.Goal != "established" || s.Text != "Dora" {
				t.Errorf("the step starts with %+v", s)
			}
		case r.Request != nil:
			if q := r.Request; q.Attempt != 1 || q.Bot != "bot" || len(q.Body) == 0 || q.Headers.Get("Scenario-Id") == "" || q.Headers.Get("client-request-id") == "" {
				t.Errorf("the request is %+v", q)
			}
		case r.Response != nil:
			if q := r.Response; q.Status != 201 || q.Call == "" || q.Took != 20*time.Millisecond || len(q.Body) == 0 {
				t.Errorf("the response is %+v", q)
			}
		case r.Outcome != nil:
			outcome = r.Outcome
		}
	}
	if outcome == nil || outcome.Goal != "terminated" || outcome.Wanted != "established" || outcome.Event == 0 || outcome.ResultInfo == nil {
		t.Errorf("the outcome is %+v", outcome)
	}
	if f := x.Failure; f.Kind != "outcome" || f.Pos.Line != 9 || len(f.Excerpt) == 0 || f.Code == nil {
		t.Errorf("the failure is %+v", f)
	}
	if x.end(t).Outputs != nil || x.end(t).Legs != 0 {
		t.Errorf("the end is %+v", x.end(t))
	}
}

// asleep is a host in which the run's listener hears nothing, as on a real host when it has not had its turn yet.
type asleep struct{ steps.Host }

func (h asleep) Fork(n int, branch func(int, steps.Host)) {
	h.Host.Fork(n, func(i int, inner steps.Host) {
		if i == 0 {
			inner = deaf{inner}
		}
		branch(i, inner)
	})
}

type deaf struct{ steps.Host }

func (h deaf) Next(uint64, time.Time) (steps.Event, error) { return steps.Event{}, h.Sleep(time.Hour) }

func (h deaf) Shield(limit time.Duration) (steps.Host, func()) {
	inner, end := h.Host.Shield(limit)
	return deaf{inner}, end
}

// TestWhatLayUnreadIsNotNews: an event that came before a request was sent is none of its window, though nobody has read
// it by then.
func TestWhatLayUnreadIsNotNews(t *testing.T) {
	plan := compile(t, `
name: unread
steps:
  - createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    until: accepted
    capture: {c: call.id}
  - sleep: 2s
  - request: {path: /x}
    id: ask
  - await: {from: ask, match: call.id == c && call.state == "established"}
    timeout: 5s
`, nil)
	p, err := Prepare(plan, Options{Target: simulated(), Callback: sim.Callback})
	if err != nil {
		t.Fatal(err)
	}
	a := created("c1")
	a.then = func(s *scripted) { s.notify(time.Second, "c1", "established") }
	var result Result
	err = sim.Run(t.Context(), sim.Config{RunID: p.RunID, Bot: testBot, Service: (&scripted{answers: []answer{a}}).start, Emit: func(steps.Record) {}},
		func(h steps.Host) { result = p.Run(asleep{h}) })
	if err != nil || result.Status != steps.Failed || result.Failure.Text != "no event matched within 5s" {
		t.Errorf("%v, %s: %+v", err, result.Status, result.Failure)
	}
}
