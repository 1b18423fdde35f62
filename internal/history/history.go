// Package history compares runs over days, by the journals they left: what a failed run sent and got, held against the
// runs of the same scenario that went well before it, and how a scenario's runs changed from one to the next. Journals
// are the material of others by now: cut off, damaged, of another version, or no journals at all. None of that is an
// error of the run that looks at them.
package history

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"callflow/steps"
)

// The bounds of a look back. A usual journal has some 30 kB.
const (
	// MostRuns is how many earlier journals a failed run is compared with.
	MostRuns = 200
	// MostBytes bounds one journal that is read.
	MostBytes = 16 << 20
	// mostRead bounds all the journals that one failure has read: it happens between two steps, and takes a second.
	mostRead = 16 << 20
	// mostKept is how many runs a folder remembers.
	mostKept = 2 * MostRuns
)

// Unfinished is the status of a run whose journal has no end: it goes on, or its process was killed.
const Unfinished = "unfinished"

// Run is what a comparison needs of one journal.
type Run struct {
	File  string    // of the journal
	At    time.Time // when it began; of a simulated world, whose time is not ours, when its journal was written last
	Start steps.RunStart
	// Status is that of the run's end, or Unfinished.
	Status string
	Took   time.Duration
	Code   string // the code with which it failed: 500/7117; "" when it did not, or there was none
	Text   string // its failure, or why it was skipped
	// Establishing is the longest time that a call of the run was establishing; 0 when none was seen to be.
	Establishing time.Duration
	Damaged      int  // lines that cannot be read
	Running      bool // it is unfinished because its process still writes it
	// Left are the calls that the run has left up, where they were looked for: see ReadLeft.
	Left []Left

	sent         map[sentKey]request
	order        []sentKey // of sent, as they went out
	shapes       map[Place]*shape
	establishing map[string]time.Duration // by the step that made the call
	took         map[string]time.Duration // by step
}

// Same says whether two runs are of the same scenario and row, on the same target in the same dialect.
func (r *Run) Same(o *Run) bool {
	a, b := &r.Start, &o.Start
	return a.File == b.File && a.Row == b.Row && a.Target == b.Target && a.Dialect == b.Dialect && a.Simulated == b.Simulated
}

// judged says whether the run tells whether the scenario goes well.
func (r *Run) judged() bool {
	return r.Status == steps.Passed || r.Status == steps.Failed || r.Status == steps.Broken
}

// Unread is a file of the folder that could not be used, and why.
type Unread struct {
	File string `json:"file"`
	Why  string `json:"why"`
}

func (u Unread) String() string { return filepath.Base(u.File) + " " + u.Why }

// Past is what a folder tells of the runs before one.
type Past struct {
	Runs   []*Run   // newest first
	More   bool     // there are older ones, which nobody looked at
	Unread []Unread // seemed to be such runs, and could not be read
}

// Folder is a folder of journals.
type Folder struct {
	Dir string
	// Epoch is when simulated worlds begin: the time of such a run is that of its file.
	Epoch time.Time

	mu    sync.Mutex
	names map[string][]string // of the journals that were there at the first look, newest first, by the part that tells the scenario
	kept  map[string]*Run     // those read that are finished
}

// ended is how the name of a journal ends: the run's id, and a number where there was such a file already.
var ended = regexp.MustCompile(`-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-\d+)?\.jsonl$`)

// stem is the part of a journal's name that tells the scenario and its row; "" of any other file.
func stem(name string) string {
	if at := ended.FindStringIndex(name); at != nil {
		return name[:at[0]]
	}
	return ""
}

// Earlier returns the runs like now whose journals are in the folder, at most MostRuns. Only files are read whose name
// begins as that of now's journal does. own
// are the journals of this process, in order: the folder itself is listed once.
func (f *Folder) Earlier(now *Run, own []string) (past Past) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := stem(filepath.Base(now.File))
	if key == "" {
		return past
	}
	if f.names == nil {
		f.list()
	}
	budget := int64(mostRead)
	for _, name := range candidates(key, own, f.names[key]) {
		if past.More = len(past.Runs) == MostRuns || budget <= 0; past.More {
			break
		}
		file := filepath.Join(f.Dir, name)
		run, size, err := f.read(file)
		budget -= size
		switch {
		case errors.Is(err, errBegun) || errors.Is(err, fs.ErrNotExist):
		case err != nil:
			past.Unread = append(past.Unread, Unread{file, err.Error()})
		case name != filepath.Base(now.File) && run.Same(now):
			past.Runs = append(past.Runs, run)
		}
	}
	slices.SortStableFunc(past.Runs, func(a, b *Run) int { return b.At.Compare(a.At) })
	return past
}

// mostOwn bounds how far back the journals of the same process are looked through.
const mostOwn = 20_000

// candidates are names of journals, newest first: those of this process, then those that were there before.
func candidates(key string, own, before []string) []string {
	var names []string
	seen := map[string]bool{}
	for i := len(own) - 1; i >= max(0, len(own)-mostOwn) && len(names) <= MostRuns; i-- {
		if name := filepath.Base(own[i]); stem(name) == key {
			names = append(names, name)
			seen[name] = true
		}
	}
	for _, name := range before {
		if !seen[name] {
			names = append(names, name)
		}
	}
	return names
}

// list looks which journals there are. A folder that cannot be read has none.
func (f *Folder) list() {
	type entry struct {
		name string
		at   time.Time
	}
	byStem := map[string][]entry{}
	all, _ := os.ReadDir(f.Dir)
	for _, e := range all {
		key := stem(e.Name())
		if key == "" {
			continue
		}
		if info, err := e.Info(); err == nil {
			byStem[key] = append(byStem[key], entry{e.Name(), info.ModTime()})
		}
	}
	f.names = map[string][]string{}
	for key, entries := range byStem {
		slices.SortFunc(entries, func(a, b entry) int {
			return cmp.Or(b.at.Compare(a.at), strings.Compare(b.name, a.name))
		})
		for _, e := range entries {
			f.names[key] = append(f.names[key], e.name)
		}
	}
}

// read is Read, which remembers; size is 0 of what it remembered.
func (f *Folder) read(file string) (run *Run, size int64, err error) {
	if run = f.kept[file]; run != nil {
		return run, 0, nil
	}
	run, size, err = Read(file, f.Epoch)
	if err == nil && run.Status != Unfinished {
		if f.kept == nil || len(f.kept) >= mostKept {
			f.kept = map[string]*Run{}
		}
		f.kept[file] = run
	}
	return run, size, err
}

// ReadAll reads every journal of a folder, oldest run first. left finds the calls that a run has left up. The error is that
// of the folder.
func ReadAll(dir string, epoch time.Time, left LeftOf) (runs []*Run, unread []Unread, err error) {
	all, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range all {
		if filepath.Ext(e.Name()) != ".jsonl" {
			continue
		}
		file := filepath.Join(dir, e.Name())
		run, _, err := ReadLeft(file, epoch, left)
		if err != nil {
			unread = append(unread, Unread{file, err.Error()})
			continue
		}
		if run.Damaged > 0 {
			unread = append(unread, Unread{file, fmt.Sprintf("has %s that cannot be read; the rest is used", plural(run.Damaged, "line"))})
		}
		runs = append(runs, run)
	}
	slices.SortStableFunc(runs, func(a, b *Run) int { return a.At.Compare(b.At) })
	return runs, unread, nil
}

func plural(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "s"):
		return fmt.Sprintf("%d %ses", n, what)
	}
	return fmt.Sprintf("%d %ss", n, what)
}
