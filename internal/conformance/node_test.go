package conformance_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// offline is how npm says that it reaches no registry.
var offline = regexp.MustCompile(`ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ENOTCACHED|network`)

// TestGraphClient has Microsoft's own Graph client for JavaScript, which nobody here wrote, use `callflow simulate`: see
// node/client.mjs. It installs the client from npm, by the lockfile, so it runs when it is asked for: `make graphclient`,
// which `make check` does too.
func TestGraphClient(t *testing.T) {
	if os.Getenv("CALLFLOW_GRAPH_CLIENT") == "" {
		t.Skip("not asked for; make graphclient runs it")
	}
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("Microsoft's Graph client was not tried: %v", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", ".npmrc", "client.mjs"} {
		text, err := os.ReadFile(filepath.Join("node", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	in := func(program string, args ...string) ([]byte, error) {
		c := exec.CommandContext(ctx, program, args...)
		c.Dir = dir
		c.WaitDelay = 5 * time.Second
		return c.CombinedOutput()
	}
	if said, err := in("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"); err != nil {
		if offline.Match(said) {
			t.Skipf("Microsoft's Graph client was not tried: npm cannot fetch it:\n%s", said)
		}
		t.Fatalf("npm ci: %v\n%s", err, said)
	}
	callflow := filepath.Join(dir, "callflow")
	build := exec.CommandContext(ctx, "go", "build", "-o", callflow, ".")
	build.Dir = house
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, said)
	}
	said, err := in("node", "client.mjs", callflow)
	if err != nil {
		t.Fatalf("the client: %v\n%s", err, said)
	}
	t.Logf("%s", said)
}
