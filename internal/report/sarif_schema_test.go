package report_test

import (
	"bytes"
	"testing"

	"callflow/internal/nodetest"
	"callflow/internal/report"
	"callflow/schema"
)

// TestSARIFSchema holds logs against the published schema of SARIF 2.1.0: see sarif/validate.mjs. It needs Node and two
// packages from npm, pinned by the lockfile, so it runs when it is asked for: make sarif, which make check does too.
func TestSARIFSchema(t *testing.T) {
	node := nodetest.New(t, "CALLFLOW_SARIF", "sarif")
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
		if said, err := node.Run(log.Bytes(), "node", "validate.mjs"); err != nil {
			t.Errorf("%s: %v\n%s", name, err, said)
		}
	}
	if said, err := node.Run([]byte(`{"version": "2.1.0", "runs": [{"tool": {}}]}`), "node", "validate.mjs"); err == nil {
		t.Errorf("a log without a driver is valid: %s", said)
	}
}
