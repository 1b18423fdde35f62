// Package target is where runs go: the embedded simulator, or a service that callflow.yaml describes.
package target

import (
	"context"

	"callflow/runner"
	"callflow/schema"
	"callflow/steps"
)

// Target is where runs go.
type Target interface {
	// About describes the target to the runner; Callback is the URI for a run's notifications.
	About() steps.Target
	Callback(runID string) string
	// Secrets are the target's own, which no output may show.
	Secrets() []string
	// Vars are what vars of scenarios and of the project are here, as text, in the order of the configuration.
	Vars() schema.Map[string]
	// Waits says that time passes on the wall here.
	Waits() bool
	// Hello is what the console says of it.
	Hello() string
	// Open does what must stand before the first request: the listener. say prints a line in the middle of things.
	Open(say func(string)) error
	// Run carries one run on a host of this target. Cancelling ctx ends it with finally and cleanup.
	Run(ctx context.Context, p *runner.Prepared, seed uint64, emit func(steps.Record), branch func(steps.Host)) error
	// Kill ends finally and cleanup too.
	Kill()
	Close()
}
