package report

import (
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

// cutShort is a run with three calls: one that is up, one that is hung up in time, one that the service has only named. end adds
// what came of it.
func cutShort(end func(s *story)) []steps.Record {
	s := &story{start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	s.add(0, "", steps.Record{RunStart: &steps.RunStart{RunID: "r", Scenario: "Three calls", File: "three.yaml", Target: "staging", Dialect: "v1.0"}})
	call := func(at time.Duration, id, name string) {
		s.add(at, "ring", steps.Record{Request: &steps.Sent{Attempt: 1, Bot: "Bot", Verb: "createCall", Method: "POST", Path: "/v1.0/communications/calls",
			Body: []byte(`{"targets":[{"identity":{"user":{"id":"u","displayName":"` + name + `"}}}]}`)}})
		s.add(at, "ring", steps.Record{Response: &steps.Received{Attempt: 1, Status: 201, Call: id}})
	}
	call(time.Second, p2p, "Carol")
	s.add(2*time.Second, "", steps.Record{Event: &steps.Arrived{Seq: 1, Kind: graph.KindCall, Call: p2p, Summary: "call established"}})
	call(3*time.Second, meeting, "Dora")
	s.add(3*time.Second, "bye", steps.Record{Request: &steps.Sent{Attempt: 1, Bot: "Bot", Verb: "hangUp", Method: "DELETE", Call: meeting}})
	s.add(3*time.Second, "bye", steps.Record{Response: &steps.Received{Attempt: 1, Status: 204}})
	call(4*time.Second, invited, "Erik")
	s.add(5*time.Second, "hold", steps.Record{StepStart: &steps.StepStart{Verb: "sleep", Label: "hold", File: "three.yaml", Line: 9}})
	end(s)
	return s.records
}

// Whoever reads of a run that was cut short learns which calls were up, and whether anybody hung them up.
func TestStillUp(t *testing.T) {
	interrupted := func(s *story) {
		s.add(6*time.Second, "hold", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Cancelled, Reason: "interrupted", CutShort: steps.Interrupted}})
	}
	sent := func(s *story, id string, status int) { // as cleanup sends it
		s.add(7*time.Second, "cleanup", steps.Record{Request: &steps.Sent{Attempt: 1, Bot: "Bot", Verb: "hangUp", Method: "DELETE", Call: id, Cleanup: true}})
		s.add(7*time.Second, "cleanup", steps.Record{Response: &steps.Received{Attempt: 1, Status: status}})
	}
	cleaned := func(s *story, id, action, result string) {
		switch {
		case result == "hung up":
			sent(s, id, 204)
		case result == "gone already":
			sent(s, id, 404)
		case action == "hangUp":
			sent(s, id, 503)
		}
		s.add(7*time.Second, "", steps.Record{Cleanup: &steps.Cleaned{Call: id, Action: action, Result: result}})
	}
	over := func(s *story, e *steps.RunEnd) { s.add(8*time.Second, "", steps.Record{RunEnd: e}) }
	limit := &steps.Failure{Kind: "timeout", Text: "scenario timeout of 6s reached while step hold was waiting"}
	for _, test := range []struct {
		name string
		end  func(s *story)
		why  string
		want []string
	}{
		{"killed", func(*story) {}, "2 calls were up (Bot → Carol, Bot → Erik), not hung up", []string{
			"✗    2.000s  leg 1, Bot → Carol [" + p2p + "]: established; no cleanup has run",
			"✗    4.000s  leg 3, Bot → Erik [" + invited + "]: nothing was notified of it; no cleanup has run"}},
		{"killed in its cleanup", func(s *story) { cleaned(s, invited, "hangUp", "hung up") }, "2 calls were up (Bot → Carol, Bot → Erik), 1 not hung up", []string{
			"✗    2.000s  leg 1, Bot → Carol [" + p2p + "]: established; no cleanup has run",
			"·    4.000s  leg 3, Bot → Erik [0fe0623f]: nothing was notified of it; cleanup: hung up"}},
		{"killed before its cleanup noted what it had done", func(s *story) { sent(s, invited, 204) },
			"2 calls were up (Bot → Carol, Bot → Erik), 1 not hung up", []string{
				"✗    2.000s  leg 1, Bot → Carol [" + p2p + "]: established; no cleanup has run",
				"·    4.000s  leg 3, Bot → Erik [0fe0623f]: nothing was notified of it; cleanup: hung up"}},
		{"interrupted", func(s *story) {
			interrupted(s)
			cleaned(s, p2p, "hangUp", "failed: 503 Service Unavailable")
			cleaned(s, invited, "hangUp", "gone already")
			over(s, &steps.RunEnd{Status: steps.Interrupted, CutShort: steps.Interrupted})
		}, "2 calls were up (Bot → Carol, Bot → Erik), 1 not hung up", []string{
			"✗    2.000s  leg 1, Bot → Carol [" + p2p + "]: established; cleanup: failed: 503 Service Unavailable",
			"·    4.000s  leg 3, Bot → Erik [0fe0623f]: nothing was notified of it; cleanup: gone already"}},
		{"over its time, with a finally", func(s *story) {
			s.add(6*time.Second, "hold", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Cancelled, Failure: limit, CutShort: steps.OverTime}})
			s.add(6*time.Second, "last", steps.Record{StepStart: &steps.StepStart{Verb: "hangUp", Label: "last", File: "three.yaml", Line: 12}})
			s.add(6*time.Second, "last", steps.Record{Request: &steps.Sent{Attempt: 1, Bot: "Bot", Verb: "hangUp", Method: "DELETE", Call: p2p}})
			s.add(6*time.Second, "last", steps.Record{Response: &steps.Received{Attempt: 1, Status: 204}})
			cleaned(s, invited, "kept", "left up, for leak is keep")
			over(s, &steps.RunEnd{Status: steps.Failed, Failure: limit, CutShort: steps.OverTime})
		}, "2 calls were up (Bot → Carol, Bot → Erik), 1 left up for leak is keep", []string{
			"·    2.000s  leg 1, Bot → Carol [57dab8b1]: established; hung up by hangUp last",
			"·    4.000s  leg 3, Bot → Erik [" + invited + "]: nothing was notified of it; cleanup: left up, for leak is keep"}},
		{"interrupted, and hung up by the cleanup", func(s *story) {
			interrupted(s)
			s.add(6*time.Second, "cleanup", steps.Record{Request: &steps.Sent{Attempt: 1, Bot: "Bot", Verb: "hangUp", Method: "DELETE", Call: p2p, Cleanup: true}})
			s.add(6*time.Second, "cleanup", steps.Record{Response: &steps.Received{Attempt: 1, Status: 204}})
			cleaned(s, p2p, "hangUp", "hung up")
			cleaned(s, invited, "hangUp", "gone already")
			over(s, &steps.RunEnd{Status: steps.Interrupted, CutShort: steps.Interrupted})
		}, "2 calls were up (Bot → Carol, Bot → Erik), and ended then", []string{
			"·    2.000s  leg 1, Bot → Carol [57dab8b1]: established; cleanup: hung up",
			"·    4.000s  leg 3, Bot → Erik [0fe0623f]: nothing was notified of it; cleanup: gone already"}},
		{"failed by itself", func(s *story) {
			cleaned(s, p2p, "hangUp", "hung up")
			over(s, &steps.RunEnd{Status: steps.Failed, Failure: &steps.Failure{Kind: "expect", Text: "does not hold"}})
		}, "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			run := NewRun(cutShort(test.end))
			_, why, _ := strings.Cut(run.Why(), "; ")
			if why != test.why {
				t.Errorf("why: %s\nwant %s", run.Why(), test.why)
			}
			told := strings.Join(run.Explain(Style{Width: 140}), "\n")
			for _, line := range test.want {
				if !strings.Contains(told, line) {
					t.Errorf("lacks %q:\n%s", line, told)
				}
			}
			if got := strings.Count(told, "leg "); got != len(test.want) {
				t.Errorf("%d calls told, want %d:\n%s", got, len(test.want), told)
			}
			for _, kind := range []string{"junit", "tap", "markdown", "github", "json", "html"} {
				got := reportOf(t, kind, Total{}, run)
				for _, line := range test.want {
					if _, id, _ := strings.Cut(line, "["); !strings.Contains(got, id[:8]) || !strings.Contains(got, "up when it was cut short") {
						t.Errorf("%s does not tell of %s", kind, id[:8])
					}
				}
			}
		})
	}
}
