package cli

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"callflow/internal/graph"
	"callflow/internal/history"
	"callflow/internal/host/sim"
	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/internal/world"
	"callflow/runner"
	"callflow/schema"
	"callflow/schema/problem"
)

// runFlags are the flags of run.
type runFlags struct {
	selection
	vars, varFiles, secrets []string
	target, config, codes   string
	dialect                 string
	parallel, repeat        int
	failFast, shuffle       bool
	untilFail, rerunFailed  bool
	shard, until            string
	timeout                 time.Duration
	watch                   bool
	format                  string
	seed                    uint64
	seedGiven               bool
	chaos                   string
	dryRun, realTime        bool
	strict                  bool
	journal                 string
	reports                 []string
	quiet, verbose, noColor bool
	ladder                  bool
	step                    bool
	breaks                  []string
	flagSet                 *pflag.FlagSet // to tell which were
	begun                   bool           // the runs are known, and the reports are theirs
}

func newRun(io streams) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [PATH…]",
		Short: "Run scenarios",
		Long: `run checks every scenario in the files, folders and globs given, then runs them. If anything is wrong with any of
them it ends with 2 and nothing has been sent; warnings are only printed, unless --strict is given. Without PATH it takes
./scenarios, or else the current folder; - is standard input. FILE:LINE runs a scenario up to and including the step at that
line.

Without --target scenarios run on the embedded simulator, in virtual time: waits of minutes pass at once.`,
		Example: `  callflow run
  callflow run scenarios/transfer --tag 'not slow' --verbose
  callflow run 'scenarios/**/*.yaml' --parallel 4 --journal journals
  callflow run scenarios/transfer/blind.yaml --target staging --var caller=8a34a46b-3d17-4adc-8dce-dc4e7d572698
  callflow run --watch
  callflow run --rerun-failed
  callflow run --repeat 100 --until-fail --chaos all scenarios/transfer`,
		ValidArgsFunction: completeFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.seedGiven, f.flagSet = cmd.Flags().Changed("seed"), cmd.Flags()
			return f.command(args, io)
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	f.selection.flags(cmd)
	fl.StringArrayVar(&f.vars, "var", nil, "set the variable `NAME=VALUE`")
	fl.StringArrayVar(&f.varFiles, "var-file", nil, "set variables from a YAML `FILE` of names and values")
	fl.StringArrayVar(&f.secrets, "secret", nil, "set the secret `NAME=VALUE`; NAME alone takes CALLFLOW_SECRET_NAME from the environment")
	fl.StringVar(&f.target, "target", "", "run against the target `NAME` of the configuration; default: the embedded simulator")
	configFlag(cmd, &f.config)
	fl.StringVar(&f.codes, "codes", "", "a `FILE` of your own codes, to explain failures from; default: the configuration's")
	fl.StringVar(&f.dialect, "dialect", string(graph.V1), "what the simulator speaks: v1.0, beta or legacy")
	fl.BoolVar(&f.realTime, "real-time", false, "let the simulator wait on the wall clock")
	fl.IntVar(&f.parallel, "parallel", 1, "run up to `N` scenarios side by side")
	fl.IntVar(&f.repeat, "repeat", 1, "run each scenario `N` times, each time with the next seed")
	fl.BoolVar(&f.untilFail, "until-fail", false, "with --repeat: stop after the first run that does not pass, and say how to see it again")
	fl.BoolVar(&f.rerunFailed, "rerun-failed", false, "run only what did not pass in the last run in this folder, with the same seeds")
	fl.StringVar(&f.shard, "shard", "", "run one part of several, such as `2/5`: each run is in exactly one of them")
	fl.StringVar(&f.until, "until", "", "stop after the step `STEP` (its id or path); finally and the hang-ups still run")
	fl.DurationVar(&f.timeout, "timeout", 0, "how long a run's steps may take, in place of what its scenario says: `DURATION` such as 90s")
	fl.BoolVarP(&f.watch, "watch", "w", false, "run again what changes, until Ctrl-C")
	fl.BoolVar(&f.failFast, "fail-fast", false, "start no more runs after one that did not pass")
	fl.BoolVar(&f.shuffle, "shuffle", false, "run in an order drawn from the seed")
	fl.Uint64Var(&f.seed, "seed", 1, "`SEED` of ids, jitter and order; the same seed gives the same run on the simulator (against a target the default is drawn anew)")
	fl.StringVar(&f.chaos, "chaos", "", "have the simulator deliver in disorder drawn from the seed: `KINDS` of reorder, early, duplicate, delay, or all")
	fl.BoolVar(&f.strict, "strict", false, "run nothing when there are warnings, too; and fail a run of whose simulate a fault or an action came to nothing")
	fl.BoolVar(&f.dryRun, "dry-run", false, "print the checked plan and send nothing")
	fl.StringVar(&f.journal, "journal", "", "write each run's journal to a file in `DIR`; a run that fails is compared with those that passed there")
	fl.StringArrayVar(&f.reports, "report", nil, "write a report `KIND=PATH`; may be given several times, see callflow report")
	fl.StringVar(&f.format, "format", "text", "`FORMAT` of what is printed: text, or json for every record as it happens, one object a line")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "print only what failed, and the summary")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "print every request, response and notification too")
	fl.BoolVar(&f.step, "step", false, "stop before each step and after a failure, and take commands: look around, evaluate, go on, skip, retry, hang up")
	fl.StringArrayVar(&f.breaks, "break", nil, "stop so at a `PLACE`: a step's id, a line, FILE:LINE, or failure; may be given several times")
	fl.BoolVar(&f.ladder, "ladder", false, "draw the sequence diagram of every run, not only of those that failed")
	fl.BoolVar(&f.noColor, "no-color", false, "no colours (also NO_COLOR; FORCE_COLOR turns them on)")
	completeRun(cmd, &f)
	return cmd
}

// command is run with its flags read. What --format json prints last is how it ended.
func (f *runFlags) command(args []string, io streams) error {
	defer unread()()
	io.report, io.wrong = io.out, new(schema.Problems)
	if f.format == "json" {
		io.stream = report.NewStream(io.out)
		return finish(io.stream, f.checkedRun(args, io))
	}
	if files, _ := parseReports(f.reports); toStdout(files) {
		io.out = io.err
	}
	return f.checkedRun(args, io)
}

func (f *runFlags) run(args []string, io streams) error {
	files, lines, err := places(args)
	if err != nil {
		return err
	}
	if !f.dryRun {
		f.warnOfLeft(io)
	}
	if f.watch {
		f.begun = true // of each round
		return f.watching(context.Background(), files, lines, io)
	}
	var last *lastRun
	if f.rerunFailed {
		if last, err = readLastRun(); err != nil {
			return err
		}
		if files, err = f.rerunFiles(last, files, io); err != nil || files == nil {
			return err
		}
	}
	b, err := f.loadBatch(files, lines, last, io)
	if err != nil {
		if last == nil && !f.dryRun {
			unbegun()
		}
		return err
	}
	if f.dryRun {
		f.warnOfDryRun(io)
		return b.plan()
	}
	b.unbegun = last != nil && last.Unbegun
	b.remember() // it may be killed
	f.begun = true
	err = b.run(context.Background())
	b.remember()
	if err == nil {
		err = last.notAll()
	}
	return err
}

// loadBatch makes the runs of files ready; last: what of them is to be run again, or nil.
func (f *runFlags) loadBatch(files []string, lines map[string]int, last *lastRun, io streams) (*batch, error) {
	scenarios, err := load(files, f.config, f.strict, io, f.noColor)
	if err != nil {
		return nil, err
	}
	return f.batch(scenarios, lines, io, func(b *batch, chosen []choice) error { return f.pick(b, last, chosen, scenarios) })
}

// batch makes the runs of scenarios ready. pick sets the batch's jobs, out of those that the flags chose.
func (f *runFlags) batch(scenarios []*project.Scenario, lines map[string]int, io streams, pick func(*batch, []choice) error) (*batch, error) {
	files, err := parseReports(f.reports)
	if err != nil {
		return nil, err
	}
	chosen, err := f.choose(scenarios, false)
	if err != nil {
		return nil, err
	}
	f.warnOfTags(scenarios, io)
	until, err := f.stopsAt(chosen, lines)
	if err != nil {
		return nil, err
	}
	config, err := f.configOf(chosen)
	if err != nil {
		return nil, err
	}
	target, err := f.openTarget(config, io)
	if err != nil {
		return nil, err
	}
	given, err := f.given(chosen, target.Vars(), io)
	if err != nil {
		return nil, err
	}
	if err := f.countable(chosen); err != nil {
		return nil, err
	}
	codes, err := dictionary(io, f.noColor, f.codes, config, false)
	if err != nil {
		return nil, err
	}
	breaks, err := f.places(chosen)
	if err != nil {
		return nil, err
	}
	b := &batch{flags: f, breaks: breaks, given: given, target: target, codes: codes, io: io, until: until, reports: reports{files: files, out: io.report, given: report.Options{Ladders: f.ladder}},
		folder: history.Folder{Dir: f.journal, Epoch: sim.Epoch}}
	if err := pick(b, chosen); err != nil {
		return nil, err
	}
	return b, b.prepare()
}

// pick sets the jobs of a batch: what failed last, this shard's, or all that is chosen.
func (f *runFlags) pick(b *batch, last *lastRun, chosen []choice, scenarios []*project.Scenario) error {
	part, err := parseShard(f.shard)
	if err != nil {
		return err
	}
	none := func(of int) {
		b.io.say(fmt.Sprintf("shard %s has none of %s: nothing to run", f.shard, count(of, "run")))
	}
	if last == nil {
		own := part.deal(chosen)
		if len(own) == 0 {
			none(rows(chosen))
		}
		b.jobs = f.jobs(own)
		return nil
	}
	var all []choice
	for _, s := range scenarios {
		all = append(all, choice{s, s.Plan.Rows})
	}
	found, still, gone := last.left(all, chosen)
	for _, g := range gone {
		b.io.say("no longer there, and left out: " + g)
	}
	if len(found) == 0 {
		return &inputError{fmt.Sprintf("--rerun-failed: none of what did not pass last time is left here (%s); nothing was run", lastRunFile)}
	}
	own := found
	if f.shard != "" {
		var others []failedRun
		own, others = part.dealAgain(found)
		still = append(still, others...)
	}
	if len(own) == 0 {
		none(len(found))
	}
	b.jobs, b.still = f.inOrder(f.jobsAgain(own, chosen)), still
	return nil
}

// check refuses flags that make no sense before anything is read.
func (f *runFlags) check(args []string) error {
	switch {
	case f.quiet && f.verbose:
		return &inputError{"--quiet and --verbose contradict each other"}
	case f.quiet && f.ladder:
		return &inputError{"--quiet prints only what failed, and --ladder draws every run: give one"}
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
	if _, err := parseShard(f.shard); err != nil {
		return err
	}
	if err := f.checkDebug(args); err != nil {
		return err
	}
	return f.checkTogether(args)
}

// checkTogether refuses flags that make no sense together.
func (f *runFlags) checkTogether(args []string) error {
	reports, err := parseReports(f.reports)
	if err != nil {
		return err
	}
	set := func(name string) bool { return f.flagSet != nil && f.flagSet.Changed(name) }
	switch {
	case f.format != "json":
		if err := checkFormat(f.format); err != nil {
			return err
		}
	case f.quiet || f.verbose || f.ladder:
		return &inputError{"--format json has every record: --quiet, --verbose and --ladder are for text"}
	case toStdout(reports):
		return &inputError{"--format json and a report on standard output would mix there: write the report to a file"}
	}
	switch {
	case set("timeout") && f.timeout <= 0:
		return &inputError{fmt.Sprintf("--timeout %s leaves no time at all", f.timeout)}
	case set("until") && f.until == "":
		return &inputError{"--until after which step? write its id or path, as `callflow list --format json` has it"}
	case f.untilFail && f.repeat < 2:
		return &inputError{"--until-fail needs --repeat N: how often to run at most"}
	case f.watch && slices.Contains(args, project.StdinArg):
		return &inputError{"--watch cannot watch standard input"}
	case f.watch && f.dryRun:
		return &inputError{"--watch runs, and --dry-run does not: give one (callflow validate checks)"}
	case f.watch && f.rerunFailed:
		return &inputError{"--watch runs again what changes, --rerun-failed what failed: give one"}
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

// given is what the command line says of variables and secrets. Variables are the target's too; own leaves these out. sources
// say where a variable is from that no --var gives.
type given struct{ vars, own, sources, secrets map[string]string }

// given collects the target's vars, --var-file, --var, --secret and CALLFLOW_SECRET_NAME. A name that no chosen scenario declares is an
// error: it is most likely misspelt.
func (f *runFlags) given(chosen []choice, target schema.Map[string], io streams) (given, error) {
	g := given{vars: map[string]string{}, own: map[string]string{}, sources: map[string]string{}, secrets: map[string]string{}}
	for _, v := range target {
		g.vars[v.Key], g.sources[v.Key] = v.Value, v.Pos.String()+": the vars of target "+f.target+" say "+v.Key+": "+v.Value
	}
	declared := given{vars: map[string]string{}, secrets: map[string]string{}}
	for _, c := range chosen {
		for _, v := range slices.Concat(c.scenario.Plan.Vars, c.scenario.Project.Vars()) {
			declared.vars[v.Name] = ""
		}
		for _, v := range slices.Concat(runner.Secrets(c.scenario.Plan), c.scenario.Project.Secrets()) {
			declared.secrets[v.Name] = ""
			if value, ok := os.LookupEnv("CALLFLOW_SECRET_" + v.Name); ok {
				g.secrets[v.Name] = value
			}
		}
	}
	for _, file := range f.varFiles {
		vars, problems := project.ReadVars(file)
		io.problems(problems, f.noColor)
		if problems.Failed() {
			return g, &inputError{tally(1, problems) + "; nothing was sent"}
		}
		// A file may serve many scenarios: names that these do not declare are no mistake.
		for _, v := range vars {
			g.own[v.Key], g.sources[v.Key] = v.Value, v.Pos.String()+": "+v.Key+": "+v.Value
		}
	}
	for _, pair := range f.vars {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return g, &inputError{fmt.Sprintf("--var %q: write NAME=VALUE", pair)}
		}
		if err := isDeclared("variable", "vars", name, declared.vars); err != nil {
			return g, err
		}
		g.own[name] = value
		delete(g.sources, name)
	}
	maps.Copy(g.vars, g.own)
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
	switch near := problem.Nearest(name, names); {
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
func (g given) of(p *schema.Plan) given {
	pick := func(from map[string]string, declared []schema.Var) map[string]string {
		out := map[string]string{}
		for _, v := range declared {
			if value, ok := from[v.Name]; ok {
				out[v.Name] = value
			}
		}
		return out
	}
	vars := slices.Concat(p.Vars, p.Shared.Vars, p.PeopleNeed.Vars)
	return given{pick(g.vars, vars), pick(g.own, vars), g.sources, pick(g.secrets, runner.Secrets(p))}
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

// jobs lists the runs in order: files as given, rows in row-major order, repetitions of the whole one after the other. Each
// repetition has the next seed, so that repeating looks for what depends on it.
func (f *runFlags) jobs(chosen []choice) []job {
	var jobs []job
	for n := range f.repeat {
		for _, c := range chosen {
			for _, row := range c.rows {
				jobs = append(jobs, job{scenario: c.scenario, row: row, repeat: n, seed: f.seed + uint64(n)})
			}
		}
	}
	return f.inOrder(jobs)
}

// inOrder shuffles the jobs if they are to be, and numbers them.
func (f *runFlags) inOrder(jobs []job) []job {
	if f.shuffle {
		r := rand.New(rand.NewPCG(f.seed, 0))
		r.Shuffle(len(jobs), func(i, k int) { jobs[i], jobs[k] = jobs[k], jobs[i] })
	}
	for i := range jobs {
		jobs[i].nth = i
	}
	return jobs
}
