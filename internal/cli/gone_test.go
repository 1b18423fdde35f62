package cli

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// leaving is a service that grants a token, takes one call, and is gone.
func leaving(t *testing.T) string {
	var s *httptest.Server
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/oauth2/v2.0/token") {
			fmt.Fprint(w, `{"access_token":"a-token-of-twenty-bytes","expires_in":3599,"token_type":"Bearer"}`)
			return
		}
		s.Listener.Close()
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"@odata.type":"#microsoft.graph.call","id":"57dab8b1-894c-409a-b240-bd8beae78896","state":"establishing"}`)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestServiceGone: whoever reads of a service that went away in the middle of a run is told that, and is not sent to look for
// notifications; and a request that never went out is not said to have gone.
func TestServiceGone(t *testing.T) {
	for _, tt := range []struct {
		name, steps string
		code        int
		want, not   []string
	}{
		{"while a step waits", `
  - await: call.state == "established"
    timeout: 100ms
`, 1, []string{", and the service is out of reach: dial tcp 127.0.0.1:", "the service answered for the last time: 201 to createCall of step ring",
			"× GET /calls/57dab8b1: not sent: dial tcp"}, []string{"publicUrl", "callback address", "─→│ 0.1", "no response"}},
		{"before a request", `
  - mute: {call: "${{ steps.ring.call.id }}"}
`, 1, []string{"mute could not be sent: dial tcp", "the service answered for the last time: 201 to createCall of step ring", "it is out of reach: dial tcp",
			"× POST /calls/57dab8b1/mute: not sent: dial tcp"}, []string{"no response"}},
		// What callflow cannot tidy up is no verdict on the service.
		{"before the cleanup", "", 0, []string{"1 passed, 1 call left up", "failed: dial tcp"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			root := leaving(t)
			config := writeFile(t, dir, "callflow.yaml", fmt.Sprintf(`
targets:
  t:
    root: %s
    login: %[1]s
    bots: {bot: {tenantId: 7e4a47c0-0000-4000-8000-000000000001, appId: b0b0c0de-0000-4000-8000-000000000001, clientSecret: the-client-secret}}
    callback: {listen: "127.0.0.1:0", publicUrl: "http://127.0.0.1:1"}
`, root))
			file := writeFile(t, dir, "s.yaml", `
name: Call
defaults: {cleanup: 100ms}
steps:
  - id: ring
    createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]}
    until: accepted
`+strings.TrimPrefix(tt.steps, "\n"))
			var out bytes.Buffer
			if code := Main([]string{"run", "--config", config, "--target", "t", file}, strings.NewReader(""), &out, &out); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			said := strings.Join(strings.Fields(out.String()), " ")
			for _, want := range tt.want {
				if !strings.Contains(said, want) {
					t.Errorf("the console does not say %q", want)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(said, not) {
					t.Errorf("the console says %q", not)
				}
			}
			// The createCall is the last request that was sent.
			if tt.code == 1 && !strings.Contains(said, "last request sent") {
				t.Error("the console does not name the request that was sent")
			}
			if t.Failed() {
				t.Log(out.String())
			}
		})
	}
}
