package sim

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"callflow/internal/callback"
	"callflow/internal/simulator"
	"callflow/internal/world"
	"callflow/steps"
)

// pipes is a listener whose connections are in memory, so that a test's clock is virtual.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// dial connects; closed is closed when the server gives the connection up.
func (p *pipes) dial() (client net.Conn, closed chan struct{}) {
	client, server := net.Pipe()
	closed = make(chan struct{})
	p.conns <- &watched{Conn: server, closed: closed}
	return client, closed
}

type watched struct {
	net.Conn
	once   sync.Once
	closed chan struct{}
}

func (w *watched) Close() error { w.once.Do(func() { close(w.closed) }); return w.Conn.Close() }

// inBubble runs a test against a server on connections in memory.
func inBubble(t *testing.T, test func(t *testing.T, p *pipes)) {
	synctest.Test(t, func(t *testing.T) {
		server := newPlain(t)
		p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		web := server.Web(nil)
		go func() { _ = web.Serve(p) }()
		defer func() { _, _ = web.Close(), server.Close(t.Context()) }()
		test(t, p)
	})
}

func newPlain(t testing.TB) *Server {
	t.Helper()
	server, err := NewServer(ServerConfig{Root: "http://graph.test", Bots: []ServerBot{{Bot: steps.Bot{Name: "bot", AppID: "app-1", TenantID: "tenant-1"}}},
		Client: &http.Client{Transport: swallow{}}, Scene: unlimited()})
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// swallow takes every notification.
type swallow struct{}

func (swallow) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusAccepted, Body: http.NoBody, Request: r}, nil
}

// TestSlowClients: nobody holds a connection for ever, whatever it does not send or does not read.
func TestSlowClients(t *testing.T) {
	const post = "POST /v1.0/communications/calls HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
	for _, tt := range []struct {
		name, begin string
		drip        time.Duration // between one byte and the next; 0: no more bytes
		deaf        bool          // does not read
		want        time.Duration
		status      int
	}{
		{"nothing", "", 0, false, headerTime, 0},
		{"half a header", "GET / HTTP/1.1\r\nHo", 0, false, headerTime, 0},
		{"a header byte by byte", "GET / HTTP/1.1\r\nX: ", 3 * time.Second, false, headerTime, 0},
		{"no body", post, 0, false, readTime, 408},
		{"a body byte by byte", post, 7 * time.Second, false, readTime, 408},
		{"a token request without its form", strings.Replace(strings.Replace(post, "/v1.0/communications/calls", "/t/oauth2/v2.0/token", 1), "json", "x-www-form-urlencoded", 1), 0, false, readTime, 408},
		{"a world without its scene", strings.Replace(post, "/v1.0/communications/calls", world.WorldsPath, 1), 0, false, readTime, 408},
		{"does not read", "GET /v1.0/x HTTP/1.1\r\nHost: x\r\n\r\n", 0, true, readTime + writeTime, 0},
		{"says no more", "GET /v1.0/x HTTP/1.1\r\nHost: x\r\n\r\n", 0, false, idleTime, 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, p *pipes) {
				conn, closed := p.dial()
				defer conn.Close()
				began := time.Now()
				got := make(chan string, 1)
				if !tt.deaf {
					go func() { text, _ := io.ReadAll(conn); got <- string(text) }()
				}
				go func() {
					_, err := io.WriteString(conn, tt.begin)
					for err == nil && tt.drip > 0 {
						select {
						case <-closed:
							return
						case <-time.After(tt.drip):
							_, err = io.WriteString(conn, "x")
						}
					}
				}()
				<-closed
				if took := time.Since(began); took.Round(time.Second) != tt.want {
					t.Errorf("held for %s, want %s", took, tt.want)
				}
				if tt.deaf {
					return
				}
				if text := <-got; tt.status == 0 && text != "" && !strings.Contains(text, " 400 ") {
					t.Errorf("got %q", text)
				} else if tt.status != 0 {
					checkAnswer(t, text, "GET", tt.status)
				}
			})
		})
	}
}

// TestManySlowClients: they are in nobody's way.
func TestManySlowClients(t *testing.T) {
	inBubble(t, func(t *testing.T, p *pipes) {
		for range 500 {
			conn, _ := p.dial()
			defer conn.Close()
			_, _ = io.WriteString(conn, "POST / HTTP/1.1\r\n")
		}
		began := time.Now()
		conn, _ := p.dial()
		defer conn.Close()
		go func() {
			_, _ = io.WriteString(conn, "GET /v1.0/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		}()
		text, _ := io.ReadAll(conn)
		checkAnswer(t, string(text), "GET", 404)
		if took := time.Since(began); took != 0 {
			t.Errorf("it took %s", took)
		}
	})
}

// checkAnswer wants a status and, from 400 on, an envelope: the service's or the token endpoint's.
func checkAnswer(t *testing.T, text, method string, status int) {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%v: %q", err, text)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != status {
		t.Fatalf("%s %s %v, want %d", resp.Status, body, err, status)
	}
	if status < 400 || method == "HEAD" {
		return
	}
	if bad := envelopeOf(resp, body); bad != "" {
		t.Errorf("%s: %s %s", bad, resp.Status, body)
	}
}

// envelopeOf says what is wrong with an error's body, "" if nothing is.
func envelopeOf(resp *http.Response, body []byte) string {
	var e struct {
		Error json.RawMessage
		Text  string `json:"error_description"`
	}
	var graph struct {
		Code, Message string
		InnerError    map[string]string
	}
	switch {
	case resp.Header.Get("Content-Type") != "application/json":
		return "the Content-Type is " + resp.Header.Get("Content-Type")
	case json.Unmarshal(body, &e) != nil:
		return "no JSON object"
	case e.Text != "":
		return ""
	case json.Unmarshal(e.Error, &graph) != nil, graph.Code == "", graph.Message == "":
		return "no envelope"
	case graph.InnerError["date"] == "" || graph.InnerError["request-id"] == "" || graph.InnerError["request-id"] != resp.Header.Get("request-id"):
		return "no ids in innerError"
	case resp.StatusCode == http.StatusMethodNotAllowed && resp.Header.Get("Allow") == "":
		return "405 without Allow"
	}
	return ""
}

// TestOddRequests: whatever can be said in HTTP gets an answer that a Graph client understands.
func TestOddRequests(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for _, tt := range []struct {
		line, more string
		status     int
	}{
		{"GET / HTTP/1.0", "", 200},
		{"HEAD / HTTP/1.1", "", 200},
		{"POST / HTTP/1.1", "", 405},
		{"GET /v1.0/communications/calls/x HTTP/1.0", "", 401},
		{"GET http://graph.microsoft.com/v1.0/communications/calls/x HTTP/1.1", "", 401},
		{"GET //v1.0//communications/calls/x HTTP/1.1", "", 404},
		{"GET /v1.0/communications/../../etc/passwd HTTP/1.1", "", 404},
		{"GET /v1.0/communications/calls/%2e%2e%2f%2e%2e HTTP/1.1", "", 401},
		{"GET /v1.0/communications/calls/%00%ff?$select=id&%zz HTTP/1.1", "", 401},
		{"GET /%2f..%2f HTTP/1.1", "", 404},
		{"GET /" + long + " HTTP/1.1", "", 404},
		{"OPTIONS * HTTP/1.1", "", 404},
		{"OPTIONS /v1.0/communications/calls HTTP/1.1", "", 401},
		{"HEAD /v1.0/communications/calls HTTP/1.1", "", 401},
		{"CONNECT graph.microsoft.com:443 HTTP/1.1", "", 404},
		{"BREW /v1.0/communications/calls HTTP/1.1", "", 401},
		{"GET /v1.0/communications/calls/x HTTP/1.1", "Authorization: Bearer " + long, 401},
		{"GET /v1.0/communications/calls/x HTTP/1.1", "Authorization: Bearer", 401},
		{"GET /v1.0/communications/calls/x HTTP/1.1", "Authorization: Bearer x\r\nAuthorization: Bearer y", 401},
		{"GET /v1.0/communications/calls/x HTTP/1.1", "client-request-id: \xff\xfe\"", 401},
		{"POST /v1.0/communications/calls HTTP/1.1", "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
		{"POST /t/oauth2/v2.0/token HTTP/1.1", "", 400},
		{"GET /t/oauth2/v2.0/token HTTP/1.1", "", 405},
		{"GET /a/b/oauth2/v2.0/token HTTP/1.1", "", 404},
		{"POST " + callback.MetadataPath + " HTTP/1.1", "", 405},
		{"GET " + callback.MetadataPath + " HTTP/1.1", "", 200},
		{"GET /v1/.well-known/other HTTP/1.1", "", 404},
		{"GET /callflow/worlds HTTP/1.1", "", 405},
		{"GET /callflow/worlds/ HTTP/1.1", "", 404},
		{"GET /callflow/worlds/../../x HTTP/1.1", "", 404},
		{"GET " + world.ActionPath + " HTTP/1.1", "", 405},
		{"POST " + world.ActionPath + " HTTP/1.1", "Content-Length: 4\r\n\r\n{{{{", 400},
		{"POST /callflow/worlds HTTP/1.1", "Content-Length: 4\r\n\r\n[[[[", 400},
		{"POST /v1.0/communications/calls HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 10485760", 413},
	} {
		t.Run(clip(tt.line+" "+tt.more), func(t *testing.T) {
			inBubble(t, func(t *testing.T, p *pipes) {
				conn, _ := p.dial()
				defer conn.Close()
				more := tt.more
				if more != "" && !strings.Contains(more, "\r\n\r\n") {
					more += "\r\n"
				}
				end := "\r\n"
				if strings.Contains(more, "\r\n\r\n") {
					end = ""
				}
				go func() {
					_, _ = io.WriteString(conn, tt.line+"\r\nHost: x\r\nConnection: close\r\n"+more+end)
				}()
				text, _ := io.ReadAll(conn)
				checkAnswer(t, string(text), strings.Fields(tt.line)[0], tt.status)
			})
		})
	}
}

// TestLargeBodies: they are refused without being kept, whether their length is told or not.
func TestLargeBodies(t *testing.T) {
	server := newPlain(t)
	defer server.Close(t.Context())
	for _, path := range []string{"/v1.0/communications/calls", world.WorldsPath, "/t/oauth2/v2.0/token", world.ActionPath} {
		for _, length := range []int64{10 << 20, -1} {
			r := httptest.NewRequest("POST", path, io.LimitReader(zeros{}, 10<<20))
			r.ContentLength = length
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w := httptest.NewRecorder()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			server.ServeHTTP(w, r)
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > 6<<20 {
				t.Errorf("%s: %d bytes were allocated", path, used)
			}
			if bad := envelopeOf(w.Result(), w.Body.Bytes()); bad != "" || w.Code != 413 {
				t.Errorf("%s: %d %s %s", path, w.Code, bad, w.Body)
			}
		}
	}
}

// TestHalfClosed: a client that closes its sending side still gets its response.
func TestHalfClosed(t *testing.T) {
	_, front := serve(t, func(simulator.Clock, func(simulator.Delivery)) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.(simulator.Fated).Fate(simulator.Fate{Delay: 20 * time.Millisecond}) // long enough for the server to see it
			fmt.Fprint(w, "answered")
		})
	}, nil)
	conn, err := net.Dial("tcp", front.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
	_ = conn.(*net.TCPConn).CloseWrite()
	text, err := io.ReadAll(conn)
	if err != nil || !strings.Contains(string(text), "answered") {
		t.Errorf("%q %v", text, err)
	}
}

// FuzzFront sends whole requests as text to the server's surface: the token endpoint, worlds, actions, metadata and the
// calling API behind a good token. Whatever comes in, an error is one envelope or the other, and nothing is the server's fault.
func FuzzFront(f *testing.F) {
	add := func(line, kind, body string) {
		f.Add(fmt.Sprintf("%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", line, kind, len(body), body))
	}
	const form, jsonType = "application/x-www-form-urlencoded", "application/json"
	add("POST /t/oauth2/v2.0/token", form, "grant_type=client_credentials&client_id=app-1&client_secret=x&scope=y")
	add("POST /t/oauth2/v2.0/token", form, "grant_type=client_credentials&client_id=app-2&client_secret=%zz;")
	add("POST /t/oauth2/v2.0/token", form, "grant_type=password&grant_type=")
	add("POST /t/oauth2/v2.0/token", jsonType, "{}")
	add("POST "+world.WorldsPath, jsonType, `{"scene": {"people": {"carol": {"declines": "3s"}}}, "address": "http://127.0.0.1:1/", "dialect": "v1.0"}`)
	add("POST "+world.WorldsPath, jsonType, `{"scene": {"faults": [{"fault": "request", "status": 99}]}}`)
	add("DELETE "+world.WorldsPath+"/x", "", "")
	add("POST "+world.ActionPath, jsonType, `{"hangUp": {"who": "carol"}}`)
	add("POST "+world.ActionPath, "", "- dial: {from: [}")
	add("GET "+callback.KeysPath, "", "")
	add("GET /", "", "")
	add("POST /v1.0/communications/calls", jsonType, createBody("http://127.0.0.1:1/", carolsID))
	add("PATCH /beta/app/calls/x", jsonType, "{")
	add("GET /v1.0/communications/calls/x?$select=id&$expand=participants", "", "")
	f.Add("OPTIONS * HTTP/1.0\r\n\r\n")
	f.Add("CONNECT x:1 HTTP/1.1\r\nHost: x\r\nAuthorization: Basic Og==\r\n\r\n")
	f.Add("POST /v1.0/communications/calls HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		if err != nil {
			return
		}
		server := newPlain(t)
		defer server.Close(t.Context())
		server.grants.given["good"] = granted{simulator.Caller{AppID: "app-1"}, time.Now().Add(time.Hour)}
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		if w.Code < 400 || w.Code == 501 {
			return
		}
		if bad := envelopeOf(w.Result(), w.Body.Bytes()); bad != "" || w.Code >= 500 {
			t.Errorf("%s: %d %s", bad, w.Code, w.Body)
		}
	})
}
