package lsp_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"callflow/internal/cli"
)

// client drives `callflow lsp` over pipes, as an editor does.
type client struct {
	t        *testing.T
	in       io.WriteCloser
	out      *bufio.Reader
	log      *logged
	exit     chan int
	root     string
	last     int
	versions map[string]int
	problems map[string][]problem // by file, the newest
	seen     map[string]int       // the version of the file that they are of
	shown    []string
	logged   string
	done     bool
}

// logged is what the server wrote to standard error so far.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

type place struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

type reach struct {
	Start place `json:"start"`
	End   place `json:"end"`
}

type problem struct {
	Range           reach  `json:"range"`
	Severity        int    `json:"severity"`
	Code            string `json:"code"`
	Message         string `json:"message"`
	CodeDescription struct {
		Href string `json:"href"`
	} `json:"codeDescription"`
	RelatedInformation []struct {
		Location struct {
			URI   string `json:"uri"`
			Range reach  `json:"range"`
		} `json:"location"`
	} `json:"relatedInformation"`
}

type answer struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// launch starts the server, without a word to it. The files are written into its folder.
func launch(t *testing.T, files map[string]string) *client {
	t.Helper()
	return launchWith(t, files, func(c *client, in io.Reader, out io.Writer) int { return cli.Main([]string{"lsp"}, in, out, c.log) })
}

func launchWith(t *testing.T, files map[string]string, main func(c *client, in io.Reader, out io.Writer) int) *client {
	t.Helper()
	if t.Name() != "" {
		t.Setenv("XDG_CACHE_HOME", t.TempDir())
	}
	c := &client{t: t, root: t.TempDir(), log: new(logged), exit: make(chan int, 1), versions: map[string]int{}, problems: map[string][]problem{}, seen: map[string]int{}}
	for name, text := range files {
		file := filepath.Join(c.root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	c.in, c.out = inWrite, bufio.NewReader(outRead)
	go func() {
		code := main(c, inRead, outWrite)
		inRead.Close()
		outWrite.Close()
		c.exit <- code
	}()
	t.Cleanup(func() {
		if !c.done {
			c.quit(0)
		}
	})
	return c
}

// start launches the server and shakes hands.
func start(t *testing.T, files map[string]string) *client {
	t.Helper()
	c := launch(t, files)
	c.ask("initialize", map[string]any{"processId": nil, "rootUri": c.uri(""), "capabilities": map[string]any{
		"textDocument": map[string]any{"documentSymbol": map[string]any{"hierarchicalDocumentSymbolSupport": true}}}}, nil)
	c.tell("initialized", map[string]any{})
	return c
}

// quit ends the session as the protocol says, and looks at the exit code and the log.
func (c *client) quit(want int) {
	c.t.Helper()
	c.done = true
	if want == 0 {
		c.ask("shutdown", nil, nil)
		c.tell("exit", nil)
	}
	go io.Copy(io.Discard, c.out)
	if want != 0 {
		c.in.Close()
	}
	if code := <-c.exit; code != want {
		c.t.Errorf("exit code %d, want %d; log:\n%s", code, want, c.log)
	}
	if strings.Contains(c.log.String(), "fault") {
		c.t.Errorf("the server failed:\n%s", c.log)
	}
}

func (c *client) uri(name string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(c.root, filepath.FromSlash(name)))}).String()
}

func (c *client) raw(body string) {
	c.t.Helper()
	if _, err := fmt.Fprintf(c.in, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		c.t.Fatalf("%v; log:\n%s", err, c.log)
	}
}

func (c *client) send(m map[string]any) {
	c.t.Helper()
	m["jsonrpc"] = "2.0"
	body, err := json.Marshal(m)
	if err != nil {
		c.t.Fatal(err)
	}
	c.raw(string(body))
}

func (c *client) tell(method string, params any) {
	c.t.Helper()
	c.send(map[string]any{"method": method, "params": params})
}

// ask sends a request and waits for its answer; it returns the error's text when there is one.
func (c *client) ask(method string, params, result any) string {
	c.t.Helper()
	c.last++
	c.send(map[string]any{"id": c.last, "method": method, "params": params})
	for {
		a := c.next()
		if string(a.ID) != strconv.Itoa(c.last) {
			continue
		}
		if a.Error != nil {
			return a.Error.Message
		}
		if result != nil {
			if err := json.Unmarshal(a.Result, result); err != nil {
				c.t.Fatalf("%s: %v in %s", method, err, a.Result)
			}
		}
		return ""
	}
}

// next reads one message, and notes what the server tells by itself.
func (c *client) next() answer {
	c.t.Helper()
	length := 0
	for {
		line, err := c.out.ReadString('\n')
		if err != nil {
			c.t.Fatalf("the server is gone: %v; log:\n%s", err, c.log)
		}
		line = strings.TrimSpace(line)
		if line == "" {
			break
		}
		if v, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			length, _ = strconv.Atoi(v)
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(c.out, body); err != nil {
		c.t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		c.t.Fatalf("%v in %s", err, body)
	}
	switch a.Method {
	case "textDocument/publishDiagnostics":
		var p struct {
			URI         string    `json:"uri"`
			Version     int       `json:"version"`
			Diagnostics []problem `json:"diagnostics"`
		}
		if err := json.Unmarshal(a.Params, &p); err != nil {
			c.t.Fatal(err)
		}
		name := strings.TrimPrefix(p.URI, c.uri("")+"/")
		c.problems[name], c.seen[name] = p.Diagnostics, p.Version
	case "window/logMessage":
		c.logged += string(a.Params)
	case "window/showMessage":
		c.shown = append(c.shown, string(a.Params))
	}
	return a
}

func (c *client) open(name, text string) {
	c.t.Helper()
	c.versions[name] = 1
	c.tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": c.uri(name), "languageId": "yaml", "version": 1, "text": text}})
}

// write replaces the text of an open file.
func (c *client) write(name, text string) {
	c.t.Helper()
	c.versions[name]++
	c.tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": c.uri(name), "version": c.versions[name]},
		"contentChanges": []any{map[string]any{"text": text}}})
}

// diagnosed waits for the problems of a file's newest text.
func (c *client) diagnosed(name string) []problem {
	c.t.Helper()
	for c.seen[name] != c.versions[name] {
		c.next()
	}
	// The texts of these tests make names that only some of the cases use.
	return slices.DeleteFunc(slices.Clone(c.problems[name]), func(p problem) bool { return p.Code == "unused-name" })
}

// at takes the | out of a text and returns its place.
func at(t *testing.T, text string) (string, place) {
	t.Helper()
	before, after, ok := strings.Cut(text, "|")
	if !ok {
		t.Fatal("no | in the text")
	}
	return before + after, placeOf(before)
}

// placeOf is the place behind a text.
func placeOf(before string) place {
	lines := strings.Split(before, "\n")
	return place{len(lines) - 1, len(utf16.Encode([]rune(lines[len(lines)-1])))}
}

func (c *client) on(name string, p place) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": c.uri(name)}, "position": p}
}
