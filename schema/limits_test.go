package schema

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// TestLimits feeds what no person would write.
func TestLimits(t *testing.T) {
	bomb := "x: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
	for c := 'b'; c < 'z'; c++ {
		bomb += fmt.Sprintf("x%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c, ", c-1), 10), ", "))
	}
	tests := []struct{ name, text, want string }{
		{"empty", "", "f.yaml:1:1: the file is empty [empty-file]"},
		{"spaces", " \n\t\n", "f.yaml:1:1: the file is empty [empty-file]"},
		{"comments", "# nothing\n", "f.yaml:1:1: the file has only comments [empty-file]"},
		{"null", "~", "f.yaml:1:1: there is no value here; a scenario, a mapping with at least steps, is wanted [empty-value]"},
		{"list", "- log: hi\n", "f.yaml:1:1: this is a list; a scenario is a mapping with at least steps [wrong-kind]"},
		{"text", "hello", "f.yaml:1:1: this is a single value; a scenario, a mapping with at least steps, is wanted [wrong-kind]"},
		{"nul", "name: a\x00b\n", "f.yaml:1:8: the control character U+0000 cannot stand in a scenario [bad-character]"},
		{"latin1", "name: caf\xe9\n", "f.yaml:1:10: byte 0xe9 is not UTF-8; save the file as UTF-8 [not-utf8]"},
		{"utf16", "\xff\xfen\x00", "f.yaml:1:1: the file is UTF-16; save it as UTF-8 [not-utf8]"},
		{"utf16 without a mark", "s\x00t\x00e\x00p\x00s\x00:\x00", "f.yaml:1:1: the file is UTF-16; save it as UTF-8 [not-utf8]"},
		{"utf16, big end first", "\xfe\xff\x00s", "f.yaml:1:1: the file is UTF-16; save it as UTF-8 [not-utf8]"},
		{"utf32", "\xff\xfe\x00\x00s\x00\x00\x00", "f.yaml:1:1: the file is UTF-32; save it as UTF-8 [not-utf8]"},
		{"control of the second kind", "name: a\u009b31m\n", "f.yaml:1:8: the control character U+009B cannot stand in a scenario [bad-character]"},
		{"tab behind a dash", "steps:\n  -\tlog: hi\n", "f.yaml:2:4: not YAML: a tab cannot indent what stands behind a dash [yaml-syntax]"},
		{"dashes", "steps:\n" + strings.Repeat("- ", 100_000), "f.yaml:2:1: values are nested deeper than 60 [too-large]"},
		{"long duration", "timeout: 999999999h\nsteps:\n- log: hi\n", `f.yaml:1:10: the duration "999999999h" is too long; the longest is 2562047h0m0s [bad-duration]`},
		{"10 MB", strings.Repeat("# ten megabytes of nothing\n", 400_000), "f.yaml:1:1: the file has more than 1 MB (1048576 bytes) [too-large]"},
		{"many values", "steps:\n" + strings.Repeat("- log: a\n", 5000), "f.yaml:1:1: the file has more than 10000 values: each key, each text and each step counts [too-large]"},
		{"alias bomb", bomb, "f.yaml:1:1: the file has more than 10000 values once its aliases are written out [too-large]"},
		{"deep", strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "values are nested deeper than 60 [too-large]"},
		{"alias of itself", "steps: &a\n  - *a\n", `f.yaml:1:8: the anchor "a" contains an alias of itself [alias-loop]`},
		{"broken", "steps: [\n" + strings.Repeat("{", 100_000), "values are nested deeper than 60 [too-large]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			plan, ps := Check(Source{Name: "f.yaml", Text: []byte(tt.text)}, smallVocabulary())
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %s", took)
			}
			if plan != nil {
				t.Error("there is a plan")
			}
			if len(ps) != 1 || !strings.Contains(ps[0].String(), tt.want) {
				t.Errorf("got  %s\nwant %s", ps.Error(), tt.want)
			}
		})
	}
}

func TestManyProblemsAreCut(t *testing.T) {
	_, ps := Check(Source{Name: "f.yaml", Text: []byte("steps:\n" + strings.Repeat("- lgo: a\n", 1000))}, smallVocabulary())
	if len(ps) != maxProblems+1 || ps[maxProblems].Code != "too-many" {
		t.Errorf("%d problems, the last one %s", len(ps), ps[len(ps)-1])
	}
}

// TestIncludesThatMultiply includes a file ten times that includes another one ten times, and so on.
func TestIncludesThatMultiply(t *testing.T) {
	files := fstest.MapFS{}
	for i := range 9 {
		files[fmt.Sprintf("f%d.yaml", i)] = &fstest.MapFile{Data: []byte("steps:\n" + strings.Repeat(fmt.Sprintf("- include: {file: f%d.yaml}\n", i+1), 10))}
	}
	files["f9.yaml"] = &fstest.MapFile{Data: []byte("steps:\n- log: hi\n")}
	_, ps := Check(Source{Name: "f0.yaml", Text: files["f0.yaml"].Data, FS: files}, smallVocabulary())
	if !ps.Failed() || ps[0].Code != "too-large" {
		t.Errorf("got %v", ps)
	}
}

func TestByteOrderMarkIsIgnored(t *testing.T) {
	plan, ps := Check(Source{Name: "f.yaml", Text: []byte("\ufeffsteps:\n- log: hi\n")}, smallVocabulary())
	if plan == nil || len(ps) > 0 {
		t.Errorf("got %v", ps)
	}
}

// TestColumnsCountRunes checks places after letters of several bytes, in blocks and behind Windows' line ends.
func TestColumnsCountRunes(t *testing.T) {
	text := "name: Übergabe\r\nsteps:\r\n- log: \"äöü ${{ whom }}\"\r\n- log: |\r\n    größe\r\n    ä ${{ nobody }}\r\n"
	_, ps := Check(Source{Name: "f.yaml", Text: []byte(text)}, smallVocabulary())
	var got []string
	for _, p := range ps {
		got = append(got, fmt.Sprintf("%d:%d %s", p.Line, p.Col, p.Source))
	}
	want := "3:17 - log: \"äöü ${{ whom }}\"; 6:11     ä ${{ nobody }}"
	if strings.Join(got, "; ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), want)
	}
}

// FuzzCheck holds the reader to its promise: whatever the bytes are, it answers, and no problem stands outside of the file.
func FuzzCheck(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.yaml")
	ok, _ := filepath.Glob("testdata/ok/*.yaml")
	for _, file := range append(files, ok...) {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("? !x : - {<<: *b}"))
	f.Add([]byte("\xff\xfe"))
	voc := smallVocabulary()
	f.Fuzz(func(t *testing.T, text []byte) {
		plan, ps := Check(Source{Name: "f.yaml", Text: text, FS: os.DirFS("testdata")}, voc)
		if (plan == nil) != ps.Failed() {
			t.Errorf("plan is nil: %v, problems: %v", plan == nil, ps)
		}
		lines := len(splitLines(string(text)))
		for _, p := range ps {
			if p.Code == "internal" {
				t.Error(p, p.Hint)
			}
			if p.File == "f.yaml" && (p.Line < 1 || p.Line > lines || p.Col < 1) {
				t.Errorf("%s stands outside of the %d lines", p, lines)
			}
		}
		if plan != nil {
			buildAll(plan.Steps)
		}
	})
}

// buildAll builds every template without any names: errors are fine, panics are not.
func buildAll(b Block) {
	for _, s := range b {
		for _, t := range []*Template{s.Params, s.ForEach, s.Timeout, s.Retry} {
			if t != nil {
				t.Static()
				_, _ = t.Build(nil)
			}
		}
	}
}

func BenchmarkCheck60Lines(b *testing.B) {
	text, err := os.ReadFile("testdata/ok/seed_flow.yaml")
	if err != nil {
		b.Fatal(err)
	}
	lines := strings.Count(string(text), "\n")
	for ; lines < 60; lines += 2 {
		text = append(text, "  - log: ${{ p2pCall }}\n    if: meetingCall != p2pCall\n"...)
	}
	voc := smallVocabulary()
	b.ReportAllocs()
	for b.Loop() {
		if plan, ps := Check(Source{Name: "f.yaml", Text: text}, voc); plan == nil {
			b.Fatal(ps)
		}
	}
}

func BenchmarkBuildParams(b *testing.B) {
	plan, ps := Check(Source{Name: "f.yaml", Text: []byte(seedFlow)}, smallVocabulary())
	if plan == nil {
		b.Fatal(ps)
	}
	names := map[string]any{"meetingCall": "m", "caller": "c", "p2pCall": "p"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := plan.Steps[2].Params.Build(names); err != nil {
			b.Fatal(err)
		}
	}
}

// TestHugeFilesEndSoon checks files of nearly a megabyte that are made to take long.
func TestHugeFilesEndSoon(t *testing.T) {
	var vars, refs, steps strings.Builder
	for i := range 2400 {
		fmt.Fprintf(&vars, "  name_number_%d: x\n", i)
		fmt.Fprintf(&refs, "- log: ${{ nom_number_%d }}\n", i)
		if i < 1900 {
			fmt.Fprintf(&steps, "- {id: s%d, log: a}\n", i%1000+i)
		}
	}
	long := strings.Repeat("é", 80)
	tests := map[string]string{
		"many expressions in a value":  "vars: {a: b}\nsteps:\n- log: " + strings.Repeat("${{ a }}", 100_000) + "\n",
		"many values with expressions": "vars: {a: b}\nsteps:\n" + strings.Repeat("- log: '"+strings.Repeat("${{ a }}", 190)+"'\n", 600),
		"unknown names":                "vars:\n" + vars.String() + "steps:\n" + refs.String(),
		"later vars":                   "vars:\n" + strings.ReplaceAll(vars.String(), ": x", ": ${{ name_number_2399 }}"),
		"steps with ids":               "steps:\n" + steps.String(),
		"one long line":                "steps: [" + strings.Repeat("{log: '"+long+"'}, ", 2400) + "]",
		"a long line of expressions":   "vars: {a: b}\nsteps: [" + strings.Repeat("{log: '"+long+" ${{ a }}'}, ", 2400) + "]",
		"a long line of problems":      "steps: [" + strings.Repeat("{log: '"+long+" ${{ a }}', lgo: x}, ", 1900) + "]",
		"a long line of broken YAML":   "steps: [" + strings.Repeat("{log: '"+long+" ${{ a }}', lgo: {{ y }}}, ", 600) + "}",
		"calls and awaits":             "steps:\n" + strings.Repeat("- createCall:\n- await: call.state == \"established\" && call.id == \"x\"\n", 1500),
		"deep branches":                deepBranches(13),
		"folded":                       "steps:\n" + strings.Repeat("- log: >\n   "+strings.Repeat("a\n   ", 100)+"${{ 1 }}x\n", 2000),
		"quotes":                       "steps:\n- log: \"" + strings.Repeat(`\u00e9`, 150_000) + " ${{ 1 }}\"\n",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, ps := Check(Source{Name: "f.yaml", Text: []byte(text)}, smallVocabulary())
			took := time.Since(start)
			t.Logf("%d bytes, %d problems, %s", len(text), len(ps), took)
			if took > 15*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

// deepBranches nests parallel in parallel, with a few steps on each level.
func deepBranches(depth int) string {
	var b strings.Builder
	b.WriteString("steps:\n")
	for i := range depth {
		indent := strings.Repeat("  ", 2*i)
		fmt.Fprintf(&b, "%s- createCall:\n%s  capture: {c%d: call.id}\n%s- parallel:\n%s    side: [{log: a}]\n%s    main:\n", indent, indent, i, indent, indent, indent)
	}
	b.WriteString(strings.Repeat("  ", 2*depth) + "- log: ${{ c0 }}\n")
	return b.String()
}

// TestLongTextsAreCut checks that a problem far out in a long line, or about a long word, can still be read.
func TestLongTextsAreCut(t *testing.T) {
	long := strings.Repeat("a", 100_000)
	text := "steps:\n- log: '" + long + " ${{ nobody }} " + long + "'\n- log: hi\n  " + long[:1000] + ": 1\n- log: hi\n  leak: ${{ '" + long[:3000] + "' }}\n"
	_, ps := Check(Source{Name: "f.yaml", Text: []byte(text)}, smallVocabulary())
	if len(ps) < 3 {
		t.Fatalf("got %v", ps)
	}
	for _, p := range ps {
		if len(p.Text) > 2*maxProblemText || len(p.Source) > 2*maxSource {
			t.Errorf("a text of %d bytes and a source line of %d", len(p.Text), len(p.Source))
		}
	}
	from := ps[0].Col - 1 - ps[0].Skipped
	if p := ps[0]; p.Code != "expr-name" || from < 0 || !strings.HasPrefix(p.Source[from:], "nobody }}") {
		t.Errorf("%s points into %q from %d", p, p.Source, p.Skipped)
	}
}
