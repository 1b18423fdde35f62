package lsp_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

type spot struct {
	URI   string `json:"uri"`
	Range reach  `json:"range"`
}

type edit struct {
	Range   reach  `json:"range"`
	NewText string `json:"newText"`
}

// words is a scenario in which every sort of name is used in several ways.
const words = `name: Names 𝄞
vars:
  caller: 8a34a46b-3d17-4adc-8dce-dc4e7d572698
matrix:
  media: [[audio], [audio, video]]
  exclude: [{media: [audio]}]
simulate:
  people:
    carol: {id: "${{ caller }}"}
  script:
    - dial: {from: carol, modalities: "${{ matrix.media }}"}
steps:
  - await: call.state == "incoming" && call.source.identity.user.id == caller
    capture: {leg: call.id}
  - id: meet
    answer: ${{ leg }}
  - await:
      from: meet
      all:
        first: call.id == leg
    capture: {code: "first.call.resultInfo.code ?? 0"}
  - log: "𝄞 ${{ leg }} has	${{ steps.meet.outcome }}, ${{ leg }}"
  - forEach: [1, 2]
    as: turn
    log: turn ${{ turn }}
  - id: ring
    include: {file: sub/_ring.yaml, with: {who: "${{ caller }}"}}
  - log: |
      ${{ steps.ring.outgoing }}
      and ${{ leg }}
  - simulate: {hangUp: {who: carol}}
never: call.id == leg && participants != nil
outputs:
  how: steps.meet.outcome
`

const ring = `vars:
  who:
steps:
  - createCall:
      targets: [{identity: {user: {id: "${{ who }}"}}}]
    capture: {inner: call.id}
outputs:
  outgoing: inner
`

// find is the place of the n-th occurrence of a word in a text, counted from 1.
func find(t *testing.T, text, word string, n int) place {
	t.Helper()
	from := 0
	for ; n > 1; n-- {
		i := strings.Index(text[from:], word)
		if i < 0 {
			t.Fatalf("no %q", word)
		}
		from += i + len(word)
	}
	i := strings.Index(text[from:], word)
	if i < 0 {
		t.Fatalf("no %q", word)
	}
	return placeOf(text[:from+i])
}

func TestHover(t *testing.T) {
	c := start(t, map[string]string{"sub/_ring.yaml": ring})
	c.open("a b.yaml", words)
	tests := []struct {
		word string
		n    int
		want string // parts of the text, between ;
	}{
		{"caller:", 1, "**caller**: a string;a var;a b.yaml:3"},
		{"leg }}", 1, "**leg**: a string;a b.yaml:14"},
		{"leg &&", 1, "**leg**;a b.yaml:14"},
		{"state ==", 1, "**state**: a string: incoming;state"},
		{"source.", 1, "**source**: an object"},
		{"call.source", 1, "**call**: an object;The call"},
		{"meet.outcome", 1, "**meet**: a step;a b.yaml:15"},
		{"outcome }}", 1, "**outcome**: a string: established, accepted"},
		{"answer:", 1, "**answer**;until;established"},
		{"await:", 1, "**await**: wait for notifications;never"},
		{"capture:", 1, "**capture**;Names values of the step's outputs"},
		{"from: meet", 1, "**from**;Where to begin"},
		{"meet\n      all", 1, "**meet**: a step;a b.yaml:15"},
		{"modalities:", 1, "**modalities**: a list"},
		{"audio], [", 1, ""},
		{"people:", 1, "**people**"},
		{"steps:", 1, "**steps**;run in order"},
		{"never:", 1, "**never**;Events that must not come"},
		{"carol,", 1, "**carol**;a person;a b.yaml:9"},
		{"sub/_ring", 1, "**sub/_ring.yaml**"},
		{"who: \"", 1, "**who**;sub/_ring.yaml:2"},
		{"outgoing }}", 1, "**outgoing**: a string;sub/_ring.yaml:8"},
		{"media }}", 1, "**media**;a b.yaml:5"},
		{"first.call", 1, "**first**: an object;The event that served this part;a b.yaml:20"},
		{"turn }}", 1, "**turn**: a number;a b.yaml:24"},
		{"Names", 1, ""},
	}
	for _, tt := range tests {
		var got struct {
			Contents struct {
				Value string `json:"value"`
			} `json:"contents"`
			Range reach `json:"range"`
		}
		at := find(t, words, tt.word, tt.n)
		c.ask("textDocument/hover", c.on("a b.yaml", at), &got)
		if tt.want == "" {
			tt.want = got.Contents.Value
		} else if got.Range.Start != at {
			t.Errorf("%q: the help is for %v, and the word stands at %v", tt.word, got.Range.Start, at)
		}
		for _, part := range strings.Split(tt.want, ";") {
			if !strings.Contains(got.Contents.Value, part) {
				t.Errorf("%q: no %q in\n%s", tt.word, part, got.Contents.Value)
			}
		}
	}
	reason := "steps:\n  - reject: {call: x, reason: busy}\n"
	c.open("v.yaml", reason)
	var word struct {
		Contents struct {
			Value string `json:"value"`
		} `json:"contents"`
	}
	c.ask("textDocument/hover", c.on("v.yaml", find(t, reason, "busy", 1)), &word)
	if want := "**busy**\n\nThe caller hears that the bot is busy."; word.Contents.Value != want {
		t.Errorf("hover on a word: %q, want %q", word.Contents.Value, want)
	}
	compared := "steps:\n  - await: call.state == \"terminated\" || call.state in [\"incoming\", 'established']\n"
	c.open("w.yaml", compared)
	for _, word := range []string{"terminated", "incoming", "established"} {
		var got struct {
			Contents struct {
				Value string `json:"value"`
			} `json:"contents"`
			Range reach `json:"range"`
		}
		c.ask("textDocument/hover", c.on("w.yaml", find(t, compared, word, 1)), &got)
		if !strings.Contains(got.Contents.Value, "**"+word+"**") || got.Range.End.Character-got.Range.Start.Character != len(word) {
			t.Errorf("hover on the word %s: %+v", word, got)
		}
	}
	var function struct {
		Contents struct {
			Value string `json:"value"`
		} `json:"contents"`
	}
	c.open("f.yaml", "steps:\n  - await: any(participants, .info != nil) && len(participants) > 1\n")
	for word, want := range map[string]string{"any": "any(list, predicate)", "len": "len(value)"} {
		c.ask("textDocument/hover", c.on("f.yaml", find(t, "steps:\n  - await: any(participants, .info != nil) && len(participants) > 1\n", word, 1)), &function)
		if !strings.Contains(function.Contents.Value, want) {
			t.Errorf("%s: %q", word, function.Contents.Value)
		}
	}
}

func TestDefinition(t *testing.T) {
	c := start(t, map[string]string{"sub/_ring.yaml": ring})
	c.open("a b.yaml", words)
	tests := []struct {
		from string
		n    int
		to   string // of words, or of ring behind ring:
	}{
		{"leg }}", 1, "leg: call.id"},
		{"leg }}", 2, "leg: call.id"},
		{"leg }}\"", 1, "leg: call.id"},
		{"leg &&", 1, "leg: call.id"},
		{"leg\n    capture", 1, "leg: call.id"},
		{"leg: call.id", 1, "leg: call.id"},
		{"caller }}", 2, "caller:"},
		{"meet.outcome", 1, "meet\n    answer"},
		{"meet\n      all", 1, "meet\n    answer"},
		{"carol, mod", 1, "carol: {id"},
		{"carol}}", 1, "carol: {id"},
		{"first.call", 1, "first: call"},
		{"turn }}", 1, "turn\n    log"},
		{"media }}", 1, "media: [["},
		{"media: [audio]}", 1, "media: [["},
		{"sub/_ring", 1, "ring:"},
		{"who: \"", 1, "ring:who:"},
		{"outgoing }}", 1, "ring:outgoing:"},
		{"state ==", 1, ""},
		{"answer", 1, ""},
	}
	for _, tt := range tests {
		var got *spot
		c.ask("textDocument/definition", c.on("a b.yaml", find(t, words, tt.from, tt.n)), &got)
		if tt.to == "" {
			if got != nil {
				t.Errorf("%q: leads to %v", tt.from, got)
			}
			continue
		}
		if got == nil {
			t.Errorf("%q: leads nowhere", tt.from)
			continue
		}
		uri, want := c.uri("a b.yaml"), place{}
		if in, ok := strings.CutPrefix(tt.to, "ring:"); ok {
			uri = c.uri("sub/_ring.yaml")
			if in != "" {
				want = find(t, ring, in, 1)
			}
		} else {
			want = find(t, words, tt.to, 1)
		}
		if got.URI != uri || got.Range.Start != want {
			t.Errorf("%q: leads to %s %v, want %s %v", tt.from, got.URI, got.Range.Start, uri, want)
		}
	}
}

// apply writes the edits of a rename into a text.
func apply(text string, edits []edit) string {
	units := utf16.Encode([]rune(text))
	starts := []int{0}
	for i, u := range units {
		if u == '\n' {
			starts = append(starts, i+1)
		}
	}
	slices.SortFunc(edits, func(a, b edit) int {
		return starts[b.Range.Start.Line] + b.Range.Start.Character - starts[a.Range.Start.Line] - a.Range.Start.Character
	})
	for _, e := range edits {
		from, to := starts[e.Range.Start.Line]+e.Range.Start.Character, starts[e.Range.End.Line]+e.Range.End.Character
		units = append(append(append([]uint16(nil), units[:from]...), utf16.Encode([]rune(e.NewText))...), units[to:]...)
	}
	return string(utf16.Decode(units))
}

func (c *client) rename(name string, p place, to string) (map[string][]edit, string) {
	c.t.Helper()
	var got struct {
		Changes map[string][]edit `json:"changes"`
	}
	params := c.on(name, p)
	params["newName"] = to
	bad := c.ask("textDocument/rename", params, &got)
	return got.Changes, bad
}

// A renamed scenario is the same text with the other word, and nothing is wrong with it.
func TestRename(t *testing.T) {
	tests := []struct {
		from     string
		n        int
		old, new string // what changes in the text, between ;
	}{
		{"leg }}", 1, "leg: call.id;{{ leg }};== leg", "colleague: call.id;{{ colleague }};== colleague"},
		{"caller:", 1, "caller: 8a;{{ caller }};== caller", "who_calls: 8a;{{ who_calls }};== who_calls"},
		{"meet.outcome", 1, "id: meet;steps.meet.;from: meet", "id: up;steps.up.;from: up"},
		{"carol:", 1, "carol:;from: carol;who: carol", "zoe:;from: zoe;who: zoe"},
		{"first.call", 1, "first:;first.call", "one:;one.call"},
		{"turn\n", 1, "as: turn;{{ turn }}", "as: nth;{{ nth }}"},
		{"media: [[", 1, "media: [;matrix.media", "with_video: [;matrix.with_video"},
	}
	c := start(t, map[string]string{"sub/_ring.yaml": ring})
	c.open("a.yaml", words)
	if bad := c.diagnosed("a.yaml"); len(bad) > 0 {
		t.Fatal(bad)
	}
	for _, tt := range tests {
		want := strings.NewReplacer(zip(strings.Split(tt.old, ";"), strings.Split(tt.new, ";"))...).Replace(words)
		to := strings.Trim(strings.Fields(strings.Split(tt.new, ";")[0])[0], ":")
		if strings.HasSuffix(to, "id") || to == "as" {
			to = strings.Fields(tt.new)[1]
			to, _, _ = strings.Cut(to, ";")
		}
		changes, bad := c.rename("a.yaml", find(t, words, tt.from, tt.n), to)
		if bad != "" {
			t.Errorf("%q to %q: %s", tt.from, to, bad)
			continue
		}
		if diff := cmp.Diff(want, apply(words, changes[c.uri("a.yaml")])); diff != "" || len(changes) != 1 {
			t.Errorf("%q to %q (-want +got):\n%s", tt.from, to, diff)
		}
	}
}

func zip(a, b []string) (both []string) {
	for i := range a {
		both = append(both, a[i], b[i])
	}
	return both
}

// A person keeps the same name wherever the bot's could stand too.
func TestRenamePersonOrBot(t *testing.T) {
	text := strings.NewReplacer(
		"{id: 550", "{forwards: carol, alsoRings: carol, id: 550",
		"steps:", "  script:\n    - dial: {from: dora, to: carol}\n    - admit: carol\n    - remove: {who: carol}\nsteps:",
	).Replace(frame)
	c := start(t, nil)
	c.open("a.yaml", text)
	c.diagnosed("a.yaml")
	changes, bad := c.rename("a.yaml", find(t, text, "carol:", 1), "zoe")
	if bad != "" {
		t.Fatal(bad)
	}
	if got := apply(text, changes[c.uri("a.yaml")]); got != strings.ReplaceAll(text, "carol", "zoe") {
		t.Errorf("the file is\n%s", got)
	}
}

func TestRenameRefused(t *testing.T) {
	c := start(t, map[string]string{"sub/_ring.yaml": ring})
	c.open("a.yaml", words)
	tests := []struct {
		from     string
		n        int
		to, want string
	}{
		{"leg }}", 1, "caller", "already"},
		{"leg }}", 1, "call", "taken"},
		{"leg }}", 1, "no", "true or false"},
		{"leg }}", 1, "two words", "letters"},
		{"leg }}", 1, "", "letters"},
		{"leg }}", 1, "9", "letters"},
		{"leg }}", 1, "matches", "a word of the expression language"},
		{"meet.outcome", 1, "ring", "already"},
		{"meet.outcome", 1, "start", "an await says"},
		{"code: \"first", 1, "leg", "already"},
		{"state ==", 1, "x", "the language gives it"},
		{"call.state", 1, "x", "the language gives it"},
		{"answer", 1, "x", "a word of the language"},
		{"never", 1, "x", "a word of the language"},
		{"sub/_ring", 1, "x", "renamed where files are"},
		{"Names", 1, "x", "no name"},
		{"matrix.media", 1, "x", "word of the language"},
	}
	for _, tt := range tests {
		if changes, bad := c.rename("a.yaml", find(t, words, tt.from, tt.n), tt.to); !strings.Contains(bad, tt.want) || len(changes) > 0 {
			t.Errorf("%q to %q: %q, want %q; %v", tt.from, tt.to, bad, tt.want, changes)
		}
	}
}

// A name that has another meaning at one of the places would change what the file does.
func TestRenameShadowed(t *testing.T) {
	const text = "vars: {kept: 1}\nsteps:\n  - getCall: x\n    expect: kept == 1\n"
	c := start(t, nil)
	c.open("a.yaml", text)
	if _, bad := c.rename("a.yaml", find(t, text, "kept", 1), "attempts"); !strings.Contains(bad, "meaning") {
		t.Errorf("attempts is an output of the step: %q", bad)
	}
}

// Names that files give each other are renamed in all of them, those that are not open included.
func TestRenameAcrossFiles(t *testing.T) {
	files := map[string]string{"sub/_ring.yaml": ring, "a.yaml": words, "sub/b.yaml": "steps:\n  - include: {file: _ring.yaml, with: {\"who\": x}}\n", "c.yaml": "steps:\n  - log: _ring.yaml is not included here, who\n"}
	for _, open := range []string{"a.yaml", "sub/_ring.yaml"} {
		c := start(t, files)
		c.open(open, files[open])
		for _, name := range [][3]string{{"who", "who: \"", "who:"}, {"outgoing", "outgoing }}", "outgoing:"}} {
			from := name[1]
			if open != "a.yaml" {
				from = name[2]
			}
			changes, bad := c.rename(open, find(t, files[open], from, 1), "callee")
			if bad != "" {
				t.Errorf("%s in %s: %s", name[0], open, bad)
			}
			touched := 2
			if name[0] == "who" {
				touched = 3
			}
			for uri, edits := range changes {
				file := strings.TrimPrefix(uri, c.uri("")+"/")
				after := apply(files[file], edits)
				if strings.Contains(strings.Replace(after, "{who: carol", "", 1), name[0]) {
					t.Errorf("%s is left in %s:\n%s", name[0], file, after)
				}
			}
			if len(changes) != touched {
				t.Errorf("%s from %s: %d files were changed, want %d: %v", name[0], open, len(changes), touched, changes)
			}
		}
		c.quit(0)
	}
}

func TestReferences(t *testing.T) {
	c := start(t, map[string]string{"sub/_ring.yaml": ring})
	c.open("a.yaml", words)
	var got []spot
	params := c.on("a.yaml", find(t, words, "leg }}", 1))
	params["context"] = map[string]any{"includeDeclaration": true}
	c.ask("textDocument/references", params, &got)
	lines := strings.Split(words, "\n")
	for _, at := range got {
		line := utf16.Encode([]rune(lines[at.Range.Start.Line]))
		if word := string(utf16.Decode(line[at.Range.Start.Character:at.Range.End.Character])); word != "leg" {
			t.Errorf("%v is %q", at.Range, word)
		}
	}
	if len(got) != 7 {
		t.Errorf("%d places, want 7: %v", len(got), got)
	}
	params["context"] = map[string]any{"includeDeclaration": false}
	c.ask("textDocument/references", params, &got)
	if len(got) != 6 {
		t.Errorf("%d places without the declaration, want 6", len(got))
	}
	var marks []struct{ Range reach }
	c.ask("textDocument/documentHighlight", c.on("a.yaml", find(t, words, "leg }}", 1)), &marks)
	if len(marks) != 7 {
		t.Errorf("%d marks, want 7", len(marks))
	}
}

// CRLF, tabs, astral characters and quotes do not move a place.
func TestPlacesAreExact(t *testing.T) {
	text := strings.ReplaceAll(words, "\n", "\r\n")
	c := start(t, map[string]string{"sub/_ring.yaml": ring})
	c.open("a.yaml", text)
	changes, bad := c.rename("a.yaml", find(t, text, "leg }}\"", 1), "x")
	if bad != "" {
		t.Fatal(bad)
	}
	after := apply(text, changes[c.uri("a.yaml")])
	if want := strings.NewReplacer("leg:", "x:", "{{ leg", "{{ x", "== leg", "== x").Replace(text); after != want {
		t.Error(cmp.Diff(want, after))
	}
	os.WriteFile(filepath.Join(c.root, "a.yaml"), []byte(fmt.Sprint(after)), 0o666)
}

// One broken line costs the answers about itself, not those about the others.
func TestNamesBesideABrokenLine(t *testing.T) {
	for _, broken := range []string{
		"  - log: \"open\n", "  - log: {a: [b\n", "  - log\n", "    - x: - y\n", "  - log: a: b\n", "\t- log: x\n", "  - await: {match: call.\n", "  - log: 'it''s\n", "  - capture: {x: a ?? 1}\n", " - x\n",
		"  - log: \"closed\" again\n", "  - &a\n", "  - *nobody\n", "  - await:\n      match: call.id == \"x\n", "timeout 3s\n", "  - createCall: {targets: [{identity: {user: {id: \"${{ caller }}\"}}}\n",
	} {
		text := strings.Replace(words, "  - id: ring\n", broken+"  - id: ring\n", 1)
		c := start(t, map[string]string{"sub/_ring.yaml": ring})
		c.open("a.yaml", text)
		if ps := c.diagnosed("a.yaml"); len(ps) == 0 && broken != "  - &a\n" {
			t.Errorf("%q: there is no problem", broken)
		}
		for _, name := range [][2]string{{"leg }}", "leg: call.id"}, {"meet.outcome", "meet\n    answer"}, {"leg &&", "leg: call.id"}} {
			var got *spot
			c.ask("textDocument/definition", c.on("a.yaml", find(t, text, name[0], 1)), &got)
			if got == nil || got.Range.Start != find(t, text, name[1], 1) {
				t.Errorf("%q: %s leads to %v", broken, name[0], got)
			}
		}
		var symbols []struct{ Children []struct{ Name string } }
		c.ask("textDocument/documentSymbol", map[string]any{"textDocument": map[string]any{"uri": c.uri("a.yaml")}}, &symbols)
		if len(symbols) != 1 || len(symbols[0].Children) < 5 {
			t.Errorf("%q: symbols %v", broken, symbols)
		}
		c.quit(0)
	}
}
