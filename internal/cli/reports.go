package cli

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/runner"
	"callflow/schema/problem"
	"callflow/steps"
)

// reportFile is one --report: a kind and the file that it is written to.
type reportFile struct {
	kind *report.Kind
	path string
	file *written // nil: standard output
	out  *bufio.Writer
	err  error // the first one; nothing more is written behind it
	report.Report
}

// stdout is the path of a report that goes to standard output. What people read goes to standard error then.
const stdout = "-"

// parseReports reads the values of --report: KIND=PATH, or a PATH whose ending says the kind.
func parseReports(values []string) ([]*reportFile, error) {
	var files []*reportFile
	for _, v := range values {
		name, file, ok := strings.Cut(v, "=")
		kind := report.KindOf(name)
		if !ok {
			file, kind = v, kindByEnding(v)
		}
		switch {
		case kind == nil:
			return nil, unknownKind(v, name, ok)
		case file == "":
			return nil, &inputError{fmt.Sprintf("--report %q names no file: write %s=PATH", v, kind.Name)}
		}
		for _, other := range files {
			if filepath.Clean(other.path) == filepath.Clean(file) {
				if file == stdout {
					file = "standard output"
				}
				return nil, &inputError{fmt.Sprintf("two --report write to %s", file)}
			}
		}
		files = append(files, &reportFile{kind: kind, path: file})
	}
	return files, nil
}

func kindByEnding(file string) *report.Kind {
	for i, k := range report.Kinds {
		if k.Ext != "" && strings.HasSuffix(file, k.Ext) {
			return &report.Kinds[i]
		}
	}
	return nil
}

func unknownKind(value, name string, given bool) error {
	var names []string
	for _, k := range report.Kinds {
		names = append(names, k.Name)
	}
	text := fmt.Sprintf("--report %q: there is no kind %q", value, name)
	if !given {
		text = fmt.Sprintf("--report %q: which kind of report? write KIND=PATH", value)
	} else if near := problem.Nearest(name, names); near != "" {
		return &inputError{text + fmt.Sprintf("; did you mean %q?", near)}
	}
	return &inputError{text + "; there are " + strings.Join(names, ", ")}
}

// reports are the files that one command writes. Runs are added in the order of their jobs, whatever order they end in.
type reports struct {
	files []*reportFile
	out   io.Writer // standard output
	given report.Options
	mu    sync.Mutex
	next  int
	ended map[int]*report.Run
}

// toStdout says whether one of the reports goes to standard output.
func toStdout(files []*reportFile) bool {
	return slices.ContainsFunc(files, func(f *reportFile) bool { return f.path == stdout })
}

// open makes all the files before the first run, so that a path that cannot be written is known in time. None of them may
// be a file that the command reads.
func (rs *reports) open(reads []string) error {
	for _, f := range rs.files {
		if err := spare("--report", f.path, reads); err != nil {
			return err
		}
	}
	rs.ended = map[int]*report.Run{}
	for _, f := range rs.files {
		if f.path == stdout {
			f.out = bufio.NewWriter(rs.out)
		} else {
			file, err := create(f.path)
			if err != nil {
				rs.discard()
				return &setupError{"cannot write the report " + f.path, project.Cause(err)}
			}
			f.file, f.out = file, bufio.NewWriter(file)
		}
		f.Report = f.kind.Open(f.out, rs.given)
	}
	return nil
}

// discard leaves everything as it was before open.
func (rs *reports) discard() {
	for _, f := range rs.files {
		if f.file != nil {
			_ = f.file.end(false)
		}
	}
}

// spare refuses to write to a file that the command reads: it would be lost.
func spare(flag, file string, reads []string) error {
	there, err := os.Stat(file)
	if file == stdout || err != nil || !there.Mode().IsRegular() {
		return nil
	}
	for _, name := range reads {
		if read, err := os.Stat(name); err == nil && os.SameFile(there, read) {
			return &inputError{fmt.Sprintf("%s would overwrite %s, which is read here", flag, file)}
		}
	}
	return nil
}

// wanted says whether anybody reads the records of runs.
func (rs *reports) wanted() bool { return len(rs.files) > 0 }

// add takes the records, without secrets, of the nth job's run.
func (rs *reports) add(nth, repeat int, records []steps.Record) {
	run := report.NewRun(records)
	run.Repeat = repeat
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.ended[nth] = run
	for {
		run, ok := rs.ended[rs.next]
		if !ok {
			return
		}
		delete(rs.ended, rs.next)
		rs.next++
		for _, f := range rs.files {
			f.add(run)
		}
	}
}

func (f *reportFile) add(run *report.Run) {
	if f.err != nil {
		return
	}
	f.err = f.Add(run)
	if f.path == stdout { // somebody may be watching
		f.err = cmp.Or(f.err, f.out.Flush())
	}
}

// close writes what is left. Jobs are taken in order, so those that ended are without gaps.
func (rs *reports) close(t report.Total) error {
	var failed []string
	for _, f := range rs.files {
		if f.err == nil {
			f.err = cmp.Or(f.Close(t), f.out.Flush())
		}
		if f.file != nil {
			f.err = cmp.Or(f.err, f.file.end(f.err == nil))
		}
		if f.err != nil {
			failed = append(failed, fmt.Sprintf("%s: %v", f.path, project.Cause(f.err)))
		}
	}
	if len(failed) > 0 {
		return &setupError{"cannot write the report", errors.New(strings.Join(failed, "; "))}
	}
	return nil
}

// untested reports every run of b as one that could not test, and why.
func (b *batch) untested(why error) error {
	mask := runner.NewMask(nil)
	mask.Add(b.target.Secrets())
	for _, j := range b.jobs {
		at := time.Now().UTC()
		start := steps.Record{Seq: 1, At: at, Type: "runStart", RunStart: b.runStart(j)}
		end := steps.Record{Seq: 2, At: at, Type: "runEnd", RunEnd: &steps.RunEnd{Status: steps.Broken, Reason: why.Error()}}
		b.reports.add(j.nth, j.repeat, []steps.Record{mask.Record(start), mask.Record(end)})
	}
	return b.reports.close(report.Total{Command: "callflow run", Version: buildVersion()})
}

// where lists the files, for the console.
func (rs *reports) where() string {
	var paths []string
	for _, f := range rs.files {
		if f.path != stdout {
			paths = append(paths, f.path)
		}
	}
	if len(paths) == 0 {
		return ""
	}
	return "reports: " + strings.Join(paths, ", ")
}
