package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/graph"
	"callflow/steps"
)

func TestSVG(t *testing.T) {
	golden(t, "ladder.svg", string(SVG(transfer(true), SVGOptions{ID: "run1", Bare: true})))
	alone := string(SVG(transfer(true), SVGOptions{}))
	for _, want := range []string{`<text class="name" x="12" y="24">Move a caller into a meeting</text>`, `y="40">failed in 32.3s · scenarios/transfer/move.yaml · run r1 on simulator`} {
		if !strings.Contains(alone, want) {
			t.Errorf("a picture that stands alone does not say %s:\n%s", want, alone[:min(len(alone), 6000)])
		}
	}
}

func TestMermaid(t *testing.T) { golden(t, "ladder.mmd", Mermaid(transfer(true))) }

// consultation is a call with two legs: one that comes in and one that is made, with a failed request between.
func consultation() []steps.Record {
	s := &story{start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	ms := time.Millisecond
	const carol, heidi = "8a34a46b-3d17-4adc-8dce-dc4e7d572698", "550fae72-d251-43ec-868c-373732c2704f"
	event := func(at time.Duration, seq uint64, call, summary string) {
		s.add(at, "", steps.Record{Event: &steps.Arrived{Seq: seq, Kind: graph.KindCall, Call: call, Summary: summary, Origin: "notification",
			Raw: json.RawMessage(`{"resourceData":{"source":{"identity":{"user":{"id":"` + carol + `"}}}}}`)}})
	}
	s.add(0, "", steps.Record{RunStart: &steps.RunStart{Scenario: "Consult", People: []steps.Named{{ID: carol, Name: "Carol", Kind: "person"},
		{ID: heidi, Name: "Heidi", Kind: "person"}, {ID: "b", Name: "bot", Kind: "bot"}}}})
	s.add(0, "", steps.Record{World: &steps.Happened{Who: "Carol", Did: "dials bot"}})
	event(10*ms, 1, p2p, "call incoming from Carol")
	s.add(20*ms, "ask", steps.Record{StepStart: &steps.StepStart{Verb: "createCall", Label: "ask", Line: 7}})
	for attempt := 1; attempt <= 2; attempt++ {
		s.add(time.Duration(attempt)*20*ms, "ask", steps.Record{Request: &steps.Sent{Attempt: attempt, Bot: "bot", Verb: "createCall", Method: "POST",
			Path: "/v1.0/communications/calls", Body: json.RawMessage(`{"targets":[{"identity":{"user":{"id":"` + heidi + `"}}}]}`)}})
		if attempt == 1 {
			s.add(30*ms, "ask", steps.Record{Response: &steps.Received{Attempt: 1, Error: "connection refused"}})
			s.add(30*ms, "ask", steps.Record{Retry: &steps.Retried{Attempt: 1, Of: 2, Wait: 10 * ms, Reason: "connection refused"}})
		}
	}
	s.add(60*ms, "ask", steps.Record{Response: &steps.Received{Attempt: 2, Status: 201, Call: meeting}})
	s.add(60*ms, "ask", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Passed}})
	s.add(70*ms, "steps[2]", steps.Record{StepStart: &steps.StepStart{Verb: "set", Label: "set", Line: 9}})
	s.add(70*ms, "steps[2]", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Passed}})
	s.add(60*time.Second, "", steps.Record{World: &steps.Happened{Who: "Heidi", Did: "answers"}})
	event(60*time.Second, 2, meeting, "call established")
	event(61*time.Second, 3, p2p, "call terminated 200/0")
	event(62*time.Second, 4, meeting, "call terminated 200/0")
	s.add(62*time.Second, "", steps.Record{RunEnd: &steps.RunEnd{Status: steps.Passed}})
	return s.records
}

// Every leg has a lane of its own, named by who is on it, that begins and ends as the call does.
func TestLegs(t *testing.T) {
	want := `
           legs: 1 Carol → bot [57dab8b1]; 2 bot → Heidi [2f1a1100]
          bot                                     Graph 1   2                  People
    0.000s │                                        │←───────── Carol dials bot ──│
    0.010s │⇐═ call incoming from Carol ════════════╪═══╕                         │
    0.020s │ ▸ createCall ask                       │   │                         │
    0.020s │─ POST /calls → Heidi ─────────────────→│   │                         │
    0.030s │×─ no response: connection refused ─────│   │                         │
    0.030s │ ↻ createCall ask attempt 1 of 2 failed: connection refused; again in 10ms
    0.040s │─ POST /calls (attempt 2) → Heidi ─────→│   │                         │
    0.060s │←─ 201 Created, call 2f1a1100 ──────────┼───┼───┐                     │
           ┊ … 59.94s of silence …                  ┊   ┊   ┊                     ┊
 1m00.000s │                                        │   │   │←─ Heidi answers ────│
 1m00.000s │⇐═ call established ════════════════════╪═══╪═══│                     │
 1m01.000s │⇐═ call terminated 200/0 ═══════════════╪═══╛   │                     │
 1m02.000s │⇐═ call terminated 200/0 ═══════════════╪═══════╛                     │`
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), strings.Join(Ladder(consultation(), Style{Width: 100}), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What a refused request claims to tell of is no leg; and what somebody does who is on two legs is drawn at the service, for
// nobody knows on which.
func TestLegsThatAreSure(t *testing.T) {
	ms := time.Millisecond
	s := &story{start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	event := func(call, refused string) {
		s.add(10*ms, "", steps.Record{Event: &steps.Arrived{Kind: graph.KindCall, Call: call, Summary: "call established", Origin: "notification", Refused: refused}})
	}
	s.add(0, "", steps.Record{RunStart: &steps.RunStart{Scenario: "Sure", People: []steps.Named{{ID: "550fae72-d251-43ec-868c-373732c2704f", Name: "Heidi", Kind: "person"}}}})
	for _, call := range []string{p2p, meeting} {
		s.add(0, "ask", steps.Record{Request: &steps.Sent{Attempt: 1, Verb: "createCall", Method: "POST", Path: "/v1.0/communications/calls",
			Body: json.RawMessage(`{"targets":[{"identity":{"user":{"id":"550fae72-d251-43ec-868c-373732c2704f"}}}]}`)}})
		s.add(5*ms, "ask", steps.Record{Response: &steps.Received{Attempt: 1, Status: 201, Call: call}})
		event(call, "")
		s.add(20*ms, "", steps.Record{World: &steps.Happened{Who: "Heidi", Did: "presses 1"}})
	}
	event("deadbeef-0000-4000-8000-000000000000", "401: no token")
	d := diagramOf(s.records, Style{})
	if legs := d.of(legLane); len(legs) != 2 {
		t.Errorf("%d legs, and only two calls were made: %+v", len(legs), d.lanes)
	}
	var to []string
	for _, r := range d.rungs {
		if r.what == deed {
			to = append(to, d.lanes[r.to].name)
		}
	}
	if diff := cmp.Diff([]string{"leg 1", "Graph"}, to); diff != "" {
		t.Errorf("where Heidi's deeds are drawn (-want +got):\n%s", diff)
	}
}

// Legs that have no lane of their own share one, and their rows say which is meant.
func TestManyLegs(t *testing.T) {
	s := &story{start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	s.add(0, "", steps.Record{RunStart: &steps.RunStart{Scenario: "Many"}})
	for i := range 30 {
		s.add(0, "", steps.Record{Event: &steps.Arrived{Kind: graph.KindCall, Call: fmt.Sprintf("%08x-0000-4000-8000-000000000000", i),
			Summary: "call established", Origin: "notification"}})
	}
	for _, w := range []int{60, 80, 100, 160} {
		ladder := Ladder(s.records, Style{Width: w})
		for _, line := range ladder {
			if width(line) > w {
				t.Errorf("width %d: %q takes %d", w, line, width(line))
			}
		}
		if text := strings.Join(ladder, "\n"); !strings.Contains(text, "call established [0000001d]") || strings.Contains(text, "call established [00000000]") {
			t.Errorf("width %d: the last leg's rows must name it, the first one's need not:\n%s", w, text)
		}
	}
	if got := strings.Count(string(SVG(s.records, SVGOptions{})), `class="leg"`); got != 30 {
		t.Errorf("the SVG has lanes for %d of 30 legs", got)
	}
}

// Only what the failing step did is marked as failing: not what a branch beside it did meanwhile.
func TestFailingBranch(t *testing.T) {
	s := &story{start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	in := func(branch, step string, r steps.Record) {
		s.add(0, step, r)
		s.records[len(s.records)-1].Branch = branch
	}
	s.add(0, "", steps.Record{RunStart: &steps.RunStart{Scenario: "Branches"}})
	s.add(0, "steps[0]", steps.Record{StepStart: &steps.StepStart{Verb: "parallel", Label: "parallel"}})
	in("left", "a", steps.Record{StepStart: &steps.StepStart{Verb: "createCall", Label: "a"}})
	in("left", "a", steps.Record{Request: &steps.Sent{Method: "POST", Path: "/calls"}})
	in("left", "a", steps.Record{Response: &steps.Received{Status: 201, Call: p2p}})
	in("right", "b", steps.Record{StepStart: &steps.StepStart{Verb: "createCall", Label: "b"}})
	in("right", "b", steps.Record{Request: &steps.Sent{Method: "POST", Path: "/calls"}})
	in("right", "b", steps.Record{Response: &steps.Received{Status: 201, Call: meeting}})
	s.add(0, "", steps.Record{Event: &steps.Arrived{Kind: graph.KindCall, Call: p2p, Summary: "on the left", Origin: "notification"}})
	s.add(0, "", steps.Record{Event: &steps.Arrived{Kind: graph.KindCall, Call: meeting, Summary: "on the right", Origin: "notification"}})
	in("right", "b", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Failed}})
	in("left", "a", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Cancelled}})
	s.add(0, "steps[0]", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Failed}})
	s.add(0, "", steps.Record{RunEnd: &steps.RunEnd{Status: steps.Failed}})
	var got []string
	for _, r := range diagramOf(s.records, Style{}).rungs {
		if r.failing {
			got = append(got, r.text)
		}
	}
	want := []string{"right: createCall b", "right: POST /calls", "right: 201 Created, call 2f1a1100", "on the right", "✗ right: createCall b failed"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rungs of the failing step (-want +got):\n%s", diff)
	}
}

// A journal that ends before its run does is drawn as far as it goes, and says so.
func TestBrokenOff(t *testing.T) {
	records := transfer(true)
	for n := range records {
		for name, text := range map[string]string{
			"text": strings.Join(Ladder(records[:n], Style{Width: 80}), "\n"), "SVG": string(SVG(records[:n], SVGOptions{})), "Mermaid": Mermaid(records[:n]),
		} {
			if says := strings.Contains(text, "the journal breaks off"); says != (n > 0) {
				t.Errorf("%d records as %s: says that it breaks off: %v", n, name, says)
			}
		}
	}
}

// evilRun is a run in which every text from outside tries to be something else than text.
func evilRun() []steps.Record {
	const evil = "</svg><script>alert(1)</script> & \"' ]]> \x1b[31m\x00\xff\u202e\r\nend\n%% x; Note over p0: #quot; `a` <br/> 日本語 🧑‍🤝‍🧑"
	records := consultation()
	records[0].RunStart.Scenario, records[0].RunStart.Row = evil, evil
	records[0].RunStart.People[0].Name, records[0].RunStart.People[2].Name = evil, "end"
	for i := range records {
		switch r := &records[i]; {
		case r.Event != nil:
			r.Event.Summary += evil
			r.Event.MessageID, r.Event.Resource = evil, evil
		case r.World != nil:
			r.World.Who, r.World.Did = evil+r.World.Who, evil
		case r.Request != nil:
			r.Request.Path += evil
		case r.Response != nil:
			r.Response.Error = evil
		case r.StepStart != nil:
			r.StepStart.Label, r.StepStart.Verb = evil, evil
		}
	}
	return records
}

// Whatever a scenario or a service says, an SVG is well-formed XML of known elements, with ids that are there once.
func TestSVGHostile(t *testing.T) {
	for name, records := range map[string][]steps.Record{"hostile": evilRun(), "plain": transfer(true), "empty": nil} {
		dec := xml.NewDecoder(bytes.NewReader(SVG(records, SVGOptions{ID: `a"><b`})))
		elements, ids := map[string]bool{}, map[string]bool{}
		for {
			token, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			e, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			elements[e.Name.Local] = true
			for _, a := range e.Attr {
				if a.Name.Local != "id" {
					continue
				}
				if ids[a.Value] {
					t.Errorf("%s: the id %q is there twice", name, a.Value)
				}
				ids[a.Value] = true
			}
		}
		for e := range elements {
			if !slices.Contains([]string{"svg", "title", "desc", "style", "rect", "path", "text", "g"}, e) {
				t.Errorf("%s: an element %q", name, e)
			}
		}
	}
}

// statement is every kind of line that we write.
var statement = regexp.MustCompile(`^(sequenceDiagram|    (acc(Title|Descr): .+|(participant|actor) p\d+ as .+|p\d+(->>|-->>|--x|-\))p\d+: .+|Note over p\d+(,p\d+)?: .+|rect rgba\([0-9, .]+\)|end))$`)

// Whatever a scenario or a service says, each line of Mermaid is one statement of ours.
func TestMermaidHostile(t *testing.T) {
	for name, records := range map[string][]steps.Record{"hostile": evilRun(), "plain": transfer(true), "empty": nil} {
		entity := regexp.MustCompile(`#\d+;`)
		for line := range strings.Lines(Mermaid(records)) {
			line = strings.TrimSuffix(line, "\n")
			bare := strings.ReplaceAll(entity.ReplaceAllString(line, ""), "<br/>", "")
			arrowless := regexp.MustCompile(`^    p\d+\S+p\d+: `).ReplaceAllString(bare, "")
			if !statement.MatchString(line) || strings.ContainsAny(arrowless, "#;<>%`\"") || strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) >= 0 {
				t.Errorf("%s: %q", name, line)
			}
		}
	}
}

// A long run's diagram stays within what Mermaid takes, with its beginning and its end, and says what is left out.
func TestMermaidLong(t *testing.T) {
	records := consultation()
	end := records[len(records)-4:]
	records = slices.Clone(records[:len(records)-4])
	for i := range 3000 {
		records = append(records, steps.Record{At: records[0].At.Add(time.Minute), Event: &steps.Arrived{Seq: uint64(i), Kind: graph.KindParticipants, Call: p2p,
			Summary: "roster of 2: Carol, bot", Origin: "notification"}})
	}
	records = append(records, end...)
	text := Mermaid(records)
	if len(text) > 50_000 || len(text) < 40_000 {
		t.Errorf("it has %d bytes, want most of 50,000, and no more", len(text))
	}
	for _, want := range []string{"Carol dials bot", "1m02.000s call terminated", " rows left out …"} {
		if !strings.Contains(text, want) {
			t.Errorf("it has no %q", want)
		}
	}
}
