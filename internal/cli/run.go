package cli

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"callflow/internal/graph"
	"callflow/internal/history"
	"callflow/internal/host/sim"
	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/internal/world"
	"callflow/runner"
	"callflow/schema"
)

// runFlags are the flags of run.
type runFlags struct {
	selection
	vars, varFiles, secrets []string
	target, config, codes   string
	dialect                 string
	parallel, repeat        int
	failFast, shuffle       bool
	seed                    uint64
	seedGiven               bool
	chaos                   string
	dryRun, realTime        bool
	journal                 string
	reports                 []string
	quiet, verbose, noColor bool
	ladder                  bool
}

func newRun(io streams) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [PATH…]",
		Short: "Run scenarios",
		Long: `run checks every scenario in the files, folders and globs given, then runs them. If anything is wrong with any of
them it ends with 2 and nothing has been sent. Without PATH it takes ./scenarios, or else the current folder; - is standard
input.

Without --target scenarios run on the embedded simulator, in virtual time: waits of minutes pass at once.`,
		Example: `  callflow run
  callflow run scenarios/transfer --tag 'not slow' --verbose
  callflow run 'scenarios/**/*.yaml' --parallel 4 --journal journals
  callflow run scenarios/transfer/blind.yaml --target staging --var caller=8a34a46b-3d17-4adc-8dce-dc4e7d572698`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.seedGiven = cmd.Flags().Changed("seed")
			return f.run(args, io)
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	f.selection.flags(cmd)
	fl.StringArrayVar(&f.vars, "var", nil, "set the variable `NAME=VALUE`")
	fl.StringArrayVar(&f.varFiles, "var-file", nil, "set variables from a YAML `FILE` of names and values")
	fl.StringArrayVar(&f.secrets, "secret", nil, "set the secret `NAME=VALUE`; NAME alone takes CALLFLOW_SECRET_NAME from the environment")
	fl.StringVar(&f.target, "target", "", "run against the target `NAME` of the configuration; default: the embedded simulator")
	fl.StringVar(&f.config, "config", project.ConfigName, "the `FILE` with the targets")
	fl.StringVar(&f.codes, "codes", "", "a `FILE` of your own codes, to explain failures from; default: the configuration's")
	fl.StringVar(&f.dialect, "dialect", string(graph.V1), "what the simulator speaks: v1.0, beta or legacy")
	fl.BoolVar(&f.realTime, "real-time", false, "let the simulator wait on the wall clock")
	fl.IntVar(&f.parallel, "parallel", 1, "run up to `N` scenarios side by side")
	fl.IntVar(&f.repeat, "repeat", 1, "run each scenario `N` times, each time with the next seed")
	fl.BoolVar(&f.failFast, "fail-fast", false, "start no more runs after one that did not pass")
	fl.BoolVar(&f.shuffle, "shuffle", false, "run in an order drawn from the seed")
	fl.Uint64Var(&f.seed, "seed", 1, "`SEED` of ids, jitter and order; the same seed gives the same run on the simulator (against a target the default is drawn anew)")
	fl.StringVar(&f.chaos, "chaos", "", "have the simulator deliver in disorder drawn from the seed: `KINDS` of reorder, early, duplicate, delay, or all")
	fl.BoolVar(&f.dryRun, "dry-run", false, "print the checked plan and send nothing")
	fl.StringVar(&f.journal, "journal", "", "write each run's journal to a file in `DIR`; a run that fails is compared with those that passed there")
	fl.StringArrayVar(&f.reports, "report", nil, "write a report `KIND=PATH`; may be given several times, see callflow report")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "print only what failed, and the summary")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "print every request, response and notification too")
	fl.BoolVar(&f.ladder, "ladder", false, "draw the sequence diagram of every run, not only of those that failed")
	fl.BoolVar(&f.noColor, "no-color", false, "no colours (also NO_COLOR; FORCE_COLOR turns them on)")
	return cmd
}

func (f *runFlags) run(args []string, io streams) error {
	if err := f.check(); err != nil {
		return err
	}
	files, err := parseReports(f.reports)
	if err != nil {
		return err
	}
	out := io.out
	if toStdout(files) {
		io.out = io.err
	}
	scenarios, err := load(args, io, f.noColor)
	if err != nil {
		return err
	}
	chosen, err := f.choose(scenarios, false)
	if err != nil {
		return err
	}
	given, err := f.given(chosen, io)
	if err != nil {
		return err
	}
	target, err := f.openTarget(io)
	if err != nil {
		return err
	}
	if err := f.countable(chosen); err != nil {
		return err
	}
	codes, err := dictionary(io, f.noColor, f.codes, f.config, false)
	if err != nil {
		return err
	}
	b := &batch{flags: f, given: given, target: target, codes: codes, io: io, jobs: f.jobs(chosen),
		folder: history.Folder{Dir: f.journal, Epoch: sim.Epoch}, reports: reports{files: files, out: out}}
	if err := b.prepare(); err != nil {
		return err
	}
	if f.dryRun {
		return b.plan(io.out)
	}
	return b.run()
}

// check refuses flags that make no sense before anything is read.
func (f *runFlags) check() error {
	switch {
	case f.quiet && f.verbose:
		return &inputError{"--quiet and --verbose contradict each other"}
	case f.parallel < 1:
		return &inputError{fmt.Sprintf("--parallel %d: at least 1 scenario runs at a time", f.parallel)}
	case f.repeat < 1:
		return &inputError{fmt.Sprintf("--repeat %d: each scenario runs at least once", f.repeat)}
	case !slices.Contains(graph.V1.EnumValues(), f.dialect):
		return &inputError{fmt.Sprintf("--dialect %q is not known; use %s", f.dialect, strings.Join(graph.V1.EnumValues(), ", "))}
	}
	if _, err := world.ParseChaos(f.chaos); err != nil {
		return &inputError{"--chaos: " + err.Error()}
	}
	return nil
}

// disorder is what --chaos says; check has seen to it that it can be read.
func (f *runFlags) disorder() world.Chaos {
	c, _ := world.ParseChaos(f.chaos)
	return c
}

func (f *runFlags) detail() report.Detail {
	switch {
	case f.quiet:
		return report.Quiet
	case f.verbose:
		return report.Verbose
	}
	return report.Normal
}

// given is what the command line says of variables and secrets.
type given struct{ vars, secrets map[string]string }

// given collects --var-file, --var, --secret and CALLFLOW_SECRET_NAME. A name that no chosen scenario declares is an
// error: it is most likely misspelt.
func (f *runFlags) given(chosen []choice, io streams) (given, error) {
	g := given{map[string]string{}, map[string]string{}}
	declared := given{map[string]string{}, map[string]string{}}
	for _, c := range chosen {
		for _, v := range c.scenario.Plan.Vars {
			declared.vars[v.Name] = ""
		}
		for _, v := range runner.Secrets(c.scenario.Plan) {
			declared.secrets[v.Name] = ""
			if value, ok := os.LookupEnv("CALLFLOW_SECRET_" + v.Name); ok {
				g.secrets[v.Name] = value
			}
		}
	}
	for _, file := range f.varFiles {
		vars, problems := project.ReadVars(file)
		report.Problems(io.err, report.StyleFor(io.err, os.Getenv, f.noColor), problems)
		if problems.Failed() {
			return g, &inputError{tally(1, problems) + "; nothing was sent"}
		}
		// A file may serve many scenarios: names that these do not declare are no mistake.
		maps.Copy(g.vars, vars)
	}
	for _, pair := range f.vars {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return g, &inputError{fmt.Sprintf("--var %q: write NAME=VALUE", pair)}
		}
		if err := isDeclared("variable", "vars", name, declared.vars); err != nil {
			return g, err
		}
		g.vars[name] = value
	}
	for _, pair := range f.secrets {
		name, value, ok := strings.Cut(pair, "=")
		if err := isDeclared("secret", "secrets", name, declared.secrets); err != nil {
			return g, err
		}
		if !ok {
			if value, ok = os.LookupEnv("CALLFLOW_SECRET_" + name); !ok {
				return g, &inputError{fmt.Sprintf("--secret %s: CALLFLOW_SECRET_%s is not set in the environment", name, name)}
			}
		}
		g.secrets[name] = value
	}
	return g, nil
}

func isDeclared(what, section, name string, declared map[string]string) error {
	if _, ok := declared[name]; ok {
		return nil
	}
	names := slices.Sorted(maps.Keys(declared))
	text := fmt.Sprintf("no scenario here declares the %s %q", what, name)
	switch near := schema.Nearest(name, names); {
	case near != "":
		text += fmt.Sprintf("; did you mean %q?", near)
	case len(names) > 0:
		text += "; there are " + strings.Join(names, ", ")
	default:
		text += " under " + section
	}
	return &inputError{text}
}

// of returns the values that a plan declares, so that every plan gets only its own.
func (g given) of(p *schema.Plan) (vars, secrets map[string]string) {
	pick := func(from map[string]string, declared []schema.Var) map[string]string {
		out := map[string]string{}
		for _, v := range declared {
			if value, ok := from[v.Name]; ok {
				out[v.Name] = value
			}
		}
		return out
	}
	return pick(g.vars, p.Vars), pick(g.secrets, runner.Secrets(p))
}

// maxRuns is how many runs one command makes at most. Their list is in memory.
const maxRuns = 1_000_000

func (f *runFlags) countable(chosen []choice) error {
	each := 0
	for _, c := range chosen {
		each += len(c.rows)
	}
	if each > 0 && f.repeat > maxRuns/each {
		return &inputError{fmt.Sprintf("--repeat %d of %s: at most %d runs are made by one command", f.repeat, count(each, "scenario"), maxRuns)}
	}
	return nil
}

// jobs lists the runs in order: files as given, rows in row-major order, repetitions of the whole one after the other.
func (f *runFlags) jobs(chosen []choice) []job {
	var jobs []job
	for n := range f.repeat {
		for _, c := range chosen {
			for _, row := range c.rows {
				jobs = append(jobs, job{scenario: c.scenario, row: row, repeat: n})
			}
		}
	}
	if f.shuffle {
		r := rand.New(rand.NewPCG(f.seed, 0))
		r.Shuffle(len(jobs), func(i, k int) { jobs[i], jobs[k] = jobs[k], jobs[i] })
	}
	for i := range jobs {
		jobs[i].nth = i
	}
	return jobs
}
