package cli

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// elapsed is the only part of a run on the simulator that differs from run to run.
var elapsed = regexp.MustCompile(`in \S+ \(simulated`)

// timeless is a text without the times that runs really took, which are others every time.
func timeless(text string) string { return elapsed.ReplaceAllString(text, "in … (simulated") }

// renew writes a page unless only such times have changed.
func renew(t *testing.T, file, old, shown string) {
	t.Helper()
	if timeless(old) == timeless(shown) {
		return
	}
	if err := os.WriteFile(file, []byte(shown), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestReadme holds the README to what is really there: its scenario is the file's text, and its ladder what the command
// prints.
func TestReadme(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	file := "scenarios/" + transferFlow
	scenario, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(scenario), "\n") // the editor's line is left out
	if !strings.Contains(string(readme), body) {
		t.Errorf("the README's scenario is not %s; paste it anew", file)
	}
	t.Setenv("LANG", "C.UTF-8")
	var stdout, stderr bytes.Buffer
	if code := Main([]string{"run", "--ladder", file}, strings.NewReader(""), &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d\n%s%s", code, stdout.String(), stderr.String())
	}
	_, printed, _ := strings.Cut(stdout.String(), "\n") // the line about the target
	if *update {
		rewriteRun(t, string(readme), printed)
		return
	}
	if !strings.Contains(timeless(string(readme)), timeless(printed)) {
		t.Errorf("the README's run is not what the command prints now; paste it anew:\n%s", printed)
	}
}

// rewriteRun puts what the command prints now into the README.
func rewriteRun(t *testing.T, readme, printed string) {
	t.Helper()
	start := "$ callflow run --ladder scenarios/" + transferFlow + "\n"
	before, rest, ok := strings.Cut(readme, start)
	_, after, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatalf("the README has no block that begins with %q", start)
	}
	renew(t, "README.md", readme, before+start+printed+"```"+after)
}

var (
	docLink    = regexp.MustCompile(`\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)`)
	heading    = regexp.MustCompile(`(?m)^#{1,6} +(.+?)\s*$`)
	placeName  = regexp.MustCompile(`<a (?:id|name)="([^"]+)">`)
	noHeading  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	linkOfText = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

// anchorsOf are the places in a page that a link can name, as GitHub makes them of headings.
func anchorsOf(page string) map[string]bool {
	all := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(page, ""), -1) {
		text := linkOfText.ReplaceAllString(m[1], "$1")
		anchor := strings.ReplaceAll(noHeading.ReplaceAllString(strings.ToLower(text), ""), " ", "-")
		name := anchor
		for n := 1; all[name]; n++ {
			name = fmt.Sprintf("%s-%d", anchor, n)
		}
		all[name] = true
	}
	for _, m := range placeName.FindAllStringSubmatch(page, -1) {
		all[m[1]] = true
	}
	return all
}

// TestLinks follows the links of the documentation to files and to places in pages. The map leads to every page.
func TestLinks(t *testing.T) {
	all := pages(t)
	to := map[string][]string{}
	anchors := map[string]map[string]bool{}
	for page, text := range all {
		anchors[page] = anchorsOf(text)
	}
	for page, text := range all {
		for _, m := range docLink.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			file, anchor, _ := strings.Cut(m[1], "#")
			target := page
			if file != "" {
				target = path.Join(path.Dir(page), file)
			}
			if _, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(target))); err != nil {
				t.Errorf("%s: the link %s leads nowhere", page, m[1])
			}
			if anchor != "" && !anchors[target][anchor] {
				t.Errorf("%s: the link %s names no heading", page, m[1])
			}
			to[page] = append(to[page], target)
		}
	}
	for page := range all {
		if strings.HasPrefix(page, "docs/") && page != "docs/README.md" && !slices.Contains(to["docs/README.md"], page) {
			t.Errorf("the map, docs/README.md, does not lead to %s", page)
		}
	}
}

// TestGeneratedPicture holds the ladder in the guide for QA engineers to what `callflow ladder` draws of that run.
func TestGeneratedPicture(t *testing.T) {
	const story = "scenarios/stories/s03-refused-transfer-comes-back.yaml"
	t.Chdir(filepath.Join("..", ".."))
	journals, drawn := t.TempDir(), filepath.Join(t.TempDir(), "ladder.svg")
	var out bytes.Buffer
	if code := Main([]string{"run", "--quiet", "--journal", journals, story}, strings.NewReader(""), &out, &out); code != 1 {
		t.Fatalf("exit code %d\n%s", code, out.String())
	}
	files, _ := filepath.Glob(filepath.Join(journals, "*.jsonl"))
	if len(files) != 1 {
		t.Fatal(files)
	}
	if code := Main([]string{"ladder", files[0], "-o", drawn}, strings.NewReader(""), &out, &out); code != 0 {
		t.Fatalf("exit code %d\n%s", code, out.String())
	}
	page := filepath.Join("docs", "guides", "ladder.svg")
	picture := contents(t, drawn)
	if *update {
		if err := os.WriteFile(page, []byte(picture), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if contents(t, page) != picture {
		t.Errorf("%s is stale; run make generate", page)
	}
}
