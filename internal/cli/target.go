package cli

import (
	crand "crypto/rand"
	"encoding/binary"

	"callflow/internal/graph"
	"callflow/internal/project"
	"callflow/internal/target"
)

// openTarget chooses where runs go, and the seed, which must not repeat itself on a real service.
func (f *runFlags) openTarget(io streams) (target.Target, error) {
	if f.target == "" {
		return target.NewSimulated(graph.Dialect(f.dialect), f.realTime, f.disorder()), nil
	}
	cfg, problems := project.ReadConfig(f.config)
	io.problems(problems, f.noColor)
	if cfg == nil || problems.Failed() {
		return nil, &inputError{tally(1, problems) + "; nothing was sent"}
	}
	t, problems, err := cfg.Open(f.target, f.config, f.disorder())
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
