package schema

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// projectSettings is a file of settings with vars, secrets and people, as callflow.yaml is.
type projectSettings struct {
	People  PerRun[map[string]*smallPerson] `json:"people" doc:"People."`
	Vars    Vars                            `json:"vars" doc:"Vars."`
	Secrets Secrets                         `json:"secrets" doc:"Secrets."`
	Other   string                          `json:"other" doc:"Something else."`
}

func readShared(t *testing.T, text string) *Shared {
	t.Helper()
	env := func(name string) (string, bool) { return "from the environment", name == "KNOWN" }
	s, ps := Decode[projectSettings](Source{Name: "callflow.yaml", Text: []byte(text), Env: env})
	if s == nil {
		t.Fatal(ps)
	}
	return &Shared{Vars: s.Vars, Secrets: s.Secrets, People: s.People.Template}
}

const aProject = `people:
  carol: {id: "${{ callerId }}"}
secrets:
  pin: ${{ env.UNKNOWN }}
  badge: ${{ greeting }}-${{ pin }}
  written: hunter2hunter2
vars:
  callerId: 8a34a46b-3d17-4adc-8dce-dc4e7d572698
  lines: 2
  greeting: ${{ callerId }} has ${{ lines }} lines
  unset: ${{ env.UNKNOWN }}
  given:
`

// TestShared: a plan knows which of the project's vars it and what it includes need, and in which order.
func TestShared(t *testing.T) {
	shared := readShared(t, aProject)
	files := fstest.MapFS{"_part.yaml": {Data: []byte("steps:\n  - log: ${{ greeting }}\n")}, "_pin.yaml": {Data: []byte("steps:\n  - log: ${{ pin }}\n")}}
	for _, tt := range []struct{ name, text, want, people string }{
		{"none", "steps:\n  - log: hi\n", "", "callerId"},
		{"with what it refers to", "steps:\n  - log: ${{ greeting }}\n", "callerId lines greeting", "callerId"},
		{"in an expression", "steps:\n  - expect: lines > 1\n", "lines", "callerId"},
		{"in a var", "vars:\n  mine: ${{ lines }}\nsteps:\n  - expect: mine == 2\n", "lines", "callerId"},
		{"one of its own", "vars:\n  lines: three\nsteps:\n  - log: ${{ lines + \"!\" }}\n", "", "callerId"},
		{"in what it includes", "vars:\n  lines: 5\nsteps:\n  - include: {file: _part.yaml}\n", "callerId lines greeting", "callerId"},
		{"a secret", "steps:\n  - log: hi\n  - log: again ${{ pin }}\n  - log: ${{ pin }}\n", "*pin@a.yaml:3:20", "callerId"},
		{"a secret with what it refers to", "steps:\n  - log: ${{ badge }}\n", "callerId lines greeting *pin@callflow.yaml:5:30 *badge@a.yaml:2:14", "callerId"},
		{"a secret in a secret of its own", "secrets: {mine: \"${{ pin }}!\"}\nsteps:\n  - log: ${{ mine }}\n", "*pin@a.yaml:1:22", "callerId"},
		{"a secret of its own", "secrets: {pin: \"${{ env.MINE }}\"}\nsteps:\n  - log: ${{ pin }}\n", "", "callerId"},
		{"a var of its own in place of a secret", "vars: {pin: 5}\nsteps:\n  - expect: pin == 5\n", "", "callerId"},
		{"a secret in what it includes", "secrets: {pin: \"${{ env.MINE }}\"}\nsteps:\n  - include: {file: _pin.yaml}\n  - log: ${{ pin }}\n", "*pin@_pin.yaml:2:14", "callerId"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, ps := Check(Source{Name: "a.yaml", Text: []byte(tt.text), FS: files, Shared: shared}, smallVocabulary())
			if plan == nil {
				t.Fatal(ps)
			}
			if diff := cmp.Diff(tt.want+"|"+tt.people, names(plan.Shared)+"|"+names(plan.PeopleNeed)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func names(c Common) string {
	var all []string
	for _, v := range c.Vars {
		all = append(all, v.Name)
	}
	for _, v := range c.Secrets {
		all = append(all, fmt.Sprintf("*%s@%s", v.Name, v.Use))
	}
	return strings.Join(all, " ")
}

func TestSharedProblems(t *testing.T) {
	shared := readShared(t, aProject)
	for _, tt := range []struct{ name, text, want string }{
		{"typed", "steps:\n  - expect: lines == \"two\"\n", "a.yaml:2:19: lines is a number"},
		{"misspelt", "steps:\n  - expect: linse == 2\n", `unknown name "linse"; did you mean "lines"?`},
		{"captured", "steps:\n  - set: {lines: 3}\n", `the name "lines" is already a var of the project, in callflow.yaml:9 [duplicate-name]`},
		{"captured as a secret is called", "steps:\n  - set: {pin: 3}\n", `the name "pin" is already a secret of the project, in callflow.yaml:4 [duplicate-name]`},
		{"a misspelt secret", "steps:\n  - log: ${{ bagde }}\n", `unknown name "bagde"; did you mean "badge"?`},
		{"a var with what a secret has", "vars: {open: \"${{ env.UNKNOWN }}\"}\nsteps:\n  - log: ${{ open }}\n", `a.yaml:1:8: the var open has the value of the secret pin, and vars are printed [plain-secret]`},
		{"nobody of that name", "simulate:\n  script: [{dial: {from: carl}}]\nsteps:\n  - log: hi\n", `nobody in simulate.people is called "carl"; there is carol`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, ps := Check(Source{Name: "a.yaml", Text: []byte(tt.text), Shared: shared}, smallVocabulary())
			if len(ps) != 1 || !strings.Contains(ps.Error(), tt.want) {
				t.Errorf("got:\n%s\nwant:\n%s", ps.Error(), tt.want)
			}
		})
	}
	for _, text := range []string{"steps:\n  - expect: anything == 2\n", "simulate:\n  script: [{dial: {from: anybody}}]\nsteps:\n  - log: hi\n"} {
		if plan, ps := Check(Source{Name: "a.yaml", Text: []byte(text), Shared: &Shared{Broken: true}}, smallVocabulary()); plan == nil {
			t.Errorf("a project that cannot be read may have that name: %v", ps)
		}
	}
}

// TestSharedSettings: what is wrong in the project's file is said there.
func TestSharedSettings(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"vars:\n  a: ${{ b }}\n  b: 1\n", `callflow.yaml:2:10: "b" is declared further down`},
		{"vars:\n  a: 1\n  a: 2\n", `callflow.yaml:3:3: the key "a" is already there in line 2`},
		{"vars:\n  run: 1\n", `callflow.yaml:2:3: the name "run" is taken`},
		{"vars:\n  a: {{ b }}\n", "bare-braces"},
		{"people:\n  carol: {id: \"${{ nobody }}\"}\n", `unknown name "nobody"`},
		{"people:\n  carol: {idd: x}\n", `unknown key "idd"`},
		{"vars: {a: x}\nother: ${{ a }}\n", `unknown name "a"`},
		{"secrets: {a: \"${{ env.A }}\"}\nother: ${{ a }}\n", `unknown name "a"`},
		{"secrets: {a: \"${{ env.A }}\"}\nvars: {b: \"${{ a }}\"}\n", `unknown name "a"`},
		{"secrets:\n  a: ${{ env.A }}\nvars:\n  a: 1\n", `callflow.yaml:2:3: the name "a" is already a var in line 4`},
		{"secrets:\n  run: ${{ env.A }}\n", `callflow.yaml:2:3: the name "run" is taken`},
		{"secrets: [a]\n", `wrong-kind`},
	} {
		if s, ps := Decode[projectSettings](Source{Name: "callflow.yaml", Text: []byte(tt.text)}); s != nil || !strings.Contains(ps.Error(), tt.want) {
			t.Errorf("%q: got\n%s\nwant\n%s", tt.text, ps.Error(), tt.want)
		}
	}
}

// TestSharedSecretsInTheFile: a secret whose value stands in the project's file is told there, and no problem shows it.
func TestSharedSecretsInTheFile(t *testing.T) {
	_, ps := Decode[projectSettings](Source{Name: "callflow.yaml", Text: []byte("secrets:\n  written: hunter2hunter2\nvars:\n  open: hunter2hunter2\n")})
	if len(ps) != 2 || ps[0].Code != "literal-secret" || ps[0].Line != 2 || ps[1].Code != "plain-secret" || ps[1].Line != 4 {
		t.Errorf("got:\n%s", ps.Error())
	}
	_, more := Check(Source{Name: "a.yaml", Text: []byte("steps:\n  - hangup: hunter2hunter2\n"), Shared: readShared(t, aProject)}, smallVocabulary())
	if len(more) == 0 {
		t.Error("there is no such verb")
	}
	for _, p := range append(ps, more...) {
		if strings.Contains(p.Text+p.Hint+p.Source, "hunter2") {
			t.Errorf("it shows the secret: %s\n%s", p, p.Source)
		}
	}
}

func TestSettingsSchema(t *testing.T) {
	var v map[string]any
	if err := json.Unmarshal(SettingsSchema[projectSettings](smallVocabulary()), &v); err != nil {
		t.Fatal(err)
	}
	definitions := v["definitions"].(map[string]any)
	checkRefs(t, v, definitions)
	if definitions["smallPerson"] == nil || v["properties"].(map[string]any)["people"] == nil {
		t.Errorf("no people in %v", v)
	}
}
