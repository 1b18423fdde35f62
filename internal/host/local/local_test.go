package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"callflow/internal/graph"
	"callflow/steps"

	"github.com/google/go-cmp/cmp"
)

func event(call, state string) *graph.Event {
	return &graph.Event{Kind: graph.KindCall, CallID: call, View: map[string]any{"call": map[string]any{"id": call, "state": state}}}
}

func incoming(call, caller string) *graph.Event {
	e := event(call, "incoming")
	e.View["call"].(map[string]any)["source"] = map[string]any{"identity": map[string]any{"user": map[string]any{"id": caller}}}
	return e
}

// do runs branch in a hub under a synthetic clock and returns its log lines, each with the time since the start.
func do(t *testing.T, branch func(hub *Hub, h steps.Host)) (lines []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		hub := NewHub(Config{Bot: "bot"})
		err := hub.Run(t.Context(), "r", 1, func(r steps.Record) {
			if r.Seq != int64(len(lines)+1) {
				t.Errorf("record %d has seq %d", len(lines)+1, r.Seq)
			}
			lines = append(lines, fmt.Sprintf("%v %s", r.At.Sub(began), r.Log.Text))
		}, func(h steps.Host) { branch(hub, h) })
		if err != nil {
			t.Error(err)
		}
	})
	return lines
}

func say(h steps.Host, format string, args ...any) {
	h.Emit(steps.Record{Type: "log", Log: &steps.Logged{Level: "info", Text: fmt.Sprintf(format, args...)}})
}

func want(t *testing.T, got []string, lines ...string) {
	t.Helper()
	if d := cmp.Diff(lines, got); d != "" {
		t.Errorf("the journal (-want +got):\n%s", d)
	}
}

func TestForksGoOnInOrderOfForking(t *testing.T) {
	got := do(t, func(hub *Hub, h steps.Host) {
		time.AfterFunc(time.Second, func() { hub.Deliver("r", []*graph.Event{event("c", "established")}) })
		var executing sync.Mutex // locked while a branch executes: only one may
		turn := func(f func()) {
			if !executing.TryLock() {
				t.Error("two branches execute at once")
				return
			}
			f()
			executing.Unlock()
		}
		h.Fork(3, func(i int, h steps.Host) {
			turn(func() { say(h, "%d begins", i) })
			h.Next(0, time.Time{})
			turn(func() { say(h, "%d ends", i) })
		})
		say(h, "joined")
	})
	want(t, got, "0s 0 begins", "0s 1 begins", "0s 2 begins", "1s 0 ends", "1s 1 ends", "1s 2 ends", "1s joined")
}

func TestNext(t *testing.T) {
	got := do(t, func(hub *Hub, h steps.Host) {
		hub.Deliver("r", []*graph.Event{event("c", "establishing"), event("c", "established")})
		if hub.Deliver("other", nil) {
			t.Error("an unknown run was delivered to")
		}
		time.AfterFunc(2*time.Second, func() { hub.Deliver("r", []*graph.Event{event("c", "terminated")}) })
		for after := range uint64(4) {
			e, err := h.Next(after, h.Now().Add(10*time.Second))
			if err != nil {
				say(h, "%v", err)
				continue
			}
			say(h, "%d %v", e.Seq, e.View["call"].(map[string]any)["state"])
		}
		_, err := h.Next(3, h.Now().Add(-1))
		say(h, "%v", err)
	})
	want(t, got, "0s 1 establishing", "0s 2 established", "2s 3 terminated", "12s deadline", "12s deadline")
}

func TestScopesAndShields(t *testing.T) {
	tooLong, other := errors.New("too long"), errors.New("other")
	got := do(t, func(_ *Hub, h steps.Host) {
		in, _ := h.Scope(2*time.Second, tooLong)
		say(h, "%v", in.Sleep(time.Minute))
		in, end := h.Scope(0, tooLong)
		in.Fork(2, func(i int, h steps.Host) {
			if i == 1 {
				end(other)
				return
			}
			_, err := h.Next(0, time.Time{})
			say(h, "%v", err)
			shield, done := h.Shield(time.Second)
			defer done()
			say(h, "%v", shield.Sleep(time.Second/2))
			say(h, "%v", shield.Sleep(time.Second))
		})
		say(h, "%v", h.Sleep(time.Second))
	})
	want(t, got, "2s too long", "2s other", "2.5s <nil>", "3s the 1s given to clean up are over", "4s <nil>")
}

func TestInterruptAndKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := NewHub(Config{})
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		var lines []string
		_ = hub.Run(ctx, "r", 1, func(r steps.Record) { lines = append(lines, r.Log.Text) }, func(h steps.Host) {
			say(h, "%v", h.Sleep(time.Hour))
			in, end := h.Shield(time.Hour)
			defer end()
			time.AfterFunc(time.Second, hub.Kill)
			say(h, "%v", in.Sleep(time.Hour))
			again, _ := h.Shield(time.Hour)
			say(h, "%v", again.Sleep(time.Hour))
		})
		want(t, lines, "interrupted", "interrupted", "interrupted")
	})
}

func TestRunTwice(t *testing.T) {
	hub := NewHub(Config{})
	_ = hub.Run(context.Background(), "r", 1, nil, func(steps.Host) {
		if err := hub.Run(context.Background(), "r", 1, nil, func(steps.Host) {}); err == nil {
			t.Error("two runs of one id go on")
		}
	})
	if err := hub.Run(context.Background(), "r", 1, nil, func(steps.Host) {}); err != nil {
		t.Error(err)
	}
}

func TestIncomingCalls(t *testing.T) {
	got := do(t, func(hub *Hub, h steps.Host) {
		hub.Arrive("bot", []*graph.Event{incoming("c1", "ann"), incoming("c2", "bob")})
		h.Want(steps.Incoming{Caller: "bob"})
		e, err := h.Next(0, h.Now())
		say(h, "%d %s %v", e.Seq, e.CallID, err)
		hub.Arrive("bot", []*graph.Event{event("c1", "terminated"), event("c2", "terminated")})
		e, err = h.Next(1, h.Now())
		say(h, "%d %s %v", e.Seq, e.CallID, err)
		_, err = h.Next(2, h.Now())
		say(h, "%v", err)
	})
	want(t, got, "0s 1 c2 <nil>", "0s 2 c2 <nil>", "0s deadline")
}

func TestTwinsAreWarned(t *testing.T) {
	hub := NewHub(Config{Bot: "bot"})
	var text string
	_ = hub.Run(t.Context(), "a", 1, nil, func(h steps.Host) {
		h.Want(steps.Incoming{Caller: "ann"})
		_ = hub.Run(t.Context(), "b", 1, func(r steps.Record) { text = r.Log.Level + ": " + r.Log.Text }, func(h steps.Host) {
			h.Want(steps.Incoming{Caller: "bob"})
			if text != "" {
				t.Error("a warning without a reason")
			}
			h.Want(steps.Incoming{Caller: "ann"})
		})
	})
	if !strings.HasPrefix(text, "warning: another run waits for the same incoming calls (caller ann)") {
		t.Errorf("got %q", text)
	}
}

type tokens struct{ err error }

func (t tokens) Token(_ context.Context, bot string) (string, error) { return "token-of-" + bot, t.err }

func (tokens) Forget(string, string) {}

// attempt makes one request and says how it ended.
func attempt(t *testing.T, cfg Config, q steps.Request) (resp steps.Response, err error) {
	t.Helper()
	if runErr := NewHub(cfg).Run(t.Context(), "r", 1, nil, func(h steps.Host) { resp, err = h.Do(q) }); runErr != nil {
		t.Fatal(runErr)
	}
	return resp, err
}

func TestDo(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Location", "/elsewhere")
		w.Header()["Date"] = nil
		w.WriteHeader(http.StatusFound)
		fmt.Fprintf(w, "%s %s %s %s %s", r.Method, r.URL, r.Header.Get("X-A"), r.Header.Get("Authorization"), body)
	}))
	defer server.Close()
	resp, err := attempt(t, Config{Root: server.URL, Tokens: tokens{}}, steps.Request{
		Bot: "main", Method: "POST", Path: "/v1.0/x?y=z", Headers: graph.Headers{{Name: "X-A", Value: "1"}}, Body: []byte("hello")})
	if err != nil {
		t.Fatal(err)
	}
	if resp.Status != http.StatusFound || string(resp.Body) != "POST /v1.0/x?y=z 1 Bearer token-of-main hello" || resp.Headers.Get("location") != "/elsewhere" {
		t.Errorf("got %d %v %s", resp.Status, resp.Headers, resp.Body)
	}
}

// A token that the service does not take any more is not sent again.
func TestRefusedTokenIsDropped(t *testing.T) {
	granted, revoked := 0, ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case strings.HasSuffix(r.URL.Path, "/oauth2/v2.0/token"):
			granted++
			fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":3600}`, granted)
		case token == revoked:
			w.WriteHeader(http.StatusUnauthorized)
		default:
			fmt.Fprint(w, token)
		}
	}))
	defer server.Close()
	source := graph.NewTokenSource(graph.TokenConfig{Login: server.URL, Root: server.URL,
		Bots: map[string]graph.Credentials{"main": {TenantID: "t", AppID: "a", ClientSecret: "s"}}})
	var got []string
	err := NewHub(Config{Root: server.URL, Tokens: source}).Run(t.Context(), "r", 1, nil, func(h steps.Host) {
		for range 4 {
			resp, err := h.Do(steps.Request{Bot: "main", Method: "GET", Path: "/"})
			got = append(got, fmt.Sprint(resp.Status, " ", string(resp.Body), err))
			if len(got) == 2 {
				revoked = "token-1"
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"200 token-1<nil>", "200 token-1<nil>", "401 <nil>", "200 token-2<nil>"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNetErrors(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	breaking := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/large" {
			io.CopyN(w, zeros{}, maxResponse+10)
			return
		}
		if r.URL.Path == "/half" {
			w.Header().Set("Content-Length", "10")
			fmt.Fprint(w, "12345")
			w.(http.Flusher).Flush()
		}
		panic(http.ErrAbortHandler)
	}))
	defer breaking.Close()
	for _, c := range []struct {
		name, root, path string
		tokens           Tokens
		refused, auth    bool
	}{
		{name: "connection refused", root: "http://" + closed.Addr().String(), refused: true},
		{name: "certificate unknown", root: secure.URL, refused: true},
		{name: "no tls there", root: strings.Replace(breaking.URL, "http", "https", 1), refused: true},
		{name: "no url", root: "http://%zz", refused: true},
		{name: "reset after the request", root: breaking.URL, path: "/reset"},
		{name: "reset in the body", root: breaking.URL, path: "/half"},
		{name: "too large", root: breaking.URL, path: "/large"},
		{name: "no token", root: breaking.URL, tokens: tokens{errors.New("invalid_client")}, auth: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := attempt(t, Config{Root: c.root, Tokens: c.tokens}, steps.Request{Method: "POST", Path: c.path, Body: []byte("{}")})
			var ne *steps.NetError
			if !errors.As(err, &ne) {
				t.Fatalf("got %v", err)
			}
			if ne.Refused != c.refused || ne.Auth != c.auth {
				t.Errorf("refused %v, auth %v: %v", ne.Refused, ne.Auth, err)
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// stuck is a transport whose responses come when their time has come, or when the request is given up.
type stuck struct{ d time.Duration }

func (s stuck) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case <-time.After(s.d):
		return &http.Response{StatusCode: 201, Body: http.NoBody}, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// TestCancelledDo: a request on its way still brings its response for a few seconds.
func TestCancelledDo(t *testing.T) {
	for d, want := range map[time.Duration]string{4 * time.Second: "201 <nil> 4s", time.Hour: "0 over 6s"} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			hub := NewHub(Config{Transport: stuck{d}, Root: "http://x"})
			_ = hub.Run(t.Context(), "r", 1, nil, func(h steps.Host) {
				in, _ := h.Scope(time.Second, errors.New("over"))
				resp, err := in.Do(steps.Request{Method: "POST", Path: "/"})
				if got := fmt.Sprint(resp.Status, " ", err, " ", time.Since(began)); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			})
		})
	}
}

// TestOthersGoOnDuringDo: a request gives way.
func TestOthersGoOnDuringDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := NewHub(Config{Transport: stuck{time.Second}, Root: "http://x"})
		var lines []string
		_ = hub.Run(t.Context(), "r", 1, func(r steps.Record) { lines = append(lines, r.Log.Text) }, func(h steps.Host) {
			h.Fork(2, func(i int, h steps.Host) {
				if i == 0 {
					h.Do(steps.Request{Method: "POST", Path: "/"})
					say(h, "response")
					return
				}
				h.Sleep(time.Second / 2)
				say(h, "slept")
			})
		})
		want(t, lines, "slept", "response")
	})
}

// TestDeliveriesFromManySides: events keep one order, and none is lost, while a run listens.
func TestDeliveriesFromManySides(t *testing.T) {
	const senders, each = 4, 250
	hub := NewHub(Config{})
	var sending sync.WaitGroup
	err := hub.Run(t.Context(), "r", 1, nil, func(h steps.Host) {
		for range senders {
			sending.Go(func() {
				for range each {
					hub.Deliver("r", []*graph.Event{event("c", "established")})
				}
			})
		}
		h.Fork(3, func(_ int, h steps.Host) {
			for seq := range uint64(senders * each) {
				if e, err := h.Next(seq, h.Now().Add(time.Minute)); err != nil || e.Seq != seq+1 {
					t.Errorf("after %d: %d %v", seq, e.Seq, err)
					return
				}
			}
		})
	})
	sending.Wait()
	if err != nil {
		t.Error(err)
	}
}

func TestInterruptedBeforeItBegan(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_ = NewHub(Config{}).Run(ctx, "r", 1, nil, func(h steps.Host) {
		if err := h.Sleep(time.Hour); !errors.Is(err, steps.ErrInterrupted) {
			t.Error(err)
		}
	})
}

func TestPanicReachesTheForkingBranch(t *testing.T) {
	defer func() {
		if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "boom") {
			t.Errorf("recovered %v", p)
		}
	}()
	_ = NewHub(Config{}).Run(t.Context(), "r", 1, nil, func(h steps.Host) {
		h.Fork(2, func(i int, h steps.Host) { panic("boom") })
	})
}

// TestRunsDrawTheirOwnNumbers: runs of one seed share a service, so their ids and waits must not be the same.
func TestRunsDrawTheirOwnNumbers(t *testing.T) {
	hub := NewHub(Config{})
	draw := func(runID string) (n uint64) {
		_ = hub.Run(t.Context(), runID, 1, nil, func(h steps.Host) { n = h.Rand() })
		return n
	}
	if a, b := draw("a"), draw("b"); a == b {
		t.Errorf("two runs both drew %d", a)
	} else if draw("a") != a {
		t.Error("the same run of the same seed drew another number")
	}
}

// noTokens has a token endpoint that does not answer.
type noTokens struct{}

func (noTokens) Token(ctx context.Context, _ string) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

func (noTokens) Forget(string, string) {}

// A request that waits for its token is given up at once when its scope ends, for nothing has gone out.
func TestCancelledBeforeItWasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, interrupt)
		began := time.Now()
		hub := NewHub(Config{Root: "http://graph.example", Tokens: noTokens{}})
		err := hub.Run(ctx, "r", 1, nil, func(h steps.Host) {
			resp, err := h.Do(steps.Request{Bot: "bot", Method: "GET", Path: "/"})
			if took := time.Since(began); !resp.Unsent || !errors.Is(err, steps.ErrInterrupted) || took != time.Second {
				t.Errorf("%+v, %v after %v", resp, err, took)
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
}
