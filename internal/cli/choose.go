package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"callflow/internal/project"
	"callflow/schema"
)

// selection is the flags that choose among scenarios.
type selection struct {
	tags []string
	run  string
}

func (s *selection) flags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVarP(&s.tags, "tag", "t", nil, "only scenarios whose tags fulfil `EXPR`, such as 'transfer and not slow'")
	_ = cmd.RegisterFlagCompletionFunc("tag", completeTags)
	cmd.Flags().StringVar(&s.run, "run", "", "only scenarios whose name (with matrix row) matches `REGEXP`")
}

// choice is a scenario with the matrix rows chosen.
type choice struct {
	scenario *project.Scenario
	rows     []schema.Row
}

// choose applies the flags. That nothing is left is an error: a test that tests nothing must not look like a success.
// Scenarios without a plan are never left.
func (s *selection) choose(scenarios []*project.Scenario, quietlyEmpty bool) ([]choice, error) {
	var filters []project.TagFilter
	for _, text := range s.tags {
		f, err := project.ParseTags(text)
		if err != nil {
			return nil, &inputError{err.Error()}
		}
		filters = append(filters, f)
	}
	name, err := regexp.Compile(s.run)
	if err != nil {
		return nil, &inputError{fmt.Sprintf("bad --run: %v", err)}
	}
	var chosen []choice
	for _, sc := range scenarios {
		if sc.Plan == nil {
			continue
		}
		if slices.ContainsFunc(filters, func(f project.TagFilter) bool { return !f(sc.Plan.Tags) }) {
			continue
		}
		c := choice{scenario: sc}
		for _, row := range sc.Plan.Rows {
			if name.MatchString(title(sc.Plan, row)) {
				c.rows = append(c.rows, row)
			}
		}
		if len(c.rows) > 0 {
			chosen = append(chosen, c)
		}
	}
	if len(chosen) == 0 && !quietlyEmpty {
		text := fmt.Sprintf("no scenario is left of %d", len(scenarios))
		if s.run != "" {
			text += fmt.Sprintf(" after --run %q", s.run)
		}
		if len(s.tags) > 0 {
			text += fmt.Sprintf(" after --tag %q; there are the tags %s", strings.Join(s.tags, " and "),
				strings.Join(tagsOf(scenarios), ", "))
		}
		return nil, &inputError{text}
	}
	return chosen, nil
}

// title is a run's name: "scenario [k=v, …]".
func title(p *schema.Plan, row schema.Row) string {
	if row.Name == "" {
		return p.Name
	}
	return p.Name + " [" + row.Name + "]"
}

func formatFlag(cmd *cobra.Command, format *string) {
	cmd.Flags().StringVar(format, "format", "text", "`FORMAT` of the output: text or json")
}

func checkFormat(format string) error {
	if format != "text" && format != "json" {
		return &inputError{fmt.Sprintf("--format %q is not known; use text or json", format)}
	}
	return nil
}

// where says how many files were looked at, and in which folder, where the user named none.
func where(args []string, files int) string {
	if len(args) > 0 {
		return count(files, "file")
	}
	folder := project.Default()
	if folder == "." {
		folder = "this folder"
	}
	return count(files, "file") + " in " + folder
}

// tally says how many files and problems there are.
func tally(files int, problems schema.Problems) string {
	return count(files, "file") + ": " + tallied(problems)
}

func tallied(problems schema.Problems) string {
	errors, warnings := 0, 0
	for _, p := range problems {
		if p.Severity == schema.SeverityError {
			errors++
		} else {
			warnings++
		}
	}
	switch {
	case errors == 0 && warnings == 0:
		return "no problems"
	case errors == 0:
		return count(warnings, "warning")
	case warnings == 0:
		return count(errors, "error")
	}
	return count(errors, "error") + ", " + count(warnings, "warning")
}

func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
