package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"callflow/internal/graph"
	"callflow/internal/target"
)

// freePort is a port that was free a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// serve starts `callflow simulate` and returns the root that it printed.
func serve(t *testing.T, args ...string) (root string) {
	t.Helper()
	cmd := exec.Command(command(t), append([]string{"simulate", "--listen", "127.0.0.1:0"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) == 2 && fields[0] == "Graph" {
			root = fields[1]
			break
		}
	}
	rest := make(chan struct{})
	go func() { _, _ = io.Copy(io.Discard, out); close(rest) }()
	t.Cleanup(func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		<-rest
		if err := cmd.Wait(); err != nil {
			t.Errorf("a server that is interrupted ends with %v, want 0:\n%s", err, said.String())
		}
		if t.Failed() {
			t.Logf("the server said:\n%s", said.String())
		}
	})
	if root == "" {
		t.Fatalf("the server printed no root:\n%s", said.String())
	}
	return root
}

// TestTarget runs scenarios over real HTTP: a server of callflow simulate, tokens from its token endpoint, a listener
// that checks the tokens of notifications against its keys, and incoming calls on the bot's registered address.
func TestTarget(t *testing.T) {
	dir := t.TempDir()
	hook := freePort(t)
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	scene := write("scene.yaml", `
people:
  carol: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698, displayName: Carol, answers: {after: 20ms}}
`)
	out := write("out.yaml", `
name: Outgoing
steps:
  - createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]}
    capture: {leg: call.id}
  - hangUp: ${{ leg }}
`)
	in := write("in.yaml", `
name: Incoming
steps:
  - simulate: {dial: {from: carol, to: bot}}
  - await: call.state == "incoming"
    capture: {leg: call.id}
  - answer: {call: "${{ leg }}"}
  - hangUp: ${{ leg }}
`)
	for _, dialect := range []string{"v1.0", "legacy"} {
		t.Run(dialect, func(t *testing.T) {
			root := serve(t, "--scene", scene, "--dialect", dialect, "--callback", "http://"+hook+"/hooks/bots/bot")
			config := write("callflow.yaml", fmt.Sprintf(`
targets:
  local:
    simulator: true
    api: %s
    root: %s
    callback: {listen: %q, publicUrl: "http://%s/hooks"}
`, dialect, root, hook, hook))
			var stdout, stderr bytes.Buffer
			code := Main([]string{"run", "--config", config, "--target", "local", "--repeat", "3", "--parallel", "3", out, in},
				strings.NewReader(""), &stdout, &stderr)
			if code != 0 || !strings.Contains(stdout.String(), "6 passed") || stderr.Len() > 0 {
				t.Errorf("exit code %d\n%s%s", code, stdout.String(), stderr.String())
			}
			if !strings.Contains(stdout.String(), "target local: "+root+" ("+dialect+") as bot") {
				t.Errorf("the console does not say where it runs:\n%s", stdout.String())
			}
		})
	}
	t.Run("people of the scenario", func(t *testing.T) {
		answers := write("answers.yaml", peopled("answers", "answers: {after: 0s}", "established"))
		declines := write("declines.yaml", peopled("declines", "declines: {after: 0s}", "terminated"))
		config := write("callflow.yaml", fmt.Sprintf(`
targets:
  local:
    simulator: true
    root: %s
    callback: {listen: %q, publicUrl: "http://%s/hooks"}
`, serve(t), hook, hook))
		var stdout, stderr bytes.Buffer
		code := Main([]string{"run", "--config", config, "--target", "local", "--repeat", "4", "--parallel", "8", "--ladder", answers, declines},
			strings.NewReader(""), &stdout, &stderr)
		if code != 0 || !strings.Contains(stdout.String(), "8 passed") || stderr.Len() > 0 {
			t.Errorf("exit code %d\n%s%s", code, stdout.String(), stderr.String())
		}
		for _, want := range []string{"─ Carol dials bot ─", "─ Carol declines ─"} {
			if !strings.Contains(stdout.String(), want) {
				t.Errorf("the ladder does not show %q:\n%s", want, stdout.String())
			}
		}
		for _, no := range []string{"refused a POST", "which of them gets"} {
			if strings.Contains(stdout.String(), no) {
				t.Errorf("the console says %q:\n%s", no, stdout.String())
			}
		}
	})
	t.Run("recording by a policy", func(t *testing.T) {
		config := write("callflow.yaml", fmt.Sprintf(`
targets:
  local:
    simulator: true
    root: %s
    callback: {listen: %q, publicUrl: "http://%s/hooks"}
`, serve(t), hook, hook))
		var stdout, stderr bytes.Buffer
		code := Main([]string{"run", "--config", config, "--target", "local", "--ladder", "../../scenarios/recording/policy-based.yaml"},
			strings.NewReader(""), &stdout, &stderr)
		if code != 0 || !strings.Contains(stdout.String(), "participant joining: Dora, answered: accept") {
			t.Errorf("exit code %d\n%s%s", code, stdout.String(), stderr.String())
		}
	})
	t.Run("nobody there", func(t *testing.T) {
		config := write("callflow.yaml", fmt.Sprintf(`
targets:
  local:
    simulator: true
    root: http://%s
    callback: {listen: "127.0.0.1:0", publicUrl: "http://127.0.0.1:1"}
`, freePort(t)))
		var stdout, stderr bytes.Buffer
		code := Main([]string{"run", "--config", config, "--target", "local", out}, strings.NewReader(""), &stdout, &stderr)
		if code != 3 || !strings.Contains(stdout.String(), "1 could not test") {
			t.Errorf("exit code %d, want 3\n%s%s", code, stdout.String(), stderr.String())
		}
	})
}

// peopled is a scenario with its own Carol, who also calls, all with the same ids.
func peopled(name, reaction, until string) string {
	return fmt.Sprintf(`
name: Carol %s
simulate:
  people:
    carol: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698, displayName: Carol, %s}
  script:
    - dial: {from: carol}
steps:
  - await: call.state == "incoming" && call.source.identity.user.id == "8a34a46b-3d17-4adc-8dce-dc4e7d572698"
    capture: {ringing: call.id}
  - reject: {call: "${{ ringing }}", reason: busy}
  - createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]}
    until: %s
`, name, reaction, until)
}

// TestSimulateForOnesOwnBot: the server serves the application and the tenant that it is told, and takes no other's token.
func TestSimulateForOnesOwnBot(t *testing.T) {
	const app, tenant = "11111111-2222-4333-8444-555555555555", "7e4a47c0-0000-4000-8000-000000000009"
	root := serve(t, "--app-id", app, "--tenant", tenant)
	tokens := graph.NewTokenSource(graph.TokenConfig{Login: root, Root: root, Bots: map[string]graph.Credentials{
		"mine":      {TenantID: tenant, AppID: app, ClientSecret: "any"},
		"another's": {TenantID: tenant, AppID: target.Bot.AppID, ClientSecret: "any"},
	}})
	if _, err := tokens.Token(t.Context(), "another's"); err == nil || !strings.Contains(err.Error(), "is registered here") {
		t.Errorf("another's token: %v", err)
	}
	token, err := tokens.Token(t.Context(), "mine")
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, root+"/v1.0/communications/calls", strings.NewReader(`{"callbackUri":"http://127.0.0.1:1/",
		"tenantId":"`+tenant+`","targets":[{"identity":{"user":{"id":"8a34a46b-3d17-4adc-8dce-dc4e7d572698"}}}],"requestedModalities":["audio"],
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
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		t.Error(resp.Status)
	}
}
