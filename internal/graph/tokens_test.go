package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const secret = "s3cr3t~&="

// endpoint is a token endpoint that answers with what it is told, and counts.
type endpoint struct {
	mu      sync.Mutex
	asked   int
	answers []answer // the last one for ever
	forms   []string
}

type answer struct {
	status int
	body   string
}

func (e *endpoint) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	time.Sleep(time.Second) // in a bubble: virtual time
	e.mu.Lock()
	defer e.mu.Unlock()
	e.forms = append(e.forms, r.Method+" "+r.URL.String()+" "+r.Header.Get("Content-Type")+" "+string(body))
	a := e.answers[min(e.asked, len(e.answers)-1)]
	e.asked++
	if a.status == 0 {
		return nil, errors.New("connection reset")
	}
	w := httptest.NewRecorder()
	w.WriteHeader(a.status)
	io.WriteString(w, a.body)
	return w.Result(), nil
}

func source(e *endpoint) *TokenSource {
	at, _ := Global.Endpoints()
	return NewTokenSource(TokenConfig{
		Client: &http.Client{Transport: e}, Login: at.Login, Root: at.Root,
		Bots: map[string]Credentials{"main": {TenantID: "contoso.com", AppID: "app", ClientSecret: secret}},
	})
}

const granted = `{"token_type":"Bearer","expires_in":3599,"access_token":"t"}`

func TestTokenRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &endpoint{answers: []answer{{200, granted}}}
		token, err := source(e).Token(t.Context(), "main")
		if err != nil || token != "t" {
			t.Fatal(token, err)
		}
		want := "POST https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token application/x-www-form-urlencoded " +
			"client_id=app&client_secret=s3cr3t~%26%3D&grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
		if e.forms[0] != want {
			t.Errorf("%s\nwant %s", e.forms[0], want)
		}
	})
}

func TestTokenIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &endpoint{answers: []answer{{200, granted}}}
		s := source(e)
		get := func() {
			t.Helper()
			if _, err := s.Token(t.Context(), "main"); err != nil {
				t.Fatal(err)
			}
		}
		get()
		get()
		time.Sleep(54 * time.Minute)
		get()
		if e.asked != 1 {
			t.Errorf("asked %d times within the token's life", e.asked)
		}
		time.Sleep(2 * time.Minute) // less than five minutes are left
		get()
		if e.asked != 2 {
			t.Errorf("asked %d times, want 2", e.asked)
		}
		s.Forget("main", "an older one")
		get()
		if e.asked != 2 {
			t.Errorf("asked %d times after an older token was forgotten, want 2", e.asked)
		}
		token, _ := s.Token(t.Context(), "main")
		s.Forget("main", token)
		get()
		if e.asked != 3 {
			t.Errorf("asked %d times after Forget, want 3", e.asked)
		}
	})
}

func TestShortTokenIsKeptHalfItsLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &endpoint{answers: []answer{{200, `{"access_token":"t","expires_in":"60"}`}}}
		s := source(e)
		for range 3 {
			s.Token(t.Context(), "main")
			time.Sleep(20 * time.Second)
		}
		if e.asked != 2 {
			t.Errorf("asked %d times in a minute, want 2", e.asked)
		}
	})
}

// TestOneTokenRequestAtATime: all who wait share one request.
func TestOneTokenRequestAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &endpoint{answers: []answer{{200, granted}}}
		s := source(e)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if token, err := s.Token(t.Context(), "main"); token != "t" {
					t.Error(token, err)
				}
			})
		}
		impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		time.Sleep(10 * time.Millisecond)
		if _, err := s.Token(impatient, "main"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a caller whose time is over got %v", err)
		}
		wg.Wait()
		if e.asked != 1 {
			t.Errorf("asked %d times, want 1", e.asked)
		}
	})
}

func TestTokenErrors(t *testing.T) {
	refusal := `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided: ` + secret + `\r\nTrace ID: x"}`
	for _, c := range []struct {
		name    string
		answers []answer
		asked   int
		want    string // "" for a token
	}{
		{"wrong secret", []answer{{401, refusal}}, 1,
			`no token for bot "main": the token endpoint answered 401 invalid_client: AADSTS7000215: Invalid client secret provided: ***`},
		{"no JSON", []answer{{404, "<html>"}}, 1, `no token for bot "main": the token endpoint answered 404`},
		{"no token", []answer{{200, `{}`}}, 1, `no token for bot "main": the token endpoint answered 200: the answer holds no access_token`},
		{"broken for ever", []answer{{503, ""}}, 3, `no token for bot "main": the token endpoint answered 503`},
		{"broken twice", []answer{{503, ""}, {0, ""}, {200, granted}}, 3, ""},
		{"no network", []answer{{0, ""}}, 3,
			`no token for bot "main": login.microsoftonline.com: connection reset`},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &endpoint{answers: c.answers}
				start := time.Now()
				token, err := source(e).Token(t.Context(), "main")
				if c.want == "" && token != "t" || c.want != "" && (err == nil || err.Error() != c.want) {
					t.Errorf("%q %v, want %q", token, err, c.want)
				}
				if e.asked != c.asked {
					t.Errorf("asked %d times, want %d", e.asked, c.asked)
				}
				if took, want := time.Since(start), time.Duration(2*c.asked-1)*time.Second; took != want {
					t.Errorf("took %v, want %v: a second for each answer and between them", took, want)
				}
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Error("the secret is in the error")
				}
			})
		})
	}
	if _, err := source(&endpoint{}).Token(t.Context(), "other"); err == nil || err.Error() != `no token for bot "other": it has no credentials` {
		t.Error(err)
	}
}

func TestTokenEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &endpoint{answers: []answer{{503, ""}}}
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		if _, err := source(e).Token(ctx, "main"); err == nil || e.asked != 1 {
			t.Errorf("asked %d times: %v", e.asked, err)
		}
	})
}

func TestCredentialsHideTheSecret(t *testing.T) {
	c := Credentials{TenantID: "t", AppID: "a", ClientSecret: secret}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if s := fmt.Sprintf(format, c); strings.Contains(s, "s3cr3t") {
			t.Errorf("%s: %s", format, s)
		}
		if s := fmt.Sprintf(format, TokenConfig{Bots: map[string]Credentials{"main": c}}); strings.Contains(s, "s3cr3t") {
			t.Errorf("%s: %s", format, s)
		}
	}
}

func TestEndpoints(t *testing.T) {
	for _, name := range Cloud("").EnumValues() {
		e, err := Cloud(name).Endpoints()
		if err != nil || !strings.HasPrefix(e.Root, "https://") || !strings.HasPrefix(e.Login, "https://login.") || strings.HasSuffix(e.Root, "/") {
			t.Errorf("%s: %+v %v", name, e, err)
		}
	}
	if e, err := Cloud("").Endpoints(); err != nil || e.Root != "https://graph.microsoft.com" {
		t.Errorf("%+v %v", e, err)
	}
	if _, err := Cloud("mars").Endpoints(); err == nil || err.Error() != `"mars" is no cloud; there are [global usGov usGovDoD china]` {
		t.Error(err)
	}
}

// TestTokenEndpointThatRedirects checks that the secret goes nowhere else.
func TestTokenEndpointThatRedirects(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		t.Errorf("%s %s was sent elsewhere: %s", r.Method, r.URL, body)
	}))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 307, 308} {
		login := httptest.NewServer(http.RedirectHandler(elsewhere.URL, status))
		s := NewTokenSource(TokenConfig{Login: login.URL, Root: "https://graph.microsoft.com",
			Bots: map[string]Credentials{"main": {TenantID: "t", AppID: "a", ClientSecret: "s3cr3t"}}})
		token, err := s.Token(t.Context(), "main")
		if token != "" || err == nil || !strings.Contains(err.Error(), strconv.Itoa(status)) {
			t.Errorf("%d: token %q, %v", status, token, err)
		}
		login.Close()
	}
}
