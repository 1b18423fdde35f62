package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestKilledRun: whoever kills a run leaves calls up. The history and the next run name them, and one command ends them.
func TestKilledRun(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("nobody tells there whether a journal's process still lives")
	}
	dir := t.TempDir()
	t.Chdir(dir)
	hook := freePort(t)
	root := serve(t)
	writeFile(t, dir, "callflow.yaml", fmt.Sprintf(`
targets:
  staging:
    root: %s
    login: %[1]s
    openId: %[1]s/v1/.well-known/OpenIdConfiguration
    bots: {main: {tenantId: 7e4a47c0-0000-4000-8000-000000000001, appId: b0b0c0de-0000-4000-8000-000000000001, clientSecret: "${{ env.PATH }}"}}
    callback: {listen: %q, publicUrl: "http://%s"}
`, root, hook, hook))
	writeFile(t, dir, "long.yaml", `
name: A long call
steps:
  - id: first
    createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698, displayName: Carol}}}]}
    until: accepted
  - id: second
    createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572699, displayName: Dora}}}]}
    until: accepted
  - sleep: 5m
`)
	writeFile(t, dir, "here.yaml", "name: Here\nsteps:\n  - log: nothing\n")
	run := exec.Command(command(t), "run", "--target", "staging", "--journal", "j", "--report", "out.html", "long.yaml")
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = run.Process.Kill(); _ = run.Wait() }()
	for lines := bufio.NewScanner(out); !strings.Contains(lines.Text(), "second → accepted"); {
		if !lines.Scan() {
			t.Fatal("the run ended before its calls were up")
		}
	}

	callflow := func(wantCode int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if code := Main(args, strings.NewReader(""), &out, &out); code != wantCode {
			t.Fatalf("callflow %s ends with %d, want %d\n%s", strings.Join(args, " "), code, wantCode, out.String())
		}
		return strings.Join(strings.Fields(out.String()), " ")
	}
	has := func(text string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%q is missing in:\n%s", w, text)
			}
		}
	}
	hasNot := func(text string, no ...string) {
		t.Helper()
		for _, n := range no {
			if strings.Contains(text, n) {
				t.Errorf("%q is not to be said in:\n%s", n, text)
			}
		}
	}

	// While it goes on it is nobody's orphan.
	going := callflow(0, "history", "j")
	has(going, "still runs")
	hasNot(going, "left up", "unfinished")
	hasNot(callflow(0, "run", "--journal", "j", "here.yaml"), "may still be up")
	has(callflow(0, "hangup", "j"), "its run goes on; it is left alone", "nothing is left up")

	if err := run.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out)
	_ = run.Wait()
	files, err := filepath.Glob("j/long-*.jsonl")
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	killed := callflow(0, "history", "j")
	has(killed, "✗ unfinished", "left up: main → Carol [", "left up: main → Dora [", "no cleanup has run", "callflow hangup "+files[0])
	has(callflow(0, "history", "j", "--format", "json"), `"who": "main → Carol"`, `"why": "no cleanup has run"`)
	has(callflow(0, "run", "--quiet", "--journal", "j", "here.yaml"),
		"warning: 2 calls of a run that was killed may still be up: main → Carol [", "long.yaml on staging", "to hang up: callflow hangup "+files[0])
	hasNot(callflow(0, "run", "--quiet", "--journal", "elsewhere", "here.yaml"), "warning")
	has(callflow(0, "hangup", "j", "--dry-run"), ": still up")
	has(callflow(0, "hangup", "j"), "2 calls of A long call on staging", "✓ main → Dora [", "✓ main → Carol [", "hung up")

	// Now nobody is told of it again, and whoever reads the run knows what came of its calls.
	has(callflow(0, "hangup", "j"), "nothing is left up")
	hasNot(callflow(0, "history", "j"), "left up")
	hasNot(callflow(0, "run", "--quiet", "--journal", "j", "here.yaml"), "warning")
	after := callflow(0, "report", files[0])
	has(after, "callflow hangup: hung up", "broken off in ")
	hasNot(after, "no cleanup has run")

	// A call by its id, where it is told where.
	has(callflow(0, "hangup", "--target", "staging", "no-such-call"), "no-such-call: gone already")
	has(callflow(2, "hangup", "no-such-call"), "if it is a call's id, name its target with --target")
	has(callflow(2, "hangup", "nowhere/j.jsonl"), "no such file")
	has(callflow(2, "hangup", "--target", "stagin", "no-such-call"), `did you mean "staging"?`)
}

// Where nobody answers, no call is said to be gone.
func TestHangupNobodyThere(t *testing.T) {
	dir := t.TempDir()
	config := writeFile(t, dir, "callflow.yaml", fmt.Sprintf(`
targets:
  local: {simulator: true, root: "http://%s", callback: {listen: "127.0.0.1:0", publicUrl: "http://127.0.0.1:1"}}
`, freePort(t)))
	var out bytes.Buffer
	if code := Main([]string{"hangup", "--config", config, "--target", "local", "--dry-run", "some-call"}, strings.NewReader(""), &out, &out); code != 3 ||
		!strings.Contains(out.String(), "connection refused") || strings.Contains(out.String(), "gone") {
		t.Errorf("exit code %d\n%s", code, out.String())
	}
}
