package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// htmlPage writes one page with everything in it: first the list of the runs and the scripts, so that a browser shows it at
// once, then each run as JSON that is read only when somebody opens it. Runs come before their list is known, so they wait
// in a file; neither the writer nor the browser holds more of a run than its line in the list. Without JavaScript, which
// some CI servers do not allow, the page is a table of the runs, and what failed as the console shows it.
type htmlPage struct {
	w       io.Writer
	runs    spool
	entries []pageEntry
	tally   tally
	ids     map[string]int // how often each was wanted
}

func newHTML(w io.Writer, _ Options) Report { return &htmlPage{w: w, ids: map[string]int{}} }

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

// Failed says that the run ended otherwise than it should.
func (e pageEntry) Failed() bool { return wentWrong(e.Status) }

// brokenOff is the status of a run or step whose journal ends before it does.
const brokenOff = "broken off"

func (p *htmlPage) Add(r *Run) error {
	e := p.entry(r)
	p.entries = append(p.entries, e)
	p.tally.add(r)
	page := newPageRun(r, len(p.entries)-1)
	data, err := json.Marshal(page) // which escapes <, > and &: no text ends the element
	if err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "<script type=\"application/json\" id=\"run-%d\">%s</script>\n", len(p.entries)-1, data)
	if r.Failed() {
		if err := pageTemplate().ExecuteTemplate(&b, "failed", struct {
			pageEntry
			Why string
		}{e, strings.Join(r.Alone(plainStyle), "\n") + "\n\n" + page.Ladder}); err != nil {
			return err
		}
	}
	return p.runs.add(b.Bytes())
}

func (p *htmlPage) Close(t Total) error {
	index := struct {
		Command string      `json:"command"`
		Version string      `json:"version"`
		Wall    float64     `json:"wall"`
		NotRun  int         `json:"notRun,omitempty"`
		Runs    []pageEntry `json:"runs"`
	}{t.Command, t.Version, ms(t.Wall), t.NotRun, append([]pageEntry{}, p.entries...)}
	data, err := json.Marshal(index)
	if err != nil {
		return err
	}
	parts := pageParts()
	parts.Index, parts.Runs, parts.Summary, parts.Total = template.JS(data), p.entries, p.tally.words(t), t
	if err := pageTemplate().ExecuteTemplate(p.w, "head", parts); err != nil {
		return err
	}
	if err := p.runs.writeTo(p.w); err != nil {
		return err
	}
	return pageTemplate().ExecuteTemplate(p.w, "foot", nil)
}

// spool keeps what is to be written later: a little in memory, more in a file without a name.
type spool struct {
	bytes.Buffer
	file *os.File
	path string // where the system lets no open file go: removed at the end
}

// spoolSize is how much is kept in memory.
const spoolSize = 4 << 20

func (s *spool) add(text []byte) error {
	s.Write(text) // never fails
	if s.Len() < spoolSize {
		return nil
	}
	if s.file == nil {
		file, err := os.CreateTemp("", "callflow-report-*")
		if err != nil {
			return err
		}
		if s.file = file; os.Remove(file.Name()) != nil {
			s.path = file.Name()
		}
	}
	_, err := s.WriteTo(s.file)
	return err
}

// writeTo writes all that was added, and lets go of it.
func (s *spool) writeTo(w io.Writer) error {
	if s.file != nil {
		defer func() {
			s.file.Close()
			if s.path != "" {
				os.Remove(s.path)
			}
		}()
		if _, err := s.file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.Copy(w, s.file); err != nil {
			return err
		}
	}
	_, err := s.WriteTo(w)
	return err
}

// entry is the run's line in the list.
func (p *htmlPage) entry(r *Run) pageEntry {
	e := pageEntry{
		ID: p.id(r), Name: r.Start.Scenario, Row: r.Start.Row, File: r.Start.File, Target: r.Start.Target, Dialect: r.Start.Dialect,
		Simulated: r.Start.Simulated, Seed: strconv.FormatUint(r.Start.Seed, 10), Chaos: r.Start.Chaos, Tags: r.Start.Tags,
		Began: r.Began.UTC().Format(time.RFC3339Nano), Took: ms(r.Took()), Status: r.Status(), Retried: r.Retried(), Left: max(r.End.Legs, len(r.leftUp())),
	}
	f := r.Failure()
	if f == nil {
		e.Reason = r.Why()
		for _, u := range r.End.Unheeded {
			e.Reason = strings.TrimPrefix(e.Reason+"; ", "; ") + clean("warning: "+u.Pos.String()+": "+u.Text)
		}
		return e
	}
	e.Text = r.line(f)
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
	for base := id; p.ids[id] > 0; {
		p.ids[base]++
		id = base + "-" + strconv.Itoa(p.ids[base])
	}
	p.ids[id] = 1
	return id
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
