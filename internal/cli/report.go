package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"callflow/internal/history"
	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/steps"
)

func newReport(io streams) *cobra.Command {
	var wanted []string
	var verbose, noColor, ladders bool
	cmd := &cobra.Command{
		Use:   "report JOURNAL|DIR… --report KIND=PATH",
		Short: "Write reports of runs from their journals",
		Long: `report writes from journals what run --report writes of runs: what run --journal DIR has left, and what run --report
jsonl=PATH wrote. DIR stands for the journals in it, - for standard input. Without --report it shows the runs as run did.

--report KIND=PATH may be given several times; PATH may be -, standard output, and KIND is
` + kindList() + `
A PATH that ends in .xml, .json, .jsonl, .html, .tap or .md says its kind by itself.

Files that are no journals, and runs whose journal is damaged, are named and left out; it ends with 2 then. A journal
without an end is a run that was killed, and is reported as broken off. What became of the runs does not matter to the exit code.`,
		Example: `  callflow report journals --report junit=out/junit.xml --report out/report.html
  callflow report journals/scenarios-transfer-*.jsonl --report markdown=-
  callflow report failed.jsonl`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			files, err := parseReports(wanted)
			if err != nil {
				return err
			}
			a := &afterwards{io: io, reports: reports{files: files, out: io.out, given: report.Options{Ladders: ladders}}, repeats: map[string]int{}}
			if len(files) == 0 {
				detail := report.Normal
				if verbose {
					detail = report.Verbose
				}
				a.console = report.NewConsole(io.out, report.StyleFor(io.out, os.Getenv, noColor), detail)
				a.console.Ladders = ladders
			}
			return a.report(args)
		},
	}
	cmd.Flags().StringArrayVar(&wanted, "report", nil, "write a report `KIND=PATH`; may be given several times")
	_ = cmd.RegisterFlagCompletionFunc("report", completeReports)
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "without --report: show every request, response and notification too")
	cmd.Flags().BoolVar(&ladders, "ladder", false, "draw the sequence diagram of every run, not only of those that failed")
	cmd.Flags().BoolVar(&noColor, "no-color", false, "no colours")
	return cmd
}

// kindList is the formats, a line each.
func kindList() string {
	var b strings.Builder
	for _, k := range report.Kinds {
		fmt.Fprintf(&b, "  %-9s %s\n", k.Name, k.Doc)
	}
	return b.String()
}

// afterwards is reports of runs that were made before.
type afterwards struct {
	io      streams
	reports reports
	console *report.Console // nil when there are reports
	nth     int
	repeats map[string]int // of a scenario and row on a target, so far
	unread  []history.Unread
}

func (a *afterwards) report(args []string) error {
	names, err := journalFiles(args)
	if err != nil {
		return err
	}
	if err := a.reports.open(names); err != nil {
		return err
	}
	for _, name := range names {
		if err := a.read(name); err != nil {
			a.unread = append(a.unread, history.Unread{File: name, Why: err.Error()})
		}
	}
	if a.console != nil {
		a.console.Summary(0, 0)
	}
	if err := a.reports.close(report.Total{Command: "callflow report", Version: buildVersion()}); err != nil {
		return err
	}
	for _, u := range a.unread {
		fmt.Fprintln(a.io.err, report.Plain("callflow: "+u.File+" "+u.Why))
	}
	switch where := a.reports.where(); {
	case len(a.unread) > 0:
		return &inputError{fmt.Sprintf("%d of %s could not be read whole; all other runs are reported", len(a.unread), count(len(names), "file"))}
	case where != "":
		fmt.Fprintln(a.io.err, report.Plain(where))
	}
	return nil
}

// read adds the runs of one file.
func (a *afterwards) read(name string) error {
	return eachRun(name, a.io.in, func(records []steps.Record) error {
		start := records[0].RunStart
		key := strings.Join([]string{start.File, start.Scenario, start.Row, start.Target, start.Dialect}, "\x00")
		if a.console != nil {
			run := report.NewRun(records)
			run.Repeat = a.repeats[key]
			a.console.Show(run)
		} else {
			a.reports.add(a.nth, a.repeats[key], records)
		}
		a.nth++
		a.repeats[key]++
		return nil
	})
}

// eachRun reads the runs of one journal; the name - is standard input.
func eachRun(name string, in io.Reader, f func([]steps.Record) error) error {
	if name != stdout {
		file, err := openJournal(name)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	return history.Each(in, f)
}

// openJournal opens a file. To open a pipe would wait for who writes to it, perhaps for ever.
func openJournal(name string) (*os.File, error) {
	switch info, err := os.Stat(name); {
	case err != nil:
		return nil, project.Cause(err)
	case info.Mode()&os.ModeNamedPipe != 0:
		return nil, errors.New("is a pipe, which has no end until somebody writes and closes it; name - and give it as standard input")
	case !info.Mode().IsRegular():
		return nil, errors.New("is no regular file")
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, project.Cause(err)
	}
	return file, nil
}

// journalFiles lists the files that are named, each once, and those of folders: by scenario, the oldest run first.
func journalFiles(args []string) (names []string, err error) {
	seen := map[string]bool{}
	for _, arg := range args {
		list := []string{arg}
		if info, err := os.Stat(arg); arg != stdout && err != nil {
			return nil, &inputError{fmt.Sprintf("no journal %q: %v", arg, project.Cause(err))}
		} else if err == nil && info.IsDir() {
			if list, err = journalsIn(arg); err != nil {
				return nil, &inputError{err.Error()}
			}
		}
		for _, name := range list {
			if clean := filepath.Clean(name); !seen[clean] {
				seen[clean] = true
				names = append(names, name)
			}
		}
	}
	return names, nil
}

func journalsIn(dir string) ([]string, error) {
	type journal struct {
		name  string
		start steps.RunStart
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, project.Cause(err))
	}
	var list []journal
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".jsonl" {
			continue
		}
		j := journal{name: filepath.Join(dir, e.Name())}
		if file, err := openJournal(j.name); err == nil { // any other is named when it is its turn
			j.start, _ = history.First(file)
			_ = file.Close()
		}
		list = append(list, j)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s has no journals; `callflow run --journal %s` writes them", dir, dir)
	}
	slices.SortStableFunc(list, func(a, b journal) int {
		return cmp.Or(strings.Compare(a.start.File, b.start.File), a.start.Started.Compare(b.start.Started), cmp.Compare(a.start.Seed, b.start.Seed))
	})
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].name
	}
	return names, nil
}
