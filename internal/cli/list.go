package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/schema"
)

// listing is one scenario in `list --format json`.
type listing struct {
	File        string   `json:"file"`
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	Tags        []string `json:"tags"`
	Requires    []string `json:"requires,omitempty"`
	Rows        []string `json:"rows,omitempty"` // of the matrix
	Steps       []listed `json:"steps"`
}

// listed is one step, in the order of the file, nested and included ones after the step that holds them.
type listed struct {
	Path   string `json:"path"`           // "steps[2]", "finally[0]", "steps[3].left[1]"; of an included file after the include's key and a slash
	File   string `json:"file,omitempty"` // of an included file's step
	Branch string `json:"branch,omitempty"`
	Verb   string `json:"verb"`
	ID     string `json:"id,omitempty"`
	Name   string `json:"name,omitempty"`
	Line   int    `json:"line"`
	Goal   string `json:"until,omitempty"`
}

func newList(io streams) *cobra.Command {
	var format string
	var sel selection
	var noColor bool
	var config string
	cmd := &cobra.Command{
		Use:   "list [PATH…]",
		Short: "List scenarios with their tags, steps and matrix rows",
		Example: `  callflow list
  callflow list scenarios --tag 'transfer and not slow' --format json`,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			scenarios, err := load(args, config, false, io, noColor)
			if err != nil {
				return err
			}
			chosen, err := sel.choose(scenarios, true)
			if err != nil {
				return err
			}
			if format == "json" {
				return listJSON(io, chosen)
			}
			style, out := report.StyleFor(io.out, os.Getenv, noColor), report.Guard(io.out)
			for _, s := range chosen {
				fmt.Fprintf(out, "%s\n  %s", s.scenario.File, s.scenario.Plan.Name)
				if tags := s.scenario.Plan.Tags; len(tags) > 0 {
					fmt.Fprintf(out, "  [%s]", strings.Join(tags, ", "))
				}
				fmt.Fprintln(out)
				for _, row := range s.rows {
					if row.Name != "" {
						fmt.Fprintf(out, "    row  %s\n", row.Name)
					}
				}
				outline{out, style, report.VerbColumn(s.scenario.Plan, 0)}.plan(s.scenario.Plan, "    ")
			}
			return nil
		},
	}
	formatFlag(cmd, &format)
	sel.flags(cmd)
	configFlag(cmd, &config)
	cmd.Flags().BoolVar(&noColor, "no-color", false, "no colours")
	return cmd
}

func listJSON(io streams, chosen []choice) error {
	list := []listing{}
	for _, s := range chosen {
		p := s.scenario.Plan
		l := listing{File: s.scenario.File, Name: p.Name, Description: strings.TrimSpace(p.Description), Tags: p.Tags,
			Requires: p.Requires, Steps: stepsOf(p, "")}
		if l.Tags == nil {
			l.Tags = []string{}
		}
		for _, row := range s.rows {
			if row.Name != "" {
				l.Rows = append(l.Rows, row.Name)
			}
		}
		list = append(list, l)
	}
	return report.WriteJSON(io.out, list)
}

// stepsOf lists a plan's steps, then those of finally.
func stepsOf(p *schema.Plan, prefix string) []listed {
	return append(listedIn(p.Steps, prefix, ""), listedIn(p.Finally, prefix, "")...)
}

func listedIn(b schema.Block, prefix, branch string) []listed {
	out := []listed{}
	for _, s := range b {
		one := listed{Path: prefix + s.Path, Branch: branch, Verb: s.Verb.Name, ID: s.ID, Name: s.Name, Line: s.Pos.Line, Goal: s.Until}
		if prefix != "" {
			one.File = s.Pos.File
		}
		out = append(out, one)
		for _, in := range s.Inner {
			inner := branchOf(s, in)
			if branch != "" && inner != "" {
				inner = branch + "/" + inner
			}
			out = append(out, listedIn(in.Steps, prefix, inner)...)
		}
		if s.Include != nil {
			out = append(out, stepsOf(s.Include, prefix+s.Key()+"/")...)
		}
	}
	return out
}

// load finds and checks scenarios; problems go to standard error, and errors among them end the command.
func load(args []string, config string, strict bool, io streams, noColor bool) ([]*project.Scenario, error) {
	files, err := project.Find(args)
	if err != nil {
		return nil, err
	}
	scenarios, problems := project.Check(files, project.NewProjects(config), io.in)
	io.problems(problems, noColor)
	if problems.Failed() {
		return nil, &inputError{tally(len(files), problems) + "; nothing was sent"}
	}
	if strict && len(problems) > 0 {
		return nil, &inputError{tally(len(files), problems) + "; nothing was sent, because of --strict"}
	}
	named(scenarios, args)
	return scenarios, nil
}

// named notes which scenarios the user named one by one.
func named(scenarios []*project.Scenario, args []string) {
	for _, arg := range args {
		for _, s := range scenarios {
			s.Named = s.Named || s.File == project.Relative(arg)
		}
	}
}
