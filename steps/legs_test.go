package steps_test

import (
	"fmt"
	"strings"
	"testing"

	"callflow/schema"
	"callflow/steps"
)

// TestLegs: Carol rings the bot, which asks Heidi on a consult leg; then come the steps of a case. want is how the only problem
// begins, with its line and code, "!" when it is an error, and its hint behind a bar; "": there is none.
func TestLegs(t *testing.T) {
	const before = `vars:
  caller: 8a34a46b-3d17-4adc-8dce-dc4e7d572698
  heidi: 550fae72-d251-43ec-868c-373732c2704f
  dora: 112f7296-5fa4-42ca-bae8-6a692b15d4b8
  same: 550FAE72-D251-43EC-868C-373732C2704F
steps:
- await: call.state == "incoming" && call.source.identity.user.id == caller
  capture: {callerLeg: call.id}
- answer: ${{ callerLeg }}
- createCall: {targets: [{identity: {user: {id: "${{ heidi }}"}}}]}
  capture: {consultLeg: call.id}
`
	transfer := func(call, target, replaces string) string {
		return fmt.Sprintf("- transfer: {call: \"${{ %s }}\", transferTarget: {identity: {user: {id: %s}}%s}}\n", call, named(target), replacing(replaces))
	}
	invite := func(call, who, replaces string) string {
		return fmt.Sprintf("- invite: {call: \"${{ %s }}\", participants: [{identity: {user: {id: %s}}%s}]}\n", call, named(who), replacing(replaces))
	}
	const heidiID = "550fae72-d251-43ec-868c-373732c2704f"
	dora := "- createCall: {targets: [{identity: {user: {id: \"${{ dora }}\"}}}]}\n  capture: {doraLeg: call.id}\n"
	for _, tt := range []struct{ name, steps, want string }{
		{"right", transfer("callerLeg", "heidi", "consultLeg"), ""},
		{"right, the other way round: Heidi is moved to Carol", transfer("consultLeg", "caller", "callerLeg"), ""},
		{"right, by her id", transfer("callerLeg", heidiID, "consultLeg"), ""},
		{"right, by another var with her id", transfer("callerLeg", "same", "consultLeg"), ""},
		{"right, somebody else is moved from the consult leg", transfer("consultLeg", "dora", ""), ""},
		{"right, an invite", invite("callerLeg", "heidi", "consultLeg"), ""},

		{"exchanged", transfer("consultLeg", "heidi", "callerLeg"),
			"!12:20 legs-confused: call and replacesCallId are exchanged: the target, heidi, is on consultLeg | write call: ${{ callerLeg }} and replacesCallId: ${{ consultLeg }}"},
		{"exchanged, by her id", transfer("consultLeg", heidiID, "callerLeg"), "!12:20 legs-confused: call and replacesCallId are exchanged | write call"},
		{"exchanged in an invite", invite("consultLeg", "heidi", "callerLeg"),
			"!12:18 legs-confused: call and replacesCallId are exchanged: heidi is invited, and is on consultLeg | write call: ${{ callerLeg }} and replacesCallId: ${{ consultLeg }}"},
		{"exchanged, only accepted", transfer("consultLeg", "heidi", "callerLeg") + "  until: accepted\n- await: call.id == consultLeg && call.state == \"terminated\"\n", "!12:20 legs-confused: call and | write call"},
		{"exchanged under an if", transfer("consultLeg", "heidi", "callerLeg") + "  if: run.dialect == \"beta\"\n", "12:20 legs-confused: call and | write call"},
		{"exchanged in a branch", "- parallel:\n    a:\n    " + transfer("consultLeg", "heidi", "callerLeg"), "14:24 legs-confused: call and | write call"},
		{"exchanged, and the refusal is meant", transfer("consultLeg", "heidi", "callerLeg") + "  until: refused\n", ""},
		{"exchanged, and borne", transfer("consultLeg", "heidi", "callerLeg") + "  continueOnError: true\n", ""},
		{"the transferee as target", transfer("callerLeg", "caller", "consultLeg"), "!12:79 legs-confused: the target, caller, is on callerLeg: this transfers them to themselves | name heidi, who is on consultLeg"},
		{"the caller is invited, from the consult leg", invite("callerLeg", "caller", "consultLeg"), "!12:76 legs-confused: caller is invited, and is on callerLeg already | name heidi, who is on consultLeg"},

		{"the consult leg twice", transfer("consultLeg", "heidi", "consultLeg"), "!12:20 legs-confused: call and replacesCallId are the same leg: call is the leg of whom is transferred | write call: ${{ callerLeg }}"},
		{"the caller's leg twice", transfer("callerLeg", "heidi", "callerLeg"), "!12:113 legs-confused: call and replacesCallId are the same leg | write replacesCallId: ${{ consultLeg }}"},
		{"one leg under two names", "- set: {other: \"${{ callerLeg }}\"}\n" + transfer("callerLeg", "heidi", "other"), "!13:113 legs-confused: call and replacesCallId are the same leg | write replacesCallId: ${{ consultLeg }}"},
		{"a leg that replaces itself in an invite", invite("callerLeg", "heidi", "callerLeg"), "!12:110 legs-confused: call and replacesCallId are the same leg: call is the one that people are invited into | write replacesCallId: ${{ consultLeg }}"},

		{"to herself", transfer("consultLeg", "heidi", ""), "12:20 leg-party: this transfers heidi to themselves | write call: ${{ callerLeg }}"},
		{"to her voicemail", strings.Replace(transfer("consultLeg", "heidi", ""), "identity:", "endpointType: voicemail, identity:", 1), ""},
		{"out of a group call", "- invite: {call: \"${{ consultLeg }}\", participants: [{identity: {user: {id: \"${{ dora }}\"}}}]}\n" +
			"- transfer: {call: \"${{ consultLeg }}\", transferee: {identity: {user: {id: \"${{ dora }}\"}}}, transferTarget: {identity: {user: {id: \"${{ heidi }}\"}}}}\n  until: refused\n", ""},
		{"who is there is invited", invite("consultLeg", "heidi", ""), "12:77 leg-party: heidi is on consultLeg already | invite somebody else"},
		{"who was there is invited again", invite("consultLeg", "dora", "") + invite("consultLeg", "heidi", ""), ""},
		{"the consult leg is forgotten", transfer("callerLeg", "heidi", ""), "12:79 leg-party: heidi is with the bot on consultLeg already | add replacesCallId: ${{ consultLeg }}"},
		{"the consult leg is forgotten in an invite", invite("callerLeg", "heidi", ""), "12:76 leg-party: heidi is with the bot on consultLeg already | add replacesCallId"},
		{"the consult leg was hung up", "- hangUp: ${{ consultLeg }}\n" + transfer("callerLeg", "heidi", ""), ""},
		{"the consult leg has ended", "- await: call.id == consultLeg && call.state == \"terminated\"\n" + transfer("callerLeg", "heidi", ""), ""},
		{"somebody else than on the leg", transfer("callerLeg", "dora", "consultLeg"), "12:79 leg-party: dora is not on the leg in replacesCallId: consultLeg is with heidi | name heidi"},
		{"the wrong one of two consult legs", dora + transfer("callerLeg", "dora", "consultLeg"), "14:79 leg-party: dora is not on the leg in replacesCallId | name heidi, or the leg to dora: replacesCallId: ${{ doraLeg }}"},
		{"by number, and then by id", strings.Replace(transfer("callerLeg", "x", "consultLeg"), `user: {id: "${{ x }}"}`, `phone: {id: "+12065550111"}`, 1), ""},
		{"somebody only the run knows", "- set: {who: \"${{ run.id }}\"}\n" + transfer("callerLeg", "who", "consultLeg"), ""},

		{"the consult leg was hung up, and is replaced", "- hangUp: ${{ consultLeg }}\n" + transfer("callerLeg", "heidi", "consultLeg"),
			"!13:113 call-ended: there is no call left that this could replace: hangUp in line 12 has hung it up | let that call go on"},
		{"it was hung up under an if", "- if: run.dialect == \"beta\"\n  hangUp: ${{ consultLeg }}\n" + transfer("callerLeg", "heidi", "consultLeg"), ""},
		{"a participant is taken out of a meeting, which goes on", invite("consultLeg", "dora", "") + invite("callerLeg", "dora", "consultLeg") + "- listParticipants: ${{ consultLeg }}\n- muteAll: {call: \"${{ consultLeg }}\", participants: [x]}\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, ps := schema.Check(schema.Source{Name: "s.yaml", Text: []byte(before + tt.steps)}, steps.Vocabulary())
			var found schema.Problems
			for _, p := range ps {
				if p.Code != "unused-name" {
					found = append(found, p)
				}
			}
			if len(found) == 0 && tt.want == "" {
				return
			}
			text, hint, _ := strings.Cut(tt.want, " | ")
			got := ""
			if len(found) == 1 {
				got = fmt.Sprintf("%d:%d %s: %s", found[0].Line, found[0].Col, found[0].Code, found[0].Text)
				if found[0].Severity == schema.SeverityError {
					got = "!" + got
				}
			}
			if got == "" || tt.want == "" || !strings.HasPrefix(got, text) || !strings.HasPrefix(found[0].Hint, hint) {
				t.Errorf("got:\n%s\nwant: %s", found.Error(), tt.want)
			}
		})
	}
}

func named(who string) string {
	if strings.Contains(who, "-") {
		return who
	}
	return "\"${{ " + who + " }}\""
}

func replacing(leg string) string {
	if leg == "" {
		return ""
	}
	return ", replacesCallId: \"${{ " + leg + " }}\""
}
