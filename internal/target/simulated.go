package target

import (
	"context"
	"fmt"
	"sync"

	"callflow/internal/graph"
	"callflow/internal/host/sim"
	"callflow/internal/world"
	"callflow/runner"
	"callflow/schema"
	"callflow/steps"
)

// SimulatorName is what the embedded simulator is called where targets are.
const SimulatorName = "simulator"

// Bot is the application that scenarios speak as on a simulator.
var Bot = steps.Bot{
	Name:     "bot",
	AppID:    "b0b0c0de-0000-4000-8000-000000000001",
	TenantID: "7e4a47c0-0000-4000-8000-000000000001",
}

// simulated is the embedded simulator: each run in a world of its own.
type simulated struct {
	dialect  graph.Dialect
	realTime bool
	chaos    world.Chaos
	once     sync.Once
	killed   chan struct{}
}

// NewSimulated is the embedded simulator; it waits on the wall clock if realTime says so, and delivers in the disorder of chaos.
func NewSimulated(dialect graph.Dialect, realTime bool, chaos world.Chaos) Target {
	return &simulated{dialect: dialect, realTime: realTime, chaos: chaos, killed: make(chan struct{})}
}

func (s *simulated) About() steps.Target {
	return steps.Target{Name: SimulatorName, Dialect: s.dialect, Simulated: true, Chaos: s.chaos.String(), Bot: Bot}
}

func (s *simulated) Callback(runID string) string { return sim.Callback(runID) }

func (s *simulated) Secrets() []string        { return nil }
func (s *simulated) Vars() schema.Map[string] { return nil }
func (s *simulated) Waits() bool              { return s.realTime }

func (s *simulated) Hello() string {
	clock := "virtual time"
	if s.realTime {
		clock = "real time"
	}
	return fmt.Sprintf("no target given: running on the embedded simulator (%s, %s%s)", s.dialect, clock, inChaos(s.chaos))
}

// inChaos says what --chaos makes of a simulator.
func inChaos(c world.Chaos) string {
	if c == (world.Chaos{}) {
		return ""
	}
	return ", chaos " + c.String()
}

func (s *simulated) Open(func(string)) error { return nil }

func (s *simulated) Run(ctx context.Context, p *runner.Prepared, seed uint64, emit func(steps.Record),
	branch func(steps.Host)) error {
	return sim.Run(ctx, sim.Config{
		Seed: seed, RunID: p.RunID, Dialect: s.dialect, Bot: p.Target.Bot, Scene: p.Scene, RealTime: s.realTime,
		Chaos: s.chaos,
		Emit:  emit, Kill: s.killed,
	}, branch)
}

func (s *simulated) Kill()  { s.once.Do(func() { close(s.killed) }) }
func (s *simulated) Close() {}
