package schema

import (
	"strings"
	"testing"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// scalarsOf returns the values of the file's first mapping, by key.
func scalarsOf(t testing.TB, text string) map[string]*yaml.Node {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]*yaml.Node{}
	for i := 0; i+1 < len(doc.Content[0].Content); i += 2 {
		out[doc.Content[0].Content[i].Value] = doc.Content[0].Content[i+1]
	}
	return out
}

// Every X in a value must be found where an X stands in the file; the n-th in the value is the n-th in the file.
func TestPosMap(t *testing.T) {
	texts := map[string]string{
		"plain":                "a: aXbX\n",
		"plain with runes":     "a: äöX€X😀X\n",
		"plain on the next":    "a:\n  fooX\n",
		"plain over lines":     "a: foo X\n  bar X\n\n\n  X baz X\n",
		"plain with comment":   "a: foo X # Y\n",
		"plain with spaces":    "a:   foo  X  \n",
		"plain in flow":        "a: {b: 1}\nc: [foo X]\n",
		"single":               "a: 'foo X'' ''X''X'\n",
		"single over lines":    "a: 'foo X\n  bar   X\n\n  X '\n",
		"double":               `a: "foo X\t\"X\" \x41X \u00e4X \U0001F600X \\X"` + "\n",
		"double over lines":    "a: \"foo X\n  bar X \\\n  X\n\n  X  \"\n",
		"literal":              "a: |\n  foo X\n    barX\n\n  X\n",
		"literal stripped":     "a: |-\n  X\n  X\n\n\n",
		"literal kept":         "a: |+\n  X\n\n\n",
		"literal indent given": "a: |2\n    X\n  X\n",
		"literal, empty first": "a: |\n\n\n     X\n     X\n",
		"literal with comment": "a: | # Y\n  X\n",
		"literal in a list":    "a:\n  - b\nc: |\n     X\n      X\n",
		"folded":               "a: >\n  foo X\n  bar X\n\n  X\n    X\n    X\n\n\n  X\n",
		"folded stripped":      "a: >-\n  foo X\n  X\n",
		"folded, deep first":   "a: >2\n     X\n     X\n\n  X\n  X\n",
		"anchor":               "a: &x fooX\n",
		"tag":                  "a: !!str fooX\n",
		"tag and anchor":       "a: !!str &x \"fooX\"\n",
		"anchor on a literal":  "a: &x |\n  fooX\n",
		"windows":              "a: |\r\n  foo X\r\n  X\r\nb: fooX\r\n",
	}
	for name, text := range texts {
		lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
		var want []Pos
		for i, line := range lines {
			for col, r := range []rune(line) {
				if r == 'X' {
					want = append(want, Pos{File: "t.yaml", Line: i + 1, Col: col + 1})
				}
			}
		}
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []Pos
		var walk func(n *yaml.Node)
		walk = func(n *yaml.Node) {
			for _, c := range n.Content {
				walk(c)
			}
			if n.Kind == yaml.ScalarNode {
				at := newPosMap("t.yaml", lines, n)
				for i, r := range []rune(n.Value) {
					if r == 'X' {
						got = append(got, at(i))
					}
				}
			}
		}
		walk(&doc)
		if len(got) != len(want) {
			t.Errorf("%s: %v in the value, %v in the file", name, got, want)
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: X number %d at %v, want %v\n%s", name, i, got[i], want[i], text)
			}
		}
	}
}

// The end of a value is behind its last rune, for problems such as a missing operand.
func TestPosMapEnd(t *testing.T) {
	n := scalarsOf(t, "a: foo ==\nb: 'x'\n")
	lines := []string{"a: foo ==", "b: 'x'", ""}
	if got := newPosMap("t.yaml", lines, n["a"])(6); got != (Pos{File: "t.yaml", Line: 1, Col: 10}) {
		t.Errorf("behind plain: %v", got)
	}
	if got := newPosMap("t.yaml", lines, n["b"])(99); got != (Pos{File: "t.yaml", Line: 2, Col: 6}) {
		t.Errorf("far behind quoted: %v", got)
	}
}

// A problem inside a block stands where its word stands.
func TestProblemInBlock(t *testing.T) {
	text := "match: |\n    call.id == p2pCall\n    && call.stat == \"x\"\n"
	n := scalarsOf(t, text)["match"]
	var got Problem
	sc := expr.EmptyScope(expr.Globals{}, nil)
	sc.Declare("p2pCall", expr.String, nil, Pos{})
	sc.Declare("call", &expr.Type{Kind: expr.KindObject, Fields: []expr.Field{{Name: "id", Type: expr.String}, {Name: "state", Type: expr.String}}}, nil, Pos{})
	expr.Compile(n.Value, 0, newPosMap("t.yaml", strings.Split(text, "\n"), n), sc, expr.Bool, func(p Problem) { got = p })
	if got.Line != 3 || got.Col != 13 || got.Len != 4 {
		t.Errorf("%v (length %d), want line 3, column 13, length 4", got, got.Len)
	}
}

// FuzzPosMap: places never go back, lie in the file, and hold the rune of the value where the source spells it out.
func FuzzPosMap(f *testing.F) {
	for _, seed := range []string{
		"a: b c", "a: 'b''c'", "a: \"b\\n\\u0041\\\n  c\"", "a: |\n  b\n   c\n", "a: >\n  b\n  c\n\n  d\n", "- &x !!str b\n- - c", "a: |2-\n   b\n", "? a\n: b", "{a: b, 'c': \"d\"}", "a: >+\n\n  b\n\n\n", "a: b\n  c\n\n  d # e", "|1\n   \t", "&0000000:0",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 || !utf8.ValidString(text) || strings.ContainsAny(text, "\r\u0085\u2028\u2029\ufeff") {
			t.Skip()
		}
		lines := strings.Split(text, "\n")
		var doc yaml.Node
		if !decodes(text, &doc) {
			t.Skip()
		}
		var walk func(n *yaml.Node)
		walk = func(n *yaml.Node) {
			for _, c := range n.Content {
				walk(c)
			}
			if n.Kind != yaml.ScalarNode {
				return
			}
			at, value := newPosMap("t", lines, n), []rune(n.Value)
			last := Pos{}
			for i := 0; i <= len(value); i++ {
				p := at(i)
				if p.Line < 1 || p.Line > len(lines) || p.Col < 1 || p.Col > utf8.RuneCountInString(lines[p.Line-1])+1 {
					t.Fatalf("%q: offset %d of %q is at %v, outside the file", text, i, n.Value, p)
				}
				if p.Line < last.Line || p.Line == last.Line && p.Col < last.Col {
					t.Fatalf("%q: offset %d of %q is at %v, before %v", text, i, n.Value, p, last)
				}
				last = p
				exact := n.Style&^yaml.TaggedStyle == 0 || n.Style&yaml.LiteralStyle != 0
				if !exact || i == len(value) || value[i] == '\n' || value[i] == ' ' {
					continue
				}
				if line := []rune(lines[p.Line-1]); p.Col > len(line) || line[p.Col-1] != value[i] {
					t.Fatalf("%q: offset %d of %q (%q) is at %v, where something else stands", text, i, n.Value, value[i], p)
				}
			}
		}
		walk(&doc)
	})
}

func decodes(text string, doc *yaml.Node) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return yaml.Unmarshal([]byte(text), doc) == nil
}
