package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/schema"
	"callflow/steps"
)

// reportFile is one --report: a kind and the file that it is written to.
type reportFile struct {
	kind *report.Kind
	path string
	file *os.File
	out  *bufio.Writer
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
	} else if near := schema.Nearest(name, names); near != "" {
		return &inputError{text + fmt.Sprintf("; did you mean %q?", near)}
	}
	return &inputError{text + "; there are " + strings.Join(names, ", ")}
}

// reports are the files that one command writes. Runs are added in the order of their jobs, whatever order they end in.
type reports struct {
	files []*reportFile
	out   io.Writer // standard output
	mu    sync.Mutex
	next  int
	ended map[int]*report.Run
	err   error
}

// toStdout says whether one of the reports goes to standard output.
func toStdout(files []*reportFile) bool {
	return slices.ContainsFunc(files, func(f *reportFile) bool { return f.path == stdout })
}

// open makes all the files before the first run, so that a path that cannot be written is known in time.
func (rs *reports) open() error {
	rs.ended = map[int]*report.Run{}
	for _, f := range rs.files {
		if f.path == stdout {
			f.out = bufio.NewWriter(rs.out)
		} else {
			file, err := create(f.path)
			if err != nil {
				return &setupError{"cannot write the report " + f.path, project.Cause(err)}
			}
			f.file, f.out = file, bufio.NewWriter(file)
		}
		f.Report = f.kind.Open(f.out)
	}
	return nil
}

// create makes a report's file, and its folder. The page of a step of GitHub Actions may have something on it already,
// which stays.
func create(file string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, err
	}
	if file == os.Getenv("GITHUB_STEP_SUMMARY") {
		return os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	}
	return os.Create(file)
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
			rs.err = errors.Join(rs.err, f.Add(run))
			if f.path == stdout { // somebody may be watching
				rs.err = errors.Join(rs.err, f.out.Flush())
			}
		}
	}
}

// close writes what is left. Jobs are taken in order, so those that ended are without gaps.
func (rs *reports) close(t report.Total) error {
	for _, f := range rs.files {
		rs.err = errors.Join(rs.err, f.Close(t), f.out.Flush())
		if f.file != nil {
			rs.err = errors.Join(rs.err, f.file.Close())
		}
	}
	if rs.err != nil {
		return &setupError{"cannot write the report", rs.err}
	}
	return nil
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
