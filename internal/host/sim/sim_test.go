package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"callflow/internal/graph"
	"callflow/internal/simulator"
	"callflow/steps"

	"github.com/google/go-cmp/cmp"
)

// service makes an http.Handler that may plan and deliver.
type service func(clock simulator.Clock, deliver func(simulator.Delivery)) http.Handler

// nobody answers 204 to everything.
func nobody(simulator.Clock, func(simulator.Delivery)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
}

const runID = "run-1"

// try runs branch in a world with that service and returns the journal.
func try(t *testing.T, s service, branch func(h steps.Host)) []steps.Record {
	t.Helper()
	var journal []steps.Record
	cfg := Config{
		Seed: 1, RunID: runID, Bot: steps.Bot{Name: "bot", AppID: "app-1", TenantID: "tenant-1"},
		Service: s, Emit: func(r steps.Record) { journal = append(journal, r) },
	}
	if err := Run(context.Background(), cfg, branch); err != nil {
		t.Fatal(err)
	}
	return journal
}

func say(h steps.Host, format string, args ...any) {
	h.Emit(steps.Record{Type: "log", Log: &steps.Logged{Level: "info", Text: fmt.Sprintf(format, args...)}})
}

// texts are the log lines of a journal, each with its virtual time.
func texts(journal []steps.Record) []string {
	var lines []string
	for i, r := range journal {
		if r.Seq != int64(i+1) {
			lines = append(lines, fmt.Sprintf("record %d has seq %d", i+1, r.Seq))
		}
		if r.Log != nil {
			lines = append(lines, fmt.Sprintf("%v %s", r.At.Sub(Epoch), r.Log.Text))
		}
	}
	return lines
}

func want(t *testing.T, journal []steps.Record, lines ...string) {
	t.Helper()
	if d := cmp.Diff(lines, texts(journal)); d != "" {
		t.Errorf("the journal (-want +got):\n%s", d)
	}
}

// notification is the body of a state change.
func notification(call, state string) []byte {
	return fmt.Appendf(nil, `{"@odata.type":"#microsoft.graph.commsNotifications","value":[{"@odata.type":"#microsoft.graph.commsNotification",`+
		`"changeType":"updated","resourceUrl":"/communications/calls/%s","resourceData":{"@odata.type":"#microsoft.graph.call","id":%q,"state":%q}}]}`,
		call, call, state)
}

var jsonContent = graph.Headers{{Name: "Content-Type", Value: "application/json"}}

func TestSleepTakesNoRealTime(t *testing.T) {
	began := time.Now()
	j := try(t, nobody, func(h steps.Host) {
		say(h, "begin")
		if err := h.Sleep(45 * time.Minute); err != nil {
			t.Error(err)
		}
		say(h, "end")
	})
	want(t, j, "0s begin", "45m0s end")
	if d := time.Since(began); d > time.Minute {
		t.Errorf("a virtual sleep took %v", d)
	}
}

func TestDoIsTwoEvents(t *testing.T) {
	var got *http.Request
	j := try(t, func(simulator.Clock, func(simulator.Delivery)) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = r
			w.Header().Set("B", "2")
			w.Header().Set("A", "1")
			w.WriteHeader(http.StatusCreated)
			fmt.Fprint(w, `{"id":"x"}`)
		})
	}, func(h steps.Host) {
		resp, err := h.Do(steps.Request{Method: "POST", Path: "/v1.0/communications/calls?a=b", Body: []byte("{}"),
			Headers: graph.Headers{{Name: "Client-Request-Id", Value: "1"}}})
		say(h, "%d %v %s %v", resp.Status, resp.Headers, resp.Body, err)
	})
	want(t, j, `20ms 201 [{A 1} {B 2}] {"id":"x"} <nil>`)
	if got.URL.Path != "/v1.0/communications/calls" || got.URL.RawQuery != "a=b" || got.Header.Get("Client-Request-Id") != "1" ||
		!strings.HasPrefix(got.Header.Get("Authorization"), "Bearer ") {
		t.Errorf("the service saw %s %v", got.URL, got.Header)
	}
}

func TestFates(t *testing.T) {
	for _, c := range []struct {
		fate simulator.Fate
		want string
	}{
		{simulator.Fate{}, "20ms 204 <nil>"},
		{simulator.Fate{Delay: time.Second}, "1.02s 204 <nil>"},
		{simulator.Fate{Lost: true}, "20ms 0 connection reset before the response came refused=false"},
		{simulator.Fate{Lost: true, Delay: time.Second}, "1.02s 0 connection reset before the response came refused=false"},
		{simulator.Fate{Reset: true}, "20ms 0 connection refused refused=true"},
	} {
		j := try(t, func(simulator.Clock, func(simulator.Delivery)) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.(simulator.Fated).Fate(c.fate)
				w.WriteHeader(http.StatusNoContent)
			})
		}, func(h steps.Host) {
			resp, err := h.Do(steps.Request{Method: "GET", Path: "/v1.0/x"})
			text := fmt.Sprint(err)
			var ne *steps.NetError
			if errors.As(err, &ne) {
				text += fmt.Sprintf(" refused=%v", ne.Refused)
			}
			say(h, "%d %s", resp.Status, text)
		})
		want(t, j, c.want)
	}
}

func TestForksGoOnInOrderOfForking(t *testing.T) {
	branch := func(h steps.Host) {
		h.Fork(3, func(i int, h steps.Host) {
			say(h, "%d begins", i)
			h.Fork(2, func(k int, h steps.Host) {
				say(h, "%d.%d begins", i, k)
				h.Sleep(time.Second)
				say(h, "%d.%d ends %x", i, k, h.Rand()&0xff)
			})
			say(h, "%d ends %x", i, h.Rand()&0xff)
		})
		say(h, "all ended")
	}
	first := try(t, nobody, branch)
	var order []string
	for _, s := range texts(first) {
		order = append(order, strings.Join(strings.Fields(s)[:3], " "))
	}
	if d := cmp.Diff([]string{
		"0s 0 begins", "0s 1 begins", "0s 2 begins",
		"0s 0.0 begins", "0s 0.1 begins", "0s 1.0 begins", "0s 1.1 begins", "0s 2.0 begins", "0s 2.1 begins",
		"1s 0.0 ends", "1s 0.1 ends", "1s 0 ends", "1s 1.0 ends", "1s 1.1 ends", "1s 1 ends", "1s 2.0 ends", "1s 2.1 ends", "1s 2 ends",
		"1s all ended",
	}, order); d != "" {
		t.Errorf("order (-want +got):\n%s", d)
	}
	a, _ := json.Marshal(first)
	for range 5 {
		if b, _ := json.Marshal(try(t, nobody, branch)); string(a) != string(b) {
			t.Fatalf("the same world twice:\n%s\n%s", a, b)
		}
	}
}

func TestScopes(t *testing.T) {
	tooLong, other := errors.New("too long"), errors.New("other")
	j := try(t, nobody, func(h steps.Host) {
		in, end := h.Scope(2*time.Second, tooLong)
		say(h, "sleep: %v", in.Sleep(5*time.Second))
		_, err := in.Do(steps.Request{Method: "GET", Path: "/"})
		say(h, "do: %v", err)
		_, err = in.Next(0, time.Time{})
		say(h, "next: %v", err)
		deeper, _ := in.Scope(0, other)
		say(h, "child: %v", deeper.Sleep(1))
		end(other)
		say(h, "still: %v", in.Sleep(1))
		say(h, "outer: %v", h.Sleep(time.Second))

		in, end = h.Scope(0, tooLong)
		in.Fork(2, func(i int, h steps.Host) {
			if i == 0 {
				h.Sleep(time.Second)
				end(other)
				say(h, "ended by 0: %v", h.Sleep(time.Second))
				return
			}
			inner, _ := h.Scope(time.Hour, tooLong)
			say(h, "1 in child scope: %v", inner.Sleep(time.Minute))
			shield, done := h.Shield(3 * time.Second)
			say(h, "1 shielded: %v", shield.Sleep(time.Second))
			say(h, "1 shielded: %v", shield.Sleep(time.Minute))
			done()
		})
	})
	want(t, j,
		"2s sleep: too long", "2s do: too long", "2s next: too long", "2s child: too long", "2s still: too long", "3s outer: <nil>",
		"4s ended by 0: other", "4s 1 in child scope: other", "5s 1 shielded: <nil>",
		"7s 1 shielded: the 3s given to clean up are over")
}

// TestDeadlines: what is due at a deadline beats it, and a deadline beats the end of the scope.
func TestDeadlines(t *testing.T) {
	j := try(t, func(clock simulator.Clock, deliver func(simulator.Delivery)) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusAccepted)
			// Planned long after the deadline was, and on a detour: two events at one instant.
			clock.After(4990*time.Millisecond, func() {
				clock.After(5*time.Second, func() {
					clock.After(0, func() {
						deliver(simulator.Delivery{URL: Callback(runID), Headers: jsonContent, Body: notification("c1", "established")})
					})
				})
			})
		})
	}, func(h steps.Host) {
		in, _ := h.Scope(10*time.Second, errors.New("scope over"))
		until := h.Now().Add(10 * time.Second)
		in.Fork(2, func(i int, h steps.Host) {
			if i == 0 {
				e, err := h.Next(0, until)
				say(h, "event %d: %v", e.Seq, err)
				_, err = h.Next(1, until)
				say(h, "next: %v", err)
				_, err = h.Next(1, time.Time{})
				say(h, "next: %v", err)
				return
			}
			h.Do(steps.Request{Method: "POST", Path: "/x"})
		})
		_, err := h.Next(1, h.Now().Add(-1))
		say(h, "past: %v", err)
	})
	want(t, j, "10s event 1: <nil>", "10s next: deadline", "10s next: scope over", "10s past: deadline")
}

func TestNothingCanHappen(t *testing.T) {
	j := try(t, nobody, func(h steps.Host) {
		in, _ := h.Scope(time.Hour, errors.New("scope over"))
		_, err := in.Next(0, time.Time{})
		say(h, "%v", err)
		_, err = in.Next(0, h.Now().Add(time.Second))
		say(h, "%v", err)
	})
	want(t, j, "0s nothing can happen any more", "1s deadline")
}

func TestWorldRunsInCircles(t *testing.T) {
	j := try(t, func(clock simulator.Clock, deliver func(simulator.Delivery)) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			var again func()
			left := 150_000
			again = func() {
				if left--; left > 0 {
					clock.After(0, again)
				}
			}
			again()
		})
	}, func(h steps.Host) {
		_, err := h.Do(steps.Request{Method: "POST", Path: "/x"})
		say(h, "%v", err)
		_, err = h.Next(0, h.Now().Add(time.Minute))
		say(h, "%v", err)
		in, end := h.Shield(time.Minute)
		defer end()
		say(h, "cleanup: %v", in.Sleep(time.Second))
	})
	want(t, j, "20ms <nil>", // the request was on its way, and still gets its response
		"20ms nothing can happen any more: 100000 events at one instant, 10ms after the start: the world runs in circles",
		"1.02s cleanup: <nil>")
}

// TestCancelledDo: a request on its way still brings its response for a few seconds.
func TestCancelledDo(t *testing.T) {
	slow := func(d time.Duration) service {
		return func(simulator.Clock, func(simulator.Delivery)) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.(simulator.Fated).Fate(simulator.Fate{Delay: d})
				w.WriteHeader(http.StatusCreated)
			})
		}
	}
	branch := func(h steps.Host) {
		in, _ := h.Scope(time.Second, errors.New("scope over"))
		resp, err := in.Do(steps.Request{Method: "POST", Path: "/x"})
		say(h, "%d %v", resp.Status, err)
		_, err = in.Do(steps.Request{Method: "POST", Path: "/x"})
		say(h, "again: %v", err)
	}
	want(t, try(t, slow(4*time.Second), branch), "4.02s 201 <nil>", "4.02s again: scope over")
	want(t, try(t, slow(time.Minute), branch), "6s 0 scope over", "6s again: scope over")
}

func TestRealTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var journal []steps.Record
		cfg := Config{RunID: runID, RealTime: true, Service: nobody, Emit: func(r steps.Record) { journal = append(journal, r) }}
		err := Run(t.Context(), cfg, func(h steps.Host) {
			h.Do(steps.Request{Method: "GET", Path: "/"})
			h.Sleep(time.Hour)
			say(h, "%v", time.Since(began))
		})
		if err != nil {
			t.Fatal(err)
		}
		want(t, journal, "1h0m0.02s 1h0m0.02s")
	})
}

// An interrupt in the middle of a wait happens when it comes, not when something last happened.
func TestInterruptInRealTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		kill := make(chan struct{})
		time.AfterFunc(1500*time.Millisecond, cancel)
		time.AfterFunc(2500*time.Millisecond, func() { close(kill) })
		var journal []steps.Record
		cfg := Config{RunID: runID, RealTime: true, Service: nobody, Kill: kill, Emit: func(r steps.Record) { journal = append(journal, r) }}
		err := Run(ctx, cfg, func(h steps.Host) {
			say(h, "main: %v", h.Sleep(time.Hour))
			in, end := h.Shield(0)
			defer end()
			say(h, "cleanup: %v", in.Sleep(time.Hour))
		})
		if err != nil {
			t.Fatal(err)
		}
		want(t, journal, "1.5s main: interrupted", "2.5s cleanup: interrupted")
	})
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	kill := make(chan struct{})
	var journal []steps.Record
	cfg := Config{RunID: runID, RealTime: true, Service: nobody, Kill: kill, Emit: func(r steps.Record) { journal = append(journal, r) }}
	err := Run(ctx, cfg, func(h steps.Host) {
		cancel()
		say(h, "main: %v", h.Sleep(time.Hour))
		in, end := h.Shield(time.Hour)
		defer end()
		close(kill)
		say(h, "cleanup: %v", in.Sleep(time.Hour))
		again, _ := h.Shield(time.Hour)
		say(h, "again: %v", again.Sleep(time.Hour))
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, journal, "0s main: interrupted", "0s cleanup: interrupted", "0s again: interrupted")
}

func TestPanicReachesTheCaller(t *testing.T) {
	defer func() {
		if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "boom") || !strings.Contains(fmt.Sprint(p), "TestPanicReachesTheCaller") {
			t.Errorf("recovered %v", p)
		}
	}()
	try(t, nobody, func(h steps.Host) {
		h.Fork(2, func(i int, h steps.Host) {
			if i == 1 {
				panic("boom")
			}
			h.Sleep(time.Second)
		})
	})
}
