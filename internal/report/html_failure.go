package report

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"callflow/internal/graph"
	"callflow/schema/expr"
	"callflow/steps"
)

// pageFailure is why something failed, in the parts in which the page lays it out: those of Style.failure.
type pageFailure struct {
	Step     string        `json:"step,omitempty"` // key of the one that failed
	Place    string        `json:"place,omitempty"`
	Included []string      `json:"included,omitempty"` // by which steps, the nearest first
	Text     string        `json:"text"`
	Reason   string        `json:"reason,omitempty"`
	Excerpt  []pageSource  `json:"excerpt,omitempty"`
	Facts    []pageFact    `json:"facts,omitempty"`
	Awaited  string        `json:"awaited,omitempty"`
	Trees    []pageTree    `json:"trees,omitempty"` // expressions that were false
	Arrivals *pageArrivals `json:"arrivals,omitempty"`
	Late     []pageFact    `json:"late,omitempty"` // what came after the step had given up
	Graph    *graph.Error  `json:"graph,omitempty"`
	Codes    []pageCode    `json:"codes,omitempty"`
	Hints    []string      `json:"hints,omitempty"`
	Trace    []pageValue   `json:"trace,omitempty"` // what the service's support asks for
}

// pageSource is one line of the scenario.
type pageSource struct {
	N    int    `json:"n,omitempty"`
	Text string `json:"text"`
	Mark bool   `json:"mark,omitempty"`
}

type pageFact struct {
	At    *float64 `json:"at,omitempty"`
	Event uint64   `json:"event,omitempty"`
	Text  string   `json:"text"`
	After float64  `json:"after,omitempty"` // how late
}

// pageTree is an expression, its value, and its parts. How is good, bad, absent, or "" for a plain value.
type pageTree struct {
	Line   int         `json:"line,omitempty"` // of the file, where it is another one than the failure's
	Text   string      `json:"text"`
	Value  string      `json:"value,omitempty"`
	How    string      `json:"how,omitempty"`
	Fields []pageValue `json:"fields,omitempty"` // of an object
	Parts  []pageTree  `json:"parts,omitempty"`
}

type pageArrivals struct {
	Waited float64    `json:"waited,omitempty"`
	None   bool       `json:"none,omitempty"` // nothing new came while it waited
	List   []pageMiss `json:"list,omitempty"`
}

type pageMiss struct {
	Event uint64     `json:"event"`
	At    float64    `json:"at"`
	Text  string     `json:"text"`
	Call  string     `json:"call,omitempty"`
	Note  string     `json:"note,omitempty"`
	Group string     `json:"group"`          // before, early, came
	Lead  string     `json:"lead,omitempty"` // of those before: why they do not count
	Mark  string     `json:"mark,omitempty"` // nearest, decided
	Why   []pagePart `json:"why,omitempty"`
}

// pagePart is why an event did not match a part of an await, or did.
type pagePart struct {
	Part string   `json:"part,omitempty"`
	Tree pageTree `json:"tree"`
}

type pageCode struct {
	Name    string   `json:"name"`
	Known   string   `json:"known,omitempty"` // from where
	Meaning string   `json:"meaning"`
	Causes  []string `json:"causes,omitempty"`
	Next    []string `json:"next,omitempty"`
	Source  []string `json:"source,omitempty"`
}

// failure keeps f and returns its number. A limit says of a step what it says of those above it, and the end of the run
// says it again: told once is enough.
func (b *pageBuilder) failure(f *steps.Failure, step string) *int {
	if f == nil {
		return nil
	}
	told := f.Pos.String() + "\x00" + f.Text
	n, ok := b.told[told]
	if !ok {
		n = len(b.page.Failures)
		b.told[told] = n
		b.page.Failures = append(b.page.Failures, b.lay(f, step))
	}
	return &n
}

func (b *pageBuilder) lay(f *steps.Failure, step string) *pageFailure {
	p := &pageFailure{Step: step, Text: f.Text, Reason: f.Reason, Graph: f.Graph, Codes: pageCodes(f.Code), Hints: f.Hints,
		Excerpt: source(f), Late: b.late(step)}
	if f.Pos.File != "" {
		p.Place = f.Pos.String()
		for _, by := range f.Included {
			p.Included = append(p.Included, includedBy(by))
		}
	}
	for _, fact := range f.Facts {
		row := pageFact{Event: fact.Event, Text: fact.Text}
		if !fact.At.IsZero() {
			at := b.since(fact.At)
			row.At = &at
		}
		p.Facts = append(p.Facts, row)
	}
	b.All(func(s *Step, _ int) {
		if step != "" && s.Key == step {
			for _, c := range lateCodes(f, b.Run.late(s)) {
				p.Codes = append(p.Codes, pageCodes(c)...)
			}
		}
	})
	told := slices.ContainsFunc(f.Arrivals, func(m steps.Miss) bool { return m.Why != nil })
	if f.Awaited != "" && f.Expression == nil && len(f.Excerpt) == 0 && len(f.Facts) == 0 {
		p.Awaited = f.Awaited
	}
	if f.Expression != nil && !told {
		p.Trees = append(p.Trees, newPageTree(f.Expression))
	}
	for i := range f.Also {
		t := newPageTree(&f.Also[i])
		t.Line = f.Also[i].Pos.Line
		p.Trees = append(p.Trees, t)
	}
	waits := f.Awaited != "" && f.Expression == nil && (f.Kind == "await" || f.Kind == "timeout")
	if waits || len(f.Arrivals) > 0 {
		p.Arrivals = b.arrivals(f)
	}
	if t := f.Trace; t != nil {
		for _, id := range []pageValue{{"last request sent", t.At.UTC().Format("2006-01-02T15:04:05.000Z")}, {"call", t.Call},
			{"callChainId", t.CallChainID}, {"request-id", t.RequestID}, {"client-request-id", t.ClientRequestID}, {"Scenario-Id", t.ScenarioID}} {
			if id.Value != "" {
				p.Trace = append(p.Trace, id)
			}
		}
	}
	return p
}

var sourceLead = regexp.MustCompile(`^[> ]*\d+ \| ?`)

// source is the excerpt with its line numbers apart.
func source(f *steps.Failure) []pageSource {
	var out []pageSource
	for _, line := range f.Excerpt {
		row := pageSource{Text: line}
		if m := numbered.FindStringSubmatch(line); m != nil {
			row.N, _ = strconv.Atoi(m[1])
			row.Mark, row.Text = row.N == f.Pos.Line, sourceLead.ReplaceAllString(line, "")
		}
		out = append(out, row)
	}
	return out
}

// late are the events that came after the step had stopped waiting for them.
func (b *pageBuilder) late(step string) []pageFact {
	var out []pageFact
	if step == "" {
		return nil
	}
	b.All(func(s *Step, _ int) {
		if s.Key != step || out != nil {
			return
		}
		for _, e := range b.Run.late(s) {
			at := b.since(e.At)
			out = append(out, pageFact{At: &at, Event: e.Seq, Text: e.Summary, After: ms(e.At.Sub(s.At.Add(s.End.Took)))})
		}
	})
	return out
}

// arrivals is what came while something was awaited. See Style.arrivals.
func (b *pageBuilder) arrivals(f *steps.Failure) *pageArrivals {
	p := &pageArrivals{Waited: ms(f.Waited), None: true}
	several := severalCalls(f.Arrivals)
	list := arrivalList{arrivals: f.Arrivals}
	for i := range f.Arrivals {
		m := &f.Arrivals[i]
		row := pageMiss{Event: m.Event, At: b.since(m.At), Text: m.Summary, Group: "came"}
		switch {
		case strings.HasPrefix(m.Ignored, "came before"):
			row.Group, row.Lead = "before", m.Ignored+", so did not count"
		case m.Early:
			row.Group = "early"
		default:
			p.None = false
		}
		switch {
		case m.Why != nil && m.Why.Value == true:
			row.Mark = "decided"
		case m.Nearest:
			row.Mark = "nearest"
		}
		if several {
			row.Call = m.Call
		}
		switch {
		case strings.HasPrefix(m.Ignored, "is "):
			row.Note = m.Ignored + ": does not count"
		case m.Unclaimed:
			row.Note = "nobody took it"
		case m.Claimed != "":
			row.Note = "taken by " + b.names(m.Claimed)
		case m.Part != "" && m.Why == nil:
			row.Note = "serves " + m.Part
		}
		for _, missed := range list.missed(i) {
			row.Why = append(row.Why, pagePart{missed.Part, newPageTree(missed.Why)})
		}
		p.List = append(p.List, row)
	}
	return p
}

// newPageTree lays out an expression as Style.tree does.
func newPageTree(e *expr.Explanation) pageTree {
	t := pageTree{Text: strings.Join(strings.Fields(e.Text), " ")}
	if isObject(e.Value) && e.Error == "" && !e.Absent {
		t.Value = "an object"
		for _, line := range (Style{Width: 400}).fields(e.Value, "") {
			name, value, _ := strings.Cut(line, ": ")
			t.Fields = append(t.Fields, pageValue{name, value})
		}
	} else {
		var how string
		t.Value, how = Style{}.value(e)
		if e.Note != "" {
			t.Value += " (" + e.Note + ")"
		}
		t.How = map[string]string{good: "good", bad: "bad", warn: "absent"}[how]
	}
	for _, part := range taken(e) {
		t.Parts = append(t.Parts, newPageTree(&part))
	}
	return t
}

func pageCodes(c *steps.Explained) []pageCode {
	if c == nil {
		return nil
	}
	known := knownFrom[c.Status]
	if known == "" {
		known = c.Status
	}
	out := []pageCode{{Name: c.Name, Known: known, Meaning: c.Meaning, Causes: c.Causes, Next: c.Next, Source: c.Source}}
	for i := range c.Also {
		out = append(out, pageCodes(&c.Also[i])...)
	}
	return out
}
