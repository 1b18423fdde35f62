package cli

import (
	"cmp"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/runner"
	"callflow/schema/problem"
)

// completeFiles has the shell offer folders and YAML files.
func completeFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeRun completes the values of run's flags out of the files that are there. Whatever is wrong with those is no matter
// here: then there is less to offer.
func completeRun(cmd *cobra.Command, f *runFlags) {
	values := func(flag string, of func(args []string) []string) {
		_ = cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return of(args), cobra.ShellCompDirectiveNoFileComp
		})
	}
	_ = cmd.RegisterFlagCompletionFunc("report", completeReports)
	values("run", func(args []string) (names []string) {
		for _, s := range peek(args) {
			names = append(names, s.Plan.Name)
		}
		return names
	})
	values("until", stepsIn)
	values("break", func(args []string) []string { return append(stepsIn(args), "failure\twhen a step fails") })
	values("target", func([]string) (names []string) {
		cfg, _ := project.ReadConfig(cmp.Or(f.config, project.ConfigName))
		if cfg == nil {
			return nil
		}
		for _, t := range cfg.Targets {
			names = append(names, t.Key)
		}
		return names
	})
	for flag, words := range map[string][]string{
		"dialect": {"v1.0", "beta", "legacy"}, "format": {"text", "json"}, "chaos": {"all", "reorder", "early", "duplicate", "delay"},
	} {
		values(flag, func([]string) []string { return words })
	}
}

// completeReports offers the kinds of reports; the path comes behind the equals sign.
func completeReports(_ *cobra.Command, _ []string, typed string) (kinds []string, how cobra.ShellCompDirective) {
	if strings.Contains(typed, "=") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	for _, kind := range report.Kinds {
		kinds = append(kinds, kind.Name+"=\t"+kind.Doc)
	}
	return kinds, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// completeTags offers the tags of the scenarios that are there.
func completeTags(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return tagsOf(peek(args)), cobra.ShellCompDirectiveNoFileComp
}

// stepsIn lists the steps that have an id, those of branches and included files too, with what they do.
func stepsIn(args []string) (ids []string) {
	known := map[string]bool{}
	for _, s := range peek(args) {
		for _, p := range runner.Places(s.Plan) {
			if p.Step.ID != "" && !known[p.Key] {
				known[p.Key] = true
				ids = append(ids, p.Key+"\t"+strings.TrimSpace(p.Step.Verb.Name+" "+p.Step.Name))
			}
		}
	}
	return ids
}

// peek reads the scenarios that args name, as far as they can be read.
func peek(args []string) (scenarios []*project.Scenario) {
	if slices.Contains(args, project.StdinArg) {
		return nil
	}
	files, _, err := places(args)
	if err != nil {
		return nil
	}
	if files, err = project.Find(files); err != nil {
		return nil
	}
	all, _ := project.Check(files, project.NewProjects(""), os.Stdin)
	return slices.DeleteFunc(all, func(s *project.Scenario) bool { return s.Plan == nil })
}

// tagsOf lists the tags of scenarios, each once.
func tagsOf(scenarios []*project.Scenario) (tags []string) {
	for _, s := range scenarios {
		if s.Plan != nil {
			tags = append(tags, s.Plan.Tags...)
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// warnOfTags says which words of --tag are no scenario's tag: `not slwo` would leave nothing out, and nobody would notice.
func (s *selection) warnOfTags(scenarios []*project.Scenario, io streams) {
	known := tagsOf(scenarios)
	for _, text := range s.tags {
		for _, tag := range project.TagsIn(text) {
			if slices.Contains(known, tag) {
				continue
			}
			text := "--tag: no scenario here has the tag \"" + tag + "\""
			if near := problem.Nearest(tag, known); near != "" {
				text += "; did you mean \"" + near + "\"?"
			} else if len(known) > 0 {
				text += "; there are " + strings.Join(known, ", ")
			}
			io.warn(text)
		}
	}
}
