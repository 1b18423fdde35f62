package runner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callflow/steps"
)

const lonely = `
name: leg without end
simulate:
  people:
    carol: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698, displayName: Carol}
  faults:
    - {fault: notification, match: call.state == "terminated", drop: true}
steps:
  - createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]}
    capture: {leg: call.id}
  - sleep: 1s
  - simulate: {hangUp: carol}
  - sleep: 1s
`

// TestOrphan: a call whose end nobody was told of is listed at the end of the run, whether cleanup or a step finds it gone.
func TestOrphan(t *testing.T) {
	for name, test := range map[string]struct{ more, action string }{
		"found by cleanup": {"", "hangUp"},
		"found by a step":  {"  - getCall: ${{ leg }}\n    continueOnError: true\n", "none"},
	} {
		t.Run(name, func(t *testing.T) {
			x := (&trial{yaml: lonely + test.more}).run(t)
			x.status(t, steps.Passed, "")
			var found []steps.Cleaned
			for _, r := range x.records {
				if r.Cleanup != nil {
					found = append(found, *r.Cleanup)
				}
			}
			if len(found) != 1 || found[0].Orphan == nil {
				t.Fatalf("%+v\n%s", found, x.story())
			}
			o := found[0].Orphan
			got := []string{found[0].Action, o.Last, o.Polled, o.Verdict}
			want := []string{test.action, "call established with audio active", `404 8522 "Call not found."`, "ended, and its notification is lost or late"}
			if diff := cmp.Diff(want, got); diff != "" || o.LastAt.IsZero() {
				t.Errorf("the orphan (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEstablishedAgain: an await that takes the call of a failed transfer for an established one is warned of, unless it
// looks at the result.
func TestEstablishedAgain(t *testing.T) {
	const scenario = `
name: back
simulate:
  people:
    carol: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}
    dora: {id: 550fae72-d251-43ec-868c-373732c2704f, declines: 1s}
steps:
  - createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]}
    capture: {leg: call.id}
  - sleep: 1s
  - id: move
    transfer: {call: "${{ leg }}", transferTarget: {identity: {user: {id: 550fae72-d251-43ec-868c-373732c2704f}}}}
    until: accepted
  - await: {from: move, match: call.state == "established"MORE}
`
	for more, warned := range map[string]bool{"": true, " && call.resultInfo != nil": false} {
		x := (&trial{yaml: strings.Replace(scenario, "MORE", more, 1)}).run(t)
		x.status(t, steps.Passed, "")
		got := false
		for _, r := range x.records {
			got = got || r.Log != nil && r.Log.Level == "warning" && strings.Contains(r.Log.Text, "says established, but with the result 500/7000")
		}
		if got != warned {
			t.Errorf("match%s: warned %v\n%s", more, got, x.story())
		}
	}
}
