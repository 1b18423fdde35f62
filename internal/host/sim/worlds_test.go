package sim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"callflow/internal/callback"
	"callflow/internal/graph"
	"callflow/internal/world"
	"callflow/steps"
)

// foreign is a bot in another language: it knows the URLs that the server prints, and HTTP.
type foreign struct {
	t     *testing.T
	urls  URLs
	token string
	posts chan post // notifications

	location string // of the last response
}

type post struct {
	path, token, state, call string
}

func newForeign(t *testing.T, scene *world.Scene) *foreign {
	t.Helper()
	b := &foreign{t: t, posts: make(chan post, 100)}
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Value []struct {
				Resource, ResourceURL string // legacy, today's
				ResourceData          json.RawMessage
			}
		}
		text, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(text, &body); err != nil || len(body.Value) == 0 {
			t.Errorf("%s got %s", r.URL.Path, text)
		}
		var call struct{ State string }
		_ = json.Unmarshal(body.Value[0].ResourceData, &call) // a roster is no call
		id := path.Base(body.Value[0].Resource + body.Value[0].ResourceURL)
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		b.posts <- post{r.URL.Path, token, call.State, id}
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(hook.Close)
	front := httptest.NewUnstartedServer(nil)
	server, err := NewServer(ServerConfig{
		Root:  "http://" + front.Listener.Addr().String(),
		Scene: scene,
		Bots:  []ServerBot{{Bot: steps.Bot{Name: "bot", AppID: "b0b0c0de-0000-4000-8000-000000000001", TenantID: "tenant"}, Address: hook.URL + "/registered"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	front.Config.Handler = server
	front.Start()
	t.Cleanup(func() { front.Close(); _ = server.Close(t.Context()) })
	b.urls = server.URLs()
	var grant struct {
		Token string `json:"access_token"`
	}
	b.decode(b.do("POST", b.urls.Token, url.Values{"grant_type": {"client_credentials"}, "client_secret": {"any"},
		"client_id": {"b0b0c0de-0000-4000-8000-000000000001"}}.Encode(), 200), &grant)
	b.token = grant.Token
	b.urls.Issuer = hook.URL // where it is reached
	return b
}

func (b *foreign) do(method, url, body string, want int) (text string) {
	b.t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(body, "client_id=") {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.token != "" {
		req.Header.Set("Authorization", "Bearer "+b.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	b.location = resp.Header.Get("Location")
	if err != nil || resp.StatusCode != want {
		b.t.Fatalf("%s %s: %s, want %d: %s %v", method, url, resp.Status, want, raw, err)
	}
	return string(raw)
}

func (b *foreign) decode(text string, v any) {
	b.t.Helper()
	if err := json.Unmarshal([]byte(text), v); err != nil {
		b.t.Fatalf("%v in %s", err, text)
	}
}

// until waits for a state to be notified at that address.
func (b *foreign) until(address, state string) post {
	b.t.Helper()
	for {
		select {
		case p := <-b.posts:
			if p.path == address && p.state == state {
				return p
			}
		case <-time.After(10 * time.Second):
			b.t.Fatalf("no %s came to %s", state, address)
		}
	}
}

const carolsID = "8a34a46b-3d17-4adc-8dce-dc4e7d572698"

func createBody(callbackURI, callee string) string {
	return fmt.Sprintf(`{"callbackUri":%q,"tenantId":"tenant","requestedModalities":["audio"],
		"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"},
		"targets":[{"identity":{"user":{"id":%q}}}]}`, callbackURI, callee)
}

// TestForeignBot: what the server says on start is enough for a bot in another language, in every dialect: a token, a
// call, its notifications with tokens that check against the published keys, a read, an incoming call, and the end.
func TestForeignBot(t *testing.T) {
	for _, api := range []string{"/v1.0/communications", "/beta/communications", "/beta/app"} {
		t.Run(api, func(t *testing.T) {
			b := newForeign(t, &world.Scene{People: map[string]*world.Person{"carol": {ID: carolsID, Answers: &world.Answers{}}}})
			calls, hook := b.urls.Graph+api+"/calls", b.urls.Issuer
			body := createBody(hook+"/own", carolsID)
			if api == "/beta/app" {
				body = strings.NewReplacer(`"callbackUri"`, `"callback"`).Replace(body)
			}
			b.do("POST", calls, body, 201)
			id := path.Base(b.location) // legacy has nothing else to name it
			if p := b.until("/own", "established"); p.call != id {
				t.Errorf("call %s is established, want %s", p.call, id)
			} else if err := callback.NewVerifier(callback.PublishedKeys(nil, b.urls.Metadata)).Verify(p.token,
				"b0b0c0de-0000-4000-8000-000000000001", time.Now()); err != nil {
				t.Errorf("the notification's token: %v", err)
			}
			var call struct{ State string }
			b.decode(b.do("GET", calls+"/"+id, "", 200), &call)
			if call.State != "established" {
				t.Errorf("GET says %q", call.State)
			}
			b.do("POST", calls+"/"+id+"/participants/invite", `{"participants":[{"identity":{"user":{"id":"`+world.IDFor("x")+`"}}}]}`, 200)
			b.do("DELETE", calls+"/"+id, "", 204)
			b.until("/own", "terminated")

			b.do("POST", b.urls.Actions, `{"dial":{"from":"caroll"}}`, 400)
			b.do("POST", b.urls.Actions, `{"dial":{"from":"carol"}}`, 204)
			in := b.until("/registered", "incoming")
			b.do("POST", calls+"/"+in.call+"/reject", `{"reason":"busy"}`, 202)
			b.token = ""
			b.do("GET", calls+"/"+id, "", 401)
		})
	}
}

// TestWorlds: two worlds in one server have people of the same id who do not know each other, and an end of their own.
func TestWorlds(t *testing.T) {
	b := newForeign(t, nil)
	hook := b.urls.Issuer
	open := func(text string) (w world.Opened) {
		b.decode(b.do("POST", b.urls.Graph+world.WorldsPath, text, 201), &w)
		return w
	}
	declines := open(`{"scene": {"people": {"carol": {"id": "` + carolsID + `", "declines": {"after": "0s"}}}}}`)
	// As callflow itself writes it.
	text, err := json.Marshal(world.Opening{Address: hook + "/second", Dialect: string(graph.Legacy), Scene: &world.Scene{
		People: map[string]*world.Person{"carol": {ID: carolsID, Answers: &world.Answers{}}, "fred": {Answers: &world.Answers{Never: "never"}}},
		Script: []world.Action{{Deed: world.Deed{Dial: &world.Dial{From: "carol"}}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	answers := open(string(text))
	b.do("POST", declines.Root+"/v1.0/communications/calls", createBody(hook+"/no", carolsID), 201)
	b.do("POST", answers.Root+"/v1.0/communications/calls", createBody(hook+"/yes", carolsID), 201)
	var ended, established, incoming post
	for ended.call == "" || established.call == "" || incoming.call == "" {
		var p post
		select {
		case p = <-b.posts:
		case <-time.After(10 * time.Second):
			t.Fatalf("ended %+v, established %+v, incoming %+v", ended, established, incoming)
		}
		switch p.path + " " + p.state {
		case "/no terminated":
			ended = p
		case "/yes established":
			established = p
		case "/second incoming":
			incoming = p
		case "/no established", "/yes terminated", "/registered incoming":
			t.Fatalf("%+v: the worlds are not apart", p)
		}
	}
	if text := b.do("POST", declines.Root+world.ActionPath, `{"dial":{"from":"carol"}}`, 400); !strings.Contains(text, "has no registered address") {
		t.Errorf("nobody can call a bot without an address; got %s", text)
	}
	greeting := b.do("GET", b.urls.Graph+"/", "", 200)
	for _, where := range []string{b.urls.Actions, b.urls.People, b.urls.Faults, b.urls.Graph + world.WorldsPath} {
		if !strings.Contains(greeting, where) {
			t.Errorf("the greeting does not list %s: %s", where, greeting)
		}
	}
	b.do("GET", answers.Root+"/v1.0/communications/calls/"+established.call, "", 200)
	b.do("GET", declines.Root+"/v1.0/communications/calls/"+established.call, "", 404)
	b.do("GET", b.urls.Graph+"/v1.0/communications/calls/"+established.call, "", 404)
	b.do("POST", answers.Actions, `{"hangUp":{"who":"carol"}}`, 204)
	b.until("/yes", "terminated")
	b.do("DELETE", answers.Root, "", 204)
	b.do("GET", answers.Root+"/v1.0/communications/calls/"+established.call, "", 404)
	b.do("DELETE", answers.Root, "", 404)
	for text, want := range map[string]string{
		`{"scene": {"peple": {}}}`:                        `world:1:12: unknown key \"peple\"`,
		`{"scene": {"script": [{"hangUp": "carol"}]}}`:    `nobody here is called \"carol\"`,
		`{"scene": {"people": {"a": {"answers": "no"}}}}`: "never",
		`{"dialect": "v2"}`:                               "v1.0",
	} {
		if got := b.do("POST", b.urls.Graph+world.WorldsPath, text, 400); !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
