package cli

import (
	"fmt"
	"os"

	"callflow/internal/graph"
	"callflow/internal/project"
	"callflow/internal/target"
	"callflow/schema"
)

// readCodes reads a dictionary file of the user: codes in the form of internal/graph/codes.yaml. The entries are nil when
// problems forbid their use.
func readCodes(file string) ([]graph.Entry, schema.Problems) {
	text, err := project.Read(file)
	if err != nil {
		return nil, schema.Problems{{
			Pos: schema.Pos{File: file, Line: 1, Col: 1}, Code: "unreadable", Severity: schema.SeverityError,
			Text: "cannot read the codes: " + project.Cause(err).Error(),
		}}
	}
	articles, problems := schema.Decode[schema.Map[graph.Article]](schema.Source{Name: file, Text: text, Env: os.LookupEnv})
	if articles == nil || problems.Failed() {
		return nil, problems
	}
	var entries []graph.Entry
	first := map[string]schema.Pos{}
	for _, a := range *articles {
		key, ok := graph.CodeKey(a.Key)
		switch at, twice := first[key]; {
		case !ok:
			problems = append(problems, schema.Problem{Pos: a.Pos, Code: "bad-code", Severity: schema.SeverityError,
				Text: fmt.Sprintf("%q is no code", a.Key), Hint: "write a pair (500/7117 or 412#10073), a number (7505), or a word (AppTransferred)"})
		case twice:
			problems = append(problems, schema.Problem{Pos: a.Pos, Code: "duplicate-code", Severity: schema.SeverityError,
				Text: fmt.Sprintf("%s is there already, in line %d", key, at.Line)})
		}
		first[key] = a.Pos
		e := graph.Entry{Code: key, Article: a.Value}
		if e.Status == "" {
			e.Status = graph.Yours
		} else {
			e.Status = graph.Yours + ", " + e.Status
		}
		entries = append(entries, e)
	}
	if problems.Failed() {
		return nil, problems
	}
	return entries, problems
}

// dictionary is callflow's own with the user's file over it: the one of --codes, else the one that the configuration
// names. Nil: there is no such file; callflow's own takes time to read, which a run that passes need not spend. config is
// read where it is; only when the user named it, or strict, is it an error that it cannot be.
func dictionary(io streams, noColor bool, codes, config string, strict bool) (*graph.Dictionary, error) {
	if codes == "" {
		if _, err := os.Stat(config); err != nil && !strict {
			return nil, nil
		}
		cfg, problems := project.ReadConfig(config)
		switch {
		case cfg == nil && strict:
			io.problems(problems, noColor)
			return nil, &inputError{tally(1, problems)}
		case cfg == nil || cfg.Codes == "":
			return nil, nil
		}
		codes = target.Beside(config, cfg.Codes)
	}
	entries, problems := readCodes(codes)
	io.problems(problems, noColor)
	if problems.Failed() {
		return nil, &inputError{tally(1, problems)}
	}
	return graph.Codes().With(entries), nil
}
