package runner

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/steps"
)

const varied = `
name: vars
vars:
  number: "+15551234567"
  count: 3
  share: 0.5
  wanted: true
  text: "42"
  twice: ${{ count * 2 }}
secrets:
  pin: ${{ env.PIN }}
steps:
  - log: ${{ number }} ${{ count }} ${{ share }} ${{ wanted }} ${{ text }} ${{ twice }} ${{ pin }}
`

func prepareVaried(t *testing.T, opt Options) (*Prepared, error) {
	t.Helper()
	plan, problems := schema.Check(schema.Source{Name: "vars.yaml", Text: []byte(varied), Env: func(name string) (string, bool) {
		return "13579", name == "PIN"
	}}, steps.Vocabulary())
	if plan == nil {
		t.Fatal(problems)
	}
	opt.Target = simulated()
	return Prepare(plan, opt)
}

func TestVarsKeepTextAndType(t *testing.T) {
	for name, test := range map[string]struct {
		vars, secrets map[string]string
		want          map[string]any
		err           string
	}{
		"as declared": {nil, nil, map[string]any{"number": "+15551234567", "count": 3, "share": 0.5, "wanted": true, "text": "42", "twice": 6, "pin": "13579"}, ""},
		"replaced": {map[string]string{"number": "0123", "count": "5", "share": "2", "wanted": "false", "text": "007"}, map[string]string{"pin": "0000"},
			map[string]any{"number": "0123", "count": 5, "share": json.Number("2"), "wanted": false, "text": "007", "twice": 10, "pin": "0000"}, ""},
		"unknown, nearly":  {map[string]string{"cuont": "5"}, nil, nil, `--var cuont: vars.yaml declares no var "cuont"; did you mean "count"?`},
		"unknown, far off": {map[string]string{"zzz": "5"}, nil, nil, `--var zzz: vars.yaml declares no var "zzz"; it has count, number, share, text, twice, wanted`},
		"unknown secret":   {nil, map[string]string{"pim": "5"}, nil, `--secret pim: vars.yaml declares no secret "pim"; did you mean "pin"?`},
		"no number":        {map[string]string{"count": "five"}, nil, nil, `--var count=five: "five" is no whole number, but vars.yaml:5:3 declares one (3)`},
		"no boolean":       {map[string]string{"wanted": "maybe"}, nil, nil, `--var wanted=maybe: "maybe" is neither true nor false, but vars.yaml:7:3 declares one (true)`},
	} {
		p, err := prepareVaried(t, Options{Vars: test.vars, Secrets: test.secrets})
		message := ""
		if err != nil {
			message = err.Error()
		}
		if message != test.err {
			t.Errorf("%s: error %q, want %q", name, message, test.err)
			continue
		}
		if err != nil {
			continue
		}
		for _, k := range slices.Sorted(maps.Keys(test.want)) {
			if diff := cmp.Diff(test.want[k], p.names.all[k]); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", name, k, diff)
			}
		}
		if !slices.Equal(p.Mask.secrets, []string{test.want["pin"].(string)}) {
			t.Errorf("%s: secrets %q", name, p.Mask.secrets)
		}
	}
}

func TestRunIDComesFromTheCommand(t *testing.T) {
	id := func(seed uint64, repeat int) string {
		p, err := prepareVaried(t, Options{Seed: seed, Repeat: repeat, Callback: func(id string) string { return "https://x/" + id }})
		if err != nil {
			t.Fatal(err)
		}
		if p.Target.Callback != "https://x/"+p.RunID || graph.CanonicalID(p.RunID) != p.RunID || len(p.RunID) != 36 {
			t.Errorf("run id %q, callback %q", p.RunID, p.Target.Callback)
		}
		return p.RunID
	}
	if first, again := id(1, 0), id(1, 0); first != again {
		t.Error("the same command has two run ids")
	}
	if id(1, 0) == id(2, 0) || id(1, 0) == id(1, 1) {
		t.Error("seed and repeat do not count")
	}
}

func TestSkip(t *testing.T) {
	elsewhere := steps.Target{Name: "staging", Dialect: graph.V1, Bot: testBot}
	legacy := simulated()
	legacy.Dialect = graph.Legacy
	const plain = "name: s\nsteps:\n  - log: hi\n"
	for name, test := range map[string]struct {
		yaml   string
		target steps.Target
		want   string
	}{
		"nothing special":        {plain, elsewhere, ""},
		"requires, there":        {"requires: [simulator]\n" + plain, simulated(), ""},
		"requires, elsewhere":    {"requires: [simulator]\n" + plain, elsewhere, "requires the simulator, and staging is none"},
		"the verb, there":        {plain + "  - simulate: {hangUp: {who: carol}}\n", simulated(), ""},
		"the verb, elsewhere":    {plain + "  - simulate: {hangUp: {who: carol}}\n", elsewhere, "simulated people are told what to do, and staging is no simulator (step simulate, test.yaml:4:5)"},
		"the verb, in a branch":  {plain + "  - parallel:\n      a:\n        - simulate: {hangUp: {who: carol}}\n", elsewhere, "simulated people"},
		"a section is no reason": {"simulate: {people: {carol: {}}}\n" + plain, elsewhere, ""},
		"no tones there": {plain + "  - sendDtmfTones: {call: x, tones: [tone1]}\n", steps.Target{Name: "gov", Dialect: graph.V1, Cloud: graph.USGov, Bot: testBot},
			"the cloud usGov has no sendDtmfTones (step sendDtmfTones, test.yaml:4:5)"},
		"tones there":           {plain + "  - sendDtmfTones: {call: x, tones: [tone1]}\n", elsewhere, ""},
		"beta's member in v1.0": {plain + "  - redirect: {call: x, targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}], maskCaller: true}\n", elsewhere, "the v1.0 dialect has no maskCaller in redirect"},
		"legacy has it":         {plain + "  - getCall: x\n", legacy, ""},
		"legacy lacks a member": {plain + "  - id: move\n    transfer:\n      call: x\n      transferTarget: {identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}\n      transferee: {identity: {user: {id: \"${{ run.id }}\"}}}\n", legacy,
			"the legacy dialect has no transferee in transfer (step move, test.yaml:4:5)"},
		"legacy lacks it, and its value is not known yet": {plain + "  - createCall: {meetingInfo: {joinMeetingId: \"${{ run.id }}\"}}\n", legacy,
			"the legacy dialect has no joinMeetingId in createCall"},
		"legacy lacks it deep down": {plain + "  - invite: {call: x, participants: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}, hidden: true}]}\n", legacy, "has no hidden in invite"},
		"v1.0 has it":               {plain + "  - createCall: {meetingInfo: {joinMeetingId: \"1\"}}\n", simulated(), ""},
		"legacy is spared it":       {plain + "  - if: run.dialect != \"legacy\"\n    parallel:\n      a: [{createCall: {meetingInfo: {joinMeetingId: \"1\"}}}]\n", legacy, ""},
		"another condition":         {plain + "  - if: run.id == \"x\" || 1 == 1\n    createCall: {meetingInfo: {joinMeetingId: \"1\"}}\n", legacy, "joinMeetingId"},
	} {
		p, err := Prepare(compile(t, test.yaml, nil), Options{Target: test.target})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if p.Skip != test.want && (test.want == "" || !strings.Contains(p.Skip, test.want)) {
			t.Errorf("%s: skip %q, want %q", name, p.Skip, test.want)
		}
	}
}

func TestSkippedRunSaysWhy(t *testing.T) {
	x := (&trial{yaml: "name: s\nrequires: [simulator]\nsteps:\n  - log: hi\n",
		opt: Options{Target: steps.Target{Name: "staging", Dialect: graph.V1, Bot: testBot}}}).run(t)
	x.want(t, "run skipped\n")
	if end := x.end(t); end.Reason != "requires the simulator, and staging is none" || x.Status != steps.Skipped {
		t.Errorf("%s: %s", x.Status, end.Reason)
	}
}

func TestSecretsOfIncludedFilesAreMasked(t *testing.T) {
	x := (&trial{
		yaml:  "name: s\nsteps:\n  - include: inner.yaml\n",
		files: map[string]string{"inner.yaml": "name: i\nsecrets: {key: hunter2hunter2}\nsteps:\n  - log: the key is ${{ key }}\n"},
	}).run(t)
	if strings.Contains(x.journal, "hunter2") || !strings.Contains(x.journal, "the key is ***") {
		t.Errorf("the journal shows a secret:\n%s", x.journal)
	}
}

// A secret that an included file makes of what it is given is masked as soon as it is known, forms and all.
func TestSecretsMadeOfWithAreMasked(t *testing.T) {
	x := (&trial{
		yaml: `
name: s
vars: {tails: [alpha, omega]}
steps:
  - forEach: ${{ tails }}
    include: {file: inner.yaml, with: {tail: "${{ item }}"}}
`,
		files: map[string]string{"inner.yaml": `
name: i
vars: {tail: }
secrets: {key: "hunter 2 ${{ tail }}"}
steps:
  - log: the key is ${{ key }}
  - request: {path: "/x", headers: {X-Key: "${{ key }}"}, body: {key: "${{ key }}"}, method: POST}
`}, service: &scripted{}}).run(t)
	if strings.Contains(x.journal, "hunter") || strings.Count(x.journal, "the key is ***") != 2 {
		t.Errorf("the journal shows a secret:\n%s", x.journal)
	}
	if len(x.service.headers) != 2 || x.service.headers[1].Get("X-Key") != "hunter 2 omega" {
		t.Errorf("the secret did not go out: %v", x.service.headers)
	}
}

func TestPeopleInRunStart(t *testing.T) {
	x := (&trial{yaml: `
name: people
simulate:
  people:
    zoe: {id: 8A34A46B3D174ADC8DCEDC4E7D572698, displayName: Zoe Zeta}
    phil: {phone: "+15551234567"}
steps:
  - log: hi
`}).run(t)
	want := []steps.Named{
		{ID: "+15551234567", Name: "phil", Kind: "person"},
		{ID: "8a34a46b-3d17-4adc-8dce-dc4e7d572698", Name: "Zoe Zeta", Kind: "person"},
		{ID: testBot.AppID, Name: "bot", Kind: "bot"},
	}
	var got []steps.Named
	for _, p := range x.records[0].RunStart.People {
		if p.Name != "phil" || strings.HasPrefix(p.ID, "+") {
			got = append(got, p)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("people (-want +got):\n%s", diff)
	}
}
