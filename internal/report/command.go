package report

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"callflow/steps"
)

// Command is the command line that makes the run again. See the function of that name.
func (r *Run) Command() string { return Command(&r.Start) }

// Command is the command line that makes a run again, quoted for a shell: on the simulator the same seed gives the same run. A
// secret in the value of a var is masked there, as everywhere; of secrets there are the names, and CALLFLOW_SECRET_NAME has the
// value. It holds in the folder in which the run was made.
func Command(start *steps.RunStart) string {
	file := start.File
	switch {
	case file == "<stdin>":
		file = "-"
	case strings.HasPrefix(file, "-"):
		file = "./" + file
	}
	words := []string{"callflow", "run", file}
	if start.Row != "" {
		words = append(words, "--run", "^"+regexp.QuoteMeta(start.Scenario+" ["+start.Row+"]")+"$")
	}
	words = append(words, given(start)...)
	for _, name := range start.Secrets {
		words = append(words, "--secret", name)
	}
	if start.Config != "" {
		words = append(words, "--config", start.Config)
	}
	if start.Codes != "" {
		words = append(words, "--codes", start.Codes)
	}
	if start.Target != "" && start.Target != "simulator" {
		words = append(words, "--target", start.Target)
	} else if start.Dialect != "" && start.Dialect != "v1.0" {
		words = append(words, "--dialect", start.Dialect)
	}
	if start.Chaos != "" {
		words = append(words, "--chaos", start.Chaos)
	}
	if start.RealTime {
		words = append(words, "--real-time")
	}
	return shellLine(append(words, "--seed", strconv.FormatUint(start.Seed, 10)))
}

// given are the flags that said something of the scenario itself: its vars, how long it may take, where it stops.
func given(start *steps.RunStart) (words []string) {
	for _, name := range slices.Sorted(maps.Keys(start.Vars)) {
		words = append(words, "--var", name+"="+start.Vars[name])
	}
	if start.Timeout > 0 {
		words = append(words, "--timeout", start.Timeout.String())
	}
	if start.Until != "" {
		words = append(words, "--until", start.Until)
	}
	return words
}

// ranWith says what was given; "" when nothing was.
func ranWith(start *steps.RunStart) string {
	words := given(start)
	if len(words) == 0 {
		return ""
	}
	return "it ran with: " + clean(shellLine(words))
}

func shellLine(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = ShellWord(word)
	}
	return strings.Join(quoted, " ")
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:,@%+-][A-Za-z0-9_./:=,@%+-]*$`)

// ShellWord is a word as a shell wants it: quoted where that is needed. A `=` that begins a word means something to zsh.
func ShellWord(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
