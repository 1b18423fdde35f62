package runner

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/steps"
)

const stops = `name: stops
leak: fail
simulate:
  people:
    carol: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698, answers: {after: 1s}}
steps:
  - id: ring
    createCall:
      targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]
    capture: {leg: call.id}

  # About the branches.
  - id: both
    parallel:
      left:
        - id: quick
          sleep: 1s
        - log: after
      right:
        - id: slow
          await: call.state == "terminated"
          timeout: 1h
  - id: login
    include: {file: login.yaml}
  - id: every
    forEach: ${{ [1, 2] }}
    parallel:
      only:
        - id: item
          log: an item
        - log: next
  - id: never
    if: "false"
    parallel:
      only:
        - id: inside
          log: not reached
  - id: bye
    hangUp: ${{ leg }}
finally:
  - id: tidy
    log: tidy
outputs:
  said: steps.login.word
`

const login = `name: login
vars: {who: nobody}
steps:
  - id: ask
    log: ask
  - id: tell
    log: tell
outputs:
  word: who
`

// TestUntil: the run stops after one step, wherever it stands, with finally and cleanup, and says what it left out.
func TestUntil(t *testing.T) {
	tests := []struct {
		until, done string
		left        []string
		passed      string // steps, in order of their ends
		cancelled   string
	}{
		{"ring", "ring", []string{"both", "login", "every", "never", "bye"}, "ring tidy", ""},
		{"quick", "quick", []string{"steps[1].left[1]", "login", "every", "never", "bye"}, "ring quick tidy", "slow both"},
		{"login/ask", "login/ask", []string{"login/tell", "every", "never", "bye"}, "ring quick steps[1].left[1] both login/ask tidy", "login"},
		{"login", "login", []string{"every", "never", "bye"}, "ring quick steps[1].left[1] both login/ask login/tell login tidy", ""},
		{"item", "item", []string{"steps[3].only[1]", "never", "bye"}, "ring quick steps[1].left[1] both login/ask login/tell login every[0]/item tidy", "every[0]"},
		{"inside", "never", []string{"bye"}, "ring quick steps[1].left[1] both login/ask login/tell login every[0]/item every[0]/steps[3].only[1] every[0] every[1]/item every[1]/steps[3].only[1] every[1] tidy", ""},
		{"bye", "bye", nil, "ring quick steps[1].left[1] both login/ask login/tell login every[0]/item every[0]/steps[3].only[1] every[0] every[1]/item every[1]/steps[3].only[1] every[1] bye tidy", ""},
	}
	for _, tt := range tests {
		t.Run(tt.until, func(t *testing.T) {
			yaml := stops
			if tt.until != "quick" { // the others are to get past it
				yaml = strings.Replace(yaml, "timeout: 1h", "timeout: 2s\n          continueOnError: true", 1)
			}
			files := map[string]string{"login.yaml": login}
			place, err := StepNamed(compile(t, yaml, files), tt.until)
			if err != nil {
				t.Fatal(err)
			}
			x := (&trial{yaml: yaml, files: files, opt: Options{Until: place}}).run(t)
			by := map[string][]string{}
			for _, r := range x.records {
				if r.StepEnd != nil {
					by[r.StepEnd.Status] = append(by[r.StepEnd.Status], r.Step)
				}
			}
			end := x.records[len(x.records)-1].RunEnd
			if x.Status != steps.Passed || end.Until != tt.done || end.Legs != 0 {
				t.Errorf("%s after %q with %d calls up: %v", x.Status, end.Until, end.Legs, x.Failure)
			}
			var left []string
			for _, s := range end.LeftOut {
				left = append(left, s.Step)
			}
			if d := cmp.Diff(tt.left, left); d != "" {
				t.Errorf("left out (-want +got):\n%s", d)
			}
			if got := strings.Join(by[steps.Passed], " "); got != tt.passed {
				t.Errorf("passed %s\n  want %s", got, tt.passed)
			}
			if got := strings.Join(by[steps.Cancelled], " "); got != tt.cancelled {
				t.Errorf("cancelled %q, want %q", got, tt.cancelled)
			}
		})
	}
}

// What fails before the step is reached fails the run as ever.
func TestUntilFailsBefore(t *testing.T) {
	x := (&trial{yaml: "name: x\nsteps:\n  - expect: 1 == 2\n  - id: b\n    log: b\n  - log: c\n", opt: Options{Until: "b"}}).run(t)
	if end := x.records[len(x.records)-1].RunEnd; x.Status != steps.Failed || end.Until != "" || end.LeftOut != nil {
		t.Errorf("%s, %+v", x.Status, end)
	}
}

func TestStepNamed(t *testing.T) {
	plan := compile(t, stops, map[string]string{"login.yaml": login})
	for name, want := range map[string]string{"steps[1].left[0]": "quick", "steps[1].left[1]": "steps[1].left[1]", "login/steps[1]": "login/tell"} {
		if got, err := StepNamed(plan, name); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", name, got, err, want)
		}
	}
	for name, want := range map[string]string{
		"rnig": `test.yaml has no step "rnig"; did you mean "ring"?`,
		"tidy": `test.yaml: "tidy" is a step of finally, and finally always runs`,
		"zzzzzzzz": `test.yaml has no step "zzzzzzzz"; there are ring, both, quick, steps[1].left[1], slow, login, login/ask, login/tell, ` +
			`every, item, steps[3].only[1], never, inside, bye`,
	} {
		if _, err := StepNamed(plan, name); err == nil || err.Error() != want {
			t.Errorf("%s: %v\n want %s", name, err, want)
		}
	}
}

func TestStepAt(t *testing.T) {
	plan := compile(t, stops, map[string]string{"login.yaml": login})
	for i, line := range strings.Split(stops, "\n") {
		want, known := map[string]string{
			"name: stops": "", "steps:": "", "  - id: ring": "ring", "    capture: {leg: call.id}": "ring",
			"  # About the branches.": "ring", "    parallel:": "", "      left:": "both", "        - id: quick": "quick",
			"          sleep: 1s": "quick", "        - log: after": "steps[1].left[1]", "          timeout: 1h": "slow",
			"  - id: login": "login", "    if: \"false\"": "never", "    hangUp: ${{ leg }}": "bye", "finally:": "", "    log: tidy": "",
		}[line]
		if line == "    parallel:" { // of three steps
			continue
		}
		if got := StepAt(plan, i+1); known && got != want {
			t.Errorf("line %d, %q: step %q, want %q", i+1, line, got, want)
		}
	}
}

// TestTimeoutOption: --timeout takes the place of the scenario's, be it longer or shorter.
func TestTimeoutOption(t *testing.T) {
	yaml := "name: x\ntimeout: 1m\nsteps:\n  - sleep: 5m\nfinally:\n  - log: tidy\n"
	if x := (&trial{yaml: yaml, opt: Options{Timeout: 10 * time.Minute}}).run(t); x.Status != steps.Passed {
		t.Errorf("%s: %v", x.Status, x.Failure)
	}
	x := (&trial{yaml: yaml, opt: Options{Timeout: time.Second}}).run(t)
	if x.Status != steps.Failed || !strings.Contains(x.Failure.Text, "--timeout of 1s reached") || !strings.Contains(x.story(), "log tidy") {
		t.Errorf("%s: %v\n%s", x.Status, x.Failure, x.story())
	}
}
