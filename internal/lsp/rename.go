package lsp

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"callflow/schema"
)

func (s *Server) rename(p renameParams) (any, error) {
	d, u, ok := s.find(p.onPosition)
	if !ok {
		return nil, &rpcError{codeRequestFailed, "no name stands here"}
	}
	if d.configures() && u.Authored() && (u.Kind == schema.UseName || u.Kind == schema.UsePerson) {
		return nil, fmt.Errorf("%s is the project's, and scenarios may use it; rename it here and where they say so", u.Name)
	}
	changes := map[string][]textEdit{}
	found := s.everywhere(d, u)
	for i, in := range found {
		at := u
		at.Decl = in.decl
		if i > 0 && !s.read(in.doc).IsYAML() { // the name may stand where it cannot be read
			return nil, fmt.Errorf("%s uses %s, and is no YAML: mend it first", filepath.Base(in.doc.path), u.Name)
		}
		edits, err := s.read(in.doc).Rename(s.whole(in.doc), at, p.NewName)
		if err != nil {
			return nil, in.said(err, i > 0)
		}
		for _, e := range edits {
			where := s.place(in.doc, e.Pos, e.Len)
			if edit := (textEdit{where.Range, e.Text}); !slices.Contains(changes[where.URI], edit) {
				changes[where.URI] = append(changes[where.URI], edit)
			}
		}
	}
	if err := s.verify(found, u, p.NewName, changes); err != nil {
		return nil, err
	}
	return workspaceEdit{changes}, nil
}

// said is what is wrong with a rename in one of its files.
func (in seenIn) said(err error, named bool) error {
	if named {
		return fmt.Errorf("%s: %w", filepath.Base(in.doc.path), err)
	}
	return err
}

// verify reads all files that a rename touches, and those that include them, as they would be: it renames everywhere or not
// at all.
func (s *Server) verify(found []seenIn, u schema.Use, name string, changes map[string][]textEdit) error {
	before := s.byPath
	defer func() { s.byPath = before }()
	changed := maps.Clone(before)
	for uri, edits := range changes {
		file := pathOf(uri)
		if file == "" {
			continue
		}
		changed[file] = &document{uri: uri, path: file, text: s.textOf(file).edited(edits)}
	}
	for i, in := range found {
		at := u
		at.Decl = in.decl
		doc := in.doc
		if after := changed[doc.path]; after != nil && doc.path != "" {
			doc = after
		} else if edits := changes[doc.uri]; len(edits) > 0 {
			doc = &document{uri: doc.uri, text: doc.text.edited(edits)}
		}
		was := s.read(in.doc)
		s.byPath = changed
		err := was.SameMeaning(schema.Read(s.whole(doc), s.vocabulary(doc)), at, name)
		if s.byPath = before; err != nil {
			return in.said(err, i > 0)
		}
	}
	return s.verifyIncluders(found, changed, changes)
}

// verifyIncluders looks at the files that include a touched one and say nothing of the name themselves.
func (s *Server) verifyIncluders(found []seenIn, changed map[string]*document, changes map[string][]textEdit) error {
	before := s.byPath
	defer func() { s.byPath = before }()
	for _, uri := range slices.Sorted(maps.Keys(changes)) {
		touched := pathOf(uri)
		if touched == "" {
			continue
		}
		for _, file := range s.includers(s.root(&document{path: touched}), touched) {
			if slices.ContainsFunc(found, func(in seenIn) bool { return in.doc.path == file }) {
				continue
			}
			doc := &document{uri: uriOf(file), path: file, text: s.textOf(file)}
			if !s.ours(doc) {
				continue
			}
			was := s.read(doc)
			if !was.IsYAML() {
				return fmt.Errorf("%s may include %s, and cannot be read: mend it first", filepath.Base(file), filepath.Base(touched))
			}
			if now := changed[file]; now != nil {
				doc = now
			}
			s.byPath = changed
			err := was.NothingNew(schema.Read(s.whole(doc), s.vocabulary(doc)))
			if s.byPath = before; err != nil {
				return fmt.Errorf("%s: %w", filepath.Base(file), err)
			}
		}
	}
	return nil
}

// edited is a text with edits in it that do not overlap.
func (t *text) edited(edits []textEdit) *text {
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b textEdit) int {
		if later(a.Range.Start, b.Range.Start) {
			return -1
		}
		return 1
	})
	for _, e := range edits {
		t = t.change(&e.Range, e.NewText)
	}
	return t
}
