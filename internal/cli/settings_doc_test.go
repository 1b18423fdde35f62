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
