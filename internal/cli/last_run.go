package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"callflow/internal/project"
	"callflow/internal/target"
	"callflow/steps"
)

// stateDir is a folder of notes that callflow makes for itself in the current folder. It keeps itself out of Git.
const stateDir = ".callflow"

var lastRunFile = filepath.Join(stateDir, "last-run.json")

// lastRun is what --rerun-failed needs of the last command that ran here.
type lastRun struct {
	Version int         `json:"version"`
	At      time.Time   `json:"at"`
	Target  string      `json:"target"`
	Dialect string      `json:"dialect"`
	Chaos   string      `json:"chaos,omitempty"`
	Runs    int         `json:"runs"`
	Failed  []failedRun `json:"failed"`
	// Unfinished: it could not begin, still runs, or was killed. Then Failed has all its runs.
	Unfinished bool `json:"unfinished,omitempty"`
	// Unbegun: a later command found something wrong before it knew what to run.
	Unbegun bool `json:"unbegun,omitempty"`
}

const lastRunVersion = 1

// failedRun is one that did not pass, or that there was no time for.
type failedRun struct {
	File   string `json:"file"`
	Row    string `json:"row,omitempty"`
	Seed   uint64 `json:"seed"`
	Status string `json:"status"` // a run's, or notRun
	Shard  string `json:"shard,omitempty"`
}

const notRun = "notRun"

// readLastRun reads what the last command left. An error says what to do.
func readLastRun() (*lastRun, error) {
	text, err := os.ReadFile(lastRunFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &inputError{fmt.Sprintf("--rerun-failed: no run in this folder is known (%s is not there); run once without it", lastRunFile)}
	}
	if err != nil {
		return nil, &inputError{"--rerun-failed: " + err.Error()}
	}
	var last lastRun
	if err := json.Unmarshal(text, &last); err != nil || last.Version != lastRunVersion {
		return nil, &inputError{fmt.Sprintf("--rerun-failed: %s cannot be read; run once without it", lastRunFile)}
	}
	return &last, nil
}

// write replaces the file in one go, so that two commands at a time leave the whole of one of them.
func (l *lastRun) write() error {
	if err := os.MkdirAll(stateDir, 0o755); err != nil {
		return err
	}
	ignore := filepath.Join(stateDir, ".gitignore")
	if _, err := os.Lstat(ignore); errors.Is(err, fs.ErrNotExist) {
		if err := os.WriteFile(ignore, []byte("# Made by callflow; only for this machine.\n*\n"), 0o644); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(stateDir, "last-run-*.tmp")
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), lastRunFile)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

// unbegun notes that a command did not get as far as its runs: those before it are not the last word then.
func unbegun() {
	if last, err := readLastRun(); err == nil {
		last.Unbegun = true
		_ = last.write()
	}
}

// notAll is the verdict on runs that were made again and passed, though the last command had others to run and could not begin: what
// they do is not known, so it is no success.
func (l *lastRun) notAll() error {
	if l == nil || !l.Unbegun {
		return nil
	}
	return &inputError{"--rerun-failed: what did not pass before passed now, but the last command here could not begin, and its runs were not made; run once without it"}
}

// remember notes how the command's runs ended, for --rerun-failed; before they begin, that none has been made. It is no
// reason to fail where it cannot be written.
func (b *batch) remember() lastRun {
	about := b.target.About()
	last := lastRun{Version: lastRunVersion, At: time.Now().UTC().Truncate(time.Second), Target: about.Name, Dialect: string(about.Dialect),
		Chaos: about.Chaos, Failed: []failedRun{}, Unfinished: b.status == nil, Unbegun: b.unbegun}
	type run struct{ file, row string }
	made, left := map[run]bool{}, map[run]uint64{}
	var order []run
	for _, j := range b.jobs {
		r := run{j.scenario.File, j.row.Name}
		status := ""
		if b.status != nil {
			status = b.status[j.nth]
		}
		switch {
		case j.scenario.File == project.StdinName:
		case status == "":
			if _, known := left[r]; !known {
				left[r] = j.seed
				order = append(order, r)
			}
		default:
			made[r] = true
			last.Runs++
			if status != steps.Passed && status != steps.Skipped {
				last.Failed = append(last.Failed, failedRun{r.file, r.row, j.seed, status, b.flags.shard})
			}
		}
	}
	for _, r := range order {
		if !made[r] {
			last.Failed = append(last.Failed, failedRun{r.file, r.row, left[r], notRun, b.flags.shard})
		}
	}
	last.Failed = append(last.Failed, b.still...)
	_ = last.write()
	return last
}

// sameCircumstances refuses to run again what failed under others: it may well pass there, and mean nothing.
func (l *lastRun) sameCircumstances(f *runFlags) error {
	var flags []string
	if l.Target != target.SimulatorName && f.target != l.Target {
		flags = append(flags, "--target "+l.Target)
	}
	if l.Target == target.SimulatorName && f.target == "" && f.dialect != l.Dialect {
		flags = append(flags, "--dialect "+l.Dialect)
	}
	if l.Chaos != "" && f.disorder().String() != l.Chaos {
		flags = append(flags, "--chaos "+l.Chaos)
	}
	if now := f.disorder().String(); l.Chaos == "" && now != "" && len(flags) == 0 {
		return &inputError{"--rerun-failed: the last run here was one without --chaos: leave it out"}
	}
	if len(flags) > 0 {
		return &inputError{fmt.Sprintf("--rerun-failed: the last run here was one with %s: give that again", strings.Join(flags, " "))}
	}
	return nil
}

// files are those that runs to make again stand in, as far as they are still there. gone says which are not.
func (l *lastRun) files() (files, gone []string) {
	for _, r := range l.Failed {
		switch _, err := os.Stat(filepath.FromSlash(r.File)); {
		case slices.Contains(files, r.File) || slices.Contains(gone, r.File):
		case err != nil:
			gone = append(gone, r.File)
		default:
			files = append(files, r.File)
		}
	}
	return files, gone
}

// rerunFiles are the files to read for --rerun-failed: those named, else those of the runs. Nil: there is nothing to run.
func (f *runFlags) rerunFiles(last *lastRun, named []string, io streams) ([]string, error) {
	if err := last.sameCircumstances(f); err != nil {
		return nil, err
	}
	switch {
	case last.Unbegun && len(last.Failed) == 0:
		return nil, &inputError{"--rerun-failed: the last command here could not begin, so what would not pass is not known; run once without it"}
	case last.Unbegun:
		io.say("the last command here could not begin; what did not pass in the run before it is run again")
	case last.Unfinished && len(last.Failed) == 0:
		return nil, &inputError{"--rerun-failed: the last run here has no end, and what it was to run is not known; run once without it"}
	case last.Unfinished:
		io.say("the last run here has no end: it could not begin, was killed, or still runs; all of it is run again")
	case len(last.Failed) == 0:
		io.say(fmt.Sprintf("nothing to run again: all of %s passed in the last run here", count(last.Runs, "run")))
		return nil, nil
	}
	if len(named) > 0 {
		return named, nil
	}
	files, gone := last.files()
	for _, file := range gone {
		io.say("no longer there, and left out: " + file)
	}
	if len(files) == 0 {
		return nil, &inputError{fmt.Sprintf("--rerun-failed: none of what did not pass last time is left here (%s); nothing was run", lastRunFile)}
	}
	return files, nil
}

// left sorts what did not pass: those among the chosen runs, those to leave for a later time, and the names of those whose
// matrix row is no longer there.
func (l *lastRun) left(all, chosen []choice) (found, still []failedRun, gone []string) {
	for _, r := range l.Failed {
		_, isChosen := find(chosen, r)
		_, there := find(all, r)
		switch {
		case isChosen:
			found = append(found, r)
		case !there && slices.ContainsFunc(all, func(c choice) bool { return c.scenario.File == r.File }):
			gone = append(gone, rowOf(r))
		default:
			still = append(still, r)
		}
	}
	return found, still, gone
}

// find is the run to make again.
func find(in []choice, r failedRun) (job, bool) {
	for _, c := range in {
		for _, row := range c.rows {
			if c.scenario.File == r.File && row.Name == r.Row {
				return job{scenario: c.scenario, row: row, seed: r.Seed}, true
			}
		}
	}
	return job{}, false
}

// jobsAgain lists the runs to make again, out of the chosen ones.
func (f *runFlags) jobsAgain(runs []failedRun, chosen []choice) (jobs []job) {
	own := f.seedGiven || f.target != "" // on a real service a run's id must not come twice
	for n := range f.repeat {
		for _, r := range runs {
			j, _ := find(chosen, r)
			if own {
				j.seed = f.seed
			}
			j.repeat, j.seed = n, j.seed+uint64(n)
			same := func(o job) bool {
				return o.scenario == j.scenario && o.row.Name == j.row.Name && o.seed == j.seed
			}
			if !own || !slices.ContainsFunc(jobs, same) {
				jobs = append(jobs, j)
			}
		}
	}
	return jobs
}

// rowOf names a run whose file has it no more.
func rowOf(r failedRun) string {
	if r.Row == "" {
		return r.File + " without a row of its matrix"
	}
	return fmt.Sprintf("%s [%s]", r.File, r.Row)
}
