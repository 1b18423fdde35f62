package format_test

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"callflow/internal/format"
	"callflow/schema"
	"callflow/steps"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden holds each testdata/*.txtar's "out" against what becomes of its "in".
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			out := layOut(t, "in.yaml", ar.Files[0].Data)
			if *update {
				ar.Files = []txtar.File{ar.Files[0], {Name: "out", Data: out}}
				if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(ar.Files) != 2 {
				t.Fatalf("%s has no out; run with -update and look at it", file)
			}
			if diff := cmp.Diff(string(ar.Files[1].Data), string(out)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// layOut lays out text and sees to it that once is enough.
func layOut(t *testing.T, name string, text []byte) []byte {
	t.Helper()
	form := steps.Vocabulary().Form()
	out, problems := format.Source(name, text, form)
	for _, p := range problems {
		t.Error(p)
	}
	again, problems := format.Source(name, out, form)
	for _, p := range problems {
		t.Error("the second time:", p)
	}
	if diff := cmp.Diff(string(out), string(again)); diff != "" {
		t.Errorf("the second time changes it again:\n%s", diff)
	}
	return out
}

// shipped are the scenarios that stand in the repository.
func shipped(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, root := range []string{"../../scenarios", "../cli/scaffold"} {
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(name) != ".yaml" {
				return err
			}
			files[name], err = os.ReadFile(name)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(files) < 50 {
		t.Fatalf("only %d scenarios found", len(files))
	}
	return files
}

// TestShippedFilesAreLaidOut: what a newcomer copies from is as fmt writes it.
func TestShippedFilesAreLaidOut(t *testing.T) {
	for name, text := range shipped(t) {
		if diff := cmp.Diff(string(text), string(layOut(t, name, text))); diff != "" {
			t.Errorf("run callflow fmt %s:\n%s", filepath.ToSlash(strings.TrimPrefix(name, "../../")), diff)
		}
	}
}

// mangle are ways in which people write otherwise than fmt; none changes what a file says.
var mangle = map[string]func(string) string{
	"CRLF":        func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
	"blank lines": func(s string) string { return strings.ReplaceAll(s, "\n\n", "\n\n\n\n") },
	"spaces": func(s string) string { // not in comments, which stay as they are
		return regexp.MustCompile(`(?m)^([^#\n]*\w): \{(.*)\}$`).ReplaceAllString(s, "$1:   {  $2  }")
	},
	"low lists": lowLists,
	"deep":      deep,
	"open flows": func(s string) string {
		return regexp.MustCompile(`(?m)^( +)(\w+): \{([^{}\n]+)\}$`).ReplaceAllString(s, "$1$2: {\n$1    $3\n$1 }")
	},
	"open lists": func(s string) string {
		return regexp.MustCompile(`(?m)^( +)(\w+): \[([^\[\]\n]+)\]$`).ReplaceAllString(s, "$1$2: [\n$1    $3,\n$1 ]")
	},
	"comments": func(s string) string {
		return regexp.MustCompile(`(?m)^( *)(- )?(\w+): (.*\w)$`).ReplaceAllString(s, "$1# of $3\n$0")
	},
	"no end of line": func(s string) string { return strings.TrimRight(s, "\n") },
	"BOM":            func(s string) string { return "\ufeff" + s },
}

// lowLists writes the steps in the column of their key.
func lowLists(s string) string {
	before, after, ok := strings.Cut(s, "\nsteps:\n")
	if !ok || strings.Contains(after, "\nfinally:") || strings.Contains(after, "\noutputs:") {
		return s
	}
	return before + "\nsteps:\n" + regexp.MustCompile(`(?m)^  `).ReplaceAllString(after, "")
}

// deep indents everything twice as far.
func deep(s string) string {
	return regexp.MustCompile(`(?m)^( +)(- )?`).ReplaceAllStringFunc(s, func(lead string) string {
		return strings.ReplaceAll(strings.ReplaceAll(lead, "  ", "    "), "- ", "-   ")
	})
}

// TestMeaning lays out shipped scenarios that were written otherwise. They say the same as before, and those that differ in
// nothing but layout come back as they were.
func TestMeaning(t *testing.T) {
	exact := map[string]bool{"CRLF": false, "blank lines": false, "low lists": true, "deep": false, "no end of line": true, "BOM": true, "spaces": true}
	files := shipped(t)
	ways := slices.Sorted(maps.Keys(mangle))
	for n, name := range slices.Sorted(maps.Keys(files)) {
		text := files[name]
		for i, how := range ways {
			if (n+i)%4 != 0 { // each file in some ways, each way with many files
				continue
			}
			changed := []byte(mangle[how](string(text)))
			out := layOut(t, name+" with "+how, changed)
			if exact[how] && !bytes.Equal(out, text) {
				t.Errorf("%s with %s does not come back:\n%s", name, how, cmp.Diff(string(text), string(out)))
			}
			if diff := cmp.Diff(checked(name, changed), checked(name, out)); diff != "" {
				t.Errorf("%s with %s says something else:\n%s", name, how, diff)
			}
		}
	}
}

// checked is what a check says of a file, without places.
func checked(name string, text []byte) []string {
	plan, problems := schema.Check(schema.Source{Name: filepath.Base(name), Text: text, FS: os.DirFS(filepath.Dir(name))}, steps.Vocabulary())
	var said []string
	for _, p := range problems {
		said = append(said, p.Code+" "+regexp.MustCompile(`line \d+`).ReplaceAllString(p.Text, "line …"))
	}
	if plan != nil {
		said = append(said, fmt.Sprintf("%s %v %v %v %s %d %d", plan.Name, plan.Tags, plan.Inputs, plan.Timeout, plan.Leak, len(plan.Steps), len(plan.Finally)))
		for _, s := range plan.Steps {
			said = append(said, fmt.Sprint(s.ID, s.Name, s.Verb.Name, s.Until, s.Timeout != nil))
			for _, x := range s.Expect {
				said = append(said, x.Text())
			}
			for _, c := range s.Capture {
				said = append(said, c.Name+" "+c.Expr.Text())
			}
		}
	}
	return said
}

// FuzzSource: whatever the bytes are, fmt does not fail by itself, and twice is the same as once.
func FuzzSource(f *testing.F) {
	for _, text := range shipped(f) {
		if len(text) < 1500 {
			f.Add(text)
		}
	}
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		if ar, err := txtar.ParseFile(file); err == nil {
			f.Add(ar.Files[0].Data)
		}
	}
	form := steps.Vocabulary().Form()
	f.Fuzz(func(t *testing.T, text []byte) {
		out, problems := format.Source("f.yaml", text, form)
		if problems != nil {
			for _, p := range problems {
				if strings.Contains(p.Text, "failed") || strings.Contains(p.Text, "would") {
					t.Fatalf("%s\n%q", p, text)
				}
			}
			return
		}
		again, problems := format.Source("f.yaml", out, form)
		if problems != nil || !bytes.Equal(out, again) {
			t.Fatalf("%v\nfrom   %q\nonce   %q\ntwice  %q", problems, text, out, again)
		}
	})
}
