package steps

import (
	"encoding/json"
	"errors"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// Witness is a host that knows what came of the simulated world's scene.
type Witness interface {
	// Unheeded are the faults that struck nothing so far, and the actions of the script that did not happen.
	Unheeded() []world.Problem
}

// Host is the one seam to the world: one branch within one scope. The runner and the verbs never touch the clock, the
// network, a goroutine, a lock, a context or randomness; they ask their host.
//
// The contract: at most one branch of a run executes at a time, and only a host call gives way; woken branches go on in
// the order in which they were forked. So the interpreter needs no locks.
type Host interface {
	Now() time.Time
	// Sleep returns nil, or why the scope ended.
	Sleep(d time.Duration) error
	// Do makes one attempt. The error is a *NetError, or why the scope ended; a cancelled Do still gets a few seconds to
	// return a Response, so that cleanup learns the id.
	Do(r Request) (Response, error)
	// Next returns this run's oldest event with Seq > after, waiting for it. It returns ErrDeadline when until has come
	// (an event due at the deadline beats it; a zero until: no deadline), ErrNothing when nothing can happen any more in
	// a simulated world, or why the scope ended. What the listener refused comes here too, and what it heard of a call of
	// this run's at another address, as events of graph.KindRefused and graph.KindMisrouted, and of graph.KindDisturbed what a
	// simulated world does to a notification: to be told, and for no expression to see.
	Next(after uint64, until time.Time) (Event, error)
	// Want asks for an incoming call that nobody owns; it arrives by Next, with all its later events. Each asking gets
	// one call, the next one stays in the lobby for whoever asks next. withdraw ends the asking.
	Want(in Incoming) (withdraw func())
	// Unclaimed are the incoming calls that came to the bot since then and that no run has taken, oldest first: of each the
	// event that told of it, without a Seq, At when it came. They are to be told, and for no expression to match.
	Unclaimed(since time.Time) []Event
	// AnswerJoining says what the run's webhook answers, from now on, to a participantJoiningNotification of that call. The
	// HTTP response is the answer, so it must be known before the notification comes.
	AnswerJoining(call string, body json.RawMessage)
	// Made tells that the run has created a call, so that it hears of a notification of it that goes elsewhere.
	Made(call string)
	// Rand draws from a stream derived from the seed and the branch.
	Rand() uint64
	// Fork runs n branches side by side and returns when all have returned.
	Fork(n int, branch func(i int, h Host))
	// Scope returns a host whose calls fail with cause once limit has passed (0: no limit), or with the cause given to
	// end, whichever is first, and when its parent's scope ends. Ending it twice does no harm.
	Scope(limit time.Duration, cause error) (h Host, end func(cause error))
	// Shield outlives its parent's end: for finally and cleanup.
	Shield(limit time.Duration) (h Host, end func())
	// Emit writes one journal record; the host stamps Seq and At.
	Emit(r Record)
}

// The ends of a wait.
var (
	// ErrDeadline: the time given to Next has come.
	ErrDeadline = errors.New("deadline")
	// ErrNothing: in a simulated world, no event is left that anything could wait for.
	ErrNothing = errors.New("nothing can happen any more")
	// ErrInterrupted is the cause with which a host ends its scopes on SIGINT or SIGTERM.
	ErrInterrupted = errors.New("interrupted")
)

// Request is one HTTP request. It names the bot; the host adds the token.
type Request struct {
	Bot     string
	Method  string
	Path    string // below the target's root, with the version: /v1.0/communications/calls
	URL     string // absolute, instead of Path: a file elsewhere, for which Token goes along and never the bot's own
	Token   string // with URL
	Headers graph.Headers
	Body    []byte
	// Probe asks whether the run's own callback address, which is in URL, can be reached from outside. The host posts there
	// what only its own listener knows for a probe, with no token; nothing else is looked at. It becomes no event.
	Probe bool
}

// Response is one HTTP response.
type Response struct {
	Status  int
	Headers graph.Headers // sorted by name
	Body    []byte
	Unsent  bool // beside an error: the scope ended before anything went out, so the service cannot have acted
	Probed  bool // of a Probe, also beside an error: it came to the listener of this very process
	// Token is, of a refusal with 401 or 403, what the token that was sent says of itself. Nil: there was none.
	Token *Token
}

// Token is what an access token says of itself, never the token. Its claims are read, not verified: they are for people
// who look for the reason of a refusal (Microsoft, "Access token claims reference").
type Token struct {
	Opaque   bool // it is no JWT: nothing is known
	Tenant   string
	App      string
	Audience string
	Roles    []string // the application permissions, in the token's order
	Expires  time.Time
	// Calling is "enabled" or "disabled" where a simulated world knows it of the bot's registration; else "".
	Calling string
}

// NetError is an attempt that got no response.
type NetError struct {
	Refused bool // the service cannot have acted: the connection was never made
	Auth    bool // no token could be had: the request was never sent
	Down    bool // nobody listens at the address
	Err     error
}

func (e *NetError) Error() string { return e.Err.Error() }
func (e *NetError) Unwrap() error { return e.Err }

// Overrule has what counts in a simulated world, which is what its settings say, in the token's place.
func (t *Token) Overrule(s world.Standing) {
	if t.Opaque = false; s.Tenant != "" {
		t.Tenant = s.Tenant
	}
	t.Roles, t.Calling = s.Roles, "disabled"
	if s.Calling {
		t.Calling = "enabled"
	}
}

// Event is one entry of a run's inbox. Seq counts from 1 in the order of arrival.
type Event struct {
	Seq uint64
	At  time.Time
	*graph.Event
}

// Incoming is a wish for an incoming call: what the await's conjuncts fix ("" is any), and the rest as a test.
type Incoming struct {
	Bot    string // the bot's name; "" the run's
	Caller string // source identity's id, canonical
	Target string // target identity's id, canonical
	// Test is called while the run goes on, by whoever brings the call: it must not read what the run changes later.
	Test func(*graph.Event) bool
	// Since leaves out calls that came before, and Fresh those that wait already; zero: one that waits is as good as a new one.
	Since time.Time
	Fresh bool
	// Guard says that such a call must not come: whoever awaits it, in whatever run, goes first.
	Guard bool
}
