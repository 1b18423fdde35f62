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
		{"one id", Scene{People: map[string]*Person{"a": {ID: "8A34A46B3D174ADC8DCEDC4E7D572698"}, "b": {ID: "8a34a46b3d174adc8dcedc4e7d572698"}}}, "people.b: 8a34a46b3d174adc8dcedc4e7d572698 is a's already"},
		{"no GUID", Scene{People: map[string]*Person{"a": {ID: "AB", Kind: "guest"}}}, `people.a: "AB" is not a GUID`},
		{"no ACS user", Scene{People: map[string]*Person{"a": {ID: "AB", Kind: "azureCommunicationServicesUser"}}}, `people.a: "AB" is no id of an ACS user`},
		{"any text on premises", Scene{People: map[string]*Person{"a": {ID: "sip:a@contoso.com", Kind: "onPremises"}}}, ""},
		{"a telephone of a kind", Scene{People: map[string]*Person{"a": {Phone: "+15551234567", Kind: "guest"}}}, "people.a: a telephone number and the kind guest exclude each other"},
		{"stranger", Scene{People: carol, Script: []Action{{Deed: Deed{HangUp: &Who{"caro"}}}}}, `script[0]: nobody here is called "caro"; there are carol`},
		{"nothing done", Scene{Script: []Action{{}}}, "script[0]: an action needs exactly one of dial, hangUp, leave, join, press, speak, mute, unmute, transfer, admit, remove, share, unshare; this one has 0"},
		{"two things done", Scene{Script: []Action{{Deed: Deed{Leave: &Who{"a"}, HangUp: &Who{"a"}}}}}, "this one has 2"},
		{"fault without effect", Scene{Faults: []Fault{{Fault: "invite"}}}, "faults[0]: it does nothing"},
		{"token", Scene{Faults: []Fault{{Fault: "token", Status: 401}, {Fault: "token", Delay: time.Second, Times: 2}}}, ""},
		{"token of a step", Scene{Faults: []Fault{{Fault: "token", Status: 401, Step: "x"}}}, `no step tells one request for a token from another`},
		{"token lost", Scene{Faults: []Fault{{Fault: "token", Lost: true}}}, `lost is for other requests; the request for a token takes status,`},
		{"token without effect", Scene{Faults: []Fault{{Fault: "token", Times: 2}}}, "it does nothing"},
		{"token granted with an error", Scene{Faults: []Fault{{Fault: "token", Status: 200}}}, "status 200 is no failure"},
		{"unknown target", Scene{Faults: []Fault{{Fault: "invte", Status: 500}}}, `faults[0]: fault "invte" strikes nothing; it may be notification or createCall, answer,`},
		{"lost notification", Scene{Faults: []Fault{{Fault: "notification", Lost: true}}}, "faults[0]: lost is for requests; a notification takes drop, duplicate, early, reorder, misroute, empty, unknownType, badToken, slow and delay"},
		{"dropped request", Scene{Faults: []Fault{{Fault: "invite", Drop: true}}}, "faults[0]: drop is for notifications; a request takes status, code, message, wrapped, retryAfter, lost, reset, fails, ghost, phantom and delay"},
		{"request of a kind", Scene{Faults: []Fault{{Fault: "invite", Kind: "call", Lost: true}}}, "faults[0]: kind is for notifications"},
		{"words without a status", Scene{Faults: []Fault{{Fault: "invite", Code: "Busy"}}}, "faults[0]: code, message and wrapped are about the response that a status gives"},
		{"wrapped nothing", Scene{Faults: []Fault{{Fault: "invite", Status: 403, Wrapped: true}}}, "faults[0]: wrapped needs the code"},
		{"stranger with", Scene{People: carol, Faults: []Fault{{Fault: "invite", With: "carl", Lost: true}}}, `faults[0]: nobody here is called "carl"; there are carol`},
		{"chance", Scene{Faults: []Fault{{Fault: "invite", Chance: new(1.5), Lost: true}}}, "faults[0]: chance 1.5 is no share"},
		{"call 0", Scene{Faults: []Fault{{Fault: "invite", Call: -1, Lost: true}}}, "faults[0]: call -1 is none"},
		{"operation of a request", Scene{Faults: []Fault{{Fault: "invite", Operation: "invite", Lost: true}}}, "faults[0]: operation is for notifications and getOperation"},
		{"operation of a call's kind", Scene{Faults: []Fault{{Fault: "notification", Operation: "invite", Kind: "call", Drop: true}}}, "faults[0]: no notification of kind call is about an operation"},
		{"context of none", Scene{Faults: []Fault{{Fault: "answer", Context: "x", Lost: true}}}, "faults[0]: answer begins no operation"},
		{"reset and delay", Scene{Faults: []Fault{{Fault: "invite", Reset: true, Delay: 1}}}, "faults[0]: reset and delay exclude each other"},
		{"ghost that fails", Scene{Faults: []Fault{{Fault: "invite", Ghost: true, Fails: &Failing{Code: 500}}}}, "faults[0]: fails and ghost exclude each other"},
		{"lost but acting", Scene{Faults: []Fault{{Fault: "invite", Lost: true, Fails: &Failing{Code: 500}}}}, ""},
		{"a failure that succeeds", Scene{Faults: []Fault{{Fault: "invite", Fails: &Failing{Code: 200}}}}, "faults[0]: code 200 is no failure; it is 400 or more"},
		{"what cannot fail", Scene{Faults: []Fault{{Fault: "hangUp", Fails: &Failing{Code: 500}}}}, "faults[0]: nothing that hangUp begins could fail"},
		{"ends", Scene{Faults: []Fault{{Fault: "invite", Fails: &Failing{Code: 500, Ends: true}}}}, "faults[0]: ends goes with transfer"},
		{"ends and gone", Scene{Faults: []Fault{{Fault: "transfer", Fails: &Failing{Code: 500, Ends: true, Gone: true}}}}, "faults[0]: ends and gone exclude each other"},
		{"gone", Scene{Faults: []Fault{{Fault: "invite", Fails: &Failing{Code: 500, Gone: true}}}}, "faults[0]: gone goes with transfer"},
		{"a ghost's call", Scene{Faults: []Fault{{Fault: "createCall", Ghost: true}}}, "faults[0]: ghost goes with transfer and operations"},
		{"dropped twice", Scene{Faults: []Fault{{Fault: "notification", Drop: true, Duplicate: true}}}, "faults[0]: drop and duplicate exclude each other"},
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
