package cli

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"callflow/internal/project"
)

// watch sees changes of scenarios and of whatever they are made of. It watches folders, not files: editors put a new file in
// the place of the old one. What it reports is what files hold, so that a save without a change is none.
type watch struct {
	args    []string // what the user named
	shared  []string // files that all scenarios depend on
	fs      *fsnotify.Watcher
	settled chan error // something was written, and then nothing for a while; or why nothing more will be seen
	mu      sync.Mutex
	known   map[string][sha256.Size]byte // the files, by their names as project has them; zero: not there
}

// Writes that come together are one: editors and `git checkout` make several. The first is never kept longer than mostWait.
const (
	quietWait = 100 * time.Millisecond
	mostWait  = time.Second
)

func newWatch(args, shared []string) (*watch, error) {
	notifier, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	w := &watch{args: args, fs: notifier, settled: make(chan error, 1), known: map[string][sha256.Size]byte{}}
	for _, name := range shared {
		if name != "" {
			w.shared = append(w.shared, project.Relative(name))
		}
	}
	w.follow(w.shared)
	go w.notice()
	return w, nil
}

func (w *watch) close() { _ = w.fs.Close() }

// follow notes files as they are now, also those that are not there.
func (w *watch) follow(names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	more := false
	for _, name := range names {
		if _, there := w.known[name]; !there {
			w.known[name], more = fingerprint(name), true
		}
	}
	if more || len(names) == 0 {
		w.folders()
	}
}

// share notes files that every scenario depends on, beside those known from the start.
func (w *watch) share(names []string) {
	for _, name := range names {
		if !slices.Contains(w.shared, name) {
			w.shared = append(w.shared, name)
			w.follow([]string{name})
		}
	}
}

// changed lists the files that are new, gone or other than before, sorted.
func (w *watch) changed() (names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.folders()
	if found, err := project.Find(w.args); err == nil {
		for _, name := range found {
			if _, there := w.known[name]; !there {
				w.known[name] = [sha256.Size]byte{}
			}
		}
	}
	for name, before := range w.known {
		if now := fingerprint(name); now != before {
			w.known[name] = now
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// fingerprint is the hash of a file; zero when it cannot be read.
func fingerprint(name string) [sha256.Size]byte {
	text, err := project.Read(name)
	if err != nil {
		return [sha256.Size]byte{}
	}
	return sha256.Sum256(text)
}

// concernsAll says whether every scenario depends on a file.
func (w *watch) concernsAll(name string) bool { return slices.Contains(w.shared, name) }

// size is how many of the files are there.
func (w *watch) size() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, hash := range w.known {
		if hash != ([sha256.Size]byte{}) {
			n++
		}
	}
	return n
}

// folders watches the folder of every file, and all below the folders that the user named, new ones too. Those that cannot
// be watched are left out. The caller holds mu.
func (w *watch) folders() {
	for name := range w.known {
		_ = w.fs.Add(filepath.Dir(filepath.FromSlash(name)))
	}
	args := w.args
	if len(args) == 0 {
		args = []string{".", "scenarios"}
	}
	for _, arg := range args {
		if st, err := os.Stat(arg); err == nil && !st.IsDir() {
			_ = w.fs.Add(filepath.Dir(arg))
			continue
		}
		root := beforeWildcard(arg)
		if len(w.args) == 0 && arg == "." {
			if _, err := os.Stat("scenarios"); err == nil {
				continue
			}
		}
		_ = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			switch {
			case err != nil || !d.IsDir():
				return nil
			case p != root && strings.HasPrefix(d.Name(), "."):
				return fs.SkipDir
			}
			_ = w.fs.Add(p)
			return nil
		})
	}
}

// beforeWildcard is the folder that a glob looks through, or the path itself.
func beforeWildcard(pattern string) string {
	i := strings.IndexAny(pattern, "*?[")
	if i < 0 {
		return pattern
	}
	return filepath.Dir(pattern[:i] + "x")
}

// notice waits until writing has settled, and says so once however often it was.
func (w *watch) notice() {
	var timer <-chan time.Time
	var first time.Time
	say := func(err error) {
		select {
		case w.settled <- err:
		default: // it is said already
		}
	}
	for {
		select {
		case e, open := <-w.fs.Events:
			if !open {
				say(errors.New("the watch was closed"))
				return
			}
			if e.Op == fsnotify.Chmod {
				continue
			}
			if timer == nil {
				first = time.Now()
			}
			timer = time.After(max(min(quietWait, mostWait-time.Since(first)), 0))
		case <-w.fs.Errors: // too much at once to be told one by one
			timer = time.After(quietWait)
		case <-timer:
			timer = nil
			say(nil)
		}
	}
}

// wait returns when something was written; an error when nothing more will be seen, or ctx has ended.
func (w *watch) wait(ctx context.Context) error {
	select {
	case err := <-w.settled:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
