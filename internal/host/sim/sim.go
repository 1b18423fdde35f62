// Package sim is a run in a world of its own: simulator, listener and virtual clock in one event loop.
package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"callflow/internal/callback"
	"callflow/internal/graph"
	"callflow/internal/host"
	"callflow/internal/simulator"
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
	Chaos    world.Chaos
	// Emit takes the run's records, stamped with Seq and virtual time, from the loop.
	Emit func(steps.Record)
	// Kill, when closed, ends finally and cleanup too: the second Ctrl-C. Optional.
	Kill <-chan struct{}
	// Service replaces the simulator by another service, whose clock and way out are given to it. Optional.
	Service func(clock simulator.Clock, deliver func(simulator.Delivery)) http.Handler
	// Overhear is told what goes over the world's wires. Optional; the proofs of conformance listen here.
	Overhear func(Overheard)
}

// Overheard is one request with its response, even if that is lost, or one notification.
type Overheard struct {
	Method, Path string // of a request; a notification has none
	Sent         []byte
	Status       int // of the response
	Headers      graph.Headers
	Body         []byte // of the response, or of the notification
}

// Where the world's parties live.
const (
	graphRoot = "https://graph.microsoft.com"
	botRoot   = "https://bot.callflow.test"
	address   = "/api/calls" // of the bot
)

// Callback is the run's own callback URI in a simulated world.
func Callback(runID string) string { return botRoot + "/callbacks/" + runID }

// Run runs branch as the main branch of a new world and returns when it has returned. Cancelling ctx ends the main scope
// with steps.ErrInterrupted. An error says that the world itself came to a stop.
func Run(ctx context.Context, cfg Config, branch func(h steps.Host)) error {
	w, err := newWorld(cfg)
	if err != nil {
		return err
	}
	w.run = host.NewStepped(w, cfg.Seed, branch)
	if w.service != nil {
		w.plan(0, host.Happening, w.service.Start) // after the run's own first records
	}
	return w.live(ctx)
}

// virtual is one simulated world: its loop, the service in it, and the run that uses it. It implements host.World.
type virtual struct {
	*loop
	cfg      Config
	run      host.Stepped
	service  *simulator.Service
	handler  http.Handler
	listener *callback.Listener
	lobby    *callback.Lobby
	random   func() uint64              // of ids
	joining  map[string]json.RawMessage // by call: see steps.Host.AnswerJoining
	nonce    string                     // of the probe that is under way
	posting  *simulator.Delivery        // that the listener is being told of
}

// signing is what every world in memory shares, so that a token is signed and verified once per virtual hour.
var signing = sync.OnceValues(func() (s *callback.Signer, v *callback.TokenVerifier) {
	s, err := callback.NewSigner(callback.GlobalIssuer)
	if err != nil {
		panic(err) // no randomness on this machine: nothing that is signed would be safe
	}
	return s, callback.NewVerifier(s.Keys)
})

func newWorld(cfg Config) (*virtual, error) {
	if cfg.Bot.Name == "" {
		cfg.Bot.Name = "bot"
	}
	w := &virtual{loop: newLoop(cfg.RealTime), cfg: cfg, joining: map[string]json.RawMessage{}, random: host.Stream(cfg.Seed, "simulator").Uint64}
	_, verifier := signing()
	w.lobby = callback.NewLobby(func(_ string, events []*graph.Event) { w.run.Append(events) })
	w.listener = callback.NewListener(callback.Config{
		Bots:     []callback.Bot{{Name: cfg.Bot.Name, AppID: cfg.Bot.AppID, Path: address}},
		Sink:     inbox{w},
		Verifier: verifier,
		Now:      w.Now,
		Probed:   w.probed,
		Refused: func(e *graph.Event) {
			w.posted(e.Delivery)
			w.run.Append([]*graph.Event{e})
		},
	})
	if cfg.Service != nil {
		w.handler = cfg.Service(w.loop, func(d simulator.Delivery) {
			if d.Headers.Get("Authorization") == "" {
				d.Headers = append(d.Headers, graph.Header{Name: "Authorization", Value: "Bearer " + w.sign(cfg.Bot.AppID)})
			}
			w.post(d)
		})
		return w, nil
	}
	w.service = simulator.New(simulator.Config{
		Clock: w.loop,
		Rand:  w.random,
		Scene: cfg.Scene,
		Bots: []simulator.Bot{{
			Name:        cfg.Bot.Name,
			AppID:       cfg.Bot.AppID,
			TenantID:    cfg.Bot.TenantID,
			DisplayName: cfg.Bot.Name,
			Address:     botRoot + address,
			Dialect:     cfg.Dialect,
		}},
		Deliver:   w.post,
		Sign:      w.sign,
		Forge:     w.forge,
		Authorize: w.authorize,
		Root:      graphRoot,
		Match:     compileMatch,
		Luck:      host.Stream(cfg.Seed, "luck").Uint64(),
		Chaos:     cfg.Chaos,
		Observe: func(what world.Happening) {
			did := steps.Happened(what)
			w.run.Record(steps.Record{Type: "world", World: &did})
			w.run.Append(host.Disturbed(what))
		},
	})
	w.handler = w.service
	return w, nil
}

// live is the event loop: every ready branch runs until it blocks, only then is the next event taken.
func (w *virtual) live(ctx context.Context) error {
	interrupted, killed, circles := false, false, 0
	for w.run.Step() {
		if !interrupted && ctx.Err() != nil {
			interrupted = true
			w.run.Interrupt(steps.ErrInterrupted)
			continue
		}
		if !killed && closed(w.cfg.Kill) {
			interrupted, killed = true, true
			w.run.Kill(steps.ErrInterrupted)
			continue
		}
		if w.instant > maxInstant {
			circles++
			if err := w.stop(circles); err != nil {
				return err
			}
			continue
		}
		if w.over() && w.run.Starve(steps.ErrNothing) {
			w.instant++
			continue
		}
		waiting, kill := ctx, w.cfg.Kill
		if interrupted {
			waiting = context.Background()
		}
		if killed {
			kill = nil
		}
		if !w.step(waiting, kill) && len(w.queue) == 0 {
			return errors.New("the simulated world stands still: no branch can go on and no event is left")
		}
	}
	return nil
}

// over says that nothing can happen any more: at most scopes will end, and none of them now.
func (w *virtual) over() bool {
	return w.due == 0 && (len(w.queue) == 0 || w.queue[0].at > w.now)
}

// stop ends a world that runs in circles: first the steps, then cleanup too, then everything.
func (w *virtual) stop(circles int) error {
	err := fmt.Errorf("%w: %d events at one instant, %v after the start: the world runs in circles", steps.ErrNothing, maxInstant, w.now)
	w.instant = 0
	switch circles {
	case 1:
		w.run.Interrupt(err)
	case 2:
		w.run.Kill(err)
	default:
		return err
	}
	return nil
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// After implements host.World.
func (w *virtual) After(d time.Duration, rank host.Rank, f func()) (stop func()) {
	return w.plan(d, rank, f)
}

// Emit implements host.World.
func (w *virtual) Emit(r steps.Record) {
	if w.cfg.Emit != nil {
		w.cfg.Emit(r)
	}
}

// Want implements host.World.
func (w *virtual) Want(in steps.Incoming) (withdraw func(), twin bool) {
	bot := in.Bot
	if bot == "" {
		bot = w.cfg.Bot.Name
	}
	return w.lobby.Want(w.Now(), callback.Wish{Run: w.cfg.RunID, Bot: bot, Caller: in.Caller, Target: in.Target, Test: in.Test,
		Since: in.Since, Fresh: in.Fresh, Guard: in.Guard})
}

// Unclaimed implements host.World.
func (w *virtual) Unclaimed(since time.Time) []*graph.Event {
	return w.lobby.Unclaimed(w.cfg.Bot.Name, since)
}

// AnswerJoining implements host.World.
func (w *virtual) AnswerJoining(call string, body json.RawMessage) { w.joining[call] = body }

// Unheeded implements steps.Witness.
func (w *virtual) Unheeded() []world.Problem {
	if w.service == nil {
		return nil
	}
	return w.service.Unheeded()
}

// Made implements host.World.
func (w *virtual) Made(call string) { w.lobby.Made(w.cfg.RunID, call) }

// Joining implements callback.Sink.
func (in inbox) Joining(call string) json.RawMessage { return in.joining[call] }

func (w *virtual) sign(audience string) string {
	signer, _ := signing()
	return signer.Sign(audience, w.cfg.Bot.TenantID, w.Now())
}

func (w *virtual) forge(audience, kind string) string {
	signer, _ := signing()
	return signer.Forge(kind, audience, w.cfg.Bot.TenantID, w.Now())
}

// inbox is the world's end of the listener.
type inbox struct{ *virtual }

func (in inbox) Deliver(run string, events []*graph.Event) bool {
	in.know(events)
	if run != in.cfg.RunID {
		return false
	}
	in.run.Append(events)
	return true
}

// Arrive sorts the events out in the lobby; what belongs to no call can only concern the one run there is.
func (in inbox) Arrive(bot string, events []*graph.Event) {
	in.know(events)
	if len(events) > 0 && events[0].CallID == "" {
		in.run.Append(events)
		return
	}
	in.lobby.Arrive(in.Now(), bot, events)
}

// know adds to events what only the service knows of their delivery.
func (w *virtual) know(events []*graph.Event) {
	if len(events) > 0 {
		w.posted(events[0].Delivery)
	}
}

func (w *virtual) posted(d *graph.Delivery) {
	if p := w.posting; p != nil && !p.Sent.IsZero() {
		d.Number, d.Sent = p.Number, p.Sent
		d.Took += w.Now().Sub(p.Posted)
	}
}
