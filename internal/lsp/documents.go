package lsp

import (
	"encoding/json"
	"path/filepath"
	"strings"

	"callflow/schema"
)

// document is a file that is open in the editor.
type document struct {
	uri     string
	path    string // "" for a buffer that is no file
	version int
	text    *text
	reading *schema.Reading // of the text as it is; nil: not read yet
	unseen  bool            // its problems have not been sent
	told    bool            // the client shows problems of it
}

func (s *Server) addFolder(uri string) {
	if p := pathOf(uri); p != "" {
		s.folders = append(s.folders, p)
	}
}

func (s *Server) foldersChanged(p foldersChange) (any, error) {
	for _, f := range p.Event.Removed {
		gone := pathOf(f.URI)
		for i, have := range s.folders {
			if have == gone {
				s.folders = append(s.folders[:i], s.folders[i+1:]...)
				break
			}
		}
	}
	for _, f := range p.Event.Added {
		s.addFolder(f.URI)
	}
	return s.filesChanged(nil)
}

func (s *Server) didOpen(p didOpen) (any, error) {
	d := &document{uri: p.TextDocument.URI, path: pathOf(p.TextDocument.URI), version: p.TextDocument.Version, text: newText(p.TextDocument.Text)}
	s.documents[d.uri] = d
	if d.path != "" {
		s.byPath[d.path] = d
	}
	s.changed()
	return nil, nil
}

func (s *Server) didChange(p didChange) (any, error) {
	d := s.documents[p.TextDocument.URI]
	if d == nil {
		return nil, &rpcError{codeParams, "the file is not open: " + p.TextDocument.URI}
	}
	for _, c := range p.ContentChanges {
		d.text = d.text.change(c.Range, c.Text)
	}
	d.version = p.TextDocument.Version
	s.changed()
	return nil, nil
}

func (s *Server) didSave(onDocument) (any, error) { return s.filesChanged(nil) }

func (s *Server) didClose(p onDocument) (any, error) {
	d := s.documents[p.TextDocument.URI]
	if d == nil {
		return nil, nil
	}
	delete(s.documents, d.uri)
	if s.byPath[d.path] == d {
		delete(s.byPath, d.path)
	}
	s.changed()
	if d.told {
		return nil, s.out.notify("textDocument/publishDiagnostics", diagnosticsParams{URI: d.uri, Diagnostics: []diagnostic{}})
	}
	return nil, nil
}

// filesChanged makes all open files be read anew: what they include may be another.
func (s *Server) filesChanged(json.RawMessage) (any, error) {
	s.changed()
	return nil, nil
}

// changed forgets what was read: an open file may be included by another.
func (s *Server) changed() {
	for _, d := range s.documents {
		d.reading, d.unseen = nil, true
	}
}

// open finds the document of a request. One that the client has not opened is no error: there is nothing to say of it.
func (s *Server) open(uri string) *document {
	d := s.documents[uri]
	if d == nil || !s.ours(d) {
		return nil
	}
	return d
}

// root is the folder from which the names of files are told: the workspace's, or else the file's own.
func (s *Server) root(d *document) string {
	best := ""
	for _, f := range s.folders {
		if rel, err := filepath.Rel(f, d.path); err == nil && d.path != "" && !strings.HasPrefix(rel, "..") && len(f) > len(best) {
			best = f
		}
	}
	if best == "" && d.path != "" {
		best = filepath.Dir(d.path)
	}
	return best
}

func (s *Server) source(d *document) schema.Source {
	src := schema.Source{Name: "untitled.yaml", Text: []byte(d.text.all), Env: s.Env}
	if root := s.root(d); root != "" {
		if rel, err := filepath.Rel(root, d.path); err == nil {
			src.Name = filepath.ToSlash(rel)
			src.FS = overlay{root, s.byPath}
		}
	}
	return src
}

// whole is a document's source with what its project shares.
func (s *Server) whole(d *document) schema.Source {
	src := s.source(d)
	if s.Shared != nil && d.path != "" {
		src.Shared = s.Shared(d.path, s.root(d), func(file string) []byte { return []byte(s.textOf(file).all) })
	}
	return src
}

// read reads a document unless that was done since it changed.
func (s *Server) read(d *document) *schema.Reading {
	if d.reading == nil {
		d.reading = schema.Read(s.whole(d), s.vocabulary(d))
		if d.configures() && s.Configuration != nil {
			d.reading.Problems = s.Configuration(s.source(d).Name, []byte(d.text.all))
		}
	}
	return d.reading
}

// configures says that a document is a project's callflow.yaml.
func (d *document) configures() bool { return filepath.Base(d.path) == "callflow.yaml" }

func (s *Server) vocabulary(d *document) *schema.Vocabulary {
	if d.configures() {
		return s.Settings
	}
	return s.Vocabulary
}

// place is where a name of a reading's stands, for the client.
func (s *Server) place(d *document, p schema.Pos, length int) location {
	if p.File == s.source(d).Name {
		return location{d.uri, d.text.at(p, length)}
	}
	file := filepath.Join(s.root(d), filepath.FromSlash(p.File))
	if other := s.byPath[file]; other != nil {
		return location{other.uri, other.text.at(p, length)}
	}
	return location{uriOf(file), s.textOf(file).at(p, length)}
}

// textOf is a file as it is in the editor, or on the disk. What cannot be read is empty.
func (s *Server) textOf(file string) *text {
	if d := s.byPath[file]; d != nil {
		return d.text
	}
	return newText(string(readFile(file)))
}

// hasWork says that problems of a document are still to be told.
func (s *Server) hasWork() bool {
	for _, d := range s.documents {
		if d.unseen {
			return true
		}
	}
	return false
}

// work tells the problems of one document.
func (s *Server) work() {
	var d *document
	for _, other := range s.documents {
		if other.unseen && (d == nil || other.uri < d.uri) {
			d = other
		}
	}
	d.unseen = false
	if err := s.tell(d); err != nil {
		s.Log.Error("cannot tell problems", "file", d.uri, "reason", err)
	}
}
