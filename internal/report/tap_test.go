package report

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// noRegistry is how npm says that it reaches no registry.
var noRegistry = regexp.MustCompile(`ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ENOTCACHED|network`)

// TestTAPParser has node-tap's parser, in its strict mode, read what is written: see tap/parse.mjs. It comes from npm, pinned
// by the lockfile, so it runs when it is asked for: make tapparser, which make check does too.
func TestTAPParser(t *testing.T) {
	if os.Getenv("CALLFLOW_TAP_PARSER") == "" {
		t.Skip("not asked for; make tapparser runs it")
	}
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("the parser was not tried: %v", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	dir := t.TempDir()
	in := func(program string, args ...string) ([]byte, error) {
		c := exec.CommandContext(ctx, program, args...)
		c.Dir = dir
		c.WaitDelay = 5 * time.Second
		return c.CombinedOutput()
	}
	for _, name := range []string{"package.json", "package-lock.json", ".npmrc", "parse.mjs"} {
		text, err := os.ReadFile(filepath.Join("tap", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if said, err := in("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"); err != nil {
		if noRegistry.Match(said) {
			t.Skipf("the parser was not tried: npm cannot fetch it:\n%s", said)
		}
		t.Fatalf("npm ci: %v\n%s", err, said)
	}
	for name, runs := range map[string][]*Run{"every-end": everyEnd(), "hostile": hostile()} {
		file := filepath.Join(dir, name+".tap")
		if err := os.WriteFile(file, []byte(reportOf(t, "tap", Total{}, runs...)), 0o644); err != nil {
			t.Fatal(err)
		}
		said, err := in("node", "parse.mjs", file)
		if err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		var got struct {
			Results map[string]any
			Errors  []string
			Unknown []string
			Names   []string
			Details int
			Steps   int
		}
		if err := json.Unmarshal(said, &got); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		want := map[string]any{"ok": false, "count": 7.0, "pass": 2.0, "fail": 5.0, "todo": 0.0, "skip": 1.0, "bailout": "false"}
		if diff := cmp.Diff(want, got.Results); diff != "" {
			t.Errorf("%s: results (-want +got):\n%s", name, diff)
		}
		if len(got.Errors)+len(got.Unknown) > 0 {
			t.Errorf("%s: errors %q, not understood %q", name, got.Errors, got.Unknown)
		}
		if got.Details != 6 || got.Steps != 11 {
			t.Errorf("%s: %d points with details and %d steps", name, got.Details, got.Steps)
		}
		if len(got.Names) != 7 || !strings.Contains(got.Names[3], "A run that is skipped") {
			t.Errorf("%s: names %q", name, got.Names)
		}
	}
}
