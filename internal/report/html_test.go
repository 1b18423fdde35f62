package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

// pageOf writes the page of some runs.
func pageOf(t *testing.T, runs ...*Run) string {
	t.Helper()
	var b bytes.Buffer
	p := KindOf("html").Open(&b, Options{})
	for _, r := range runs {
		if err := p.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Close(Total{Command: "callflow run", Version: "1.2.3", Wall: 1500 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var pageData = regexp.MustCompile(`<script type="application/json" id="([^"]+)">([^<]*)</script>`)

// dataOf is the JSON in a page, by the id of its element. What holds a "<" is no data: it would end the element.
func dataOf(t *testing.T, page string) map[string]json.RawMessage {
	t.Helper()
	data := map[string]json.RawMessage{}
	for _, m := range pageData.FindAllStringSubmatch(page, -1) {
		if !json.Valid([]byte(m[2])) {
			t.Errorf("%s is no JSON: %.200s", m[1], m[2])
		}
		data[m[1]] = json.RawMessage(m[2])
	}
	return data
}

// What the page is made from: the list, and each run.
func TestHTMLData(t *testing.T) {
	broken := NewRun(transfer(true)[:12])
	page := pageOf(t, NewRun(transfer(true)), NewRun(transfer(false)), broken)
	data := dataOf(t, page)
	var out bytes.Buffer
	for _, id := range []string{"index", "run-0", "run-2"} {
		fmt.Fprintf(&out, "%s:\n", id)
		if err := json.Indent(&out, data[id], "", "  "); err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		out.WriteString("\n\n")
	}
	golden(t, "html-data.golden", out.String())
}

// Without JavaScript the page says what the console does, and lists the runs.
func TestHTMLWithoutScript(t *testing.T) {
	page := pageOf(t, NewRun(transfer(true)), NewRun(transfer(false)))
	page = strings.NewReplacer("&#34;", `"`, "&gt;", ">", "&lt;", "<", "&amp;", "&").Replace(page)
	for _, want := range []string{"1 passed, 1 failed", "failed: Move a caller into a meeting", "nothing matched within 30s",
		"> call.id == p2pCall && call.state == \"terminated\"  → false"[2:], "cleanup: hangUp 2f1a1100: hung up"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// Whatever a service, a scenario or a person is called, the page stays one page.
func TestHTMLHostile(t *testing.T) {
	const evil = "</script><script>alert(1)</script><!--<script>\u2028\u2029\x00\x1b[31m\u202egnp.exe]]>&lt;\"'`${x}"
	records := transfer(true)
	for i := range records {
		switch r := &records[i]; {
		case r.RunStart != nil:
			start := *r.RunStart
			start.Scenario, start.File, start.Row, start.RunID, start.Tags, start.Description = evil, evil, evil, evil, []string{evil}, evil
			r.RunStart = &start
		case r.StepStart != nil:
			r.Step += evil
			r.StepStart.Label, r.StepStart.Verb, r.StepStart.Text = evil, evil, evil
		case r.Request != nil:
			r.Request.Path, r.Request.Body = evil, json.RawMessage(`{"a":"</script><!--"}`)
		case r.Event != nil:
			r.Event.Summary = evil
		case r.StepEnd != nil && r.StepEnd.Failure != nil:
			r.StepEnd.Failure.Text, r.StepEnd.Failure.Hints = evil, []string{evil}
		}
	}
	page := pageOf(t, NewRun(records), NewRun(records))
	clean := pageOf(t, NewRun(transfer(true)), NewRun(transfer(true)))
	for _, tag := range []string{"<script", "</script", "<!--", "<noscript", "<article"} {
		if got, want := strings.Count(page, tag), strings.Count(clean, tag); got != want {
			t.Errorf("%d times %s, %d without the evil names", got, tag, want)
		}
	}
	data := dataOf(t, page)
	if len(data) != 3 {
		t.Fatalf("the page has %d pieces of data, want two runs and their index", len(data))
	}
	var index struct{ Runs []pageEntry }
	if err := json.Unmarshal(data["index"], &index); err != nil {
		t.Fatal(err)
	}
	if got := index.Runs; got[0].ID == got[1].ID || got[0].Name != evil {
		t.Errorf("two runs of one id are %q and %q, named %q", got[0].ID, got[1].ID, got[0].Name)
	}
}

// A report of nothing, and of runs of which there is next to nothing, is a page too.
func TestHTMLOfLittle(t *testing.T) {
	if data := dataOf(t, pageOf(t)); !strings.Contains(string(data["index"]), `"runs":[]`) {
		t.Errorf("the index of nothing is %s", data["index"])
	}
	skipped := []steps.Record{{RunStart: &steps.RunStart{Scenario: "s"}}, {RunEnd: &steps.RunEnd{Status: steps.Skipped, Reason: "needs a target"}}}
	page := pageOf(t, NewRun(nil), NewRun(skipped), NewRun(skipped))
	if data := dataOf(t, page); len(data) != 4 || !strings.Contains(page, "needs a target") {
		t.Errorf("the page of three empty runs holds %v", data)
	}
}

// The policy names the very scripts and looks that are in the page: otherwise a browser shows nothing.
func TestHTMLPolicy(t *testing.T) {
	page := pageOf(t)
	for _, part := range []string{`(?s)<style>(.*?)</style>`, `(?s)<script>(.*?)</script>`} {
		m := regexp.MustCompile(part).FindStringSubmatch(page)
		if m == nil || !strings.Contains(strings.ReplaceAll(page, "&#43;", "+"), sum(m[1])) {
			t.Errorf("the policy does not let %s in", part)
		}
	}
	for _, never := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://", "https://"} {
		if strings.Contains(strings.ReplaceAll(page, "http://www.w3.org/2000/svg", ""), never) {
			t.Errorf("the page holds %s", never)
		}
	}
}

func BenchmarkHTML(b *testing.B) {
	run := NewRun(transfer(true))
	for b.Loop() {
		p := newHTML(io.Discard, Options{})
		for range 1000 {
			if err := p.Add(run); err != nil {
				b.Fatal(err)
			}
		}
		if err := p.Close(Total{}); err != nil {
			b.Fatal(err)
		}
	}
}

// The ids for support are those that support asks for, with the call's and the request's; a simulator has no support.
func TestHTMLForSupport(t *testing.T) {
	b := pageBuilder{names: func(key string) string { return key }, Run: NewRun(transfer(true))}
	refused := &steps.Failure{Text: "refused", Graph: &graph.Error{Status: 403, RequestID: "r"}}
	if p := b.lay(refused, ""); p.Trace != nil {
		t.Errorf("on a simulator: %v", p.Trace)
	}
	refused.Trace = &steps.Trace{Call: p2p, ScenarioID: "s", RequestID: "r"}
	var names []string
	for _, id := range b.lay(refused, "").Trace {
		names = append(names, id.Name)
	}
	if got := strings.Join(names, ", "); got != "last request sent, call, request-id, Scenario-Id" {
		t.Errorf("against a service: %s", got)
	}
}

// Why events of before do not count is said once, over all of them.
func TestCameBeforeIsToldOnce(t *testing.T) {
	b := &pageBuilder{Run: &Run{}, names: func(key string) string { return key }}
	why := "came before the step began"
	got := b.arrivals(&steps.Failure{Arrivals: []steps.Miss{{Event: 1, Summary: "call incoming", Ignored: why}, {Event: 2, Summary: "call established", Ignored: why}}})
	for _, m := range got.List {
		if m.Lead != why+", so did not count" || m.Note != "" {
			t.Errorf("event %d: %q over all, and %q beside it", m.Event, m.Lead, m.Note)
		}
	}
	if len(got.List) != 2 {
		t.Errorf("%d events are told", len(got.List))
	}
}
