package schema

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Codes whose files cannot stand in testdata as text; TestLimits has them. Verbs report bad-params; package steps has those,
// and checks the pages of all codes.
var codesElsewhere = map[string]bool{"bad-code": true, "duplicate-code": true, "bad-params": true, "unreadable": true, "not-utf8": true, "bad-character": true, "empty-file": true, "too-large": true, "too-many": true, "internal": true}

var wantComment = regexp.MustCompile(`# want((?: "(?:[^"\\]|\\.)*")+)`)
var wantText = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)

// TestFiles reads testdata/*.yaml: each line with a comment # want "regexp" has such a problem, and no other line has
// any. Files in ok/ have none. Those in parts/ are there to be included.
func TestFiles(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.yaml")
	ok, _ := filepath.Glob("testdata/ok/*.yaml")
	if len(files) == 0 || len(ok) == 0 {
		t.Fatal("no files")
	}
	seen := map[string]bool{}
	for _, file := range append(files, ok...) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			for _, p := range checkFile(t, file) {
				seen[p.Code] = true
			}
		})
	}
	known := map[string]bool{}
	for _, c := range ProblemCodes {
		known[c.Code] = true
		if !seen[c.Code] && !codesElsewhere[c.Code] && c.Page().Bad == "" {
			t.Errorf("no file in testdata shows the problem %s", c.Code)
		}
	}
	for code := range seen {
		if !known[code] {
			t.Errorf("the problem %s is not in ProblemCodes", code)
		}
	}
}

// checkFile holds the problems of a file, and of those that it includes, against their comments.
func checkFile(t *testing.T, file string) Problems {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(filepath.ToSlash(file), "testdata/")
	env := func(name string) (string, bool) { return "secret of " + name, name == "TOKEN" }
	plan, ps := Check(Source{Name: name, Text: text, FS: os.DirFS("testdata"), Env: env}, smallVocabulary())
	if (plan == nil) != ps.Failed() {
		t.Errorf("plan is nil: %v; problems forbid a run: %v", plan == nil, ps.Failed())
	}
	wants := map[string][]string{}
	addWants(wants, name, string(text))
	for _, p := range ps {
		if _, known := wants[fmt.Sprint(p.File, ":", 0)]; p.File != name && !known {
			part, err := os.ReadFile(filepath.Join("testdata", p.File))
			if err != nil {
				t.Fatal(err)
			}
			wants[fmt.Sprint(p.File, ":", 0)] = nil
			addWants(wants, p.File, string(part))
		}
	}
	for _, p := range ps {
		if p.Code == "unused-name" {
			continue // these files are about other things
		}
		at := fmt.Sprint(p.File, ":", p.Line)
		line := fmt.Sprintf("%s [%s] hint: %s", p.Text, p.Code, p.Hint)
		found := false
		for i, want := range wants[at] {
			if regexp.MustCompile(want).MatchString(line) {
				wants[at] = append(wants[at][:i:i], wants[at][i+1:]...)
				found = true
				break
			}
		}
		if !found {
			t.Errorf("%s: %s", p.Pos, line)
		}
	}
	for at, left := range wants {
		for _, want := range left {
			t.Errorf("%s: no problem like %q", at, want)
		}
	}
	return ps
}

func addWants(wants map[string][]string, name, text string) {
	for i, line := range strings.Split(text, "\n") {
		m := wantComment.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		for _, w := range wantText.FindAllStringSubmatch(m[1], -1) {
			at := fmt.Sprint(name, ":", i+1)
			wants[at] = append(wants[at], strings.ReplaceAll(w[1], `\"`, `"`))
		}
	}
}
