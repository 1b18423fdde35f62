package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"callflow/internal/callback"
	"callflow/internal/graph"
	"callflow/internal/simulator"
	"callflow/internal/world"
	"callflow/steps"
)

// serve starts a server with that service on loopback.
func serve(t *testing.T, s service, log func(string)) (*Server, *httptest.Server) {
	t.Helper()
	front := httptest.NewUnstartedServer(nil)
	server, err := NewServer(ServerConfig{
		Root:    "http://" + front.Listener.Addr().String(),
		Bots:    []ServerBot{{Bot: steps.Bot{Name: "bot", AppID: "app-1", TenantID: "tenant-1"}, Secret: "s3cret"}},
		Service: s,
		Log:     log,
	})
	if err != nil {
		t.Fatal(err)
	}
	front.Config.Handler = server
	front.Start()
	t.Cleanup(func() {
		front.Close()
		if err := server.Close(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	return server, front
}

func TestTokenEndpoint(t *testing.T) {
	server, _ := serve(t, nobody, nil)
	for _, c := range []struct {
		name   string
		form   url.Values
		status int
		code   string
	}{
		{"good", url.Values{"grant_type": {"client_credentials"}, "client_id": {"APP-1"}, "client_secret": {"s3cret"}}, 200, ""},
		{"assertion", url.Values{"grant_type": {"client_credentials"}, "client_id": {"app-1"}, "client_assertion": {"x"}, "client_secret": {"s3cret"}}, 200, ""},
		{"no grant", url.Values{"client_id": {"app-1"}, "client_secret": {"s3cret"}}, 400, "invalid_request"},
		{"other grant", url.Values{"grant_type": {"password"}, "client_id": {"app-1"}}, 400, "unsupported_grant_type"},
		{"no id", url.Values{"grant_type": {"client_credentials"}, "client_secret": {"s3cret"}}, 400, "invalid_request"},
		{"no secret", url.Values{"grant_type": {"client_credentials"}, "client_id": {"app-1"}}, 401, "invalid_client"},
		{"wrong secret", url.Values{"grant_type": {"client_credentials"}, "client_id": {"app-1"}, "client_secret": {"x"}}, 401, "invalid_client"},
		{"unknown id", url.Values{"grant_type": {"client_credentials"}, "client_id": {"app-2"}, "client_secret": {"s3cret"}}, 401, "invalid_client"},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp, err := http.PostForm(server.URLs().Token, c.form)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			var body struct {
				Type   string `json:"token_type"`
				Token  string `json:"access_token"`
				Expiry int    `json:"expires_in"`
				Error  string `json:"error"`
				Text   string `json:"error_description"`
			}
			if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != c.status || body.Error != c.code || (c.code != "") != (body.Text != "") {
				t.Errorf("got %d %+v", resp.StatusCode, body)
			}
			if c.code != "" {
				return
			}
			req := httptest.NewRequest("GET", "/", nil)
			req.Header.Set("Authorization", "Bearer "+body.Token)
			if app, ok := server.grants.authorize(req); !ok || app.AppID != "app-1" || body.Type != "Bearer" || body.Expiry != 3599 {
				t.Errorf("%+v is the token of %q", body, app)
			}
		})
	}
	for _, h := range []string{"", "Bearer x", "Basic abc"} {
		req := httptest.NewRequest("GET", "/", nil)
		req.Header.Set("Authorization", h)
		if app, ok := server.grants.authorize(req); ok {
			t.Errorf("%q is taken for %q", h, app)
		}
	}
}

// TestServerDelivers: a client gives its callback address and gets notifications there, in order, with real tokens.
func TestServerDelivers(t *testing.T) {
	got := make(chan string, 10)
	var listener http.Handler
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { listener.ServeHTTP(w, r) }))
	defer bot.Close()
	var server *Server
	server, front := serve(t, func(clock simulator.Clock, deliver func(simulator.Delivery)) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			to, _ := io.ReadAll(r.Body)
			for i, state := range []string{"establishing", "established", "terminated"} {
				clock.After(time.Duration(i)*time.Millisecond, func() {
					headers := append(graph.Headers{{Name: "Authorization", Value: "Bearer " + server.signer.Sign("app-1", "t", clock.Now())}}, jsonContent...)
					deliver(simulator.Delivery{URL: string(to), Headers: headers, Body: notification("c", state)})
				})
			}
			w.WriteHeader(http.StatusCreated)
		})
	}, func(text string) { got <- text })
	listener = callback.NewListener(callback.Config{
		Bots:     []callback.Bot{{Name: "bot", AppID: "app-1"}},
		Verifier: callback.NewVerifier(callback.PublishedKeys(nil, server.URLs().Metadata)),
		Sink:     sink(got),
	})
	for _, path := range []string{"/callbacks/r1", "/nowhere"} {
		resp, err := http.Post(front.URL+"/v1.0/communications/calls", "text/plain", strings.NewReader(bot.URL+path))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusCreated {
			t.Error(resp.Status)
		}
		for _, want := range []string{"establishing", "established", "terminated"} {
			want = "r1 " + want
			if path == "/nowhere" {
				want = "404 Not Found"
			}
			if line := <-got; !strings.Contains(line, want) {
				t.Errorf("got %q, want %q", line, want)
			}
		}
	}
}

type sink chan string

func (s sink) Deliver(run string, events []*graph.Event) bool {
	for _, e := range events {
		s <- fmt.Sprint(run, " ", e.View["call"].(map[string]any)["state"])
	}
	return true
}

func (s sink) Joining(string) json.RawMessage { return nil }

func (s sink) Arrive(string, []*graph.Event) {}

func TestServerFates(t *testing.T) {
	_, front := serve(t, func(simulator.Clock, func(simulator.Delivery)) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/delay":
				w.(simulator.Fated).Fate(simulator.Fate{Delay: 20 * time.Millisecond})
			case "/lost":
				w.(simulator.Fated).Fate(simulator.Fate{Lost: true})
			case "/panic":
				panic("boom")
			case "/reset":
				w.(simulator.Fated).Fate(simulator.Fate{Reset: true})
			}
			fmt.Fprint(w, "x")
		})
	}, nil)
	for path, want := range map[string]string{"/delay": "200 OK", "/lost": "EOF", "/reset": "connection reset by peer"} {
		began := time.Now()
		got := ""
		resp, err := http.Post(front.URL+path, "", nil)
		if err != nil {
			got = errors.Unwrap(err).Error()
		} else {
			got = resp.Status
			resp.Body.Close()
		}
		if !strings.HasSuffix(got, want) || path == "/delay" && time.Since(began) < 20*time.Millisecond {
			t.Errorf("%s: got %s", path, got)
		}
	}
	resp, err := http.Post(front.URL+"/panic", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusInternalServerError {
		t.Error(resp.Status)
	}
	resp, err = http.Post(front.URL+"/large", "", io.LimitReader(zeros{}, maxRequest+1))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Error(resp.Status)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestServerStops(t *testing.T) {
	server, front := serve(t, nobody, nil)
	if err := server.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(front.URL+"/x", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Error(resp.Status)
	}
}

func TestDecodeAction(t *testing.T) {
	for text, want := range map[string]string{
		`{"hangUp":{"who":"carol"}}`:           "0s carol",
		`{"hangUp":"carol"}`:                   "0s carol",
		`hangUp: carol`:                        "0s carol",
		`{"at":"2s","hangUp":{"who":"carol"}}`: "2s carol",
		`{"at":2,"hangUp":{"who":"carol"}}`:    `1:7: the duration "2" has no unit`,
		`{"hangup":{"who":"carol"}}`:           `1:2: unknown key "hangup"`,
		`[]`:                                   "this is a list",
		``:                                     "empty",
	} {
		a, err := decode[world.Action](strings.NewReader(text), "action")
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = fmt.Sprint(a.At, " ", a.HangUp.Who)
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// Faults and people can be changed while the world goes on, in the shared one and in one of one's own.
func TestAdmin(t *testing.T) {
	b := newForeign(t, &world.Scene{People: map[string]*world.Person{"carol": {ID: carolsID}}})
	var w world.Opened
	b.decode(b.do("POST", b.urls.Graph+world.WorldsPath, `{"scene": {"people": {"carol": {"id": "`+carolsID+`"}}}, "chaos": "delay,duplicate", "seed": 7}`, 201), &w)
	for hook, at := range map[string]world.Opened{
		"/shared": {Root: b.urls.Graph, Faults: b.urls.Faults, People: b.urls.People},
		"/own":    w,
	} {
		calls, body := at.Root+"/v1.0/communications/calls", createBody(b.urls.Issuer+hook, carolsID)
		b.do("POST", at.Faults, `{fault: createCall, status: 429, retryAfter: 2s}`, 201)
		if text := b.do("GET", at.Faults, "", 200); !strings.Contains(text, `{"faults":[{"number":1,"left":1,"fault":{"fault":"createCall","retryAfter":"2s","status":429,"times":1}}]}`) {
			t.Errorf("got %s", text)
		}
		b.do("POST", calls, body, 429)
		b.do("POST", calls, body, 201)
		b.until(hook, "established")
		b.do("POST", at.Faults, `{"fault": "createCall", "status": 503, "times": 9}`, 201)
		b.do("DELETE", at.Faults+"/2", "", 204)
		b.do("DELETE", at.Faults+"/2", "", 404)
		b.do("POST", at.Faults, `{"fault": "createCall", "status": 503, "times": 9}`, 201)
		b.do("DELETE", at.Faults, "", 204)
		b.do("PUT", at.Faults, "", 405)

		b.do("PUT", at.People+"/carol", `{"declines": "0s"}`, 200)
		b.do("POST", calls, body, 201)
		b.until(hook, "terminated")
		b.do("DELETE", at.People+"/carol", "", 400) // the first call goes on
		b.do("PUT", at.People+"/dora", `{"phone": "+15551234567"}`, 201)
		if text := b.do("GET", at.People, "", 200); !strings.Contains(text, `"dora":{"displayName":"dora","phone":"+15551234567"`) {
			t.Errorf("got %s", text)
		}
		b.do("DELETE", at.People+"/dora", "", 204)
		b.do("GET", at.People+"/dora", "", 404)
		if text := b.do("PUT", at.People+"/dora", `{"answers": "2s"}`, 201); !strings.Contains(text, `"answers":{"after":"2s"}`) {
			t.Errorf("got %s", text)
		}
		if text := b.do("PUT", at.People+"/dora", `{"answer": "2s"}`, 400); !strings.Contains(text, "did you mean answers?") {
			t.Errorf("got %s", text)
		}
		for _, bad := range [][3]string{
			{"POST", at.Faults, `{"fault": "createCall", "drop": true}`},
			{"POST", at.Faults, `{"fault": "createCall", "staus": 500}`},
			{"POST", at.Faults, `{"fault": "createCall", "with": "zoe", "lost": true}`},
			{"POST", at.Faults, `{"fault": "notification", "match": "call.stat == 1", "drop": true}`},
			{"PUT", at.People + "/x", `{"busy": true, "declines": "1s"}`},
			{"PUT", at.People + "/x", `{"id": "` + carolsID + `"}`},
			{"PUT", at.People + "/x", `{"answer": "1s"}`},
		} {
			if text := b.do(bad[0], bad[1], bad[2], 400); !strings.Contains(text, `"code":"BadRequest"`) {
				t.Errorf("%s: got %s", bad[2], text)
			}
		}
	}
	if text := b.do("POST", b.urls.Graph+world.WorldsPath, `{"chaos": "mess"}`, 400); !strings.Contains(text, "is no disorder") {
		t.Errorf("got %s", text)
	}
}
