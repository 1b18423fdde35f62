package runner

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"callflow/internal/graph"
	"callflow/internal/host/local"
	"callflow/schema"
	"callflow/steps"
)

// BenchmarkWaitingRun tells the memory of one run that waits for a call on the local host: heap and stacks over 10,000
// runs of one plan. The target is 32 KB.
func BenchmarkWaitingRun(b *testing.B) {
	const n = 10_000
	plan, problems := schema.Check(schema.Source{Name: "wait.yaml", Text: []byte(`
name: wait
vars: {caller: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}
steps:
  - id: ring
    await: call.state == "incoming" && call.source.identity.user.id == caller
    timeout: 5m
    capture: {ringing: call.id}
  - answer: ${{ ringing }}
`)}, steps.Vocabulary())
	if plan == nil {
		b.Fatal(problems)
	}
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		hub := local.NewHub(local.Config{})
		ctx, cancel := context.WithCancel(context.Background())
		var waiting, ended sync.WaitGroup
		waiting.Add(n)
		for i := range n {
			p, err := Prepare(plan, Options{Seed: 1, Repeat: i, Target: steps.Target{Name: "x", Dialect: graph.V1, Bot: testBot}})
			if err != nil {
				b.Fatal(err)
			}
			ended.Go(func() {
				_ = hub.Run(ctx, p.RunID, 1, func(r steps.Record) {
					if r.StepStart != nil {
						waiting.Done()
					}
				}, func(h steps.Host) { p.Run(h) })
			})
		}
		waiting.Wait()
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "heapB/run")
		b.ReportMetric(float64(after.StackInuse-before.StackInuse)/n, "stackB/run")
		cancel()
		ended.Wait()
	}
}
