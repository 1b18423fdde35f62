package local

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestClientCredentials(t *testing.T) {
	asked := 0
	answer, status := `{"token_type":"Bearer","expires_in":3599,"access_token":"abc"}`, 200
	login := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if got, want := r.URL.Path, "/tenant/oauth2/v2.0/token"; got != want {
			t.Errorf("asked at %s, want %s", got, want)
		}
		for name, want := range map[string]string{"grant_type": "client_credentials", "client_id": "app", "client_secret": "s&cret",
			"scope": "https://graph.microsoft.com/.default"} {
			if got := r.PostFormValue(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		w.WriteHeader(status)
		fmt.Fprint(w, answer)
	}))
	defer login.Close()
	tokens := func() *ClientCredentials {
		return &ClientCredentials{Login: login.URL, Root: "https://graph.microsoft.com",
			Bots: map[string]Credentials{"bot": {"tenant", "app", "s&cret"}}}
	}

	c := tokens()
	for range 3 {
		if got, err := c.Token(t.Context(), "bot"); err != nil || got != "abc" {
			t.Fatalf("token %q, %v", got, err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times for a token that is good for an hour", asked)
	}
	answer = `{"expires_in":"60","access_token":"short"}`
	c = tokens()
	asked = 0
	for range 2 {
		if _, err := c.Token(t.Context(), "bot"); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 2 {
		t.Errorf("a token that is about to expire was used again")
	}

	if _, err := c.Token(t.Context(), "other"); err == nil || !strings.Contains(err.Error(), `"other"`) {
		t.Errorf("unknown bot: %v", err)
	}
	for _, tt := range []struct {
		status       int
		answer, want string
	}{
		{401, `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.\r\nTrace ID: x"}`,
			"answered 401 invalid_client: AADSTS7000215: Invalid client secret provided."},
		{502, "<html>", "answered 502"},
		{200, "<html>", "no JSON"},
		{200, "{}", "without an access_token"},
	} {
		status, answer = tt.status, tt.answer
		_, err := tokens().Token(t.Context(), "bot")
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%d %s: %v, want …%s", tt.status, tt.answer, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "s&cret") {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
}
