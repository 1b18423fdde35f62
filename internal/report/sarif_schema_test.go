package report_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"callflow/internal/report"
	"callflow/schema"
)

// TestSARIFSchema holds logs against the published schema of SARIF 2.1.0: see sarif/validate.mjs. It needs Node and two
// packages from npm, pinned by the lockfile, so it runs when it is asked for: make sarif, which make check does too.
func TestSARIFSchema(t *testing.T) {
	if os.Getenv("CALLFLOW_SARIF") == "" {
		t.Skip("not asked for; make sarif runs it")
	}
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("the schema was not tried: %v", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	dir := t.TempDir()
	in := func(stdin []byte, program string, args ...string) ([]byte, error) {
		c := exec.CommandContext(ctx, program, args...)
		c.Dir, c.Stdin, c.WaitDelay = dir, bytes.NewReader(stdin), 5*time.Second
		return c.CombinedOutput()
	}
	for _, name := range []string{"package.json", "package-lock.json", ".npmrc", "validate.mjs"} {
		text, err := os.ReadFile(filepath.Join("sarif", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if said, err := in(nil, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"); err != nil {
		if offline.Match(said) {
			t.Skipf("the schema was not tried: npm cannot fetch what it takes:\n%s", said)
		}
		t.Fatalf("npm ci: %v\n%s", err, said)
	}
	var every schema.Problems
	for _, c := range schema.ProblemCodes {
		every = append(every, schema.Problem{Pos: schema.Pos{File: "a.yaml", Line: 1, Col: 1}, Code: c.Code, Severity: c.Severity, Text: c.Doc})
	}
	awkward := schema.Problems{
		{Pos: schema.Pos{File: "<stdin>", Line: 1, Col: 1}, Code: "of-nobody", Severity: schema.SeverityError, Text: "has no page"},
		{Pos: schema.Pos{File: "/a b/100%:x.yaml", Line: 3, Col: 5}, Len: 4, Code: "unused-name", Severity: schema.SeverityWarning, Text: "\x1b\n", Source: "𝄞"},
	}
	for name, problems := range map[string]schema.Problems{"none": nil, "awkward": awkward, "every code": every} {
		var log bytes.Buffer
		if err := report.ProblemsSARIF(&log, "v1.2.3", func(string) string { return "" }, problems); err != nil {
			t.Fatal(err)
		}
		if said, err := in(log.Bytes(), "node", "validate.mjs"); err != nil {
			t.Errorf("%s: %v\n%s", name, err, said)
		}
	}
	if said, err := in([]byte(`{"version": "2.1.0", "runs": [{"tool": {}}]}`), "node", "validate.mjs"); err == nil {
		t.Errorf("a log without a driver is valid: %s", said)
	}
}
