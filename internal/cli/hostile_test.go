package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"callflow/internal/callback"
	"callflow/internal/target"
)

// hostile is a service that has a token endpoint and signs its notifications as it should, and otherwise does what a test
// wants.
type hostile struct {
	*httptest.Server
	signer *callback.Signer
	hook   string // where callflow listens

	mu       sync.Mutex
	requests []string
}

func newHostile(t *testing.T, answer func(h *hostile, w http.ResponseWriter, r *http.Request)) *hostile {
	t.Helper()
	signer, err := callback.NewSigner(callback.GlobalIssuer)
	if err != nil {
		t.Fatal(err)
	}
	h := &hostile{signer: signer, hook: freePort(t)}
	mux := http.NewServeMux()
	h.Server = httptest.NewServer(mux)
	t.Cleanup(h.Close)
	mux.Handle("/v1/.well-known/", signer.Publish(h.URL))
	mux.HandleFunc("/{tenant}/oauth2/v2.0/token", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"access_token":"secret-token","expires_in":3600}`)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.requests = append(h.requests, r.Method+" "+r.URL.EscapedPath())
		h.mu.Unlock()
		if r.Method == http.MethodDelete {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer(h, w, r)
	})
	return h
}

// run runs a scenario against the service and returns the exit code, what was printed, and the journal's records.
func (h *hostile) run(t *testing.T, scenario string) (code int, out string, journal []map[string]any) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"s.yaml": scenario, "callflow.yaml": fmt.Sprintf(`
targets:
  hostile:
    simulator: true
    root: %s
    callback: {listen: %q, publicUrl: "http://%s"}
`, h.URL, h.hook, h.hook)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	code = Main([]string{"run", "--verbose", "--ladder", "--config", filepath.Join(dir, "callflow.yaml"), "--target", "hostile",
		"--journal", filepath.Join(dir, "journals"), filepath.Join(dir, "s.yaml")}, strings.NewReader(""), &stdout, &stderr)
	out = stdout.String() + stderr.String()
	if i := strings.IndexFunc(out, func(r rune) bool { return r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r == 0x202e }); i >= 0 {
		t.Errorf("the output commands the terminal: %q", out[max(0, i-40):min(i+40, len(out))])
	}
	if strings.Contains(out, "panic") || strings.Contains(out, "callflow itself failed") {
		t.Errorf("a fault of our own:\n%s", out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "journals", "*.jsonl"))
	if err != nil || len(files) != 1 {
		t.Fatalf("journals %v, %v\n%s", files, err, out)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		var r map[string]any
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber() // a notification may hold one that is too large for any type
		if err := d.Decode(&r); err != nil {
			t.Fatalf("%.200s: %v", line, err)
		}
		journal = append(journal, r)
	}
	return code, out, journal
}

// post sends a notification to a callback address and returns the answer.
func (h *hostile) post(t *testing.T, uri, token string, header http.Header, body io.Reader) (status int, said string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, uri, body)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	r.Header.Set("Content-Type", "application/json")
	if token == "" {
		token = h.signer.Sign(target.Bot.AppID, target.Bot.TenantID, time.Now())
	}
	if token != "-" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text)
}

const outgoing = `
name: Outgoing
timeout: 20s
steps:
  - createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]}
    timeout: 10s
    capture: {leg: call.id}
  - hangUp: {call: "${{ leg }}"}
    until: accepted
`

func established(call string) string {
	return `{"value":[{"changeType":"updated","resourceUrl":"/communications/calls/` + call +
		`","resourceData":{"@odata.type":"#microsoft.graph.call","state":"established"}}]}`
}

// endless never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// TestHostileNotifications posts all kinds of nonsense to a run's address before the notification that it waits for. The
// run passes, and its journal has what was posted, with what is wrong with it.
func TestHostileNotifications(t *testing.T) {
	const call = "17f0c0de-0000-4000-8000-000000000017"
	item := func(data string) string {
		return `{"value":[{"changeType":"updated","resourceUrl":"/communications/calls/` + call + `","resourceData":` + data + `}]}`
	}
	cases := []struct {
		name    string
		token   string
		header  http.Header
		body    string
		reader  io.Reader
		status  int
		problem string // in the journal; "": nothing is journalled
	}{
		{name: "no JSON", body: "hello", status: 400, problem: "the body is no JSON"},
		{name: "empty", body: "", status: 400, problem: "the body is empty"},
		{name: "a web page", body: "<html>\x1b[2J\u202e", status: 400, problem: "the body is no JSON"},
		{name: "5 MB", body: item(`{"x":"` + strings.Repeat("y", 5<<20) + `"}`), status: 413, problem: "larger than 1048576 bytes; only its beginning is kept"},
		{name: "endless", reader: endless{}, status: 413, problem: "larger than 1048576 bytes; only its beginning is kept"},
		{name: "unknown type", body: item(`{"@odata.type":"#microsoft.graph.dance\u001b[2J"}`), status: 202, problem: "unknown type"},
		{name: "no type", body: `{"value":[{"changeType":"updated","resourceData":{"a":1}}]}`, status: 202, problem: "of no known type"},
		{name: "no item", body: `{"value":["x"]}`, status: 202, problem: "not an object"},
		{name: "no value", body: `{"valeu":[]}`, status: 202, problem: "the body has no `value`"},
		{name: "brackets", body: `{"value":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`, status: 400, problem: "the body is no JSON"},
		{name: "deep", body: item(strings.Repeat(`{"a":`, 500) + "1" + strings.Repeat("}", 500)), status: 202, problem: "64 objects and lists inside each other"},
		{name: "huge numbers", body: item(`{"@odata.type":"#microsoft.graph.call","resultInfo":{"code":1e999,"subcode":` + strings.Repeat("9", 5000) + `}}`), status: 202, problem: "not a number"},
		{name: "duplicate keys", body: item(`{"@odata.type":"#microsoft.graph.call","state":"establishing","state":7,"resultInfo":{"code":"x"}}`), status: 202, problem: `code is "x", not a number`},
		{name: "not UTF-8", body: item("{\"@odata.type\":\"#microsoft.graph.call\",\"subject\":\"\xff\xfe\"}"), status: 202, problem: "not UTF-8"},
		{name: "lone surrogate", body: item(`{"@odata.type":"#microsoft.graph.call","subject":"\ud800","state":{}}`), status: 202, problem: "state is an object"},
		{name: "thousands of items", body: `{"value":[` + strings.TrimSuffix(strings.Repeat(`{"changeType":"updated"},`, 5000), ",") + `]}`, status: 202, problem: "`value` has 5000 items, more than the 2000 that are read"},
		{name: "huge roster", body: `{"value":[{"changeType":"updated","resourceUrl":"/communications/calls/` + call + `/participants","resourceData":[` +
			strings.TrimSuffix(strings.Repeat(`{"id":"p"},`, 3000), ",") + `]}]}`, status: 202, problem: "kept raw only: it holds a list of more than 2000 elements"},
		{name: "a loud roster", body: `{"value":[{"changeType":"updated","resourceUrl":"/communications/calls/` + call + `/participants","resourceData":[{"id":"p\u001b[2J",` +
			`"info":{"identity":{"user":{"id":"u","displayName":"Eve\u001b]0;title\u0007\u202e\u009b"}}},"isMuted":"perhaps"}]}]}`, status: 202, problem: "isMuted is"},
		{name: "another call", body: `{"value":[{"changeType":"updated","resourceUrl":"/communications/calls/../../etc","resourceData":{"@odata.type":"#microsoft.graph.call","state":"\u001b[2J"}}]}`, status: 202, problem: "state"},
		{name: "wrong token", token: "a.b.c", body: established(call), status: 401},
		{name: "no token", token: "-", body: established(call), status: 401},
		{name: "endless token", token: strings.Repeat("x", 100_000), body: established(call), status: 401},
		{name: "compressed", header: http.Header{"Content-Encoding": {"gzip"}}, body: established(call), status: 415},
		{name: "a form", header: http.Header{"Content-Type": {"text/html\t; x"}}, body: established(call), status: 415},
	}
	h := newHostile(t, func(h *hostile, w http.ResponseWriter, r *http.Request) {
		var body struct{ CallbackURI string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		var stuck []net.Conn
		for range 20 { // clients that begin a request and never end it
			if conn, err := net.Dial("tcp", h.hook); err == nil {
				_, _ = io.WriteString(conn, "POST /callbacks/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
				stuck = append(stuck, conn)
			}
		}
		t.Cleanup(func() {
			for _, conn := range stuck {
				conn.Close()
			}
		})
		for _, c := range cases {
			reader := c.reader
			if reader == nil {
				reader = strings.NewReader(c.body)
			}
			status, said := h.post(t, body.CallbackURI, c.token, c.header, reader)
			// Who sends without an end may find the connection closed before it has read the answer.
			if status != c.status && !(status == 0 && (c.reader != nil || len(c.body) > callback.MaxBody)) {
				t.Errorf("%s: answered %d, want %d: %s", c.name, status, c.status, said)
			}
		}
		for _, path := range []string{"/callbacks/", "/callbacks/nobody", "/callbacks/../x", "/", "/%00", "/bots/none"} {
			if status, said := h.post(t, "http://"+h.hook+path, "", nil, strings.NewReader(established(call))); status != 404 && status != 0 {
				t.Errorf("%s: answered %d: %s", path, status, said)
			}
		}
		if status, said := h.post(t, body.CallbackURI, "", nil, strings.NewReader(established(call))); status != 202 {
			t.Errorf("the right one: answered %d: %s", status, said)
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id":"`+call+`","state":"establishing"}`)
	})
	code, out, journal := h.run(t, outgoing)
	if code != 0 || !strings.Contains(out, "1 passed") {
		t.Errorf("exit code %d\n%.20000s", code, out)
	}
	var events []map[string]any
	for _, r := range journal {
		if e, ok := r["event"].(map[string]any); ok {
			events = append(events, e)
		}
	}
	for _, c := range cases {
		found := slices.ContainsFunc(events, func(e map[string]any) bool {
			problem, _ := e["problem"].(string)
			return c.problem != "" && strings.Contains(problem, c.problem) && e["raw"] != nil
		})
		if found != (c.problem != "") {
			t.Errorf("%s: in the journal %v, with the problem %q", c.name, found, c.problem)
		}
	}
}

// TestHostileService answers createCall with what no service should. Each answer is a clear failure, in time.
func TestHostileService(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s was sent elsewhere, with the token %q", r.Method, r.URL, r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	answer := func(status int, header, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if name, value, ok := strings.Cut(header, ": "); ok {
				w.Header().Set(name, value)
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	raw := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
				_, _ = io.WriteString(conn, text)
				conn.Close()
			}
		}
	}
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"a web page", answer(200, "Content-Type: text/html", "<html>\x1b[2Jsign in\u202e</html>"), "createCall was answered with 200 OK, but the response names no call: its body is no JSON"},
		{"nothing", answer(204, "", ""), "createCall was answered with 204 No Content, but the response names no call: it has no body"},
		{"no id", answer(201, "", `{"state":"establishing"}`), "names no call: there is no id in its body, and no Location"},
		{"an id that climbs", answer(201, "Location: /v1.0/communications/calls/..", ""), `names no call: the id ".." of its Location cannot stand in a path`},
		{"a loud id", answer(201, "", `{"id":"\u0000\u001b[2J\r\nX: y"}`), "in its body cannot stand in a path"},
		{"a redirect elsewhere", answer(302, "Location: "+elsewhere.URL+"/v1.0/communications/calls/c1", ""), "createCall was refused with 302"},
		{"a redirect that repeats", answer(307, "Location: "+elsewhere.URL+"/v1.0/communications/calls/c1", ""), "createCall was refused with 307"},
		{"10 MB", answer(201, "", `{"id":"c1","x":"`+strings.Repeat("y", 10<<20)+`"}`), "it is larger than 8388608 bytes"},
		{"deep", answer(201, "", `{"id":"c1","x":`+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+`}`), "its body is no JSON"},
		{"less than it says", raw("HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{\"id\":\"c1\""), "the response broke off: unexpected EOF"},
		{"no HTTP", raw("\x16\x03\x01\x1b[2J"), "createCall got no response"},
		{"no status", raw("HTTP/1.1 -1 Wat\r\n\r\n"), "createCall got no response"},
		{"a loud error", answer(400, "", `{"error":{"code":"\u001b[2J","message":"\u001b]0;title\u0007\u202e\u009b"}}`), "createCall was refused with 400"},
		{"a long error", answer(400, "", `{"error":{"code":"x","message":"`+strings.Repeat("{", 100_000)+`"}}`), "createCall was refused with 400"},
		{"come again in a lifetime", answer(429, "Retry-After: 1e9", ""), "for waiting another 24h would pass its timeout"},
		{"come again yesterday", answer(429, "Retry-After: -1", ""), "gave up after"},
		{"come again soon", answer(503, "Retry-After: soon", ""), "gave up after"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHostile(t, func(_ *hostile, w http.ResponseWriter, r *http.Request) { c.answer(w, r) })
			began := time.Now()
			code, out, _ := h.run(t, strings.Replace(outgoing, "    capture:", "    retry: {attempts: 2, initialInterval: 10ms}\n    capture:", 1)+
				"leak: keep\n") // else cleanup waits for events of a call whose id was not told
			if plain := strings.Join(strings.Fields(out), " "); code != 1 || !strings.Contains(plain, c.want) {
				t.Errorf("exit code %d, want %q in\n%.5000s", code, c.want, out)
			}
			if len(out) > 50_000 && c.name != "10 MB" && c.name != "deep" && c.name != "a long error" {
				t.Errorf("%d bytes are printed", len(out))
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}
