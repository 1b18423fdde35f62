package local

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/world"
	"callflow/steps"
)

func jwt(claims string) string {
	return "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
}

func TestReadToken(t *testing.T) {
	for name, test := range map[string]struct {
		token string
		want  steps.Token
	}{
		"v1": {jwt(`{"aud":"https://graph.microsoft.com","tid":"t","appid":"a","roles":["Calls.Initiate.All","User.Read.All"],"exp":1767225600}`),
			steps.Token{Tenant: "t", App: "a", Audience: "https://graph.microsoft.com", Roles: []string{"Calls.Initiate.All", "User.Read.All"},
				Expires: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}},
		"v2":                 {jwt(`{"aud":["x","y"],"azp":"a"}`), steps.Token{App: "a", Audience: "x, y"}},
		"no claims":          {jwt(`{}`), steps.Token{}},
		"opaque":             {"EwBwA8l6BAAU", steps.Token{Opaque: true}},
		"encrypted":          {"a.b.c.d.e", steps.Token{Opaque: true}},
		"no base64":          {"a.!!!.c", steps.Token{Opaque: true}},
		"no JSON":            {jwt(`roles`), steps.Token{Opaque: true}},
		"claims of a kind":   {jwt(`{"roles":"Calls.Initiate.All"}`), steps.Token{Opaque: true}},
		"the end of no time": {jwt(`{"exp":1e300}`), steps.Token{}},
	} {
		if diff := cmp.Diff(&test.want, readToken(test.token)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func FuzzReadToken(f *testing.F) {
	f.Add(jwt(`{"tid":"t","aud":7}`))
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		if x := readToken(token); x.Opaque && (x.Tenant != "" || x.Roles != nil) {
			t.Errorf("an opaque token has claims: %+v", x)
		}
	})
}

// oneToken is a token source with one token.
type oneToken string

func (o oneToken) Token(context.Context, string) (string, error) { return string(o), nil }
func (oneToken) Forget(string, string)                           {}

// A refusal says what the token says; an answer that is none does not.
func TestTokenOfARefusal(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := map[string]int{"/401": 401, "/403": 403, "/404": 404, "/200": 200}[r.URL.Path]
		if r.URL.Path == "/simulated" {
			w.Header().Set(world.StandingHeader, `{"roles":["Calls.JoinGroupCall.All"],"calling":false}`)
			status = 403
		}
		w.WriteHeader(status)
	}))
	defer service.Close()
	hub := NewHub(Config{Root: service.URL, Tokens: oneToken(jwt(`{"tid":"t"}`))})
	err := hub.Run(t.Context(), "r1", 1, nil, func(h steps.Host) {
		for path, want := range map[string]bool{"/401": true, "/403": true, "/404": false, "/200": false} {
			resp, err := h.Do(steps.Request{Bot: "bot", Method: "GET", Path: path})
			if err != nil || (resp.Token != nil) != want {
				t.Errorf("%s: token %+v, %v", path, resp.Token, err)
			}
		}
		resp, _ := h.Do(steps.Request{Bot: "bot", Method: "GET", Path: "/simulated"})
		want := &steps.Token{Tenant: "t", Roles: []string{"Calls.JoinGroupCall.All"}, Calling: "disabled"}
		if diff := cmp.Diff(want, resp.Token); diff != "" {
			t.Errorf("of a simulator (-want +got):\n%s", diff)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
