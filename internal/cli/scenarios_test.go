package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"callflow/internal/graph"
	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/internal/target"
	"callflow/internal/world"
	"callflow/runner"
	"callflow/steps"
)

// TestScenarios runs every scenario we ship against the simulator, in the oldest and in today's dialect. A scenario may
// be skipped where the dialect lacks an operation; it says so. One with the tag fails has to fail, for the reason that it
// states.
func TestScenarios(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	scenarios := shipped(t, "scenarios")
	for _, dialect := range []graph.Dialect{graph.V1, graph.Legacy} {
		target := target.NewSimulated(dialect, false, world.Chaos{})
		for _, s := range scenarios {
			if s.Plan == nil {
				continue
			}
			reason := failsFor(t, s)
			for _, row := range s.Plan.Rows {
				name := strings.TrimPrefix(s.File, "scenarios/") + "/" + string(dialect)
				if row.Name != "" {
					name += "/" + row.Name
				}
				t.Run(name, func(t *testing.T) {
					p, err := runner.Prepare(s.Plan, runner.Options{Row: row, Seed: 1, Target: target.About(), Callback: target.Callback})
					if err != nil {
						t.Fatal(err)
					}
					if p.Skip != "" {
						if dialect == graph.V1 {
							t.Errorf("skipped in today's dialect: %s", p.Skip)
						}
						t.Skip(p.Skip)
					}
					first := runOnce(t, target, p, reason)
					if t.Failed() {
						return
					}
					p, err = runner.Prepare(s.Plan, runner.Options{Row: row, Seed: 1, Target: target.About(), Callback: target.Callback})
					if err != nil {
						t.Fatal(err)
					}
					if again := runOnce(t, target, p, reason); !bytes.Equal(first, again) {
						t.Error("the same seed gave another journal")
					}
				})
			}
		}
	}
}

// shipped are the checked scenarios of a folder. Nothing is wrong with them: one that is there to fail silences the warning
// and says why.
func shipped(t *testing.T, folder string) []*project.Scenario {
	t.Helper()
	files, err := project.Find([]string{folder})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	scenarios, _ := project.Check(files, project.NewProjects(""), nil)
	for _, s := range scenarios {
		for _, p := range s.Problems {
			t.Error(p)
		}
	}
	return scenarios
}

// stated is the line in which a scenario with the tag fails says what its failure begins with.
var stated = regexp.MustCompile(`(?m)^# fails: (.+)$`)

// failsFor is why a scenario that we ship has to fail; empty when it has to pass.
func failsFor(t *testing.T, s *project.Scenario) string {
	t.Helper()
	text, err := os.ReadFile(s.File)
	if err != nil {
		t.Fatal(err)
	}
	reason := stated.FindSubmatch(text)
	if slices.Contains(s.Plan.Tags, "fails") != (reason != nil) {
		t.Errorf("%s: the tag fails and a line that begins with \"# fails: \" go together", s.File)
	}
	if reason == nil {
		return ""
	}
	return string(reason[1])
}

// runOnce runs a scenario that must pass, or fail for the reason given, and returns its journal.
func runOnce(t *testing.T, target target.Target, p *runner.Prepared, reason string) []byte {
	t.Helper()
	return runSeed(t, target, p, reason, 1, func(steps.Record) {})
}

// runSeed is runOnce with a seed of one's own, and a look at the records.
func runSeed(t *testing.T, target target.Target, p *runner.Prepared, reason string, seed uint64, look func(steps.Record)) []byte {
	t.Helper()
	var journal, shown bytes.Buffer
	j := runner.NewJournal(&journal, p.Mask)
	console := report.NewConsole(&shown, report.Style{Width: 100}, report.Normal)
	view := console.Run("", 12)
	var result runner.Result
	err := target.Run(t.Context(), p, seed, func(r steps.Record) {
		look(r)
		j.Record(r)
		view.Record(r)
	}, func(h steps.Host) { result = p.Run(h) })
	want := []string{steps.Passed}
	if reason != "" {
		want = []string{steps.Failed, steps.Broken}
	}
	if err != nil || j.Err() != nil || !slices.Contains(want, result.Status) {
		t.Errorf("seed %d: %s, not %s, %v, %v:\n%s", seed, result.Status, want[0], err, j.Err(), shown.String())
	}
	if said := strings.Join(strings.Fields(shown.String()), " "); !strings.Contains(said, reason) {
		t.Errorf("seed %d: the failure does not say %q:\n%s", seed, reason, shown.String())
	}
	return journal.Bytes()
}
