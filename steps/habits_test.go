package steps_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callflow/schema"
	"callflow/steps"
)

// The checks of habits: what they find, and above all what they must not find. Each case is a scenario without its names;
// want has line and code of each warning.
func TestHabits(t *testing.T) {
	const (
		dora     = `{identity: {user: {id: 550fae72-d251-43ec-868c-373732c2704f}}}`
		erin     = `{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}`
		carol    = `{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}`
		incoming = "steps:\n- await: call.state == \"incoming\"\n  capture: {leg: call.id}\n- answer: ${{ leg }}\n"
		desk     = "{identity: {applicationInstance: {id: 90ed37dc-d8e3-4e11-9de3-30a955dda06f}}}"
		claimed  = "steps:\n- await: call.state == \"incoming\"\n  capture: {leg: call.id}\n"
		consult  = "- transfer: {call: \"${{ leg }}\", transferTarget: {identity: {user: {id: 550fae72-d251-43ec-868c-373732c2704f}}, replacesCallId: \"${{ other }}\"}}\n"
		ring     = "steps:\n- createCall: {targets: [" + carol + "]}\n  capture: {leg: call.id}\n"
		ringSoon = "steps:\n- createCall: {targets: [" + dora + "]}\n  until: accepted\n  capture: {leg: call.id}\n"
		two      = "steps:\n- createCall: {targets: [" + carol + "]}\n  capture: {leg: call.id}\n- id: second\n  createCall: {targets: [" + dora + "]}\n  capture: {other: call.id}\n"
		invite   = "- invite: {call: \"${{ leg }}\", participants: [" + erin + "]}\n"
		people   = "vars: {carol: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}\nsimulate: {people: {carol: {id: \"${{ carol }}\"}}}\n"
		transfer = "- transfer: {call: \"${{ leg }}\", transferTarget: " + erin + "}\n"
	)
	tests := []struct {
		name, text string
		want       string
	}{
		// wrong-id
		{"a person in expectNone", people + incoming + "- expectNone: {match: call.state == \"terminated\", for: 5s, call: \"${{ carol }}\"}\n", "7 wrong-id"},
		{"a person who is compared", people + incoming + "- expectNone: {match: call.id == carol && call.state == \"terminated\", for: 5s}\n", "7 wrong-id"},
		{"a person in one part", people + incoming + "- await: {any: {back: call.id == leg, gone: carol == call.id}}\n", "7 wrong-id"},
		{"calls of a person", people + incoming + "- expect: calls[carol].ended\n", "7 wrong-id"},
		{"a request on a person", people + incoming + "- mute: ${{ carol }}\n", "7 wrong-id"},
		{"a request on whom a transfer names", "vars: {d: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}\n" + incoming + strings.Replace(transfer, "112f7296-5fa4-42ca-bae8-6a692b15d4b8", "\"${{ d }}\"", 1) + "- hangUp: ${{ d }}\n", "7 wrong-id"},
		{"a person that was captured", strings.Replace(incoming, "leg: call.id", "leg: call.id, who: call.source.identity.user.id", 1) + "- mute: ${{ who }}\n", "5 wrong-id"},
		{"a person as a person", people + incoming + "- expect: calls[leg].source.identity.user.id == carol\n", ""},

		// outcomes that until excludes
		{"an if of another outcome", incoming + "- id: first\n  " + transfer[2:] + "- if: steps.first.outcome == \"refused\"\n  log: x\n", "7 unreachable"},
		{"an if behind accepted", incoming + "- id: first\n  " + transfer[2:] + "  until: accepted\n- if: steps.first.outcome in [\"refused\", \"ended\"]\n  log: x\n- getCall: ${{ leg }}\n", "8 unreachable"},
		{"an if of the goal", incoming + "- id: first\n  " + transfer[2:] + "  until: refused\n- if: steps.first.outcome == \"refused\"\n  log: x\n", ""},
		{"an if of a step that may fail", incoming + "- id: first\n  " + transfer[2:] + "  continueOnError: true\n- if: steps.first.outcome == \"refused\"\n  log: x\n", ""},
		{"an if below an or", incoming + "- id: first\n  " + transfer[2:] + "- if: steps.first.outcome == \"refused\" || run.dialect == \"beta\"\n  log: x\n", ""},
		{"an if in finally", incoming + "- id: first\n  " + transfer[2:] + "finally:\n- if: (steps.first.outcome ?? \"refused\") == \"refused\"\n  log: x\n", ""},
		{"an outcome that was captured", incoming + transfer + "  capture: {how: outcome}\n- if: how == \"refused\"\n  log: x\n", "7 unreachable"},
		{"an expect of its own", incoming + transfer + "  expect: outcome == \"refused\"\n", "6 never-holds"},
		{"an expect behind it", incoming + "- id: first\n  " + transfer[2:] + "- expect: [steps.first.outcome != \"transferred\"]\n", "7 never-holds"},
		{"a hang-up that finds nobody", incoming + "- id: bye\n  hangUp: ${{ leg }}\n  until: accepted\n- expect: steps.bye.outcome == \"terminated\"\n", ""},

		// call-ended, and names that are written as in a shell
		{"a transfer of a call that was hung up", incoming + "- hangUp: ${{ leg }}\n" + transfer, "6 call-ended"},
		{"of another call", two + "- hangUp: ${{ leg }}\n- mute: ${{ other }}\n", ""},
		{"a look before it", incoming + "- hangUp: ${{ leg }}\n- if: not calls[leg].ended\n  mute: ${{ leg }}\n", ""},
		{"a hang-up under an if", incoming + "- if: run.dialect == \"beta\"\n  hangUp: ${{ leg }}\n" + transfer, ""},
		{"a refusal that is meant", incoming + "- hangUp: ${{ leg }}\n" + transfer + "  continueOnError: true\n", ""},
		{"hung up in another branch", incoming + "- parallel:\n    a:\n    - hangUp: ${{ leg }}\n    b:\n    - mute: ${{ leg }}\n", ""},
		{"hung up twice", incoming + "- hangUp: ${{ leg }}\n- hangUp: ${{ leg }}\n", ""},
		{"$leg", strings.Replace(incoming, "${{ leg }}", "$leg", 1), "4 plain-name"},
		{"${ leg }", strings.Replace(incoming, "${{ leg }}", "${ leg }", 1), "4 plain-name"},

		{"a call that was rejected", claimed + "- reject: ${{ leg }}\n" + transfer, "5 call-ended"},
		{"answered after it was redirected", claimed + "- redirect: {call: \"${{ leg }}\", targets: [" + dora + "]}\n- answer: ${{ leg }}\n", "5 call-ended"},
		{"a call that was transferred", incoming + transfer + "- mute: ${{ leg }}\n", "6 call-ended"},
		{"a call whose transfer was only accepted", incoming + "- id: move\n  " + transfer[2:] + "  until: accepted\n- await: {from: move, match: call.id == leg && call.state == \"established\"}\n- mute: ${{ leg }}\n", ""},
		{"a call whose transfer was refused", incoming + transfer + "  until: refused\n- mute: ${{ leg }}\n", ""},
		{"a call out of which somebody was transferred", incoming + strings.Replace(transfer, "{call:", "{transferee: "+dora+", call:", 1) + "- mute: ${{ leg }}\n", ""},
		{"a call that was handed over", two + consult + "- mute: ${{ other }}\n", "8 call-ended"},
		{"a hang-up of a call that was handed over", two + consult + "- hangUp: ${{ other }}\n", ""},
		{"an await of its end before", incoming + "- await: call.id == leg && call.state == \"terminated\"\n- mute: ${{ leg }}\n", "6 call-ended"},
		{"an await of one of two ends before", two + "- await: {any: {a: call.id == leg && call.state == \"terminated\", b: call.id == other && call.state == \"terminated\"}}\n- mute: ${{ leg }}\n", ""},
		{"a call that is to be declined", "steps:\n- createCall: {targets: [" + dora + "]}\n  until: terminated\n  capture: {leg: call.id}\n- mute: ${{ leg }}\n", "5 call-ended"},
		{"ended in a branch", incoming + "- parallel:\n    a:\n    - hangUp: ${{ leg }}\n    b:\n    - log: x\n- mute: ${{ leg }}\n", "10 call-ended"},
		{"ended in branches that may not run", incoming + "- if: run.dialect == \"beta\"\n  parallel:\n    a:\n    - hangUp: ${{ leg }}\n- mute: ${{ leg }}\n", ""},
		{"in finally, whatever became of the steps", incoming + "- hangUp: ${{ leg }}\nfinally:\n- if: leg != nil\n  mute: ${{ leg }}\n  continueOnError: true\n", ""},

		// call-unanswered
		{"a transfer without an answer", claimed + transfer, "4 call-unanswered"},
		{"a prompt without an answer", claimed + "- playPrompt: {call: \"${{ leg }}\", prompts: [{mediaInfo: {uri: \"https://x.example/a.wav\"}}]}\n", "4 call-unanswered"},
		{"tones without an answer", claimed + "- subscribeToTone: ${{ leg }}\n- mute: ${{ leg }}\n", "4 call-unanswered"},
		{"an answer that comes too late", claimed + "- mute: ${{ leg }}\n- answer: ${{ leg }}\n", "4 call-unanswered"},
		{"another call was answered", claimed + "- await: call.state == \"incoming\"\n  capture: {other: call.id}\n- answer: ${{ other }}\n- mute: ${{ leg }}\n", "7 call-unanswered"},
		{"of an await of several", "steps:\n- id: both\n  await: {all: {a: call.state == \"incoming\" && call.source.identity.user.id == \"8a34a46b-3d17-4adc-8dce-dc4e7d572698\", b: call.state == \"incoming\"}}\n- answer: ${{ steps.both.a.call.id }}\n- mute: ${{ steps.both.b.call.id }}\n", "5 call-unanswered"},
		{"an await of the established call", claimed + "- await: call.id == leg && call.state == \"established\"\n- mute: ${{ leg }}\n", "4 call-unanswered"},
		{"established or not", claimed + "- await: {any: {up: call.id == leg && call.state == \"established\", down: call.id == leg && call.state == \"terminated\"}}\n", ""},
		{"an await of a call that was rejected", claimed + "- reject: ${{ leg }}\n- await: {from: start, match: call.id == leg && call.state == \"established\"}\n", "5 await-unsatisfiable"},
		{"the end of a call that was rejected", claimed + "- reject: ${{ leg }}\n  until: accepted\n- await: call.id == leg && call.state == \"terminated\"\n", ""},
		{"an answer under an if", claimed + "- if: run.dialect == \"beta\"\n  answer: ${{ leg }}\n- mute: ${{ leg }}\n", ""},
		{"an answer under either if", claimed + "- if: run.dialect == \"beta\"\n  answer: ${{ leg }}\n- if: run.dialect != \"beta\"\n  answer: {call: \"${{ leg }}\", acceptedModalities: [audio, video]}\n- mute: ${{ leg }}\n", ""},
		{"an answer in another branch", claimed + "- parallel:\n    a:\n    - answer: ${{ leg }}\n    b:\n    - mute: ${{ leg }}\n", ""},
		{"an answer in a branch before", claimed + "- parallel:\n    a:\n    - answer: ${{ leg }}\n    b:\n    - log: x\n- mute: ${{ leg }}\n", ""},
		{"no answer in any branch", claimed + "- parallel:\n    a:\n    - mute: ${{ leg }}\n    b:\n    - log: x\n", "6 call-unanswered"},
		{"claimed in a branch, used behind it", "steps:\n- parallel:\n    a:\n    - await: call.state == \"incoming\"\n      capture: {leg: call.id}\n- mute: ${{ leg }}\n", "6 call-unanswered"},
		{"an answer of each", claimed + "- forEach: [\"${{ leg }}\"]\n  answer: ${{ item }}\n- mute: ${{ leg }}\n", ""},
		{"an answer by a request", claimed + "- request: {method: POST, path: \"/communications/calls/${{ leg }}/answer\", body: {}}\n- mute: ${{ leg }}\n", ""},
		{"an answer of a set name", claimed + "- set: {it: \"${{ leg }}\"}\n- answer: ${{ it }}\n- mute: ${{ leg }}\n", ""},
		{"a transfer that is to be refused", claimed + transfer + "  until: refused\n", ""},
		{"a request that may fail", claimed + "- mute: ${{ leg }}\n  continueOnError: true\n", ""},
		{"what an incoming call allows", claimed + "- getCall: ${{ leg }}\n- hangUp: ${{ leg }}\n", ""},
		{"a call that the bot places", ring + transfer, ""},

		// call-not-incoming
		{"answered twice", incoming + "- answer: ${{ leg }}\n", "5 call-not-incoming"},
		{"redirected after the answer", incoming + "- redirect: {call: \"${{ leg }}\", targets: [" + dora + "]}\n", "5 call-not-incoming"},
		{"an answer of one's own call", ring + "- answer: ${{ leg }}\n", "4 call-not-incoming"},
		{"answered in a branch, and behind it", claimed + "- parallel:\n    a:\n    - answer: ${{ leg }}\n- answer: ${{ leg }}\n", "7 call-not-incoming"},
		{"a second answer that is to be refused", incoming + "- answer: ${{ leg }}\n  continueOnError: true\n", ""},
		{"an answer that was not waited for", claimed + "- answer: ${{ leg }}\n  until: accepted\n- answer: ${{ leg }}\n", ""},
		{"either answered or rejected", claimed + "- if: run.dialect == \"beta\"\n  answer: ${{ leg }}\n- if: run.dialect != \"beta\"\n  reject: ${{ leg }}\n", ""},

		// transfer-in-meeting
		{"after an invite", incoming + invite + transfer, "6 transfer-in-meeting"},
		{"after an invite that failed", incoming + invite + "  until: failed\n" + transfer, "7 transfer-in-meeting"},
		{"of a group call", "steps:\n- createCall: {targets: [" + dora + ", " + dora + "]}\n  capture: {leg: call.id}\n" + transfer, "4 transfer-in-meeting"},
		{"without an invite", incoming + transfer, ""},
		{"after an invite on another call", two + strings.Replace(invite, "leg", "other", 1) + transfer, ""},
		{"that is meant to be refused", incoming + invite + transfer + "  until: refused\n", ""},
		{"after an invite that may not be made", incoming + invite + "  if: run.dialect == \"beta\"\n" + transfer, ""},
		{"after an invite in a branch", incoming + "- parallel:\n    a:\n    " + strings.TrimSpace(invite) + "\n    b:\n    - log: x\n" + transfer, "10 transfer-in-meeting"},
		{"after an invite in a branch that may not run", incoming + "- if: run.dialect == \"beta\"\n  parallel:\n    a:\n    " + strings.TrimSpace(invite) + "\n" + transfer, ""},
		{"in the branch after an invite", incoming + invite + "- parallel:\n    a:\n    " + strings.TrimSpace(transfer) + "\n", "8 transfer-in-meeting"},

		// outcome-unseen
		{"nothing looks", incoming + "- mute: ${{ leg }}\n  until: accepted\n- hangUp: ${{ leg }}\n", "5 outcome-unseen"},
		{"a prompt that nobody waits for", incoming + "- playPrompt: {call: \"${{ leg }}\", prompts: [{mediaInfo: {uri: \"https://x.example/a.wav\"}}]}\n  until: accepted\n- getCall: ${{ leg }}\n", ""},
		{"an await of its operation", incoming + "- id: quiet\n  mute: ${{ leg }}\n  until: accepted\n  capture: {op: operation.id}\n- await: operation.id == op && operation.status == \"completed\"\n", ""},
		{"an await from it", incoming + "- id: quiet\n  mute: ${{ leg }}\n  until: accepted\n- await: {from: quiet, match: operation.status == \"completed\"}\n", ""},
		{"an await of another operation", two + "- mute: ${{ leg }}\n  until: accepted\n- mute: ${{ other }}\n  until: accepted\n  capture: {op: operation.id}\n- await: operation.id == op && operation.status == \"completed\"\n", "7 outcome-unseen"},
		{"an await in another branch, further up", incoming + "- parallel:\n    a:\n    - await: operation.status == \"completed\"\n    b:\n    - mute: ${{ leg }}\n      until: accepted\n", ""},
		{"a request on the call right behind it", incoming + transfer + "  until: accepted\n- mute: ${{ leg }}\n", ""},
		{"a request on the call in another branch, behind it", incoming + "- parallel:\n    a:\n    - " + transfer[2:] + "      until: accepted\n    b:\n    - mute: ${{ leg }}\n", ""},
		{"a request on the call in another branch, before it", incoming + "- parallel:\n    a:\n    - mute: ${{ leg }}\n    b:\n    - " + transfer[2:] + "      until: accepted\n", "9 outcome-unseen"},
		{"never looks", "never: operation.status == \"failed\"\n" + incoming + "- mute: ${{ leg }}\n  until: accepted\n", ""},
		{"calls[…] looks", incoming + "- transfer: {call: \"${{ leg }}\", transferTarget: " + dora + "}\n  until: accepted\n- sleep: 10s\n- log: x\n- log: ${{ calls[leg].ended }}\n", ""},
		{"an operation's id in a line of the log", incoming + "- mute: ${{ leg }}\n  until: accepted\n  capture: {op: operation.id}\n- log: ${{ op }}\n", "5 outcome-unseen"},
		{"a read of the operation", incoming + "- mute: ${{ leg }}\n  until: accepted\n  capture: {op: operation.id}\n- getOperation: {call: \"${{ leg }}\", operation: \"${{ op }}\"}\n", ""},
		{"a call that replaces another is there", ring + "- createCall: {targets: [" + dora + "]}\n  until: accepted\n  capture: {other: call.id}\n" + consult, ""},
		{"a call that is used is there", ringSoon + "- mute: ${{ leg }}\n", ""},
		{"a call that is only hung up", ringSoon + "- hangUp: ${{ leg }}\n", "2 outcome-unseen"},
		{"a hang-up", ring + "- hangUp: ${{ leg }}\n  until: accepted\n", ""},

		// await-other-call
		{"one call", ring + "- await: call.state == \"terminated\"\n", ""},
		{"two calls", two + "- await: {from: second, match: call.state == \"terminated\"}\n", "7 await-other-call"},
		{"two calls, pinned", two + "- await: {from: second, match: call.id == leg && call.state == \"terminated\"}\n", ""},
		{"two calls, narrowed", two + "- await: {from: second, call: \"${{ leg }}\", match: call.state == \"terminated\"}\n", ""},
		{"two calls, one of which has ended", two + "- hangUp: ${{ other }}\n- await: {from: second, call: \"${{ leg }}\", match: call.state == \"terminated\"}\n", ""},
		{"two calls, of which one is replaced", two + "- id: move\n  invite: {call: \"${{ leg }}\", participants: [{identity: {user: {id: 550fae72-d251-43ec-868c-373732c2704f}}, replacesCallId: \"${{ other }}\"}]}\n- await: {from: move, match: len(participants) > 2}\n", ""},
		{"somebody on a roster", two + "- await: {from: second, match: 'any(participants, .info.identity.user.id == \"550fae72-d251-43ec-868c-373732c2704f\")'}\n", ""},
		{"a key pressed by anybody", two + "- subscribeToTone: {call: \"${{ leg }}\"}\n- await: {from: second, match: tone.tone == \"tone1\"}\n", "8 await-other-call"},
		{"the operation of the step before", two + "- id: quiet\n  mute: ${{ leg }}\n  until: accepted\n- await: {from: quiet, match: operation.status == \"completed\"}\n", ""},
		{"a call that may not be there", ring + "- if: run.dialect == \"beta\"\n  id: second\n  createCall: {targets: [" + dora + "]}\n- await: {from: now, match: call.state == \"terminated\"}\n", ""},

		// sleep-not-await
		{"a sleep for the call", ringSoon + "- sleep: 5s\n- mute: ${{ leg }}\n", "5 sleep-not-await"},
		{"a sleep in a call", ring + "- sleep: 5s\n- mute: ${{ leg }}\n", ""},
		{"a sleep for a call that is handed over", ring + "- createCall: {targets: [" + dora + "]}\n  until: accepted\n  capture: {other: call.id}\n- sleep: 5s\n" + consult, "7 sleep-not-await"},
		{"a sleep, then a look at the call", incoming + transfer + "  until: accepted\n- sleep: 10s\n- log: x\n- expect: calls[leg].ended\n", "7 sleep-not-await"},
		{"a sleep, then a look at another call", two + "- mute: ${{ leg }}\n  until: accepted\n- sleep: 10s\n- expect: not calls[other].ended\n", ""},
		{"a sleep, then a hang-up", ringSoon + "- sleep: 5s\n- hangUp: ${{ leg }}\n- expect: calls[leg].ended\n", ""},
		{"a sleep after the await", ringSoon + "- await: call.id == leg && call.state == \"established\"\n- sleep: 5s\n- mute: ${{ leg }}\n", ""},

		// timeout-too-short
		{"two timeouts", "timeout: 1m\n" + ring + "  timeout: 40s\n- await: call.id == leg && call.state == \"terminated\"\n  timeout: 30s\n", "1 timeout-too-short"},
		{"no times of their own", "timeout: 1m\n" + ring + "- await: call.id == leg && call.state == \"terminated\"\n", ""},
		{"side by side", "timeout: 1m\nsteps:\n- parallel:\n    a:\n    - sleep: 40s\n    b:\n    - sleep: 50s\n", ""},
		{"for each", "timeout: 1m\nsteps:\n- sleep: 25s\n  forEach: [1, 2, 3]\n", "1 timeout-too-short"},
		{"for each, bounded", "timeout: 1m\nsteps:\n- sleep: 25s\n  forEach: [1, 2, 3]\n  timeout: 50s\n", ""},
		{"either of two", "timeout: 1m\nsteps:\n- sleep: 40s\n  if: run.dialect == \"legacy\"\n- sleep: 50s\n  if: run.dialect != \"legacy\"\n", ""},
		{"longer than any scenario", "steps:\n- sleep: 20m\n", "2 timeout-too-short"},

		// hangup-in-transfer
		{"a hang-up behind a transfer", incoming + transfer + "  until: accepted\n- hangUp: ${{ leg }}\n", "7 hangup-in-transfer"},
		{"a hang-up behind a transfer that may not be made", incoming + transfer + "  until: accepted\n  if: run.dialect == \"beta\"\n- hangUp: ${{ leg }}\n", "5 outcome-unseen"},

		// unreachable
		{"false", "steps:\n- log: a\n  if: false\n", "3 unreachable"},
		{"against itself", "vars: {n: 1}\nsteps:\n- log: a\n  if: n > 3 && n < 2\n", "4 unreachable"},
		{"against the one around", "vars: {late: true}\nsteps:\n- if: late\n  parallel:\n    a:\n    - log: a\n      if: not late\n", "7 unreachable"},
		{"a value that no row has", "matrix: {lang: [de, en]}\nsteps:\n- log: a\n  if: matrix.lang == \"fr\"\n", "4 unreachable"},
		{"a value that one row has", "matrix: {lang: [de, en]}\nsteps:\n- log: a\n  if: matrix.lang == \"en\"\n- log: b\n  if: not (matrix.lang == \"fr\")\n", ""},
		{"under another", "vars: {late: true, too: true}\nsteps:\n- if: late\n  parallel:\n    a:\n    - log: a\n      if: not too\n", ""},
		{"after a failure", "steps:\n- expect: 1 == 2\n- log: a\n", "3 unreachable"},
		{"after an excused failure", "steps:\n- expect: 1 == 2\n  continueOnError: true\n- log: a\n", ""},

		// unused-name
		{"a var", "vars: {x: 1}\nsteps:\n- log: a\n", "1 unused-name"},
		{"a var that another uses", "vars: {x: 1, y: \"${{ x }}\"}\nsteps:\n- log: ${{ y }}\n", ""},
		{"a var of the world", "vars: {x: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}\nsimulate: {people: {carol: {id: \"${{ x }}\"}}}\nsteps:\n- log: a\n", ""},
		{"a captured name in outputs", ring + "outputs: {it: leg}\n", ""},
		{"a set name", "steps:\n- set: {x: 1}\n", "2 unused-name"},
		{"a secret", "secrets: {pin: \"${{ env.PIN }}\"}\nsteps:\n- log: a\n", "1 unused-name"},

		// plain-secret
		{"from one place", "vars: {a: \"${{ env.PIN }}\"}\nsecrets: {b: \"${{ env.PIN }}\"}\nsteps:\n- log: ${{ a }}${{ b }}\n", "1 plain-secret"},
		{"the same short text", "vars: {a: 1234}\nsecrets: {b: 1234}\nsteps:\n- log: ${{ a }}${{ b }}\n", "2 literal-secret"},
		{"by other names", "vars: {pwd: hunter2, token: abc, apiKey: k-1, botToken: t, PASSWORD: x}\nsteps:\n- log: ${{ pwd }}${{ token }}${{ apiKey }}${{ botToken }}${{ PASSWORD }}\n", "1 plain-secret; 1 plain-secret; 1 plain-secret; 1 plain-secret; 1 plain-secret"},
		{"a var that is given", "vars: {password: , token: \"${{ env.T }}\"}\nsteps:\n- log: ${{ password }}${{ token }}\n", ""},
		{"a meeting's token and a list", "vars: {meetingToken: abc, tokens: [a], pwdLength: 8, passwordless: true}\nsteps:\n- log: ${{ meetingToken }}${{ tokens }}${{ pwdLength }}${{ passwordless }}\n", ""},

		// literal-secret
		{"written out", "secrets: {pwd: hunter2}\nsteps:\n- log: ${{ pwd }}\n", "1 literal-secret"},
		{"on several lines", "secrets:\n  key: |\n    one line\n    another\nsteps:\n- log: ${{ key }}\n", "2 literal-secret"},
		{"with a stand-in", "secrets: {pwd: '${{ env.PWD ?? \"none given\" }}', given: }\nsteps:\n- log: ${{ pwd }}${{ given }}\n", ""},
		{"by its name", "vars: {clientSecret: abc}\nsteps:\n- log: ${{ clientSecret }}\n", "1 plain-secret"},
		{"by its form", "vars: {t: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc}\nsteps:\n- log: ${{ t }}\n", "1 plain-secret"},
		{"a var that only sounds like one", "vars: {tokens: [tone1], secretary: Dora, keyPressed: tone1}\nsteps:\n- log: ${{ tokens[0] }}${{ secretary }}${{ keyPressed }}\n", ""},

		// identity-kind, and ids that names hold
		{"an application as target", "vars: {other: 90ed37dc-d8e3-4e11-9de3-30a955dda06f}\n" + incoming + "- transfer: {call: \"${{ leg }}\", transferTarget: {identity: {application: {id: \"${{ other }}\"}}}}\n", "6 identity-kind"},
		{"the bot itself as target", incoming[:len("steps:\n- await: call.state == \"incoming\"\n")] + "  capture: {leg: call.id, me: \"call.targets[0].identity.application.id\"}\n- answer: ${{ leg }}\n- transfer: {call: \"${{ leg }}\", transferTarget: {identity: {application: {id: \"${{ me }}\"}}}}\n", ""},
		{"a person's id in a var", "vars: {c: carol-1}\nsimulate: {people: {carol: {id: \"${{ c }}\"}}}\nsteps:\n- log: x\n", "1 bad-format"},
		{"a person's number in a var", "vars: {c: 030 1234}\nsimulate: {people: {carol: {phone: \"${{ c }}\"}}}\nsteps:\n- log: x\n", "1 bad-format"},
		{"a person's tenant in a var", "vars: {c: contoso}\nsimulate: {people: {carol: {tenantId: \"${{ c }}\"}}}\nsteps:\n- log: x\n", "1 bad-format"},
		{"a person's id in the matrix", "matrix: {c: [8a34a46b-3d17-4adc-8dce-dc4e7d572698, anna]}\nsimulate: {people: {carol: {id: \"${{ matrix.c }}\"}}}\nsteps:\n- log: x\n", "1 bad-format"},
		{"an ACS user's id", "vars: {c: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}\nsimulate: {people: {carol: {id: \"${{ c }}\", kind: azureCommunicationServicesUser}}}\nsteps:\n- log: x\n", "1 bad-format"},
		{"ids of every form", "vars: {c: \"8:acs:1\", g: 8A34A46B3D174ADC8DCEDC4E7D572698, n: \"+49301\", o: \"sip:any@contoso.com\"}\nsimulate: {people: {c: {id: \"${{ c }}\", kind: azureCommunicationServicesUser}, g: {id: \"${{ g }}\", kind: guest}, n: {phone: \"${{ n }}\"}, o: {id: \"${{ o }}\", kind: onPremises}}}\nsteps:\n- log: x\n", ""},
		{"the number that a script dials from", "vars: {c: 49 30}\nsimulate: {people: {carol: {}}, script: [{dial: {from: carol, to: bot, number: \"${{ c }}\"}}]}\nsteps:\n- log: x\n", "1 bad-format"},
		{"a number that set names", "steps:\n- set: {n: \"0301\"}\n- createCall: {source: " + desk + ", targets: [{identity: {phone: {id: \"${{ n }}\"}}}]}\n", "2 bad-format"},
		{"a number of several", "steps:\n- forEach: [\"+49301\", \"0301\"]\n  createCall: {source: " + desk + ", targets: [{identity: {phone: {id: \"${{ item }}\"}}}]}\n", "3 bad-format"},
		{"numbers of which each is right", "steps:\n- forEach: [\"+49301\", \"+49302\"]\n  createCall: {source: " + desk + ", targets: [{identity: {phone: {id: \"${{ item }}\"}}}]}\n", ""},
		{"a number of parts", "vars: {n: \"301234\"}\nsteps:\n- createCall: {source: " + desk + ", targets: [{identity: {phone: {id: \"0049${{ n }}\"}}}]}\n", "3 bad-format"},
		{"a number of parts that is right", "vars: {n: \"301234\"}\nsteps:\n- createCall: {source: " + desk + ", targets: [{identity: {phone: {id: \"+49${{ n }}\"}}}]}\n", ""},
		{"a number that is compared", "steps:\n- await: call.state == \"incoming\" && call.source.identity.phone.id == \"030 1234\"\n", "2 bad-format"},
		{"the var of a number that is compared", "vars: {n: \"0301234\"}\nsteps:\n- await: call.state == \"incoming\" && call.source.identity.phone.id == n\n", "3 bad-format"},
		{"words that stand for a number", "steps:\n- await: call.state == \"incoming\" && call.source.identity.phone.id != \"anonymous\"\n", ""},
		{"a person's name that is compared", people + "steps:\n- await: call.state == \"incoming\" && call.source.identity.user.id == \"carol\"\n", "4 plain-name"},
		{"a number in the matrix", "matrix: {desk: [\"+49301234567\", \"030 1234567\"]}\nsteps:\n- createCall: {source: {identity: {applicationInstance: {id: 90ed37dc-d8e3-4e11-9de3-30a955dda06f}}}, targets: [{identity: {phone: {id: \"${{ matrix.desk }}\"}}}]}\n", "1 bad-format"},
	}
	for _, tt := range tests {
		_, found := schema.Check(schema.Source{Name: "t.yaml", Text: []byte(tt.text)}, steps.Vocabulary())
		var got, said []string
		about, _, _ := strings.Cut(strings.TrimLeft(tt.want, "0123456789 "), ";")
		for _, p := range found {
			// A case may capture what it does not need.
			if p.Code != "unused-name" || about == "unused-name" {
				got = append(got, fmt.Sprintf("%d %s", p.Line, p.Code))
			}
			said = append(said, p.String())
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("%s: -want +got\n%s\n%s\n%s", tt.name, diff, strings.Join(said, "\n"), tt.text)
		}
	}
}

// What to do about a name that nothing uses depends on whose it is.
func TestUnusedNamesHints(t *testing.T) {
	for name, test := range map[string]struct{ text, said, hint string }{
		"a var":           {"vars: {pin: 1}\nsteps:\n- log: a\n", "nothing uses the var pin", "take it out, or write ${{ pin }} where it is meant"},
		"a secret":        {"secrets: {pin: \"${{ env.PIN }}\"}\nsteps:\n- log: a\n", "nothing uses the secret pin", "take it out, or write ${{ pin }} where it is meant"},
		"a captured name": {"steps:\n- await: call.state == \"incoming\"\n  capture: {leg: call.id}\n", "nothing uses the captured name leg", "take it out, or check it: expect: leg == …"},
	} {
		_, found := schema.Check(schema.Source{Name: "t.yaml", Text: []byte(test.text)}, steps.Vocabulary())
		if len(found) != 1 || found[0].Text != test.said || found[0].Hint != test.hint {
			t.Errorf("%s: %v", name, found.Error())
		}
	}
}
