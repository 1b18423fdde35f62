package report

import (
	"io"
	"slices"
	"time"
)

// Report writes what came of the runs of one command to one file. Runs are added as they end, one at a time, in the order
// in which the command was told of them; Close writes what can only be written once all are known. Neither closes the file.
type Report interface {
	Add(*Run) error
	Close(Total) error
}

// Total is what a report can say of the whole command.
type Total struct {
	Command string        // "callflow run": what made the runs
	Version string        // callflow's
	Wall    time.Duration // on the wall
	NotRun  int           // --fail-fast and Ctrl-C leave some out
}

// Options are what was asked for beyond the kind.
type Options struct {
	Ladders bool // draw passed runs too, where failed ones are drawn
}

// Kind is one format of reports.
type Kind struct {
	Name string // in --report NAME=PATH
	Ext  string // what its files end in, by which a bare PATH is understood: ".xml"
	Doc  string // one line for the help and the docs
	open func(io.Writer, Options) Report
}

// Kinds lists the formats, as the help and the docs show them. One line each: the file named after it has the rest.
var Kinds = []Kind{
	{"junit", ".xml", "JUnit's XML, for CI servers: a testcase for each run", newJUnit},
	{"json", ".json", "one JSON object: a summary, and each run with its steps, attempts, times and failures", newJSON},
	{"jsonl", ".jsonl", "every record of every run as JSON Lines, for programs", newJSONL},
	{"html", ".html", "one page for people: runs, failures, ladders, requests; needs no network", newHTML},
	{"tap", ".tap", "the Test Anything Protocol 14, with the steps as subtests", newTAP},
	{"markdown", ".md", "a page for people, as $GITHUB_STEP_SUMMARY shows it: tables, explanations, ladders", newMarkdown},
	{"github", "", "annotations of GitHub Actions: what went wrong, at its line in the scenario", newGitHub},
}

// KindOf finds a format by its name; nil when there is none.
func KindOf(name string) *Kind {
	i := slices.IndexFunc(Kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return nil
	}
	return &Kinds[i]
}

// Open starts a report on w, which should be buffered.
func (k *Kind) Open(w io.Writer, o Options) Report { return k.open(w, o) }
