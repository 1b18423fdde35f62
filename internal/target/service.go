package target

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"callflow/internal/callback"
	"callflow/internal/graph"
	"callflow/internal/host"
	"callflow/internal/host/local"
	"callflow/internal/world"
	"callflow/runner"
	"callflow/schema"
	"callflow/steps"
)

// service is a target of callflow.yaml: a service across the network, on the wall clock, with one listener for all runs.
type service struct {
	name   string
	file   string // of the configuration, which others are named relative to
	cfg    Config
	bot    steps.Bot
	chaos  world.Chaos
	hub    *local.Hub
	server *http.Server

	mu     sync.Mutex
	closed bool
}

// NewService is the target of a complete configuration. file is where it stands: what it names lies beside it.
func NewService(name, file string, cfg Config, chaos world.Chaos) Target {
	first := cfg.Bots[0]
	s := &service{name: name, file: file, cfg: cfg, chaos: chaos,
		bot: steps.Bot{Name: first.Key, AppID: first.Value.AppID, TenantID: first.Value.TenantID}}
	credentials := map[string]graph.Credentials{}
	for _, b := range cfg.Bots {
		credentials[b.Key] = graph.Credentials{TenantID: b.Value.TenantID, AppID: b.Value.AppID, ClientSecret: b.Value.ClientSecret}
	}
	s.hub = local.NewHub(local.Config{
		Root:   cfg.Root,
		Tokens: graph.NewTokenSource(graph.TokenConfig{Login: cfg.Login, Root: cfg.Root, Bots: credentials}),
		Bot:    first.Key,
	})
	return s
}

func (s *service) About() steps.Target {
	return steps.Target{Name: s.name, Dialect: s.cfg.API, Cloud: s.cfg.Cloud, Simulated: s.cfg.Simulator, Remote: true, Chaos: s.chaos.String(), Bot: s.bot}
}

func (s *service) public() string { return strings.TrimSuffix(s.cfg.Callback.PublicURL, "/") }

func (s *service) Callback(runID string) string { return s.public() + "/callbacks/" + runID }

func (s *service) Secrets() (secrets []string) {
	for _, b := range s.cfg.Bots {
		secrets = append(secrets, b.Value.ClientSecret)
	}
	return secrets
}

func (s *service) Vars() schema.Map[string] { return s.cfg.Vars }

func (s *service) Waits() bool { return true }

func (s *service) Hello() string {
	return fmt.Sprintf("target %s: %s (%s) as %s; listening on %s for %s%s", s.name, s.cfg.Root, s.cfg.API, s.bot.Name,
		s.cfg.Callback.Listen, s.public(), inChaos(s.chaos))
}

// open brings the listener up, so that no notification can come too early.
func (s *service) Open(say func(string)) error {
	tcp, err := net.Listen("tcp", s.cfg.Callback.Listen)
	if err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			err = fmt.Errorf("%w: is another callflow running? Runs that share a listener belong into one command (--parallel)", err)
		}
		return fmt.Errorf("cannot listen for notifications (callback.listen): %w", err)
	}
	if files := s.cfg.Callback.TLS; files != nil {
		pair, err := tls.LoadX509KeyPair(Beside(s.file, files.Cert), Beside(s.file, files.Key))
		if err != nil {
			tcp.Close()
			return fmt.Errorf("cannot use the certificate of callback.tls: %w", err)
		}
		tcp = tls.NewListener(tcp, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12})
	}
	say = s.whileOpen(say)
	// net/http's client writes its complaints about odd services here, in the middle of other lines.
	log.SetFlags(0)
	log.SetOutput(clientLog(say))
	s.server = webhook(s.handler(say), say)
	go func() { _ = s.server.Serve(tcp) }() // ends with close
	return nil
}

// webhook serves the listener, and waits for no slow client for ever.
func webhook(h http.Handler, say func(string)) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second, // to check a token may take a while: its issuer is asked for the keys
		ErrorLog:          log.New(&listenerLog{say: say}, "", 0),
	}
}

// handler is the listener under the path of publicUrl. What stands in front may have cut that path off.
func (s *service) handler(say func(string)) http.Handler {
	base := ""
	if u, err := url.Parse(s.public()); err == nil {
		base = u.Path
	}
	var bots []callback.Bot
	for _, b := range s.cfg.Bots {
		bots = append(bots, callback.Bot{Name: b.Key, AppID: b.Value.AppID})
	}
	var mu sync.Mutex
	said := map[string]bool{}
	listener := callback.NewListener(callback.Config{
		Base: base, Bots: bots, Sink: s.hub, Happened: s.hub.Happened, Probed: s.hub.Probed,
		Verifier: callback.NewVerifier(callback.PublishedKeys(nil, s.cfg.OpenID), append([]string{s.cfg.Root}, graph.NotificationIssuers...)...),
		Refused: func(e *graph.Event) {
			if s.hub.Refused(e) {
				return
			}
			why := e.Delivery.Why
			text := host.Refusal(e.Delivery.Status, e.Delivery.Address, why)
			mu.Lock()
			again := said[why] || len(said) >= 100
			said[why] = true
			mu.Unlock()
			if !again {
				say(text)
			}
		},
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if base != "" && !strings.HasPrefix(r.URL.Path, base+"/") {
			r.URL.Path = base + r.URL.Path
		}
		listener.ServeHTTP(w, r)
	})
}

func (s *service) Run(ctx context.Context, p *runner.Prepared, seed uint64, emit func(steps.Record),
	branch func(steps.Host)) error {
	if !s.cfg.Simulator || p.Scene == nil && s.chaos == (world.Chaos{}) {
		return s.hub.Run(ctx, p.RunID, seed, emit, branch)
	}
	root := ""
	defer func() {
		if root != "" {
			s.closeWorld(root)
		}
	}()
	return s.hub.RunIn(ctx, p.RunID, seed, func() (_ string, err error) {
		root, err = s.openWorld(ctx, p, seed)
		return root, err
	}, emit, branch)
}

func (s *service) Kill() { s.hub.Kill() }

func (s *service) Close() {
	if s.server != nil {
		_ = s.server.Close()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}

// whileOpen is say until close returns. Handlers of connections that Close cut off end later than the command.
func (s *service) whileOpen(say func(string)) func(string) {
	return func(text string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.closed {
			say(text)
		}
	}
}

// listenerLog tells a person what the HTTP server complains about: each complaint once, whoever caused it. The server
// calls it from many goroutines, but log.Logger one at a time.
type listenerLog struct {
	say  func(string)
	said []string
}

var anAddress = regexp.MustCompile(`from \S+:\d+: `)

func (l *listenerLog) Write(p []byte) (int, error) {
	text := anAddress.ReplaceAllString(strings.TrimSpace(string(p)), "")
	if why, ok := strings.CutPrefix(text, "http: TLS handshake error remote error: "); ok {
		text = "the service would not connect (" + why + "): does it trust the certificate of callback.tls, with its whole chain?"
	}
	if !slices.Contains(l.said, text) && len(l.said) < 100 {
		l.said = append(l.said, text)
		l.say("listener: " + text)
	}
	return len(p), nil
}

// clientLog says what net/http's client complains of.
type clientLog func(string)

func (say clientLog) Write(p []byte) (int, error) {
	say("the service: " + strings.TrimSpace(string(p)))
	return len(p), nil
}
