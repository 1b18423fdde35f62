package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

// disorder is a run whose notifications come in another order than they were sent, twice, late, before a response, to
// another address and with a bad token; the third is lost.
func disorder() []steps.Record {
	s := &story{start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	const ms = time.Millisecond
	call := "57dab8b1-894c-409a-b240-bd8beae78896"
	message := func(n int) string { return fmt.Sprintf("%08d-0000-4000-8000-000000000000/0", n) }
	note := func(at time.Duration, seq uint64, number int, sent time.Duration, a steps.Arrived) {
		a.Seq, a.Number, a.Sent, a.Call, a.MessageID, a.Origin = seq, number, s.start.Add(sent), call, message(number), graph.FromNotification
		if a.Kind == "" {
			a.Kind = graph.KindCall
		}
		if a.Status == 0 {
			a.Status = 202
		}
		s.add(at, "", steps.Record{Event: &a})
	}
	s.add(0, "", steps.Record{RunStart: &steps.RunStart{Scenario: "Disorder", File: "disorder.yaml"}})
	s.add(0, "ring", steps.Record{StepStart: &steps.StepStart{Verb: "createCall", Label: "ring", Line: 3}})
	s.add(0, "ring", steps.Record{Request: &steps.Sent{Attempt: 1, Method: "POST", Path: "/v1.0/communications/calls"}})
	note(10*ms, 1, 1, 5*ms, steps.Arrived{Summary: "call establishing"})
	s.add(20*ms, "ring", steps.Record{Response: &steps.Received{Attempt: 1, Status: 201, Call: call}})
	note(40*ms, 2, 4, 30*ms, steps.Arrived{Summary: "call established with audio active"})
	note(50*ms, 3, 2, 25*ms, steps.Arrived{Summary: "call established"})
	s.add(50*ms, "ring", steps.Record{Outcome: &steps.Reached{Goal: "established", Wanted: "established", Event: 3}})
	note(60*ms, 4, 2, 25*ms, steps.Arrived{Summary: "call established", Repeat: true})
	note(70*ms, 0, 5, 65*ms, steps.Arrived{Kind: graph.KindMisrouted, Summary: "operation completed", Address: "/bots/bot"})
	note(80*ms, 0, 6, 75*ms, steps.Arrived{Kind: graph.KindRefused, Summary: "operation completed", Address: "/callbacks/r", Status: 401,
		Took: 3 * ms, Refused: "the token expired"})
	note(8000*ms, 5, 7, 90*ms, steps.Arrived{Summary: "call terminated 200/4521", Took: 6100 * ms})
	s.add(8000*ms, "end", steps.Record{Claim: &steps.Claimed{Event: 5}})
	s.add(8000*ms, "", steps.Record{RunEnd: &steps.RunEnd{Status: steps.Passed, Took: 8 * time.Second}})
	return s.records
}

// TestDeliveries: the ladder says of each notification what is out of the ordinary in how it came, and the table below it has
// all of them.
func TestDeliveries(t *testing.T) {
	wide := Style{Width: 120}
	golden(t, "deliveries.golden", strings.Join(append(Ladder(disorder(), wide), Notifications(disorder(), wide, false)...), "\n")+"\n")
	golden(t, "deliveries-console.golden", show(disorder(), Style{Width: 100}, Normal))
}

// TestNotifications: where nothing is out of the ordinary there is a table for who wants to see everything only; a long one has
// what is out of the ordinary.
func TestNotifications(t *testing.T) {
	ordinary := transfer(true)
	if got := Notifications(ordinary, Style{Width: 100}, false); got != nil {
		t.Errorf("a table of ordinary notifications: %q", got)
	}
	if got := Notifications(ordinary, Style{Width: 100}, true); len(got) < 3 {
		t.Errorf("no table: %q", got)
	}
	var many []steps.Record
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for n := range 100 {
		many = append(many, steps.Record{At: at, Event: &steps.Arrived{Seq: uint64(n + 1), Summary: "tone 1", Origin: graph.FromNotification, Repeat: n == 70}})
	}
	got := strings.Join(Notifications(many, Style{Width: 100}, false), "\n")
	if want := "(99 others not shown)"; strings.Count(got, "tone 1") != 1 || !strings.Contains(got, want) {
		t.Errorf("got %s, want one row and %s", got, want)
	}
}
