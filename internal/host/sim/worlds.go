package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/internal/host"
	"callflow/internal/simulator"
	"callflow/internal/world"
	"callflow/schema"
)

// Bounds of what a server keeps for clients that went away without a word.
const (
	maxWorlds = 10_000
	idleWorld = 2 * time.Hour // without a request
)

// own is a world of its own in a server: everything but the port, the clock and the token endpoint is apart from the
// server's other worlds. It implements simulator.Clock, so that what it planned can be called off.
type own struct {
	server  *Server
	id      string
	service *simulator.Service
	planned map[int]func() // by number: how to call it off
	plans   int
	used    time.Duration // of the server's clock
	closed  bool
}

// Now implements simulator.Clock.
func (w *own) Now() time.Time { return w.server.loop.Now() }

// After implements simulator.Clock.
func (w *own) After(d time.Duration, f func()) (stop func()) {
	if w.closed { // an answer to its last notification came late
		return func() {}
	}
	w.plans++
	n := w.plans
	undo := w.server.loop.After(d, func() {
		delete(w.planned, n)
		f()
	})
	w.planned[n] = undo
	return func() {
		delete(w.planned, n)
		undo()
	}
}

// close ends the world: nothing that was planned happens.
func (w *own) close() {
	w.closed = true
	for _, undo := range w.planned {
		undo()
	}
	delete(w.server.worlds, w.id)
}

// openWorld handles POST world.WorldsPath.
func (s *Server) openWorld(w http.ResponseWriter, r *http.Request) {
	body, ok := s.body(w, r)
	if !ok {
		return
	}
	if strings.TrimSpace(string(body)) == "" {
		body = []byte("{}")
	}
	opening, problems := schema.Decode[world.Opening](schema.Source{Name: "world", Text: body})
	if problems.Failed() {
		s.refuse(w, r, badRequest(problems.Error()))
		return
	}
	if opening.Scene != nil {
		if err := errors.Join(opening.Scene.Check()...); err != nil {
			s.refuse(w, r, badRequest(err.Error()))
			return
		}
	}
	chaos, err := world.ParseChaos(opening.Chaos)
	if err != nil {
		s.refuse(w, r, badRequest("world: chaos: "+err.Error()))
		return
	}
	var opened *world.Opened
	if !s.do(w, r, func() { opened = s.newWorld(opening, chaos) }) {
		return
	}
	if opened == nil {
		s.refuse(w, r, unavailable(fmt.Sprintf("There are %d worlds here already.", maxWorlds)))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Location", opened.Root)
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(opened)
}

// newWorld is called from the loop. Nil: there are too many.
func (s *Server) newWorld(o *world.Opening, chaos world.Chaos) *world.Opened {
	for _, w := range s.worlds {
		if s.loop.now-w.used > idleWorld {
			w.close()
		}
	}
	if len(s.worlds) >= maxWorlds {
		return nil
	}
	s.opened++
	random := host.Stream(s.cfg.Seed, fmt.Sprintf("world %d", s.opened))
	w := &own{server: s, id: fmt.Sprintf("%016x", random.Uint64()), planned: map[int]func(){}, used: s.loop.now}
	luck := random.Uint64()
	if o.Seed != 0 {
		luck = host.Stream(uint64(o.Seed), "luck").Uint64()
	}
	root := s.cfg.Root + world.WorldsPath + "/" + w.id
	log := s.cfg.Log
	w.service = s.newService(simulator.Config{
		Clock: w, Rand: random.Uint64, Scene: o.Scene, Root: root, Chaos: chaos, Luck: luck, Authorize: s.authorizeAnywhere,
		Observe: func(h world.Happening) {
			log(strings.TrimSpace(fmt.Sprintf("[%.8s] %s", w.id, strings.TrimSpace(h.Who+" "+h.Did+" "+h.Call))))
			s.tell(o.Watch, h)
		},
	}, o.Address, graph.Dialect(o.Dialect))
	s.worlds[w.id] = w
	s.loop.After(0, func() {
		if s.worlds[w.id] == w {
			w.service.Start()
		}
	})
	return &world.Opened{ID: w.id, Root: root, Actions: root + world.ActionPath, Faults: root + world.FaultPath, People: root + world.PeoplePath}
}

// authorizeAnywhere: in a scenario's own world, as on the embedded simulator, calls may be in whichever tenant it says.
func (s *Server) authorizeAnywhere(r *http.Request) (simulator.Caller, bool) {
	caller, ok := s.grants.authorize(r)
	caller.TenantID = ""
	return caller, ok
}

// tell posts what happened to whoever watches, signed as notifications are.
func (s *Server) tell(watch string, h world.Happening) {
	if watch == "" {
		return
	}
	body, err := json.Marshal(h)
	if err != nil {
		return
	}
	bot := s.cfg.Bots[0]
	s.postman.send(simulator.Delivery{URL: watch, Body: body, Headers: graph.Headers{
		{Name: "Authorization", Value: "Bearer " + s.signer.Sign(bot.AppID, bot.TenantID, s.loop.Now())},
		{Name: "Content-Type", Value: "application/json"},
	}})
}

// inWorld finds the world that a path leads into, and the path in there. It is called from the loop.
func (s *Server) inWorld(path string) (w *own, rest string, ok bool) {
	rest, ok = strings.CutPrefix(path, world.WorldsPath+"/")
	if !ok {
		return nil, path, false
	}
	id, rest, _ := strings.Cut(rest, "/")
	if w = s.worlds[id]; w != nil {
		w.used = s.loop.now
	}
	return w, "/" + rest, true
}

// serveWorld handles a request to a world of its own. It is called from the loop.
func (s *Server) serveWorld(rec *recorder, r *http.Request, w *own, path string) {
	switch {
	case w == nil:
		s.refuse(rec, r, notFound("no such world: it has ended, or never was"))
	case path == "/" && r.Method == http.MethodDelete:
		w.close()
		rec.WriteHeader(http.StatusNoContent)
	case path == "/":
		s.refuse(rec, r, notAllowed(http.MethodDelete))
	case administer(rec, r, w.service, path):
	default:
		r.URL = &url.URL{Path: path, RawQuery: r.URL.RawQuery}
		w.service.ServeHTTP(rec, r)
		s.tellStanding(rec, r, w.service)
	}
}
