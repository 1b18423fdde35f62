package cli

import (
	crand "crypto/rand"
	"encoding/binary"
	"fmt"

	"github.com/spf13/cobra"

	"callflow/internal/graph"
	"callflow/internal/project"
	"callflow/internal/target"
)

// openTarget chooses where runs go, and the seed, which must not repeat itself on a real service.
func (f *runFlags) openTarget(config string, io streams) (target.Target, error) {
	if f.target == "" {
		return target.NewSimulated(graph.Dialect(f.dialect), f.realTime, f.disorder()), nil
	}
	cfg, problems := project.ReadConfig(config)
	io.problems(problems, f.noColor)
	if cfg == nil || problems.Failed() {
		return nil, &inputError{tally(1, problems) + "; nothing was sent"}
	}
	t, problems, err := cfg.Open(f.target, config, f.disorder())
	io.problems(problems, f.noColor)
	switch {
	case err != nil:
		return nil, &inputError{err.Error()}
	case t == nil:
		return nil, &inputError{tally(1, problems) + "; nothing was sent"}
	}
	if !f.seedGiven {
		var b [8]byte
		if _, err := crand.Read(b[:]); err != nil {
			return nil, &setupError{"cannot draw a seed", err}
		}
		f.seed = binary.LittleEndian.Uint64(b[:])
	}
	return t, nil
}

func configFlag(cmd *cobra.Command, config *string) {
	cmd.Flags().StringVar(config, "config", "", "the `FILE` with targets, vars, secrets and people; default: the nearest callflow.yaml in a scenario's folder or above it")
}

// configOf is the callflow.yaml with the targets and codes: the one that was named, the scenarios' own if they have one in
// common, or else the current folder's.
func (f *runFlags) configOf(chosen []choice) (string, error) {
	if f.config != "" {
		return f.config, nil
	}
	file := chosen[0].scenario.Project.File
	for _, c := range chosen {
		if other := c.scenario.Project.File; other != file && f.target != "" {
			return "", &inputError{fmt.Sprintf("which target %s? %s belongs to %s and %s to %s; name one with --config",
				f.target, chosen[0].scenario.File, nameOf(file), c.scenario.File, nameOf(other))}
		} else if other != file {
			return project.ConfigName, nil
		}
	}
	if file == "" {
		file = project.ConfigName
	}
	return file, nil
}

func nameOf(config string) string {
	if config == "" {
		return "no project"
	}
	return config
}
