// Package project is the files that a person works with: scenarios in files, folders and globs, and callflow.yaml, read from
// disk and checked.
package project

import (
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"callflow/schema"
	"callflow/steps"
)

// Scenario is one file, checked.
type Scenario struct {
	File     string
	Named    bool // on the command line by itself, not found in a folder
	Plan     *schema.Plan
	Problems schema.Problems
	Project  *Project
	// Files are all that was read, or looked for, to check the scenario: its own, its project's, those that it includes, the
	// rows of its matrix. They are known whatever is wrong with them.
	Files []string
}

// Check reads and checks every file with its project, several at a time, and returns them in order with all their problems,
// the projects' included. Nothing is sent.
func Check(files []string, projects *Projects, stdin io.Reader) ([]*Scenario, schema.Problems) {
	scenarios := make([]*Scenario, len(files))
	return scenarios, each(files, projects, stdin, func(i int, s *Scenario) { scenarios[i] = s })
}

// Problems are those of every file, for which alone no plan need be kept.
func Problems(files []string, projects *Projects, stdin io.Reader) schema.Problems {
	return each(files, projects, stdin, func(int, *Scenario) {})
}

// each checks files side by side and hands each over as soon as it is checked, in no order; the problems are in theirs.
func each(files []string, projects *Projects, stdin io.Reader, take func(i int, s *Scenario)) (all schema.Problems) {
	voc := steps.Vocabulary()
	found := make([]schema.Problems, len(files))
	in := make([]*Project, len(files))
	for i, name := range files {
		in[i] = projects.Of(name)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(files)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(files); i = int(next.Add(1)) - 1 {
				s := checkOne(files[i], in[i], stdin, voc)
				found[i] = slices.Concat(in[i].Problems, s.Problems)
				take(i, s)
			}
		})
	}
	wg.Wait()
	told := map[schema.Problem]bool{} // a file that several include is read with each of them
	for _, problems := range found {
		for _, p := range problems {
			if !told[p] {
				told[p] = true
				all = append(all, p)
			}
		}
	}
	return all
}

func checkOne(name string, in *Project, stdin io.Reader, voc *schema.Vocabulary) *Scenario {
	s := &Scenario{File: name, Project: in}
	var text []byte
	var err error
	if name == StdinName {
		text, err = ReadAll(stdin)
	} else {
		s.Files = append(s.Files, name)
		text, err = Read(name)
	}
	if in.File != "" {
		s.Files = append(s.Files, in.File)
	}
	if err != nil {
		s.Problems = schema.Problems{unreadable(name, "the file", err, "")}
		return s
	}
	s.Plan, s.Problems = schema.Check(schema.Source{Name: name, Text: text, FS: watched{s}, Env: os.LookupEnv, Shared: in.Shared}, voc)
	return s
}

func unreadable(file, what string, err error, hint string) schema.Problem {
	return schema.Problem{
		Pos: schema.Pos{File: file, Line: 1, Col: 1}, Code: "unreadable", Severity: schema.SeverityError,
		Text: "cannot read " + what + ": " + Cause(err).Error(), Hint: hint,
	}
}

// watched is the disk as one scenario reads it.
type watched struct{ s *Scenario }

// Open implements fs.FS.
func (w watched) Open(name string) (fs.File, error) {
	f, err := Disk{}.Open(name)
	if err == nil {
		if st, err := f.Stat(); err == nil && st.IsDir() {
			return f, nil // looked through for a file of nearly that name
		}
	}
	if !slices.Contains(w.s.Files, name) {
		w.s.Files = append(w.s.Files, name)
	}
	return f, err
}
