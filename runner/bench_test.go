package runner

import (
	"context"
	"os"
	"testing"

	"callflow/internal/host/sim"
	"callflow/schema"
	"callflow/steps"
)

// BenchmarkSeedFlow is one whole run of the seed's flow in a simulated world: target 1,000 a second on one core.
func BenchmarkSeedFlow(b *testing.B) {
	text, err := os.ReadFile("../scenarios/transfer/move-caller-into-meeting.yaml")
	if err != nil {
		b.Fatal(err)
	}
	plan, problems := schema.Check(schema.Source{Name: "move.yaml", Text: text}, steps.Vocabulary())
	if plan == nil {
		b.Fatal(problems)
	}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		p, err := Prepare(plan, Options{Seed: 1, Repeat: n, Target: simulated(), Callback: sim.Callback})
		if err != nil {
			b.Fatal(err)
		}
		var result Result
		err = sim.Run(context.Background(), sim.Config{Seed: 1, RunID: p.RunID, Dialect: p.Target.Dialect, Bot: testBot, Scene: p.Scene,
			Emit: func(steps.Record) {}}, func(h steps.Host) { result = p.Run(h) })
		if err != nil || result.Status != steps.Passed {
			b.Fatal(result.Status, err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
}
