package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"callflow/internal/graph"
	"callflow/internal/report"
	"callflow/internal/world"
	"callflow/runner"
	"callflow/steps"
)

// TestScenarios runs every scenario we ship against the simulator, in the oldest and in today's dialect. A scenario may
// be skipped where the dialect lacks an operation; it says so.
func TestScenarios(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	files, err := find([]string{"scenarios"})
	if err != nil {
		t.Fatal(err)
	}
	scenarios, problems := check(files, nil)
	for _, p := range problems {
		t.Error(p)
	}
	for _, dialect := range []graph.Dialect{graph.V1, graph.Legacy} {
		target := newSimulated(dialect, false, world.Chaos{})
		for _, s := range scenarios {
			if s.plan == nil {
				continue
			}
			for _, row := range s.plan.Rows {
				name := strings.TrimPrefix(s.file, "scenarios/") + "/" + string(dialect)
				if row.Name != "" {
					name += "/" + row.Name
				}
				t.Run(name, func(t *testing.T) {
					p, err := runner.Prepare(s.plan, runner.Options{Row: row, Seed: 1, Target: target.about(), Callback: target.callback})
					if err != nil {
						t.Fatal(err)
					}
					if p.Skip != "" {
						if dialect == graph.V1 {
							t.Errorf("skipped in today's dialect: %s", p.Skip)
						}
						t.Skip(p.Skip)
					}
					first := runOnce(t, target, p)
					if t.Failed() {
						return
					}
					p, err = runner.Prepare(s.plan, runner.Options{Row: row, Seed: 1, Target: target.about(), Callback: target.callback})
					if err != nil {
						t.Fatal(err)
					}
					if again := runOnce(t, target, p); !bytes.Equal(first, again) {
						t.Error("the same seed gave another journal")
					}
				})
			}
		}
	}
}

// runOnce runs a scenario that must pass, and returns its journal.
func runOnce(t *testing.T, target target, p *runner.Prepared) []byte {
	t.Helper()
	return runSeed(t, target, p, 1, func(steps.Record) {})
}

// runSeed is runOnce with a seed of one's own, and a look at the records.
func runSeed(t *testing.T, target target, p *runner.Prepared, seed uint64, look func(steps.Record)) []byte {
	t.Helper()
	var journal, shown bytes.Buffer
	j := runner.NewJournal(&journal, p.Mask)
	console := report.NewConsole(&shown, report.Style{Width: 100}, report.Normal)
	view := console.Run("")
	var result runner.Result
	err := target.run(t.Context(), p, seed, func(r steps.Record) {
		look(r)
		j.Record(r)
		view.Record(r)
	}, func(h steps.Host) { result = p.Run(h) })
	if err != nil || j.Err() != nil || result.Status != steps.Passed {
		t.Errorf("seed %d: %s, %v, %v:\n%s", seed, result.Status, err, j.Err(), shown.String())
	}
	return journal.Bytes()
}
