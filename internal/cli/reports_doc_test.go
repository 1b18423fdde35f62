package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	// example is a place in the page for a report; what stands in it is made from a run.
	example   = regexp.MustCompile(`(?s)<!-- example (\w+) -->\n.*?<!-- end -->\n`)
	onTheWall = regexp.MustCompile(` in [0-9][0-9.]*[a-zµ]*`)
	// inSummary are the members that are others every time, or in every version.
	inSummary = regexp.MustCompile(`(?m)^    "(wallMs|version)": .*\n`)
)

const exampleRun = "scenarios/stories/s08-hang-up-kills-transfer.yaml"

// TestGeneratedReports holds the examples in docs/reports.md to what callflow writes.
func TestGeneratedReports(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	t.Setenv("LANG", "C.UTF-8")
	for _, name := range []string{"GITHUB_WORKSPACE", "GITHUB_REPOSITORY"} {
		t.Setenv(name, "")
	}
	file := filepath.Join("docs", "reports.md")
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	page := example.ReplaceAllStringFunc(string(have), func(place string) string {
		kind := example.FindStringSubmatch(place)[1]
		return "<!-- example " + kind + " -->\n" + exampleOf(t, kind) + "<!-- end -->\n"
	})
	switch {
	case *update:
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	case page != string(have):
		t.Errorf("%s is stale; run make generate", filepath.ToSlash(file))
	}
}

// exampleOf is a report of the example's run, in a fence.
func exampleOf(t *testing.T, kind string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := Main([]string{"run", "--quiet", exampleRun, "--report", kind + "=-"}, strings.NewReader(""), &out, &errs); code != 1 {
		t.Fatalf("exit code %d\n%s", code, errs.String())
	}
	text, language := out.String(), "text"
	switch kind {
	case "junit":
		language = "xml"
	case "markdown":
		language = "markdown"
	case "json":
		language, text = "json", outlined(t, out.Bytes())
	}
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if kind == "markdown" { // its first line
		text = onTheWall.ReplaceAllLiteralString(text[:strings.Index(text, "\n")], " in 12ms") + text[strings.Index(text, "\n"):]
	}
	return fence + language + "\n" + strings.TrimRight(text, "\n") + "\n" + fence + "\n"
}

// outlined is JSON laid out, with its long texts cut.
func outlined(t *testing.T, text []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		t.Fatal(err)
	}
	long := regexp.MustCompile(`: "((?:[^"\\]|\\.){60})(?:[^"\\]|\\.)+"`)
	return long.ReplaceAllString(inSummary.ReplaceAllString(b.String(), ""), `: "$1…"`)
}
