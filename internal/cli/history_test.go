package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/history"
	"callflow/internal/host/sim"
	"callflow/steps"
)

// TestGeneratedOperators does what the guide for operators shows under "Over days": one run a day, the first on 18 May.
// The guide shows what is printed, to the letter.
func TestGeneratedOperators(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, "docs", "guides", "operators.md")
	guide := contents(t, file)
	_, section, ok := strings.Cut(guide, "\n## Over days\n")
	_, block, has := strings.Cut(section, "```text\n")
	block, _, closed := strings.Cut(block, "```")
	if !ok || !has || !closed {
		t.Fatal("the guide has no section \"Over days\" with a block of commands")
	}
	const story = "scenarios/stories/s16b-one-join-a-day.yaml"
	scenario := contents(t, filepath.Join(root, filepath.FromSlash(story)))
	t.Chdir(t.TempDir())
	t.Setenv("LANG", "C.UTF-8")
	if err := os.MkdirAll(filepath.Dir(story), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Dir(story), filepath.Base(story), scenario)

	var out bytes.Buffer
	day := time.Date(2026, 5, 18, 6, 0, 0, 0, time.UTC)
	known := map[string]bool{}
	for line := range strings.Lines(block) {
		command, ok := strings.CutPrefix(line, "$ callflow ")
		if !ok {
			continue
		}
		out.WriteString(line)
		Main(strings.Fields(command), strings.NewReader(""), &out, &out)
		journals, _ := filepath.Glob(filepath.Join("journals", "*"))
		for _, name := range journals {
			if known[name] {
				continue
			}
			known[name] = true
			if err := os.Chtimes(name, day, day); err != nil {
				t.Fatal(err)
			}
		}
		day = day.AddDate(0, 0, 1)
	}
	shown := strings.Replace(guide, block, out.String(), 1)
	if *update {
		renew(t, file, guide, shown)
		return
	}
	if diff := cmp.Diff(timeless(guide), timeless(shown)); diff != "" {
		t.Errorf("the guide does not show what is printed now; run make generate (-guide +printed):\n%s", diff)
	}
}

// TestNoDrift: what is another in every run (ids, callback addresses, contexts) is no change. Every scenario that we ship
// does the same with every seed, so `history` must find nothing.
func TestNoDrift(t *testing.T) {
	journals := t.TempDir()
	t.Chdir(filepath.Join("..", ".."))
	dialects := []string{"v1.0", "legacy", "beta"}
	if testing.Short() {
		dialects = dialects[:2]
	}
	for _, dialect := range dialects {
		for _, seed := range []string{"1", "2"} {
			var out bytes.Buffer
			Main([]string{"run", "--quiet", "--seed", seed, "--dialect", dialect, "--journal", journals, "scenarios"}, strings.NewReader(""), &out, &out)
		}
	}
	runs, unread, err := history.ReadAll(journals, sim.Epoch, nil)
	if err != nil || len(unread) > 0 {
		t.Fatal(err, unread)
	}
	both := 0
	for _, d := range history.Drifts(runs) {
		if len(d.Runs) == 2 && d.Runs[0].Status == steps.Passed {
			both++
		}
		for _, p := range d.Runs {
			for _, c := range p.Changes {
				t.Errorf("%s [%s], %s: %s", d.File, d.Row, d.Dialect, c)
			}
		}
	}
	if both < 30*len(dialects) {
		t.Errorf("only %d scenarios passed twice", both)
	}
}
