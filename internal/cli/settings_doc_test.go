package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"callflow/internal/world"
)

// TestGeneratedSettings holds the table of settings in docs/simulator.md to the code: `make generate` rewrites it.
func TestGeneratedSettings(t *testing.T) {
	const begin, end = "internal/world/settings.go by make generate -->\n", "<!-- end of settings -->"
	file := filepath.Join("..", "..", "docs", "simulator.md")
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(have), begin)
	table, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the settings", file)
	}
	var b strings.Builder
	b.WriteString("\n| Setting | Default | What it says | Source |\n|---|---|---|---|\n")
	for _, s := range world.AllSettings() {
		value := s.Default
		if value != "" {
			value = "`" + value + "`"
		}
		doc := s.Doc
		if s.Values != nil {
			doc += " One of `" + strings.Join(s.Values, "`, `") + "`."
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", s.Name, value, doc, s.Source)
	}
	b.WriteString("\n")
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+b.String()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table != b.String() {
		t.Errorf("the settings in %s are stale; run make generate", file)
	}
}

// A setting that is misspelt gets the nearest name, and not first all of them.
func TestSettingMisspelt(t *testing.T) {
	for set, want := range map[string]string{
		"ringtime=5s":   `--set ringtime=5s: there is no setting "ringtime"; did you mean ringTime?`,
		"keepalive=45m": `--set keepalive=45m: there is no setting "keepalive"; did you mean keepAlive?`,
		"colour=red":    `--set colour=red: there is no setting "colour"; there are answerDeadline, `,
	} {
		_, err := (&simulateFlags{set: []string{set}}).withSettings(nil)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
