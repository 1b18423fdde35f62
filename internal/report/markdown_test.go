package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"callflow/steps"
)

// reportWith is reportOf with options.
func reportWith(t testing.TB, kind string, o Options, total Total, runs ...*Run) string {
	t.Helper()
	var b bytes.Buffer
	r := KindOf(kind).Open(&b, o)
	for _, run := range runs {
		if err := r.Add(run); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(total); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// quietRun is a run that passed because nothing came.
func quietRun() []steps.Record {
	s := &story{start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	s.add(0, "", steps.Record{RunStart: &steps.RunStart{RunID: "r7", Scenario: "It stays gone", File: "gone.yaml", Started: s.start}})
	s.add(0, "end", steps.Record{StepStart: &steps.StepStart{Verb: "hangUp", Label: "end", File: "gone.yaml", Line: 4}})
	s.add(0, "end", steps.Record{Request: &steps.Sent{Attempt: 1, Verb: "hangUp", Method: "DELETE", Path: "/v1.0/communications/calls/" + p2p, Call: p2p}})
	s.add(time.Second, "end", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Passed, Took: time.Second}})
	s.add(time.Second, "group", steps.Record{StepStart: &steps.StepStart{Verb: "group", Label: "group", File: "gone.yaml", Line: 5}})
	s.add(time.Second, "group/quiet", steps.Record{StepStart: &steps.StepStart{Verb: "expectNone", Label: "quiet", File: "gone.yaml", Line: 6}})
	s.add(21*time.Second, "group/quiet", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Passed, Took: 20 * time.Second}})
	s.add(21*time.Second, "group", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Passed, Took: 20 * time.Second}})
	s.add(21*time.Second, "seen", steps.Record{StepStart: &steps.StepStart{Verb: "expect", Label: "seen", File: "gone.yaml", Line: 9}})
	s.add(21*time.Second, "seen", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Passed}})
	s.add(21*time.Second, "", steps.Record{RunEnd: &steps.RunEnd{Status: steps.Passed, Took: 21 * time.Second}})
	return s.records
}

// TestNothingCame: that nothing came is what an expectNone is for, so ladders show one that passed, and the steps that hold
// it; other steps in which nothing happened they leave out.
func TestNothingCame(t *testing.T) {
	const quiet = "expectNone group/quiet: nothing that matches in 20s"
	for kind, text := range map[string]string{
		"text":    strings.Join(Ladder(quietRun(), plainStyle), "\n"),
		"SVG":     string(SVG(quietRun(), SVGOptions{})),
		"Mermaid": Mermaid(quietRun()),
	} {
		text = strings.ReplaceAll(text, `</text><text class="step" x="125" y="190">`, " ") // a picture folds its lines
		if !strings.Contains(text, quiet) || !strings.Contains(text, "group group") {
			t.Errorf("the ladder as %s does not show the expectNone that passed:\n%s", kind, text)
		}
		if strings.Contains(text, "expect seen") {
			t.Errorf("the ladder as %s shows a step in which nothing happened:\n%s", kind, text)
		}
	}
}

// TestMarkdownLadders: with Ladders the page has the steps and the diagram of what passed too, folded; else a row.
func TestMarkdownLadders(t *testing.T) {
	const steps, diagram = "expectNone quiet", "```mermaid\nsequenceDiagram"
	if page := reportOf(t, "markdown", Total{}, NewRun(quietRun())); strings.Contains(page, diagram) || strings.Contains(page, "<details") {
		t.Errorf("a run that passed is told step by step though nobody asked:\n%s", page)
	}
	page := reportWith(t, "markdown", Options{Ladders: true}, Total{}, NewRun(quietRun()))
	_, told, ok := strings.Cut(page, "<details><summary>✅ <b>It stays gone</b>, step by step</summary>")
	if !ok || !strings.Contains(told, steps) || !strings.Contains(told, diagram) {
		t.Errorf("the page lacks the steps or the diagram of the run that passed:\n%s", page)
	}
	if n := strings.Count(page, "<details"); n != strings.Count(page, "</details>") {
		t.Errorf("%d <details> are opened, %d are closed:\n%s", n, strings.Count(page, "</details>"), page)
	}

	var many []*Run
	for range 300 {
		many = append(many, NewRun(quietRun()))
	}
	page = reportWith(t, "markdown", Options{Ladders: true}, Total{}, many...)
	if n := strings.Count(page, diagram); n != mostDrawn {
		t.Errorf("%d runs are drawn, want %d", n, mostDrawn)
	}
	if shown := strings.Count(page, ", step by step"); shown == 300 || !strings.Contains(page, plural(300-shown, "more passed run")+" left out") {
		t.Errorf("%d of 300 runs are told, and what is left out is not counted", shown)
	}
}
