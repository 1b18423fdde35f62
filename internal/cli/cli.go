// Package cli is the command line: one file per command, and the only place that wires hosts, listener and simulator.
package cli

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"callflow/internal/report"
	"callflow/schema"
	"callflow/schema/problem"
)

// streams are a command's standard streams.
type streams struct {
	in       io.Reader
	out, err io.Writer
	stream   *report.Stream   // of --format json; nil: text
	report   io.Writer        // standard output, for a report that goes there
	wrong    *schema.Problems // told so far; nil: nobody asks
}

// Main runs the command line args and returns the process's exit code:
// 0 passed, 1 an expectation failed, 2 a file or flag is wrong, 3 could not test, 130 interrupted.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	io := streams{in: stdin, out: stdout, err: stderr}
	root := newRoot(io)
	root.SetArgs(args)
	err := root.Execute()
	if text := errorText(err); text != "" {
		fmt.Fprintln(stderr, report.Plain(text))
	}
	return exitCode(err)
}

func newRoot(io streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "callflow",
		Short: "Run call scenarios against Microsoft Graph, or against its embedded simulator",
		Long: `callflow runs call scenarios written in YAML: place and answer calls, transfer, invite, await notifications, and
check what came of it. It speaks to Microsoft Graph's cloud communications API, or to its own simulator of it.

Exit codes: 0 passed, 1 an expectation failed, 2 a file or flag is wrong, 3 could not test (listener, token, nobody
there, or refused before any call existed), 130 interrupted.`,
		Example: `  callflow init demo            write a first scenario
  callflow run demo             run it on the embedded simulator
  callflow new                  list flows to start a scenario from
  callflow validate scenarios   check files, send nothing`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		Args:              cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				cmd.SetOut(io.err)
				_ = cmd.Help()
				return &usageError{}
			}
			return unknownCommand(cmd, args[0])
		},
	}
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	root.SetFlagErrorFunc(unknownFlag)
	root.AddCommand(newRun(io), newValidate(io), newList(io), newHistory(io), newReport(io), newLadder(io), newSimulate(io), newExplain(io), newInit(io), newSchema(io), newLSP(io), newVersion(io))
	root.AddCommand(newFmt(io), newNew(io), newDocs(io), newHangup(io))
	return root
}

func unknownCommand(cmd *cobra.Command, name string) error {
	text := fmt.Sprintf("unknown command %q", name)
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	if near := problem.Nearest(name, names); near != "" {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	return &usageError{text: text, command: cmd.CommandPath()}
}

// parseError is what package strconv puts before the reason.
var parseError = regexp.MustCompile(`strconv\.\w+: parsing ".*": `)

// unknownFlag adds the nearest flag to pflag's complaint about one that does not exist.
func unknownFlag(cmd *cobra.Command, err error) error {
	text := parseError.ReplaceAllString(err.Error(), "")
	if name, ok := strings.CutPrefix(text, "unknown flag: --"); ok {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := problem.Nearest(name, names); near != "" {
			text += fmt.Sprintf("; did you mean --%s?", near)
		}
	}
	return &usageError{text: text, command: cmd.CommandPath()}
}
