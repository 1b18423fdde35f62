package lsp_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// shipped are the scenarios in scenarios/, by their path.
func shipped(t testing.TB) map[string]string {
	files := map[string]string{}
	err := filepath.WalkDir("../../scenarios", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(p) != ".yaml" {
			return err
		}
		text, err := os.ReadFile(p)
		files[p] = string(text)
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%d scenarios: %v", len(files), err)
	}
	return files
}

// everything asks the server all there is to ask at the end of a text, and of the whole that begins with it.
func (c *client) everything(name, text string, p place) {
	c.t.Helper()
	c.write(name, text)
	doc := map[string]any{"textDocument": map[string]any{"uri": c.uri(name)}}
	rename := c.on(name, p)
	rename["newName"] = "renamed"
	references := c.on(name, p)
	references["context"] = map[string]any{"includeDeclaration": true}
	for method, params := range map[string]any{
		"textDocument/completion": c.on(name, p), "textDocument/hover": c.on(name, p), "textDocument/definition": c.on(name, p),
		"textDocument/references": references, "textDocument/documentHighlight": c.on(name, p), "textDocument/prepareRename": c.on(name, p),
		"textDocument/rename": rename, "textDocument/documentSymbol": doc, "textDocument/codeLens": doc,
	} {
		if bad := c.ask(method, params, nil); strings.Contains(bad, "itself failed") {
			c.t.Fatalf("%s at %v: %s\n%s", method, p, bad, text)
		}
	}
	for _, d := range c.diagnosed(name) {
		if d.Code == "internal" {
			c.t.Fatalf("%+v\n%s", d, text)
		}
	}
	if strings.Contains(c.log.String(), "fault") {
		c.t.Fatalf("%s\n%s", c.log, text)
	}
}

// mangled are ways in which a text breaks where somebody is writing.
func mangled(text string, at int) []string {
	for at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	before, after := text[:at], text[at:]
	all := []string{before}
	for _, insert := range []string{"\"", "'", "{", "}", "[", ": ", "\n", "${{ ", "call.", "- ", "#", "|", "\t", "&a ", "*a", "!", "%", "\x00", "𝄞"} {
		all = append(all, before+insert+after)
	}
	if line := strings.IndexByte(after, '\n'); line >= 0 {
		all = append(all, before+after[line:])
	}
	return all
}

// A file is cut off, and mangled, at places all over the scenarios that we ship.
func TestHalfWritten(t *testing.T) {
	c := start(t, nil)
	c.open("scenarios/a.yaml", "")
	every := 2003
	if testing.Short() {
		every = 9973
	}
	seen := 0
	for name, text := range shipped(t) {
		for at := seen % every; at < len(text); at += every {
			for _, half := range mangled(text, at) {
				c.everything("scenarios/a.yaml", half, placeOf(strings.ToValidUTF8(text[:at], "")))
			}
		}
		seen += len(name) + 131
	}
}

func FuzzHalfWritten(f *testing.F) {
	n := 0
	for _, text := range shipped(f) {
		if n++; n%20 == 0 {
			f.Add(text, len(text)/2)
		}
	}
	f.Add(words, 700)
	f.Add(frame+"  - await: any(participants, .info.", 1000)
	var c *client
	f.Fuzz(func(t *testing.T, text string, at int) {
		if !utf8.ValidString(text) || len(text) > 1<<16 {
			return // the protocol's JSON is UTF-8
		}
		if c == nil {
			c = start(t, map[string]string{"scenarios/_ring.yaml": ring})
			c.open("scenarios/a.yaml", "")
			c.done = true // it outlives this text
		}
		c.t = t
		at = max(0, min(at, len(text)))
		for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
			at--
		}
		c.everything("scenarios/a.yaml", text, placeOf(text[:at]))
	})
}
