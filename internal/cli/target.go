package cli

import (
	"context"
	crand "crypto/rand"
	"encoding/binary"
	"fmt"
	"os"
	"strings"

	"callflow/internal/graph"
	"callflow/internal/report"
	"callflow/internal/world"
	"callflow/runner"
	"callflow/schema"
	"callflow/steps"
)

// target is where runs go.
type target interface {
	// about describes the target to the runner; callback is the URI for a run's notifications.
	about() steps.Target
	callback(runID string) string
	// secrets are the target's own, which no output may show.
	secrets() []string
	// waits says that time passes on the wall here.
	waits() bool
	// hello is what the console says of it.
	hello() string
	// open does what must stand before the first request: the listener. say prints a line in the middle of things.
	open(say func(string)) error
	// run carries one run on a host of this target. Cancelling ctx ends it with finally and cleanup.
	run(ctx context.Context, p *runner.Prepared, seed uint64, emit func(steps.Record), branch func(steps.Host)) error
	// kill ends finally and cleanup too.
	kill()
	close()
}

// openTarget chooses where runs go, and the seed, which must not repeat itself on a real service.
func (f *runFlags) openTarget(io streams) (target, error) {
	if f.target == "" {
		return newSimulated(graph.Dialect(f.dialect), f.realTime, f.disorder()), nil
	}
	file := f.config
	cfg, problems := readConfig(file)
	report.Problems(io.err, report.StyleFor(io.err, os.Getenv, f.noColor), problems)
	if cfg == nil || problems.Failed() {
		return nil, &inputError{tally(1, problems) + "; nothing was sent"}
	}
	later, ok := cfg.Targets.Get(f.target)
	if !ok {
		var names []string
		for _, e := range cfg.Targets {
			names = append(names, e.Key)
		}
		text := fmt.Sprintf("%s has no target %q", file, f.target)
		if near := schema.Nearest(f.target, names); near != "" {
			text += fmt.Sprintf("; did you mean %q?", near)
		} else if len(names) > 0 {
			text += "; it has " + strings.Join(names, ", ")
		}
		return nil, &inputError{text}
	}
	t, problems := later.Value()
	report.Problems(io.err, report.StyleFor(io.err, os.Getenv, f.noColor), problems)
	if t == nil {
		return nil, &inputError{tally(1, problems) + "; nothing was sent"}
	}
	if err := t.complete(f.target); err != nil {
		return nil, &inputError{file + ": " + err.Error()}
	}
	chaos := f.disorder()
	if chaos != (world.Chaos{}) && !t.Simulator {
		return nil, &inputError{fmt.Sprintf("--chaos %s: only a simulator can be told to bring disorder, and target %s is none (its configuration does not say simulator: true)", chaos, f.target)}
	}
	if !f.seedGiven {
		var b [8]byte
		if _, err := crand.Read(b[:]); err != nil {
			return nil, &setupError{"cannot draw a seed", err}
		}
		f.seed = binary.LittleEndian.Uint64(b[:])
	}
	s := newService(f.target, file, *t)
	s.chaos = chaos
	return s, nil
}
