package report

import (
	"testing"
	"time"

	"callflow/steps"
)

func TestCommand(t *testing.T) {
	tests := []struct {
		name  string
		start steps.RunStart
		want  string
	}{
		{"plain", steps.RunStart{File: "a.yaml", Target: "simulator", Simulated: true, Dialect: "v1.0", Seed: 1}, "callflow run a.yaml --seed 1"},
		{"standard input", steps.RunStart{File: "<stdin>", Target: "simulator", Simulated: true, Seed: 1}, "callflow run - --seed 1"},
		{"all that was given", steps.RunStart{File: "my calls/a.yaml", Scenario: "Move (it)", Row: "who=dora", Target: "simulator", Simulated: true, Dialect: "beta",
			Vars: map[string]string{"who": "it's $HOME", "b": "1"}, Timeout: 90 * time.Second, Until: "steps[2]", Chaos: "reorder,early", Seed: 18446744073709551615},
			`callflow run 'my calls/a.yaml' --run '^Move \(it\) \[who=dora\]$' --var b=1 --var 'who=it'\''s $HOME' --timeout 1m30s --until 'steps[2]' ` +
				`--dialect beta --chaos reorder,early --seed 18446744073709551615`},
		{"a target, which has a dialect of its own", steps.RunStart{File: "a.yaml", Target: "staging", Dialect: "beta", Seed: 5}, "callflow run a.yaml --target staging --seed 5"},
		{"what it takes beside the scenario", steps.RunStart{File: "a.yaml", Target: "simulator", Simulated: true, Seed: 5,
			Asked: steps.Asked{Config: "conf/my team.yaml", Codes: "codes.yaml", RealTime: true, Secrets: []string{"pin", "token"}}},
			"callflow run a.yaml --secret pin --secret token --config 'conf/my team.yaml' --codes codes.yaml --real-time --seed 5"},
		{"names that a shell or a flag parser would take for something else", steps.RunStart{File: "-x.yaml", Vars: map[string]string{"a": "~/x;y"}, Target: "=t", Seed: 5},
			"callflow run ./-x.yaml --var 'a=~/x;y' --target '=t' --seed 5"},
	}
	for _, tt := range tests {
		if got := (&Run{Start: tt.start}).Command(); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}
