package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/steps"
)

// Steps of branches and of included files stand in the step that holds them, requests with their step, claims with their
// event, whatever else goes on beside them.
func TestRunInOrder(t *testing.T) {
	at := func(ms int) time.Time { return time.Unix(0, 0).UTC().Add(time.Duration(ms) * time.Millisecond) }
	start := func(key, branch, verb string) steps.Record {
		return steps.Record{Step: key, Branch: branch, StepStart: &steps.StepStart{Verb: verb, Label: verb}}
	}
	end := func(key, branch, status string) steps.Record {
		return steps.Record{Step: key, Branch: branch, StepEnd: &steps.StepEnd{Status: status}}
	}
	records := []steps.Record{
		{RunStart: &steps.RunStart{Scenario: "s", Row: "a=1", RunID: "r"}},
		start("steps[0]", "", "parallel"),
		start("l", "left", "invite"),
		start("in", "right", "include"),
		{Step: "l", Branch: "left", Request: &steps.Sent{Attempt: 1, Path: "/1"}},
		start("in/await", "right", "await"),
		{Step: "l", Branch: "left", Response: &steps.Received{Attempt: 1, Status: 503}},
		{Step: "l", Branch: "left", Request: &steps.Sent{Attempt: 2, Path: "/2"}},
		{Event: &steps.Arrived{Seq: 7, Summary: "call established"}},
		{Step: "in/await", Branch: "right", Claim: &steps.Claimed{Event: 7, Part: "up"}},
		end("in/await", "right", steps.Passed),
		end("in", "right", steps.Passed),
		end("l", "left", steps.Failed),
		end("steps[0]", "", steps.Failed),
		start("end", "", "log"),
		{Request: &steps.Sent{Attempt: 1, Path: "/cleanup"}},
		{RunEnd: &steps.RunEnd{Status: steps.Failed}},
	}
	for i := range records {
		records[i].At = at(i)
	}
	run := NewRun(records)
	var got []string
	run.All(func(s *Step, depth int) {
		line := strings.Repeat("  ", depth) + s.Key + " " + s.End.Status
		for _, x := range s.Exchanges {
			status := 0
			if x.Response != nil {
				status = x.Response.Status
			}
			line += fmt.Sprintf(" %s:%d", x.Request.Path, status)
		}
		got = append(got, line)
	})
	want := []string{"steps[0] failed", "  l failed /1:503 /2:0", "  in passed", "    in/await passed", "end "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if e := run.Events[0]; e.Step != "in/await" || e.Part != "up" {
		t.Errorf("the event is claimed by %q part %q", e.Step, e.Part)
	}
	if len(run.Loose) != 1 || run.Name() != "s [a=1]" || !run.Failed() {
		t.Errorf("loose %v, name %q, failed %v", run.Loose, run.Name(), run.Failed())
	}
	if cut := NewRun(records[:9]); !cut.Failed() || cut.Steps[0].Inner[0].End.Status != "" {
		t.Error("a journal that breaks off is no pass")
	}
}
