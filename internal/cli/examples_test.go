package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"callflow/schema"
	"callflow/steps"
)

// TestDocumentedScenarios checks every YAML block of the documentation that is a whole scenario.
func TestDocumentedScenarios(t *testing.T) {
	root := filepath.Join("..", "..")
	block := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```")
	whole := regexp.MustCompile(`(?m)^steps:`)
	voc, found := steps.Vocabulary(), 0
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/guides/*.md"} {
		files, _ := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		for _, file := range files {
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
			}
		}
	}
	if found == 0 {
		t.Error("the documentation has no scenarios")
	}
}
