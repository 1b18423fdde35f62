package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"callflow/schema"
	"callflow/steps"
)

// TestDocumentedScenarios checks every YAML block of the documentation that is a whole scenario, and runs it on the
// simulator unless it waits for values.
func TestDocumentedScenarios(t *testing.T) {
	root := filepath.Join("..", "..")
	block := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```")
	whole := regexp.MustCompile(`(?m)^steps:`)
	voc, found := steps.Vocabulary(), 0
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/guides/*.md"} {
		files, _ := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		for _, file := range files {
			if filepath.Base(file) == "reuse.md" {
				continue // its scenarios need each other: TestGeneratedReuseGuide runs them
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range block.FindAllStringSubmatchIndex(string(text), -1) {
				yaml := string(text[m[2]:m[3]])
				if !whole.MatchString(yaml) {
					continue
				}
				found++
				name := fmt.Sprintf("%s, block in line %d", filepath.Base(file), 1+strings.Count(string(text[:m[0]]), "\n"))
				_, problems := schema.Check(schema.Source{Name: name, Text: []byte(yaml), FS: os.DirFS(root)}, voc)
				for _, p := range problems {
					t.Errorf("%s\n%s", p, p.Hint)
				}
				if !problems.Failed() && !strings.Contains(yaml, "# must be given") {
					runs(t, name, yaml)
				}
			}
		}
	}
	if found == 0 {
		t.Error("the documentation has no scenarios")
	}
}

// runs says what is wrong when a scenario does not pass on the simulator.
func runs(t *testing.T, name, yaml string) {
	file := filepath.Join(t.TempDir(), "documented.yaml")
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := Main([]string{"run", file}, strings.NewReader(""), &stdout, &stderr); code != 0 {
		t.Errorf("%s: exit code %d\n%s%s", name, code, stdout.String(), stderr.String())
	}
}
