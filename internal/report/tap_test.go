package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/nodetest"
)

// TestTAPParser has node-tap's parser, in its strict mode, read what is written: see tap/parse.mjs. It comes from npm, pinned
// by the lockfile, so it runs when it is asked for: make tapparser, which make check does too.
func TestTAPParser(t *testing.T) {
	node := nodetest.New(t, "CALLFLOW_TAP_PARSER", "tap")
	for name, runs := range map[string][]*Run{"every-end": everyEnd(), "hostile": hostile()} {
		file := filepath.Join(node.Path, name+".tap")
		if err := os.WriteFile(file, []byte(reportOf(t, "tap", Total{}, runs...)), 0o644); err != nil {
			t.Fatal(err)
		}
		said, err := node.Run(nil, "node", "parse.mjs", file)
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
