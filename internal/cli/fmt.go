package cli

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"callflow/internal/format"
	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/schema"
	"callflow/steps"
)

// fmtFlags are the flags of fmt.
type fmtFlags struct {
	check, diff, noColor bool
}

func newFmt(io streams) *cobra.Command {
	var f fmtFlags
	cmd := &cobra.Command{
		Use:   "fmt [PATH…]",
		Short: "Lay out scenario files",
		Long: `fmt rewrites files in one layout; in folders those that have steps, and callflow.yaml. Without PATH it takes ./scenarios
and ./callflow.yaml, or else the current folder. Keys come in the order of the
language's reference, indentation is two spaces, and never two blank lines follow each other. Comments, blank lines and the
text of every value stay. What does not fit into a line of ` + fmt.Sprint(format.Width) + ` in { } or [ ] is written as a block, and so are expressions
that would need quotes there. What a file says is never changed: one that is no YAML is left alone, with its problem.
- lays out standard input.

Exit codes: 0 all is well, 1 --check or --diff found a file to lay out, 2 a file or flag is wrong.`,
		Example: `  callflow fmt
  callflow fmt --check scenarios      in CI
  callflow fmt --diff scenarios/transfer.yaml
  callflow fmt - < draft.yaml`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(_ *cobra.Command, args []string) error { return f.run(args, io) },
	}
	cmd.Flags().BoolVar(&f.check, "check", false, "list the files whose layout would change, and write nothing")
	cmd.Flags().BoolVar(&f.diff, "diff", false, "show what would change, and write nothing")
	cmd.Flags().BoolVar(&f.noColor, "no-color", false, "no colours")
	return cmd
}

// unformattedError is that of a check that found files to lay out; the output has named them.
type unformattedError struct{}

func (unformattedError) Error() string { return "" }

func (f *fmtFlags) run(args []string, io streams) error {
	files, err := project.FindOurs(args)
	if err != nil {
		return err
	}
	failed, changed := false, 0
	for _, name := range files {
		was, mode, err := source(name, io)
		if err != nil {
			problems := schema.Problems{{Pos: schema.Pos{File: name, Line: 1, Col: 1}, Code: "unreadable",
				Severity: schema.SeverityError, Text: "cannot read the file: " + project.Cause(err).Error()}}
			report.Problems(io.err, report.StyleFor(io.err, os.Getenv, f.noColor), problems)
			failed = true
			continue
		}
		is, problems := format.Source(name, was, formOf(name))
		report.Problems(io.err, report.StyleFor(io.err, os.Getenv, f.noColor), problems)
		if problems.Failed() {
			failed = true
			continue
		}
		if !bytes.Equal(was, is) {
			changed++
		}
		if err := f.put(name, was, is, mode, io); err != nil {
			return &inputError{err.Error()}
		}
	}
	if len(args) == 0 {
		text := where(args, len(files))
		if project.Default() != "." && slices.Contains(files, project.ConfigName) { // beside that folder
			text = where(args, len(files)-1) + ", and " + project.ConfigName
		}
		fmt.Fprintln(io.err, text+": "+f.tally(changed))
	}
	switch {
	case failed:
		return &inputError{}
	case changed > 0 && (f.check || f.diff):
		return unformattedError{}
	}
	return nil
}

// tally says how many files were laid out, or would be.
func (f *fmtFlags) tally(changed int) string {
	switch {
	case changed == 0:
		return "nothing to lay out"
	case f.check || f.diff:
		return fmt.Sprintf("%d to lay out", changed)
	}
	return fmt.Sprintf("%d laid out", changed)
}

// put does with one file what the flags say.
func (f *fmtFlags) put(name string, was, is []byte, mode os.FileMode, io streams) error {
	same := bytes.Equal(was, is)
	out := report.Guard(io.out)
	if f.diff && !same {
		writeDiff(io, report.StyleFor(io.out, os.Getenv, f.noColor), diff.Diff(name+".orig", was, name, is))
	}
	switch {
	case f.check && !same:
		fmt.Fprintln(out, name)
	case f.check || f.diff:
	case name == project.StdinName:
		_, err := io.out.Write(is)
		return err
	case !same:
		to, err := filepath.EvalSymlinks(filepath.FromSlash(name)) // a link stays one
		if err == nil {
			err = replaceFile(to, is, mode)
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(out, name)
	}
	return nil
}

func writeDiff(io streams, style report.Style, text []byte) {
	_, body, _ := strings.Cut(string(text), "\n") // the first line names the tool of another place
	for line := range strings.Lines(body) {
		fmt.Fprintln(io.out, style.DiffLine(strings.TrimRight(line, "\r\n")))
	}
}

// source reads a file that is to be laid out; its permissions are kept.
func source(name string, io streams) ([]byte, os.FileMode, error) {
	if name == project.StdinName {
		text, err := project.ReadAll(io.in)
		return text, 0, err
	}
	st, err := os.Stat(filepath.FromSlash(name))
	if err != nil {
		return nil, 0, err
	}
	text, err := project.Read(name)
	return text, st.Mode().Perm(), err
}

// formOf is what the keys of a file mean, by its name.
func formOf(name string) *schema.Form {
	if path.Base(name) == project.ConfigName {
		return schema.SettingsForm[project.Config]()
	}
	return steps.Vocabulary().Form()
}
