package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callflow/schema"
)

// awkward are problems with everything in them that a format has to write in its own way.
var awkward = schema.Problems{
	{Pos: schema.Pos{File: "a b/100%:x,y.yaml", Line: 3, Col: 5}, Len: 4, Code: "unknown-verb", Severity: schema.SeverityError,
		Text: "50% of \x1b[31m\nlines, and: colons", Hint: "one\r\ntwo", Source: "  - 𝄞wiat: x"},
	{Pos: schema.Pos{File: "<stdin>", Line: 1, Col: 1}, Code: "empty-file", Severity: schema.SeverityError, Text: "the file is empty"},
	{Pos: schema.Pos{File: "/elsewhere/ä.yaml", Line: 1, Col: 1000}, Len: 2, Code: "unused-name", Severity: schema.SeverityWarning,
		Text: "nothing uses it", Source: "part of a long line", Skipped: 800},
	{Pos: schema.Pos{File: "conf/callflow.yaml", Line: 1, Col: 1}, Code: "of-nobody", Severity: schema.SeverityError, Text: "has no page"},
	{Pos: schema.Pos{File: "conf/callflow.yaml", Line: 2, Col: 1}, Code: "unused-name", Severity: schema.SeverityWarning, Text: "again"},
}

// What readers of SARIF rely on: each result's rule is the one at its index, and the places are ours.
func TestProblemsSARIF(t *testing.T) {
	var out bytes.Buffer
	if err := ProblemsSARIF(&out, "v1.2.3", inHere(t), awkward); err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal(out.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if len(run.Tool.Driver.Rules) != 4 {
		t.Errorf("%d rules, want one for each code", len(run.Tool.Driver.Rules))
	}
	type row struct {
		rule, level, uri, base string
		line, from, to         int
		snippet                string
	}
	var got []row
	for i, r := range run.Results {
		if rule := run.Tool.Driver.Rules[r.RuleIndex]; rule.ID != r.RuleID || rule.ID != awkward[i].Code || rule.Help.Text == "" {
			t.Errorf("result %d has the rule %s and points at %s", i, r.RuleID, rule.ID)
		}
		p := r.Locations[0].Physical
		snippet := ""
		if p.Region.Snippet != nil {
			snippet = p.Region.Snippet.Text
		}
		got = append(got, row{r.RuleID, r.Level, p.Artifact.URI, p.Artifact.Base, p.Region.StartLine, p.Region.StartColumn, p.Region.EndColumn, snippet})
	}
	want := []row{
		{"unknown-verb", "error", "a%20b/100%25:x,y.yaml", "%SRCROOT%", 3, 5, 9, "  - 𝄞wiat: x"},
		{"empty-file", "error", "%3Cstdin%3E", "%SRCROOT%", 1, 1, 2, ""},
		{"unused-name", "warning", "file:///elsewhere/%C3%A4.yaml", "", 1, 1000, 1002, ""},
		{"of-nobody", "error", "conf/callflow.yaml", "%SRCROOT%", 1, 1, 2, ""},
		{"unused-name", "warning", "conf/callflow.yaml", "%SRCROOT%", 2, 1, 2, ""},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
		t.Error(diff)
	}
	if text := run.Results[0].Message.Text; !strings.Contains(text, "hint: one") || strings.ContainsRune(out.String(), '\x1b') {
		t.Errorf("%q", text)
	}
}

func TestProblemsGitHub(t *testing.T) {
	var out bytes.Buffer
	if err := ProblemsGitHub(&out, inHere(t), awkward); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`::error file=a b/100%25%3Ax%2Cy.yaml,line=3,endLine=3,col=5,endColumn=9,title=unknown-verb::50%25 of \u001b[31m%0Alines, and: colons%0Ahint: one\u000d%0Atwo`,
		`::error file=<stdin>,line=1,endLine=1,col=1,endColumn=2,title=empty-file::the file is empty`,
		`::warning file=/elsewhere/ä.yaml,line=1,endLine=1,col=1000,endColumn=1002,title=unused-name::nothing uses it`,
		`::error file=conf/callflow.yaml,line=1,endLine=1,col=1,endColumn=2,title=of-nobody::has no page`,
		`::warning file=conf/callflow.yaml,line=2,endLine=2,col=1,endColumn=2,title=unused-name::again`,
		"",
	}
	if diff := cmp.Diff(want, strings.Split(out.String(), "\n")); diff != "" {
		t.Error(diff)
	}
}
