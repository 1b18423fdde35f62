package cli

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"callflow/internal/graph"
	"callflow/internal/target"
	"callflow/internal/world"
	"callflow/runner"
	"callflow/schema"
	"callflow/steps"
)

// transferFlow is the whole flow of moving a caller into a meeting, the longest of the first scenarios.
const transferFlow = "transfer/move-caller-into-meeting.yaml"

func readFlow(b *testing.B) []byte {
	b.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "scenarios", filepath.FromSlash(transferFlow)))
	if err != nil {
		b.Fatal(err)
	}
	return text
}

// BenchmarkCheck checks one scenario of some sixty lines.
func BenchmarkCheck(b *testing.B) {
	text := readFlow(b)
	voc := steps.Vocabulary()
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := schema.Check(schema.Source{Name: "a.yaml", Text: text}, voc); problems.Failed() {
			b.Fatal(problems)
		}
	}
}

// BenchmarkValidate is `callflow validate` over a thousand files of some sixty lines each, none like another.
func BenchmarkValidate(b *testing.B) {
	const files = 1000
	folder, text := b.TempDir(), string(readFlow(b))
	for i := range files {
		one := strings.ReplaceAll(text, "p2pCall", fmt.Sprintf("p2pCall%d", i))
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%04d.yaml", i)), []byte(one), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if code := Main([]string{"validate", "--strict", folder}, strings.NewReader(""), io.Discard, io.Discard); code != 0 {
			b.Fatal(code)
		}
	}
	b.ReportMetric(float64(files*b.N)/b.Elapsed().Seconds(), "files/s")
}

// BenchmarkTransferFlow runs the flow on the simulator in virtual time, the plan compiled once.
func BenchmarkTransferFlow(b *testing.B) {
	b.Run("no-journal", func(b *testing.B) {
		benchFlow(b, func(*runner.Prepared) func(steps.Record) { return func(steps.Record) {} })
	})
	b.Run("journal", func(b *testing.B) {
		benchFlow(b, func(p *runner.Prepared) func(steps.Record) { return runner.NewJournal(io.Discard, p.Mask).Record })
	})
}

// benchFlow runs the flow again and again; emit gives each run's taker of records.
func benchFlow(b *testing.B, emit func(*runner.Prepared) func(steps.Record)) {
	plan, problems := schema.Check(schema.Source{Name: "a.yaml", Text: readFlow(b)}, steps.Vocabulary())
	if plan == nil {
		b.Fatal(problems)
	}
	target := target.NewSimulated(graph.V1, false, world.Chaos{})
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		p, err := runner.Prepare(plan, runner.Options{Row: plan.Rows[0], Seed: 1, Repeat: n, Target: target.About(), Callback: target.Callback})
		if err != nil {
			b.Fatal(err)
		}
		var result runner.Result
		err = target.Run(b.Context(), p, 1, emit(p), func(h steps.Host) { result = p.Run(h) })
		if err != nil || result.Status != steps.Passed {
			b.Fatal(result.Status, err)
		}
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "runs/s")
}

// command is this test's binary under the name by which it is the command; see TestMain.
func command(b testing.TB) string {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	name := filepath.Join(b.TempDir(), "callflow")
	if err := os.Symlink(self, name); err != nil {
		b.Skip(err)
	}
	return name
}

// BenchmarkProcessVersion is `callflow version` as a process.
func BenchmarkProcessVersion(b *testing.B) {
	name := command(b)
	for b.Loop() {
		if err := exec.Command(name, "version").Run(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkProcessRun is one small scenario as a process.
func BenchmarkProcessRun(b *testing.B) {
	name := command(b)
	for b.Loop() {
		if out, err := exec.Command(name, "run", "scaffold/scenarios/first-call.yaml").CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
}
