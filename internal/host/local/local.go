// Package local is a run on the wall clock: real HTTP, and a listener shared by many runs.
package local

import (
	"context"
	"net/http"

	"callflow/internal/graph"
	"callflow/steps"
)

// Tokens gives a bearer token for a bot; it caches. The error says what the token endpoint answered.
type Tokens interface {
	Token(ctx context.Context, bot string) (string, error)
}

// Config is what all runs of one process share.
type Config struct {
	Client *http.Client // nil: one with sensible limits
	Root   string       // https://graph.microsoft.com
	Tokens Tokens       // nil: no Authorization header
}

// Hub carries many runs: their logs, the lobby of calls that nobody owns, and the HTTP client. It is a callback.Sink.
type Hub struct{ cfg Config }

// NewHub returns a hub without runs.
func NewHub(cfg Config) *Hub { return &Hub{cfg: cfg} }

// Deliver implements callback.Sink.
func (h *Hub) Deliver(run string, events []*graph.Event) bool { panic("not written yet") }

// Arrive implements callback.Sink.
func (h *Hub) Arrive(bot string, events []*graph.Event) { panic("not written yet") }

// Run runs branch as the main branch of the run and returns when it has returned. Cancelling ctx ends the main scope with
// steps.ErrInterrupted. emit takes records stamped with Seq and wall time, one at a time.
func (h *Hub) Run(ctx context.Context, runID string, seed uint64, emit func(steps.Record), branch func(h steps.Host)) error {
	panic("not written yet")
}
