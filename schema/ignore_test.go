package schema

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The scenario has a warning at the line of x, which nothing uses.
func TestIgnore(t *testing.T) {
	const unused = "nothing uses the var x"
	tests := []struct {
		name, text string
		want       []string
	}{
		{"not silenced", "vars:\n  x: 1\n", []string{"2:3 " + unused}},
		{"at the end of the line", "vars:\n  x: 1 # callflow: ignore unused-name\n", nil},
		{"with a reason", "vars:\n  x: 1 # callflow: ignore unused-name - kept for --var\n", nil},
		{"with another dash", "vars:\n  x: 1 # callflow:ignore unused-name — kept for --var\n", nil},
		{"above", "vars:\n  # callflow: ignore unused-name\n  x: 1\n", nil},
		{"above other comments and blank lines", "vars:\n  # callflow: ignore unused-name\n\n  # about x\n  x: 1\n", nil},
		{"two codes, one for nothing", "vars:\n  x: 1 # callflow: ignore unused-name, sleep-not-await\n",
			[]string{"2:40 there is no sleep-not-await to ignore here"}},
		{"two lines above", "vars:\n  # callflow: ignore unused-name\n  y: ${{ 1 + 1 }}\n  x: ${{ y }}\n",
			[]string{"2:22 there is no unused-name to ignore here", "4:3 " + unused}},
		{"no code", "vars:\n  x: 1 # callflow: ignore\n", []string{"2:3 " + unused, "2:8 this comment names no code to ignore"}},
		{"a reason alone", "vars:\n  x: 1 # callflow: ignore - because\n", []string{"2:3 " + unused, "2:8 this comment names no code to ignore"}},
		{"an unknown code", "vars:\n  x: 1 # callflow: ignore unused-nam\n",
			[]string{"2:3 " + unused, `2:27 there is no problem with the code "unused-nam"`}},
		{"an error", "vars:\n  x: 1 # callflow: ignore unused-name, expr-type\n",
			[]string{"2:40 expr-type is an error, which cannot be silenced: it forbids a run"}},
		{"an error that is there", "steps:\n  - nolog: a # callflow: ignore unknown-verb\n",
			[]string{`2:5 unknown verb "nolog"`, "2:33 unknown-verb is an error, which cannot be silenced: it forbids a run"}},
		{"text in quotes", "vars:\n  x: \"# callflow: ignore unused-name\"\n", []string{"2:3 " + unused}},
		{"text in a block", "vars:\n  x: |\n    # callflow: ignore unused-name\n    two\n", []string{"2:3 " + unused}},
		{"beside a block's beginning", "vars:\n  x: | # callflow: ignore unused-name\n    one\n", nil},
		{"inside of a word", "vars:\n  x: a#callflow:ignore,unused-name\n", []string{"2:3 " + unused}},
		{"where there are errors too, another may come", "vars:\n  y: 1 # callflow: ignore unused-name\nsteps:\n  - nolog: a\n",
			[]string{`4:5 unknown verb "nolog"`}},
	}
	for _, tt := range tests {
		text := tt.text
		if !strings.Contains(text, "steps:") {
			text += "steps:\n  - log: hello\n"
		}
		_, ps := Check(Source{Name: "t.yaml", Text: []byte(text)}, smallVocabulary())
		var got []string
		for _, p := range ps {
			said, _, _ := strings.Cut(p.Text, ";")
			got = append(got, fmt.Sprintf("%d:%d %s", p.Line, p.Col, said))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s%s", tt.name, diff, text)
		}
	}
}

// A comment over an expression of several lines is about all of them.
func TestIgnoreSeveralLines(t *testing.T) {
	const text = `steps:
  - createCall: {subject: x}
  - createCall: {subject: y}
  # callflow: ignore await-other-call - either will do
  - await: &first
      from: now
      # callflow: ignore await-other-call - either will do
      match: |
        call.state ==
          "terminated"
`
	_, ps := Check(Source{Name: "t.yaml", Text: []byte(text)}, smallVocabulary())
	if len(ps) != 1 || ps[0].Line != 4 || ps[0].Code != "unused-ignore" {
		t.Error(ps)
	}
}
