package runner

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/simulator"
	"callflow/steps"
)

// TestRunsEnd gives runs that would never end, or fill the memory, and says how they end instead.
func TestRunsEnd(t *testing.T) {
	doubling := func(form string) string {
		var b strings.Builder
		b.WriteString("name: doubling\nsteps:\n  - set: {a0: [x]}\n")
		for i := range 40 {
			fmt.Fprintf(&b, "  - set: {a%d: "+form+"}\n", i+1, i, i)
		}
		return b.String()
	}
	defer func(turns, held int) { maxTurns, maxHeld = turns, held }(maxTurns, maxHeld)
	maxTurns, maxHeld = 5_000, 200_000
	for _, tt := range []struct{ name, yaml, text string }{
		{"a forEach in a forEach", `
name: loops
steps:
  - id: outer
    forEach: ${{ 1..10000 }}
    continueOnError: true
    parallel:
      one:
        - {forEach: "${{ 1..10000 }}", as: inner, log: again, continueOnError: true}
`, "the run executed 5000 steps, which is the most that one may"},
		{"reads without a pause", `
name: poll
timeout: 1000000h
steps:
  - poll: {read: {getCall: c1}, condition: call.state == "terminated", every: 0s}
    timeout: 1000000h
`, "the run executed 5000 steps, which is the most that one may"},
		{"lists of large lists", `
name: lists
steps:
  - {forEach: "${{ 1..10000 }}", set: {list: "${{ 1..10000 }}"}}
`, "the names of the run hold more than 200000 values"},
		{"a value that holds itself many times", doubling("'${{ [a%d, a%d] }}'"), "the value is too large: written out it has more than 100000 parts"},
		{"the same in lists of the scenario", doubling("['${{ a%d }}', '${{ a%d }}']"), "the value is too large: it holds one list or object many times over"},
		{"a body that holds a list many times", "name: body\nsteps:\n  - set: {a: '${{ 1..10000 }}'}\n  - request: {method: POST, path: /x, body: [" +
			strings.Repeat("'${{ a }}', ", 200) + "]}\n", "the value is too large: it holds one list or object many times over"},
		{"a text of many large texts", "name: text\nsteps:\n  - set: {a: '${{ 1..10000 }}'}\n  - log: '" + strings.Repeat("${{ string(a) }}", 190) + "'\n",
			"cannot evaluate string(a): the text becomes longer than 1048576 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Now()
			x := (&trial{yaml: tt.yaml + "finally:\n  - {id: last, log: tidy}\n", service: &scripted{otherwise: &answer{status: 200, body: `{"id":"c1","state":"established"}`}}}).run(t)
			x.status(t, steps.Failed, tt.text)
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("took %s", took)
			}
			tidied := false
			for _, r := range x.records {
				tidied = tidied || r.Step == "last" && r.StepEnd != nil && r.StepEnd.Status == steps.Passed
			}
			if !tidied {
				t.Error("finally did not run")
			}
		})
	}
}

// TestPollEndsInTheMiddleOfARead has the response come after the poll's time, while a cancelled request may still return.
func TestPollEndsInTheMiddleOfARead(t *testing.T) {
	x := (&trial{yaml: `
name: poll
steps:
  - poll: {read: {getCall: c1}, condition: call.state == "terminated", every: 1s}
    timeout: 5s
`, service: &scripted{otherwise: &answer{status: 200, body: `{"id":"c1","state":"established"}`, fate: simulator.Fate{Delay: 2200 * time.Millisecond}}}}).run(t)
	x.status(t, steps.Failed, "the condition did not hold in 1 read within")
}

// TestGuardsThatCannotBeEvaluated: what must not hold and cannot be evaluated is warned of, once.
func TestGuardsThatCannotBeEvaluated(t *testing.T) {
	x := (&trial{yaml: `
name: guards
simulate: {people: {carol: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}
never: 1 / 0 == 1
steps:
  - createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]}
    until: accepted
  - await: {match: call.state == "established", failOn: event.raw.changeType < 2, never: 2 / 0 == 1}
  - simulate: {hangUp: {who: carol}}
  - expectNone: {match: event.raw.changeType < 3, for: 1s}
`}).run(t)
	x.status(t, steps.Passed, "")
	var got []string
	for _, r := range x.records {
		if r.Log != nil && r.Log.Level == "warning" {
			got = append(got, r.Step+" "+r.Log.Text)
		}
	}
	want := []string{
		" test.yaml:4:8: cannot evaluate 1 / 0 == 1: the result is not a number; it is taken not to hold",
		"steps[1] test.yaml:8:90: cannot evaluate 2 / 0 == 1: the result is not a number; it is taken not to hold",
		`steps[1] test.yaml:8:57: cannot evaluate event.raw.changeType < 2: "updated" and 2 cannot be ordered by <; it is taken not to hold`,
		`steps[3] test.yaml:10:25: cannot evaluate event.raw.changeType < 3: "deleted" and 3 cannot be ordered by <; it is taken not to hold`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}
