package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

// pageRun is what the page shows of a run when it is opened. Times are milliseconds from the run's beginning; bodies are
// JSON text, so that a browser that reads numbers as floats changes none of them.
type pageRun struct {
	About    string         `json:"about,omitempty"` // what the author says of the scenario
	Steps    []*pageStep    `json:"steps"`
	Command  string         `json:"command,omitempty"` // that makes it again
	Given    string         `json:"given,omitempty"`   // of that, what was said of the scenario itself
	Events   []pageEvent    `json:"events,omitempty"`
	Missing  []pageMissing  `json:"missing,omitempty"`
	Loose    []pageExchange `json:"loose,omitempty"`
	Cleanup  []pageCleaned  `json:"cleanup,omitempty"`
	Logs     []pageLine     `json:"logs,omitempty"`
	Outputs  []pageValue    `json:"outputs,omitempty"`
	Failures []*pageFailure `json:"failures,omitempty"` // each once, however often it is told
	Why      []int          `json:"why,omitempty"`      // those that made the run fail, the one that decided first
	Up       []pageFact     `json:"up,omitempty"`       // calls that were up when it was cut short
	Ladder   string         `json:"ladder,omitempty"`   // as text
	Drawing  string         `json:"drawing,omitempty"`  // and as SVG
}

type pageStep struct {
	Key       string         `json:"key"`
	Branch    string         `json:"branch,omitempty"`
	Verb      string         `json:"verb"`
	Title     string         `json:"title,omitempty"`
	Item      string         `json:"item,omitempty"` // of a forEach: [2]
	File      string         `json:"file,omitempty"`
	Line      int            `json:"line,omitempty"`
	Goal      string         `json:"goal,omitempty"`
	Text      string         `json:"text,omitempty"`
	At        float64        `json:"at"`
	Took      float64        `json:"took"`
	Status    string         `json:"status"`
	Reason    string         `json:"reason,omitempty"`
	Attempts  int            `json:"attempts,omitempty"`
	Outcome   string         `json:"outcome,omitempty"`
	Excused   bool           `json:"excused,omitempty"`
	Failure   *int           `json:"failure,omitempty"` // of pageRun.Failures
	Exchanges []pageExchange `json:"exchanges,omitempty"`
	Retries   []pageRetry    `json:"retries,omitempty"`
	Reached   *pageReached   `json:"reached,omitempty"`
	Successor string         `json:"successor,omitempty"`
	Claimed   []pageClaim    `json:"claimed,omitempty"`
	Captures  []pageValue    `json:"captures,omitempty"`
	Logs      []pageLine     `json:"logs,omitempty"`
	Inner     []*pageStep    `json:"inner,omitempty"`
}

// pageExchange is one attempt.
type pageExchange struct {
	At       float64       `json:"at"`
	Attempt  int           `json:"attempt"`
	Bot      string        `json:"bot,omitempty"`
	Method   string        `json:"method"`
	Path     string        `json:"path"`
	Who      string        `json:"who,omitempty"` // is on the call that it is about
	Headers  graph.Headers `json:"headers,omitempty"`
	Body     string        `json:"body,omitempty"`
	Response *pageResponse `json:"response,omitempty"`
}

type pageResponse struct {
	Took    float64       `json:"took"`
	Status  int           `json:"status,omitempty"`
	Words   string        `json:"words"` // 404 Not Found; no response: …
	Headers graph.Headers `json:"headers,omitempty"`
	Body    string        `json:"body,omitempty"`
	Text    string        `json:"text,omitempty"`
}

type pageRetry struct {
	At      float64 `json:"at"`
	Attempt int     `json:"attempt"`
	Of      int     `json:"of"`
	Wait    float64 `json:"wait"`
	Reason  string  `json:"reason"`
}

type pageReached struct {
	Goal   string `json:"goal"`
	Wanted string `json:"wanted"`
	Event  uint64 `json:"event,omitempty"`
	Result string `json:"result,omitempty"` // 500/7117 and what the service says of it
}

type pageClaim struct {
	Event uint64 `json:"event"`
	Part  string `json:"part,omitempty"`
}

// pageMissing is a call of which the service had more to send.
type pageMissing struct {
	Call  string `json:"call"`
	Count int    `json:"count"`
}

type pageEvent struct {
	Seq      uint64   `json:"seq,omitempty"` // 0 of what is told beside the inbox
	At       float64  `json:"at"`
	Kind     string   `json:"kind"`
	Summary  string   `json:"summary"`
	Call     string   `json:"call,omitempty"`
	Who      string   `json:"who,omitempty"` // is on it
	Change   string   `json:"change,omitempty"`
	Origin   string   `json:"origin,omitempty"`
	Message  string   `json:"message,omitempty"`  // its id
	Odd      []string `json:"odd,omitempty"`      // what is out of the ordinary in how it came
	Sent     *float64 `json:"sent,omitempty"`     // when the service had it, where that is known
	Answered string   `json:"answered,omitempty"` // by the listener: 202 in 1ms
	Late     string   `json:"late,omitempty"`     // key of the step that had given up
	Problem  string   `json:"problem,omitempty"`
	Answer   string   `json:"answer,omitempty"`
	Raw      string   `json:"raw,omitempty"`
	Served   []string `json:"served,omitempty"` // keys of the steps that it served
	Part     string   `json:"part,omitempty"`
}

type pageCleaned struct {
	Text   string   `json:"text"`
	Failed bool     `json:"failed,omitempty"`
	Orphan []string `json:"orphan,omitempty"`
}

type pageLine struct {
	At    float64 `json:"at"`
	Level string  `json:"level"`
	Text  string  `json:"text"`
}

type pageValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// pageBuilder turns one run into what the page shows of it.
type pageBuilder struct {
	*Run
	page  pageRun
	names func(key string) string
	told  map[string]int // failures, by place and text
	lanes []lane         // of the calls: who is on each
}

// newPageRun lays out the nth run of a page.
func newPageRun(r *Run, n int) *pageRun {
	b := &pageBuilder{Run: r, names: r.stepNames(), told: map[string]int{}, lanes: legLanes(r.Records)}
	b.page.About = r.Start.Description
	if r.Start.File != "" {
		b.page.Command = r.Command()
	}
	b.page.Given = shellLine(given(&r.Start))
	b.page.Steps = b.steps(r.Steps)
	for _, f := range r.Failures() {
		n := *b.failure(f, "")
		if f == r.Failure() {
			b.page.Why = slices.Insert(b.page.Why, 0, n)
		} else {
			b.page.Why = append(b.page.Why, n)
		}
	}
	for _, c := range r.callsUp() {
		at := b.since(c.at)
		b.page.Up = append(b.page.Up, pageFact{At: &at, Text: c.String()})
	}
	b.inbox()
	b.page.Loose = b.exchanges(r.Loose)
	for i := range r.Cleanup {
		c := &r.Cleanup[i]
		row := pageCleaned{Text: strings.TrimPrefix(cleanupText(c, whoOn(b.lanes, c.Call)), "cleanup: "), Failed: strings.HasPrefix(c.Result, "failed")}
		if c.Orphan != nil {
			row.Orphan = orphanLines(c.Orphan, r.Began)
		}
		b.page.Cleanup = append(b.page.Cleanup, row)
	}
	b.page.Logs = b.lines(r.Logs)
	b.page.Outputs = values(r.End.Outputs)
	if hasTraffic(r.Records) {
		b.page.Ladder = strings.Join(Ladder(r.Records, plainStyle), "\n")
		b.page.Drawing = string(SVG(r.Records, SVGOptions{ID: fmt.Sprintf("ladder-%d", n), Bare: true}))
	}
	return &b.page
}

func (b *pageBuilder) since(at time.Time) float64 { return ms(at.Sub(b.Began)) }

func (b *pageBuilder) steps(list []*Step) []*pageStep {
	out := make([]*pageStep, 0, len(list))
	for _, s := range list {
		p := &pageStep{
			Key: s.Key, Branch: s.Branch, Verb: s.Start.Verb, Title: stepTitle(s.Key, &s.Start), Item: loopItem(s.Key), File: s.Start.File, Line: s.Start.Line,
			Goal: s.Start.Goal, Text: s.Start.Text, At: b.since(s.At), Took: ms(s.End.Took), Status: s.End.Status, Reason: s.End.Reason,
			Attempts: s.End.Attempts, Outcome: s.End.Outcome, Excused: s.End.Excused, Exchanges: b.exchanges(s.Exchanges),
			Captures: values(s.Captures), Logs: append(b.lines(s.Logs), b.probes(s)...), Failure: b.failure(s.End.Failure, s.Key),
		}
		if p.Status == "" {
			p.Status = brokenOff
			p.Took = ms(max(0, b.Records[len(b.Records)-1].At.Sub(s.At)))
		}
		for _, r := range s.Retries {
			p.Retries = append(p.Retries, pageRetry{b.since(r.At), r.Attempt, r.Of, ms(r.Wait), r.Reason})
		}
		if o := s.Outcome; o != nil {
			p.Reached = &pageReached{Goal: o.Goal, Wanted: o.Wanted, Event: o.Event, Result: resultText(o.ResultInfo)}
		}
		if s.Successor != nil {
			p.Successor = successorText(s.Successor)
		}
		for _, c := range s.Claimed {
			p.Claimed = append(p.Claimed, pageClaim{c.Event, c.Part})
		}
		p.Inner = b.steps(s.Inner)
		out = append(out, p)
	}
	return out
}

func (b *pageBuilder) exchanges(list []Exchange) []pageExchange {
	var out []pageExchange
	for i := range list {
		x := &list[i]
		p := pageExchange{At: b.since(x.At), Attempt: x.Request.Attempt, Bot: x.Request.Bot, Method: x.Request.Method, Path: x.Request.Path,
			Who: whoOn(b.lanes, x.Request.Call), Headers: x.Request.Headers, Body: string(x.Request.Body)}
		if a := x.Response; a != nil {
			words, _ := responseText(a)
			p.Response = &pageResponse{Took: ms(a.Took), Status: a.Status, Words: words, Headers: a.Headers, Body: string(a.Body), Text: a.Text}
		}
		out = append(out, p)
	}
	return out
}

// inbox is what came, each with how.
func (b *pageBuilder) inbox() {
	d := deliveriesOf(b.Records)
	next := 0 // events are in the order of their records
	for i := range b.Records {
		if b.Records[i].Event != nil {
			b.page.Events = append(b.page.Events, b.event(&b.Events[next], d, &b.Records[i]))
			next++
		}
	}
	for _, g := range d.gaps {
		b.page.Missing = append(b.page.Missing, pageMissing{short(g.call), g.missing})
	}
}

func (b *pageBuilder) event(e *Event, d *deliveries, r *steps.Record) pageEvent {
	p := pageEvent{Seq: e.Seq, At: b.since(e.At), Kind: string(e.Kind), Summary: e.Summary, Call: e.Call, Who: whoOn(b.lanes, e.Call), Change: e.ChangeType,
		Message: e.MessageID, Late: e.Late, Problem: e.Problem, Answer: string(e.Answer), Raw: string(e.Raw), Served: d.taken[e.Seq], Part: e.Part}
	if e.Origin == graph.FromResponse {
		p.Origin = e.Origin
	} else {
		p.Odd = d.odd(r)
	}
	if !e.Sent.IsZero() {
		at := b.since(e.Sent)
		p.Sent = &at
	}
	if e.Status > 0 {
		p.Answered = fmt.Sprintf("%d in %s", e.Status, duration(e.Took))
	}
	return p
}

// probes are told in the log of the step whose silence they look into.
func (b *pageBuilder) probes(s *Step) []pageLine {
	var out []pageLine
	for i := range b.Records {
		r := &b.Records[i]
		if r.Probe == nil || r.Step != s.Key || r.Branch != s.Branch {
			continue
		}
		level := "info"
		if !r.Probe.Reached {
			level = "warning"
		}
		out = append(out, pageLine{b.since(r.At), level, "callback probe: " + r.Probe.Text})
	}
	return out
}

func (b *pageBuilder) lines(list []Line) []pageLine {
	var out []pageLine
	for _, l := range list {
		out = append(out, pageLine{b.since(l.At), l.Level, l.Text})
	}
	return out
}

func values(list []steps.Captured) []pageValue {
	var out []pageValue
	for _, c := range list {
		out = append(out, pageValue{c.Name, valueText(c.Value)})
	}
	return out
}

// resultText is a result on one line; "" for none, and for one that says nothing.
func resultText(r *graph.ResultInfo) string {
	if r == nil || r.Code == 0 && r.Subcode == 0 && r.Message == "" {
		return ""
	}
	return strings.TrimSpace(fmt.Sprintf("%d/%d %s", r.Code, r.Subcode, r.Message))
}
