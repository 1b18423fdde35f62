package runner

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/schema"
	"callflow/steps"
)

func TestStepsRunInOrderUpToTheFirstFailure(t *testing.T) {
	x := (&trial{yaml: `
name: order
steps:
  - id: one
    log: first
  - id: two
    if: 1 > 2
    log: skipped
  - set: {count: 3}
  - id: three
    expect: count == 4
  - id: four
    log: never reached
finally:
  - id: five
    log: count is ${{ count ?? 0 }}
`}).run(t)
	x.want(t, `
one start
one log first
one passed
two start
two skipped: its if is false: 1 > 2
steps[2] start
steps[2] count = 3
steps[2] passed
three start
three failed: does not hold: count == 4
five start
five log count is 3
five passed
run failed
`)
	end := x.end(t)
	if end.Failed != "three" || end.Failure.Kind != "expect" || end.Failure.Expression == nil {
		t.Errorf("the end says %q, %+v", end.Failed, end.Failure)
	}
	if diff := cmp.Diff(map[string]int{"passed": 3, "skipped": 1, "failed": 1}, end.Steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"9 |   - set: {count: 3}", "10 |   - id: three", "11 |     expect: count == 4", "12 |   - id: four", "13 |     log: never reached"},
		end.Failure.Excerpt); diff != "" {
		t.Errorf("excerpt (-want +got):\n%s", diff)
	}
}

func TestContinueOnError(t *testing.T) {
	x := (&trial{yaml: `
name: excused
steps:
  - id: gone
    continueOnError: true
    request: {path: /communications/calls/x}
    capture: {status: response.status}
  - id: after
    log: ${{ steps.gone.response.status }} ${{ status ?? 0 }} ${{ steps.gone.outcome }}
`, service: &scripted{answers: []answer{{status: 404, body: refusal("8522", "Call not found.")}}}}).run(t)
	x.want(t, `
gone start
gone GET /v1.0/communications/calls/x
gone 404
gone status = 404
gone failed: request was refused with 404: code 8522, "Call not found."
after start
after log 404 404 refused
after passed
run passed
`)
	for _, r := range x.records {
		if r.Step == "gone" && r.StepEnd != nil && !r.StepEnd.Excused {
			t.Error("the failed step is not excused in the journal")
		}
	}
}

func TestForEachMakesLists(t *testing.T) {
	x := (&trial{yaml: `
name: items
vars: {people: [a, b, c]}
steps:
  - id: each
    forEach: ${{ people }}
    as: who
    request: {path: "/users/${{ who }}"}
    capture: {status: response.status}
  - expect:
      - status == [200, 201, 204]
      - len(steps.each) == 3
      - steps.each[1].response.status == 201
  - id: none
    forEach: []
    set: {made: "${{ item }}"}
  - expect: len(made) == 0
outputs:
  statuses: status
`, service: &scripted{answers: []answer{{status: 200}, {status: 201}}}}).run(t)
	x.status(t, steps.Passed, "")
	if diff := cmp.Diff([]string{"GET /v1.0/users/a", "GET /v1.0/users/b", "GET /v1.0/users/c"}, x.service.requests); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]steps.Captured{{Name: "statuses", Value: []any{200, 201, 204}}}, x.Outputs); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	var keys []string
	for _, r := range x.records {
		if r.StepStart != nil {
			keys = append(keys, r.Step)
		}
	}
	if diff := cmp.Diff([]string{"each[0]", "each[1]", "each[2]", "steps[1]", "none", "steps[3]"}, keys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

func TestForEachEndsAtTheFirstFailure(t *testing.T) {
	const yaml = `
name: items
steps:
  - id: each
    forEach: [a, b, c]
    request: {path: "/users/${{ item }}"}
    capture: {body: response.body.id}
finally:
  - log: ${{ join(body ?? []) }}
`
	two := func() *scripted {
		return &scripted{answers: []answer{{status: 200, body: `{"id":"A"}`}, {status: 400}, {status: 200, body: `{"id":"C"}`}}}
	}
	x := (&trial{yaml: yaml, service: two()}).run(t)
	x.status(t, steps.Failed, "request was refused with 400")
	if len(x.service.requests) != 2 {
		t.Errorf("sent %v after a failed item", x.service.requests)
	}
}

func TestCapturesAreMadeAlsoWhenTheStepFails(t *testing.T) {
	x := (&trial{yaml: `
name: captures
steps:
  - id: make
    createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    timeout: 2s
    capture: {made: call.id}
finally:
  - log: made ${{ made ?? "nothing" }}
`, service: &scripted{answers: []answer{{status: 201, body: `{"id":"c1","state":"establishing"}`}}}}).run(t)
	x.want(t, `
make start
make POST /v1.0/communications/calls
make 201
make made = c1
make GET /v1.0/communications/calls/c1
make 204
make failed: createCall was accepted, but did not reach established within its timeout of 2s
finally[0] start
finally[0] log made c1
finally[0] passed
cleanup DELETE /v1.0/communications/calls/c1
cleanup 204
cleanup hangUp c1: hung up
run failed
`)
}

func TestAbsentOutputFails(t *testing.T) {
	x := (&trial{yaml: `
name: absent
steps:
  - id: get
    request: {path: /x}
outputs: {it: steps.get.response.body.id}
`, service: &scripted{answers: []answer{{status: 200, body: `{"other":1}`}}}}).run(t)
	x.status(t, steps.Failed, "the output it has no value: steps.get.response.body.id is absent")
	if diff := cmp.Diff([]string{"an output that may be absent is written steps.get.response.body.id ?? …"}, x.Failure.Hints); diff != "" {
		t.Errorf("hints (-want +got):\n%s", diff)
	}
}

func TestAbsentCaptureFails(t *testing.T) {
	x := (&trial{yaml: `
name: absent
steps:
  - id: get
    request: {path: /x}
    capture: {it: response.body.id}
  - log: ${{ it }}
`, service: &scripted{answers: []answer{{status: 200, body: `{"other":1}`}}}}).run(t)
	x.status(t, steps.Failed, "cannot capture it: response.body.id is absent")
	if f := x.Failure; f.Pos.Line != 6 || f.Expression == nil {
		t.Errorf("the failure is at %v, with %v", f.Pos, f.Expression)
	}
}

func TestInclude(t *testing.T) {
	x := (&trial{
		yaml: `
name: outer
vars: {who: outer}
steps:
  - id: login
    include: {file: inner.yaml, with: {user: "${{ who }}!"}}
  - id: use
    log: ${{ steps.login.greeting }} ${{ who }}
`,
		files: map[string]string{"inner.yaml": `
name: inner
vars: {user: nobody, who: inner}
steps:
  - id: use
    set: {text: "hello ${{ user }} from ${{ who }} in ${{ run.target }}"}
  - log: ${{ text }}
outputs: {greeting: text}
finally:
  - log: inner is done
`}}).run(t)
	x.want(t, `
login start
login/use start
login/use text = hello outer! from inner in simulator
login/use passed
login/steps[1] start
login/steps[1] log hello outer! from inner in simulator
login/steps[1] passed
login/finally[0] start
login/finally[0] log inner is done
login/finally[0] passed
login passed
use start
use log hello outer! from inner in simulator outer
use passed
run passed
`)
}

func TestFailureInsideAnInclude(t *testing.T) {
	x := (&trial{
		yaml:  "name: outer\nsteps:\n  - id: login\n    include: inner.yaml\n",
		files: map[string]string{"inner.yaml": "name: inner\nsteps:\n  - id: check\n    expect: 1 == 2\n"},
	}).run(t)
	x.status(t, steps.Failed, "does not hold: 1 == 2")
	if end := x.end(t); end.Failed != "login/check" || end.Failure.Pos.File != "inner.yaml" || len(end.Failure.Excerpt) == 0 {
		t.Errorf("failed %q at %v with excerpt %q", end.Failed, end.Failure.Pos, end.Failure.Excerpt)
	}
}

func TestMatrixRowValues(t *testing.T) {
	const yaml = `
name: rows
matrix: {who: [carol, dora], how: [1, 2]}
steps:
  - log: ${{ matrix.who }} ${{ matrix.how + 1 }}
`
	var said []string
	ids := map[string]bool{}
	for _, row := range compile(t, yaml, nil).Rows {
		x := (&trial{yaml: yaml, opt: Options{Row: row}}).run(t)
		for _, r := range x.records {
			switch {
			case r.Log != nil:
				said = append(said, r.Log.Text)
			case r.RunStart != nil:
				ids[r.RunStart.RunID] = true
				said = append(said, r.RunStart.Row)
			}
		}
	}
	want := []string{"who=carol, how=1", "carol 2", "who=carol, how=2", "carol 3", "who=dora, how=1", "dora 2", "who=dora, how=2", "dora 3"}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if len(ids) != 4 {
		t.Errorf("four rows have %d run ids", len(ids))
	}
}

func TestBranchesInsideAForEach(t *testing.T) {
	x := (&trial{yaml: `
name: nested
steps:
  - id: each
    forEach: [1, 2]
    continueOnError: true
    parallel:
      left: [{id: check, expect: item == 2}]
      right: [{log: "item ${{ item }}"}, {sleep: 1s}]
  - log: on
`}).run(t)
	x.want(t, `
each[0] start
each[0]/check@left start
each[0]/check@left failed: does not hold: item == 2
each[0]/steps[0].right[0]@right start
each[0]/steps[0].right[0]@right log item 1
each[0]/steps[0].right[0]@right passed
each[0]/steps[0].right[1]@right start
each[0]/steps[0].right[1]@right cancelled: branch left failed
each[0] failed: step each[0]/check failed
each[1] start
each[1]/check@left start
each[1]/check@left passed
each[1]/steps[0].right[0]@right start
each[1]/steps[0].right[0]@right log item 2
each[1]/steps[0].right[0]@right passed
each[1]/steps[0].right[1]@right start
each[1]/steps[0].right[1]@right passed
each[1] passed
steps[1] start
steps[1] log on
steps[1] passed
run passed
`)
}

func TestEventsSinceASimulatedAction(t *testing.T) {
	x := (&trial{yaml: `
name: since
simulate: {people: {dora: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}
steps:
  - id: ring
    createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
  - id: leaves
    simulate: {hangUp: {who: dora}}
  - await:
      from: leaves
      match: call.id == steps.ring.call.id && call.state == "terminated"
`}).run(t)
	x.status(t, steps.Passed, "")
}

// A step's timeout is for all its items together; the default that it has without one is for each.
func TestTimeoutOfAForEach(t *testing.T) {
	for name, test := range map[string]struct{ yaml, status, failed, text string }{
		"own": {"name: t\nsteps:\n  - id: each\n    forEach: [a, b, c]\n    timeout: 5s\n    sleep: 2s\n", steps.Failed, "each[2]",
			"step each[2] was not done within its timeout of 5s"},
		"own, over between two items": {"name: t\nsteps:\n  - id: each\n    forEach: [a, b, c]\n    timeout: 4s\n    sleep: 2s\n", steps.Failed, "each[2]",
			"step each[2] was not done within its timeout of 4s"},
		"own, of an await": {"name: t\nsteps:\n  - id: each\n    forEach: [a, b]\n    timeout: 4s\n    continueOnError: true\n    await: call.state == \"incoming\"\n",
			steps.Passed, "", ""},
		"default": {"name: t\ndefaults: {await: 20s}\nsteps:\n  - id: each\n    forEach: [a, b]\n    continueOnError: true\n    await: call.state == \"incoming\"\n",
			steps.Passed, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			x := (&trial{yaml: test.yaml, service: &scripted{}}).run(t)
			x.status(t, test.status, test.text)
			end := x.end(t)
			if end.Failed != test.failed {
				t.Errorf("failed %q, want %q\n%s", end.Failed, test.failed, x.story())
			}
			if f := end.Failure; f != nil && (len(f.Hints) != 1 || !strings.Contains(f.Hints[0], "all items of its forEach together")) {
				t.Errorf("hints %q", f.Hints)
			}
			if want := map[string]time.Duration{"own, of an await": 4 * time.Second, "default": 40 * time.Second}[name]; want > 0 && end.Took != want {
				t.Errorf("took %v, want %v", end.Took, want)
			}
		})
	}
}

// A step's name may hold expressions; records have them evaluated, the plan as they are written.
func TestNamesWithExpressions(t *testing.T) {
	x := (&trial{opt: Options{Row: schema.Row{Name: "who=carol", Values: map[string]any{"who": "carol"}}}, yaml: `
name: names
matrix: {who: [carol]}
vars: {n: 1}
steps:
  - name: ring ${{ matrix.who }}
    id: ring
    log: hi
  - name: item ${{ item }}
    forEach: [1, {a: 2}]
    log: hi
  - name: skipped ${{ item }}
    if: n > 2
    forEach: [1]
    log: hi
  - name: ${{ join(["a", "b"]) }}
    log: hi
`}).run(t)
	var labels []string
	for _, r := range x.records {
		if r.StepStart != nil {
			labels = append(labels, r.StepStart.Label)
		}
	}
	want := []string{"ring carol", "item 1", `item {"a":2}`, "skipped ${{ item }}", "ab"}
	if diff := cmp.Diff(want, labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if got := compile(t, x.yaml, nil).Steps[0].Name; got != "ring ${{ matrix.who }}" {
		t.Errorf("the plan calls the first step %q", got)
	}
}

// A request's own headers go out, also instead of those that every request carries; a name that only the run knows is
// checked when it is known.
func TestHeadersOfARequest(t *testing.T) {
	x := (&trial{yaml: `
name: headers
vars: {who: dora, more: {Host: evil.example}}
steps:
  - request: {path: /a, headers: {x-who: "for ${{ who }}", ConsistencyLevel: eventual, scenario-id: mine}}
  - request: {path: /b, headers: "${{ more }}"}
`, service: &scripted{}}).run(t)
	x.status(t, steps.Failed, "the header Host is the connection's own affair")
	if n := len(x.service.headers); n != 1 {
		t.Fatalf("%d requests went out", n)
	}
	sent := x.service.headers[0]
	got := []string{sent.Get("X-Who"), sent.Get("ConsistencyLevel"), strings.Join(sent.Values("Scenario-Id"), ",")}
	if diff := cmp.Diff([]string{"for dora", "eventual", "mine"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if sent.Get("client-request-id") == "" || sent.Get("Authorization") == "" {
		t.Errorf("headers: %v", sent)
	}
	if f := x.Failure; f.Pos.Line != 6 {
		t.Errorf("the failure is at %v", f.Pos)
	}
}
