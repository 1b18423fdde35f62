package lsp_test

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestExitCodes(t *testing.T) {
	t.Run("shutdown, exit", func(t *testing.T) {
		c := start(t, nil)
		c.quit(0)
	})
	t.Run("exit without shutdown", func(t *testing.T) {
		c := start(t, nil)
		c.tell("exit", nil)
		c.quit(1)
	})
	t.Run("the client is gone", func(t *testing.T) {
		c := start(t, nil)
		c.quit(1)
	})
	t.Run("gone after shutdown", func(t *testing.T) {
		c := start(t, nil)
		c.ask("shutdown", nil, nil)
		c.in.Close()
		c.done = true
		if code := <-c.exit; code != 0 {
			t.Errorf("exit code %d", code)
		}
	})
	t.Run("no client", func(t *testing.T) {
		c := launch(t, nil)
		fmt.Fprint(c.in, "hello\n")
		c.quit(1)
		if !strings.Contains(c.log.String(), "is this a language client?") {
			t.Errorf("log: %s", c.log)
		}
	})
}

func TestOrderOfRequests(t *testing.T) {
	c := launch(t, nil)
	c.tell("textDocument/didOpen", map[string]any{}) // is dropped
	if bad := c.ask("textDocument/hover", map[string]any{}, nil); !strings.Contains(bad, "initialize comes first") {
		t.Errorf("hover before initialize: %q", bad)
	}
	if bad := c.ask("initialize", map[string]any{"capabilities": map[string]any{}, "rootUri": nil}, nil); bad != "" {
		t.Error(bad)
	}
	if bad := c.ask("initialize", map[string]any{}, nil); !strings.Contains(bad, "once") {
		t.Errorf("initialize twice: %q", bad)
	}
	if bad := c.ask("textDocument/semanticTokens/full", map[string]any{}, nil); !strings.Contains(bad, "there is no method") {
		t.Errorf("an unknown method: %q", bad)
	}
	if bad := c.ask("textDocument/hover", map[string]any{"position": "here"}, nil); !strings.Contains(bad, "parameters") {
		t.Errorf("bad parameters: %q", bad)
	}
	for _, body := range []string{"{", "[]", `{"jsonrpc":"2.0","id":77}`} {
		c.raw(body)
		if a := c.next(); a.Error == nil {
			t.Errorf("%s: %+v", body, a)
		}
	}
	c.raw(`{"jsonrpc":"2.0","method":"$/setTrace","params":{"value":"off"}}`)
	c.raw(`{"jsonrpc":"2.0","id":"a","result":null}`)
	// A file that is not open, and a place that is not there, have nothing to say.
	if items := c.complete("not-open.yaml", place{9, 9}); len(items) != 0 {
		t.Errorf("%v", items)
	}
	c.ask("shutdown", nil, nil)
	if bad := c.ask("textDocument/hover", map[string]any{}, nil); !strings.Contains(bad, "shut down") {
		t.Errorf("hover after shutdown: %q", bad)
	}
	c.tell("exit", nil)
	c.done = true
	if code := <-c.exit; code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestCancel(t *testing.T) {
	c := start(t, nil)
	c.open("a.yaml", "steps: []\n")
	// Both are in one write, so that the server has read the second before it answers the first.
	hover := `{"jsonrpc":"2.0","id":900,"method":"textDocument/documentSymbol","params":{"textDocument":{"uri":"` + c.uri("a.yaml") + `"}}}`
	slow := strings.Repeat(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(hover), hover), 3)
	cancel := `{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":901}}`
	wanted := strings.Replace(hover, "900", "901", 1)
	go fmt.Fprintf(c.in, "%sContent-Length: %d\r\n\r\n%sContent-Length: %d\r\n\r\n%s", slow, len(cancel), cancel, len(wanted), wanted)
	for {
		a := c.next()
		if string(a.ID) == "901" {
			if a.Error == nil || a.Error.Code != -32800 {
				t.Errorf("the answer to a cancelled request: %+v", a)
			}
			return
		}
	}
}

func TestDiagnostics(t *testing.T) {
	c := start(t, map[string]string{"_ring.yaml": strings.Replace(ring, "capture", "captur", 1)})
	c.open("a.yaml", frame+"  - getCal: ${{ leg }}\n")
	ps := c.diagnosed("a.yaml")
	if len(ps) != 1 || ps[0].Code != "unknown-verb" || ps[0].Severity != 1 || !strings.Contains(ps[0].Message, "did you mean getCall?") ||
		ps[0].Range != (reach{place{13, 4}, place{13, 10}}) {
		t.Errorf("%+v", ps)
	}
	page, err := url.Parse(ps[0].CodeDescription.Href)
	if err != nil || page.Scheme != "file" || page.Fragment != "unknown-verb" {
		t.Errorf("the page of the code: %q, %v", ps[0].CodeDescription.Href, err)
	} else if text, err := os.ReadFile(page.Path); err != nil || !strings.Contains(string(text), "unknown-verb") {
		t.Errorf("the page of the code has nothing of it: %v", err)
	}
	c.write("a.yaml", frame)
	if ps := c.diagnosed("a.yaml"); len(ps) != 0 {
		t.Errorf("all is well, but %+v", ps)
	}
	c.write("a.yaml", frame+"  - log: \"𝄞𝄞 ${{ nobody }}\"\n")
	if ps := c.diagnosed("a.yaml"); len(ps) != 1 || ps[0].Code != "expr-name" || ps[0].Range != (reach{place{13, 19}, place{13, 25}}) {
		t.Errorf("%+v", ps)
	}
	// What is wrong with an included file stands where it is included, and leads there.
	c.write("a.yaml", frame+"  - include: {file: _ring.yaml, with: {who: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}\n")
	ps = c.diagnosed("a.yaml")
	if len(ps) != 1 || ps[0].Range.Start != (place{13, 20}) || len(ps[0].RelatedInformation) != 1 ||
		ps[0].RelatedInformation[0].Location.URI != c.uri("_ring.yaml") || ps[0].RelatedInformation[0].Location.Range.Start != (place{5, 4}) {
		t.Errorf("%+v", ps)
	}
	// The included file is read as it is in the editor.
	c.seen["a.yaml"] = 0
	c.open("_ring.yaml", ring)
	for _, name := range []string{"_ring.yaml", "a.yaml"} {
		if ps := c.diagnosed(name); len(ps) != 0 {
			t.Errorf("%s: %+v", name, ps)
		}
	}
	// A warning is one, and a file that is no scenario has no problems.
	c.open("callflow.yaml", "targets: {}\n")
	if ps := c.diagnosed("callflow.yaml"); len(ps) != 0 {
		t.Errorf("the configuration: %+v", ps)
	}
	c.write("a.yaml", "name: x\nsteps: [\n")
	if ps := c.diagnosed("a.yaml"); len(ps) != 1 || ps[0].Code != "yaml-syntax" {
		t.Errorf("%+v", ps)
	}
	c.tell("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": c.uri("a.yaml")}})
	c.ask("textDocument/documentSymbol", map[string]any{"textDocument": map[string]any{"uri": c.uri("a.yaml")}}, nil)
	if len(c.problems["a.yaml"]) != 0 {
		t.Errorf("a closed file keeps its problems: %+v", c.problems["a.yaml"])
	}
}

// Of several texts that come at once only the last is checked.
func TestNewerTextMakesOlderChecksNeedless(t *testing.T) {
	c := start(t, nil)
	c.open("a.yaml", frame)
	c.diagnosed("a.yaml")
	var all strings.Builder
	const texts = 100
	for i := range texts {
		body := fmt.Sprintf(`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":%q,"version":%d},"contentChanges":[{"range":{"start":{"line":0,"character":6},"end":{"line":0,"character":6}},"text":"x"}]}}`,
			c.uri("a.yaml"), i+2)
		fmt.Fprintf(&all, "Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	c.versions["a.yaml"] = texts + 1
	go c.in.Write([]byte(all.String()))
	seen := 0
	for {
		a := c.next()
		if a.Method == "textDocument/publishDiagnostics" {
			seen++
			if strings.Contains(string(a.Params), fmt.Sprintf(`"version":%d`, texts+1)) {
				break
			}
		}
	}
	if seen > texts/2 {
		t.Errorf("%d checks for %d texts that came at once", seen, texts)
	}
	var symbols []struct{ Name string }
	c.ask("textDocument/documentSymbol", map[string]any{"textDocument": map[string]any{"uri": c.uri("a.yaml")}}, &symbols)
	if want := strings.Repeat("x", texts) + "Ring"; len(symbols) != 1 || symbols[0].Name != want {
		t.Errorf("after %d changes: %+v", texts, symbols)
	}
}

// Changes come in parts, counted in UTF-16 units.
func TestIncrementalChanges(t *testing.T) {
	c := start(t, nil)
	c.open("a.yaml", "name: a𝄞b\r\nsteps:\r\n  - log: x\r\n")
	change := func(from, to place, text string) {
		t.Helper()
		c.versions["a.yaml"]++
		c.tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": c.uri("a.yaml"), "version": c.versions["a.yaml"]},
			"contentChanges": []any{map[string]any{"range": reach{from, to}, "text": text}}})
	}
	change(place{0, 9}, place{0, 10}, "c")    // b behind the clef, which has two units
	change(place{2, 9}, place{2, 99}, "y\n")  // to the line's end, whatever its length
	change(place{9, 0}, place{9, 0}, "# end") // behind the last line
	var symbols []struct {
		Name     string
		Children []struct{ Children []struct{ Name string } }
	}
	c.ask("textDocument/documentSymbol", map[string]any{"textDocument": map[string]any{"uri": c.uri("a.yaml")}}, &symbols)
	if len(symbols) != 1 || symbols[0].Name != "a𝄞c" {
		t.Errorf("%+v", symbols)
	}
	if ps := c.diagnosed("a.yaml"); len(ps) != 0 {
		t.Errorf("%+v", ps)
	}
}

func TestSymbols(t *testing.T) {
	const text = `name: A tree
vars: {who: x}
simulate:
  people:
    carol: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}
steps:
  - id: ring
    name: ring Carol
    createCall:
      targets: []
    capture: {leg: call.id}

  - parallel:
      left:
        - log: x
      right:
        - log: y
finally:
  - hangUp: ${{ leg }}
outputs: {how: leg}
`
	c := start(t, nil)
	c.open("a.yaml", text)
	type symbol struct {
		Name, Detail          string
		Range, SelectionRange reach
		Children              []symbol
	}
	var got []symbol
	c.ask("textDocument/documentSymbol", map[string]any{"textDocument": map[string]any{"uri": c.uri("a.yaml")}}, &got)
	var lines []string
	var show func(depth int, list []symbol, within reach)
	show = func(depth int, list []symbol, within reach) {
		for _, s := range list {
			lines = append(lines, fmt.Sprintf("%s%s %s%d-%d", strings.Repeat("  ", depth), s.Name, strings.TrimPrefix(s.Detail+" ", " "), s.Range.Start.Line, s.Range.End.Line))
			for _, r := range []reach{s.Range, s.SelectionRange} {
				if before(r.Start, within.Start) || before(within.End, r.End) {
					t.Errorf("%s sticks out of what is around it: %v in %v", s.Name, r, within)
				}
			}
			show(depth+1, s.Children, s.Range)
		}
	}
	show(0, got, reach{place{}, place{1000, 0}})
	want := `A tree 0-19
  vars 1-1
    who 1-1
  simulate 2-4
    carol 4-4
  steps 5-16
    createCall: ring ring Carol 6-10
      leg captured 10-10
    parallel 12-16
      left 13-14
        log 14-14
      right 15-16
        log 16-16
  finally 17-18
    hangUp 18-18
  outputs 19-19
    how 19-19`
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("got:\n%s", got)
	}
}

func before(a, b place) bool { return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character }

// An editor sends all YAML. What is no scenario is left alone.
func TestOtherYAML(t *testing.T) {
	tests := []struct {
		name, text string
		ours       bool
	}{
		{"a.yaml", "stepz: []\nvars: {}\n", true},
		{"a.yaml", "steps: [\n", true},
		{"scenarios/b/a.yaml", "- x\n", true},
		{"a.yaml", "# yaml-language-server: $schema=../scenario.schema.json\nx: 1\n", true},
		{"callflow.yaml", "targets: {}\n", false},
		{".github/workflows/ci.yaml", "name: ci\nsteps: []\n", false},
		{"azure-pipelines.yml", "trigger: [main]\npool: {vmImage: x}\nsteps:\n  - script: x\n", false},
		{"compose.yaml", "name: x\nservices: {}\n", false},
		{"deploy.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {}\n", false},
		{"site.yml", "- hosts: all\n  vars: {}\n", false},
	}
	for _, tt := range tests {
		c := start(t, nil)
		c.open(tt.name, tt.text)
		if got := len(c.diagnosed(tt.name)) > 0; got != tt.ours {
			t.Errorf("%s: problems %t, want %t", tt.name, got, tt.ours)
		}
		c.quit(0)
	}
}

// A workspace may have no root, or several; the file may not be saved yet.
func TestRoots(t *testing.T) {
	files := map[string]string{"one/a.yaml": frame + "  - include: {file: ../two/_ring.yaml, with: {who: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}\n", "two/_ring.yaml": ring}
	for name, params := range map[string]func(c *client) map[string]any{
		"none": func(*client) map[string]any { return map[string]any{"rootUri": nil} },
		"path": func(c *client) map[string]any { return map[string]any{"rootPath": c.root} },
		"folder": func(c *client) map[string]any {
			return map[string]any{"workspaceFolders": []any{map[string]any{"uri": c.uri("one"), "name": "one"}}}
		},
		"foreign": func(*client) map[string]any { return map[string]any{"rootUri": "file:///somewhere%20else"} },
	} {
		c := launch(t, files)
		p := params(c)
		p["capabilities"] = map[string]any{}
		c.ask("initialize", p, nil)
		c.open("one/a.yaml", files["one/a.yaml"])
		if ps := c.diagnosed("one/a.yaml"); len(ps) != 0 {
			t.Errorf("%s: %+v", name, ps)
		}
		var at struct {
			URI string `json:"uri"`
		}
		c.ask("textDocument/definition", c.on("one/a.yaml", find(t, files["one/a.yaml"], "_ring", 1)), &at)
		if at.URI != c.uri("two/_ring.yaml") {
			t.Errorf("%s: the included file is %q", name, at.URI)
		}
		c.tell("workspace/didChangeWorkspaceFolders", map[string]any{"event": map[string]any{"added": []any{map[string]any{"uri": c.uri(""), "name": ""}}, "removed": []any{map[string]any{"uri": c.uri("one"), "name": "one"}}}})
		c.seen["one/a.yaml"] = 0
		if ps := c.diagnosed("one/a.yaml"); len(ps) != 0 {
			t.Errorf("%s, another folder: %+v", name, ps)
		}
		c.quit(0)
	}
	c := start(t, nil)
	c.tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": "untitled:Untitled-1", "languageId": "yaml", "version": 1, "text": frame + "  - include: _ring.yaml\n  - await: call."}})
	var list struct{ Items []item }
	c.ask("textDocument/completion", map[string]any{"textDocument": map[string]any{"uri": "untitled:Untitled-1"}, "position": place{14, 16}}, &list)
	if !slices.Contains(labels(list.Items), "state") {
		t.Errorf("a buffer without a file: %q", labels(list.Items))
	}
}
