// Package local is a run on the wall clock: real HTTP, and a listener shared by many runs.
package local

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"callflow/internal/callback"
	"callflow/internal/graph"
	"callflow/internal/host"
	"callflow/internal/world"
	"callflow/steps"
)

// Tokens gives a bearer token for a bot; it caches. The error says what the token endpoint answered. Forget drops a token
// that the service did not take, so that the next request goes with another.
type Tokens interface {
	Token(ctx context.Context, bot string) (string, error)
	Forget(bot, token string)
}

// Config is what all runs of one process share.
type Config struct {
	Transport http.RoundTripper // nil: one with sensible limits
	Root      string            // https://graph.microsoft.com
	Tokens    Tokens            // nil: no Authorization header
	Bot       string            // whose incoming calls a Want without a bot asks for
}

// Hub carries many runs: their logs, the lobby of calls that nobody owns, and the HTTP client. It is a callback.Sink and
// safe for concurrent use.
type Hub struct {
	cfg Config

	mu      sync.RWMutex
	runs    map[string]*runWorld
	ended   map[string]bool            // runs that ended a moment ago: what still comes for them is no mistake
	over    []ended                    // the same, oldest first
	joining map[string]json.RawMessage // by call: see steps.Host.AnswerJoining
	probes  map[string]string          // nonce -> run: probes that have not come to the listener
	made    map[string]string          // call id -> the run that created it

	lobbyMu sync.Mutex // taken before a run's lock, never after it
	lobby   *callback.Lobby
}

type ended struct {
	at time.Time
	id string
}

var _ callback.Sink = (*Hub)(nil)

// NewHub returns a hub without runs.
func NewHub(cfg Config) *Hub {
	h := &Hub{cfg: cfg, runs: map[string]*runWorld{}, ended: map[string]bool{}, joining: map[string]json.RawMessage{}, made: map[string]string{},
		probes: map[string]string{}}
	if h.cfg.Transport == nil {
		h.cfg.Transport = newTransport()
	}
	h.lobby = callback.NewLobby(func(run string, events []*graph.Event) { h.Deliver(run, events) })
	return h
}

// Deliver implements callback.Sink.
func (h *Hub) Deliver(run string, events []*graph.Event) bool {
	h.mislead(run, events)
	return h.tell(run, func(r host.Threaded) { r.Append(events) })
}

// mislead shows events of another run's call to that run: they came to a wrong address.
func (h *Hub) mislead(run string, events []*graph.Event) {
	for _, e := range events {
		if maker := h.maker(e.CallID); maker != "" && maker != run {
			h.tell(maker, func(r host.Threaded) { r.Append(callback.Misrouted([]*graph.Event{e})) })
		}
	}
}

// maker is the run that created a call, or "".
func (h *Hub) maker(call string) string {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.made[call]
}

// Happened writes down what a run's own world tells of. It reports whether the run is known.
func (h *Hub) Happened(run string, what world.Happening) bool {
	did := steps.Happened(what)
	return h.tell(run, func(r host.Threaded) {
		r.Happened(steps.Record{Type: "world", World: &did})
		r.Append(host.Disturbed(what))
	})
}

// Refused tells a run of a notification that the listener did not take: the one whose id is the last segment of the path,
// as at its own address, and at the bot's in a world of its own. It reports whether the run is known.
func (h *Hub) Refused(e *graph.Event) bool {
	path := e.Delivery.Address
	return h.tell(path[strings.LastIndexByte(path, '/')+1:], func(r host.Threaded) { r.Append([]*graph.Event{e}) })
}

// tell has a run that goes on do something. One that has ended is known too.
func (h *Hub) tell(run string, do func(host.Threaded)) (known bool) {
	h.mu.RLock()
	w, ended := h.runs[run], h.ended[run]
	h.mu.RUnlock()
	if w == nil {
		return ended
	}
	do(w.run)
	return true
}

// Arrive implements callback.Sink.
func (h *Hub) Arrive(bot string, events []*graph.Event) {
	h.lobbyMu.Lock()
	defer h.lobbyMu.Unlock()
	h.lobby.Arrive(time.Now(), bot, events)
}

// Joining implements callback.Sink.
func (h *Hub) Joining(call string) json.RawMessage {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.joining[call]
}

// Kill ends every run at once, finally and cleanup too: the second Ctrl-C.
func (h *Hub) Kill() {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, w := range h.runs {
		w.run.Kill(steps.ErrInterrupted)
	}
}

// Run runs branch as the main branch of the run and returns when it has returned. Cancelling ctx ends the main scope with
// steps.ErrInterrupted. emit takes records stamped with Seq and wall time, one at a time. The error says that a run of
// that id is going on already. Runs of one seed draw different numbers, each its own by its id: they share a service, which
// would take equal ids for repetitions and have all their retries at once.
func (h *Hub) Run(ctx context.Context, runID string, seed uint64, emit func(steps.Record), branch func(h steps.Host)) error {
	return h.RunIn(ctx, runID, seed, nil, emit, branch)
}

// RunIn is Run in a world of the run's own: open makes it once the run can receive, and returns the root of its API. The
// bot's registered address in that world is the one with the run's id behind it. The error may be open's.
func (h *Hub) RunIn(ctx context.Context, runID string, seed uint64, open func() (root string, err error),
	emit func(steps.Record), branch func(h steps.Host)) error {
	w := &runWorld{hub: h, id: runID, emit: emit, root: h.cfg.Root}
	w.run = host.NewThreaded(w, host.Stream(seed, runID).Uint64())
	if err := h.know(w); err != nil {
		return err
	}
	defer h.forget(runID)
	if open != nil {
		root, err := open()
		if err != nil {
			return err
		}
		w.root, w.address = root, "/"+runID
	}
	if ctx.Err() != nil {
		w.run.Interrupt(steps.ErrInterrupted)
	}
	defer context.AfterFunc(ctx, func() { w.run.Interrupt(steps.ErrInterrupted) })()
	w.run.Main(branch)
	return nil
}

// know lets a run's events find it.
func (h *Hub) know(w *runWorld) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, twice := h.runs[w.id]; twice {
		return fmt.Errorf("a run %q is going on already", w.id)
	}
	h.runs[w.id] = w
	return nil
}

func (h *Hub) forget(runID string) {
	h.lobbyMu.Lock()
	h.lobby.Forget(time.Now(), runID)
	h.lobbyMu.Unlock()
	h.mu.Lock()
	for _, call := range h.runs[runID].answers {
		delete(h.joining, call)
	}
	for _, call := range h.runs[runID].made {
		delete(h.made, call)
	}
	delete(h.runs, runID)
	now := time.Now()
	n := 0
	for n < len(h.over) && now.Sub(h.over[n].at) > callback.Hold {
		delete(h.ended, h.over[n].id)
		n++
	}
	h.over = append(h.over[n:], ended{now, runID})
	h.ended[runID] = true
	h.mu.Unlock()
}

// runWorld is one run's world; it implements host.World.
type runWorld struct {
	hub     *Hub
	id      string
	root    string // of the API
	address string // what stands behind the bot's registered address: "", or the run's own
	run     host.Threaded
	emit    func(steps.Record)
	answers []string // calls of which the hub knows what to answer to who joins; guarded by the hub's mu
	made    []string // calls that the run has created; likewise
}

func (w *runWorld) Now() time.Time { return time.Now() }

// After needs no ranks: who wakes at a deadline looks for an event first.
func (w *runWorld) After(d time.Duration, _ host.Rank, f func()) (stop func()) {
	stopped := false
	t := time.AfterFunc(d, func() {
		w.run.Locked(func() {
			if !stopped {
				f()
			}
		})
	})
	return func() { // called with the run locked
		stopped = true
		t.Stop()
	}
}

// Do implements host.World.
func (w *runWorld) Do(b *host.Branch, q steps.Request) (resp steps.Response, err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var going atomic.Bool
	b.Abandonable(cancel, func() bool { return !going.Load() })
	w.run.Outside(b, func() {
		if q.Probe {
			resp, err = w.hub.probe(ctx, w.id, q.URL, &going)
			return
		}
		resp, err = w.hub.send(ctx, w.root, q, &going)
	})
	return resp, err
}

// Want implements host.World.
func (w *runWorld) Want(in steps.Incoming) (withdraw func(), twin bool) {
	h := w.hub
	wish := callback.Wish{Run: w.id, Bot: in.Bot, Caller: in.Caller, Target: in.Target, Test: in.Test,
		Since: in.Since, Fresh: in.Fresh, Guard: in.Guard}
	if wish.Bot == "" {
		wish.Bot = h.cfg.Bot
	}
	wish.Bot += w.address
	h.lobbyMu.Lock()
	defer h.lobbyMu.Unlock()
	undo, twin := h.lobby.Want(time.Now(), wish)
	return func() {
		h.lobbyMu.Lock()
		defer h.lobbyMu.Unlock()
		undo()
	}, twin
}

// Unclaimed implements host.World.
func (w *runWorld) Unclaimed(since time.Time) []*graph.Event {
	w.hub.lobbyMu.Lock()
	defer w.hub.lobbyMu.Unlock()
	return w.hub.lobby.Unclaimed(w.hub.cfg.Bot+w.address, since)
}

// AnswerJoining implements host.World.
func (w *runWorld) AnswerJoining(call string, body json.RawMessage) {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	w.hub.joining[call] = body
	w.answers = append(w.answers, call)
}

// Made implements host.World.
func (w *runWorld) Made(call string) {
	h := w.hub
	h.lobbyMu.Lock()
	h.lobby.Made(w.id, call)
	h.lobbyMu.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.made[call] = w.id
	w.made = append(w.made, call)
}

// Emit implements host.World.
func (w *runWorld) Emit(r steps.Record) {
	if w.emit != nil {
		w.emit(r)
	}
}
