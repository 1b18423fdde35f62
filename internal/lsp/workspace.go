package lsp

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"strings"
)

// maxWorkspace bounds how many files of a workspace are looked at.
const maxWorkspace = 5000

// includers are the scenario files below a folder that name a file which one may include: its name stands in them.
func (s *Server) includers(root, file string) (found []string) {
	base := []byte(filepath.Base(file))
	seen := 0
	_ = filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // a folder that may not be read has nothing to say
		case e.IsDir():
			if name := e.Name(); p != root && (strings.HasPrefix(name, ".") || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		if seen++; seen > maxWorkspace {
			return filepath.SkipAll
		}
		if ext := filepath.Ext(p); ext != ".yaml" && ext != ".yml" || p == file {
			return nil
		}
		if bytes.Contains([]byte(s.textOf(p).all), base) {
			found = append(found, p)
		}
		return nil
	})
	return found
}
