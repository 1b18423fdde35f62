package sim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"callflow/internal/callback"
	"callflow/internal/graph"
	"callflow/internal/host"
	"callflow/internal/simulator"
	"callflow/internal/world"
	"callflow/steps"
)

// ServerConfig is a simulated service for clients outside the process.
type ServerConfig struct {
	Root  string // absolute URL under which clients reach it: http://127.0.0.1:8080
	Seed  uint64
	Bots  []ServerBot // the registered applications; at least one
	Scene *world.Scene
	Chaos world.Chaos // of the server's own world
	// Client makes the deliveries; nil: one that waits 15 s for an answer and follows no redirect.
	Client *http.Client
	// Fetch lets worlds fetch the prompts that bots play from where they are. It is nobody's default: whoever can reach the
	// server can then have it GET any URL that it can reach.
	Fetch bool
	// Log takes lines for a person who watches: what people do, faults that strike, deliveries that fail. It may be called
	// from several goroutines at once. Optional.
	Log func(text string)
	// Service replaces the simulator by another service; see Config.
	Service func(clock simulator.Clock, deliver func(simulator.Delivery)) http.Handler
}

// ServerBot is an application registered with the server.
type ServerBot struct {
	steps.Bot
	DisplayName string
	Secret      string        // what the token endpoint asks for; "": any
	Address     string        // its registered callback address; "": it gets no incoming calls
	Dialect     graph.Dialect // of its incoming calls; "": v1.0
	Permissions []string      // the roles in its tokens; nil: the scene's settings, else all
}

// URLs are what a client is configured with.
type URLs struct {
	Graph    string // root of the calling API
	Token    string // token endpoint; any tenant
	Metadata string // OpenID metadata of the tokens that come with notifications
	Issuer   string // of those tokens
	Faults   string // GET, POST one fault, DELETE
	People   string // GET; PUT and DELETE People/{name}
	Actions  string // POST one action of somebody's: {"hangUp": {"who": "carol"}}
}

// Server is the simulated service on a port. Requests from outside and the world's own events are handled by one loop,
// in real time: the clock never jumps while anybody outside takes part.
type Server struct {
	cfg       ServerConfig
	loop      *loop
	handler   http.Handler
	service   *simulator.Service // nil when replaced
	signer    *callback.Signer
	published http.Handler // the OpenID metadata and keys
	grants    grants
	postman   *postman
	worlds    map[string]*own // by id; beside the server's own world
	opened    int             // how many there ever were

	outside chan func()
	quit    chan struct{}
	done    chan struct{}
	once    sync.Once
}

// NewServer returns a server whose world has begun. Close ends it.
func NewServer(cfg ServerConfig) (*Server, error) {
	if len(cfg.Bots) == 0 {
		return nil, errors.New("a simulated service needs at least one bot")
	}
	cfg.Root = strings.TrimSuffix(cfg.Root, "/")
	if cfg.Log == nil {
		cfg.Log = func(string) {}
	}
	signer, err := callback.NewServiceSigner(callback.GlobalIssuer)
	if err != nil {
		return nil, err
	}
	s := &Server{
		cfg: cfg, loop: newLoop(true), signer: signer,
		grants:  grants{bots: permitted(cfg), sign: signer.SignClaims, given: map[string]granted{}},
		worlds:  map[string]*own{},
		outside: make(chan func()), quit: make(chan struct{}), done: make(chan struct{}),
	}
	s.postman = newPostman(cfg.Client, cfg.Log, s.inLoop)
	s.loop.start = s.loop.wall
	s.published = signer.Publish(cfg.Root)
	s.build()
	go s.live()
	return s, nil
}

// permitted gives the bots that are told no permissions those of the scene.
func permitted(cfg ServerConfig) []ServerBot {
	bots := slices.Clone(cfg.Bots)
	for i := range bots {
		if b := &bots[i]; b.Permissions == nil && cfg.Scene != nil && cfg.Scene.Settings != nil {
			b.Permissions = cfg.Scene.Settings.Permissions
		}
	}
	return bots
}

func (s *Server) build() {
	if s.cfg.Service != nil {
		s.handler = s.cfg.Service(s.loop, s.postman.send)
		return
	}
	s.service = s.newService(simulator.Config{
		Clock: s.loop, Rand: host.Stream(s.cfg.Seed, "simulator").Uint64, Scene: s.cfg.Scene, Root: s.cfg.Root, Chaos: s.cfg.Chaos,
		Luck: host.Stream(s.cfg.Seed, "luck").Uint64(),
		Observe: func(h world.Happening) {
			s.cfg.Log(strings.TrimSpace(h.Who + " " + h.Did + " " + h.Call))
		},
	}, s.cfg.Bots[0].Address, s.cfg.Bots[0].Dialect)
	s.handler = s.service
	s.grants.fault = func() (f *simulator.TokenFault) {
		done := make(chan struct{})
		select {
		case s.outside <- func() { s.guard(func() { f = s.service.FaultyToken() }); close(done) }:
			<-done
		case <-s.quit:
		}
		return f
	}
	s.service.Start()
}

// newService completes the configuration of one world's service with what they all share. The first bot's incoming calls
// are announced at address.
func (s *Server) newService(cfg simulator.Config, address string, d graph.Dialect) *simulator.Service {
	tenants := map[string]string{}
	for i, b := range s.cfg.Bots {
		if i > 0 {
			address, d = b.Address, b.Dialect
		}
		tenants[b.AppID] = b.TenantID
		cfg.Bots = append(cfg.Bots, simulator.Bot{Name: b.Name, AppID: b.AppID, TenantID: b.TenantID, DisplayName: b.DisplayName,
			Address: address, Dialect: d})
	}
	if cfg.Authorize == nil {
		cfg.Authorize = s.grants.authorize
	}
	cfg.Deliver, cfg.Match = s.postman.send, compileMatch
	if s.cfg.Fetch {
		cfg.Fetch = s.fetch
	}
	cfg.Sign = func(audience string) string { return s.signer.Sign(audience, tenants[audience], s.loop.Now()) }
	cfg.Forge = func(audience, kind string) string {
		return s.signer.Forge(kind, audience, tenants[audience], s.loop.Now())
	}
	return simulator.New(cfg)
}

// URLs says what to configure a client with.
func (s *Server) URLs() URLs {
	return URLs{
		Graph:    s.cfg.Root,
		Token:    s.cfg.Root + "/" + s.cfg.Bots[0].TenantID + "/oauth2/v2.0/token",
		Metadata: s.cfg.Root + callback.MetadataPath,
		Issuer:   callback.GlobalIssuer,
		Actions:  s.cfg.Root + world.ActionPath,
		Faults:   s.cfg.Root + world.FaultPath,
		People:   s.cfg.Root + world.PeoplePath,
	}
}

// Close ends the world: new requests are answered with 503, deliveries on their way may finish until ctx ends.
func (s *Server) Close(ctx context.Context) error {
	s.once.Do(func() { close(s.quit) })
	<-s.done
	return s.postman.close(ctx)
}

// live is the event loop.
func (s *Server) live() {
	defer close(s.done)
	bell := time.NewTimer(0)
	defer bell.Stop()
	for {
		l := s.loop
		wait := time.Hour
		if len(l.queue) > 0 {
			wait = l.queue[0].at - time.Since(l.wall)
		}
		bell.Reset(max(wait, 0))
		select {
		case <-s.quit:
			return
		case f := <-s.outside:
			l.now = max(l.now, time.Since(l.wall))
			f()
		case <-bell.C:
			l.now = max(l.now, time.Since(l.wall))
			if len(l.queue) > 0 && l.queue[0].at <= l.now {
				s.guard(func() { l.step(context.Background(), nil) })
			}
		}
	}
}

// inLoop has the loop call f; it is lost once the server stops.
func (s *Server) inLoop(f func()) {
	select {
	case s.outside <- func() { s.guard(f) }:
	case <-s.quit:
	}
}

// guard keeps a fault of the service from ending the process, and says whether there was none.
func (s *Server) guard(f func()) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			s.cfg.Log(fmt.Sprintf("the simulated service failed: %v\n%s", p, debug.Stack()))
		}
	}()
	f()
	return true
}

func (s *Server) serve(rec *recorder, r *http.Request) {
	if !s.guard(func() {
		if w, path, ok := s.inWorld(r.URL.Path); ok {
			s.serveWorld(rec, r, w, path)
		} else if s.service == nil {
			s.handler.ServeHTTP(rec, r)
		} else if !administer(rec, r, s.service, r.URL.Path) {
			s.handler.ServeHTTP(rec, r)
			s.tellStanding(rec, r, s.service)
		}
	}) {
		*rec = recorder{}
		s.refuse(rec, r, simulator.Refusal{Status: http.StatusInternalServerError, Code: "InternalServerError", Message: "The simulated service failed; its log says how."})
	}
	if h := rec.fate.Held; h != nil {
		rec.ready = make(chan struct{})
		h.Then(func() { close(rec.ready) })
	}
	// What is due at this very instant is meant to come before the response.
	if q := s.loop.queue; len(q) > 0 && q[0].at <= s.loop.now {
		rec.fate.Delay += travel
	}
}
