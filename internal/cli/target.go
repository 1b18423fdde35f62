package cli

import (
	"context"
	"fmt"

	"callflow/internal/graph"
	"callflow/internal/host/sim"
	"callflow/runner"
	"callflow/steps"
)

// openTarget chooses where runs go.
func (f *runFlags) openTarget() (target, error) {
	return &simulated{dialect: graph.Dialect(f.dialect), realTime: f.realTime}, nil
}

// simulatedBot is the application that scenarios speak as on the embedded simulator.
var simulatedBot = steps.Bot{
	Name:     "bot",
	AppID:    "b0b0c0de-0000-4000-8000-000000000001",
	TenantID: "7e4a47c0-0000-4000-8000-000000000001",
}

// simulated is the embedded simulator: each run in a world of its own.
type simulated struct {
	dialect  graph.Dialect
	realTime bool
}

func (s *simulated) about() steps.Target {
	return steps.Target{Name: "simulator", Dialect: s.dialect, Simulated: true, Bot: simulatedBot}
}

func (s *simulated) callback(runID string) string { return sim.Callback(runID) }
func (s *simulated) open(context.Context) error   { return nil }
func (s *simulated) close()                       {}

func (s *simulated) hello() string {
	clock := "virtual time"
	if s.realTime {
		clock = "real time"
	}
	return fmt.Sprintf("no target given: running on the embedded simulator (%s, %s)", s.dialect, clock)
}

func (s *simulated) run(ctx context.Context, p *runner.Prepared, seed uint64, emit func(steps.Record),
	branch func(steps.Host)) error {
	return sim.Run(ctx, sim.Config{
		Seed: seed, RunID: p.RunID, Dialect: s.dialect, Bot: p.Target.Bot, Scene: p.Scene, RealTime: s.realTime, Emit: emit,
	}, branch)
}
