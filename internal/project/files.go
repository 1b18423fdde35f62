package project

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// MaxRead is the largest file that is read, in bytes: what the language allows of a scenario.
const MaxRead = 1 << 20

// ConfigName is the name of the file with the targets.
const ConfigName = "callflow.yaml"

// StdinArg stands for standard input where a scenario's file is wanted, and StdinName is what messages call it.
const (
	StdinArg  = "-"
	StdinName = "<stdin>"
)

// Find returns the scenario files that args name: files as they are, folders with all *.yaml and *.yml below, and globs
// with * ? [] and **, and - for standard input. What begins with a dot or an underscore inside a folder is skipped, so that files made for `include`
// may lie beside scenarios; so is callflow.yaml. Without args it takes the Default folder. Names
// are slash-separated and relative to the current folder where possible, so that journals name no machine.
func Find(args []string) ([]string, error) {
	if len(args) == 0 {
		args = []string{Default()}
	}
	var files []string
	seen := map[string]bool{}
	for _, arg := range args {
		found, err := findOne(arg)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if name := Relative(f); !seen[name] {
				seen[name] = true
				files = append(files, name)
			}
		}
	}
	return files, nil
}

// Default is the folder of who names none: scenarios, where it is there, else the current one.
func Default() string {
	if st, err := os.Stat("scenarios"); err == nil && st.IsDir() {
		return "scenarios"
	}
	return "."
}

func findOne(arg string) ([]string, error) {
	if arg == StdinArg {
		return []string{StdinName}, nil
	}
	st, err := os.Stat(arg)
	switch {
	case err == nil && st.IsDir():
		found, err := walk(arg, func(string) bool { return true })
		if err == nil && len(found) == 0 {
			err = fmt.Errorf("no scenario in folder %q: looked for *.yaml and *.yml", arg)
		}
		return found, err
	case err == nil && !readable(st):
		return nil, fmt.Errorf("%q is no file or folder", arg)
	case err == nil:
		return []string{arg}, nil
	case strings.ContainsAny(arg, "*?["):
		return glob(arg)
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("no file or folder %q", arg)
	}
	return nil, err
}

// walk lists the scenario files below folder in lexical order.
func walk(folder string, keep func(slashed string) bool) ([]string, error) {
	var found []string
	err := filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := p != folder && (strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_"))
		switch {
		case d.IsDir() && hidden:
			return fs.SkipDir
		case d.IsDir() || hidden || d.Name() == ConfigName:
			return nil
		}
		if ext := filepath.Ext(p); ext != ".yaml" && ext != ".yml" || !keep(filepath.ToSlash(p)) {
			return nil
		}
		if st, err := os.Stat(p); err == nil && !st.Mode().IsRegular() { // also behind a link
			return fmt.Errorf("%q is no file", p)
		}
		found = append(found, p)
		return nil
	})
	return found, err
}

// glob walks the folder before the first wildcard.
func glob(pattern string) ([]string, error) {
	pattern = path.Clean(filepath.ToSlash(pattern))
	segments := strings.Split(pattern, "/")
	for _, s := range segments {
		if _, err := path.Match(s, ""); err != nil {
			return nil, fmt.Errorf("bad pattern %q: %v", pattern, err)
		}
	}
	fixed := slices.IndexFunc(segments, func(s string) bool { return strings.ContainsAny(s, "*?[") })
	base := strings.Join(segments[:fixed], "/")
	switch {
	case strings.HasPrefix(pattern, "/") && base == "":
		base = "/"
	case base == "":
		base = "."
	}
	found, err := walk(filepath.FromSlash(base), func(p string) bool {
		return matches(segments, strings.Split(p, "/"))
	})
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(found) == 0 {
		return nil, fmt.Errorf("no scenario matches %q", pattern)
	}
	return found, err
}

// matches reports whether the path's segments match the pattern's; ** stands for any number of segments.
func matches(pattern, segments []string) bool {
	if len(pattern) == 0 {
		return len(segments) == 0
	}
	if pattern[0] == "**" {
		for i := range len(segments) + 1 {
			if matches(pattern[1:], segments[i:]) {
				return true
			}
		}
		return false
	}
	if len(segments) == 0 {
		return false
	}
	ok, _ := path.Match(pattern[0], segments[0])
	return ok && matches(pattern[1:], segments[1:])
}

// Relative is how files are named: relative to the current folder where that is possible, and slash-separated.
func Relative(file string) string {
	if file == StdinName {
		return file
	}
	if filepath.IsAbs(file) {
		if wd, err := os.Getwd(); err == nil {
			if rel, err := filepath.Rel(wd, file); err == nil {
				file = rel
			}
		}
	}
	return path.Clean(filepath.ToSlash(file))
}

// Disk is the file system that scenarios include from. Names are relative to the current folder and may climb out of it
// with "..", which os.DirFS refuses.
type Disk struct{}

// Open implements fs.FS.
func (Disk) Open(name string) (fs.File, error) {
	name = filepath.FromSlash(name)
	// To open a pipe may wait for ever.
	if st, err := os.Stat(name); err == nil && !st.Mode().IsRegular() && !st.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("it is no file")}
	}
	return os.Open(name)
}

// readable says whether something that the user named is read: a file, or a pipe as the shell's <(command) makes. A
// device may have no end.
func readable(st fs.FileInfo) bool { return st.Mode().IsRegular() || st.Mode()&fs.ModeNamedPipe != 0 }

// Read reads at most MaxRead bytes, so that nothing can fill the memory. A pipe that nobody writes to is empty.
func Read(name string) ([]byte, error) {
	name = filepath.FromSlash(name)
	st, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case st.IsDir():
		return nil, errors.New("it is a folder")
	case !readable(st):
		return nil, errors.New("it is no file")
	case st.Size() > MaxRead:
		return nil, fmt.Errorf("it has %d bytes, and at most %d are read", st.Size(), MaxRead)
	}
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // without it, opening a pipe waits for its writer
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadAll(f)
}

// ReadAll reads at most MaxRead bytes.
func ReadAll(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxRead+1))
	if err == nil && len(text) > MaxRead {
		err = fmt.Errorf("it has more than %d bytes, and at most those are read", MaxRead)
	}
	return text, err
}

// Cause drops the path that package os puts before an error, where the message names the file already.
func Cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
