package project

import (
	"fmt"
	"os"

	"callflow/internal/graph"
	"callflow/schema"
)

// ReadCodes reads a dictionary file of the user: codes in the form of internal/graph/codes.yaml. The entries are nil when
// problems forbid their use.
func ReadCodes(file string) ([]graph.Entry, schema.Problems) {
	text, err := Read(file)
	if err != nil {
		return nil, schema.Problems{unreadable(file, "the codes", err, "")}
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
