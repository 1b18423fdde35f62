package steps_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"callflow/schema"
	"callflow/steps"
)

// Every example in the reference is a step that a scenario may hold.
func TestExamples(t *testing.T) {
	examples := map[string]string{}
	for _, v := range steps.Verbs() {
		examples[v.Name] = v.Example
		for i, e := range v.Examples {
			examples[fmt.Sprintf("%s %d", v.Name, i+2)] = e.YAML
		}
	}
	for name, example := range examples {
		t.Run(name, func(t *testing.T) {
			step := "  - " + strings.ReplaceAll(example, "\n", "\n    ")
			if strings.HasPrefix(example, "- ") {
				step = "  " + strings.ReplaceAll(example, "\n", "\n  ")
			}
			text := fmt.Sprintf(`name: example
steps:
  - await: call.state == "incoming"
    capture: {p2pCall: call.id}
  - createCall: {chatInfo: {threadId: "19:m@thread.v2"}, meetingInfo: {organizer: {user: {id: 90ed37dc-d8e3-4e11-9de3-30a955dda06f}}}}
    capture: {meetingCall: call.id}
  - await: len(participants) == 3
    capture: {doraInMeeting: "participants[0].id", carolInMeeting: "participants[1].id", fredInMeeting: "participants[2].id"}
  - await: len(sharing) == 1
    capture: {session: "sharing[0].id"}
  - id: move
    invite: {call: "${{ meetingCall }}", participants: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]}
    until: accepted
    capture: {inviteOperation: operation.id}
%s
`, step)
			files := fstest.MapFS{"join-meeting.yaml": {Data: []byte("name: join\nvars: {subject: none}\nsteps:\n  - log: ${{ subject }}\n")}}
			_, problems := schema.Check(schema.Source{Name: "example.yaml", Text: []byte(text), FS: files}, steps.Vocabulary())
			for _, p := range problems {
				before := p.Line < 1+strings.Count(text[:strings.Index(text, step)], "\n") // what comes before the example is there for its names
				// Nor does anybody answer p2pCall: some of the examples do.
				if p.Code != "call-unanswered" && (p.Severity == schema.SeverityError || !before && p.Code != "unused-name") {
					t.Error(p)
				}
			}
		})
	}
}

// Every verb says all that the reference, completion and the checks need.
func TestVerbsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range steps.Verbs() {
		switch {
		case seen[v.Name]:
			t.Errorf("%s is in the table twice", v.Name)
		case v.Summary == "" || v.Detail == "" || v.Example == "" || v.Role == "":
			t.Errorf("%s lacks summary, detail, example or role", v.Name)
		case strings.HasSuffix(v.Summary, ".") || strings.ToLower(v.Summary[:1]) != v.Summary[:1]:
			t.Errorf("%s: a summary is a phrase in lower case: %q", v.Name, v.Summary)
		case (v.Role == schema.Acts) != (len(v.Goals) > 0):
			t.Errorf("%s: verbs that act have goals, others have none", v.Name)
		}
		seen[v.Name] = true
		for _, g := range v.Goals {
			if g.Doc == "" {
				t.Errorf("%s: goal %s lacks its doc", v.Name, g.Name)
			}
		}
		undocumented(t, v.Name+" params", v.Params)
		undocumented(t, v.Name+" outputs", v.Outputs)
	}
}

func undocumented(t *testing.T, where string, typ reflect.Type) {
	t.Helper()
	for _, f := range reflect.VisibleFields(typ) {
		if !f.Anonymous && f.Tag.Get("doc") == "" {
			t.Errorf("%s: field %s lacks its doc", where, f.Name)
		}
	}
}
