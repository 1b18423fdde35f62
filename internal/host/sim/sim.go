// Package sim is a run in a world of its own: simulator, listener and virtual clock in one event loop.
package sim

import (
	"context"

	"callflow/internal/graph"
	"callflow/internal/world"
	"callflow/steps"
)

// Config is one simulated world.
type Config struct {
	Seed     uint64
	RunID    string
	Dialect  graph.Dialect
	Bot      steps.Bot
	Scene    *world.Scene
	RealTime bool // wait on the wall
	// Emit takes the run's records, stamped with Seq and virtual time, from the loop.
	Emit func(steps.Record)
}

// Callback is the run's own callback URI in a simulated world.
func Callback(runID string) string { return "https://bot.callflow.test/callbacks/" + runID }

// Run runs branch as the main branch of a new world and returns when it has returned. Cancelling ctx ends the main scope
// with steps.ErrInterrupted.
func Run(ctx context.Context, cfg Config, branch func(h steps.Host)) error { panic("not written yet") }
