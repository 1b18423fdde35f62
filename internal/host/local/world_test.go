package local

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"callflow/internal/callback"
	"callflow/internal/graph"
	"callflow/internal/world"
	"callflow/steps"
)

// far is a service that answers with the URL it was asked for.
type far struct{}

func (far) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Url": {r.URL.String()}}, Body: http.NoBody}, nil
}

// TestRunIn: a run in a world of its own sends its requests there, gets the calls of that world's bot only, and writes down
// what happens there between its own records, also what happens before it began.
func TestRunIn(t *testing.T) {
	hub := NewHub(Config{Transport: far{}, Root: "http://everybody", Bot: "bot"})
	var lines []string
	emit := func(r steps.Record) {
		switch {
		case r.World != nil:
			lines = append(lines, r.World.Who+" "+r.World.Did)
		case r.Log != nil:
			lines = append(lines, r.Log.Level+" "+r.Log.Text)
		}
	}
	open := func() (string, error) {
		if !hub.Happened("r", world.Happening{Who: "carol", Did: "dials bot"}) {
			t.Error("nobody can tell the run what happens while its world opens")
		}
		return "http://own", nil
	}
	err := hub.RunIn(t.Context(), "r", 1, open, emit, func(h steps.Host) {
		say(h, "begins")
		h.Want(steps.Incoming{Caller: "ann"})
		hub.Arrive("bot", []*graph.Event{incoming("c1", "ann")})
		hub.Arrive("bot/r", []*graph.Event{incoming("c2", "ann")})
		e, err := h.Next(0, h.Now())
		say(h, "%s %v", e.CallID, err)
		resp, err := h.Do(steps.Request{Method: "GET", Path: "/x"})
		say(h, "%s %v", resp.Headers.Get("Url"), err)
		hub.Happened("r", world.Happening{Who: "carol", Did: "hangs up"})
		hub.Refused(&graph.Event{Kind: graph.KindRefused, Delivery: &graph.Delivery{Address: "/bots/bot/r", Status: 401, Why: "no bearer token"}})
		e, err = h.Next(e.Seq, h.Now())
		say(h, "%s %s %v", e.Kind, e.Delivery.Why, err)
	})
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(lines, ", ")
	for _, want := range []string{"info begins, ", ", carol dials bot, ", "c2 <nil>", "http://own/x <nil>", "refused no bearer token <nil>"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %s in it", got, want)
		}
	}
	broken := errors.New("no world today")
	if err := hub.RunIn(t.Context(), "r", 1, func() (string, error) { return "", broken }, emit, nil); !errors.Is(err, broken) {
		t.Errorf("got %v, want what open said", err)
	}
}

// TestAfterTheEnd: what still comes for a run that has just ended is taken, and is nobody's any more later.
func TestAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := NewHub(Config{})
		end := func(id string) { _ = hub.Run(t.Context(), id, 1, nil, func(steps.Host) {}) }
		end("r")
		if !hub.Deliver("r", nil) || !hub.Happened("r", world.Happening{}) || hub.Deliver("other", nil) {
			t.Error("a moment after the end")
		}
		time.Sleep(callback.Hold + time.Second)
		end("later")
		if hub.Deliver("r", nil) || !hub.Deliver("later", nil) {
			t.Error("a minute after the end")
		}
	})
}

// TestMisrouted: a notification of a run's call that comes to another address is shown to that run, as what no expression
// sees; the other run gets it as it came.
func TestMisrouted(t *testing.T) {
	hub := NewHub(Config{Bot: "bot"})
	var other []string
	err := hub.Run(t.Context(), "a", 1, nil, func(a steps.Host) {
		a.Made("c1")
		err := hub.Run(t.Context(), "b", 1, nil, func(b steps.Host) {
			for _, call := range []string{"c1", "c2"} {
				hub.Deliver("b", []*graph.Event{{Kind: graph.KindCall, CallID: call, Delivery: &graph.Delivery{Address: "/callbacks/b"}}})
			}
			for n := range uint64(2) {
				e, err := b.Next(n, b.Now().Add(time.Second))
				if err != nil {
					t.Fatal(err)
				}
				other = append(other, string(e.Kind)+" "+e.CallID)
			}
		})
		if err != nil {
			t.Error(err)
		}
		hub.Deliver("a", []*graph.Event{{Kind: graph.KindCall, CallID: "c1"}})
		hub.Arrive("bot", []*graph.Event{{Kind: graph.KindCall, CallID: "c1", Delivery: &graph.Delivery{Address: "/bots/bot"}}})
		for n, want := range []string{"misrouted c1 /callbacks/b", "call c1 ", "misrouted c1 /bots/bot"} {
			e, err := a.Next(uint64(n), a.Now().Add(time.Second))
			if err != nil {
				t.Fatal(err)
			}
			got := string(e.Kind) + " " + e.CallID + " "
			if e.Delivery != nil {
				got += e.Delivery.Address
			}
			if got != want || e.Kind == graph.KindMisrouted && (e.About == nil || e.View != nil) {
				t.Errorf("event %d: %q, want %q", n+1, got, want)
			}
		}
	})
	if err != nil || strings.Join(other, ", ") != "call c1, call c2" {
		t.Errorf("%v; the other run got %q", err, other)
	}
	if len(hub.made) != 0 {
		t.Errorf("calls of runs that ended are kept: %v", hub.made)
	}
}

// TestManyRefused: who sends a run's address no end of bad tokens does not fill its memory, and real news still comes.
func TestManyRefused(t *testing.T) {
	hub := NewHub(Config{})
	err := hub.Run(t.Context(), "r", 1, nil, func(h steps.Host) {
		for range 5000 {
			hub.Refused(&graph.Event{Kind: graph.KindRefused, Delivery: &graph.Delivery{Address: "/callbacks/r", Status: 401}})
		}
		hub.Deliver("r", []*graph.Event{{Kind: graph.KindCall, CallID: "c1"}})
		if e, err := h.Next(1000, h.Now().Add(time.Second)); err != nil || e.Kind != graph.KindCall || e.Seq != 1001 {
			t.Errorf("%+v %v, want the call after 1000 refusals", e, err)
		}
	})
	if err != nil {
		t.Error(err)
	}
}
