// Package lsp is the language server of scenarios: it tells editors what is wrong with a file, what fits where somebody
// writes, and what the names in it mean. All of that is package schema's knowledge; here is the protocol.
//
// One goroutine reads messages, another answers them one after the other; a file is checked when no message waits, so that
// a newer text makes the check of an older one needless. Reading a file takes milliseconds, and nothing is shared.
package lsp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"sync"

	"callflow/schema"
)

// Server speaks with one client.
type Server struct {
	Version    string
	Vocabulary *schema.Vocabulary
	// Env looks up env.NAME of vars; nil: none is there.
	Env func(name string) (string, bool)
	// Shared is what the project of a scenario's file gives it; positions in it are named relative to root, and text is
	// what a file holds in the editor. nil: there are no projects.
	Shared func(file, root string, text func(file string) []byte) *schema.Shared
	// Settings is the vocabulary of callflow.yaml, and Configuration says what is wrong with one. nil: the server says nothing
	// of such files.
	Settings      *schema.Vocabulary
	Configuration func(name string, text []byte) schema.Problems
	// Docs is the page that describes a problem's code; nil: there is none.
	Docs func(code string) string
	// Format lays out a scenario; nil: the server does not offer it.
	Format func(name string, src []byte) ([]byte, error)
	// Run runs the command line in a folder and returns what it printed and its exit code; nil: the server does not offer it.
	Run func(ctx context.Context, dir string, args ...string) (output string, code int)
	Log *slog.Logger // nil: none

	out       writer
	ready     bool // between initialize and shutdown
	down      bool
	folders   []string
	documents map[string]*document // by URI
	byPath    map[string]*document
	flat      bool // the client knows no symbols within symbols
	plain     bool // the client shows no Markdown
	running   sync.WaitGroup
	stop      context.CancelFunc
	ctx       context.Context
}

// incoming is what the reading goroutine hands on.
type incoming struct {
	body []byte
	err  error
}

// errExit ends the server: the client said so.
var errExit = errors.New("exit")

// Serve answers a client until it says exit or hangs up, and returns the process's exit code: 0 after shutdown, else 1.
func (s *Server) Serve(in io.Reader, out io.Writer) int {
	s.out.w = out
	s.documents, s.byPath = map[string]*document{}, map[string]*document{}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	defer s.running.Wait()
	defer s.stop()

	queue, gone := newQueue(), make(chan struct{})
	defer close(gone)
	go queue.fill(bufio.NewReader(in), gone)
	for {
		m, ok := queue.next(s.hasWork())
		if !ok {
			s.work()
			continue
		}
		if errors.Is(m.err, errTooLong) {
			s.Log.Error("a message was dropped", "reason", m.err)
			continue
		}
		if m.err != nil {
			if !errors.Is(m.err, io.EOF) {
				s.Log.Error("cannot read on", "reason", m.err)
			}
			return s.exitCode()
		}
		if err := s.take(m.body, queue); errors.Is(err, errExit) {
			return s.exitCode()
		} else if err != nil {
			s.Log.Error("cannot answer", "reason", err)
			return 1
		}
	}
}

func (s *Server) exitCode() int {
	if s.down {
		return 0
	}
	return 1
}

// take handles the bytes of one message. An error ends the server.
func (s *Server) take(body []byte, queue *queue) error {
	var m message
	if err := json.Unmarshal(body, &m); err != nil {
		code := codeParse
		if json.Valid(body) {
			code = codeInvalid
		}
		return s.out.send(message{ID: json.RawMessage("null"), Error: &rpcError{code, "this is no JSON-RPC message: " + err.Error()}})
	}
	isRequest := len(m.ID) > 0 && !bytes.Equal(m.ID, []byte("null"))
	if m.Method == "" {
		if isRequest && m.Result == nil && m.Error == nil {
			return s.out.send(message{ID: m.ID, Error: &rpcError{codeInvalid, "the message has no method"}})
		}
		return nil // an answer, and the server asks nothing
	}
	if isRequest && queue.cancelled(m.ID) {
		return s.out.send(message{ID: m.ID, Error: &rpcError{codeCancelled, "cancelled"}})
	}
	result, err := s.handle(m, isRequest)
	if errors.Is(err, errExit) {
		return err
	}
	if !isRequest {
		if err != nil {
			s.Log.Warn("a notification failed", "method", m.Method, "reason", err)
		}
		return nil
	}
	return s.answer(m.ID, result, err)
}

func (s *Server) answer(id json.RawMessage, result any, err error) error {
	var rpc *rpcError
	switch {
	case errors.As(err, &rpc):
		return s.out.send(message{ID: id, Error: rpc})
	case err != nil:
		return s.out.send(message{ID: id, Error: &rpcError{codeRequestFailed, err.Error()}})
	}
	raw, err := json.Marshal(result)
	if err != nil {
		return s.out.send(message{ID: id, Error: &rpcError{codeInternal, err.Error()}})
	}
	return s.out.send(message{ID: id, Result: raw})
}

// handle calls the method. A fault of ours costs one answer, never the server.
func (s *Server) handle(m message, isRequest bool) (result any, err error) {
	defer func() {
		if r := recover(); r != nil {
			s.Log.Error("a fault of the language server; please report it", "method", m.Method, "fault", r, "stack", string(debug.Stack()))
			result, err = nil, &rpcError{codeInternal, fmt.Sprintf("the language server itself failed: %v", r)}
		}
	}()
	if m.Method == "exit" {
		return nil, errExit
	}
	if m.Method == "initialize" {
		if s.ready || s.down {
			return nil, &rpcError{codeInvalid, "initialize comes once"}
		}
		return decode(m.Params, s.initialize)
	}
	if !s.ready {
		if !isRequest {
			return nil, nil
		}
		if s.down {
			return nil, &rpcError{codeInvalid, "the server is shut down"}
		}
		return nil, &rpcError{codeNotReady, "initialize comes first"}
	}
	if method, ok := methods[m.Method]; ok {
		return method(s, m.Params)
	}
	if !isRequest {
		return nil, nil // $/… and what other servers want to know
	}
	return nil, &rpcError{codeNoMethod, fmt.Sprintf("there is no method %q here", m.Method)}
}

// methods are those that a client may call once it has said initialize.
var methods = map[string]func(s *Server, params json.RawMessage) (any, error){
	"initialized":                         func(*Server, json.RawMessage) (any, error) { return nil, nil },
	"shutdown":                            (*Server).shutdown,
	"textDocument/didOpen":                on((*Server).didOpen),
	"textDocument/didChange":              on((*Server).didChange),
	"textDocument/didClose":               on((*Server).didClose),
	"textDocument/didSave":                on((*Server).didSave),
	"workspace/didChangeWatchedFiles":     (*Server).filesChanged,
	"workspace/didChangeWorkspaceFolders": on((*Server).foldersChanged),
	"textDocument/completion":             on((*Server).completion),
	"textDocument/hover":                  on((*Server).hover),
	"textDocument/definition":             on((*Server).definition),
	"textDocument/references":             on((*Server).references),
	"textDocument/documentHighlight":      on((*Server).highlight),
	"textDocument/prepareRename":          on((*Server).prepareRename),
	"textDocument/rename":                 on((*Server).rename),
	"textDocument/documentSymbol":         on((*Server).symbols),
	"textDocument/codeLens":               on((*Server).lenses),
	"textDocument/formatting":             on((*Server).format),
	"workspace/executeCommand":            on((*Server).execute),
}

// on decodes a method's parameters.
func on[P any](f func(*Server, P) (any, error)) func(*Server, json.RawMessage) (any, error) {
	return func(s *Server, params json.RawMessage) (any, error) {
		return decode(params, func(p P) (any, error) { return f(s, p) })
	}
}

func decode[P any](params json.RawMessage, f func(P) (any, error)) (any, error) {
	var p P
	if len(params) > 0 {
		if err := json.Unmarshal(params, &p); err != nil {
			return nil, &rpcError{codeParams, "the parameters are not what the protocol says: " + err.Error()}
		}
	}
	return f(p)
}

type object = map[string]any

func (s *Server) initialize(p initializeParams) (any, error) {
	for _, f := range p.WorkspaceFolders {
		s.addFolder(f.URI)
	}
	if len(s.folders) == 0 && p.RootURI != nil {
		s.addFolder(*p.RootURI)
	}
	if len(s.folders) == 0 && p.RootPath != nil && *p.RootPath != "" {
		s.folders = append(s.folders, *p.RootPath)
	}
	doc := p.Capabilities.TextDocument
	s.flat = !doc.DocumentSymbol.Hierarchical
	s.plain = len(doc.Hover.ContentFormat) > 0 && doc.Hover.ContentFormat[0] == "plaintext"
	s.ready = true
	can := object{
		"positionEncoding":          "utf-16",
		"textDocumentSync":          object{"openClose": true, "change": 2, "save": true},
		"completionProvider":        object{"triggerCharacters": []string{".", "{", "\"", "'", "#", " ", "/"}},
		"hoverProvider":             true,
		"definitionProvider":        true,
		"referencesProvider":        true,
		"documentHighlightProvider": true,
		"renameProvider":            object{"prepareProvider": true},
		"documentSymbolProvider":    true,
		"workspace":                 object{"workspaceFolders": object{"supported": true, "changeNotifications": true}},
	}
	if s.Run != nil {
		can["codeLensProvider"] = object{"resolveProvider": false}
		can["executeCommandProvider"] = object{"commands": []string{runCommand}}
	}
	if s.Format != nil {
		can["documentFormattingProvider"] = true
	}
	return object{"capabilities": can, "serverInfo": object{"name": "callflow", "version": s.Version}}, nil
}

func (s *Server) shutdown(json.RawMessage) (any, error) {
	s.ready, s.down = false, true
	s.stop()
	return nil, nil
}
