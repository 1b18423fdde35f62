package sim

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
	"callflow/steps"
)

// TestEarlyOnAPort: the response of a request waits until the webhook has taken what a person brought about.
func TestEarlyOnAPort(t *testing.T) {
	came := make(chan string, 10)
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, state, _ := strings.Cut(string(body), `"state":"`)
		state, _, _ = strings.Cut(state, `"`)
		w.WriteHeader(http.StatusAccepted)
		came <- state
	}))
	defer bot.Close()
	settings := world.DefaultSettings()
	settings.TenantID = "optional"
	const tenant, app = "49bfc225-8482-4ab8-94e7-76b48fdb9849", "3d913abb-aec0-4964-8fa6-3c6850c4f278"
	front := httptest.NewUnstartedServer(nil)
	root := "http://" + front.Listener.Addr().String()
	server, err := NewServer(ServerConfig{Root: root,
		Scene: &world.Scene{Settings: settings, People: map[string]*world.Person{"carol": {Answers: &world.Answers{After: 100 * time.Millisecond}}},
			Faults: []world.Fault{{Fault: "notification", Kind: "call", Early: true, Times: 2}}}, // establishing, and then established
		Bots: []ServerBot{{Bot: steps.Bot{Name: "bot", AppID: app, TenantID: tenant}, Secret: "any"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	front.Config.Handler = server
	front.Start()
	defer front.Close()
	defer func() { _ = server.Close(t.Context()) }()
	token, err := graph.NewTokenSource(graph.TokenConfig{Login: root, Root: root, Bots: map[string]graph.Credentials{
		"bot": {TenantID: tenant, AppID: app, ClientSecret: "any"}}}).Token(t.Context(), "bot")
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, root+"/v1.0/communications/calls", strings.NewReader(
		`{"callbackUri":"`+bot.URL+`","targets":[{"identity":{"user":{"id":"`+world.IDFor("carol")+`"}}}],"requestedModalities":["audio"],
		"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	var before []string
	for len(came) > 0 {
		before = append(before, <-came)
	}
	if got := strings.Join(before, ", "); resp.StatusCode != http.StatusCreated || !strings.HasPrefix(got, "establishing, established") {
		t.Errorf("%s after %q", resp.Status, got)
	}
}
