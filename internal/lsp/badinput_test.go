package lsp_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"callflow/schema"
	"callflow/steps"
)

// Every file that the command's tests give to validate gets the same answer here, and what is wrong with it keeps nobody
// from asking.
func TestBadInput(t *testing.T) {
	scripts, err := filepath.Glob("../cli/testdata/script/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	c := start(t, nil)
	c.open("scenarios/a.yaml", "")
	bad := 0
	for _, script := range scripts {
		archive, err := txtar.ParseFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			text := string(f.Data)
			if ext := filepath.Ext(f.Name); ext != ".yaml" && ext != ".yml" || !utf8.ValidString(text) || strings.Contains(text, "include:") || strings.TrimSpace(text) == "" {
				continue
			}
			_, problems := schema.Check(schema.Source{Name: "scenarios/a.yaml", Text: f.Data}, steps.Vocabulary())
			var want, got []string
			for _, p := range problems {
				want = append(want, p.Code)
			}
			c.everything("scenarios/a.yaml", text, placeOf(text[:len(text)/2]))
			for _, d := range c.problems["scenarios/a.yaml"] {
				got = append(got, d.Code)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, %s: %q, want %q", filepath.Base(script), f.Name, got, want)
			}
			if len(want) > 0 {
				bad++
			}
		}
	}
	if bad < 30 {
		t.Errorf("only %d bad files were found", bad)
	}
}
