package lsp

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"callflow/schema"
	"callflow/steps"
)

// mangler drives a server without pipes or goroutines, thousands of messages a second.
type mangler struct {
	t    testing.TB
	s    *Server
	q    *queue
	out  bytes.Buffer
	log  bytes.Buffer
	rand *rand.Rand
	last string // what was sent
	id   int
}

func newMangler(t testing.TB, seed uint64) *mangler {
	m := &mangler{t: t, q: newQueue(), rand: rand.New(rand.NewPCG(seed, 1))}
	m.s = &Server{Vocabulary: steps.Vocabulary(), Settings: schema.SettingsVocabulary[struct{}](), Log: slog.New(slog.NewTextHandler(&m.log, nil)),
		documents: map[string]*document{}, byPath: map[string]*document{}, stop: func() {}}
	m.s.out.w = &m.out
	m.ask("initialize", object{"capabilities": object{}, "rootUri": nil})
	return m
}

// send hands the server one message; it must not end, and no answer may speak of a fault.
func (m *mangler) send(body []byte) {
	m.t.Helper()
	m.last = string(body)
	if err := m.s.take(body, m.q); err != nil {
		m.t.Fatalf("the server ended: %v\n%s", err, body)
	}
	m.check()
}

func (m *mangler) check() {
	m.t.Helper()
	if said := m.out.String() + m.log.String(); strings.Contains(said, "itself failed") || strings.Contains(said, "a fault of the language server") {
		m.t.Fatalf("%s\nafter %s", said, m.last)
	}
	m.out.Reset()
}

func (m *mangler) ask(method string, params any) {
	m.t.Helper()
	m.id++
	body, err := json.Marshal(object{"jsonrpc": "2.0", "id": m.id, "method": method, "params": params})
	if err != nil {
		m.t.Fatal(err)
	}
	m.send(body)
}

func (m *mangler) tell(method string, params any) {
	m.t.Helper()
	body, err := json.Marshal(object{"jsonrpc": "2.0", "method": method, "params": params})
	if err != nil {
		m.t.Fatal(err)
	}
	m.send(body)
}

const mangledURI = "file:///nowhere/scenarios/a.yaml"

var asked = []string{"completion", "hover", "definition", "references", "documentHighlight", "prepareRename", "rename", "documentSymbol", "codeLens", "formatting"}

// requests asks one thing of every kind, or n of them, at places that may lie outside of the file.
func (m *mangler) requests(n int) {
	m.t.Helper()
	lines := len(m.s.documents[mangledURI].text.starts)
	for _, i := range m.rand.Perm(len(asked))[:n] {
		m.ask("textDocument/"+asked[i], object{"textDocument": object{"uri": mangledURI}, "position": object{"line": m.rand.IntN(lines+2) - 1, "character": m.rand.IntN(60) - 1},
			"newName": "renamed", "context": object{"includeDeclaration": true}})
	}
}

// problems has the server tell what is wrong with the files that changed.
func (m *mangler) problems() {
	m.t.Helper()
	for m.s.hasWork() {
		m.s.work()
	}
	if strings.Contains(m.out.String(), `"internal"`) {
		m.t.Fatalf("%s\nafter %s", m.out.String(), m.last)
	}
	m.check()
}

var scraps = []string{"", "\"", "'", "{", "}", "[", "]", ": ", "\n", "\r\n", "\r", "${{ ", "}}", "call.", "- ", "#", "|\n", "\t", "&a ", "*a", "!", "%", "\x00", "𝄞", "👩‍👩‍👧", "\u2028", "\ufeff", "e\u0301", "\xff\xfe", "? ", "<<: *a", "--- \n"}

// mangle breaks a text in one of the ways in which files are broken.
func (m *mangler) mangle(text string) string {
	at := m.rand.IntN(len(text) + 1)
	lines := strings.SplitAfter(text, "\n")
	i, j := m.rand.IntN(len(lines)), m.rand.IntN(len(lines))
	switch m.rand.IntN(9) {
	case 0:
		return text[:at] // cut off, in the middle of a character too
	case 1, 2:
		return text[:at] + scraps[m.rand.IntN(len(scraps))] + text[at:]
	case 3:
		lines[i] = ""
	case 4:
		lines[i], lines[j] = lines[j], lines[i]
	case 5:
		lines[i] = strings.Map(func(r rune) rune {
			if strings.ContainsRune("\"'[]{}", r) {
				return -1
			}
			return r
		}, lines[i])
	case 6:
		return strings.ReplaceAll(text, "\n", "\r\n")
	case 7:
		lines[i] = strings.Repeat(" ", m.rand.IntN(9)) + strings.TrimLeft(lines[i], " ")
	case 8:
		lines[i] = "𝄞" + lines[i] + "# 👩‍👩‍👧"
	}
	return strings.Join(lines, "")
}

// edit sends a change of a piece of the file, at a place that need not be there, and a version that may be an older one.
func (m *mangler) edit() {
	m.t.Helper()
	at := func() object { return object{"line": m.rand.IntN(80) - 2, "character": m.rand.IntN(90) - 2} }
	m.tell("textDocument/didChange", object{"textDocument": object{"uri": mangledURI, "version": m.rand.IntN(9)},
		"contentChanges": []any{object{"range": object{"start": at(), "end": at()}, "text": scraps[m.rand.IntN(len(scraps))]}}})
}

func shippedTexts(t testing.TB) (texts []string) {
	err := filepath.WalkDir("../../scenarios", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(p) != ".yaml" {
			return err
		}
		text, err := os.ReadFile(p)
		texts = append(texts, string(text))
		return err
	})
	if err != nil || len(texts) == 0 {
		t.Fatalf("%d scenarios: %v", len(texts), err)
	}
	return texts
}

// TestMangled: whatever comes of the shipped scenarios while somebody writes, the server answers.
func TestMangled(t *testing.T) {
	m := newMangler(t, 1)
	m.tell("textDocument/didOpen", object{"textDocument": object{"uri": mangledURI, "version": 1, "text": ""}})
	each := 8
	if testing.Short() {
		each = 3
	}
	texts, n := shippedTexts(t), 0
	for _, text := range texts {
		for range each {
			broken := m.mangle(text)
			for len(broken) > 3000 { // long files take long, and break no other way
				broken = broken[len(broken)/2:]
			}
			m.tell("textDocument/didChange", object{"textDocument": object{"uri": mangledURI, "version": n}, "contentChanges": []any{object{"text": broken}}})
			m.edit()
			m.requests(2)
			if n++; n%8 == 0 {
				m.problems()
			}
		}
	}
	if n < len(texts) {
		t.Errorf("only %d texts were tried", n)
	}
}

// TestUnrulyClient: what no client should say costs an answer at most.
func TestUnrulyClient(t *testing.T) {
	m := newMangler(t, 2)
	m.tell("textDocument/didChange", object{"textDocument": object{"uri": mangledURI, "version": 3}, "contentChanges": []any{object{"text": "x"}}})
	m.tell("textDocument/didOpen", object{"textDocument": object{"uri": mangledURI, "version": 7, "text": "steps:\n  - log: x\n"}})
	for range 50 {
		m.edit()
		m.requests(len(asked))
	}
	m.tell("textDocument/didClose", object{"textDocument": object{"uri": mangledURI}})
	m.ask("textDocument/hover", object{"textDocument": object{"uri": mangledURI}, "position": object{"line": 0, "character": 0}})
	m.tell("textDocument/didClose", object{"textDocument": object{"uri": mangledURI}})
	m.ask("textDocument/unheardOf", nil)
	m.tell("$/unheardOf", nil)
	m.ask("textDocument/hover", []int{1})
	m.ask("textDocument/hover", nil)
	for _, body := range []string{"", "{", "[]", "null", "7", `"x"`, `{"id":{}}`, `{"id":1,"method":7}`, "\xff\xfe", `{"method":"textDocument/didChange","params":{"contentChanges":null}}`} {
		m.send([]byte(body))
	}
	m.q.noteCancel([]byte(`{"method":"$/cancelRequest","params":{"id":` + "1000" + `}}`))
	m.id = 999
	m.ask("textDocument/hover", object{"textDocument": object{"uri": mangledURI}})
	m.ask("shutdown", nil)
	m.ask("textDocument/hover", object{"textDocument": object{"uri": mangledURI}, "position": object{"line": 0, "character": 0}})
}

func FuzzMangled(f *testing.F) {
	for i, text := range shippedTexts(f) {
		f.Add(text, uint64(i))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		if len(text) > 1<<14 {
			return
		}
		m := newMangler(t, seed)
		m.tell("textDocument/didOpen", object{"textDocument": object{"uri": mangledURI, "version": 1, "text": m.mangle(text)}})
		m.requests(len(asked))
		m.edit()
		m.requests(3)
		m.problems()
	})
}
