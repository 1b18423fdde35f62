package runner

import (
	"strings"
	"testing"
	"time"

	"callflow/internal/simulator"
	"callflow/steps"
)

// ringing is a service whose call is never established; its second notification comes after half a minute.
func ringing() *scripted {
	return &scripted{answers: []answer{{status: 201, body: `{"id":"c1","state":"establishing"}`, then: func(s *scripted) {
		s.notify(time.Second, "c1", "establishing")
		s.notify(30*time.Second, "c1", "ringing")
	}}}}
}

// A wait that something else than its own timeout ends explains itself as it would there: what it waited for, what came,
// and what came nearest.
func TestWaitsThatAreCutOffExplainThemselves(t *testing.T) {
	const make = `
  - id: make
    createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    until: accepted
`
	const up = `
    await: call.id == steps.make.call.id && call.state == "established"
    timeout: 5m
`
	for name, test := range map[string]struct{ yaml, step, text, runText string }{
		"scenario's timeout": {"name: t\ntimeout: 20s\nsteps:" + make + "  - id: up" + up, "up",
			"scenario timeout of 20s reached while step up was waiting: no event matched within 19.98s", ""},
		"never": {"name: t\nnever: call.state == \"ringing\"\nsteps:" + make + "  - id: up" + up, "up",
			`must never happen, but did: call.state == "ringing" (call ringing) while step up was waiting: no event matched within 29.99s`,
			`must never happen, but did: call.state == "ringing" (call ringing)`},
		"timeout of a step around it": {"name: t\nsteps:" + make + "  - id: both\n    timeout: 10s\n    parallel:\n      left:\n        - id: up\n" +
			strings.ReplaceAll(up, "\n    ", "\n          "), "up",
			"step both was not done within its timeout of 10s while step up was waiting: no event matched within 10s", ""},
		"several waits": {"name: t\ntimeout: 20s\nsteps:" + make + "  - parallel:\n      left: [{id: nap, sleep: 1h}]\n      right:\n        - id: up\n" +
			strings.ReplaceAll(up, "\n    ", "\n          "), "up",
			"scenario timeout of 20s reached while step up was waiting: no event matched within 19.98s",
			"scenario timeout of 20s reached while step nap and step up were waiting"},
		"goal": {"name: t\ntimeout: 20s\nsteps:\n" + `
  - id: ring
    createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
`, "ring", "scenario timeout of 20s reached while step ring was waiting: createCall was accepted, but did not reach established within 19.98s", ""},
	} {
		t.Run(name, func(t *testing.T) {
			x := (&trial{yaml: test.yaml, service: ringing()}).run(t)
			if test.runText == "" {
				test.runText = test.text
			}
			if x.Status != steps.Failed || x.Failure.Text != test.runText || len(x.Failure.Excerpt) == 0 {
				t.Errorf("the run %s: %+v\n%s", x.Status, x.Failure, x.story())
			}
			var f *steps.Failure
			for _, r := range x.records {
				if r.StepEnd != nil && r.Step == test.step {
					if f = r.StepEnd.Failure; r.StepEnd.Status != steps.Cancelled || f == nil {
						t.Fatalf("the step ends with %+v", r.StepEnd)
					}
				}
			}
			if f.Text != test.text || f.Awaited == "" || f.Waited == 0 || len(f.Arrivals) == 0 || len(f.Excerpt) == 0 {
				t.Errorf("the step's failure is %+v", f)
			}
			if last := f.Arrivals[len(f.Arrivals)-1]; test.step == "up" && (!last.Nearest || last.Why == nil) {
				t.Errorf("the nearest event is not explained: %+v", f.Arrivals)
			}
		})
	}
}

// What a timeout above a step that is excused had cut off is no news when the scenario's timeout strikes later.
func TestAnExcusedTimeoutIsForgotten(t *testing.T) {
	x := (&trial{yaml: `
name: excused
timeout: 1m
steps:
  - id: both
    timeout: 4s
    continueOnError: true
    parallel:
      left: [{id: a, sleep: 1h}]
  - id: nap
    sleep: 1h
`, service: &scripted{}}).run(t)
	x.status(t, steps.Failed, "scenario timeout of 1m reached while step nap was waiting")
	if end := x.end(t); end.Failed != "nap" {
		t.Errorf("the end says that %q failed", end.Failed)
	}
}

// A poll shows what its condition saw last, also when its time ends in the middle of a read, or the last read failed.
func TestPollShowsTheLastRead(t *testing.T) {
	const yaml = `
name: poll
steps:
  - id: wait
    poll:
      read: {getCall: c1}
      condition: call.state == "established"
      every: 1s
    timeout: 5s
`
	read := answer{status: 200, body: `{"id":"c1","state":"establishing"}`}
	for name, test := range map[string]struct {
		answers []answer
		text    string
		hint    string
	}{
		"a read that takes too long": {[]answer{read, {status: 200, fate: simulator.Fate{Delay: time.Minute}}}, "the condition did not hold in 1 read within 5s", ""},
		"a failed read": {[]answer{read, {status: 503}, {status: 503}, {status: 503}, {status: 503}, {status: 503}},
			"the condition did not hold in 5 reads within 4.1s", "the last read failed: getCall was refused with 503"},
	} {
		t.Run(name, func(t *testing.T) {
			x := (&trial{yaml: yaml, service: &scripted{answers: test.answers}}).run(t)
			f := x.Failure
			if x.Status != steps.Failed || f.Text != test.text || f.Kind != "poll" || f.Pos.Line != 7 {
				t.Fatalf("the run %s: %+v\n%s", x.Status, f, x.story())
			}
			if f.Expression == nil || f.Expression.Parts[0].Value != "establishing" {
				t.Errorf("the condition is not explained: %+v", f.Expression)
			}
			if test.hint != "" && (len(f.Hints) != 1 || !strings.HasPrefix(f.Hints[0], test.hint)) {
				t.Errorf("hints %q", f.Hints)
			}
		})
	}
}

// What a failed await had claimed goes to the one that waits for it beside it, as well as to later ones.
func TestReleasedEventsAreOfferedAgain(t *testing.T) {
	x := (&trial{yaml: `
name: t
steps:
  - id: make
    createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    until: accepted
  - parallel:
      left:
        - id: both
          continueOnError: true
          timeout: 5s
          await:
            all:
              begins: call.id == steps.make.call.id && call.state == "establishing"
              up: call.id == steps.make.call.id && call.state == "established"
      right:
        - id: one
          await: call.id == steps.make.call.id && call.state == "establishing"
        - id: next
          await: call.id == steps.make.call.id && call.state == "ringing"
`, service: ringing()}).run(t)
	x.want(t, `
0s make start
0s make POST /v1.0/communications/calls
20ms make 201
20ms make passed
20ms steps[1] start
20ms both@left start
20ms one@right start
1.01s event call establishing
5.02s both@left failed: 1 of 2 parts did not come within 5s: up
5.02s one@right passed
5.02s next@right start
30.01s event call ringing
30.01s next@right passed
30.01s steps[1] passed
30.01s cleanup DELETE /v1.0/communications/calls/c1
30.03s cleanup 204
30.03s cleanup hangUp c1: hung up
30.03s run passed
`)
}
