package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/steps"
)

// again says of --until-fail which run did not pass, and how to see that one again. "" when all did.
func (b *batch) again() string {
	if !b.flags.untilFail || b.firstBad == nil {
		return ""
	}
	j := *b.firstBad
	text := fmt.Sprintf("did not pass in repetition %d of %d, with seed %d: %s\n", j.repeat+1, b.flags.repeat, j.seed, j.title())
	if j.scenario.File == project.StdinName {
		return text + fmt.Sprintf("see it again: --seed %d without --repeat", j.seed)
	}
	start := steps.Record{RunStart: b.runStart(j)}
	if p, err := b.prepareJob(j); err == nil && p.Mask != nil {
		start = p.Mask.Record(start)
	}
	text += "see it again: " + report.Command(start.RunStart)
	if !b.target.About().Simulated {
		text += "\n(the seed repeats what callflow does; the service may do something else)"
	}
	return text
}

// asked is what the command line said of how to run, beside what has its own place in a journal. given are the secrets of one plan.
func (f *runFlags) asked(given map[string]string) steps.Asked {
	var names []string
	for _, pair := range f.secrets {
		name, _, _ := strings.Cut(pair, "=")
		names = append(names, name)
	}
	a := steps.Asked{Config: f.config, Codes: f.codes, RealTime: f.realTime}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if slices.Contains(names, name) {
			a.Secrets = append(a.Secrets, name)
		}
	}
	return a
}
