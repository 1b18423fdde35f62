package conformance

import (
	"slices"
	"strings"

	"callflow/internal/graph"
)

// Deviation is a place where the service, or a client as the pages have it, is known not to keep to the metadata. An
// empty field fits anything.
type Deviation struct {
	Dialects []graph.Dialect
	Message  string // request, response, notification
	What     string // the operation, or the kind of resource
	In       string // the type
	Member   string // or several, or the words of an enum
	Rule     Rule
	Why      string
	Source   string // a page or an issue; "ours" when the choice is the simulator's
	Example  string // a message of the documentation or of an issue that shows it
}

var (
	v1    = []graph.Dialect{graph.V1}
	today = []graph.Dialect{graph.V1, graph.Beta}
	old   = []graph.Dialect{graph.Legacy}
)

// Explains says whether a deviation is what a finding shows.
func (d *Deviation) Explains(f Finding) bool {
	return (d.Dialects == nil || slices.Contains(d.Dialects, f.Dialect)) &&
		fits(d.Message, f.Message) && fits(d.What, f.What) && fits(d.In, f.In) && fits(d.Member, f.Member) && fits(string(d.Rule), string(f.Rule))
}

// fits says whether a word is the wanted one, or one of several.
func fits(want, is string) bool { return want == "" || slices.Contains(strings.Split(want, ", "), is) }

// Ledger sorts findings: those that a known deviation explains, and the others.
type Ledger struct {
	used map[int]int // by index in Deviations
}

// Unexplained are the findings that no known deviation explains.
func (l *Ledger) Unexplained(found []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(found), func(f Finding) bool {
		i := slices.IndexFunc(Deviations, func(d Deviation) bool { return d.Explains(f) })
		if i >= 0 {
			if l.used == nil {
				l.used = map[int]int{}
			}
			l.used[i]++
		}
		return i >= 0
	})
}

// Unused are the deviations that explained nothing.
func (l *Ledger) Unused() []Deviation {
	var list []Deviation
	for i, d := range Deviations {
		if l.used[i] == 0 {
			list = append(list, d)
		}
	}
	return list
}
