package history

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"callflow/internal/filelock"
	"callflow/steps"
)

// Left is a call that a run has left up, as far as its journal tells.
type Left struct {
	Call  string    `json:"call"`
	Who   string    `json:"who,omitempty"`   // "bot → Carol"
	State string    `json:"state,omitempty"` // the last one notified: "established with audio active"
	At    time.Time `json:"at"`              // of that, or of the response that named the call
	Why   string    `json:"why"`             // "no cleanup has run", or what came of hanging it up
	Kept  bool      `json:"kept,omitempty"`  // on purpose: leak is keep
}

// LeftOf finds in a run's records the calls that it has left up.
type LeftOf func(records []steps.Record) []Left

// Killed reads the journals of a folder which have been written since then, have no end, and whose process is gone, oldest
// first: those of them that have left calls up. A folder that cannot be read has none.
func Killed(dir string, since time.Time, left LeftOf) (runs []*Run) {
	all, _ := os.ReadDir(dir)
	for _, e := range all {
		info, err := e.Info()
		file := filepath.Join(dir, e.Name())
		if err != nil || stem(e.Name()) == "" || !info.Mode().IsRegular() || info.ModTime().Before(since) || ends(file) || filelock.Held(file) {
			continue
		}
		if run, _, err := ReadLeft(file, time.Time{}, left); err == nil && run.Status == Unfinished && len(run.Left) > 0 {
			runs = append(runs, run)
		}
	}
	slices.SortStableFunc(runs, func(a, b *Run) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.File, b.File)) })
	return runs
}

// tail is how much of a journal's end is looked at first.
const tail = 64 << 10

// ends says whether a journal's last line is its run's end. Of one whose last line is very long it says no.
func ends(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false
	}
	text := make([]byte, min(tail, info.Size()))
	if _, err := f.ReadAt(text, info.Size()-int64(len(text))); err != nil && !errors.Is(err, io.EOF) {
		return false
	}
	text = bytes.TrimRight(text, "\n")
	record, ok := decode(text[bytes.LastIndexByte(text, '\n')+1:])
	return ok && record.RunEnd != nil
}

// Append adds records behind those that a journal has, with numbers of their own. Half a line, which a process that was
// killed has left, gives way to them. A journal whose run goes on is refused.
func Append(file string, records []steps.Record) error {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if filelock.Held(file) {
		return errors.New("its run goes on")
	}
	filelock.Hold(f)
	text, err := io.ReadAll(io.LimitReader(f, MostBytes+1))
	switch {
	case err != nil:
		return err
	case len(text) > MostBytes:
		return fmt.Errorf("has more than %d MB", MostBytes>>20)
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	var out bytes.Buffer
	if _, ok := decode(text[whole:]); ok { // only its line break is missing
		whole = len(text)
		out.WriteByte('\n')
	}
	var seq int64
	for line := range bytes.Lines(text[:whole]) {
		if r, ok := decode(line); ok {
			seq = max(seq, r.Seq)
		}
	}
	for _, r := range records {
		seq++
		r.Seq, r.Type = seq, r.Kind()
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		out.Write(append(line, '\n'))
	}
	if err := f.Truncate(int64(whole)); err != nil {
		return err
	}
	_, err = f.WriteAt(out.Bytes(), int64(whole))
	return err
}
