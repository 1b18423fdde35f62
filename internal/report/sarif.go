package report

import (
	"io"
	"net/url"
	"path"

	"callflow/schema"
)

// ProblemsSARIF writes problems as SARIF 2.1.0, which code scanning and editors read. Columns count characters, not UTF-16
// units, and say so. Paths are relative to the root of the repository: see inWorkspace.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
func ProblemsSARIF(w io.Writer, version string, env func(string) string, problems schema.Problems) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "callflow", Version: version, Rules: []sarifRule{}}
	run.Invocations = []sarifInvocation{{true}}
	rules := map[string]int{}
	for _, p := range problems {
		nth, known := rules[p.Code]
		if !known {
			nth = len(rules)
			rules[p.Code] = nth
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(p))
		}
		run.Results = append(run.Results, sarifResult{RuleID: p.Code, RuleIndex: nth, Level: string(p.Severity),
			Message: sarifText{Text: withHint(p)}, Locations: []sarifLocation{sarifPlace(p, env)}})
	}
	return WriteJSON(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

// sarifRuleOf describes the kind of a problem. Those of files other than scenarios may have no page.
func sarifRuleOf(p schema.Problem) sarifRule {
	c, ok := schema.FindProblemCode(p.Code)
	if !ok {
		c = schema.ProblemCode{Code: p.Code, Severity: p.Severity, Doc: p.Code}
	}
	r := sarifRule{ID: c.Code, Short: sarifText{Text: c.Doc}}
	r.Default.Level = string(c.Severity)
	page := c.Page()
	help := c.Doc
	if page.Why != "" {
		help += "\n\n" + page.Why
	}
	r.Help = sarifText{Text: help, Markdown: help}
	if page.Bad != "" {
		r.Help.Markdown += "\n\nWrong:\n\n```yaml\n" + page.Bad + "```\n\nRight:\n\n```yaml\n" + page.Good + "```\n"
		r.Help.Text += "\n\nWrong:\n\n" + page.Bad + "\nRight:\n\n" + page.Good
	}
	return r
}

func sarifPlace(p schema.Problem, env func(string) string) sarifLocation {
	var l sarifLocation
	file := inWorkspace(p.File, env)
	l.Physical.Artifact = sarifArtifact{URI: (&url.URL{Path: file}).String(), Base: "%SRCROOT%"}
	if path.IsAbs(file) {
		l.Physical.Artifact = sarifArtifact{URI: (&url.URL{Scheme: "file", Path: file}).String()}
	}
	l.Physical.Region = sarifRegion{StartLine: p.Line, StartColumn: p.Col, EndLine: p.Line, EndColumn: p.Col + max(p.Len, 1)}
	if p.Source != "" && p.Skipped == 0 {
		l.Physical.Region.Snippet = &sarifText{Text: p.Source}
	}
	return l
}

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver sarifDriver `json:"driver"`
	} `json:"tool"`
	ColumnKind  string            `json:"columnKind"`
	Invocations []sarifInvocation `json:"invocations"`
	Results     []sarifResult     `json:"results"`
}

type sarifInvocation struct {
	Successful bool `json:"executionSuccessful"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID      string    `json:"id"`
	Short   sarifText `json:"shortDescription"`
	Help    sarifText `json:"help"`
	Default struct {
		Level string `json:"level"`
	} `json:"defaultConfiguration"`
}

type sarifText struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	RuleIndex int             `json:"ruleIndex"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifLocation struct {
	Physical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	} `json:"physicalLocation"`
}

type sarifArtifact struct {
	URI  string `json:"uri"`
	Base string `json:"uriBaseId,omitempty"`
}

type sarifRegion struct {
	StartLine   int        `json:"startLine"`
	StartColumn int        `json:"startColumn"`
	EndLine     int        `json:"endLine"`
	EndColumn   int        `json:"endColumn"`
	Snippet     *sarifText `json:"snippet,omitempty"`
}
