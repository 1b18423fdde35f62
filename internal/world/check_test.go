package world

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestSceneCheck(t *testing.T) {
	carol := map[string]*Person{"carol": {}}
	tests := []struct {
		name  string
		scene Scene
		want  string // part of the only problem; "": none
	}{
		{"good", Scene{People: carol, Script: []Action{{Deed: Deed{Dial: &Dial{From: "carol"}}}, {At: time.Second, Deed: Deed{HangUp: &Who{"carol"}}}},
			Faults: []Fault{{Fault: "invite", Status: 429}, {Fault: "notification", Match: "true", Drop: true}, {Fault: "answer", Delay: 1}}}, ""},
		{"two reactions", Scene{People: map[string]*Person{"carol": {Busy: true, Answers: &Answers{}}}}, "people.carol: answers and busy exclude each other"},
		{"one id", Scene{People: map[string]*Person{"a": {ID: "AB"}, "b": {ID: "ab"}}}, "people.b: ab is a's already"},
		{"stranger", Scene{People: carol, Script: []Action{{Deed: Deed{HangUp: &Who{"caro"}}}}}, `script[0]: nobody here is called "caro"; there are carol`},
		{"nothing done", Scene{Script: []Action{{}}}, "script[0]: an action needs exactly one of dial, hangUp, leave, join, press, speak, mute, unmute, transfer, admit, remove, share, unshare; this one has 0"},
		{"two things done", Scene{Script: []Action{{Deed: Deed{Leave: &Who{"a"}, HangUp: &Who{"a"}}}}}, "this one has 2"},
		{"fault without effect", Scene{Faults: []Fault{{Fault: "invite"}}}, "faults[0]: it does nothing"},
		{"unknown target", Scene{Faults: []Fault{{Fault: "invte", Status: 500}}}, `faults[0]: fault "invte" strikes nothing; it may be notification or createCall, answer,`},
		{"lost notification", Scene{Faults: []Fault{{Fault: "notification", Lost: true}}}, "faults[0]: status, retryAfter, lost and reset are for requests"},
		{"dropped request", Scene{Faults: []Fault{{Fault: "invite", Drop: true}}}, "faults[0]: match, drop, duplicate and early are for notifications"},
		{"words without a status", Scene{Faults: []Fault{{Fault: "invite", Code: "Busy"}}}, "faults[0]: code and message stand in the response that a status gives"},
		{"no failure", Scene{Faults: []Fault{{Fault: "invite", Status: 200}}}, "faults[0]: status 200 is no failure"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := errors.Join(tt.scene.Check()...)
			switch {
			case tt.want == "" && got == nil:
			case tt.want == "" || got == nil || !strings.Contains(got.Error(), tt.want) || strings.Contains(got.Error(), "\n"):
				t.Errorf("got %v, want %q", got, tt.want)
			}
		})
	}
}
