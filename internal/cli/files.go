package cli

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

	"callflow/schema"
	"callflow/steps"
)

// maxRead is the largest file that is read, in bytes: what the language allows of a scenario.
const maxRead = 1 << 20

// configName is the name of the file with the targets.
const configName = "callflow.yaml"

// stdinArg stands for standard input where a scenario's file is wanted, and stdinName is what messages call it.
const (
	stdinArg  = "-"
	stdinName = "<stdin>"
)

// scenario is one file, checked.
type scenario struct {
	file     string
	named    bool // on the command line by itself, not found in a folder
	plan     *schema.Plan
	problems schema.Problems
}

// find returns the scenario files that args name: files as they are, folders with all *.yaml and *.yml below, and globs
// with * ? [] and **, and - for standard input. What begins with a dot or an underscore inside a folder is skipped, so that files made for `include`
// may lie beside scenarios; so is callflow.yaml. Without args: ./scenarios if it is there, else the current folder. Names
// are slash-separated and relative to the current folder where possible, so that journals name no machine.
func find(args []string) ([]string, error) {
	if len(args) == 0 {
		args = []string{"."}
		if st, err := os.Stat("scenarios"); err == nil && st.IsDir() {
			args = []string{"scenarios"}
		}
	}
	var files []string
	seen := map[string]bool{}
	for _, arg := range args {
		found, err := findOne(arg)
		if err != nil {
			return nil, &inputError{err.Error()}
		}
		for _, f := range found {
			if name := relative(f); !seen[name] {
				seen[name] = true
				files = append(files, name)
			}
		}
	}
	return files, nil
}

func findOne(arg string) ([]string, error) {
	if arg == stdinArg {
		return []string{stdinName}, nil
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
		case d.IsDir() || hidden || d.Name() == configName:
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

func relative(file string) string {
	if file == stdinName {
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

// disk is the file system that scenarios include from. Names are relative to the current folder and may climb out of it
// with "..", which os.DirFS refuses.
type disk struct{}

func (disk) Open(name string) (fs.File, error) {
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

// read reads at most maxRead bytes, so that nothing can fill the memory. A pipe that nobody writes to is empty.
func read(name string) ([]byte, error) {
	name = filepath.FromSlash(name)
	st, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case st.IsDir():
		return nil, errors.New("it is a folder")
	case !readable(st):
		return nil, errors.New("it is no file")
	case st.Size() > maxRead:
		return nil, fmt.Errorf("it has %d bytes, and at most %d are read", st.Size(), maxRead)
	}
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // without it, opening a pipe waits for its writer
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f)
}

func readAll(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxRead+1))
	if err == nil && len(text) > maxRead {
		err = fmt.Errorf("it has more than %d bytes, and at most those are read", maxRead)
	}
	return text, err
}

// check reads and checks every file, and returns them with all their problems. Nothing is sent.
func check(files []string, stdin io.Reader) ([]*scenario, schema.Problems) {
	voc := steps.Vocabulary()
	var all schema.Problems
	told := map[schema.Problem]bool{} // a file that several include is read with each of them
	scenarios := make([]*scenario, 0, len(files))
	for _, name := range files {
		s := &scenario{file: name}
		var text []byte
		var err error
		if name == stdinName {
			text, err = readAll(stdin)
		} else {
			text, err = read(name)
		}
		if err != nil {
			s.problems = schema.Problems{{
				Pos: schema.Pos{File: name, Line: 1, Col: 1}, Code: "unreadable", Severity: schema.SeverityError,
				Text: "cannot read the file: " + cause(err).Error(),
			}}
		} else {
			s.plan, s.problems = schema.Check(schema.Source{Name: name, Text: text, FS: disk{}, Env: os.LookupEnv}, voc)
		}
		for _, p := range s.problems {
			if !told[p] {
				told[p] = true
				all = append(all, p)
			}
		}
		scenarios = append(scenarios, s)
	}
	return scenarios, all
}

// cause drops the path that package os puts before an error, where the message names the file already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
