package cli

import (
	"os"
	"regexp"
	"slices"

	"callflow/internal/report"
	"callflow/schema"
	"callflow/schema/problem"
	"callflow/steps"
)

// problemWord is what the codes of problems look like, and Graph's do not: small letters and hyphens.
var problemWord = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`)

// problemsAsked are the pages of the codes of problems among args; ok is false when they are about something else.
func problemsAsked(args []string) (pages []schema.ProblemPage, ok bool) {
	for _, arg := range args {
		c, known := schema.FindProblemCode(arg)
		if !known && !problemWord.MatchString(arg) {
			return nil, false
		}
		p := c.Page()
		p.Code = arg
		pages = append(pages, p)
	}
	return pages, len(pages) > 0
}

// problemJSON is one code in `explain --json`.
type problemJSON struct {
	Code     string          `json:"code"`
	Known    bool            `json:"known"`
	Note     string          `json:"note,omitempty"`
	Severity schema.Severity `json:"severity,omitempty"`
	Meaning  string          `json:"meaning,omitempty"`
	Why      string          `json:"why,omitempty"`
	Bad      string          `json:"bad,omitempty"`
	Line     int             `json:"line,omitempty"`
	Good     string          `json:"good,omitempty"`
}

// problems explains codes of problems.
func (f *explainFlags) problems(pages []schema.ProblemPage, io streams) error {
	var err error
	if f.asJSON {
		list := make([]problemJSON, len(pages))
		for i, p := range pages {
			list[i] = problemJSON{p.Code, p.Severity != "", nearestProblem(p), p.Severity, p.Doc, p.Why, p.Bad, p.Line, p.Good}
		}
		err = report.WriteJSON(io.out, list)
	} else {
		style := report.StyleFor(io.out, os.Getenv, f.noColor)
		for _, p := range pages {
			report.ProblemPage(io.out, style, p, p.Problems(steps.Vocabulary()), nearestProblem(p))
		}
	}
	if err == nil && slices.ContainsFunc(pages, func(p schema.ProblemPage) bool { return p.Severity == "" }) {
		return unknownCodeError{}
	}
	return err
}

// nearestProblem suggests another code in place of an unknown one.
func nearestProblem(p schema.ProblemPage) string {
	if p.Severity != "" {
		return ""
	}
	codes := make([]string, len(schema.ProblemCodes))
	for i, c := range schema.ProblemCodes {
		codes[i] = c.Code
	}
	if near := problem.Nearest(p.Code, codes); near != "" {
		return "did you mean " + near + "?"
	}
	return ""
}
