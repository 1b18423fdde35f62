package lsp_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"callflow/internal/lsp"
	"callflow/steps"
)

// serve starts a server with functions of the test's in place of the command's.
func serve(t *testing.T, s *lsp.Server, files map[string]string) *client {
	t.Helper()
	c := launchWith(t, files, func(c *client, in io.Reader, out io.Writer) int {
		s.Vocabulary = steps.Vocabulary()
		return s.Serve(in, out)
	})
	c.ask("initialize", map[string]any{"rootUri": c.uri(""), "capabilities": map[string]any{}}, nil)
	return c
}

type lens struct {
	Range   reach `json:"range"`
	Command struct {
		Title     string            `json:"title"`
		Command   string            `json:"command"`
		Arguments []json.RawMessage `json:"arguments"`
	} `json:"command"`
}

// A lens runs the file as it is on the disk, in the workspace's folder, and the end of the run is shown.
func TestRunLens(t *testing.T) {
	type call struct {
		dir  string
		args []string
	}
	ran := make(chan call, 1)
	output, code := "it went well\n", 0
	s := &lsp.Server{Run: func(_ context.Context, dir string, args ...string) (string, int) {
		ran <- call{dir, args}
		return output, code
	}}
	c := serve(t, s, map[string]string{"in/a b.yaml": frame})
	c.open("in/a b.yaml", frame)
	var lenses []lens
	c.ask("textDocument/codeLens", map[string]any{"textDocument": map[string]any{"uri": c.uri("in/a b.yaml")}}, &lenses)
	var got []string
	for _, l := range lenses {
		got = append(got, l.Command.Title)
	}
	if want := []string{"▶ run", "run until here", "run until here"}; !slices.Equal(got, want) {
		t.Fatalf("%q, want %q", got, want)
	}
	if lenses[0].Range.Start != (place{0, 0}) || lenses[1].Range.Start.Line != 8 || lenses[2].Range.Start.Line != 10 {
		t.Errorf("they stand at %+v", lenses)
	}
	for i, tt := range []struct {
		code       int
		arg, shown string
	}{
		{0, "in/a b.yaml", "in/a b.yaml passed"},
		{1, "in/a b.yaml:9", "in/a b.yaml:9 failed"},
		{3, "in/a b.yaml:12", "in/a b.yaml:12 could not be run (3): it went well"},
	} {
		code = tt.code
		c.shown = nil
		if bad := c.ask("workspace/executeCommand", map[string]any{"command": lenses[i].Command.Command, "arguments": lenses[i].Command.Arguments}, nil); bad != "" {
			t.Fatal(bad)
		}
		for len(c.shown) == 0 {
			c.next()
		}
		if one := <-ran; one.dir != c.root || !slices.Equal(one.args, []string{"run", "--no-color", tt.arg}) {
			t.Errorf("it ran %q in %s", one.args, one.dir)
		}
		if !strings.Contains(c.shown[0], tt.shown) {
			t.Errorf("shown: %s, want %q", c.shown[0], tt.shown)
		}
		if i == 0 && !strings.Contains(c.logged, "it went well") {
			t.Errorf("logged: %s", c.logged)
		}
	}
	output, code, c.shown = "in/a b.yaml:7:3: unknown key\n  hint: none\ncallflow: 1 file: 1 error\n", 2, nil
	c.ask("workspace/executeCommand", map[string]any{"command": "callflow.run", "arguments": []any{c.uri("in/a b.yaml")}}, nil)
	for len(c.shown) == 0 {
		c.next()
	}
	if <-ran; !strings.Contains(c.shown[0], "could not be run: in/a b.yaml:7:3: unknown key") || strings.Contains(c.shown[0], "1 error") {
		t.Errorf("shown: %s", c.shown[0])
	}
	c.write("in/a b.yaml", frame+"# more\n")
	if bad := c.ask("workspace/executeCommand", map[string]any{"command": "callflow.run", "arguments": []any{c.uri("in/a b.yaml")}}, nil); !strings.Contains(bad, "not saved") {
		t.Errorf("an unsaved file: %q", bad)
	}
	for _, params := range []map[string]any{
		{"command": "callflow.walk", "arguments": []any{c.uri("in/a b.yaml")}}, {"command": "callflow.run"},
		{"command": "callflow.run", "arguments": []any{"https://example.com/x.yaml"}}, {"command": "callflow.run", "arguments": []any{c.uri("a.yaml"), -1}},
	} {
		if bad := c.ask("workspace/executeCommand", params, nil); bad == "" {
			t.Errorf("%v was taken", params)
		}
	}
}

// A run that is under way when the editor goes is ended, and waited for.
func TestRunEndsWithTheServer(t *testing.T) {
	began, ended := make(chan bool), make(chan bool, 1)
	s := &lsp.Server{Run: func(ctx context.Context, _ string, _ ...string) (string, int) {
		close(began)
		<-ctx.Done()
		ended <- true
		return "interrupted", 130
	}}
	c := serve(t, s, map[string]string{"a.yaml": frame})
	c.ask("workspace/executeCommand", map[string]any{"command": "callflow.run", "arguments": []any{c.uri("a.yaml")}}, nil)
	<-began
	c.quit(0)
	select {
	case <-ended:
	default:
		t.Error("the server ended before the run")
	}
}

func TestFormatting(t *testing.T) {
	s := &lsp.Server{Format: func(name string, src []byte) ([]byte, error) {
		if strings.Contains(string(src), "bad") {
			return src, errors.New("line 1 cannot be read")
		}
		return []byte(strings.ReplaceAll(string(src), "  ", " ")), nil
	}}
	c := serve(t, s, nil)
	ask := func(text string) (after, bad string) {
		c.open("a.yaml", text)
		var edits []edit
		bad = c.ask("textDocument/formatting", map[string]any{"textDocument": map[string]any{"uri": c.uri("a.yaml")}, "options": map[string]any{}}, &edits)
		return apply(text, edits), bad
	}
	for text, want := range map[string]string{"name:  𝄞\nsteps:  []": "name: 𝄞\nsteps: []", "name:  x\n": "name: x\n", "name: x\n": "name: x\n", "": ""} {
		if after, bad := ask(text); after != want || bad != "" {
			t.Errorf("%q became %q, want %q; %s", text, after, want, bad)
		}
	}
	// Where the file is broken an editor that formats at each save shall not say so each time: its problems do.
	if after, bad := ask("bad"); after != "bad" || bad != "" {
		t.Errorf("%q; %q", after, bad)
	}
}

// The command formats as callflow fmt does.
func TestFormattingOfTheCommand(t *testing.T) {
	c := start(t, nil)
	const text = "steps:\n    - log:   x\nname: 𝄞\n"
	c.open("a.yaml", text)
	var edits []edit
	params := map[string]any{"textDocument": map[string]any{"uri": c.uri("a.yaml")}, "options": map[string]any{}}
	if bad := c.ask("textDocument/formatting", params, &edits); bad != "" {
		t.Fatal(bad)
	}
	if got, want := apply(text, edits), "name: 𝄞\nsteps:\n  - log: x\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	c.write("a.yaml", "steps: [\n")
	if bad := c.ask("textDocument/formatting", params, &edits); bad != "" || len(edits) > 0 {
		t.Errorf("a file that is no YAML: %q, %v", bad, edits)
	}
}
