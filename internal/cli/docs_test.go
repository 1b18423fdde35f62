package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
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

// TestLinks follows the relative links of the documentation.
func TestLinks(t *testing.T) {
	root := filepath.Join("..", "..")
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/guides/*.md"} {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range link.FindAllStringSubmatch(string(text), -1) {
				if _, err := os.Stat(filepath.Join(filepath.Dir(file), filepath.FromSlash(m[1]))); err != nil {
					t.Errorf("%s: the link %s leads nowhere", file, m[1])
				}
			}
		}
	}
}
