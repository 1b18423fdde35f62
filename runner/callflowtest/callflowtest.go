// Package callflowtest runs scenarios as Go tests:
//
//	func TestFlows(t *testing.T) {
//		callflowtest.Run(t, "scenarios")
//	}
//
// Each scenario is a subtest, and so is each row of a matrix, so that go test's -run, -v, -count, -failfast and -json work as
// ever. Without [Target] they run on the embedded simulator, in virtual time: waits of minutes pass at once, nothing goes over
// a network, and the same seed gives the same run. A run that fails fails its test with what `callflow run` prints: the step
// with its place in the scenario, why it failed, and the ladder. One that the target cannot run is skipped.
//
// Whoever has a bot of their own to test gives it the service of [Simulate].
package callflowtest

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"callflow/internal/graph"
	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/internal/target"
	"callflow/internal/world"
	"callflow/runner"
	"callflow/schema"
	"callflow/schema/problem"
	"callflow/steps"
)

// Run runs the scenarios of a file, a folder (with all below it) or a glob as subtests of t. Paths are relative to the test's
// folder, as everywhere in go test. In folders, files whose names begin with _ or . are left out: they are there to be
// included. If anything is wrong with any of the files, t fails and nothing is run.
func Run(t *testing.T, path string, opts ...Option) {
	t.Helper()
	s := &suite{options: options{dialect: graph.V1, seed: 1, vars: map[string]string{}, secrets: map[string]string{}}}
	for _, o := range opts {
		o(&s.options)
	}
	if names := graph.V1.EnumValues(); !slices.Contains(names, string(s.dialect)) {
		t.Fatalf("callflowtest.Dialect(%q) is not known; use %s", s.dialect, strings.Join(names, ", "))
	}
	s.check(t, path)
	s.open(t)
	for _, sc := range s.scenarios {
		t.Run(s.name(sc.File), func(t *testing.T) {
			t.Helper()
			if s.parallel {
				t.Parallel()
			}
			for _, row := range sc.Plan.Rows {
				if row.Name == "" {
					s.run(t, sc, row)
					continue
				}
				t.Run(row.Name, func(t *testing.T) {
					t.Helper()
					if s.parallel {
						t.Parallel()
					}
					s.run(t, sc, row)
				})
			}
		})
	}
}

// suite is all the runs of one call of Run.
type suite struct {
	options
	base      string // the folder that names of subtests leave out
	scenarios []*project.Scenario
	target    target.Target
	given     map[string]string // by the target and the options: what vars are
	sources   map[string]string // where they are said
	codes     *graph.Dictionary
}

// check finds and checks the scenarios.
func (s *suite) check(t *testing.T, path string) {
	t.Helper()
	path = strings.TrimSuffix(path, "/...") // a folder is always taken with all below it
	files, err := project.Find([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		s.base = project.Relative(path)
	}
	scenarios, problems := project.Check(files, project.NewProjects(s.config), strings.NewReader(""))
	if len(problems) > 0 {
		var out bytes.Buffer
		report.Problems(&out, style(), problems)
		if problems.Failed() {
			t.Fatalf("nothing was run:\n%s", out.String())
		}
		t.Logf("warnings:\n%s", out.String())
	}
	for _, sc := range scenarios {
		sc.Named = sc.File == project.Relative(path)
		chosen, err := s.selects(sc.Plan.Tags)
		if err != nil {
			t.Fatal(err)
		}
		if chosen {
			s.scenarios = append(s.scenarios, sc)
		}
	}
	if len(s.scenarios) == 0 {
		t.Fatalf("no scenario of %d in %s has the tags %s", len(scenarios), path, strings.Join(s.tags, " and "))
	}
	if err := s.declared(); err != nil {
		t.Fatal(err)
	}
}

// declared refuses a Var or Secret that no scenario declares: it is most likely misspelt.
func (s *suite) declared() error {
	vars, secrets := map[string]bool{}, map[string]bool{}
	for _, sc := range s.scenarios {
		for _, v := range slices.Concat(sc.Plan.Vars, sc.Project.Vars()) {
			vars[v.Name] = true
		}
		for _, v := range slices.Concat(runner.Secrets(sc.Plan), sc.Project.Secrets()) {
			secrets[v.Name] = true
		}
	}
	for _, kind := range []struct {
		name        string
		given       map[string]string
		declaration map[string]bool
	}{{"Var", s.vars, vars}, {"Secret", s.secrets, secrets}} {
		for _, name := range slices.Sorted(maps.Keys(kind.given)) {
			if kind.declaration[name] {
				continue
			}
			hint := ""
			if near := problem.Nearest(name, slices.Sorted(maps.Keys(kind.declaration))); near != "" {
				hint = fmt.Sprintf("; did you mean %q?", near)
			}
			return fmt.Errorf("callflowtest.%s(%q): no scenario here declares it%s", kind.name, name, hint)
		}
	}
	return nil
}

// open makes the target ready for all the runs.
func (s *suite) open(t *testing.T) {
	t.Helper()
	s.given, s.sources = map[string]string{}, map[string]string{}
	if s.targetName == "" {
		s.target = target.NewSimulated(s.dialect, false, world.Chaos{})
		s.give()
		return
	}
	file := s.config
	if file == "" {
		file = s.scenarios[0].Project.File
	}
	if file == "" {
		t.Fatalf("there is no %s beside the scenarios or above them, so there is no target %q", project.ConfigName, s.targetName)
	}
	cfg, problems := project.ReadConfig(file)
	if cfg != nil {
		var err error
		var more schema.Problems
		if s.target, more, err = cfg.Open(s.targetName, file, world.Chaos{}); err != nil {
			t.Fatal(err)
		}
		problems = append(problems, more...)
	}
	if s.target == nil {
		t.Fatalf("nothing was sent:\n%s", problems.Error())
	}
	if err := s.target.Open(func(text string) { t.Log(text) }); err != nil {
		t.Fatalf("target %s: %v", s.targetName, err)
	}
	t.Cleanup(s.target.Close)
	for _, v := range s.target.Vars() {
		s.given[v.Key], s.sources[v.Key] = v.Value, v.Pos.String()+": the vars of target "+s.targetName+" say "+v.Key+": "+v.Value
	}
	s.give()
	if !s.seeded {
		s.seed = rand.Uint64() // run ids follow from it, and callback URIs from them: they may not repeat themselves
	}
}

// give has the options stand before what the target says.
func (s *suite) give() {
	for name, text := range s.vars { // in no order: each is one of its own
		s.given[name], s.sources[name] = text, fmt.Sprintf("callflowtest.Var(%q, %q)", name, text)
	}
}

// name is a scenario's subtest.
func (s *suite) name(file string) string {
	name := strings.TrimSuffix(strings.TrimSuffix(file, ".yml"), ".yaml")
	if rest, ok := strings.CutPrefix(name, s.base+"/"); ok && s.base != "" {
		return rest
	}
	if s.base == "." || s.base == "" && !strings.Contains(name, "..") {
		return name
	}
	return filepath.Base(name)
}

// run makes one run.
func (s *suite) run(t *testing.T, sc *project.Scenario, row schema.Row) {
	t.Helper()
	plan := sc.Plan
	about := s.target.About()
	p, err := runner.Prepare(plan, runner.Options{
		Vars:    only(s.given, slices.Concat(plan.Vars, plan.Shared.Vars, plan.PeopleNeed.Vars)),
		Sources: s.sources,
		Secrets: only(s.allSecrets(plan), runner.Secrets(plan)),
		Row:     row, Seed: s.seed, Target: about, Callback: s.target.Callback, Codes: s.codes,
	})
	var missing *runner.NoValueError
	switch {
	case errors.As(err, &missing) && !missing.Shared && !sc.Named:
		t.Skip(missing)
	case err != nil:
		t.Fatal(err)
	case p.Skip != "":
		t.Skip(p.Skip)
	}
	p.Mask.Add(s.target.Secrets())
	var shown, journal bytes.Buffer
	view := report.NewConsole(&shown, style(), report.Normal).Run("", report.VerbColumn(plan, 2))
	j := runner.NewJournal(&journal, p.Mask)
	var end *steps.RunEnd
	err = s.target.Run(t.Context(), p, s.seed, func(r steps.Record) {
		j.Record(r)
		r = p.Mask.Record(r)
		view.Record(r)
		if r.RunEnd != nil {
			end = r.RunEnd
		}
	}, func(h steps.Host) { p.Run(h) })
	kept := keep(t, journal.Bytes())
	switch {
	case err != nil:
		t.Fatalf("%s: %v\n%s%s", sc.File, err, shown.String(), kept)
	case end == nil:
		t.Fatalf("%s: the run ended without a result\n%s%s", sc.File, shown.String(), kept)
	case end.Status == steps.Skipped:
		t.Skip(end.Reason)
	case end.Status != steps.Passed:
		t.Errorf("%s\n\n%s%s", headline(sc.File, end), shown.String(), kept)
	case testing.Verbose():
		t.Logf("\n%s", shown.String())
	}
}

// headline is where a run failed, as editors and terminals make a link of it, and why.
func headline(file string, end *steps.RunEnd) string {
	switch {
	case end.Failure != nil && end.Failure.Pos.Line > 0:
		return end.Failure.Pos.String() + ": " + end.Failure.Text
	case end.Failure != nil:
		return file + ": " + end.Failure.Text
	}
	return file + ": " + end.Reason
}

// keep writes the journal beside what else the test leaves behind, if go test -artifacts asks for that. It returns a line
// that says so.
func keep(t *testing.T, journal []byte) string {
	t.Helper()
	if f := flag.Lookup("test.artifacts"); f == nil || f.Value.String() != "true" {
		return "\ngo test -artifacts keeps the journal of the run.\n"
	}
	file := filepath.Join(t.ArtifactDir(), "journal.jsonl")
	if err := os.WriteFile(file, journal, 0o644); err != nil {
		t.Errorf("cannot keep the journal: %v", err)
	}
	return "\njournal: " + file + "\n"
}

// allSecrets are those of the options, and of CALLFLOW_SECRET_NAME in the environment as `callflow run` has them.
func (s *suite) allSecrets(plan *schema.Plan) map[string]string {
	secrets := maps.Clone(s.secrets)
	for _, v := range runner.Secrets(plan) {
		if value, ok := os.LookupEnv("CALLFLOW_SECRET_" + v.Name); ok && secrets[v.Name] == "" {
			secrets[v.Name] = value
		}
	}
	return secrets
}

// only are the values that a plan declares.
func only(values map[string]string, declared []schema.Var) map[string]string {
	own := map[string]string{}
	for _, v := range declared {
		if value, ok := values[v.Name]; ok {
			own[v.Name] = value
		}
	}
	return own
}

// style is plain: test output is read in CI logs and editors.
func style() report.Style { return report.Style{Width: 100} }
