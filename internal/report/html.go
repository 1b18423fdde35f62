package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"callflow/steps"
)

// htmlPage writes one page with everything in it. What a run was is written when it is added, as JSON that is read only
// when somebody opens it, so neither the writer nor the browser holds more of a run than its line in the list. Without
// JavaScript, which some CI servers do not allow, the page shows what failed as the console does, and a table of the runs.
type htmlPage struct {
	w       io.Writer
	entries []pageEntry
	ids     map[string]bool
	err     error // that of the head
}

func newHTML(w io.Writer) Report {
	return &htmlPage{w: w, ids: map[string]bool{}, err: pageTemplate().ExecuteTemplate(w, "head", pageParts())}
}

// pageEntry is a run in the list. Times are milliseconds.
type pageEntry struct {
	ID        string   `json:"id"` // in links; the run's own where it has one
	Name      string   `json:"name"`
	Row       string   `json:"row,omitempty"`
	File      string   `json:"file,omitempty"`
	Target    string   `json:"target,omitempty"`
	Dialect   string   `json:"dialect,omitempty"`
	Simulated bool     `json:"simulated,omitempty"`
	Seed      string   `json:"seed"` // too large for a number of JavaScript's
	Chaos     string   `json:"chaos,omitempty"`
	Tags      []string `json:"tags,omitempty"`
	Began     string   `json:"began"`
	Took      float64  `json:"took"`
	Status    string   `json:"status"`
	Reason    string   `json:"reason,omitempty"` // of the end, where no failure says more
	At        string   `json:"at,omitempty"`     // where it failed: file:line:col
	Text      string   `json:"text,omitempty"`   // why
	Codes     []string `json:"codes,omitempty"`  // that explain the failure
	Retried   int      `json:"retried,omitempty"`
	Left      int      `json:"left,omitempty"` // calls left up
}

// brokenOff is the status of a run or step whose journal ends before it does.
const brokenOff = "broken off"

func (p *htmlPage) Add(r *Run) error {
	if p.err != nil {
		return p.err
	}
	e := p.entry(r)
	p.entries = append(p.entries, e)
	data, err := json.Marshal(newPageRun(r)) // which escapes <, > and &: no text ends the element
	if err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "<script type=\"application/json\" id=\"run-%d\">%s</script>\n", len(p.entries)-1, data)
	if r.Failed() {
		if err := pageTemplate().ExecuteTemplate(&b, "failed", struct {
			pageEntry
			Why string
		}{e, plainFailure(r)}); err != nil {
			return err
		}
	}
	_, err = p.w.Write(b.Bytes())
	return err
}

func (p *htmlPage) Close(t Total) error {
	if p.err != nil {
		return p.err
	}
	about := struct {
		Command string      `json:"command"`
		Version string      `json:"version"`
		Wall    float64     `json:"wall"`
		NotRun  int         `json:"notRun,omitempty"`
		Runs    []pageEntry `json:"runs"`
	}{t.Command, t.Version, ms(t.Wall), t.NotRun, p.entries}
	if about.Runs == nil {
		about.Runs = []pageEntry{}
	}
	data, err := json.Marshal(about)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(p.w, "<script type=\"application/json\" id=\"index\">%s</script>\n", data); err != nil {
		return err
	}
	parts := pageParts()
	parts.Runs, parts.Summary, parts.Total = p.entries, p.summary(), t
	return pageTemplate().ExecuteTemplate(p.w, "foot", parts)
}

// entry is the run's line in the list.
func (p *htmlPage) entry(r *Run) pageEntry {
	e := pageEntry{
		ID: p.id(r), Name: r.Start.Scenario, Row: r.Start.Row, File: r.Start.File, Target: r.Start.Target, Dialect: r.Start.Dialect,
		Simulated: r.Start.Simulated, Seed: strconv.FormatUint(r.Start.Seed, 10), Chaos: r.Start.Chaos, Tags: r.Start.Tags,
		Began: r.Began.UTC().Format(time.RFC3339Nano), Took: ms(r.End.Took), Status: r.End.Status, Reason: r.End.Reason, Left: r.End.Legs,
	}
	if e.Status == "" {
		e.Status, e.Reason = brokenOff, "the journal breaks off here: the process was killed"
		if n := len(r.Records); n > 0 {
			e.Took = ms(r.Records[n-1].At.Sub(r.Began))
		}
	}
	f := r.End.Failure
	r.All(func(s *Step, _ int) {
		e.Retried += len(s.Retries)
		if f == nil && s.Key == r.End.Failed && s.End.Failure != nil {
			f = s.End.Failure
		}
	})
	if f == nil {
		return e
	}
	e.Reason, e.Text = "", f.Text
	if f.Pos.File != "" {
		e.At = f.Pos.String()
	}
	if f.Code != nil {
		e.Codes = append(e.Codes, f.Code.Name)
		for _, also := range f.Code.Also {
			if !slices.Contains(e.Codes, also.Name) {
				e.Codes = append(e.Codes, also.Name)
			}
		}
	}
	return e
}

// id names the run in links. A run that was skipped before it began has no id of its own, and journals of one seed may
// be brought together.
func (p *htmlPage) id(r *Run) string {
	id := r.Start.RunID
	if id == "" {
		id = strconv.Itoa(len(p.entries) + 1)
	}
	for base, n := id, 2; p.ids[id]; n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	p.ids[id] = true
	return id
}

// summary counts the runs by status, those that went wrong first.
func (p *htmlPage) summary() string {
	count := map[string]int{}
	for i := range p.entries {
		count[p.entries[i].Status]++
	}
	var words []string
	for _, status := range []string{steps.Failed, steps.Broken, steps.Interrupted, brokenOff, steps.Passed, steps.Skipped} {
		if n := count[status]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, statusWord(status)))
		}
	}
	if words == nil {
		return "no runs"
	}
	return plural(len(p.entries), "run") + ": " + strings.Join(words, ", ")
}

// plainFailure is why a run failed, as the console lays it out, and its ladder.
func plainFailure(r *Run) string {
	out := r.Explain(plainStyle)
	if hasTraffic(r.Records) {
		out = append(append(out, ""), Ladder(r.Records, plainStyle)...)
	}
	return strings.Join(out, "\n")
}

// stepNames returns what says in words which step a key means.
func (r *Run) stepNames() func(key string) string {
	names := map[string]string{}
	r.All(func(s *Step, _ int) { names[s.Key] = stepWords(s.Key, &s.Start) })
	return func(key string) string {
		if name := names[key]; name != "" {
			return name
		}
		return clean(key)
	}
}

// ms is a duration in milliseconds, to the microsecond.
func ms(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
}
