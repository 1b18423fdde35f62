package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"callflow/steps"
)

// mostText bounds one text of a report, in bytes: those who read reports have limits too.
const mostText = 200_000

// plainStyle is the style of texts in reports: no colours, and as wide as a CI log.
var plainStyle = Style{Width: defaultWidth}

// Status is the run's; brokenOff when its journal has no end.
func (r *Run) Status() string {
	if r.End.Status == "" {
		return brokenOff
	}
	return r.End.Status
}

// Took is how long the run took by its own clock. Of one that broke off it is the time up to its last record.
func (r *Run) Took() time.Duration {
	if r.End.Status != "" {
		return r.End.Took
	}
	for i := len(r.Records) - 1; i > 0; i-- {
		if did := r.Records[i].Cleanup; did == nil || !did.Afterwards {
			return max(0, r.Records[i].At.Sub(r.Began))
		}
	}
	return 0
}

// Retried counts the attempts of actions that failed and were repeated.
func (r *Run) Retried() (n int) {
	r.All(func(s *Step, _ int) { n += len(s.Retries) })
	return n
}

// PassedAfterRetry says that the run passed, but not at the first attempt of everything.
func (r *Run) PassedAfterRetry() bool { return r.End.Status == steps.Passed && r.Retried() > 0 }

// Failures are why the run went wrong, in order and each once: those of its steps, and of its end if that has one of its own.
// What continueOnError excused is not among them, nor what a never elsewhere cut off.
func (r *Run) Failures() (list []*steps.Failure) {
	add := func(f *steps.Failure) {
		same := func(o *steps.Failure) bool { return o.Pos == f.Pos && o.Text == f.Text }
		if !slices.ContainsFunc(list, same) {
			list = append(list, f)
		}
	}
	r.All(func(s *Step, _ int) {
		f := s.End.Failure
		if f != nil && !s.End.Excused && !(s.End.Status == steps.Cancelled && f.Kind == "never") {
			add(f)
		}
	})
	if r.End.Failure != nil {
		add(r.End.Failure)
	}
	return list
}

// Failure is the one that decided; nil when there is none, as when the run passed or could not be set up.
func (r *Run) Failure() *steps.Failure {
	if r.End.Failure != nil {
		return r.End.Failure
	}
	if list := r.Failures(); r.Failed() && len(list) > 0 {
		return list[0]
	}
	return nil
}

// Why is what came of the run in one line: its failure, or the reason why it was skipped or could not be made; "" of one
// that passed. Of one that was cut short it says which calls were up then.
func (r *Run) Why() string {
	why := r.why()
	if up := stillUpWords(r.callsUp()); up != "" {
		return why + "; " + up
	}
	if n := len(r.notHungUp()); n > 0 && r.Failed() {
		why += "; " + leftUpWords(n)
	}
	return why
}

func (r *Run) why() string {
	f := r.Failure()
	switch {
	case f != nil:
		return r.line(f)
	case r.End.Status == "":
		return "the journal breaks off" + r.during("") + ": the process was killed, or still runs"
	case r.End.Status == steps.Interrupted:
		return "interrupted" + r.during(steps.Cancelled)
	}
	reason, _, _ := strings.Cut(r.End.Reason, "\n")
	if reason = clean(strings.TrimPrefix(strings.TrimPrefix(reason, statusWord(r.End.Status)), ": ")); reason == "" && r.Failed() {
		return clean(statusWord(r.End.Status))
	}
	return reason
}

// inStep stands before a failure where only one line tells of it: the step, unless the text says what was done, or in which step.
func inStep(f *steps.Failure, words string) string {
	if !slices.Contains([]string{"await", "expect", "expectNone", "failOn", "poll", "value"}, f.Kind) || words == "" || strings.Contains(f.Text, words) {
		return ""
	}
	return words + ": "
}

// line is a failure in one line: its step, its text, and what was there instead.
func (r *Run) line(f *steps.Failure) string {
	line := clean(oneLine(f.Text))
	if s := r.stepOf(f); s != nil {
		line = inStep(f, stepWords(s.Key, &s.Start)) + line
	}
	if seen := r.seen(f); seen != "" {
		line += "; " + seen
	}
	return line
}

// during names the innermost step that was left in this status; "" when there is none.
func (r *Run) during(status string) (words string) {
	r.All(func(s *Step, _ int) {
		if s.End.Status == status {
			words = " in " + stepWords(s.Key, &s.Start)
		}
	})
	return words
}

// place is where a reader looks first: the failure's place, else the scenario's file.
func (r *Run) place() (file string, line, col int) {
	if f := r.Failure(); f != nil && f.Pos.File != "" {
		return f.Pos.File, f.Pos.Line, f.Pos.Col
	}
	return r.Start.File, 0, 0
}

// Explain lays out why the run went wrong, as the console does: each failure with its excerpt, values, arrivals and codes,
// the attempts before it one by one, what came after it was too late, and of a run that was cut short the calls that were up. Nil
// of a run that did not go wrong.
func (r *Run) Explain(s Style) (out []string) {
	if !r.Failed() {
		return nil
	}
	names := r.stepNames()
	for _, f := range r.Failures() {
		if out != nil {
			out = append(out, "")
		}
		out = append(out, s.headline(f, r.line(f))...)
		out = append(out, s.when(r, f)...)
		out = append(out, s.reasons(f, r.Began, names)...)
		r.All(func(step *Step, _ int) {
			if step.End.Failure != nil && step.End.Failure.Pos == f.Pos && step.End.Failure.Text == f.Text {
				out = append(out, r.attempts(step, s)...)
				out = append(out, r.tooLate(step, s)...)
			}
		})
	}
	if out == nil {
		out = s.fold("", r.why(), s.Width, "  ")
		if _, rest, ok := strings.Cut(r.End.Reason, "\n"); ok { // a stack
			out = append(out, lines(rest)...)
		}
	}
	if up := stillUpLines(r.callsUp(), r.Began, s); up != nil {
		out = append(append(out, ""), up...)
	} else if left := r.notHungUp(); left != nil {
		out = append(out, "", "left up (callflow hangup ends what is up on a target):")
		for _, line := range left {
			out = append(out, s.fold("  "+s.paint(bad, s.mark("✗ ", "x ")), line, s.Width, "    ")...)
		}
	}
	for i := range out {
		out[i] = strings.TrimRight(out[i], " ")
	}
	return out
}

// notHungUp says of each call that cleanup could not end, and nobody has since, who is on it and why.
func (r *Run) notHungUp() (out []string) {
	for _, c := range r.leftUp() {
		if c.Kept {
			continue
		}
		who := ""
		if c.Who != "" {
			who = " (" + c.Who + ")"
		}
		out = append(out, c.Call+who+": "+c.Why)
	}
	return out
}

// stepOf is the step that a failure is of, the innermost one; nil when it is of none.
func (r *Run) stepOf(f *steps.Failure) (of *Step) {
	r.All(func(s *Step, _ int) {
		if e := s.End.Failure; e != nil && e.Pos == f.Pos && e.Text == f.Text {
			of = s
		}
	})
	return of
}

// when says in which step a failure was, and from when to when that went: of a limit it is the step that it cut off.
func (s Style) when(r *Run, f *steps.Failure) []string {
	step := r.stepOf(f)
	if step == nil {
		return nil
	}
	text := fmt.Sprintf("from %s to %s", offset(r.Began, step.At), offset(r.Began, step.At.Add(step.End.Took)))
	if words := stepWords(step.Key, &step.Start); !strings.HasPrefix(r.line(f), words+": ") { // which names it
		text = "in " + words + ", " + text
	}
	return s.foldIn(faint, "  ", text, s.Width, "  ")
}

// Alone is Explain for a place where nothing else of the run is told: with how to make it again, and which run it was.
func (r *Run) Alone(s Style) []string {
	out := r.Explain(s)
	if out == nil {
		return nil
	}
	if r.Start.File != "" {
		out = append(out, "", "run it again: "+clean(r.Command()))
	}
	return append(out, r.which())
}

// which run it was: its id, where it ran, when, and the seed.
func (r *Run) which() string {
	words := fmt.Sprintf("run %s on %s (%s)", clean(r.Start.RunID), clean(r.Start.Target), clean(r.Start.Dialect))
	if virtual := r.Start.Target == "simulator" && !r.Start.RealTime; !virtual && !r.Start.Started.IsZero() {
		words += ", started " + r.Start.Started.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return words + fmt.Sprintf(", seed %d", r.Start.Seed)
}

// attempts are the retries of a step, one by one.
func (r *Run) attempts(step *Step, s Style) (out []string) {
	for i := range step.Retries {
		if i == 0 {
			out = append(out, "", "attempts before the last one:")
		}
		again := &step.Retries[i]
		out = append(out, s.fold(fmt.Sprintf("  %s %9s  ", s.mark("↻", "~"), offset(r.Began, again.At)), retryText(&again.Retried), s.Width, "                ")...)
	}
	return out
}

// tooLate is what arrived for a step after it had given up, with what the codes in it mean.
func (r *Run) tooLate(step *Step, s Style) (out []string) {
	late := r.late(step)
	for _, e := range late {
		if out == nil {
			out = []string{"", "what arrived after it had given up:"}
		}
		text := clean(e.Summary)
		if gaveUp := step.At.Add(step.End.Took); e.At.After(gaveUp) {
			text += fmt.Sprintf(", %s too late", duration(e.At.Sub(gaveUp)))
		}
		out = append(out, s.fold(fmt.Sprintf("  ! %9s  ", offset(r.Began, e.At)), text, s.Width, "                ")...)
	}
	for _, c := range lateCodes(step.End.Failure, late) {
		out = append(append(out, ""), s.code(c)...)
	}
	return out
}

// late are the events that came for a step after it had given up.
func (r *Run) late(step *Step) (list []*Event) {
	for i := range r.Events {
		if e := &r.Events[i]; e.Late != "" && e.Late == step.Key {
			list = append(list, e)
		}
	}
	return list
}

// lateCodes explain the codes of late events, each once, without the failure's own.
func lateCodes(f *steps.Failure, late []*Event) (list []*steps.Explained) {
	told := map[string]bool{}
	if f != nil && f.Code != nil {
		told[f.Code.Name] = true
	}
	for _, e := range late {
		if e.Means != nil && !told[e.Means.Name] {
			told[e.Means.Name] = true
			list = append(list, e.Means)
		}
	}
	return list
}

// Transcript is the run as the console shows it, with its ladder.
func (r *Run) Transcript(s Style) (out []string) {
	c := NewConsole(io.Discard, s, Normal)
	c.Ladders = true
	view := c.Run(r.again(), r.verbColumn())
	for _, record := range r.whole() {
		view.records = append(view.records, record)
		out = append(out, view.lines(&record)...)
	}
	for i := range out {
		out[i] = strings.TrimRight(plain(out[i]), " ")
	}
	return out
}

// whole is the run's records, with an end that says so when there is none.
func (r *Run) whole() []steps.Record {
	if r.End.Status != "" || len(r.Records) == 0 {
		return r.Records
	}
	last := r.Records[len(r.Records)-1]
	end := &steps.RunEnd{Status: brokenOff, Took: r.Took(), Reason: r.why()}
	return append(slices.Clip(r.Records), steps.Record{Seq: last.Seq + 1, At: last.At, Type: "runEnd", RunEnd: end})
}

// verbColumn is VerbColumn of the steps that began.
func (r *Run) verbColumn() int {
	most := narrowestVerbs
	r.All(func(s *Step, depth int) { most = max(most, 2*depth+len(s.Start.Verb)) })
	return min(widestVerbs, most)
}

// again says which repetition it is; "" of the first, which is called as it would be without any.
func (r *Run) again() string {
	if r.Repeat == 0 {
		return ""
	}
	return fmt.Sprintf("(run %d)", r.Repeat+1)
}

// title names the run among all of a command.
func (r *Run) title() string {
	return strings.TrimSpace(clean(r.Name()) + " " + r.again())
}

// text joins lines, at most so many bytes of them: what is left out is counted. It is the last look at what may command a
// terminal, whatever was forgotten before.
func text(lines []string, most int) string {
	var b strings.Builder
	for i, line := range lines {
		if line = clean(line); b.Len()+len(line) >= most {
			if i == 0 {
				b.WriteString(brief(line, most/2))
			}
			fmt.Fprintf(&b, "\n… (%s left out)", plural(len(lines)-i, "more line"))
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(line)
	}
	return b.String()
}

// brief cuts a line to at most so many bytes, at a character.
func brief(line string, most int) string {
	if len(line) <= most {
		return line
	}
	at := most - len("…")
	for at > 0 && line[at]&0xc0 == 0x80 {
		at--
	}
	return line[:at] + "…"
}
