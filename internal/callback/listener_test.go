package callback

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"

	"github.com/google/go-cmp/cmp"
)

// notes is a Sink that knows the run r1.
type notes struct {
	lines  []string
	events []*graph.Event
}

func (n *notes) take(to string, events []*graph.Event) {
	n.events = append(n.events, events...)
	for _, e := range events {
		line := to + " " + string(e.Kind)
		if e.CallID != "" {
			line += " " + e.CallID
		}
		if e.Problem != "" {
			line += " odd"
		}
		n.lines = append(n.lines, line)
	}
}

func (n *notes) Deliver(run string, events []*graph.Event) bool {
	if run != "r1" {
		return false
	}
	n.take(run, events)
	return true
}

func (n *notes) Arrive(bot string, events []*graph.Event) { n.take(bot, events) }

func (n *notes) Joining(call string) json.RawMessage {
	if call != "c1" {
		return nil
	}
	return graph.JoinAnswer{}.Body()
}

// verdicts is a Verifier: the token is the error.
type verdicts struct{}

func (verdicts) Verify(token, audience string, _ time.Time) error {
	switch {
	case token == audience:
		return nil
	case token == "keys":
		return ErrKeys
	case strings.HasPrefix(token, "app-"):
		return ErrAudience
	}
	return errors.New("the token is bad")
}

const (
	established = `{"value":[{"changeType":"updated","resourceUrl":"/communications/calls/c1","resourceData":{"@odata.type":"#microsoft.graph.call","id":"c1","state":"established"}}]}`
	oldFormat   = `{"id":"x","callState":"incoming","participants":[{"identity":"29:1"}],"isMultiparty":false}`
)

func newTestListener(sink Sink) *Listener {
	return NewListener(Config{
		Base:     "/callflow/",
		Bots:     []Bot{{Name: "main", AppID: "app-1"}, {Name: "other", AppID: "app-2", Path: "/api/calls"}},
		Sink:     sink,
		Verifier: verdicts{},
	})
}

func TestListener(t *testing.T) {
	large := `{"value":[` + strings.Repeat(" ", MaxBody) + `]}`
	for _, c := range []struct {
		name   string
		method string // default POST
		path   string // default the run's
		token  string // default app-1; "-": none
		header string // one more header
		body   string
		status int
		lines  []string
	}{
		{name: "run", body: established, status: 202, lines: []string{"r1 call c1"}},
		{name: "run, other bot's token", token: "app-2", body: established, status: 202, lines: []string{"r1 call c1"}},
		{name: "registered address", path: "/callflow/bots/main", body: established, status: 202, lines: []string{"main call c1"}},
		{name: "configured address", path: "/api/calls", body: established, status: 202, lines: []string{"other call c1"}},
		{name: "also at the usual one", path: "/callflow/bots/other", body: established, status: 202, lines: []string{"other call c1"}},
		{name: "charset", header: "Content-Type: application/json; charset=Windows-1252", body: established, status: 202, lines: []string{"r1 call c1"}},
		{name: "unknown run", path: "/callflow/callbacks/r2", body: established, status: 404},
		{name: "unknown bot", path: "/callflow/bots/x", body: established, status: 404},
		{name: "no run", path: "/callflow/callbacks/", body: established, status: 404},
		{name: "below a run", path: "/callflow/callbacks/r1/x", body: established, status: 404},
		{name: "elsewhere", path: "/", body: established, status: 404},
		{name: "method", method: "GET", status: 405},
		{name: "content type", header: "Content-Type: text/plain", body: established, status: 415},
		{name: "content encoding", header: "Content-Encoding: gzip", body: established, status: 415},
		{name: "no token", token: "-", body: established, status: 401},
		{name: "other scheme", token: "-", header: "Authorization: Basic abc", body: established, status: 401},
		{name: "bad token", token: "bad", body: established, status: 401},
		{name: "other audience", token: "app-3", body: established, status: 403},
		{name: "no keys", token: "keys", body: established, status: 503},
		{name: "no JSON", body: "hello", status: 400, lines: []string{"r1 other odd"}},
		{name: "no JSON, no token", token: "-", body: "hello", status: 400},
		{name: "empty", body: "", status: 400, lines: []string{"r1 other odd"}},
		{name: "no object", body: "[1]", status: 400, lines: []string{"r1 other odd"}},
		{name: "unknown object", body: `{"a":1}`, status: 202, lines: []string{"r1 other odd"}},
		{name: "unknown object for nobody", path: "/api/calls", body: `{"a":1}`, status: 400},
		{name: "too large", body: large, status: 413, lines: []string{"r1 other odd"}},
		{name: "too large, no token", token: "-", body: large, status: 401},
		{name: "old format", path: "/api/calls", body: oldFormat, status: 204},
		{name: "old format, no token", path: "/api/calls", token: "-", body: oldFormat, status: 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			sink := &notes{}
			var refused int
			l := newTestListener(sink)
			l.cfg.Refused = func(e *graph.Event) {
				if refused = e.Delivery.Status; e.Delivery.Why == "" || e.Kind != graph.KindRefused || e.View != nil {
					t.Errorf("refused: %+v, %+v", e, e.Delivery)
				}
				if e.About != nil && (e.MessageID != "m1/0" || e.CallID != e.About.CallID) {
					t.Errorf("refused: %+v, about %+v", e, e.About)
				}
			}
			method, path, token := c.method, c.path, c.token
			if method == "" {
				method = "POST"
			}
			if path == "" {
				path = "/callflow/callbacks/r1"
			}
			if token == "" {
				token = "app-1"
			}
			r := httptest.NewRequest(method, path, strings.NewReader(c.body))
			r.Header.Set("Content-Type", "application/json")
			if token != "-" {
				r.Header.Set("Authorization", "Bearer "+token)
			}
			if name, value, ok := strings.Cut(c.header, ": "); ok {
				r.Header.Set(name, value)
			}
			r.Header.Set("X-Microsoft-Skype-Message-ID", "m1")
			r.Header.Set("X-Microsoft-Skype-Chain-ID", "s1")
			w := httptest.NewRecorder()
			l.ServeHTTP(w, r)
			if w.Code != c.status {
				t.Errorf("status %d, want %d: %s", w.Code, c.status, w.Body)
			}
			if d := cmp.Diff(c.lines, sink.lines); d != "" {
				t.Errorf("delivered (-want +got):\n%s", d)
			}
			if w.Header().Get("Client-Request-Id") != "m1" || w.Header().Get("Scenario-Id") != "s1" {
				t.Errorf("echoes %v", w.Header())
			}
			// What is delivered in spite of its refusal says so itself.
			if want := c.status; want >= 400 && c.lines == nil && refused != want || (want < 400 || c.lines != nil) && refused != 0 {
				t.Errorf("reported as refused with %d", refused)
			}
			for _, e := range sink.events {
				if d := e.Delivery; d == nil || d.Status != c.status || (d.Why != "") != (c.status >= 400) || d.Address != path {
					t.Errorf("delivered as %+v", d)
				}
			}
		})
	}
}

// TestListenerBrokenBody: a body that breaks off is refused and not delivered.
func TestListenerBrokenBody(t *testing.T) {
	sink := &notes{}
	r := httptest.NewRequest("POST", "/callflow/callbacks/r1", io.MultiReader(strings.NewReader(established[:50]), broken{}))
	r.ContentLength = int64(len(established))
	r.Header.Set("Authorization", "Bearer app-1")
	w := httptest.NewRecorder()
	newTestListener(sink).ServeHTTP(w, r)
	if w.Code != http.StatusBadRequest || len(sink.lines) != 0 {
		t.Errorf("%d %v", w.Code, sink.lines)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

// FuzzListener: whatever is posted, an answer comes, and what was well-formed and authorised is delivered.
func FuzzListener(f *testing.F) {
	for _, body := range []string{established, oldFormat, "", "{", "null", `{"value":[]}`, `{"value":[null,1,"x",{}]}`, "\xff\x00", `{"value":{"value":[]}}`} {
		f.Add("/callflow/callbacks/r1", "application/json", "Bearer app-1", "m", []byte(body))
	}
	f.Add("/callflow/bots/main", "text/plain; charset", "bearer  x", "", []byte("{}"))
	f.Add("/api/calls", "", "", "m", []byte("{}"))
	f.Fuzz(func(t *testing.T, path, kind, authorization, id string, body []byte) {
		sink := &notes{}
		r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
		r.URL.Path = path
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Authorization", authorization)
		r.Header.Set("X-Microsoft-Skype-Message-ID", id)
		w := httptest.NewRecorder()
		newTestListener(sink).ServeHTTP(w, r)
		switch w.Code {
		case 202:
			if len(sink.lines) == 0 {
				t.Error("202, but nothing was delivered")
			}
		case 204, 401, 403, 404, 405, 415, 503:
			if len(sink.lines) != 0 {
				t.Errorf("%d, but delivered: %q", w.Code, sink.lines)
			}
		case 400, 413:
		default:
			t.Errorf("status %d", w.Code)
		}
	})
}

// BenchmarkListener: one notification, its token remembered, no network.
func BenchmarkListener(b *testing.B) {
	s := newSigner(b)
	l := NewListener(Config{Bots: []Bot{{Name: "main", AppID: "app-1"}}, Sink: drop{}, Verifier: NewVerifier(s.Keys), Now: func() time.Time { return start }})
	header := http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + s.Sign("app-1", "t", start)}}
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("POST", "/callbacks/r1", strings.NewReader(established))
		r.Header = header
		w := httptest.NewRecorder()
		l.ServeHTTP(w, r)
		if w.Code != 202 {
			b.Fatal(w.Body)
		}
	}
}

type drop struct{}

func (drop) Deliver(string, []*graph.Event) bool { return true }
func (drop) Arrive(string, []*graph.Event)       {}
func (drop) Joining(string) json.RawMessage      { return nil }

// Who joins a recording bot's call is answered in the response; a call that nobody speaks for gets an empty one.
func TestListenerAnswersJoining(t *testing.T) {
	sink := &notes{}
	l := newTestListener(sink)
	post := func(call string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/callflow/callbacks/r1", strings.NewReader(`{"value":[{"changeType":"created","resourceUrl":"/communications/calls/`+
			call+`/participants/p1","resourceData":{"@odata.type":"#microsoft.graph.participantJoiningNotification","call":{"id":"`+call+`"}}}]}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer app-1")
		w := httptest.NewRecorder()
		l.ServeHTTP(w, r)
		return w
	}
	w := post("c1")
	if got := w.Body.String(); w.Code != 200 || got != `{"@odata.type":"#microsoft.graph.acceptJoinResponse"}` || w.Header().Get("Content-Type") != "application/json" {
		t.Error(w.Code, w.Header(), got)
	}
	if w := post("c2"); w.Code != 202 || w.Body.Len() > 0 {
		t.Error(w.Code, w.Body)
	}
	if diff := cmp.Diff([]string{"r1 participantJoining c1", "r1 participantJoining c2"}, sink.lines); diff != "" {
		t.Error(diff)
	}
}
