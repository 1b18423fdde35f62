package cli

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"callflow/internal/graph"
)

// TestSimulateFetch: `callflow simulate --fetch` gets the prompts that a bot plays from where they are, and takes what the
// service takes.
func TestSimulateFetch(t *testing.T) {
	var mu sync.Mutex
	fetched := map[string]int{}
	sound := graph.AppendSound(nil, 50*time.Millisecond, func(time.Duration) int16 { return 1000 })
	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		fetched[r.URL.Path]++
		mu.Unlock()
		switch r.URL.Path {
		case "/menu.wav":
			_, _ = w.Write(sound)
		case "/song.mp3":
			_, _ = w.Write([]byte("ID3"))
		default:
			http.NotFound(w, r)
		}
	}))
	defer files.Close()
	hook := freePort(t)
	root := serve(t, "--fetch", "--person", "carol={id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698, answers: {after: 0s}}")
	dir := t.TempDir()
	scenario, config := filepath.Join(dir, "play.yaml"), filepath.Join(dir, "callflow.yaml")
	for file, text := range map[string]string{
		config: fmt.Sprintf("targets:\n  local:\n    simulator: true\n    root: %s\n    callback: {listen: %q, publicUrl: \"http://%s/hooks\"}\n", root, hook, hook),
		scenario: strings.ReplaceAll(`
name: Prompts from where they are
steps:
  - createCall: {targets: [{identity: {user: {id: CAROL}}}]}
    capture: {leg: call.id}
  - await: call.id == leg && call.mediaState.audio == "active"
  - forEach: [first, second]
    playPrompt: {call: "${{ leg }}", prompts: [{mediaInfo: {uri: FILES/menu.wav, resourceId: menu}}]}
    expect: resultInfo.code == 200
  - playPrompt: {call: "${{ leg }}", prompts: [{mediaInfo: {uri: FILES/song.mp3, resourceId: song}}]}
    until: failed
    expect: resultInfo.subcode == 8535
  - playPrompt: {call: "${{ leg }}", prompts: [{mediaInfo: {uri: FILES/gone.wav, resourceId: gone}}]}
    until: failed
    expect: resultInfo.subcode == 8536
  - hangUp: ${{ leg }}
`, "FILES", files.URL),
	} {
		text = strings.ReplaceAll(text, "CAROL", "8a34a46b-3d17-4adc-8dce-dc4e7d572698")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	if code := Main([]string{"run", "--config", config, "--target", "local", scenario}, strings.NewReader(""), &stdout, &stderr); code != 0 {
		t.Errorf("exit code %d\n%s%s", code, stdout.String(), stderr.String())
	}
	mu.Lock()
	defer mu.Unlock()
	for path, want := range map[string]int{"/menu.wav": 1, "/song.mp3": 1, "/gone.wav": 1} {
		if fetched[path] != want {
			t.Errorf("%s was fetched %d times, want %d", path, fetched[path], want)
		}
	}
}
