package runner

import "callflow/internal/graph"

// pictures are what the run has learnt of calls so far: the value of `calls` in expressions.
type pictures struct {
	byID map[string]any
}

func newPictures() *pictures { return &pictures{byID: map[string]any{}} }

// see learns from an event.
func (p *pictures) see(e *graph.Event) {}

// learn learns from a response.
func (p *pictures) learn(c graph.Command, r *graph.Reply) {}

// names is the value of `calls`: id -> picture.
func (p *pictures) names() any { return p.byID }
