package runner

import (
	"slices"
	"strings"
	"testing"
)

// Who writes a person's id where a participant's is wanted is told so, and by whose it is; a code that any 404 has would
// say less.
func TestUnlistedParticipant(t *testing.T) {
	for id, hint := range map[string]string{
		"112f7296-5fa4-42ca-bae8-6a692b15d4b8": "that is the id of Dora; as participant of this call they have the id ",
		"00000000-5fa4-42ca-bae8-6a692b15d4b8": "participants have an id of their own in each call",
	} {
		x := (&trial{yaml: `
name: mute
simulate:
  people:
    dora: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8, displayName: Dora}
    carol: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}
steps:
  - createCall:
      targets:
        - identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}
        - identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}
    capture: {leg: call.id}
  - await: len(participants) == 3
  - muteParticipant: {call: "${{ leg }}", participant: ` + id + `}
`}).run(t)
		f := x.Failure
		if f == nil || f.Graph == nil || f.Graph.Status != 404 {
			t.Fatalf("the failure is %+v", f)
		}
		if !slices.ContainsFunc(f.Hints, func(h string) bool { return strings.HasPrefix(h, hint) }) {
			t.Errorf("%s: the hints are %q", id, f.Hints)
		}
	}
}
