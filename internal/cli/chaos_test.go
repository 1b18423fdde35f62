package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"callflow/internal/graph"
	"callflow/internal/target"
	"callflow/internal/world"
	"callflow/runner"
	"callflow/steps"
)

// Every scenario we ship comes to the same whatever tolerated disorder it meets, in the oldest and in today's dialect, and
// meets the same one again with the same seed.
func TestChaos(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	scenarios := shipped(t, "scenarios")
	chaos, err := world.ParseChaos("all")
	if err != nil {
		t.Fatal(err)
	}
	seeds := uint64(100)
	if testing.Short() {
		seeds = 10
	}
	struck := map[string]int{}
	for _, dialect := range []graph.Dialect{graph.V1, graph.Legacy} {
		seeds := seeds
		if dialect == graph.Legacy {
			seeds = (seeds + 2) / 3
		}
		target := target.NewSimulated(dialect, false, chaos)
		for _, s := range scenarios {
			if s.Plan == nil {
				continue
			}
			t.Run(strings.TrimPrefix(s.File, "scenarios/")+"/"+string(dialect), func(t *testing.T) {
				reason := failsFor(t, s)
				for _, row := range s.Plan.Rows {
					for seed := uint64(1); seed <= seeds && !t.Failed(); seed++ {
						var journals [2][]byte
						for i := range times(seed) {
							p, err := runner.Prepare(s.Plan, runner.Options{Row: row, Seed: seed, Target: target.About(), Callback: target.Callback})
							if err != nil {
								t.Fatal(err)
							}
							if p.Skip != "" {
								t.Skip(p.Skip)
							}
							journals[i] = runSeed(t, target, p, reason, seed, func(r steps.Record) {
								if r.World != nil && r.World.Who == "" {
									kind, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(r.World.Did, "chaos: "), "notification, "), " ")
									struck[strings.TrimSuffix(kind, ",")]++
								}
							})
						}
						if times(seed) == 2 && !bytes.Equal(journals[0], journals[1]) {
							t.Errorf("seed %d gave another journal the second time", seed)
						}
					}
				}
			})
		}
	}
	for _, kind := range world.Disorders {
		if struck[kind] < int(seeds) {
			t.Errorf("only %d times %s", struck[kind], kind)
		}
	}
}

// times is how often a seed is run: some of them twice.
func times(seed uint64) int {
	if seed%10 == 1 {
		return 2
	}
	return 1
}
