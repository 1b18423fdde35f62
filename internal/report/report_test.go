package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/schema/expr"
	"callflow/steps"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with testdata/name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got; rewrite with -update):\n%s", file, diff)
	}
}

const (
	p2p     = "57dab8b1-894c-409a-b240-bd8beae78896"
	meeting = "2f1a1100-b174-40a0-aba7-0b405e01ed92"
	invited = "0fe0623f-d628-42ed-b4bd-8ac290072cc5"
)

// story makes records at given offsets from the start.
type story struct {
	records []steps.Record
	start   time.Time
}

func (s *story) add(at time.Duration, step string, r steps.Record) {
	r.Seq, r.At, r.Step = int64(len(s.records)+1), s.start.Add(at), step
	s.records = append(s.records, r)
}

// transfer is a run in which the caller's old call is never released: the last await fails.
func transfer(fail bool) []steps.Record {
	s := &story{start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	ms := time.Millisecond
	pos := schema.Pos{File: "scenarios/transfer/move.yaml", Line: 30, Col: 5}
	s.add(0, "", steps.Record{RunStart: &steps.RunStart{RunID: "r1", Scenario: "Move a caller into a meeting",
		File: pos.File, Target: "simulator", Dialect: "v1.0", Simulated: true, Seed: 1, Steps: 5,
		People: []steps.Named{{ID: "c", Name: "Carol", Kind: "person"}, {ID: "b", Name: "Test Bot", Kind: "bot"}}}})
	s.add(0, "steps[0]", steps.Record{StepStart: &steps.StepStart{Verb: "await", Label: "await", Text: `call.state == "incoming"`}})
	s.add(0, "", steps.Record{World: &steps.Happened{Who: "Carol", Did: "dials the bot", Call: p2p}})
	s.add(50*ms, "", steps.Record{Event: &steps.Arrived{Seq: 1, Kind: graph.KindCall, ChangeType: "created",
		Resource: "/communications/calls/" + p2p, Call: p2p, Summary: "call incoming from Carol", Origin: "notification",
		Raw: json.RawMessage(`{"changeType":"created"}`)}})
	s.add(50*ms, "steps[0]", steps.Record{Claim: &steps.Claimed{Event: 1}})
	s.add(50*ms, "steps[0]", steps.Record{Capture: &steps.Captured{Name: "p2pCall", Value: p2p}})
	s.add(50*ms, "steps[0]", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Passed, Took: 50 * ms}})
	s.add(50*ms, "steps[1]", steps.Record{StepStart: &steps.StepStart{Verb: "answer", Label: "answer", Goal: "established"}})
	s.add(50*ms, "steps[1]", steps.Record{Request: &steps.Sent{Attempt: 1, Verb: "answer", Method: "POST",
		Path: "/v1.0/communications/calls/" + p2p + "/answer", Call: p2p, Body: json.RawMessage(`{"acceptedModalities":["audio"]}`)}})
	s.add(70*ms, "steps[1]", steps.Record{Response: &steps.Received{Attempt: 1, Status: 202, Call: p2p, Took: 20 * ms}})
	s.add(150*ms, "", steps.Record{Event: &steps.Arrived{Seq: 2, Kind: graph.KindCall, Call: p2p, Summary: "call established",
		Origin: "notification"}})
	s.add(150*ms, "steps[1]", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Passed, Outcome: "established", Attempts: 1}})
	s.add(150*ms, "move", steps.Record{StepStart: &steps.StepStart{Verb: "invite", Label: "move", Goal: "accepted"}})
	for attempt := 1; attempt <= 2; attempt++ {
		s.add(time.Duration(attempt-1)*2020*ms+150*ms, "move", steps.Record{Request: &steps.Sent{Attempt: attempt, Verb: "invite", Method: "POST",
			Path: "/v1.0/communications/calls/" + meeting + "/participants/invite", Call: meeting}})
		if attempt == 1 {
			s.add(170*ms, "move", steps.Record{Response: &steps.Received{Attempt: 1, Status: 429,
				Headers: graph.Headers{{Name: "Retry-After", Value: "2"}}}})
			s.add(170*ms, "move", steps.Record{Retry: &steps.Retried{Attempt: 1, Of: 4, Wait: 2 * time.Second, Reason: "429 Too Many Requests"}})
		}
	}
	s.add(2200*ms, "move", steps.Record{Response: &steps.Received{Attempt: 2, Status: 202, Operation: invited}})
	s.add(2200*ms, "move", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Passed, Outcome: "accepted", Attempts: 2}})
	s.add(2200*ms, "steps[3]", steps.Record{StepStart: &steps.StepStart{Verb: "await", Label: "the old call is released",
		Text: "call.id == p2pCall && call.state == \"terminated\""}})
	s.add(3200*ms, "", steps.Record{Event: &steps.Arrived{Seq: 3, Kind: graph.KindOperation, Call: meeting, Operation: invited,
		Summary: "operation completed", Origin: "notification"}})
	s.add(3200*ms, "", steps.Record{Event: &steps.Arrived{Seq: 4, Kind: graph.KindParticipants, Call: meeting,
		Summary: "roster of 2: Carol, Test Bot", Origin: "notification"}})
	if !fail {
		s.add(3300*ms, "", steps.Record{Event: &steps.Arrived{Seq: 5, Kind: graph.KindCall, Call: p2p, Summary: "call terminated",
			Origin: "notification"}})
		s.add(3300*ms, "steps[3]", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Passed}})
		s.add(3300*ms, "", steps.Record{RunEnd: &steps.RunEnd{Status: steps.Passed, Took: 3300 * ms}})
		return s.records
	}
	f := &steps.Failure{Kind: "await", Pos: pos, Text: "nothing matched within 30s", Waited: 30 * time.Second,
		Awaited: `call.id == p2pCall && call.state == "terminated"`,
		Excerpt: []string{"28 |", "29 |   - name: the old call is released", `30 |     await: call.id == p2pCall && call.state == "terminated"`},
		Arrivals: []steps.Miss{
			{Event: 3, At: s.start.Add(3200 * ms), Summary: "operation completed", Claimed: ""},
			{Event: 4, At: s.start.Add(3200 * ms), Summary: "roster of 2: Carol, Test Bot", Nearest: true,
				Why: &expr.Explanation{Text: `call.id == p2pCall && call.state == "terminated"`, Value: false, Parts: []expr.Explanation{
					{Text: "call.id == p2pCall", Value: false, Parts: []expr.Explanation{
						{Text: "call.id", Value: meeting}, {Text: "p2pCall", Value: p2p}}},
					{Text: `call.state == "terminated"`, Value: false, Parts: []expr.Explanation{{Text: "call.state", Absent: true}}},
				}}},
		},
		Code:  &steps.Explained{Name: "500/7117", Code: 500, Subcode: 7117, Status: "unknown", Meaning: "The documentation does not name this code.", Next: []string{"Look up the call by its Scenario-Id."}},
		Hints: []string{"run with --verbose to see every message"}}
	s.add(32200*ms, "steps[3]", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Failed, Failure: f}})
	s.add(32300*ms, "", steps.Record{Cleanup: &steps.Cleaned{Call: meeting, Action: "hangUp", Status: 204, Result: "hung up"}})
	s.add(32300*ms, "", steps.Record{RunEnd: &steps.RunEnd{Status: steps.Failed, Took: 32300 * ms, Failed: "steps[3]", Failure: f}})
	return s.records
}

func TestLadder(t *testing.T) {
	golden(t, "ladder.golden", strings.Join(Ladder(transfer(true), Style{Width: 100}), "\n")+"\n")
	golden(t, "ladder-ascii.golden", strings.Join(Ladder(transfer(true), Style{Width: 80, ASCII: true}), "\n")+"\n")
	var noWorld []steps.Record
	for _, r := range transfer(false) {
		if r.World == nil {
			noWorld = append(noWorld, r)
		}
	}
	golden(t, "ladder-target.golden", strings.Join(Ladder(noWorld, Style{Width: 100}), "\n")+"\n")
}

// A ladder is at most as wide as asked, and never has bytes that a terminal would obey, whatever the service sends.
func TestLadderFits(t *testing.T) {
	records := transfer(true)
	for i := range records {
		if e := records[i].Event; e != nil {
			e.Summary = strings.Repeat("日本語 \x1b[31m ", 40)
		}
	}
	for _, w := range []int{40, 60, 80, 100, 200} {
		for _, line := range Ladder(records, Style{Width: w}) {
			if got := width(line); got > w {
				t.Errorf("width %d: a line of %d cells: %q", w, got, line)
			}
			if strings.ContainsRune(line, '\x1b') {
				t.Errorf("an escape of the service's reached the terminal: %q", line)
			}
		}
	}
}

func show(records []steps.Record, s Style, d Detail) string {
	var b bytes.Buffer
	c := NewConsole(&b, s, d)
	v := c.Run("", 12)
	for _, r := range records {
		v.Record(r)
	}
	c.Summary(1200*time.Millisecond, 0)
	return b.String()
}

func TestConsole(t *testing.T) {
	plain := Style{Width: 100}
	golden(t, "console-passed.golden", show(transfer(false), plain, Normal))
	golden(t, "console-failed.golden", show(transfer(true), plain, Normal))
	golden(t, "console-verbose.golden", show(transfer(false), plain, Verbose))
	golden(t, "console-ascii.golden", show(transfer(true), Style{Width: 80, ASCII: true}, Normal))
	golden(t, "console-color.golden", strings.ReplaceAll(show(transfer(true), Style{Width: 100, Color: true}, Normal), "\x1b", "␛"))
}

func TestConsoleQuiet(t *testing.T) {
	if got, want := show(transfer(false), Style{Width: 100}, Quiet), "1 passed in 1.2s (simulated 3.3s)\n"; got != want {
		t.Errorf("a run that passed prints %q, want only the summary %q", got, want)
	}
	if got := show(transfer(true), Style{Width: 100}, Quiet); !strings.Contains(got, "nothing matched within 30s") {
		t.Errorf("a run that failed does not say why:\n%s", got)
	}
}

// A run that passed and could not hang up a call says so in every summary, with the call's whole id.
func TestLeftUp(t *testing.T) {
	records := transfer(false)
	last := len(records) - 1
	records = append(records[:last:last], steps.Record{At: records[last].At, Cleanup: &steps.Cleaned{Call: p2p, Action: "hangUp", Result: "failed: connection refused"}}, records[last])
	records[last+1].RunEnd.Legs = 1
	got := show(records, Style{Width: 160}, Quiet)
	if !strings.Contains(got, "cleanup: hangUp "+p2p) || !strings.Contains(got, "failed: connection refused\n1 passed, 1 call left up in 1.2s") {
		t.Errorf("the quiet console is silent:\n%s", got)
	}
	for _, kind := range []string{"markdown", "tap", "github", "html"} {
		if got := reportOf(t, kind, Total{}, NewRun(records)); !strings.Contains(got, "1 passed, 1 call left up: "+p2p) {
			t.Errorf("%s does not tell of the call left up:\n%s", kind, got)
		}
	}
}

// Runs side by side never mix their lines.
func TestConsoleTogether(t *testing.T) {
	var b bytes.Buffer
	c := NewConsole(&b, Style{Width: 100}, Normal)
	c.Together = true
	one, two := c.Run("", 12), c.Run("", 12)
	first, second := transfer(false), transfer(false)
	second[0].RunStart.Scenario = "Another"
	for i := range first {
		one.Record(first[i])
		two.Record(second[i])
	}
	c.Summary(time.Second, 3)
	whole := strings.SplitN(b.String(), "▸ Another", 2)
	if len(whole) != 2 || strings.Count(whole[0], "✓") != 4 || strings.Count(whole[1], "✓") != 4 {
		t.Errorf("the runs' lines are mixed:\n%s", b.String())
	}
	if !strings.Contains(b.String(), "2 passed, 3 not run in 1s (simulated 6.6s)") {
		t.Errorf("wrong summary:\n%s", b.String())
	}
}

// On a terminal the last line is rewritten in place and gone at the end.
func TestConsoleLive(t *testing.T) {
	var b bytes.Buffer
	c := NewConsole(&b, Style{Width: 60, Live: true}, Normal)
	v := c.Run("", 12)
	records := transfer(false)
	for _, r := range records[:9] {
		v.Record(r)
	}
	if got := b.String(); !strings.HasSuffix(got, "  … answer (last: call incoming from Carol)"+eraseLine+eraseDown+frameEnd) {
		t.Errorf("the status line is %q", got[strings.LastIndexByte(got, '\n')+1:])
	}
	for _, r := range records[9:] {
		v.Record(r)
	}
	c.Summary(time.Second, 0)
	if got := b.String(); !strings.HasSuffix(got, frameEnd+"\n1 passed in 1s (simulated 3.3s)\n") {
		t.Errorf("something stands after the summary: %q", got)
	}
}

func TestStyleFor(t *testing.T) {
	for _, tt := range []struct {
		name    string
		env     map[string]string
		noColor bool
		want    Style
	}{
		{"a file", nil, false, Style{Width: 100}},
		{"forced", map[string]string{"FORCE_COLOR": "1"}, false, Style{Width: 100, Color: true}},
		{"forced off", map[string]string{"FORCE_COLOR": "0"}, false, Style{Width: 100}},
		{"NO_COLOR wins", map[string]string{"FORCE_COLOR": "1", "NO_COLOR": "1"}, false, Style{Width: 100}},
		{"the flag wins", map[string]string{"FORCE_COLOR": "1"}, true, Style{Width: 100}},
		{"UTF-8", map[string]string{"LANG": "de_DE.UTF-8"}, false, Style{Width: 100}},
		{"Latin", map[string]string{"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, false, Style{Width: 100, ASCII: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := StyleFor(&bytes.Buffer{}, func(name string) string { return tt.env[name] }, tt.noColor)
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	var b bytes.Buffer
	Problems(&b, Style{Width: 80}, schema.Problems{
		{Pos: schema.Pos{File: "a.yaml", Line: 3, Col: 5}, Len: 5, Code: "unknown-verb", Severity: schema.SeverityError,
			Text: `unknown verb "awiat"`, Hint: "did you mean await?", Source: "  - awiat: call.state"},
		{Pos: schema.Pos{File: "a.yaml", Line: 9, Col: 90}, Len: 4, Code: "expr-type", Severity: schema.SeverityWarning,
			Text: "odd", Source: strings.Repeat("0123456789", 12)},
		{Pos: schema.Pos{File: "a.yaml", Line: 10, Col: 5010}, Len: 3, Code: "expr-name", Severity: schema.SeverityError,
			Text: "far out", Source: strings.Repeat(".", 209) + "who" + strings.Repeat(".", 188), Skipped: 4800},
		{Pos: schema.Pos{File: "a\x1b[31m.yaml", Line: 11, Col: 1}, Len: 1, Code: "unknown-key", Severity: schema.SeverityError,
			Text: "an unknown key \x1b]0;title\a", Source: "\u202ekey\u009b31m: 1", Hint: "write\x1b[2J\nkey"},
	})
	golden(t, "problems.golden", b.String())
}

func TestLoopItem(t *testing.T) {
	for key, want := range map[string]string{
		"steps[2]": "", "steps[2][0]": "[0]", "finally[1]": "", "move": "", "move[3]": "[3]",
		"steps[3].left[1]": "", "steps[3].left[1][4]": "[4]", "sub/steps[0]": "", "sub/move[1]": "[1]",
	} {
		if got := loopItem(key); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}

func TestFold(t *testing.T) {
	for _, tt := range []struct {
		text   string
		w      int
		indent string
		want   []string
	}{
		{"", 20, "", []string{""}},
		{"one two three", 20, "", []string{"one two three"}},
		{"one two three", 9, "", []string{"one two", "three"}},
		{"one two three four", 12, "  ", []string{"one two", "  three four"}},
		{"POST /calls/2f1a1100/participants/invite (attempt 2)", 24, "", []string{"POST /calls/2f1a1100/", "participants/invite", "(attempt 2)"}},
		{"a unbreakableword", 10, "", []string{"a", "unbreakabl", "eword"}},
		{"unbreakableword", 10, "  ", []string{"unbreakabl", "  eword"}},
		{"日本語日本語", 9, "", []string{"日本語日", "本語"}},
	} {
		if diff := cmp.Diff(tt.want, Style{}.fold("", tt.text, tt.w, tt.indent)); diff != "" {
			t.Errorf("%q in %d cells (-want +got):\n%s", tt.text, tt.w, diff)
		}
	}
}
