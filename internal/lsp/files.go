package lsp

import (
	"bytes"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// pathOf is the file that a URI names; "" for what is no file on this machine, such as a buffer without a name.
func pathOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" {
		return ""
	}
	p := u.Path
	if runtime.GOOS == "windows" && len(p) > 2 && p[0] == '/' && p[2] == ':' {
		p = p[1:]
	}
	return filepath.Clean(filepath.FromSlash(p))
}

// uriOf names a file.
func uriOf(file string) string {
	p := filepath.ToSlash(file)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return (&url.URL{Scheme: "file", Path: p}).String()
}

// overlay is the file system that scenarios include from: names are relative to root, and what is open in the editor is
// read from there first.
type overlay struct {
	root string
	open map[string]*document // by path
}

// Open implements fs.FS.
func (o overlay) Open(name string) (fs.File, error) {
	file := filepath.Join(o.root, filepath.FromSlash(name))
	if d := o.open[file]; d != nil {
		return &buffer{name: path.Base(name), Reader: bytes.NewReader([]byte(d.text.all))}, nil
	}
	// To open a pipe may wait for ever.
	if st, err := os.Stat(file); err == nil && !st.Mode().IsRegular() && !st.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("it is no file")}
	}
	return os.Open(file)
}

// buffer is the text of an open file as a file.
type buffer struct {
	*bytes.Reader
	name string
}

// Stat implements fs.File.
func (b *buffer) Stat() (fs.FileInfo, error) { return bufferInfo{b}, nil }

// Close implements fs.File.
func (b *buffer) Close() error { return nil }

type bufferInfo struct{ b *buffer }

func (i bufferInfo) Name() string       { return i.b.name }
func (i bufferInfo) Size() int64        { return i.b.Reader.Size() }
func (i bufferInfo) Mode() fs.FileMode  { return 0o444 }
func (i bufferInfo) ModTime() time.Time { return time.Time{} }
func (i bufferInfo) IsDir() bool        { return false }
func (i bufferInfo) Sys() any           { return nil }

// readFile reads a scenario of at most 1 MB; nil when it cannot be read.
func readFile(file string) []byte {
	st, err := os.Stat(file)
	if err != nil || !st.Mode().IsRegular() || st.Size() > 1<<20 {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	return text
}
