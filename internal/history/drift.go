package history

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Drift is the runs of one scenario and row, on one target in one dialect, oldest first.
type Drift struct {
	Scenario string  `json:"scenario"`
	File     string  `json:"file"`
	Row      string  `json:"row,omitempty"`
	Target   string  `json:"target"`
	Dialect  string  `json:"dialect"`
	Total    string  `json:"total"` // how many passed, and how many failed with which code
	Runs     []Point `json:"runs"`
}

// Point is one run of a drift.
type Point struct {
	At      time.Time     `json:"at"`
	Status  string        `json:"status"`
	Took    time.Duration `json:"took"` // nanoseconds
	Code    string        `json:"code,omitempty"`
	Text    string        `json:"text,omitempty"`
	Journal string        `json:"journal"`
	// Establishing is the longest time that a call of the run was establishing, in nanoseconds.
	Establishing time.Duration `json:"establishing,omitempty"`
	// Changes are what was seen for the first time in this run: in a request, against the run before that sent it; in a
	// response or notification, against all the runs before.
	Changes []Change `json:"changes,omitempty"`
	// Running says of an unfinished run that its process still writes its journal.
	Running bool `json:"running,omitempty"`
	// Left are the calls that the run has left up, unless it still runs.
	Left []Left `json:"left,omitempty"`
}

// Change is what is new in one document of a run.
type Change struct {
	In    string   `json:"in"` // "the request of step join", "the notification call established"
	Words []string `json:"words"`
}

func (c Change) String() string { return c.In + ": " + list(c.Words) }

// Drifts sorts runs, oldest first, by scenario, row, target and dialect.
func Drifts(runs []*Run) (drifts []Drift) {
	type key struct{ file, row, target, dialect string }
	groups := map[key][]*Run{}
	for _, r := range runs {
		k := key{r.Start.File, r.Start.Row, r.Start.Target, r.Start.Dialect}
		groups[k] = append(groups[k], r)
	}
	for _, k := range slices.SortedFunc(maps.Keys(groups), func(a, b key) int {
		return cmp.Or(strings.Compare(a.file, b.file), strings.Compare(a.row, b.row), strings.Compare(a.target, b.target),
			strings.Compare(a.dialect, b.dialect))
	}) {
		drifts = append(drifts, drift(groups[k]))
	}
	return drifts
}

func drift(runs []*Run) Drift {
	last := runs[len(runs)-1]
	d := Drift{Scenario: last.Start.Scenario, File: last.Start.File, Row: last.Start.Row, Target: last.Start.Target, Dialect: last.Start.Dialect,
		Total: plural(len(runs), "run")}
	if judged := judgedOf(runs); len(judged) > 0 {
		d.Total = fmt.Sprintf("%s: %s", plural(len(judged), "run"), Codes(judged))
		if other := len(runs) - len(judged); other > 0 {
			d.Total += fmt.Sprintf("; %d more skipped, interrupted or unfinished", other)
		}
	}
	sent, before := map[sentKey]request{}, baseline{}
	for _, r := range runs {
		p := Point{At: r.At, Status: r.Status, Took: r.Took, Code: r.Code, Text: r.Text, Journal: r.File, Establishing: r.Establishing,
			Running: r.Running, Left: r.Left}
		for _, k := range r.order {
			if was, ok := sent[k]; ok {
				p.change("the request of "+stepWords(k.step), r.sent[k].differences(was))
			}
			sent[k] = r.sent[k]
		}
		for _, place := range r.places() {
			if before[place] != nil {
				p.change(place.String(), r.shapes[place].changes(before[place]))
			}
		}
		before.add(r)
		d.Runs = append(d.Runs, p)
	}
	return d
}

func (p *Point) change(in string, words []string) {
	if len(words) > 0 {
		p.Changes = append(p.Changes, Change{in, words})
	}
}
