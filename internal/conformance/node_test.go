package conformance_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"callflow/internal/nodetest"
)

// TestGraphClient has Microsoft's own Graph client for JavaScript, which nobody here wrote, use `callflow simulate`: see
// node/client.mjs. It installs the client from npm, by the lockfile, so it runs when it is asked for: `make graphclient`,
// which `make check` does too.
func TestGraphClient(t *testing.T) {
	node := nodetest.New(t, "CALLFLOW_GRAPH_CLIENT", "node")
	callflow := filepath.Join(node.Path, "callflow")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", callflow, ".")
	build.Dir = house
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, said)
	}
	said, err := node.Run(nil, "node", "client.mjs", callflow)
	if err != nil {
		t.Fatalf("the client: %v\n%s", err, said)
	}
	t.Logf("%s", said)
}
