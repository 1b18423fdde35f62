// Package callback is the webhook listener: it checks who may post, reads what was posted, and says for which run it
// is. It delivers to a Sink and knows nothing of scenarios.
package callback

import (
	"encoding/json"
	"time"

	"callflow/internal/graph"
)

// Sink takes what arrived, in the goroutine of the request that brought it: a listener on a port needs a Sink that is
// safe for concurrent use. The events are the Sink's to keep.
type Sink interface {
	// Deliver hands over the events of one POST to a run's own URI. It reports whether the run is known.
	Deliver(run string, events []*graph.Event) bool
	// Arrive hands over the events of one POST to a bot's registered address.
	Arrive(bot string, events []*graph.Event)
	// Joining is what the bot answers to a participantJoiningNotification of that call, which is the body of the response;
	// nil: nobody said.
	Joining(call string) json.RawMessage
}

// Verifier checks a bearer token of Graph's (signature, issuer, audience, expiry) against the bot's app id. The error is
// or wraps ErrAudience for another application's token, and ErrKeys when the token cannot be judged.
type Verifier interface {
	Verify(token, audience string, now time.Time) error
}
