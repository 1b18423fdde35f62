package cli

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"callflow/internal/host/sim"
	"callflow/internal/world"
	"callflow/steps"
)

// TestBotsGuide does what the guide for developers of bots says: its flags are taken, and its requests on a server whose
// people are those of its first call.
func TestBotsGuide(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "guides", "bots.md"))
	if err != nil {
		t.Fatal(err)
	}
	guide := string(text)
	var f simulateFlags
	for _, m := range regexp.MustCompile(`--(person|fault|set) ('[^']+'|[^\s`+"`"+`]+)`).FindAllStringSubmatch(guide, -1) {
		said := strings.Trim(m[2], "'")
		switch m[1] {
		case "person":
			f.people = append(f.people, said)
		case "fault":
			f.faults = append(f.faults, said)
		case "set":
			f.set = append(f.set, said)
		}
	}
	scene, err := f.withSettings(nil)
	if err == nil {
		scene, err = f.withMore(scene)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(scene.People) < 5 || len(scene.Faults) < 5 || len(f.set) < 3 {
		t.Errorf("the guide's flags were not found: %d people, %d faults, %d settings", len(scene.People), len(scene.Faults), len(f.set))
	}

	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	defer bot.Close()
	web := httptest.NewUnstartedServer(nil)
	root := "http://" + web.Listener.Addr().String()
	server, err := sim.NewServer(sim.ServerConfig{
		Root: root, Scene: &world.Scene{People: map[string]*world.Person{"carol": {}}},
		Bots: []sim.ServerBot{{Bot: steps.Bot{Name: "bot", AppID: "app-1", TenantID: "tenant-1"}, Address: bot.URL}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close(t.Context()) }()
	web.Config.Handler = server
	web.Start()
	defer web.Close()
	requests := regexp.MustCompile(`(?m)^    curl (?:-X (\w+) )?http://127\.0\.0\.1:8080(\S+) -d '([^']+)'$`).FindAllStringSubmatch(guide, -1)
	if len(requests) != strings.Count(guide, "    curl ") {
		t.Errorf("%d of the guide's requests were understood", len(requests))
	}
	for _, m := range requests {
		method := m[1]
		if method == "" {
			method = http.MethodPost
		}
		req, err := http.NewRequestWithContext(t.Context(), method, root+m[2], strings.NewReader(m[3]))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		// This bot answers no call, so that Carol is in none whose keys could be heard.
		if resp.StatusCode/100 != 2 && !strings.Contains(string(answer), "is in no call") || err != nil {
			t.Errorf("%s %s %s was answered %s: %s", method, m[2], m[3], resp.Status, answer)
		}
	}
}
