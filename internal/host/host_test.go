package host_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"callflow/internal/callback"
	"callflow/internal/graph"
	"callflow/internal/host/local"
	"callflow/internal/host/sim"
	"callflow/internal/world"
	"callflow/steps"

	"github.com/google/go-cmp/cmp"
)

const (
	carol = "8a34a46b-3d17-4adc-8dce-dc4e7d572698"
	runID = "run-1"
)

var (
	bot         = steps.Bot{Name: "bot", AppID: "b0b0c0de-0000-4000-8000-000000000001", TenantID: "7e4a47c0-0000-4000-8000-000000000001"}
	jsonContent = graph.Headers{{Name: "Content-Type", Value: "application/json"}}
)

func scene() *world.Scene {
	return &world.Scene{People: map[string]*world.Person{"carol": {
		ID: carol, DisplayName: "Carol", Answers: &world.Answers{After: 10 * time.Millisecond}}}}
}

func act(h steps.Host, action string) {
	do(h, steps.Request{Method: "POST", Path: world.ActionPath, Body: []byte(action)})
}

func say(h steps.Host, format string, args ...any) {
	h.Emit(steps.Record{Type: "log", Log: &steps.Logged{Level: "info", Text: fmt.Sprintf(format, args...)}})
}

func do(h steps.Host, q steps.Request) {
	q.Bot, q.Headers = "bot", jsonContent
	resp, err := h.Do(q)
	say(h, "%s %d %v", q.Method, resp.Status, err)
}

func create(h steps.Host, callbackURI string) {
	do(h, steps.Request{Method: "POST", Path: "/v1.0/communications/calls", Body: fmt.Appendf(nil,
		`{"callbackUri":%q,"tenantId":%q,"targets":[{"identity":{"user":{"id":%q}}}],"requestedModalities":["audio"],"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}`,
		callbackURI, bot.TenantID, carol)})
}

// until tells what arrives until a call has come to that state.
func until(h steps.Host, seq *uint64, state string) (call string) {
	for {
		e, err := h.Next(*seq, h.Now().Add(10*time.Second))
		if err != nil {
			say(h, "no %s: %v", state, err)
			return ""
		}
		*seq = e.Seq
		var view struct{ Call struct{ State string } }
		text, _ := json.Marshal(e.View)
		_ = json.Unmarshal(text, &view)
		say(h, "%s %s %s%s", e.Kind, e.ChangeType, view.Call.State, e.Problem)
		if view.Call.State == state || e.ChangeType == state {
			return e.CallID
		}
	}
}

// story is a run with an outgoing and an incoming call.
func story(callbackURI string) func(h steps.Host) {
	return func(h steps.Host) {
		var seq uint64
		create(h, callbackURI)
		call := until(h, &seq, "established")
		do(h, steps.Request{Method: "DELETE", Path: "/v1.0/communications/calls/" + call})
		until(h, &seq, "terminated")
		withdraw := h.Want(steps.Incoming{Caller: carol})
		defer withdraw()
		act(h, `{"dial":{"from":"carol","to":"bot"}}`)
		call = until(h, &seq, "incoming")
		do(h, steps.Request{Method: "POST", Path: "/v1.0/communications/calls/" + call + "/reject", Body: []byte(`{"reason":"busy"}`)})
		until(h, &seq, "deleted")
	}
}

// TestBothHosts: what happens in a world in memory happens on a port too, on the wall clock, with real tokens.
func TestBothHosts(t *testing.T) {
	journal := func(run func(emit func(steps.Record)) error) string {
		t.Helper()
		var lines []string
		if err := run(func(r steps.Record) {
			if r.Log != nil {
				lines = append(lines, r.Log.Text)
			}
		}); err != nil {
			t.Fatal(err)
		}
		return strings.Join(lines, "\n")
	}
	virtual := journal(func(emit func(steps.Record)) error {
		return sim.Run(t.Context(), sim.Config{Seed: 1, RunID: runID, Dialect: graph.V1, Bot: bot, Scene: scene(), Emit: emit},
			story(sim.Callback(runID)))
	})

	front, mine := httptest.NewUnstartedServer(nil), httptest.NewUnstartedServer(nil)
	root, own := "http://"+front.Listener.Addr().String(), "http://"+mine.Listener.Addr().String()
	server, err := sim.NewServer(sim.ServerConfig{Root: root, Seed: 1, Scene: scene(),
		Bots: []sim.ServerBot{{Bot: bot, Secret: "s", Address: own + "/bots/bot"}},
		Log:  func(text string) { t.Log(text) }})
	if err != nil {
		t.Fatal(err)
	}
	front.Config.Handler = server
	front.Start()
	defer front.Close()
	tokens := graph.NewTokenSource(graph.TokenConfig{Login: root, Root: root,
		Bots: map[string]graph.Credentials{"bot": {TenantID: bot.TenantID, AppID: bot.AppID, ClientSecret: "s"}}})
	hub := local.NewHub(local.Config{Root: root, Tokens: tokens, Bot: "bot"})
	mine.Config.Handler = callback.NewListener(callback.Config{Sink: hub,
		Bots:     []callback.Bot{{Name: "bot", AppID: bot.AppID}},
		Verifier: callback.NewVerifier(callback.PublishedKeys(nil, server.URLs().Metadata)),
		Refused:  func(e *graph.Event) { t.Errorf("%+v", e.Delivery) }})
	mine.Start()
	defer mine.Close()
	wall := journal(func(emit func(steps.Record)) error {
		return hub.Run(t.Context(), runID, 1, emit, story(own+"/callbacks/"+runID))
	})
	if d := cmp.Diff(virtual, wall); d != "" {
		t.Errorf("the story (-virtual +wall):\n%s", d)
	}
	if !strings.Contains(virtual, "terminated") || strings.Contains(virtual, "no ") {
		t.Errorf("the story:\n%s", virtual)
	}
	if err := server.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// TestEarlyNotification: one that comes before the response that names its call is not lost.
func TestEarlyNotification(t *testing.T) {
	s := scene()
	s.Faults = []world.Fault{{Fault: "createCall", Delay: 3 * time.Second}}
	var lines []string
	err := sim.Run(t.Context(), sim.Config{Seed: 1, RunID: runID, Dialect: graph.V1, Bot: bot, Scene: s, Emit: func(r steps.Record) {
		if r.Log != nil {
			lines = append(lines, r.Log.Text)
		}
	}}, func(h steps.Host) {
		create(h, sim.Callback(runID))
		e, err := h.Next(0, h.Now().Add(-1)) // it is there already
		say(h, "%s %v", e.Kind, err)
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"POST 201 <nil>", "call <nil>"}, lines); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestSameSeedSameJournal: three levels of branches that all send, wait and draw random numbers.
func TestSameSeedSameJournal(t *testing.T) {
	journal := func(seed uint64) []byte {
		var out bytes.Buffer
		enc := json.NewEncoder(&out)
		err := sim.Run(t.Context(), sim.Config{Seed: seed, RunID: runID, Dialect: graph.V1, Bot: bot, Scene: scene(),
			Emit: func(r steps.Record) { _ = enc.Encode(r) }}, func(h steps.Host) {
			h.Fork(3, func(i int, h steps.Host) {
				in, end := h.Scope(2*time.Second, fmt.Errorf("branch %d took too long", i))
				defer end(nil)
				in.Fork(2, func(k int, h steps.Host) {
					create(h, sim.Callback(runID))
					h.Fork(2, func(m int, h steps.Host) {
						say(h, "%d.%d.%d slept %v", i, k, m, h.Sleep(time.Duration(h.Rand()%3000)*time.Millisecond))
						e, err := h.Next(uint64(m), h.Now().Add(time.Second))
						say(h, "%d.%d.%d heard %d %v %v", i, k, m, e.Seq, err, h.Rand())
					})
				})
				shield, done := h.Shield(time.Second)
				defer done()
				say(shield, "%d: %v", i, shield.Sleep(time.Millisecond))
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	first := journal(7)
	if n := bytes.Count(first, []byte("took too long")); n == 0 || n == 24 {
		t.Errorf("%d branches were cut short; some should, some not", n)
	}
	for range 10 {
		if again := journal(7); !bytes.Equal(first, again) {
			t.Fatalf("one seed, two journals:\n%s", cmp.Diff(string(first), string(again)))
		}
	}
	if bytes.Equal(first, journal(8)) {
		t.Error("two seeds, one journal")
	}
}
