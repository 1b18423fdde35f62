package cli

import (
	"fmt"
	"os"
	"path"

	"github.com/spf13/cobra"

	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/internal/target"
	"callflow/schema"
)

func newValidate(io streams) *cobra.Command {
	var format string
	var noColor, quiet bool
	cmd := &cobra.Command{
		Use:   "validate [PATH…]",
		Short: "Check scenario files; send nothing",
		Long: `validate reads files, folders and globs (- is standard input), and prints everything that is wrong with them, each with
its line and column. In folders it looks for scenarios; callflow.yaml is left out there, and checked as configuration when
it is named itself. It ends with 2 when there are errors.`,
		Example: `  callflow validate
  callflow validate callflow.yaml scenarios
  callflow validate 'scenarios/**/transfer*.yaml' --format json`,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			files, err := project.Find(args)
			if err != nil {
				return err
			}
			var scenarios []string
			var problems schema.Problems
			for _, f := range files {
				if path.Base(f) == project.ConfigName {
					cfg, found := project.ReadConfig(f)
					problems = append(problems, found...)
					if cfg != nil && cfg.Codes != "" {
						_, found = readCodes(target.Beside(f, cfg.Codes))
						problems = append(problems, found...)
					}
					continue
				}
				scenarios = append(scenarios, f)
			}
			_, found := project.Check(scenarios, io.in)
			problems = append(problems, found...)
			switch {
			case format == "json":
				if err := report.ProblemsJSON(io.out, problems); err != nil {
					return err
				}
			case !quiet || problems.Failed():
				report.Problems(io.out, report.StyleFor(io.out, os.Getenv, noColor), problems)
				if !quiet {
					fmt.Fprintln(io.out, tally(len(files), problems))
				}
			}
			if problems.Failed() {
				return &inputError{}
			}
			return nil
		},
	}
	formatFlag(cmd, &format)
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "print errors only")
	cmd.Flags().BoolVar(&noColor, "no-color", false, "no colours")
	return cmd
}
