package steps_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"callflow/schema"
	"callflow/steps"
)

// rightScenario has one of each part in which newcomers make mistakes, and none of them.
const rightScenario = `name: Carol is put through to Dora
timeout: 3m
vars:
  caller: 8a34a46b-3d17-4adc-8dce-dc4e7d572698
  dora: 550fae72-d251-43ec-868c-373732c2704f
simulate:
  people:
    carol: {id: "${{ caller }}", displayName: Carol}
    dora:
      id: ${{ dora }}
      answers: {after: 3s}
  script:
    - dial: {from: carol}
  faults:
    - fault: transfer
      call: 1
      status: 503
steps:
  - await: call.state == "incoming" && call.source.identity.user.id == caller
    capture: {leg: call.id}
  - answer:
      call: ${{ leg }}
      acceptedModalities: [audio]
    timeout: 20s
  - id: move
    name: put her through
    transfer:
      call: ${{ leg }}
      transferTarget:
        identity: {user: {id: "${{ dora }}"}}
    until: transferred
    retry: {attempts: 3, when: response.status == 503}
    expect: resultInfo.code == 0
  - getCall: ${{ leg }}
    capture:
      state: call.state
  - expectNone:
      match: call.state == "terminated" && call.id == leg
      for: 5s
  - if: state == "established"
    hangUp: ${{ leg }}
`

const rightAwait = `call.state == "incoming" && call.source.identity.user.id == caller`

// mistake is a change of rightScenario, and the one problem that it makes.
type mistake struct {
	old, new string
	at       string // line:col
	text     string // how the problem begins
	hint     string // a part of the cure; "-": the text has it
}

func checkMistakes(t *testing.T, table []mistake) {
	files := fstest.MapFS{"scenarios/shared/ring.yaml": {Data: []byte("steps: []")}, "setup.yaml": {Data: []byte("steps: []")},
		"scenarios/needs.yaml": {Data: []byte("vars:\n  who:\nsteps:\n  - log: ${{ who }}\n")}}
	if _, ps := schema.Check(schema.Source{Name: "scenarios/s.yaml", Text: []byte(rightScenario), FS: files}, steps.Vocabulary()); ps != nil {
		t.Fatalf("the right scenario is wrong: %s", ps.Error())
	}
	for _, m := range table {
		t.Run(m.new, func(t *testing.T) {
			if !strings.Contains(rightScenario, m.old) {
				t.Fatalf("the scenario has no %q", m.old)
			}
			text := strings.Replace(rightScenario, m.old, m.new, 1)
			_, ps := schema.Check(schema.Source{Name: "scenarios/s.yaml", Text: []byte(text), FS: files}, steps.Vocabulary())
			if len(ps) != 1 {
				t.Fatalf("%d problems:\n%s", len(ps), ps.Error())
			}
			p := ps[0]
			if at := fmt.Sprintf("%d:%d", p.Line, p.Col); at != m.at || !strings.HasPrefix(p.Text, m.text) {
				t.Errorf("%s: %s\nwant %s: %s", at, p.Text, m.at, m.text)
			}
			if m.hint != "-" && !strings.Contains(p.Hint, m.hint) {
				t.Errorf("hint: %s\nwant: %s", p.Hint, m.hint)
			}
		})
	}
}

// TestMistakesOfKeys: keys that are misspelt, those of other tools, and those that stand one level too deep or too high.
func TestMistakesOfKeys(t *testing.T) {
	checkMistakes(t, []mistake{
		{"    until: tr", "      until: tr", "31:7", "until belongs beside transfer", "begin it in column 5, like transfer"},
		{"    timeout: 20s", "      timeout: 20s", "24:7", "timeout belongs beside answer", "column 5"},
		{"    name: put her through\n    transfer:\n", "    transfer:\n      name: put her through\n", "27:7", "name belongs beside transfer", "column 5"},
		{"  - answer:\n", "  - answer:\n      if: leg != nil\n", "22:7", "if belongs beside answer", "column 5"},
		{"await: " + rightAwait, `await: {match: call.state == "incoming", timeout: 5s}`, "19:46", "timeout belongs beside await", "on a line of its own"},
		{"\nsteps:", "\n  steps:", "18:3", "steps is a key of the scenario", "column 1"},
		{"      call: ${{ leg }}\n      acc", "    call: ${{ leg }}\n    acc", "22:5", "call and acceptedModalities belong below answer", "indent"},
		{"await: call", "await:\n    match: call", "20:5", "match belongs below await", "indent"},
		{"    capture: {leg: call.id}", "    from: start\n    capture: {leg: call.id}", "20:5", "from belongs below await", "match: …"},
		{"  - answer:", "    answer:", "21:5", "this step has a verb already: await", `write "- answer:" in column 3`},
		{"    capture: {leg", "    captures: {leg", "20:5", `unknown key "captures"`, "did you mean capture?"},
		{"    capture:\n      state: call.state", "    register: state", "35:5", `unknown key "register"`, "capture"},
		{"  - if: state", "  - when: state", "40:5", `unknown key "when"`, "did you mean if?"},
		{"    expect: ", "    assert: ", "33:5", `unknown key "assert"`, "did you mean expect?"},
		{"    hangUp:", "    then:", "41:5", `unknown verb "then"`, "if stands beside the verb"},
		{"hangUp:", "disconnect:", "41:5", `unknown verb "disconnect"`, "hangUp"},
		{"  - getCall", "  - wait: 5s\n  - getCall", "34:5", `unknown verb "wait"`, "sleep or await"},
		{"  - getCall", "  - uses: ring\n    with: {a: b}\n  - getCall", "34:5", `unknown verb "uses"`, "include"},
		{"  - getCall", "  - frobnicate: 5s\n  - getCall", "34:5", `unknown verb "frobnicate"`, "`callflow docs` lists the verbs"},
		{"fault: transfer", "fault: tranfer", "15:14", `"tranfer" is none of the `, "did you mean transfer?"},
		{"fault: transfer", "on: transfer", "15:7", `unknown key "on"`, "did you mean fault?"},
		{"\nvars:", "\nvariables:", "3:1", `unknown key "variables"`, "vars"},
		{"\nsteps:", "\njobs:", "18:1", `unknown key "jobs"`, "steps"},
		{"timeout: 3m", "retry: {attempts: 3}", "2:1", `unknown key "retry"`, "defaults: {retry: …}"},
		{"      for: 5s", "      for: 5s\n      from: start", "40:7", `unknown key "from"`, "only events that come while it waits"},
		{"      for: 5s", "      timeout: 5s", "39:7", `unknown key "timeout"`, "did you mean for?"},
		{rightAwait, `{anyOf: [call.state == "incoming"]}`, "19:13", `unknown key "anyOf"`, "did you mean any?"},
		{rightAwait, `{any: [call.state == "incoming"]}`, "19:18", "this is a list; a mapping of names to expressions", "give each a name"},
		{"retry: {attempts: 3, when: response.status == 503}", "retry: 4", "32:12", "this is a single value", "write {attempts: 4}"},
		{"attempts: 3, when", "attempts: 3, on: [429], when", "32:26", `unknown key "on"`, "The keys here are attempts"},
		{"getCall: ${{ leg }}", "getCall: {leg}", "34:15", "{leg} is a YAML mapping", "write ${{ leg }}"},
	})
}

// TestMistakesOfLayout: what keeps the file from being YAML is told at the line that has the slip, not where the reader stumbles.
func TestMistakesOfLayout(t *testing.T) {
	checkMistakes(t, []mistake{
		{"name: put her through", `name: "put her through`, "26:11", "not YAML: a quoted text that begins here is never closed", `write name: "put her through"`},
		{"name: put her through", `name: 'put her through`, "26:11", "not YAML: a quoted text that begins here is never closed", `write name: 'put her through'`},
		{`id: "${{ caller }}"`, `id: "${{ caller }}`, "8:17", "not YAML: a quoted text that begins here is never closed", `a " is missing`},
		{"      call: ${{ leg }}\n      acc", "      call:${{ leg }}\n      acc", "22:7", "not YAML: a space is missing behind the colon", "write call: ${{ leg }}"},
		{"      call: ${{ leg }}\n      acc", "      call ${{ leg }}\n      acc", "22:7", `not YAML: a colon is missing behind "call"`, "write call: ${{ leg }}"},
		{"  - getCall", "  -getCall", "34:3", "not YAML: a space is missing behind the dash", "write - getCall: ${{ leg }}"},
		{"[audio]", "[audio", "23:27", "not YAML: a [ in this line is never closed", "write acceptedModalities: [audio]"},
		{"{leg: call.id}", "{leg: call.id", "20:14", "not YAML: a { in this line is never closed", "write capture: {leg: call.id}"},
		{"  - answer:", "    - answer:", "21:5", "not YAML: this list item stands deeper than the list of line 19", "begin it in column 3, like the dash in line 19"},
	})
}

// TestMistakesOfExpressions: names and fields that are not there, words without quotes, and what follows from a broken part.
func TestMistakesOfExpressions(t *testing.T) {
	checkMistakes(t, []mistake{
		{"id == caller", "id == callr", "19:72", `unknown name "callr"; did you mean "caller"?`, "-"},
		{rightAwait, "incoming == call.state", "19:12", `unknown name "incoming"; a text stands in quotes`, `write "incoming"`},
		{rightAwait, "call.state == incomming", "19:26", `unknown name "incomming"; a text stands in quotes`, `write "incoming"`},
		{rightAwait, `call.state == "connected"`, "19:26", `call.state is never "connected"; did you mean "established"?`, "established"},
		{rightAwait, "call.source.user.id == caller", "19:24", `call.source has no field "user"`, "write call.source.identity.user"},
		{rightAwait, "call.source.identity.id == caller", "19:33", `call.source.identity has no field "id"`, "write call.source.identity.user.id"},
		{rightAwait, "call.from == caller", "19:17", `call has no field "from"`, "write call.source.identity"},
		{rightAwait, "call.code == 200", "19:17", `call has no field "code"`, "write call.resultInfo.code"},
		{rightAwait, "call.status == \"incoming\"", "19:17", `call has no field "status"; did you mean "state"?`, "-"},
		{rightAwait, "resultInfo.code == 200", "19:12", `unknown name "resultInfo"`, "write call.resultInfo"},
		{rightAwait, "resourceData.state == \"incoming\"", "19:12", `unknown name "resourceData"`, "call.state"},
		{rightAwait, "call.source.identity.user.id == vars.caller", "19:44", "there is no vars here", "without vars."},
		{"resultInfo.code == 0", "code == 0", "33:13", `unknown name "code"`, "write resultInfo.code"},
		{"resultInfo.code == 0", "status == 200", "33:13", `unknown name "status"`, "write response.status"},
		{"timeout: 3m\n", "matrix: {who: carol}\n", "2:15", "this is a single value; a list of values", ""},
		{"timeout: 3m\n", "matrix: [{who: carol}, {who: dora}]\n", "2:9", "this is a list; a mapping of axes", ""},
		{rightAwait, `call.state == "ringing"`, "19:12", "no event can come: no step before this one places a call", `call.state == "incoming" in place of ringing`},
		{"\nsteps:", "\nmatrix:\n  - {who: carol}\nsteps:\n  - log: for ${{ matrix.who }}", "19:3", "this is a list; a mapping of axes", ""},
		{"name: put her", "name: put ${{ matrix.who }}", "26:19", `unknown name "matrix"`, "-"},
		{"timeout: 3m\nvars:\n  caller:", "matrix:\nvars:\n  caller:", "2:1", "matrix has no value", ""},
		{"  - getCall", "  - id: su\n    include: {file: scenarios/shared/ring.yaml}\n  - log: ${{ steps.su.call }}\n  - getCall", "35:21", "there is no file scenarios/scenarios/shared/ring.yaml; a path is relative", "write shared/ring.yaml"},
		{"  - getCall", "  - include: ring.yaml\n  - getCall", "34:14", "there is no file scenarios/ring.yaml", "write shared/ring.yaml"},
		{"  - getCall", "  - include: setup.yaml\n  - getCall", "34:14", "there is no file scenarios/setup.yaml", "write ../setup.yaml"},
	})
}

// TestMistakesOfUntil: what is written behind until in place of a goal, and where until itself is put.
func TestMistakesOfUntil(t *testing.T) {
	checkMistakes(t, []mistake{
		{"until: transferred", "until: completed", "31:12", `"completed" is no goal of transfer; its goals are transferred`, "did you mean transferred?"},
		{"until: transferred", "until: established", "31:12", `"established" is no goal of transfer`, "did you mean transferred?"},
		{"until: transferred", `until: call.state == "terminated"`, "31:12", `"call.state == \"terminated\"" is no goal`, "write until: transferred"},
		{"until: transferred", `until: operation.status != "failed"`, "31:12", `"operation.status != \"failed\"" is no goal`, "- await: operation.status"},
		{"until: transferred", "until: 30s", "31:12", `"30s" is no goal of transfer`, "write timeout: 30s"},
		{"    hangUp: ${{ leg }}", "    hangUp: ${{ leg }}\n    until: completed", "42:12", `"completed" is no goal of hangUp`, "did you mean terminated?"},
		{"getCall: ${{ leg }}", "getCall: ${{ leg }}\n    until: call.state == \"established\"", "35:5", "getCall has no goals to wait for", "expect: call.state"},
		{"    hangUp: ${{ leg }}", "    hangUp: ${{ leg }}\n      until: terminated", "42:7", "not YAML: this line stands below \"hangUp\"", "begin it in column 5, like hangUp in line 41"},
		{"    hangUp: ${{ leg }}", "    hangUp: ${{ leg }}\n   until: terminated", "42:4", "not YAML: this line begins in a column", "begin it in column 5, like hangUp in line 41"},
		{"    hangUp: ${{ leg }}", "    hangUp: ${{ leg }}\nuntil: terminated", "42:1", `unknown key "until"`, "belongs into a step"},
		{"  - getCall", "  - createCall: dora\n  - getCall", "34:17", "this is a single value; a mapping is wanted", `write {targets: [{identity: {user: {id: "${{ dora }}"}}}]}`},
	})
}

// TestMistakesOfCharacters: what is pasted from chats, word processors and web pages has other spaces, dashes and quotes.
func TestMistakesOfCharacters(t *testing.T) {
	checkMistakes(t, []mistake{
		{"    until: transferred", "\u00a0\u00a0\u00a0\u00a0until: transferred", "31:1", "not YAML: a no-break space (U+00A0) stands here", "plain spaces"},
		{"    until: transferred", "   \u00a0until: transferred", "31:4", "not YAML: a no-break space (U+00A0)", "plain spaces"},
		{"    until: transferred", "\u3000\u3000until: transferred", "31:1", "not YAML: a wide space (U+3000)", "plain spaces"},
		{"  caller: 8a", "\u00a0\u00a0caller: 8a", "4:1", "not YAML: a no-break space (U+00A0)", "plain spaces"},
		{"until: transferred", "until:\u00a0transferred", "31:11", "not YAML: a no-break space (U+00A0)", "write until: transferred"},
		{"until: transferred", "until\u00a0: transferred", "31:10", "a no-break space (U+00A0)", "write until: transferred"},
		{"until: transferred", "un\u200btil: transferred", "31:7", "a zero-width space (U+200B)", "write until: transferred"},
		{"until: transferred", "\ufeffuntil: transferred", "31:5", "a byte order mark (U+FEFF)", "write until: transferred"},
		{"until: transferred", "“until”: transferred", "31:5", "a typographic quote “ (U+201C)", "write until: transferred"},
		{"until: transferred", "until：transferred", "31:10", "not YAML: a wide colon (U+FF1A)", "write until: transferred"},
		{"until: transferred", "until: “transferred”", "31:12", "\"“transferred”\" is no goal", "write transferred"},
		{"until: transferred", "until: transferred\u00a0", "31:12", "\"transferred\\u00a0\" is no goal", "write transferred"},
		{"timeout: 3m", "timeout: 3m\u200b", "2:10", "", "write 3m"},
		{"fault: transfer", "fault: ‘transfer’", "15:14", "", "write transfer"},
		{"  - getCall", "  – getCall", "34:3", "not YAML: the character – (U+2013)", "write - getCall: ${{ leg }}"},
		{"  - getCall", "  • getCall", "34:3", "not YAML: the character • (U+2022)", "write - getCall: ${{ leg }}"},
		{"  - getCall", "  -\u00a0getCall", "34:4", "not YAML: a no-break space", "write - getCall: ${{ leg }}"},
		{"{leg: call.id}", "{leg：call.id}", "20:18", "a wide colon (U+FF1A)", "write capture: {leg: call.id}"},
		{"{leg: call.id}", "｛leg: call.id｝", "20:14", "not YAML: the character ｛", "write capture: {leg: call.id}"},
		{"== caller\n", "== \u200bcaller\n", "19:72", "a character that is not seen stands here (U+200B)", "take it out"},
		{"call.state == \"incoming\"", "call.state == “incoming”", "19:26", "the quotes of “incoming”", `write "incoming"`},
		{"    until: tr", "\t until: tr", "31:1", "not YAML: a tab cannot indent", "use spaces"},
	})
}

// Such characters stand in texts by right.
func TestCharactersOfTexts(t *testing.T) {
	text := "name: “Carol”\u00a0– put through：at\u200bonce\ndescription: >\n  \u00a0• “one”：two\n  – three: four\nsteps:\n  - log: ‘hello’\u00a0｛you｝\n  - log: |\n      \u00a0“key”： value\n"
	if _, ps := schema.Check(schema.Source{Name: "s.yaml", Text: []byte(text)}, steps.Vocabulary()); ps != nil {
		t.Error(ps.Error())
	}
}

// TestMistakesOfIncludes: what is given to a file has one key, and one problem when it has another.
func TestMistakesOfIncludes(t *testing.T) {
	checkMistakes(t, []mistake{
		{"  - getCall", "  - include: needs.yaml\n    inputs: {who: carol}\n  - getCall", "35:5", `unknown key "inputs"`, "write include: {file: needs.yaml, with: …}"},
		{"  - getCall", "  - include:\n      file: needs.yaml\n      args: {who: carol}\n  - getCall", "36:7", `unknown key "args"`, "did you mean with?"},
		{"  - getCall", "  - include: needs.yaml\n    with: {who: carol}\n  - getCall", "35:5", "with belongs below include", "write include: {file: needs.yaml, with: …}"},
		{"  - getCall", "  - include: {file: needs.yaml, with: {wo: carol}}\n  - getCall", "34:40", `scenarios/needs.yaml has no var "wo"`, "did you mean who?"},
		{"  - getCall", "  - include: needs.yaml\n  - getCall", "34:14", "scenarios/needs.yaml needs a value for its var who", "write with: {who: …}"},
	})
}

// TestMistakesThatCheckNothing: watches, nevers, loops and faults that can never matter.
func TestMistakesThatCheckNothing(t *testing.T) {
	const none = "      match: call.state == \"terminated\" && call.id == leg\n      for: 5s"
	checkMistakes(t, []mistake{
		{"      for: 5s", "      for: 0s", "39:12", "for is 0s: in no time nothing can come", "for: 5s"},
		{none, none + "\n    timeout: 2s", "40:14", "expectNone always takes 5s, and the step's timeout of 2s", "leave out timeout"},
		{"  - getCall: ${{ leg }}", "  - sleep: 2m\n    timeout: 1m\n  - getCall: ${{ leg }}", "35:14", "sleep always takes 2m, and the step's timeout of 1m", "leave out timeout"},
		{"\nsteps:", "\nnever: true\nsteps:", "18:8", "never is true whatever comes", "what no notification may be"},
		{"\nsteps:", "\nnever: 1 < 2\nsteps:", "18:8", "never is true whatever comes", "what no notification may be"},
		{"\nsteps:", "\nnever: steps.move.outcome == \"refused\"\nsteps:", "18:8", "never is looked at only when a notification comes", "expect"},
		{"\nsteps:", "\nnever: call.state == \"incoming\"\nsteps:", "18:8", "this ends every run: await in line 20 waits for such an event", "say more of the call"},
		{"  - getCall: ${{ leg }}", "  - forEach: []\n    log: here\n  - getCall: ${{ leg }}", "34:14", "this step never runs: its forEach has no items", "give it a list"},
		{"fault: transfer\n      call: 1", "fault: invite", "15:14", "this fault strikes nothing: no step has the verb invite", "-"},
	})
}

// TestRightButIdle: what looks like it checks nothing, and does.
func TestRightButIdle(t *testing.T) {
	for _, m := range [][2]string{
		{"\nsteps:", "\nnever: call.state == \"incoming\" && call.source.identity.user.id != caller\nsteps:"},
		{"\nsteps:", "\nnever: call.state == \"established\" && steps.move.outcome == \"refused\"\nsteps:"},
		{"\nsteps:", "\nnever: len(calls) > 3\nsteps:"},
		{"fault: transfer\n      call: 1", "fault: getCall"},
		{"fault: transfer\n      call: 1", "fault: hangUp"},
		{"      for: 5s", "      for: 5s\n    timeout: 5s"},
		{"  - if: state", "  - forEach: [1]\n    log: here\n  - if: state"},
	} {
		text := strings.Replace(rightScenario, m[0], m[1], 1)
		if _, ps := schema.Check(schema.Source{Name: "scenarios/s.yaml", Text: []byte(text)}, steps.Vocabulary()); ps != nil {
			t.Errorf("%s: %s", m[1], ps.Error())
		}
	}
}
