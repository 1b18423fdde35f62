package report

import (
	"testing"
	"time"

	"callflow/schema"
	"callflow/steps"
)

// TestContradiction is a run in which a call goes on elsewhere, an invitation contradicts itself, and the end of a call was
// never told.
func TestContradiction(t *testing.T) {
	s := &story{start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	at := func(ms int) time.Time { return s.start.Add(time.Duration(ms) * time.Millisecond) }
	f := &steps.Failure{Kind: "contradiction", Reason: steps.NotOnRoster, Pos: schema.Pos{File: "a.yaml", Line: 20, Col: 5},
		Text: "operation completed, but the roster does not contain Dora after 5s", Awaited: "Dora on the roster", Waited: 5 * time.Second,
		Facts: []steps.Fact{{At: at(1470), Event: 8, Text: "operation completed"}, {At: at(6490), Text: "no roster was notified in 5s"},
			{At: at(6490), Text: "call " + p2p + ", to be replaced, still is established, and this line is so long that it has to be broken"}}}
	s.add(0, "", steps.Record{RunStart: &steps.RunStart{Scenario: "Trail", File: "a.yaml", Target: "simulator", Started: s.start}})
	s.add(10*time.Millisecond, "next", steps.Record{StepStart: &steps.StepStart{Verb: "awaitSuccessor", Label: "next", File: "a.yaml", Line: 9}})
	s.add(time.Second, "next", steps.Record{Successor: &steps.Successor{Of: p2p, Call: meeting, Event: 5, By: "transferor",
		Rules: []string{"transferor", "identity"}, Text: "matched by transferor, identity; the chain id did not persist"}})
	s.add(time.Second, "next", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Passed}})
	s.add(time.Second, "bring", steps.Record{StepStart: &steps.StepStart{Verb: "invite", Label: "bring", File: "a.yaml", Line: 20, Goal: "completed"}})
	s.add(6490*time.Millisecond, "bring", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Failed, Outcome: "completed", Failure: f}})
	s.add(6500*time.Millisecond, "", steps.Record{Cleanup: &steps.Cleaned{Call: p2p, Action: "none", Status: 404, Result: "gone already",
		Orphan: &steps.Orphan{Polled: `404 8522 "Call not found."`, Verdict: "ended, and nothing was ever notified of it"}}})
	s.add(6510*time.Millisecond, "", steps.Record{Cleanup: &steps.Cleaned{Call: meeting, Action: "hangUp", Status: 404, Result: "gone already",
		Orphan: &steps.Orphan{Last: "call established with audio active", LastAt: at(1250), Event: 4, Polled: `404 8522 "Call not found."`,
			Verdict: "ended, and its notification is lost or late"}}})
	s.add(6510*time.Millisecond, "", steps.Record{RunEnd: &steps.RunEnd{Status: steps.Failed, Took: 6510 * time.Millisecond, Failed: "bring", Failure: f}})
	golden(t, "outcome.golden", show(s.records, Style{Width: 100}, Normal))
}
