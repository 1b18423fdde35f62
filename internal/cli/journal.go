package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"callflow/internal/filelock"
)

// journals are the files that the runs of one command write.
type journals struct {
	mu    sync.Mutex
	files []string
}

// open makes the file for one run's journal in dir. A file that is there already stays: the new one gets a number, so that
// nothing that somebody wants to compare is lost.
func (js *journals) open(dir, name string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	base, ext := strings.TrimSuffix(name, path.Ext(name)), path.Ext(name)
	for n := 2; ; n++ {
		file, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err == nil {
			filelock.Hold(file)
			js.mu.Lock()
			js.files = append(js.files, file.Name())
			js.mu.Unlock()
			return file, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		name = fmt.Sprintf("%s-%d%s", base, n, ext)
	}
}

// cut leaves out a file that could not be written to its end.
func (js *journals) cut(name string) {
	js.mu.Lock()
	defer js.mu.Unlock()
	js.files = slices.DeleteFunc(slices.Clone(js.files), func(file string) bool { return file == name })
}

// names are the files so far, the oldest first.
func (js *journals) names() []string {
	js.mu.Lock()
	defer js.mu.Unlock()
	return slices.Clip(js.files)
}

// where says where the journals that are whole are; "" when there are none.
func (js *journals) where() string {
	js.mu.Lock()
	defer js.mu.Unlock()
	switch len(js.files) {
	case 0:
		return ""
	case 1:
		return "journal: " + js.files[0]
	}
	return fmt.Sprintf("journals: %d files in %s", len(js.files), filepath.Dir(js.files[0]))
}

// journalFile writes a journal. Where runs wait on the wall each record is written at once, so that somebody can follow,
// and a process that is killed leaves all it knew; in virtual time that would only be slow.
type journalFile struct {
	*bufio.Writer
	each bool
}

func (f *journalFile) Write(line []byte) (int, error) {
	n, err := f.Writer.Write(line)
	if f.each && err == nil {
		err = f.Flush()
	}
	return n, err
}

// journalName is made of the file's path, the row and the run's id, so that two runs never share a file and the same
// command gives the same names.
func journalName(j job, runID string) string {
	name := strings.TrimSuffix(j.scenario.File, path.Ext(j.scenario.File))
	if j.row.Name != "" {
		name += "-" + j.row.Name
	}
	slug := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' {
			return r
		}
		return '-'
	}, name), "-.")
	if len(slug) > 120 {
		slug = slug[:120]
	}
	return filepath.Base(slug + "-" + runID + ".jsonl")
}
