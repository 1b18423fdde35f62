package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"callflow/internal/graph"
	"callflow/internal/report"
	"callflow/schema"
	"callflow/steps"
)

// TestGenerated holds the files that are made from the code to it: `make generate` rewrites them.
func TestGenerated(t *testing.T) {
	voc := steps.Vocabulary()
	for _, tt := range []struct {
		file string
		text []byte
	}{
		{"schema/scenario.schema.json", schema.JSONSchema(voc)},
		{"schema/config.schema.json", configSchema()},
		{"docs/language.md", []byte(schema.Reference(voc))},
		{"docs/config.md", []byte(configPage())},
		{"docs/problems.md", []byte(schema.ProblemsReference(voc))},
		{"docs/api-coverage.md", []byte(coveragePage(covered(t)))},
		{"docs/codes.md", []byte(report.CodesPage(graph.Codes()))},
	} {
		file := filepath.Join("..", "..", filepath.FromSlash(tt.file))
		if *update {
			if err := os.WriteFile(file, tt.text, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		have, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(have, tt.text) {
			t.Errorf("%s is stale; run make generate", tt.file)
		}
	}
}
