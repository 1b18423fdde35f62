package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"callflow/internal/filelock"
)

// written is the file of a report. It is written beside its place, which it takes when it is whole: a command that ends
// early leaves there what the command before has written.
type written struct {
	*os.File
	place string // "": it is written where it stays
}

// create makes a report's file, and its folder. The page of a step of GitHub Actions may have something on it already,
// which stays.
func create(file string) (*written, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, err
	}
	direct, err := os.O_TRUNC, error(nil)
	if file == os.Getenv("GITHUB_STEP_SUMMARY") {
		direct = os.O_APPEND
	} else if place, mode := replaceable(file); place != "" {
		var beside *os.File
		if beside, err = createBeside(place, mode); err == nil {
			return &written{beside, place}, nil
		}
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
			return nil, err
		}
	}
	// Also in a folder where the file may be written, and no other.
	there, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|direct, 0o644)
	if err != nil {
		return nil, err
	}
	return &written{File: there}, nil
}

// replaceable returns the place that another file may take, and with which mode: that of a regular file that may be
// written, or of none. The place is "" for all else, such as pipes and devices.
func replaceable(file string) (place string, mode fs.FileMode) {
	there, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(file); err == nil {
			return "", 0 // a link to nothing, so far
		}
		return file, 0o644
	}
	if err != nil || !there.Mode().IsRegular() || strings.HasPrefix(file, "/dev/") || strings.HasPrefix(file, "/proc/") {
		return "", 0
	}
	writable, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return "", 0
	}
	_ = writable.Close()
	if place, err = filepath.EvalSymlinks(file); err != nil {
		return "", 0
	}
	return place, there.Mode().Perm()
}

// createBeside makes a new file in the folder of place, whose name no other process has. What killed processes have left
// there goes.
func createBeside(place string, mode fs.FileMode) (*os.File, error) {
	sweep(place)
	base := filepath.Join(filepath.Dir(place), fmt.Sprintf(".%s.callflow-%d", filepath.Base(place), os.Getpid()))
	name := base
	for n := 2; ; n++ {
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode|0o200)
		switch {
		case err == nil:
			filelock.Hold(file)
			if stillThere(file) {
				return file, nil
			}
			_ = file.Close() // somebody swept before it was held
		case !errors.Is(err, fs.ErrExist):
			return nil, err
		}
		name = fmt.Sprintf("%s-%d", base, n)
	}
}

// sweep removes unfinished reports for the same place whose processes are no more.
func sweep(place string) {
	dir, base := filepath.Split(place)
	unfinished := regexp.MustCompile(`^\.` + regexp.QuoteMeta(base) + `\.callflow-\d+(?:-\d+)?$`)
	all, _ := os.ReadDir(cmp.Or(dir, "."))
	for _, e := range all {
		if e.Type().IsRegular() && unfinished.MatchString(e.Name()) {
			filelock.RemoveAbandoned(filepath.Join(dir, e.Name()))
		}
	}
}

// stillThere says whether an open file has its name yet.
func stillThere(file *os.File) bool {
	open, err := file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(file.Name())
	return err == nil && os.SameFile(open, there)
}

// end closes the file. One that is whole takes its place, any other goes.
func (w *written) end(whole bool) error {
	err := w.Close()
	if w.place == "" {
		return err
	}
	if whole && err == nil {
		if os.Rename(w.Name(), w.place) == nil {
			return nil
		}
		err = w.copy() // such as a file that is mounted: no other can take its place
	}
	return cmp.Or(err, os.Remove(w.Name()))
}

func (w *written) copy() error {
	from, err := os.Open(w.Name())
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(w.place, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return cmp.Or(err, to.Close())
}
