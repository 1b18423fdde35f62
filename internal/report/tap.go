package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"callflow/steps"
)

// tap writes the Test Anything Protocol, version 14: a test point for each run with its steps as a subtest before it, and
// what is known of a failure in YAML behind it.
type tap struct {
	w io.Writer
	tally
	err error
}

func newTAP(w io.Writer, _ Options) Report {
	t := &tap{w: w}
	t.line("", "TAP version 14")
	return t
}

func (t *tap) line(indent, text string) {
	if t.err == nil {
		_, t.err = io.WriteString(t.w, indent+text+"\n")
	}
}

func (t *tap) Add(r *Run) error {
	t.add(r)
	name := escapeTAP(r.title())
	if len(r.Steps) > 0 {
		t.line("", "# Subtest: "+name)
		t.steps(r, r.Steps, "    ", !r.Failed())
	}
	point := fmt.Sprintf("ok %d - %s", t.runs, name)
	switch {
	case r.End.Status == steps.Skipped:
		t.line("", point+" # SKIP "+escapeTAP(r.Why()))
		return t.err
	case r.Failed():
		point = "not " + point
	}
	t.line("", point)
	t.runDetails(r)
	return t.err
}

// runDetails is the YAML behind a run's test point.
func (t *tap) runDetails(r *Run) {
	file, line, col := r.place()
	t.line("  ", "---")
	t.field("status", r.Status())
	if r.Failed() {
		t.field("message", brief(r.Why(), 1000))
		t.field("severity", "fail")
	}
	if f := r.Failure(); f != nil {
		t.field("kind", f.Kind)
		if f.Reason != "" {
			t.field("reason", f.Reason)
		}
		if f.Code != nil {
			t.field("code", f.Code.Name)
		}
	}
	if line > 0 {
		t.line("  ", "at:")
		t.line("    ", "file: "+yamlText(file))
		t.line("    ", fmt.Sprintf("line: %d", line))
		t.line("    ", fmt.Sprintf("column: %d", col))
	} else {
		t.field("file", file)
	}
	t.line("  ", fmt.Sprintf("duration_ms: %v", ms(r.Took())))
	t.field("run", r.Start.RunID)
	t.line("  ", fmt.Sprintf("seed: %d", r.Start.Seed))
	t.field("target", r.Start.Target)
	if n := r.Retried(); n > 0 {
		t.line("  ", fmt.Sprintf("retries: %d", n))
	}
	for i, c := range r.leftUp() {
		if i == 0 {
			t.line("  ", "calls_left_up:")
		}
		t.line("    ", "- "+yamlText(c.Call))
	}
	if told := r.Alone(plainStyle); told != nil {
		t.line("  ", "explanation: |2-")
		for l := range strings.SplitSeq(text(told, mostText), "\n") {
			t.line("  ", strings.TrimRight("  "+l, " "))
		}
	}
	t.line("  ", "...")
}

func (t *tap) field(name, value string) { t.line("  ", name+": "+yamlText(value)) }

// steps are test points of their own. well says that what holds them went well: then a failure among them is one that was
// made good, which TAP calls TODO.
func (t *tap) steps(r *Run, list []*Step, indent string, well bool) {
	for i, s := range list {
		if len(s.Inner) > 0 {
			t.line(indent, "# Subtest: "+escapeTAP(s.Title()))
			t.steps(r, s.Inner, indent+"    ", s.End.Status == steps.Passed || s.End.Excused || well)
		}
		point := fmt.Sprintf("ok %d - %s", i+1, escapeTAP(s.Title()))
		switch {
		case s.End.Status == steps.Skipped, s.End.Status == steps.Cancelled:
			t.line(indent, point+" # SKIP "+escapeTAP(strings.TrimSpace(s.End.Status+" "+clean(s.End.Reason))))
			continue
		case s.End.Status == "" && well:
			point = "not " + point + " # TODO it has no end in the journal"
		case s.End.Status == "":
			point = "not " + point
		case s.End.Status != steps.Passed && s.End.Excused:
			point = "not " + point + " # TODO excused by continueOnError"
		case s.End.Status != steps.Passed && well:
			point = "not " + point + " # TODO made good by what holds it"
		case s.End.Status != steps.Passed:
			point = "not " + point
		}
		t.line(indent, point)
		t.stepDetails(r, s, indent+"  ")
	}
	t.line(indent, fmt.Sprintf("1..%d", len(list)))
}

func (t *tap) stepDetails(r *Run, s *Step, indent string) {
	t.line(indent, "---")
	t.line(indent, fmt.Sprintf("at_ms: %v", ms(s.At.Sub(r.Began))))
	t.line(indent, fmt.Sprintf("duration_ms: %v", ms(s.End.Took)))
	if s.End.Outcome != "" {
		t.line(indent, "outcome: "+yamlText(s.End.Outcome))
	}
	for i := range s.Retries {
		if i == 0 {
			t.line(indent, "retries:")
		}
		t.line(indent, "  - "+yamlText(retryText(&s.Retries[i].Retried)))
	}
	if s.End.Failure != nil {
		t.line(indent, "message: "+yamlText(brief(clean(oneLine(s.End.Failure.Text)), 1000)))
	}
	t.line(indent, "...")
}

func (t *tap) Close(total Total) error {
	for _, g := range t.flaky() {
		t.line("", "# flaky: "+g.name+": "+g.text())
	}
	t.line("", "# "+t.words(total))
	plan := fmt.Sprintf("1..%d", t.runs)
	if t.runs == 0 && total.NotRun == 0 {
		plan += " # SKIP " + nothingToRun
	}
	t.line("", plan)
	if total.NotRun > 0 { // what ran may all have passed, and still not everything was tested
		t.line("", fmt.Sprintf("Bail out! %d not run", total.NotRun))
	}
	return t.err
}

// escapeTAP is text in one line in which # begins no directive.
func escapeTAP(text string) string {
	return strings.NewReplacer(`\`, `\\`, "#", `\#`).Replace(clean(text))
}

// yamlText is text as a YAML scalar: JSON's strings are.
func yamlText(text string) string {
	out, _ := json.Marshal(clean(text))
	return string(out)
}
