package cli

import (
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/internal/target"
	"callflow/schema"
)

// validateFormats are how validate can print problems.
var validateFormats = []string{"text", "json", "sarif", "github"}

// validateFlags are the flags of validate.
type validateFlags struct {
	format, config         string
	strict, quiet, noColor bool
}

func newValidate(io streams) *cobra.Command {
	var f validateFlags
	cmd := &cobra.Command{
		Use:     "validate [PATH…]",
		Aliases: []string{"lint"},
		Short:   "Check scenario files; send nothing",
		Long: `validate reads files, folders and globs (- is standard input), and prints everything that is wrong with them, each with
its line and column. Without PATH it takes ./scenarios, or else the current folder. In folders it looks for scenarios; callflow.yaml is left out there, and checked as configuration when
it is named itself. It ends with 2 when there are errors, with --strict also when there are warnings.

Each problem ends with its code: callflow explain CODE says more, with a bad and a good example. A comment silences a warning
of one line: # callflow: ignore CODE - reason, at its end or alone above it.

--format github prints annotations for GitHub Actions, --format sarif a log for code scanning (SARIF 2.1.0).`,
		Example: `  callflow validate
  callflow validate callflow.yaml scenarios --strict
  callflow validate 'scenarios/**/transfer*.yaml' --format json
  callflow validate - < scenario.yaml`,
		RunE: func(_ *cobra.Command, args []string) error { return f.run(args, io) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.format, "format", "text", "`FORMAT` of the output: "+strings.Join(validateFormats, ", "))
	configFlag(cmd, &f.config)
	fl.BoolVar(&f.strict, "strict", false, "end with 2 when there are warnings, too")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "print errors only")
	fl.BoolVar(&f.noColor, "no-color", false, "no colours")
	return cmd
}

func (f *validateFlags) run(args []string, io streams) error {
	if !slices.Contains(validateFormats, f.format) {
		last := len(validateFormats) - 1
		return &inputError{fmt.Sprintf("--format %q is not known; use %s or %s", f.format, strings.Join(validateFormats[:last], ", "), validateFormats[last])}
	}
	files, err := project.Find(args)
	if err != nil {
		return err
	}
	problems := checkAny(files, f.config, io.in)
	failed := problems.Failed() || f.strict && len(problems) > 0
	if f.quiet && !f.strict {
		problems = slices.DeleteFunc(problems, func(p schema.Problem) bool { return p.Severity != schema.SeverityError })
	}
	if err := f.print(io.out, where(args, len(files)), problems); err != nil {
		return err
	}
	if failed {
		return &inputError{}
	}
	return nil
}

// checkAny checks scenarios, and configurations among them.
func checkAny(files []string, config string, stdin io.Reader) (problems schema.Problems) {
	var scenarios []string
	for _, file := range files {
		if path.Base(file) != project.ConfigName {
			scenarios = append(scenarios, file)
			continue
		}
		cfg, found := project.ReadConfig(file)
		problems = append(problems, found...)
		if cfg != nil && cfg.Codes != "" {
			_, found = project.ReadCodes(target.Beside(file, cfg.Codes))
			problems = append(problems, found...)
		}
	}
	told := problems
	for _, p := range project.Problems(scenarios, project.NewProjects(config), stdin) {
		if !slices.Contains(told, p) { // a callflow.yaml that was named itself
			problems = append(problems, p)
		}
	}
	return problems
}

func (f *validateFlags) print(out io.Writer, files string, problems schema.Problems) error {
	switch f.format {
	case "json":
		return report.ProblemsJSON(out, problems)
	case "sarif":
		return report.ProblemsSARIF(out, buildVersion(), os.Getenv, problems)
	case "github":
		if err := report.ProblemsGitHub(out, os.Getenv, problems); err != nil {
			return err
		}
	default:
		report.Problems(out, report.StyleFor(out, os.Getenv, f.noColor), problems)
	}
	if !f.quiet {
		fmt.Fprintln(out, files+": "+tallied(problems))
	}
	return nil
}
