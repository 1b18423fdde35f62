package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/schema/expr"
	"callflow/steps"
)

// failures has one of each kind of thing that a failure can say.
func failures(start time.Time) []*steps.Failure {
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	pos := schema.Pos{File: "a.yaml", Line: 9, Col: 5}
	why := func(value any) *expr.Explanation {
		return &expr.Explanation{Text: `call.state == "terminated"`, Value: value,
			Parts: []expr.Explanation{{Text: "call.state", Value: "terminated"}}}
	}
	leg := expr.Explanation{Text: "leg", Value: p2p}
	picture := expr.Explanation{Text: "calls[leg]", Parts: []expr.Explanation{leg}, Value: map[string]any{
		"id": p2p, "state": "established", "direction": "outgoing", "participants": []any{map[string]any{"id": strings.Repeat("x", 200)}},
		"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}}
	return []*steps.Failure{
		{Kind: "await", Pos: pos, Text: "no event matched within 20s", Waited: 20 * time.Second,
			Excerpt: []string{"8 | # before", `9 |   - await: ` + strings.Repeat(`call.state == "terminated" && `, 4) + "true", "10 | " + strings.Repeat("long ", 30)},
			Arrivals: []steps.Miss{
				{Event: 1, At: at(10), Summary: "call incoming", Call: p2p, Early: true, Ignored: "came before `from: move`"},
				{Event: 2, At: at(20), Summary: "call established", Call: meeting, Early: true},
				{Event: 3, At: at(30), Summary: "call established", Call: p2p, Nearest: true, Why: why(false)},
				{Event: 4, At: at(40), Summary: "call deleted", Call: p2p, Ignored: "is about another call"},
				{Event: 5, At: at(50), Summary: "call terminated 200/4521", Call: p2p, Claimed: "steps[3]"},
				{Event: 6, At: at(60), Summary: "call held", Call: p2p, Nearest: true, Why: why(false)}}},
		{Kind: "await", Text: "no event matched within 20s", Waited: 20 * time.Second,
			Arrivals: []steps.Miss{{Event: 1, At: at(10), Summary: "call incoming", Call: p2p, Early: true}}},
		{Kind: "await", Text: "no event matched within 20s", Waited: 20 * time.Second, Awaited: "call.state == \"x\""},
		{Kind: "never", Pos: pos, Text: "must never happen, but did: call.state == \"terminated\" (call terminated 200/4521)", Waited: time.Second,
			Arrivals: []steps.Miss{{Event: 1, At: at(10), Summary: "call terminated 200/4521", Call: p2p, Nearest: true, Why: why(true)}},
			Code:     &steps.Explained{Name: "200/4521", Code: 200, Subcode: 4521, Status: "documented", Meaning: "the other party of the 1:1 call ended it"}},
		{Kind: "expect", Pos: pos, Text: "does not hold: calls[leg].state == \"terminated\"",
			Expression: &expr.Explanation{Text: `calls[leg].state == "terminated"`, Value: false, Parts: []expr.Explanation{
				{Text: "calls[leg].state", Value: "established", Parts: []expr.Explanation{picture}}}},
			Also: []expr.Explanation{
				{Pos: schema.Pos{File: "a.yaml", Line: 10}, Text: "calls[leg].resultInfo.code == 200", Value: false, Parts: []expr.Explanation{
					{Text: "calls[leg].resultInfo.code", Absent: true, Parts: []expr.Explanation{picture}}}},
				{Pos: schema.Pos{File: "a.yaml", Line: 11}, Text: `text == "x"`, Value: false, Parts: []expr.Explanation{
					{Text: "text", Value: strings.Repeat("0123456789", 12)}}}}},
		{Kind: "graph", Pos: schema.Pos{File: strings.Repeat("deep/", 12) + "a.yaml", Line: 9, Col: 5}, Text: "createCall was refused with 403: code 7503",
			Graph: &graph.Error{Status: 403, Code: "7503", Message: "Application is not registered in our store.", RequestID: "r"},
			Trace: &steps.Trace{At: at(70), Call: p2p, CallChainID: meeting, RequestID: invited, ClientRequestID: invited}},
	}
}

// Every kind of failure as a person reads it; the widest lines fit.
func TestFailures(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	name := func(key string) string { return map[string]string{"steps[3]": "await of line 7"}[key] }
	var b strings.Builder
	for _, f := range failures(start) {
		fmt.Fprintln(&b, strings.Join(Style{Width: 80}.failure(f, start, name), "\n")+"\n")
	}
	golden(t, "failures.golden", b.String())
	for _, s := range []Style{{Width: 54}, {Width: 54, ASCII: true, Color: true}, {Width: 120}} {
		for _, f := range failures(start) {
			for _, line := range s.failure(f, start, name) {
				if got := width(plain(line)); got > s.Width && !strings.HasPrefix(plain(line), "deep/") {
					t.Errorf("%+v: a line of %d cells: %q", s, got, line)
				}
			}
		}
	}
}
