package lsp

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"callflow/schema"
)

// find returns the mention at a place.
func (s *Server) find(p onPosition) (d *document, u schema.Use, ok bool) {
	if d = s.open(p.TextDocument.URI); d == nil {
		return nil, u, false
	}
	u, ok = s.read(d).At(d.text.place(p.Position))
	return d, u, ok
}

func (s *Server) hover(p onPosition) (any, error) {
	d, u, ok := s.find(p)
	if !ok {
		return nil, nil
	}
	kind := "markdown"
	if s.plain {
		kind = "plaintext"
	}
	return hoverResult{markup{kind, describe(u)}, d.text.at(u.Pos, u.Len)}, nil
}

// describe says in Markdown what a mention is of.
func describe(u schema.Use) string {
	switch u.Kind {
	case schema.UseKey, schema.UseVerb, schema.UseWord:
		return strings.TrimSpace(u.Doc)
	case schema.UseFunction:
		call, doc, _ := strings.Cut(strings.TrimPrefix(u.Doc, "write "), ": ")
		return fmt.Sprintf("```\n%s\n```\n\n%s", call, doc)
	case schema.UseFile:
		return fmt.Sprintf("**%s**\n\n%s", u.Name, u.Doc)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**", u.Name)
	if u.Kind == schema.UseStep {
		b.WriteString(": a step")
	} else if u.Type != nil {
		fmt.Fprintf(&b, ": %s", u.Type)
	}
	if u.Doc != "" && !(u.Kind == schema.UseStep && u.Doc == "a step") {
		fmt.Fprintf(&b, "\n\n%s", u.Doc)
	}
	if u.Authored() {
		fmt.Fprintf(&b, "\n\n%s:%d", u.Decl.File, u.Decl.Line)
	}
	return b.String()
}

func (s *Server) definition(p onPosition) (any, error) {
	d, u, ok := s.find(p)
	if !ok || !u.Authored() {
		return nil, nil
	}
	length := u.Len
	if u.Kind == schema.UseFile {
		length = 0
	}
	return s.place(d, u.Decl, length), nil
}

func (s *Server) references(p referenceParams) (any, error) {
	list := []location{}
	d, u, ok := s.find(p.onPosition)
	if !ok || !u.Authored() {
		return list, nil
	}
	if u.Kind == schema.UseFile {
		return []location{s.place(d, u.Pos, u.Len)}, nil
	}
	for _, in := range s.everywhere(d, u) {
		for _, use := range in.uses {
			made := use.Line == in.decl.Line && use.File == in.decl.File && use.Col-in.decl.Col <= 1 && use.Col >= in.decl.Col
			if at := s.place(in.doc, use.Pos, use.Len); (p.Context.IncludeDeclaration || !made) && !slices.Contains(list, at) {
				list = append(list, at)
			}
		}
	}
	return list, nil
}

type highlight struct {
	Range span `json:"range"`
}

func (s *Server) highlight(p onPosition) (any, error) {
	list := []highlight{}
	d, u, ok := s.find(p)
	if !ok || !u.Authored() {
		return list, nil
	}
	for _, use := range s.read(d).Same(u.Decl) {
		if use.File == u.File {
			list = append(list, highlight{d.text.at(use.Pos, use.Len)})
		}
	}
	return list, nil
}

// seenIn are the mentions of one name in one reading.
type seenIn struct {
	doc  *document
	decl schema.Pos
	uses []schema.Use
}

// everywhere finds the mentions of a name: in the file, in what it includes, and in the files of the workspace that
// include the one where the name was made.
func (s *Server) everywhere(d *document, u schema.Use) []seenIn {
	found := []seenIn{{d, u.Decl, s.read(d).Same(u.Decl)}}
	made := filepath.Join(s.root(d), filepath.FromSlash(u.Decl.File))
	if d.path == "" {
		return found
	}
	for _, file := range s.includers(s.root(d), made) {
		other := s.byPath[file]
		if other == d {
			continue
		}
		if other == nil {
			other = &document{uri: uriOf(file), path: file, text: s.textOf(file)}
		}
		rel, err := filepath.Rel(s.root(other), made)
		if err != nil {
			continue
		}
		decl := u.Decl
		decl.File = filepath.ToSlash(rel)
		if uses := s.read(other).Same(decl); len(uses) > 0 {
			found = append(found, seenIn{other, decl, uses})
		}
	}
	return found
}

func (s *Server) prepareRename(p onPosition) (any, error) {
	d, u, ok := s.find(p)
	if !ok {
		return nil, &rpcError{codeRequestFailed, "no name stands here"}
	}
	if err := u.Renamable(); err != nil {
		return nil, err
	}
	return prepareRename{d.text.at(u.Pos, u.Len), u.Name}, nil
}
