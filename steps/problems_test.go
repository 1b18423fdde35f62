package steps

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"callflow/schema"
)

// unshown are the codes that no scenario can show as text; their pages say why.
var unshown = map[string]bool{"internal": true, "unreadable": true, "not-utf8": true, "empty-file": true,
	"too-large": true, "too-many": true, "bad-code": true, "duplicate-code": true}

// TestProblemPages checks the examples of every code: the bad one has that problem, at its line, and no other; the good one
// has none.
func TestProblemPages(t *testing.T) {
	voc := Vocabulary()
	for _, c := range schema.ProblemCodes {
		p := c.Page()
		switch {
		case unshown[c.Code]:
			if p.Why == "" || p.Bad != "" {
				t.Errorf("%s: the page has an example, or does not say why it has none", c.Code)
			}
			continue
		case p.Bad == "" || p.Good == "":
			t.Errorf("%s: schema/problems/%s.txtar lacks an example", c.Code, c.Code)
			continue
		}
		found := p.Problems(voc)
		if len(found) != 1 || found[0].Code != c.Code || !strings.Contains(c.Severities(), string(found[0].Severity)) || found[0].Line != p.Line || found[0].File != p.File {
			t.Errorf("%s: want one problem with that code, a %s, in %s:%d, got\n%v\n%s", c.Code, c.Severities(), p.File, p.Line, found.Error(), p.Bad)
		}
		for _, x := range p.GoodProblems(voc) {
			t.Errorf("%s: the good example: %s; %s", c.Code, x, x.Hint)
		}
	}
}

// TestProblemPagesHaveCodes finds pages that belong to no code.
func TestProblemPagesHaveCodes(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "schema", "problems", "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(fs.ErrNotExist, err)
	}
	for _, file := range files {
		code := strings.TrimSuffix(filepath.Base(file), ".txtar")
		if _, ok := schema.FindProblemCode(code); !ok {
			t.Errorf("%s is the page of no code", file)
		}
	}
}
