package cli

import (
	"fmt"
	"os"
	"path"

	"github.com/spf13/cobra"

	"callflow/internal/history"
	"callflow/internal/host/sim"
	"callflow/internal/project"
	"callflow/internal/report"
)

// pastJSON is `history --format json`.
type pastJSON struct {
	Scenarios []history.Drift  `json:"scenarios"`
	Unread    []history.Unread `json:"unread"`
}

func newHistory(io streams) *cobra.Command {
	var format string
	var last int
	var noColor bool
	cmd := &cobra.Command{
		Use:   "history DIR [SCENARIO]",
		Short: "Show how scenarios went over days, and what changed between their runs",
		Long: `history reads the journals that run --journal DIR has left: a line for each run, oldest first, and under it what changed
with it in the requests, responses and notifications (≠). SCENARIO is a scenario's file, or its name.

Ids, callback addresses and clientContexts are others in every run and do not count. In responses and notifications only
members count, not their values: one that no run before had, one that all had before and that is missing, and one whose
value is of another kind. What a run on the simulator lacks in dates it takes from its file.

Files that are no journals are named, and left out.`,
		Example: `  callflow history journals
  callflow history journals scenarios/calls/answered.yaml --last 20
  callflow history journals --format json`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			if last < 0 {
				return &inputError{fmt.Sprintf("--last %d: a number of runs is wanted; 0 shows all", last)}
			}
			runs, unread, err := history.ReadAll(args[0], sim.Epoch, report.LeftUp)
			if err != nil {
				return &inputError{err.Error()}
			}
			drifts := history.Drifts(runs)
			if len(args) == 2 {
				if drifts = ofScenario(drifts, args[1]); len(drifts) == 0 {
					return &inputError{fmt.Sprintf("%s has no journal of a scenario %q; name its file or its name as `callflow history %s` shows them",
						args[0], args[1], args[0])}
				}
			}
			if format == "json" {
				return driftsJSON(io, drifts, unread, last)
			}
			style := report.StyleFor(io.out, os.Getenv, noColor)
			report.Drifts(io.out, style, drifts, last)
			for _, u := range unread {
				fmt.Fprintln(io.err, report.Plain("callflow: "+u.File+" "+u.Why))
			}
			if len(runs) == 0 {
				return &inputError{args[0] + " has no journals; `callflow run --journal " + args[0] + "` writes them"}
			}
			return nil
		},
	}
	formatFlag(cmd, &format)
	cmd.Flags().IntVar(&last, "last", 0, "show the last `N` runs of each scenario; those before still count for what changed")
	cmd.Flags().BoolVar(&noColor, "no-color", false, "no colours")
	return cmd
}

// ofScenario picks those of a file or a name.
func ofScenario(drifts []history.Drift, name string) (out []history.Drift) {
	file := project.Relative(name)
	for _, d := range drifts {
		if d.File == file || d.File == name || path.Base(d.File) == name || d.Scenario == name {
			out = append(out, d)
		}
	}
	return out
}

func driftsJSON(io streams, drifts []history.Drift, unread []history.Unread, last int) error {
	out := pastJSON{[]history.Drift{}, []history.Unread{}}
	for _, d := range drifts {
		if last > 0 && len(d.Runs) > last {
			d.Runs = d.Runs[len(d.Runs)-last:]
		}
		out.Scenarios = append(out.Scenarios, d)
	}
	out.Unread = append(out.Unread, unread...)
	return report.WriteJSON(io.out, out)
}
