package callflowtest

import (
	"net/http/httptest"
	"sync"
	"testing"

	"callflow/internal/graph"
	"callflow/internal/host/sim"
	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/internal/target"
	"callflow/internal/world"
	"callflow/steps"
)

// Service is a Graph calling service on a port of this machine, on the wall clock, as `callflow simulate` serves it.
type Service struct {
	Graph    string // in place of https://graph.microsoft.com: Graph + "/v1.0/communications/calls"
	Token    string // the token endpoint, in place of https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token
	Metadata string // the OpenID metadata of the keys that notifications are signed with
	AppID    string // the bot's application; any secret will do
	TenantID string
	Actions  string // POST {"dial": {"from": "carol"}} here to have a person do something
}

// Simulate serves a simulated service until the test ends. scene is a file: a scenario, whose section simulate counts, or that
// section's keys alone; "" is a world without people. bot is the URL that incoming calls are announced to, the bot's
// registered address; "" when it takes none. What happens is in the test's log.
func Simulate(t testing.TB, scene, bot string) Service {
	t.Helper()
	var people *world.Scene
	if scene != "" {
		made, problems, err := project.ReadScene(scene, 1, steps.Target{Name: "simulator", Dialect: graph.V1, Simulated: true, Bot: target.Bot})
		if problems.Failed() {
			t.Fatalf("nothing was served:\n%s", problems.Error())
		}
		if err != nil {
			t.Fatalf("%s: %v", scene, err)
		}
		people = made
	}
	web := httptest.NewUnstartedServer(nil)
	root := "http://" + web.Listener.Addr().String()
	said := &log{t: t}
	server, err := sim.NewServer(sim.ServerConfig{
		Root: root, Seed: 1, Scene: people, Log: func(text string) { said.line(report.Plain(text)) },
		Bots: []sim.ServerBot{{Bot: target.Bot, DisplayName: "Test Bot", Address: bot, Dialect: graph.V1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	web.Config.Handler = server
	web.Start()
	t.Cleanup(func() {
		web.Close()
		_ = server.Close(t.Context()) // it waits for nobody: the context has ended
		said.end()
	})
	u := server.URLs()
	return Service{Graph: u.Graph, Token: u.Token, Metadata: u.Metadata, AppID: target.Bot.AppID, TenantID: target.Bot.TenantID, Actions: u.Actions}
}

// log writes to a test's log as long as the test goes on: connections may end later.
type log struct {
	t     testing.TB
	mu    sync.Mutex
	ended bool
}

func (l *log) line(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		l.t.Log(text)
	}
}

func (l *log) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
}
