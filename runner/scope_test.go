package runner

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/graph"
	"callflow/steps"
)

// probing is what the probe of the callback address takes after a wait that ended in silence.
const probing = 20 * time.Millisecond

func TestTimeoutsNameThemselves(t *testing.T) {
	for name, test := range map[string]struct {
		yaml, status, text, key string
		line                    int
		at                      time.Duration
	}{
		"scenario": {`
name: t
timeout: 2m
steps:
  - id: move
    await: call.state == "incoming"
    timeout: 5m
`, steps.Failed, "scenario timeout of 2m reached while step move was waiting: no event matched within 2m", "move", 6, 2*time.Minute + probing},
		"scenario by default": {"name: t\nsteps:\n  - id: nap\n    sleep: 1h\n", steps.Failed, "scenario timeout of 10m reached while step nap was waiting", "nap", 3, 10 * time.Minute},
		"scenario with branches": {`
name: t
timeout: 1m30s
steps:
  - id: both
    parallel:
      left: [{id: a, sleep: 1h}]
      right: [{id: b, sleep: 1h}]
`, steps.Failed, "scenario timeout of 1m30s reached while step a and step b were waiting", "a", 7, 90 * time.Second},
		"step": {"name: t\nsteps:\n  - id: nap\n    sleep: ${{ duration(\"1h\") }}\n    timeout: 3s\n", steps.Failed, "step nap was not done within its timeout of 3s", "nap", 4, 3 * time.Second},
		"step around others": {`
name: t
steps:
  - id: both
    timeout: 4s
    parallel:
      left: [{id: a, sleep: 1h}]
      right: [{id: b, sleep: 1s}]
`, steps.Failed, "step both was not done within its timeout of 4s", "both", 6, 4 * time.Second},
		"await": {"name: t\nsteps:\n  - id: ring\n    await: call.state == \"incoming\"\n", steps.Failed, "no event matched within 30s", "ring", 4, 30*time.Second + probing},
		"await by the scenario's default": {"name: t\ndefaults: {await: 7s}\nsteps:\n  - id: ring\n    await: call.state == \"incoming\"\n",
			steps.Failed, "no event matched within 7s", "ring", 5, 7*time.Second + probing},
	} {
		t.Run(name, func(t *testing.T) {
			x := (&trial{yaml: test.yaml, service: &scripted{}}).run(t)
			x.status(t, test.status, test.text)
			end := x.end(t)
			if end.Failed != test.key || end.Failure.Pos.Line != test.line || len(end.Failure.Excerpt) == 0 {
				t.Errorf("failed %q at line %d, want %q at line %d\n%q", end.Failed, end.Failure.Pos.Line, test.key, test.line, end.Failure.Excerpt)
			}
			if end.Took != test.at {
				t.Errorf("took %v, want %v", end.Took, test.at)
			}
		})
	}
}

func TestNeverEndsTheRun(t *testing.T) {
	const yaml = `
name: never
never:
  - call.state == "terminated"
steps:
  - id: make
    createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    until: accepted
  - id: nap
    sleep: 1m
  - log: not reached
finally:
  - id: last
    sleep: 25s
`
	x := (&trial{yaml: yaml, service: &scripted{answers: []answer{{status: 201, body: `{"id":"c1"}`, then: func(s *scripted) {
		s.notify(10*time.Second, "c1", "terminated")
		s.notify(30*time.Second, "c1", "terminated")
	}}}}}).run(t)
	x.want(t, `
0s make start
0s make POST /v1.0/communications/calls
20ms make 201
20ms make passed
20ms nap start
10.01s event call terminated
10.01s log must never happen, but did: call.state == "terminated" (call terminated)
10.01s nap cancelled: what must never happen did
10.01s last start
30.01s event call terminated
35.01s last passed
35.01s run failed
`)
	f := x.Failure
	if f.Kind != "never" || f.Pos.Line != 4 || f.Expression == nil || len(f.Arrivals) != 1 || len(f.Excerpt) == 0 {
		t.Errorf("the failure is %+v", f)
	}
}

// TestNeverEndsBeforeFinally: what comes while finally and cleanup hang up is no failure.
func TestNeverEndsBeforeFinally(t *testing.T) {
	(&trial{yaml: `
name: never
never: call.state == "terminated"
steps:
  - id: make
    createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    until: accepted
finally:
  - sleep: 2s
`, service: &scripted{answers: []answer{{status: 201, body: `{"id":"c1"}`, then: func(s *scripted) { s.notify(time.Second, "c1", "terminated") }}}}}).
		run(t).status(t, steps.Passed, "")
}

func TestNeverBeatsTheAwaitThatMatches(t *testing.T) {
	x := (&trial{yaml: `
name: never
never: call.state == "terminated"
steps:
  - id: make
    createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    until: accepted
  - id: ended
    await: call.id == steps.make.call.id && call.state == "terminated"
`, service: &scripted{answers: []answer{{status: 201, body: `{"id":"c1"}`, then: func(s *scripted) { s.notify(time.Second, "c1", "terminated") }}}}}).run(t)
	x.status(t, steps.Failed, `must never happen, but did: call.state == "terminated" (call terminated)`)
}

func TestAFailingBranchEndsItsSiblings(t *testing.T) {
	x := (&trial{yaml: `
name: branches
steps:
  - id: both
    parallel:
      left:
        - id: slow
          sleep: 1m
        - id: unreached
          log: no
      right:
        - id: inner
          parallel:
            up: [{id: nap, sleep: 1m}]
            down: [{id: wait, sleep: 1s}, {id: bad, expect: 1 == 2}]
  - log: not reached
`, service: &scripted{}}).run(t)
	x.want(t, `
0s both start
0s slow@left start
0s inner@right start
0s nap@right/up start
0s wait@right/down start
1s wait@right/down passed
1s bad@right/down start
1s bad@right/down failed: does not hold: 1 == 2
1s nap@right/up cancelled: branch right/down failed
1s inner@right failed: step bad failed
1s slow@left cancelled: branch right failed
1s both failed: step bad failed
1s run failed
`)
	if end := x.end(t); end.Failed != "bad" {
		t.Errorf("the end says that %q failed", end.Failed)
	}
}

func TestCapturesAppearAfterTheJoin(t *testing.T) {
	x := (&trial{yaml: `
name: join
steps:
  - set: {one: 1}
  - parallel:
      left: [{sleep: 2s}, {set: {a: left}}, {id: deep, request: {path: /x}}]
      right: [{sleep: 1s}, {set: {b: "${{ one + 1 }}"}}]
  - id: after
    expect: [a == "left", b == 2, steps.deep.response.status == 204]
`, service: &scripted{}}).run(t)
	x.status(t, steps.Passed, "")
}

// parallelScenario is a run with everything that could depend on chance or on Go's scheduler.
const parallelScenario = `
name: chance
simulate:
  people:
    carol: {displayName: Carol}
    dora: {displayName: Dora, answers: {after: 2s}, hangsUp: {after: 20s}}
    erin: {displayName: Erin, declines: {after: 2s}}
  script:
    - dial: {from: carol}
  faults:
    - {fault: createCall, status: 503, times: 2}
vars: {dora: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}
steps:
  - parallel:
      incoming:
        - await: call.state == "incoming"
          capture: {ringing: call.id}
        - answer: {call: "${{ ringing }}"}
        - hangUp: ${{ ringing }}
      first:
        - id: one
          createCall: {targets: [{identity: {phone: {id: "+15551234567"}}}], source: {identity: {applicationInstance: {id: 0000000a-0000-4000-8000-00000000000a}}}}
          retry: {attempts: 5}
          continueOnError: true
      second:
        - parallel:
            up:
              - id: two
                createCall: {targets: [{identity: {phone: {id: "+15557654321"}}}], source: {identity: {applicationInstance: {id: 0000000a-0000-4000-8000-00000000000a}}}}
                retry: {attempts: 5}
                continueOnError: true
            down:
              - sleep: 1500ms
              - log: ${{ run.id }}
  - forEach: [1, 2]
    log: item ${{ item }}
`

func TestOneSeedOneJournal(t *testing.T) {
	first := (&trial{yaml: parallelScenario, opt: Options{Seed: 7}}).run(t)
	if len(first.records) < 30 {
		t.Fatalf("too little happened to prove anything:\n%s", first.story())
	}
	for range 5 {
		again := (&trial{yaml: parallelScenario, opt: Options{Seed: 7}}).run(t)
		if diff := cmp.Diff(strings.Split(first.journal, "\n"), strings.Split(again.journal, "\n")); diff != "" {
			t.Fatalf("the same seed gave another journal (-first +again):\n%s", diff)
		}
	}
	other := (&trial{yaml: parallelScenario, opt: Options{Seed: 8}}).run(t)
	if other.journal == first.journal {
		t.Error("another seed gave the same journal, ids and all")
	}
	legacy := simulated()
	legacy.Dialect = graph.Legacy
	if x := (&trial{yaml: parallelScenario, opt: Options{Seed: 7, Target: legacy}}).run(t); x.Status != first.Status {
		t.Errorf("legacy %s, v1.0 %s\n%s", x.Status, first.Status, x.story())
	}
}
