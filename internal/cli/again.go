package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"callflow/internal/project"
	"callflow/internal/report"
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
	text += "see it again: " + b.commandFor(j)
	if !b.target.About().Simulated {
		text += "\n(the seed repeats what callflow does; the service may do something else)"
	}
	return text
}

// circumstances are the flags of which a run depends, beside what it is a run of.
var circumstances = []string{"var", "var-file", "target", "config", "codes", "dialect", "chaos", "real-time", "until", "timeout"}

// commandFor is the command line that makes one run again. Secrets are not in it: their values come from the environment.
func (b *batch) commandFor(j job) string {
	f := b.flags
	words := []string{"callflow", "run", report.ShellWord(j.scenario.File)}
	if j.row.Name != "" {
		words = append(words, "--run", report.ShellWord("^"+regexp.QuoteMeta(j.title())+"$"))
	}
	add := func(flag *pflag.Flag) {
		values := []string{flag.Value.String()}
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			switch {
			case flag.Name == "secret":
				name, _, _ := strings.Cut(v, "=")
				words = append(words, "--secret", report.ShellWord(name))
			case !slices.Contains(circumstances, flag.Name):
			case flag.Value.Type() == "bool":
				words = append(words, "--"+flag.Name)
			default:
				words = append(words, "--"+flag.Name, report.ShellWord(v))
			}
		}
	}
	if f.flagSet != nil {
		f.flagSet.Visit(add)
	}
	if until := b.until[j.scenario]; f.until == "" && until != "" {
		words = append(words, "--until", report.ShellWord(until))
	}
	return strings.Join(append(words, "--seed", strconv.FormatUint(j.seed, 10)), " ")
}
