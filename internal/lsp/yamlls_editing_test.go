package lsp_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"callflow/steps"
)

// offered are the labels of an editor shows, in alphabetical order.
func offered(offers []offer) []string {
	var list []string
	for _, o := range offers {
		list = append(list, o.Label)
	}
	slices.Sort(list)
	return list
}

// verbNames are the verbs that stand in a step of their own right.
func verbNames() (names []string) {
	for _, v := range steps.Verbs() {
		if v.Name != "expect" { // a key of every step, too
			names = append(names, v.Name)
		}
	}
	return names
}

var beside = []string{"as", "capture", "continueOnError", "expect", "forEach", "id", "if", "name", "retry", "timeout", "until"}

func without(names []string, some ...string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(some, n) })
}

// Of what is offered, everything says what it means, and whatever is chosen, the file is YAML.
func tryCompletion(t *testing.T, s yamlls) {
	words := func(words ...string) []string { return slices.Sorted(slices.Values(words)) }
	modalities := words("audio", "video", "videoBasedScreenSharing", "data")
	cases := []struct {
		name, text string
		want       []string          // exactly these
		some       []string          // these among others
		none       []string          // these not
		chosen     map[string]string // what the lines from the cursor's on are when it was chosen
	}{
		{name: "an empty file", text: "‸",
			some:   []string{"name", "tags", "matrix", "vars", "simulate", "steps", "finally", "outputs", "leak"},
			chosen: map[string]string{"name": "name: ", "simulate": "simulate:\n  ", "steps": "steps:\n  - \n", "timeout": "timeout: ", "leak": "leak: "}},
		{name: "a key of the file", text: "name: x\nst‸", some: []string{"steps"}, none: []string{"name"}},
		{name: "a step", text: "steps:\n  - ‸", want: slices.Sorted(slices.Values(append(verbNames(), beside...))),
			chosen: map[string]string{
				"createCall": "  - createCall:\n      ", "answer": "  - answer: ", "await": "  - await: ", "id": "  - id: ", "retry": "  - retry:\n      ",
				"transfer": "  - transfer:\n      call: \n      transferTarget:\n        identity:\n          ",
				"sleep":    "  - sleep: ", "log": "  - log: ", "parallel": "  - parallel:\n      "}},
		{name: "a step's second key", text: "steps:\n  - id: a\n    cr‸",
			want: slices.Sorted(slices.Values(append(verbNames(), without(beside, "id")...))), chosen: map[string]string{"createCall": "    createCall:\n      "}},
		{name: "after expect, which is no verb here", text: "steps:\n  - expect: a == b\n    ‸", some: []string{"getCall"}},
		{name: "after the verb", text: "steps:\n  - id: a\n    answer: x\n    ‸\n", want: without(beside, "id"),
			chosen: map[string]string{"retry": "    retry:\n      ", "capture": "    capture:\n      ", "expect": "    expect: ", "until": "    until: ", "if": "    if: "}},
		{name: "after a verb that awaits", text: "steps:\n  - id: a\n    await: call.state == \"incoming\"\n    ‸\n", want: without(beside, "id", "until", "retry")},
		{name: "after a verb that reads", text: "steps:\n  - id: a\n    getCall: x\n    ‸\n", want: without(beside, "id", "until")},
		{name: "before the verb", text: "steps:\n  - id: a\n    ‸\n    answer: x\n", want: without(beside, "id")},
		{name: "half a key after the verb", text: "steps:\n  - answer: x\n    re‸\n", want: beside},
		{name: "in a branch", text: "steps:\n  - parallel:\n      a:\n        - ‸", some: []string{"createCall", "id"}},
		{name: "in a poll", text: "steps:\n  - poll:\n      read:\n        ‸", some: []string{"getCall", "if"}},
		{name: "finally", text: "steps: []\nfinally:\n  - ‸", some: []string{"hangUp", "if"}},

		{name: "parameters", text: "steps:\n  - createCall:\n      subject: x\n      ‸", some: []string{"targets", "requestedModalities", "chatInfo"}, none: []string{"subject", "answer", "id", "@odata.type"},
			chosen: map[string]string{"targets": "      targets:\n        - ", "tenantId": "      tenantId: ", "requestedModalities": "      requestedModalities:\n        - "}},
		{name: "parameters in braces", text: "steps:\n  - answer: {call: x, ac‸}", some: []string{"acceptedModalities"}, none: []string{"call"}},
		{name: "parameters that must be there", text: "steps:\n  - sendDtmfTones:\n      ‸", some: []string{"call", "tones"}},
		{name: "of a verb with a short form", text: "steps:\n  - answer:\n      ‸", some: []string{"call", "acceptedModalities"}, none: []string{"object", "answer"}},
		{name: "somebody's identity", text: "steps:\n  - createCall:\n      targets:\n        - identity:\n            ‸", some: []string{"user", "phone", "applicationInstance", "guest"},
			chosen: map[string]string{"user": "            user:\n              "}},
		{name: "keys of await", text: "steps:\n  - await:\n      ‸", some: []string{"match", "all", "any", "inOrder", "from", "failOn", "never", "count"},
			chosen: map[string]string{"match": "      match: ", "all": "      all:\n        "}},
		{name: "what is awaited", text: "steps:\n  - await: ‸", some: []string{`call.state == "incoming"`}, none: []string{"true", "null"},
			chosen: map[string]string{`call.state == "incoming"`: `  - await: call.state == "incoming"`}},
		{name: "keys of retry", text: "steps:\n  - answer: x\n    retry:\n      ‸", want: []string{"attempts", "initialInterval", "jitter", "maxInterval", "multiplier", "when"},
			chosen: map[string]string{"attempts": "      attempts: "}},

		{name: "until", text: "steps:\n  - transfer: {call: x}\n    until: ‸", want: words("transferred", "accepted", "transferring", "refused")},
		{name: "until, before the verb", text: "steps:\n  - until: ‸", some: []string{"transferred", "established", "completed"}},
		{name: "modalities", text: "steps:\n  - createCall:\n      requestedModalities:\n        - ‸", want: modalities},
		{name: "modalities in brackets", text: "steps:\n  - createCall:\n      requestedModalities: [‸]", want: modalities, chosen: map[string]string{"audio": "      requestedModalities: [audio]"}},
		{name: "a reason", text: "steps:\n  - reject:\n      call: x\n      reason: ‸", want: []string{"busy", "forbidden", "none"}},
		{name: "half a reason", text: "steps:\n  - reject:\n      call: x\n      reason: b‸", some: []string{"busy"}, chosen: map[string]string{"busy": "      reason: busy"}},
		{name: "rules", text: "steps:\n  - awaitSuccessor:\n      call: x\n      rules: [‸]", want: []string{"chain", "identity", "time", "transferor"}},
		{name: "leak", text: "leak: ‸\nsteps: []", want: []string{"fail", "hangUp", "keep"}},
		{name: "requires", text: "requires: ‸\nsteps: []", want: []string{"simulator"}},
		{name: "a duration", text: "steps: []\ntimeout: ‸", some: []string{"15s"}, chosen: map[string]string{"15s": "timeout: 15s"}},
		{name: "true or false", text: "steps:\n  - answer: x\n    continueOnError: ‸", want: []string{"false", "true"}},
		{name: "a text", text: "name: ‸\nsteps: []", want: nil},

		{name: "what a person does", text: "simulate:\n  people:\n    carol:\n      ‸", some: []string{"id", "phone", "kind", "answers", "declines", "forwards", "presses", "voicemail", "lobby"}},
		{name: "a person's kind", text: "simulate:\n  people:\n    carol:\n      kind: ‸", want: words("user", "guest", "applicationInstance", "azureCommunicationServicesUser", "onPremises")},
		{name: "how a person answers", text: "simulate:\n  people:\n    carol:\n      answers: ‸", some: []string{"never"}},
		{name: "a script", text: "simulate:\n  script:\n    - ‸", some: []string{"at", "dial", "hangUp", "press", "share"},
			chosen: map[string]string{"press": "    - press:\n        who: \n        tones: "}},
		{name: "a name of one's own", text: "steps:\n  - getCall: x\n    capture:\n      ‸", want: []string{"name"}, chosen: map[string]string{"name": "      name: "}},
		{name: "a fault", text: "simulate:\n  faults:\n    - ‸", some: []string{"fault", "status", "badToken", "delay"}},
		{name: "what a fault strikes", text: "simulate:\n  faults:\n    - fault: ‸", some: []string{"notification", "createCall", "request"}},
		{name: "a setting's words", text: "simulate:\n  settings:\n    transferEnd: ‸", some: []string{"documented", "AppTransferred"}},
	}
	var questions []question
	for _, c := range cases {
		questions = append(questions, question{c.text, "textDocument/completion"})
	}
	for i, r := range s.ask(t, questions) {
		c := cases[i]
		t.Run(c.name, func(t *testing.T) {
			offers := r.offers(t)
			got := offered(offers)
			if c.some == nil && c.none == nil {
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			}
			for _, l := range c.some {
				if !slices.Contains(got, l) {
					t.Errorf("%s is not offered, only %q", l, got)
				}
			}
			for _, l := range c.none {
				if slices.Contains(got, l) {
					t.Errorf("%s is offered", l)
				}
			}
			line := strings.Count(c.text[:strings.Index(c.text, cursor)], "\n")
			for _, o := range offers {
				if strings.TrimSpace(marked(o.Documentation)) == "" && o.Label != "true" && o.Label != "false" {
					t.Errorf("%s says nothing of itself", o.Label)
				}
				text := o.accept(modeline + c.text)
				if err := yaml.Unmarshal([]byte(text), new(yaml.Node)); err != nil {
					t.Errorf("with %s chosen: %v\n%s", o.Label, err, text)
				}
				want, told := c.chosen[o.Label]
				if got := strings.Join(strings.Split(text, "\n")[line+1:], "\n"); told && strings.TrimRight(got, "\n") != strings.TrimRight(want, "\n") {
					t.Errorf("with %s chosen there is\n%s\nwant\n%s", o.Label, got, want)
				}
			}
			for l := range c.chosen {
				if !slices.Contains(got, l) {
					t.Errorf("%s cannot be chosen", l)
				}
			}
		})
	}
}

// Whatever stands under the mouse says what it is, in Markdown.
func tryHover(t *testing.T, s yamlls) {
	cases := []struct {
		name, text string
		want       []string
	}{
		{"a verb", "steps:\n  - crea‸teCall: {subject: x}\n", []string{"place an outgoing call", "`targets` says whom to call"}},
		{"a verb in its short form", "steps:\n  - id: a\n    ans‸wer: x\n", []string{"answer an incoming call"}},
		{"an await", "steps:\n  - awa‸it: call.state == \"incoming\"\n", []string{"wait for notifications", "- `match` (or the short form)"}},
		{"expect", "steps:\n  - answer: x\n    exp‸ect: a == b\n", []string{"What must hold afterwards"}},
		{"a parameter", "steps:\n  - createCall:\n      sub‸ject: x\n", []string{"The subject of the conversation."}},
		{"a parameter in braces", "steps:\n  - transfer: {call: x, transferTarget: {iden‸tity: {user: {id: x}}}}\n", []string{"one kind of identity"}},
		{"a word", "steps:\n  - reject:\n      call: x\n      reason: bu‸sy\n", []string{"What to tell the caller.", "* `busy`: The caller hears that the bot is busy."}},
		{"a word of a list", "steps:\n  - createCall:\n      requestedModalities: [aud‸io]\n", []string{"* `audio`: Sound."}},
		{"a goal", "steps:\n  - transfer: {call: x}\n    until: refu‸sed\n", []string{"The outcome to wait for", "* `refused`: The "}},
		{"a key of a step", "steps:\n  - answer: x\n    ret‸ry: {attempts: 3}\n", []string{"Repeats an action that failed."}},
		{"a key of retry", "steps:\n  - answer: x\n    retry: {att‸empts: 3}\n", []string{"the first time included. Default: 3."}},
		{"a key of the file", "le‸ak: keep\nsteps: []\n", []string{"What becomes of the calls", "* `keep`: Calls that are left stay as they are."}},
		{"a duration", "time‸out: 5s\nsteps: []\n", []string{"How long all steps together may take. `finally` has time"}},
		{"a person's key", "simulate:\n  people:\n    carol: {ans‸wers: never}\n", []string{"never"}},
		{"a fault's word", "simulate:\n  faults:\n    - {fault: transf‸er, status: 500}\n", []string{"* `transfer`: The verb: "}},
	}
	var questions []question
	for _, c := range cases {
		questions = append(questions, question{c.text, "textDocument/hover"})
	}
	for i, r := range s.ask(t, questions) {
		var hover struct{ Contents json.RawMessage }
		r.into(t, &hover)
		text := marked(hover.Contents)
		for _, want := range cases[i].want {
			if !strings.Contains(text, want) {
				t.Errorf("%s shows\n%s\nwant %q", cases[i].name, text, want)
			}
		}
		if strings.Contains(text, "\\`") || strings.HasPrefix(text, "#") {
			t.Errorf("%s is no Markdown, or has a heading: %s", cases[i].name, text)
		}
	}
}

// In a file of 500 lines, like what the server takes with any schema of this size.
func trySpeed(t *testing.T, s yamlls) {
	var questions []question
	for range 6 {
		for _, end := range []string{"  - ‸\n", "  - createCall:\n      ‸\n", "  - reject: {call: x, reason: b‸}\n"} {
			questions = append(questions, question{long() + end, "textDocument/completion"})
		}
	}
	var took []float64
	for _, r := range s.ask(t, questions)[3:] { // the first ones read the schema
		if len(r.offers(t)) == 0 {
			t.Fatal("nothing is offered")
		}
		took = append(took, r.Millis)
	}
	slices.Sort(took)
	t.Logf("a completion in %d lines: %.0f ms, from %.0f to %.0f", strings.Count(long(), "\n"), took[len(took)/2], took[0], took[len(took)-1])
	if took[0] > 1000 { // a machine may be busy; a step that is tried with every verb took 600 to 900 ms
		t.Errorf("the quickest completion took %.0f ms", took[0])
	}
}
