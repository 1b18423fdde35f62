package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"callflow/steps"
)

// openStep is a step between its start and its end.
type openStep struct {
	at     time.Time
	wall   time.Time
	start  *steps.StepStart
	key    string
	branch string
	depth  int
	headed bool // of a step with others in it: its line stands above them already
}

// RunView is one run on the console.
type RunView struct {
	c       *Console
	note    string
	verbs   int       // how wide their column is
	began   time.Time // on the wall
	start   time.Time // of the run, in its own time
	about   *steps.RunStart
	records []steps.Record // for the ladder of a failure
	held    []string       // lines not printed yet
	open    map[string]*openStep
	waiting []*openStep          // open ones, oldest first
	names   map[string]string    // of steps, by key
	ended   map[string]time.Time // when steps failed, by key
	last    string               // what arrived last
	now     moment               // for others to read, who hold the console's mu
	shown   []string             // failures already laid out, by position and text
	lanes   []lane               // of the run's calls, once somebody asks who is on one
}

// Record shows one record of the run.
func (v *RunView) Record(r steps.Record) {
	c := v.c
	v.records = append(v.records, r)
	if !c.Together { // the window may be another size by now; nobody else lays out lines
		columns, _ := c.size()
		c.mu.Lock() // for Tick, which reads along
		c.Width = max(columns, leastColumns)
		c.mu.Unlock()
	}
	out := v.lines(&r)
	if len(out) == 0 && !c.Live && r.RunEnd == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	v.now = v.at()
	quiet := c.Detail == Quiet
	ended := r.RunEnd != nil
	if c.Together || quiet {
		v.held = append(v.held, out...)
		out = nil
		if ended && (!quiet || wentWrong(r.RunEnd.Status)) {
			out = v.held
		} else if ended && quiet { // not all of it was run
			out = append(v.notHungUp(), v.leftOut(r.RunEnd)...)
			if told := v.unheeded(r.RunEnd); told != nil && out == nil {
				out = append([]string{v.title()}, told...)
			} else {
				out = append(out, told...)
			}
		}
		if ended && c.Live && c.Detail == Normal && !c.Ladders && !wentWrong(r.RunEnd.Status) {
			out = v.inShort(r.RunEnd)
		}
	}
	if ended {
		if v.finish(r.RunEnd) {
			out = nil
		}
		v.held, v.records = nil, nil
	}
	c.print(out)
}

func wentWrong(status string) bool { return status != steps.Passed && status != steps.Skipped }

// notHungUp names the calls that the run's cleanup could not end, for a console that is quiet about a run that passed.
func (v *RunView) notHungUp() (out []string) {
	for i := range v.records {
		did := v.records[i].Cleanup
		if did == nil || !notHungUp(did) {
			continue
		}
		if out == nil {
			out = append(out, v.title())
		}
		out = append(out, v.c.paint(warn, "  "+cleanupText(did, v.whoOn(did.Call))))
	}
	return out
}

// whoOn says who is on a call. The lanes are those of the run so far, found anew only for a call that is not among them.
func (v *RunView) whoOn(call string) string {
	if whoOn(v.lanes, call) == "" {
		v.lanes = legLanes(v.records)
	}
	return v.c.arrows(whoOn(v.lanes, call))
}

// finish counts the run, and says whether a quiet console has shown one that went wrong like it. The caller holds the console's mu.
func (v *RunView) finish(end *steps.RunEnd) (again bool) {
	c := v.c
	c.count[end.Status]++
	for i := range v.records {
		if did := v.records[i].Cleanup; did != nil && notHungUp(did) {
			c.leftUp++
		}
	}
	if v.about != nil && v.about.Target == "simulator" {
		c.simulated += end.Took
	}
	if wentWrong(end.Status) {
		line := c.paint(statusColor(end.Status), c.mark("✗ ", "x ")+statusWord(end.Status)) + "  "
		if end.Failure != nil && end.Failure.Pos.File != "" {
			line += clean(end.Failure.Pos.String()) + "  "
		}
		line += v.title()
		like := strings.Join([]string{end.Status, end.Reason, v.name()}, "\x00")
		if end.Failure != nil {
			like += "\x00" + end.Failure.Pos.String() + "\x00" + end.Failure.Text
		}
		if v.about != nil && v.about.Chaos != "" {
			line += fmt.Sprintf("  --seed %d", v.about.Seed)
		}
		first := -1
		if c.Detail == Quiet {
			first = slices.IndexFunc(c.wrong, func(w *wrongRun) bool { return w.like == like })
		}
		if again = first >= 0; again {
			c.wrong[first].more++
		} else {
			w := &wrongRun{line: line, like: like}
			if f := end.Failure; f != nil {
				w.why = c.cut(inStep(f, v.names[end.Failed])+clean(oneLine(f.Text)), max(c.Width-4, 40))
			}
			c.wrong = append(c.wrong, w)
		}
		if end.Failure != nil && end.Failure.Code != nil {
			c.codes = append(c.codes, clean(end.Failure.Code.Name))
		}
	}
	for i, other := range c.running {
		if other == v {
			c.running = append(c.running[:i], c.running[i+1:]...)
			break
		}
	}
	return again
}

func (v *RunView) title() string { return strings.TrimSpace(v.name() + " " + v.note) }

// name is the scenario's, with its row.
func (v *RunView) name() string {
	if v.about == nil {
		return ""
	}
	name := clean(v.about.Scenario)
	if v.about.Row != "" {
		name += " [" + clean(v.about.Row) + "]"
	}
	return name
}

// lines is what one record shows.
func (v *RunView) lines(r *steps.Record) []string {
	c := v.c
	verbose := c.Detail == Verbose
	switch {
	case r.RunStart != nil:
		v.about, v.start = r.RunStart, r.At
		title := c.mark("▸ ", "> ") + v.title()
		return []string{c.paint(bold, title) + c.paint(faint, "  "+clean(r.RunStart.File))}
	case r.StepStart != nil:
		out := v.headings(depth(r))
		s := &openStep{at: r.At, wall: c.now(), start: r.StepStart, key: r.Step, branch: r.Branch, depth: depth(r)}
		v.open[r.Step+"\x00"+r.Branch] = s
		v.waiting = append(v.waiting, s)
		v.names[r.Step] = stepWords(r.Step, r.StepStart)
		return out
	case r.StepEnd != nil:
		return v.stepEnd(r)
	case r.Event != nil:
		return v.event(r)
	case r.Request != nil && verbose:
		return v.message(r, c.mark("→", "->"), r.Request.Method+" "+clean(r.Request.Path), r.Request.Body)
	case r.Response != nil && verbose:
		text, _ := responseText(r.Response)
		out := v.message(r, c.mark("←", "<-"), text, r.Response.Body)
		if r.Response.Text != "" {
			out = append(out, v.indented(lines(r.Response.Text))...)
		}
		return out
	case r.Probe != nil && verbose:
		return v.words(r, c.mark("↺", "?"), "POST "+clean(r.Probe.Address)+": "+clean(r.Probe.Text), faint)
	case r.Retry != nil:
		return v.words(r, c.mark("↻", "~"), retryText(r.Retry), warn)
	case r.Capture != nil && verbose:
		return []string{c.paint(faint, v.aside(r, "=")+" "+clean(r.Capture.Name)+" = "+c.cut(valueText(r.Capture.Value), 200))}
	case r.Log != nil:
		how := faint
		mark := "#"
		switch r.Log.Level {
		case "warning":
			how, mark = warn, "!"
		case "error":
			how, mark = bad, c.mark("✗", "x")
		}
		lead := strings.Repeat("  ", depth(r))
		if r.Branch != "" {
			lead += clean(r.Branch) + ": "
		}
		var out []string
		for _, line := range lines(r.Log.Text) {
			out = append(out, v.wordsAfter(r, mark, lead, line, how)...)
		}
		return out
	case r.Successor != nil:
		return v.words(r, c.mark("↳", ">"), successorText(r.Successor), faint)
	case r.World != nil && verbose:
		return v.words(r, "*", worldText(r.World), faint)
	case r.Cleanup != nil:
		how := faint
		if notHungUp(r.Cleanup) {
			how = warn
		}
		out := v.words(r, " ", cleanupText(r.Cleanup, v.whoOn(r.Cleanup.Call)), how)
		if o := r.Cleanup.Orphan; o != nil {
			out = append(out, v.indented(orphanLines(o, v.start))...)
		}
		return out
	case r.RunEnd != nil:
		return v.runEnd(r.RunEnd)
	}
	return nil
}

// event is a notification, if every message is shown or something is the matter with it.
func (v *RunView) event(r *steps.Record) []string {
	c, e := v.c, r.Event
	v.last = clean(e.Summary)
	warning := refusedText(e)
	if gaveUp, ok := v.ended[e.Late]; ok && warning == "" {
		warning = fmt.Sprintf("%s, %s too late for %s: it needs a longer timeout", clean(e.Summary), duration(cameAt(r).Sub(gaveUp)), v.nameOf(e.Late))
	}
	switch {
	case c.Detail == Verbose && refusedText(e) == "":
		return v.message(r, c.mark("⇐", "<="), eventText(e, v.nameOf), e.Raw)
	case warning == "":
		return nil
	}
	out := v.words(r, "!", warning, warn)
	if e.Means != nil {
		inner := c.Style
		inner.Width = max(inner.Width-16, 40)
		out = append(out, v.indented(inner.code(e.Means))...)
	}
	if c.Detail == Verbose && len(e.Raw) > 0 {
		out = append(out, v.indented(jsonLines(e.Raw))...)
	}
	return out
}

// aside begins a line that belongs to the step under way.
func (v *RunView) aside(r *steps.Record, mark string) string {
	return fmt.Sprintf("  %s %10s ", v.c.pad(mark, 1), offset(v.start, r.At))
}

// words are such lines, as many as the text needs.
func (v *RunView) words(r *steps.Record, mark, text, how string) []string {
	return v.wordsAfter(r, mark, "", text, how)
}

func (v *RunView) wordsAfter(r *steps.Record, mark, lead, text, how string) []string {
	lead = v.aside(r, mark) + " " + lead
	out := v.c.fold(lead, text, v.c.Width, strings.Repeat(" ", width(lead)+2))
	for i := range out {
		out[i] = v.c.paint(how, out[i])
	}
	return out
}

// nameOf says which step a key means.
func (v *RunView) nameOf(key string) string {
	if name := v.names[key]; name != "" {
		return name
	}
	return clean(key)
}

// headings are the lines of the steps that hold the one that begins now, as far as they have none yet.
func (v *RunView) headings(depth int) (out []string) {
	for _, s := range v.waiting {
		if s.headed || s.depth >= depth || s.start.Verb != "parallel" && s.start.Verb != "include" {
			continue
		}
		s.headed = true
		out = append(out, v.stepLines(s, s.at, v.c.mark("▾", "v"), faint, nil)...)
	}
	return out
}

func (v *RunView) indented(in []string) []string {
	for i := range in {
		in[i] = "                " + v.c.paint(faint, in[i])
	}
	return in
}

// message is one request, response or notification with its body.
func (v *RunView) message(r *steps.Record, arrow, text string, body []byte) []string {
	out := []string{v.aside(r, "") + " " + arrow + " " + text}
	if len(body) > 0 {
		out = append(out, v.indented(jsonLines(body))...)
	}
	return out
}

func (v *RunView) stepEnd(r *steps.Record) []string {
	key := r.Step + "\x00" + r.Branch
	step := v.open[key]
	delete(v.open, key)
	for i, s := range v.waiting {
		if s == step {
			v.waiting = append(v.waiting[:i], v.waiting[i+1:]...)
			break
		}
	}
	if step == nil {
		step = &openStep{at: r.At, start: &steps.StepStart{Label: r.Step}, key: r.Step, branch: r.Branch, depth: depth(r)}
	}
	c, end := v.c, r.StepEnd
	if step.start.Verb == "log" && end.Status == steps.Passed {
		return nil // its line says it
	}
	if end.Status == steps.Failed {
		v.ended[r.Step] = r.At
	}
	mark, how := stepMark(c.Style, end)
	out := v.stepLines(step, r.At, mark, how, end)
	// What the scenario's never cut off is no failure of its own: the end of the run explains the never.
	never := end.Status == steps.Cancelled && end.Failure != nil && end.Failure.Kind == "never"
	if end.Failure != nil && (!end.Excused && !never || c.Detail == Verbose) {
		out = append(out, v.block(end.Failure)...)
	}
	return out
}

// block is a failure, indented, with air around it; nothing when it was laid out already: a limit says of a step what it
// says of those above it, and the end of the run says it again.
func (v *RunView) block(f *steps.Failure) []string {
	told := f.Pos.String() + f.Text
	if slices.Contains(v.shown, told) {
		return nil
	}
	v.shown = append(v.shown, told)
	out := []string{""}
	inner := v.c.Style
	inner.Width = max(inner.Width-6, 40)
	for _, line := range inner.failure(f, v.start, v.nameOf) {
		out = append(out, "      "+line)
	}
	return append(out, "")
}

func (v *RunView) runEnd(end *steps.RunEnd) []string {
	c := v.c
	var out []string
	f := end.Failure
	if f != nil {
		out = append(out, v.block(f)...)
	}
	draw := c.Ladders || wentWrong(end.Status) && end.Status != steps.Interrupted
	if draw && hasTraffic(v.records) {
		inner := c.Style
		inner.Width = max(inner.Width-2, 40)
		records := v.records
		if end.Status == brokenOff { // this end is ours
			records = records[:len(records)-1]
		}
		drawing := Ladder(records, inner)
		if table := Notifications(v.records, inner, c.Detail == Verbose); table != nil {
			drawing = append(append(drawing, ""), table...)
		}
		for _, line := range drawing {
			out = append(out, strings.TrimRight("  "+line, " "))
		}
		out = append(out, "")
	}
	if up := stillUpLines(callsUp(v.records), v.start, c.Style); up != nil {
		for _, line := range up {
			out = append(out, "  "+line)
		}
		out = append(out, "")
	}
	line := "  " + c.paint(statusColor(end.Status), statusWord(end.Status))
	if end.Status != steps.Skipped {
		line += c.paint(faint, " in "+duration(end.Took))
	}
	if end.Legs > 0 {
		line += c.paint(warn, ", "+leftUpWords(end.Legs))
	}
	reason := strings.TrimPrefix(strings.TrimPrefix(end.Reason, statusWord(end.Status)), ": ")
	if reason == "" || f != nil { // it is told above
		out = append(out, line)
	} else {
		for i, text := range lines(reason) {
			if i == 0 {
				out = append(out, c.fold(line+": ", text, c.Width, "    ")...)
			} else {
				out = append(out, "    "+text) // a stack
			}
		}
	}
	out = append(append(out, v.leftOut(end)...), v.unheeded(end)...)
	if wentWrong(end.Status) {
		out = append(out, v.circumstances()...)
	}
	for _, o := range end.Outputs {
		out = append(out, "  "+clean(o.Name)+" = "+valueText(o.Value))
	}
	return out
}

// circumstances say what the run was given, and how to have the same disorder again.
func (v *RunView) circumstances() (out []string) {
	if v.about == nil {
		return nil
	}
	if with := ranWith(v.about); with != "" {
		out = append(out, v.c.paint(faint, "  "+with))
	}
	if v.about.Chaos == "" {
		return out
	}
	return append(out, v.c.paint(faint, fmt.Sprintf("  the same disorder again: --chaos %s --seed %d", clean(v.about.Chaos), v.about.Seed)))
}

func hasTraffic(records []steps.Record) bool {
	for i := range records {
		if records[i].Request != nil || records[i].Event != nil {
			return true
		}
	}
	return false
}
