package cli

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strconv"

	"callflow/internal/project"
	"callflow/runner"
)

// aPlace is FILE:LINE, or FILE:LINE:COLUMN as messages have it.
var aPlace = regexp.MustCompile(`^(.+?\.ya?ml):(\d+)(?::\d+)?$`)

// places takes the lines off arguments such as scenarios/move.yaml:42. lines are by file, as find names it.
func places(args []string) (files []string, lines map[string]int, err error) {
	lines = map[string]int{}
	for _, arg := range args {
		m := aPlace.FindStringSubmatch(arg)
		if _, err := os.Lstat(arg); m == nil || err == nil { // also a file that is really called so
			files = append(files, arg)
			continue
		}
		file := project.Relative(m[1])
		line, err := strconv.Atoi(m[2])
		if err != nil || line < 1 {
			return nil, nil, &inputError{fmt.Sprintf("%s: lines count from 1", arg)}
		}
		if before, twice := lines[file]; twice && before != line {
			return nil, nil, &inputError{fmt.Sprintf("%s is given with two lines, %d and %d: a run stops once", file, before, line)}
		}
		lines[file] = line
		files = append(files, m[1])
	}
	return files, lines, nil
}

// stopsAt says where the chosen scenarios stop: after the step at a line of their file, or after the one that --until names.
func (f *runFlags) stopsAt(chosen []choice, lines map[string]int) (map[*project.Scenario]string, error) {
	until := map[*project.Scenario]string{}
	for _, c := range chosen {
		s := c.scenario
		line, given := lines[s.File]
		switch {
		case given && f.until != "":
			return nil, &inputError{fmt.Sprintf("%s:%d and --until %s both say where to stop: give one", s.File, line, f.until)}
		case given:
			if n := bytes.Count(bytes.TrimSuffix(s.Plan.Text, []byte("\n")), []byte("\n")) + 1; line > n {
				return nil, &inputError{fmt.Sprintf("%s:%d: the file has only %s", s.File, line, count(n, "line"))}
			}
			until[s] = runner.StepAt(s.Plan, line)
		case f.until != "":
			place, err := runner.StepNamed(s.Plan, f.until)
			if err != nil {
				return nil, &inputError{"--until: " + err.Error()}
			}
			until[s] = place
		}
	}
	return until, nil
}
