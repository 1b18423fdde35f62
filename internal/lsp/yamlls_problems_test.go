package lsp_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"callflow/internal/project"
	"callflow/scenarios"
	"callflow/schema"
	"callflow/steps"
)

// goodFiles are all that callflow itself has nothing against: what we ship, and the good examples of the pages of problems.
func goodFiles(t *testing.T) map[string]string {
	files := map[string]string{}
	err := fs.WalkDir(scenarios.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			text, _ := scenarios.Files.ReadFile(path)
			files[path] = string(text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range schema.ProblemCodes {
		if p := c.Page(); p.Good != "" {
			files["good example of "+c.Code] = p.Good
		}
	}
	return files
}

var ownModeline = regexp.MustCompile(`(?m)^# yaml-language-server:.*\n`)

// publishedProblem is a problem as the server publishes it.
type publishedProblem struct {
	Message string
	Range   struct{ Start struct{ Line int } }
}

func tryGoodFiles(t *testing.T, s yamlls) {
	var names []string
	var questions []question
	for name, text := range goodFiles(t) {
		names = append(names, name)
		questions = append(questions, question{ownModeline.ReplaceAllString(text, ""), "problems"})
	}
	for i, r := range s.ask(t, questions) {
		var problems []publishedProblem
		r.into(t, &problems)
		for _, p := range problems {
			t.Errorf("%s, line %d: %s", names[i], p.Range.Start.Line, p.Message)
		}
	}
}

// Mistakes are named where they are, once, and in words that help.
func tryBadFiles(t *testing.T, s yamlls) {
	cases := []struct {
		name, text string
		want       []string // line: message, in order of lines; the start of it
	}{
		{"a misspelt verb", "steps:\n  - craeteCall: {}\n", []string{"2: Property craeteCall is not allowed."}},
		{"a misspelt key of the file", "nam: x\nsteps: []\n", []string{"1: Property nam is not allowed."}},
		{"no steps", "name: x\n", []string{`1: Missing property "steps".`}},
		{"no verb", "steps:\n  - name: x\n    if: a\n", []string{"2: a step wants a verb"}},
		{"two verbs", "steps:\n  - answer: x\n    hangUp: x\n", []string{"2: a step has one verb, here hangUp", "3: a step has one verb, here answer"}},
		{"a misspelt key of a step", "steps:\n  - answer: x\n    timeuot: 5s\n", []string{"3: a step has one verb, here answer; beside it stand id, name"}},
		{"a misspelt parameter", "steps:\n  - createCall:\n      target: []\n", []string{"3: Property target is not allowed."}},
		{"a misspelt parameter of a verb with a short form", "steps:\n  - answer:\n      call: x\n      modalities: [audio]\n", []string{"4: Property modalities is not allowed."}},
		{"a parameter that is missing", "steps:\n  - reject:\n      reason: busy\n", []string{`2: Missing property "call".`}},
		{"a wrong word", "steps:\n  - reject: {call: x, reason: bussy}\n", []string{`2: Value is not accepted. Valid values: "none", "busy", "forbidden".`}},
		{"a wrong word in a list", "steps:\n  - createCall:\n      requestedModalities: [audio, vidoe]\n", []string{`3: Value is not accepted. Valid values: "audio", "video"`}},
		{"a goal that no verb has", "steps:\n  - answer: x\n    until: finished\n", []string{"3: Value is not accepted. Valid values:"}},
		{"a goal of another verb", "steps:\n  - hangUp: x\n    until: transferred\n", []string{`3: Value is not accepted. Valid values: "terminated"`}},
		{"until beside a verb that has no goals", "steps:\n  - await: call.state == \"incoming\"\n    until: established\n", []string{"3: a step has one verb, here await; beside it stand id"}},
		{"no duration", "timeout: 5\nsteps: []\n", []string{"1: a duration is wanted: 500ms, 15s or 1m30s"}},
		{"a duration without a unit that exists", "timeout: 5sec\nsteps: []\n", []string{"1: a duration is wanted: 500ms, 15s or 1m30s"}},
		{"no list", "steps:\n  - createCall:\n      targets: carol\n", []string{"3: a list is wanted, or ${{ }}"}},
		{"no mapping", "steps:\n  - createCall: carol\n", []string{"2: a mapping is wanted, or ${{ }}"}},
		{"nothing", "steps:\n  - createCall:\n", []string{"2: Incorrect type. Expected one of object, string."}},
		{"no name", "steps:\n  - id: 1st\n    answer: x\n", []string{"2: a name is wanted"}},
		{"a misspelt key of a person", "simulate:\n  people:\n    carol: {answer: never}\nsteps: []\n", []string{"3: Property answer is not allowed."}},
		{"a misspelt deed", "simulate:\n  script:\n    - dail: {from: carol}\nsteps: []\n", []string{"3: Property dail is not allowed."}},
		{"a mistake in a branch", "steps:\n  - parallel:\n      a:\n        - answr: x\n", []string{"4: Property answr is not allowed."}},
	}
	var questions []question
	for _, c := range cases {
		questions = append(questions, question{c.text, "problems"})
		if _, problems := schema.Check(schema.Source{Name: "a.yaml", Text: []byte(c.text)}, steps.Vocabulary()); !problems.Failed() {
			t.Errorf("%s: callflow itself takes it", c.name)
		}
	}
	for i, r := range s.ask(t, questions) {
		c := cases[i]
		var problems []publishedProblem
		r.into(t, &problems)
		var got []string
		for _, p := range problems {
			got = append(got, fmt.Sprintf("%d: %s", p.Range.Start.Line, p.Message)) // from 0, after the modeline
		}
		slices.Sort(got)
		good := len(got) == len(c.want)
		for j := 0; good && j < len(got); j++ {
			good = strings.HasPrefix(got[j], c.want[j])
		}
		if !good {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// docs/editors.md says what to write into the settings of VS Code, whose YAML extension is this server: to have the schema
// without a line in each file, and to have nothing twice beside callflow's own server.
func trySettings(t *testing.T, s yamlls) {
	doc, err := os.ReadFile("../../docs/editors.md")
	if err != nil {
		t.Fatal(err)
	}
	var found []map[string]any
	for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllSubmatch(doc, -1) {
		var flat map[string]any
		if err := json.Unmarshal(block[1], &flat); err != nil {
			t.Fatal(err)
		}
		yaml := map[string]any{}
		for key, v := range flat {
			if name, ok := strings.CutPrefix(key, "yaml."); ok {
				yaml[name] = v
			}
		}
		if len(yaml) > 0 {
			found = append(found, yaml)
		}
	}
	if len(found) != 2 {
		t.Fatalf("%d blocks of settings for YAML, want 2", len(found))
	}
	questions := []question{
		{"steps:\n  - craeteCall: {}\n", "problems"}, {"steps:\n  - ‸", "textDocument/completion"}, {"le‸ak: keep\nsteps: []\n", "textDocument/hover"},
	}
	for i, want := range []bool{true, false} {
		first := modeline
		if want {
			first = "# no line that leads to the schema\n"
		}
		replies := s.askWith(t, found[i], first, questions)
		var problems []publishedProblem
		replies[0].into(t, &problems)
		if got := len(problems) > 0; got != want {
			t.Errorf("with %v: problems %v", found[i], problems)
		}
		if got := len(replies[1].offers(t)) > 0; got != want {
			t.Errorf("with %v: %d completions", found[i], len(replies[1].offers(t)))
		}
		if got := strings.Contains(string(replies[2].Result), "What becomes of the calls"); got != want {
			t.Errorf("with %v: hover %s", found[i], replies[2].Result)
		}
	}
}

// The schemas are good draft-07, read as strictly as can be, for those editors that do not ask yaml-language-server; and all
// good files are good by them.
func tryStrict(t *testing.T, s yamlls) {
	type asked struct {
		Schema string            `json:"schema"`
		Files  map[string]string `json:"files"`
	}
	config := string(schema.SettingsSchema[project.Config](steps.Vocabulary()))
	in, err := json.Marshal([]asked{
		{string(schema.JSONSchema(steps.Vocabulary())), goodFiles(t)},
		{config, map[string]string{"callflow.yaml": "vars: {a: 1}\npeople:\n  carol: {id: \"x\"}\n"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if said, err := s.node.Run(in, "node", "strict.mjs"); err != nil || len(said) > 0 {
		t.Errorf("%v\n%s", err, said)
	}
}
