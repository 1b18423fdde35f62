package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"callflow/internal/graph"
	"callflow/internal/target"
	"callflow/internal/world"
	"callflow/runner"
	"callflow/steps"
)

// faulty is a simulator whose runs go wrong in a way of our own making.
type faulty struct {
	target.Target
	fault func(emit func(steps.Record)) error
}

func (f faulty) Run(_ context.Context, _ *runner.Prepared, _ uint64, emit func(steps.Record), _ func(steps.Host)) error {
	return f.fault(emit)
}

// Whatever happens to a run, it has an end on the console and in its journal, and the other runs go on.
func TestFaultsOfOurOwn(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault func(emit func(steps.Record)) error
		want  string
	}{
		{"panic", func(func(steps.Record)) error { panic("boom") }, "callflow itself failed, please report it: boom"},
		{"error", func(func(steps.Record)) error { return errors.New("the world stood still") }, "the world stood still"},
		{"no end", func(emit func(steps.Record)) error {
			emit(steps.Record{Seq: 1, Type: "runStart", RunStart: &steps.RunStart{Scenario: "Hello", Target: "simulator"}})
			return nil
		}, "the run ended without a result"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile("hello.yaml", []byte("name: Hello\nsteps: [{log: hello}]\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			var out, stderr bytes.Buffer
			io := streams{out: &out, err: &stderr}
			f := &runFlags{parallel: 1, repeat: 2, journal: "j"}
			scenarios, err := load([]string{"hello.yaml"}, "", false, io, true)
			if err != nil {
				t.Fatal(err)
			}
			chosen, err := f.choose(scenarios, false)
			if err != nil {
				t.Fatal(err)
			}
			b := &batch{flags: f, io: io, jobs: f.jobs(chosen), target: faulty{target.NewSimulated(graph.V1, false, world.Chaos{}), tt.fault}}
			if code := exitCode(b.run(context.Background())); code != 3 {
				t.Errorf("exit code %d, want 3", code)
			}
			if n := strings.Count(out.String(), tt.want); n != 2 || !strings.Contains(out.String(), "2 could not test") {
				t.Errorf("said %d times, want 2:\n%s", n, out.String())
			}
			journals, err := filepath.Glob("j/*.jsonl")
			if err != nil || len(journals) != 2 {
				t.Fatalf("journals %v, %v", journals, err)
			}
			text, err := os.ReadFile(journals[0])
			if lines := strings.Count(string(text), "\n"); err != nil || lines != 2 || !strings.Contains(string(text), `"type":"runEnd"`) {
				t.Errorf("the journal has no end (%v):\n%s", err, text)
			}
		})
	}
}
