package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/format"
	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/schema"
	"callflow/steps"
)

// TestDocsAreLaidOut: the YAML of the documentation is as fmt writes it, but for pages that show how not to write. Lines of
// "…" stand for what is left out.
func TestDocsAreLaidOut(t *testing.T) {
	root := filepath.Join("..", "..")
	block := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```")
	seen := 0
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/guides/*.md"} {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, file := range files {
			if filepath.Base(file) == "problems.md" {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range block.FindAllStringSubmatchIndex(string(text), -1) {
				yaml := text[m[2]:m[3]]
				line := 1 + strings.Count(string(text[:m[2]]), "\n")
				out, problems := format.Source(filepath.Base(file), yaml, steps.Vocabulary().Form())
				if problems != nil {
					t.Logf("%s:%d is no YAML by itself: %v", filepath.Base(file), line, problems)
					continue
				}
				seen++
				if diff := cmp.Diff(string(yaml), string(out)); diff != "" {
					t.Errorf("%s:%d: fmt would write\n%s", filepath.Base(file), line, diff)
				}
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d blocks of YAML found", seen)
	}
}

// TestTemplates: whatever template is taken, the new scenario checks at once, wherever it is put.
func TestTemplates(t *testing.T) {
	all, err := templates()
	if err != nil || len(all) < 50 {
		t.Fatal(len(all), err)
	}
	t.Chdir(t.TempDir())
	names := map[string]bool{}
	var out strings.Builder
	for _, x := range all {
		if names[x.name] {
			t.Errorf("two templates are called %s", x.name)
		}
		names[x.name] = true
		if err := x.write(streams{out: &out, err: &out}, "some/where/"+x.name); err != nil {
			t.Errorf("%s: %v", x.name, err)
		}
	}
	_, problems := project.Check(mustFind(t, "some"), project.NewProjects(""), strings.NewReader(""))
	for _, p := range problems {
		if p.Severity == schema.SeverityError {
			t.Error(p)
		}
	}
}

func mustFind(t *testing.T, folder string) []string {
	t.Helper()
	files, err := project.Find([]string{folder})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestEveryTopicHasAPage: what docs lists, completes or names under "see also" it can show.
func TestEveryTopicHasAPage(t *testing.T) {
	voc := steps.Vocabulary()
	also := regexp.MustCompile("`callflow docs ([^`]+)`")
	for _, name := range voc.Names() {
		page, ok := voc.Page(name)
		if !ok || len(page) < 40 {
			t.Errorf("%s has no page: %q", name, page)
		}
		for _, m := range also.FindAllStringSubmatch(page, -1) {
			if _, ok := voc.Page(m[1]); !ok {
				t.Errorf("the page of %s names %s, which has none", name, m[1])
			}
		}
		var out strings.Builder
		report.Manual(&out, report.Style{Width: 80}, page)
		for i, line := range strings.Split(out.String(), "\n") {
			if len([]rune(line)) > 80 && !strings.HasPrefix(line, "    ") {
				t.Errorf("%s:%d is wider than the terminal: %s", name, i+1, line)
			}
		}
	}
}
