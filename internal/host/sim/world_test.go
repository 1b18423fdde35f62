package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"
	"callflow/internal/simulator"
	"callflow/internal/world"
	"callflow/steps"
)

const carolID = "8a34a46b-3d17-4adc-8dce-dc4e7d572698"

func carol(change func(*world.Person)) *world.Scene {
	p := &world.Person{ID: carolID, DisplayName: "Carol"}
	if change != nil {
		change(p)
	}
	return &world.Scene{People: map[string]*world.Person{"carol": p}}
}

func worldConfig(scene *world.Scene, emit func(steps.Record)) Config {
	return Config{Seed: 1, RunID: runID, Dialect: graph.V1, Scene: scene, Emit: emit,
		Bot: steps.Bot{Name: "bot", AppID: "b0b0c0de-0000-4000-8000-000000000001", TenantID: "7e4a47c0-0000-4000-8000-000000000001"}}
}

// createCall is a request that rings Carol.
func createCall() steps.Request {
	return steps.Request{Bot: "bot", Method: "POST", Path: "/v1.0/communications/calls", Headers: jsonContent,
		Body: fmt.Appendf(nil, `{"@odata.type":"#microsoft.graph.call","callbackUri":%q,"tenantId":"7e4a47c0-0000-4000-8000-000000000001",`+
			`"targets":[{"@odata.type":"#microsoft.graph.invitationParticipantInfo","identity":{"@odata.type":"#microsoft.graph.identitySet","user":{"@odata.type":"#microsoft.graph.identity","id":%q}}}],`+
			`"requestedModalities":["audio"],"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}`, Callback(runID), carolID)}
}

// until reads events until one is of a call in that state, and notes what passed.
func until(h steps.Host, seq *uint64, state string) (call string, err error) {
	for {
		e, err := h.Next(*seq, h.Now().Add(2*time.Minute))
		if err != nil {
			return "", err
		}
		*seq = e.Seq
		say(h, "%s %s %v %s", e.Kind, e.ChangeType, object(e.View["call"])["state"], e.Problem)
		if object(e.View["call"])["state"] == state {
			return e.CallID, nil
		}
	}
}

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

func TestOutgoingCall(t *testing.T) {
	var journal []steps.Record
	err := Run(context.Background(), worldConfig(carol(nil), func(r steps.Record) { journal = append(journal, r) }), func(h steps.Host) {
		resp, err := h.Do(createCall())
		if err != nil || resp.Status != http.StatusCreated {
			t.Fatalf("%d %s %v", resp.Status, resp.Body, err)
		}
		var made struct{ ID string }
		_ = json.Unmarshal(resp.Body, &made)
		var seq uint64
		call, err := until(h, &seq, "established")
		if err != nil || call != graph.CanonicalID(made.ID) {
			t.Fatalf("%s established, not %s: %v", call, made.ID, err)
		}
		resp, err = h.Do(steps.Request{Bot: "bot", Method: "POST", Path: world.ActionPath, Headers: jsonContent, Body: []byte(`{"hangUp":{"who":"carol"}}`)})
		if err != nil || resp.Status != http.StatusNoContent {
			t.Fatalf("%d %s %v", resp.Status, resp.Body, err)
		}
		if _, err := until(h, &seq, "terminated"); err != nil {
			t.Fatal(err)
		}
		resp, err = h.Do(steps.Request{Bot: "bot", Method: "POST", Path: world.ActionPath, Headers: jsonContent, Body: []byte(`{"hangUp":{"who":"karl"}}`)})
		if err != nil || resp.Status != http.StatusBadRequest || !strings.Contains(string(resp.Body), "karl") {
			t.Fatalf("%d %s %v", resp.Status, resp.Body, err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var world []string
	for _, r := range journal {
		if r.World != nil {
			world = append(world, r.World.Who+" "+r.World.Did)
		}
	}
	if text := strings.Join(world, ", "); !strings.Contains(text, "arol") {
		t.Errorf("the journal says of the world: %s", text)
	}
}

func TestIncomingCall(t *testing.T) {
	scene := carol(nil)
	scene.Script = []world.Action{{Deed: world.Deed{Dial: &world.Dial{From: "carol", To: "bot"}}}}
	for _, c := range []struct {
		name   string
		wait   time.Duration // before asking
		in     steps.Incoming
		events bool
	}{
		{"asked before", 0, steps.Incoming{Caller: carolID}, true},
		{"any", 0, steps.Incoming{}, true},
		{"from the lobby", 5 * time.Second, steps.Incoming{Bot: "bot", Caller: carolID}, true},
		{"too late", 2 * time.Minute, steps.Incoming{Caller: carolID}, false},
		{"somebody else", 5 * time.Second, steps.Incoming{Caller: "x"}, false},
		{"test fails", 5 * time.Second, steps.Incoming{Caller: carolID, Test: func(*graph.Event) bool { return false }}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Run(context.Background(), worldConfig(scene, nil), func(h steps.Host) {
				h.Sleep(c.wait)
				h.Want(c.in)
				e, err := h.Next(0, h.Now().Add(10*time.Second))
				if got := err == nil && object(e.View["call"])["state"] == "incoming"; got != c.events {
					t.Errorf("got %v %v", e, err)
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestFaults: what the scene breaks is broken for the run.
func TestFaults(t *testing.T) {
	scene := carol(nil)
	scene.Faults = []world.Fault{
		{Fault: "createCall", Reset: true},
		{Fault: "createCall", Lost: true},
		{Fault: "notification", Match: `call.state == "established"`, Drop: true, Times: 100},
	}
	err := Run(context.Background(), worldConfig(scene, nil), func(h steps.Host) {
		for _, refused := range []bool{true, false} {
			_, err := h.Do(createCall())
			if ne := new(steps.NetError); !errors.As(err, &ne) || ne.Refused != refused {
				t.Errorf("got %v, want refused %v", err, refused)
			}
		}
		var seq uint64
		if _, err := until(h, &seq, "established"); err == nil {
			t.Error("the dropped notification came")
		}
		if seq == 0 {
			t.Error("no notification of the call whose response was lost")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// BenchmarkLoop is a bare run: six requests and twelve notifications, no interpreter and no simulator.
func BenchmarkLoop(b *testing.B) {
	cfg := worldConfig(nil, func(steps.Record) {})
	body := notification("57dab8b1-894c-409a-b240-bd8beae78896", "established")
	cfg.Service = func(clock simulator.Clock, deliver func(simulator.Delivery)) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for i := range 2 {
				clock.After(time.Duration(i+3)*travel, func() { deliver(simulator.Delivery{URL: Callback(runID), Headers: jsonContent, Body: body}) })
			}
			w.WriteHeader(http.StatusAccepted)
		})
	}
	b.ReportAllocs()
	for b.Loop() {
		err := Run(context.Background(), cfg, func(h steps.Host) {
			seq := uint64(0)
			for range 6 {
				if _, err := h.Do(steps.Request{Method: "POST", Path: "/v1.0/communications/calls", Headers: jsonContent, Body: []byte("{}")}); err != nil {
					b.Error(err)
				}
				for range 2 {
					e, err := h.Next(seq, h.Now().Add(time.Minute))
					if err != nil {
						b.Error(err)
					}
					seq = e.Seq
					h.Emit(steps.Record{Type: "event"})
				}
			}
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
