package lsp_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

const placing = `vars:
  who:
steps:
  - createCall:
      targets: [{identity: {user: {id: "${{ who }}"}}}]
    capture: {inner: call.id}
outputs:
  placed: inner
`

const outer = `vars:
  carol: 8a34a46b-3d17-4adc-8dce-dc4e7d572698
steps:
  - id: one
    include: {file: _placing.yaml, with: {who: "${{ carol }}"}}
    capture: {leg: placed}
  - log: ${{ leg }} ${{ steps.one.placed }}
  - hangUp: ${{ leg }}
`

// TestRenameAcrossIncludes: a name that crosses the border of an include is renamed on both sides, in every file, whichever
// side it is asked for; or nowhere, with the reason.
func TestRenameAcrossIncludes(t *testing.T) {
	second := strings.ReplaceAll(outer, "one", "two")
	nested := "vars:\n  who: 8a34a46b-3d17-4adc-8dce-dc4e7d572698\nsteps:\n  - include: {file: outer.yaml, with: {carol: \"${{ who }}\"}}\n"
	files := map[string]string{"_placing.yaml": placing, "outer.yaml": outer, "second.yaml": second, "nested.yaml": nested}
	for _, tt := range []struct {
		what, file, word string
		n                int
		to               string
		also             map[string]string // files besides
		refused          string
		changed          []string
	}{
		{what: "an input, where it is declared", file: "_placing.yaml", word: "who", n: 1, to: "callee", changed: []string{"_placing.yaml", "outer.yaml", "second.yaml"}},
		{what: "an input, where it is given", file: "outer.yaml", word: "who", n: 1, to: "callee", changed: []string{"_placing.yaml", "outer.yaml", "second.yaml"}},
		{what: "an output, where it is declared", file: "_placing.yaml", word: "placed", n: 1, to: "made", changed: []string{"_placing.yaml", "outer.yaml", "second.yaml"}},
		{what: "an output, where it is captured", file: "outer.yaml", word: "placed", n: 1, to: "made", changed: []string{"_placing.yaml", "outer.yaml", "second.yaml"}},
		{what: "a var of a file that is included and includes", file: "outer.yaml", word: "carol", n: 1, to: "callee", changed: []string{"nested.yaml", "outer.yaml"}},
		{what: "a capture inside", file: "_placing.yaml", word: "inner", n: 1, to: "own", changed: []string{"_placing.yaml"}},
		{what: "a name that one of its files has", file: "_placing.yaml", word: "who", n: 1, to: "inner", refused: "inner"},
		{what: "a file that includes it and is broken", file: "_placing.yaml", word: "who", n: 1, to: "callee",
			also: map[string]string{"broken.yaml": "steps:\n  - include: {file: _placing.yaml, with: {who: \"x}}\n"}, refused: "broken.yaml"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			all := maps.Clone(files)
			maps.Copy(all, tt.also)
			c := start(t, all)
			c.open(tt.file, files[tt.file])
			changes, why := c.rename(tt.file, find(t, files[tt.file], tt.word, tt.n), tt.to)
			if tt.refused != "" {
				if !strings.Contains(why, tt.refused) || len(changes) > 0 {
					t.Fatalf("refused with %q, %v", why, changes)
				}
				return
			}
			var touched []string
			for uri, edits := range changes {
				name := strings.TrimPrefix(uri, c.uri("")+"/")
				touched = append(touched, name)
				all[name] = apply(all[name], edits)
			}
			if slices.Sort(touched); why != "" || !slices.Equal(touched, tt.changed) {
				t.Fatalf("%v were changed, want %v; %s", touched, tt.changed, why)
			}
			after := start(t, all)
			for name, text := range all {
				after.open(name, text)
				for _, p := range after.diagnosed(name) {
					if p.Severity == 1 && !strings.HasPrefix(name, "_") {
						t.Errorf("%s: %s\n%s", name, p.Message, text)
					}
				}
			}
		})
	}
}
