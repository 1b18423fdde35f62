package runner

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/graph"
	"callflow/internal/simulator"
	"callflow/steps"
)

// twoCalls places two calls and leaves them up.
const twoCalls = `
name: two calls
steps:
  - id: first
    createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    until: accepted
  - id: second
    createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    until: accepted
`

func created(id string) answer {
	return answer{status: 201, headers: "Location: https://graph.microsoft.com/v1.0/communications/calls/" + id, body: `{"id":"` + id + `","state":"establishing"}`}
}

func TestCleanupHangsUpNewestFirst(t *testing.T) {
	unheard := &steps.Orphan{Polled: `404 "Not Found"`, Verdict: "ended, and nothing was ever notified of it"}
	for name, test := range map[string]struct {
		more    string // YAML
		answers []answer
		status  string
		text    string
		left    int
		cleaned []steps.Cleaned
	}{
		"by default": {"", nil, steps.Passed, "", 0,
			[]steps.Cleaned{{Call: "c2", Action: "hangUp", Status: 204, Result: "hung up"}, {Call: "c1", Action: "hangUp", Status: 204, Result: "hung up"}}},
		"leak: fail": {"leak: fail\n", nil, steps.Failed, "2 calls were still up at the end, and leak is fail: c2 of step second (test.yaml:8), c1 of step first (test.yaml:5)", 0,
			[]steps.Cleaned{{Call: "c2", Action: "hangUp", Status: 204, Result: "hung up"}, {Call: "c1", Action: "hangUp", Status: 204, Result: "hung up"}}},
		"leak: keep": {"leak: keep\n", nil, steps.Passed, "", 2,
			[]steps.Cleaned{{Call: "c2", Action: "kept", Result: "left up, for leak is keep"}, {Call: "c1", Action: "kept", Result: "left up, for leak is keep"}}},
		"404 was gone already": {"leak: fail\n", []answer{{status: 404}, {status: 404}}, steps.Passed, "", 0,
			[]steps.Cleaned{{Call: "c2", Action: "hangUp", Status: 404, Result: "gone already", Orphan: unheard}, {Call: "c1", Action: "hangUp", Status: 404, Result: "gone already", Orphan: unheard}}},
		"throttling is waited for, while the others are hung up": {"", []answer{{status: 429, headers: "Retry-After: 3"}, {status: 204}}, steps.Passed, "", 0,
			[]steps.Cleaned{{Call: "c1", Action: "hangUp", Status: 204, Result: "hung up"}, {Call: "c2", Action: "hangUp", Status: 204, Result: "hung up"}}},
		"one that is stuck does not keep the others": {"", []answer{{status: 204, fate: simulator.Fate{Delay: time.Minute}}, {status: 204}}, steps.Passed, "", 0,
			[]steps.Cleaned{{Call: "c1", Action: "hangUp", Status: 204, Result: "hung up"}, {Call: "c2", Action: "hangUp", Status: 204, Result: "hung up"}}},
		"one that throttles longer than there is time": {"", []answer{{status: 429, headers: "Retry-After: 60"}, {status: 204}}, steps.Passed, "", 1,
			[]steps.Cleaned{{Call: "c1", Action: "hangUp", Status: 204, Result: "hung up"}, {Call: "c2", Action: "hangUp", Result: `failed: hangUp was refused with 429: "Too Many Requests"`}}},
		"one that fails does not keep the others": {"", []answer{{status: 403}, {status: 204}}, steps.Passed, "", 1,
			[]steps.Cleaned{{Call: "c2", Action: "hangUp", Status: 403, Result: `failed: hangUp was refused with 403: "Forbidden"`}, {Call: "c1", Action: "hangUp", Status: 204, Result: "hung up"}}},
		"after a failure": {"  - expect: 1 == 2\n", nil, steps.Failed, "does not hold: 1 == 2", 0,
			[]steps.Cleaned{{Call: "c2", Action: "hangUp", Status: 204, Result: "hung up"}, {Call: "c1", Action: "hangUp", Status: 204, Result: "hung up"}}},
		"what the scenario hung up stays so": {"  - hangUp: ${{ steps.first.call.id }}\n    until: accepted\n", nil, steps.Passed, "", 0,
			[]steps.Cleaned{{Call: "c2", Action: "hangUp", Status: 204, Result: "hung up"}}},
	} {
		t.Run(name, func(t *testing.T) {
			x := (&trial{yaml: twoCalls + test.more, service: &scripted{answers: append([]answer{created("c1"), created("c2")}, test.answers...)}}).run(t)
			x.status(t, test.status, test.text)
			var cleaned []steps.Cleaned
			for _, r := range x.records {
				if r.Cleanup != nil {
					cleaned = append(cleaned, *r.Cleanup)
				}
			}
			if diff := cmp.Diff(test.cleaned, cleaned); diff != "" {
				t.Errorf("cleanup (-want +got):\n%s", diff)
			}
			if end := x.end(t); end.Legs != test.left {
				t.Errorf("%d calls left up, want %d", end.Legs, test.left)
			}
		})
	}
}

func TestCleanupFindsTheCallWhoseResponseWasLost(t *testing.T) {
	x := (&trial{yaml: `
name: lost
steps:
  - id: make
    createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    retry: {attempts: 3}
`, service: &scripted{answers: []answer{{status: 201, fate: simulator.Fate{Lost: true},
		then: func(s *scripted) { s.notify(2*time.Second, "c9", "established") }}}}}).run(t)
	x.want(t, `
0s make start
0s make POST /v1.0/communications/calls
20ms make no response: connection reset before the response came
20ms make failed: createCall got no response: connection reset before the response came
2.01s event call established
2.01s cleanup DELETE /v1.0/communications/calls/c9
2.03s cleanup 204
2.03s cleanup hangUp c9: hung up
2.03s run failed
`)
}

func TestCleanupRejectsAnUnansweredCall(t *testing.T) {
	x := (&trial{yaml: `
name: unanswered
simulate:
  people: {carol: {displayName: Carol}}
  script: [{dial: {from: carol}}]
steps:
  - id: ring
    await: call.state == "incoming"
`}).run(t)
	x.status(t, steps.Passed, "")
	var cleaned *steps.Cleaned
	for _, r := range x.records {
		if r.Cleanup != nil {
			cleaned = r.Cleanup
		}
	}
	if cleaned == nil || cleaned.Action != "reject" || cleaned.Result != "rejected" {
		t.Errorf("the ringing call was not rejected: %+v\n%s", cleaned, x.story())
	}
}

// TestCleanupHangsUpACallWhoseAnswerWasLost: the service has answered it, so it can no longer be rejected.
func TestCleanupHangsUpACallWhoseAnswerWasLost(t *testing.T) {
	x := (&trial{yaml: `
name: answer lost
simulate:
  people: {carol: {displayName: Carol}}
  script: [{dial: {from: carol}}]
  faults: [{fault: answer, lost: true}]
steps:
  - await: call.state == "incoming"
    capture: {leg: call.id}
  - answer: ${{ leg }}
`}).run(t)
	x.status(t, steps.Failed, "the answer to Carol got no response")
	var cleaned *steps.Cleaned
	for _, r := range x.records {
		if r.Cleanup != nil {
			cleaned = r.Cleanup
		}
	}
	if cleaned == nil || cleaned.Action != "hangUp" || cleaned.Result != "hung up" || x.end(t).Legs != 0 {
		t.Errorf("the answered call was not hung up: %+v\n%s", cleaned, x.story())
	}
}

func TestInterruptRunsFinallyAndCleanup(t *testing.T) {
	const yaml = twoCalls + `
  - id: wait
    sleep: 1h
finally:
  - id: tidy
    sleep: 5s
  - id: rest
    log: done
`
	service := func() *scripted { return &scripted{answers: []answer{created("c1"), created("c2")}} }
	once := (&trial{yaml: yaml, service: service(), interrupt: "wait"}).run(t)
	once.want(t, `
first start
first POST /v1.0/communications/calls
first 201
first passed
second start
second POST /v1.0/communications/calls
second 201
second passed
wait start
wait cancelled: interrupted
tidy start
tidy passed
rest start
rest log done
rest passed
cleanup DELETE /v1.0/communications/calls/c2
cleanup 204
cleanup hangUp c2: hung up
cleanup DELETE /v1.0/communications/calls/c1
cleanup 204
cleanup hangUp c1: hung up
run interrupted
`)
	twice := (&trial{yaml: yaml, service: service(), interrupt: "wait", kill: "tidy"}).run(t)
	if n := len(twice.service.requests); twice.Status != steps.Interrupted || n != 2 || twice.end(t).Legs != 2 {
		t.Errorf("after the second interrupt: %s, %d requests, %d calls left\n%s", twice.Status, n, twice.end(t).Legs, twice.story())
	}
}

func TestACancelledCreateCallIsStillCleanedUp(t *testing.T) {
	slow := created("c1")
	slow.fate.Delay = 3 * time.Second
	x := (&trial{yaml: `
name: slow
steps:
  - id: make
    createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    timeout: 1s
`, service: &scripted{answers: []answer{slow}}}).run(t)
	x.status(t, steps.Failed, "step make was not done within its timeout of 1s")
	if last := x.service.requests[len(x.service.requests)-1]; last != "DELETE /v1.0/communications/calls/c1" {
		t.Errorf("the last request is %s\n%s", last, x.story())
	}
}

func TestBroken(t *testing.T) {
	const yaml = "name: b\nsteps:\n  - id: it\n    request: {path: /x}\n"
	for status, want := range map[int]string{401: steps.Broken, 403: steps.Broken, 404: steps.Failed} {
		x := (&trial{yaml: yaml, service: &scripted{answers: []answer{{status: status}}}}).run(t)
		if x.Status != want {
			t.Errorf("%d makes the run %s, want %s", status, x.Status, want)
		}
	}
	after := (&trial{yaml: twoCalls + "  - request: {path: /x}\n",
		service: &scripted{answers: []answer{created("c1"), created("c2"), {status: 403}}}}).run(t)
	if after.Status != steps.Failed {
		t.Errorf("403 after a call existed makes the run %s, want failed", after.Status)
	}
}

// Cleanup asks again after a 401: the host has dropped the token that the service did not take.
func TestCleanupAfterTheTokenExpired(t *testing.T) {
	x := (&trial{yaml: `
name: expired
steps:
  - createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    until: accepted
`, service: &scripted{answers: []answer{{status: 201, body: `{"id":"c1"}`}, {status: 401}}}}).run(t)
	x.status(t, steps.Passed, "")
	if end := x.end(t); end.Legs != 0 || !strings.Contains(x.story(), "cleanup hangUp c1: hung up") {
		t.Errorf("%d calls were left up\n%s", end.Legs, x.story())
	}
}

// A call that the verb request made is the run's too.
func TestCleanupHangsUpWhatRequestMade(t *testing.T) {
	x := (&trial{yaml: `
name: raw
steps:
  - request: {method: POST, path: /communications/calls, body: {targets: []}}
`, service: &scripted{answers: []answer{{status: 201, headers: "Location: /communications/calls/c9", body: `{}`}}}}).run(t)
	x.want(t, `
steps[0] start
steps[0] POST /v1.0/communications/calls
steps[0] 201
steps[0] passed
cleanup DELETE /v1.0/communications/calls/c9
cleanup 204
cleanup hangUp c9: hung up
run passed
`)
}

// Told a second time that a call is incoming, the run does not take an answered call for one that still rings.
func TestAnsweredCallIsNotRejected(t *testing.T) {
	event := func(state string) *graph.Event {
		return &graph.Event{Kind: graph.KindCall, CallID: "c", View: map[string]any{"call": map[string]any{"id": "c", "state": state}}}
	}
	var l legs
	l.see(event("incoming"))
	if !l.all[0].ringing {
		t.Error("an incoming call rings")
	}
	l.answer(sender{key: "pick"}, graph.Command{Op: "answer", Call: "c"}, &graph.Reply{Status: 202})
	if l.see(event("incoming")); l.all[0].ringing {
		t.Error("an answered call rings again")
	}
}
