package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// TestGeneratedGuide does what the guide for QA engineers says, in an empty folder: its files, its one change, and its
// commands, which print what the guide shows. Its files hold in every dialect.
func TestGeneratedGuide(t *testing.T) {
	file, err := filepath.Abs(filepath.Join("..", "..", "docs", "guides", "qa.md"))
	if err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("LANG", "C.UTF-8")
	var files []string
	blocks := regexp.MustCompile("(?ms)^```(yaml|text)\n(.*?)^```")
	shown := blocks.ReplaceAllStringFunc(string(guide), func(block string) string {
		m := blocks.FindStringSubmatch(block)
		if m[1] == "yaml" {
			name, text, _ := strings.Cut(strings.TrimPrefix(m[2], "# "), "\n")
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Error(err)
			}
			files = append(files, name)
			return block
		}
		return "```text\n" + printed(t, m[2]) + "```"
	})
	if *update {
		renew(t, file, string(guide), shown)
		return
	}
	for _, file := range files {
		for _, dialect := range []string{"v1.0", "beta", "legacy"} {
			var out bytes.Buffer
			if code := Main([]string{"run", "--dialect", dialect, file}, strings.NewReader(""), &out, &out); code != 0 {
				t.Errorf("%s in the dialect %s: exit code %d\n%s", file, dialect, code, out.String())
			}
		}
	}
	if diff := cmp.Diff(timeless(string(guide)), timeless(shown)); diff != "" {
		t.Errorf("the guide does not show what is printed now; run make generate (-guide +printed):\n%s", diff)
	}
}

// printed runs the commands of a block, which begin with $, and returns them with what they print. The second run is the one
// after the change that the guide asks for.
func printed(t *testing.T, block string) string {
	var out strings.Builder
	for _, line := range strings.Split(block, "\n") {
		command, ok := strings.CutPrefix(line, "$ callflow ")
		if !ok {
			continue
		}
		var stdout bytes.Buffer
		Main(strings.Fields(command), strings.NewReader(""), &stdout, &stdout)
		out.WriteString(line + "\n" + stdout.String())
	}
	first := filepath.Join("scenarios", "first-call.yaml")
	if text, err := os.ReadFile(first); err == nil {
		changed := strings.ReplaceAll(string(text), "answers: {after: 2s}", "declines: {after: 2s}")
		if err := os.WriteFile(first, []byte(changed), 0o600); err != nil {
			t.Error(err)
		}
	}
	return out.String()
}
