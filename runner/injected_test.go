package runner

import (
	"slices"
	"strings"
	"testing"

	"callflow/steps"
)

// A failure that the scenario ordered from the simulator says so, and where; it is no case for the service's support, and no
// outcome to expect. One that nobody ordered says nothing of faults.
func TestInjectedFailure(t *testing.T) {
	const head = `
name: ring
simulate:
  people:
    dora: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}
    carol: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}
  script:
    - dial: {from: carol}
  faults:
`
	const ring = `
steps:
  - createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
`
	const handOver = `
steps:
  - await: call.state == "incoming"
    capture: {leg: call.id}
  - answer: ${{ leg }}
  - transfer:
      call: ${{ leg }}
      transferTarget: {identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}
    until: refused
  - getCall: ${{ leg }}
`
	for _, tt := range []struct{ name, yaml, fact string }{
		{"the call fails", head + "    - {fault: createCall, fails: {code: 500, subcode: 7117}}" + ring,
			"the scenario's own fault (test.yaml:10:7) made the simulator answer so"},
		{"the second entry strikes", head + "    - {fault: hangUp, status: 500}\n    - {fault: createCall, status: 500}" + ring,
			"the scenario's own fault (test.yaml:11:7) made the simulator answer so"},
		{"the transfer before took the call away", head + "    - {fault: transfer, fails: {code: 500, subcode: 7000, gone: true}}" + handOver,
			"the scenario's own fault (test.yaml:10:7) made the transfer before it end so"},
		{"another request is struck", head + "    - {fault: answer, delay: 1s}" + handOver + "  - hangUp: ${{ leg }}\n  - getCall: ${{ leg }}", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := (&trial{yaml: tt.yaml}).run(t).Failure
			if f == nil {
				t.Fatal("it passes")
			}
			told := slices.ContainsFunc(f.Facts, func(k steps.Fact) bool { return strings.Contains(k.Text, " fault") })
			if tt.fact == "" && told || tt.fact != "" && !slices.ContainsFunc(f.Facts, func(k steps.Fact) bool { return k.Text == tt.fact }) {
				t.Errorf("want %q among the facts %+v", tt.fact, f.Facts)
			}
			if slices.ContainsFunc(f.Hints, func(h string) bool { return strings.HasPrefix(h, "if that is what you expect") }) && tt.fact != "" {
				t.Errorf("the hints are %q", f.Hints)
			}
			if f.Code != nil && strings.Contains(strings.Join(f.Code.Next, "\n"), "Microsoft's support") {
				t.Errorf("it sends to the support: %q", f.Code.Next)
			}
		})
	}
}
