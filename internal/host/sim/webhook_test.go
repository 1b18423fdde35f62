package sim

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"callflow/internal/world"
	"callflow/steps"
)

// TestWebhookOnAPort: a bot that does not answer in time is told again, one that asks for the Graph format gets it, a
// redirect leads to the other deployment, and a watcher reads of all of it.
func TestWebhookOnAPort(t *testing.T) {
	var mu sync.Mutex
	var got []string
	said := make(chan string, 100)
	ended := make(chan bool, 1)
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form := "graph"
		if strings.Contains(string(body), "callState") {
			form = "skype"
		}
		mu.Lock()
		got = append(got, r.URL.Path+" "+form)
		n := len(got)
		mu.Unlock()
		switch {
		case n == 1:
			<-r.Context().Done() // never answers
		case r.URL.Path == "/first":
			http.Redirect(w, r, "/second", http.StatusTemporaryRedirect)
		case form == "skype":
			w.WriteHeader(http.StatusNoContent)
		default:
			w.WriteHeader(http.StatusAccepted)
			if strings.Contains(string(body), `"terminated"`) {
				ended <- true
			}
		}
	}))
	defer bot.Close()
	settings := world.DefaultSettings()
	settings.IncomingForm, settings.WebhookTimeout, settings.WebhookRetries, settings.WebhookBackoff = "skypeFirst", 100*time.Millisecond, 1, time.Millisecond
	settings.AnswerDeadline = time.Second
	server, err := NewServer(ServerConfig{
		Root: "http://127.0.0.1:1", Log: func(text string) { said <- text },
		Scene: &world.Scene{Settings: settings, People: map[string]*world.Person{"carol": {}}, Script: []world.Action{{Deed: world.Deed{Dial: &world.Dial{From: "carol", To: "bot"}}}}},
		Bots:  []ServerBot{{Bot: steps.Bot{Name: "bot", AppID: "app-1", TenantID: "tenant-1"}, Address: bot.URL + "/first"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close(t.Context()) }()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the end of the call never came")
	}
	mu.Lock()
	defer mu.Unlock()
	if want := "/first skype, /first skype, /second skype, /second graph, /second graph"; strings.Join(got, ", ") != want {
		t.Errorf("the bot got %q, want %q", strings.Join(got, ", "), want)
	}
	log := ""
	for len(said) > 0 {
		log += <-said + "\n"
	}
	for _, want := range []string{"bot does not answer a notification (call incoming in the Skype format) after 1", "it is sent again in 1ms", "bot redirects its call to " + bot.URL + "/second"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
}

// TestWebhookSlowAboutOneCall: a bot that has not answered what it was told of one call is told of the next one.
func TestWebhookSlowAboutOneCall(t *testing.T) {
	second := make(chan bool)
	var told atomic.Int32
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if told.Add(1) == 2 {
			close(second)
		}
		select {
		case <-second:
		case <-r.Context().Done():
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	defer bot.Close()
	server, err := NewServer(ServerConfig{
		Root: "http://127.0.0.1:1",
		Scene: &world.Scene{People: map[string]*world.Person{"carol": {}, "dora": {}}, Script: []world.Action{
			{Deed: world.Deed{Dial: &world.Dial{From: "carol", To: "bot"}}}, {Deed: world.Deed{Dial: &world.Dial{From: "dora", To: "bot"}}}}},
		Bots: []ServerBot{{Bot: steps.Bot{Name: "bot", AppID: "app-1", TenantID: "tenant-1"}, Address: bot.URL}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close(t.Context()) }()
	select {
	case <-second:
	case <-time.After(4 * time.Second): // the service gives up waiting for the first answer after 5 s
		t.Errorf("the bot was told of %d calls while it had not answered about the first; want 2", told.Load())
	}
}
