package schema

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// flowVocabulary is the small one with verbs on an incoming call and on an established one.
func flowVocabulary() *Vocabulary {
	voc := smallVocabulary()
	for _, v := range []Verb{{Name: "answer"}, {Name: "transfer"}, {Name: "mute", Operates: true}} {
		v.Role, v.Summary = Acts, v.Name+" a call"
		v.Goals = []Goal{{Name: "done", Doc: "It is done."}, {Name: "accepted", Doc: "It was accepted."}}
		v.Params, v.Outputs = reflect.TypeFor[callParams](), reflect.TypeFor[actedOutputs]()
		v.Incoming = v.Name == "answer"
		if v.Name == "transfer" {
			v.Lasts = []string{"accepted"}
		}
		voc.Verbs = append(voc.Verbs, &v)
	}
	voc.Verbs = append(voc.Verbs, &Verb{Name: "peek", Role: Acts, Summary: "look at a call", Harmless: func(any) bool { return true },
		Goals: voc.Verbs[len(voc.Verbs)-1].Goals, Params: reflect.TypeFor[callParams](), Outputs: reflect.TypeFor[actedOutputs]()})
	voc.Verbs = append(voc.Verbs, &Verb{Name: "stop", Role: Acts, Summary: "stop an operation",
		Goals: voc.Verbs[len(voc.Verbs)-1].Goals, Params: reflect.TypeFor[stopParams](), Outputs: reflect.TypeFor[actedOutputs]()})
	return voc
}

type stopParams struct {
	Operation string `json:"operation" operation:"true"`
}

const (
	incoming = `
- await: call.state == "incoming"
  capture: {leg: call.id}
- answer: ${{ leg }}`
	outgoing = `
- id: ring
  createCall: {subject: x}
  capture: {leg: call.id}`
	inviting = `
- id: move
  invite: {call: "${{ leg }}", participants: []}
  capture: {op: operation.id}`
)

func TestFlow(t *testing.T) {
	stale := func(line, col int, what, hint string) string {
		return fmt.Sprintf("%d:%d await-stale: %s | %s", line, col, what, hint)
	}
	never := func(line, col int, what, hint string) string {
		return strings.TrimSuffix(fmt.Sprintf("%d:%d await-unsatisfiable: %s | %s", line, col, what, hint), " | ")
	}
	tests := []struct {
		name, steps string
		want        []string
	}{
		// Not stale.
		{"the verb that made the call", outgoing + `
- await: call.id == leg && call.state == "established"`, nil},
		{"the verb that answered the call", incoming + `
- await: call.id == leg && call.state == "established"`, nil},
		{"any event after the first verb", outgoing + `
- await: any(participants, .identity.user.id == "x")`, nil},
		{"pinned to the operation", outgoing + inviting + `
- await: operation.id == op && operation.status == "completed"`, nil},
		{"pinned to the operation of the step", outgoing + inviting + `
- await: {operation: "${{ steps.move.operation.id }}", match: operation.status == "completed"}`, nil},
		{"pinned to an earlier operation", outgoing + inviting + `
- mute: ${{ leg }}
- await: operation.id == op && operation.status == "completed"`, nil},
		{"the end of a call", outgoing + inviting + `
- await: call.id == leg && call.state == "terminated"`, nil},
		{"the end of the only call", outgoing + inviting + `
- await: call.state == "terminated"`, nil},
		{"the first operation", outgoing + inviting + `
- await: operation.status == "completed"`, nil},
		{"somebody whom the last step invites", outgoing + `
- set: {carol: c}
- invite: {call: "${{ leg }}", participants: [{identity: {user: {id: "${{ carol }}"}}}]}
- await: any(participants, .identity.user.id == carol)`, nil},
		{"from is given", outgoing + inviting + `
- await: {from: move, match: call.id == leg && call.state == "established"}`, nil},
		{"from start is given", outgoing + inviting + `
- await: {from: start, match: call.id == leg && call.state == "established"}`, nil},
		{"another call", incoming + `
- createCall: {subject: y}
  capture: {other: call.id}
- await: call.id == leg && call.state == "established"`, nil},
		{"a second incoming call", incoming + inviting + `
- await: call.state == "incoming" && call.source.identity.user.id == "x"`, nil},
		{"under an if that the await has not", outgoing + `
- if: run.id == "x"
  hangUp: ${{ leg }}
- await: call.id == leg && call.state == "established"`, nil},
		{"a step that changes nothing", outgoing + `
- peek: ${{ leg }}
- await: call.id == leg && call.state == "established"`, nil},
		{"expectNone sees new events only", outgoing + inviting + `
- expectNone: {match: call.id == leg && call.state == "established", for: 1s}`, nil},

		// Stale.
		{"a state after a second verb", outgoing + inviting + `
- await: call.id == leg && call.state == "established"`,
			[]string{stale(8, 10, `an event from before "move" (invite, line 5) could match, on the same call`, "write from: move beside match: …")}},
		{"the same through steps", outgoing + inviting + `
- await:
    match: steps.ring.call.id == call.id && call.state in ["established"]`,
			[]string{stale(9, 12, `an event from before "move" (invite, line 5) could match, on the same call`, "write from: move")}},
		{"the same through set and a capture of the await", incoming + `
- set: {same: "${{ leg }}"}
- transfer: ${{ same }}
- await: call.state == "established" && call.id == leg`,
			[]string{stale(7, 10, `an event from before transfer in line 6 could match, on the same call`, "give the step in line 6 an id, such as id: transfer, and write from: transfer beside match: …")}},
		{"a roster", outgoing + inviting + `
- await: call.id == leg && len(participants) > 1`,
			[]string{stale(8, 10, `an event from before "move" (invite, line 5) could match, on the same call`, "write from: move beside match: …")}},
		{"somebody who may be on another call's roster", incoming + `
- createCall: {subject: x}
  capture: {other: call.id}
- id: add
  invite: {call: "${{ other }}", participants: [{identity: {user: {id: c}}}]}
- await: any(participants, .identity.user.id == "c")`,
			[]string{stale(9, 10, `an event from before "add" (invite, line 7) could match, as the expression names no call`, "write from: add beside match: …")}},
		{"any event of the call", outgoing + inviting + `
- await: call.id == leg`,
			[]string{stale(8, 10, `an event from before "move" (invite, line 5) could match, on the same call`, "write from: move beside match: …")}},
		{"an operation without its id", outgoing + inviting + `
- id: quiet
  mute: ${{ leg }}
- await: operation.status == "completed"`,
			[]string{stale(10, 10, `an event from before "quiet" (mute, line 8) could match, as the expression names no call`, "write from: quiet beside match: …")}},
		{"parts by themselves", outgoing + inviting + `
- await:
    all:
      completed: operation.id == op && operation.status == "completed"
      joined: any(participants, .identity.user.id == "x")
      ended: call.id == leg && call.state == "terminated"`,
			[]string{stale(11, 15, `joined: an event from before "move" (invite, line 5) could match, as the expression names no call`, "write from: move")}},
		{"the end of some call", outgoing + `
- id: second
  createCall: {subject: y}
- await: call.state == "terminated"`,
			[]string{stale(7, 10, `an event from before "second" (createCall, line 5) could match, as the expression names no call`, "write from: second beside match: …")}},
		{"in a branch", outgoing + `
- parallel:
    left:
      - id: move
        invite: {call: "${{ leg }}", participants: []}
      - await: call.id == leg && call.state == "established"
    right:
      - await: call.id == leg && call.state == "established"`,
			[]string{stale(9, 16, `an event from before "move" (invite, line 7) could match, on the same call`, "write from: move beside match: …")}},

		// Never.
		{"no source of events", `
- await: call.id == "x" && call.state == "terminated"`,
			[]string{never(2, 10, "no event can come: no step before this one places a call, and this one does not claim an incoming call", `to claim an incoming call, add: call.state == "incoming"`)}},
		{"an incoming call without its state", `
- await: call.source.identity.user.id == "x"`,
			[]string{never(2, 10, "no event can come: no step before this one places a call, and this one does not claim an incoming call", `to claim an incoming call, add: call.state == "incoming"`)}},
		{"a source in another branch", `
- parallel:
    left:
      - await: call.state == "established"
    right:
      - createCall: {subject: x}`, nil},
		{"incoming on a call of ours", outgoing + `
- await: call.id == leg && call.state == "incoming"`,
			[]string{never(5, 10, `no event matches: "ring" (createCall, line 2) places this call itself, so it is never incoming`, "")}},
		{"a call's id for an operation's", outgoing + inviting + `
- await: operation.id == leg`,
			[]string{never(8, 10, `no event matches: an operation's id is compared with the id of a call, from "ring" (createCall, line 2)`, "capture operation.id for that")}},
		{"an operation's id for a call's", outgoing + inviting + `
- await: call.id == op && call.state == "terminated"`,
			[]string{never(8, 10, `no event matches: a call's id is compared with the id of an operation, from "move" (invite, line 5)`, "capture call.id for that")}},
		{"a call where the operation is named", outgoing + inviting + `
- await: {operation: "${{ leg }}", match: operation.status == "completed"}`,
			[]string{never(8, 43, `no event matches: an operation's id is compared with the id of a call, from "ring" (createCall, line 2)`, "capture operation.id for that")}},
		{"two states at once", outgoing + `
- await: call.id == leg && call.state == "established" && call.state in ["terminated", "establishing"]`,
			[]string{never(5, 59, `no event matches: call.state == "established" (column 28) and call.state in ["terminated", "establishing"] (column 59) exclude each other`, "")}},
		{"one state out of several", outgoing + `
- await: call.id == leg && call.state in ["established", "terminated"] && call.state == "terminated"`, nil},
		{"an operation and a roster at once", outgoing + inviting + `
- await: operation.id == op && operation.status == "completed" && any(participants, .identity.user.id == "x")`,
			[]string{never(8, 67, `no event matches: operation.id == op (column 10) asks for an event about an operation, and any(participants, .identity.user.id == "x") (column 67) for one about a roster`, "wait for two events: all: {one: …, two: …}")}},
		{"an operation or a roster", outgoing + `
- await: operation.status == "completed" || any(participants, .identity.user.id == "x")`, nil},
		{"an operation that is no roster", outgoing + `
- await: operation.status == "completed" && participants == nil`, nil},
		{"an expectNone that nothing could fail", outgoing + inviting + `
- expectNone: {match: call.id == op && call.state == "terminated", for: 5s}`,
			[]string{never(8, 23, `no event matches: a call's id is compared with the id of an operation, from "move" (invite, line 5)`, "capture call.id for that")}},
		{"a failOn that never strikes", outgoing + `
- await: {match: call.id == leg && call.state == "established", failOn: operation.id == leg}`,
			[]string{never(5, 73, `no event matches: an operation's id is compared with the id of a call, from "ring" (createCall, line 2)`, "capture operation.id for that")}},

		// Ids of the wrong kind.
		{"an operation in place of a call", outgoing + inviting + `
- answer: ${{ op }}`,
			[]string{`8:11 wrong-id: a call's id is wanted, and this is the id of an operation, from "move" (invite, line 5) | capture call.id for that`}},
		{"a call in place of an operation", outgoing + `
- stop: {operation: "${{ steps.ring.call.id }}"}`,
			[]string{`5:21 wrong-id: an operation's id is wanted, and this is the id of a call, from "ring" (createCall, line 2) | capture operation.id for that`}},
	}
	for _, tt := range tests {
		text := "steps:" + tt.steps + "\n"
		_, ps := Check(Source{Name: "t.yaml", Text: []byte(text)}, flowVocabulary())
		var got []string
		for _, p := range ps {
			if p.Code == "unused-name" {
				continue // the cases capture what the next step may want
			}
			s := fmt.Sprintf("%d:%d %s: %s", p.Line, p.Col, p.Code, p.Text)
			if p.Hint != "" {
				s += " | " + p.Hint
			}
			got = append(got, s)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s%s", tt.name, diff, text)
		}
	}
}

// To the file that includes them, included steps are acts on its own calls, and their calls are known by the outputs.
func TestFlowThroughIncludes(t *testing.T) {
	fs := fstest.MapFS{
		"ring.yaml": {Data: []byte("steps:\n- id: ring\n  createCall: {subject: x}\n- mute: ${{ steps.ring.call.id }}\noutputs: {leg: steps.ring.call.id}\n")},
		"move.yaml": {Data: []byte("vars:\n  leg:\nsteps:\n- transfer: ${{ leg }}\n")},
	}
	const ring = "- id: ring\n  include: {file: ring.yaml}\n"
	for _, tt := range []struct{ name, steps, want string }{
		{"a call of the included file", ring + "- await: call.id == steps.ring.leg && call.state == \"established\"\n", ""},
		{"two of the same file", ring + "- id: again\n  include: {file: ring.yaml}\n- await: call.id == steps.ring.leg && call.state == \"established\"\n", ""},
		{"an included step acts on it", ring + "- id: move\n  include: {file: move.yaml, with: {leg: \"${{ steps.ring.leg }}\"}}\n" +
			"- await: call.id == steps.ring.leg && call.state == \"established\"\n",
			`an event from before "move" (include, line 4) could match, on the same call`},
		{"the same by a captured name", "- include: {file: ring.yaml}\n  capture: {mine: leg}\n- include: {file: move.yaml, with: {leg: \"${{ mine }}\"}}\n" +
			"- await: call.id == mine && call.state == \"established\"\n", `an event from before include in line 4 could match, on the same call`},
		{"the same with from", ring + "- id: move\n  include: {file: move.yaml, with: {leg: \"${{ steps.ring.leg }}\"}}\n" +
			"- await: {from: move, match: call.id == steps.ring.leg && call.state == \"established\"}\n", ""},
		{"a call that it places is never incoming", ring + "- await: call.id == steps.ring.leg && call.state == \"incoming\"\n",
			`no event matches: "ring" (include, line 2) places this call itself, so it is never incoming`},
	} {
		_, ps := Check(Source{Name: "main.yaml", Text: []byte("steps:\n" + tt.steps), FS: fs}, flowVocabulary())
		got := ""
		for _, p := range ps {
			got += p.Text
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// An included file may be about calls of the file that includes it; what is stale inside is found there.
func TestFlowIncludes(t *testing.T) {
	fs := fstest.MapFS{
		"wait.yaml": {Data: []byte("vars:\n  leg:\nsteps:\n- await: call.id == leg && call.state == \"terminated\"\n")},
		"call.yaml": {Data: []byte("steps:\n- createCall: {subject: x}\n  capture: {leg: call.id}\n- hangUp: ${{ leg }}\n- await: call.id == leg && call.state == \"established\"\n")},
	}
	main := "steps:\n- include: {file: call.yaml}\n- include: {file: wait.yaml, with: {leg: x}}\n- await: call.state == \"terminated\"\n"
	_, ps := Check(Source{Name: "main.yaml", Text: []byte(main), FS: fs}, flowVocabulary())
	if len(ps) != 1 || ps[0].Code != "await-stale" || ps[0].File != "call.yaml" || ps[0].Line != 5 {
		t.Errorf("%v", ps)
	}
}
