package report

import (
	"callflow/schema"
)

// The bounds of the column of verbs: narrow enough that a line of 100 cells has room for what came of a step. The one or
// two verbs that are longer stick out.
const (
	narrowestVerbs = 12
	widestVerbs    = 26
)

// VerbColumn is how wide the column of verbs is, so that all of a plan's fit: as wide as the longest, those of included
// files and branches moved in by indent for each level.
func VerbColumn(p *schema.Plan, indent int) int {
	return min(widestVerbs, max(narrowestVerbs, longest(p, 0, indent)))
}

func longest(p *schema.Plan, at, indent int) int {
	return max(longestIn(p.Steps, at, indent), longestIn(p.Finally, at, indent))
}

func longestIn(b schema.Block, at, indent int) (most int) {
	for _, s := range b {
		most = max(most, at+len(s.Verb.Name))
		for _, in := range s.Inner {
			most = max(most, longestIn(in.Steps, at+indent, indent))
		}
		if s.Include != nil {
			most = max(most, longest(s.Include, at+indent, indent))
		}
	}
	return most
}
