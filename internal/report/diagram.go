package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

// diagram is what really happened in a run as a sequence diagram: what the ladder in the terminal, the SVG and the Mermaid
// text are drawn from.
type diagram struct {
	about *steps.RunStart
	start time.Time
	lanes []lane // bots, the service, legs, people: from left to right
	rungs []rung
}

// lane is one who takes part.
type lane struct {
	kind laneKind
	id   string // of a leg: its call's; else the name
	name string // "bot", "Graph", "leg 1", "Carol"
	who  string // of a leg: who is on it, "Carol → bot"; "" when nobody knows
	// from and to are the rungs between which a leg is known to be up, as indices; -1: none.
	from, to int
}

type laneKind int

const (
	botLane laneKind = iota
	serviceLane
	legLane
	personLane
)

// rung is one thing that happened. It leads from one lane to another, both as indices; a note over all lanes has noLane.
type rung struct {
	at       time.Time
	what     rungKind
	from, to int
	text     string
	how      string    // colour: "", warn, bad, faint
	step     stepPlace // that it belongs to; zero for none
	failing  bool      // that step failed
	seq      int64     // of its record; 0: of none
	told     bool      // a step's beginning that says all there is to say
	ids      string    // what somebody may look for elsewhere: whole paths and ids
}

const noLane = -1

// stepPlace is one execution of a step.
type stepPlace struct{ key, branch string }

type rungKind int

const (
	request rungKind = iota
	response
	lost         // a request that no response came to
	notification // also one that was refused
	deed         // what somebody did in the simulated world
	fault        // what went wrong there
	stepBegins
	stepFails
	stepRepeats
	note    // anything else that is said over all lanes
	silence // nothing happened
)

// leastSilence is from when on it is told that nothing happened.
const leastSilence = 5 * time.Second

// diagramOf draws from records up to the last one given.
func diagramOf(records []steps.Record, s Style) *diagram {
	records = asTheyCame(records)
	b := &diagramBuilder{Style: s, d: &diagram{about: &steps.RunStart{}}, came: deliveriesOf(records), names: map[string]string{},
		sent: map[stepPlace]int{}, asked: map[stepPlace]int{}, began: map[stepPlace]int{}, hears: map[stepPlace]bool{}, owner: map[int]string{}}
	b.meet(records)
	for i := range records {
		b.add(&records[i])
	}
	b.broken(records)
	b.spare()
	b.hush()
	b.lives()
	return b.d
}

// lane returns the index of the lane of that kind and id; noLane when there is none.
func (d *diagram) lane(kind laneKind, id string) int {
	return slices.IndexFunc(d.lanes, func(l lane) bool { return l.kind == kind && l.id == id })
}

// of lists the lanes of a kind, as indices.
func (d *diagram) of(kind laneKind) (list []int) {
	for i := range d.lanes {
		if d.lanes[i].kind == kind {
			list = append(list, i)
		}
	}
	return list
}

// service is the index of the service's lane.
func (d *diagram) service() int { return d.lane(serviceLane, "") }

// bot is the index of a bot's lane: the first one when there is none of that name.
func (d *diagram) bot(name string) int { return max(d.lane(botLane, name), 0) }

// up says whether a leg is known to be up at the i-th rung; the other lanes always are.
func (l *lane) up(i int) bool { return l.kind != legLane || l.from >= 0 && i >= l.from && i <= l.to }

// diagramBuilder makes a diagram. Its rungs remember the step that they belong to.
type diagramBuilder struct {
	Style
	d     *diagram
	legs  legs
	came  *deliveries
	names map[string]string  // of steps, by key
	sent  map[stepPlace]int  // the lane that the last request went to
	asked map[stepPlace]int  // the rung of the last request
	began map[stepPlace]int  // the rung at which a step under way began
	hears map[stepPlace]bool // expectNone under way
	owner map[int]string     // of legs: the branch that made them
	spans []span             // of steps
	marks []legMark          // where legs begin and end, of rungs
	ended bool
}

// span is the rungs of a step: those after the one at which it begins, up to and with end.
type span struct {
	stepPlace
	begin, end int
	failed     bool
}

// legMark says that at a rung a leg is first seen, or ends.
type legMark struct {
	rung, lane int
	end        bool
}

// add draws one record.
func (b *diagramBuilder) add(r *steps.Record) {
	switch {
	case r.RunStart != nil:
		b.d.about, b.d.start = r.RunStart, r.At
	case r.StepStart != nil:
		b.names[r.Step] = stepWords(r.Step, r.StepStart)
		b.began[stepPlace{r.Step, r.Branch}] = len(b.d.rungs)
		b.hears[stepPlace{r.Step, r.Branch}] = r.StepStart.Verb == string(steps.ExpectNot)
		b.put(r, rung{what: stepBegins, from: noLane, to: noLane, text: b.branch(r) + b.names[r.Step], how: faint})
	case r.StepEnd != nil:
		b.stepEnd(r)
	case r.Request != nil:
		b.request(r)
	case r.Response != nil:
		b.response(r)
	case r.Event != nil && r.Event.Origin != graph.FromResponse:
		b.notification(r)
	case r.World != nil:
		b.happened(r)
	case r.RunEnd != nil:
		b.ended = true
	default:
		b.note(r)
	}
}

// put adds a rung of a record, and says which it is.
func (b *diagramBuilder) put(r *steps.Record, one rung) int {
	one.at, one.seq, one.step = r.At, r.Seq, stepPlace{r.Step, r.Branch}
	b.d.rungs = append(b.d.rungs, one)
	return len(b.d.rungs) - 1
}

func (b *diagramBuilder) name(key string) string {
	if n := b.names[key]; n != "" {
		return n
	}
	return clean(key)
}

// branch stands before what a branch does.
func (b *diagramBuilder) branch(r *steps.Record) string {
	if r.Branch == "" {
		return ""
	}
	return clean(r.Branch) + ": "
}

// happened draws what the simulated people and faults do. What else the bot does shows as its requests.
func (b *diagramBuilder) happened(r *steps.Record) {
	w := r.World
	one := rung{what: deed, text: worldText(w), to: b.leg(w.Call)}
	one.from = b.d.lane(personLane, clean(w.Who))
	switch {
	case w.Who == "":
		one.what, one.how = fault, warn
	case b.d.lane(botLane, clean(w.Who)) != noLane:
		if !leftUndone(w) {
			return
		}
		one.what, one.how, one.from = fault, warn, noLane
	case w.Call == "":
		one.to = b.legs.only(clean(w.Who), b.marks, b.d)
	}
	if i := b.put(r, one); one.what == deed {
		b.seen(i, one.to)
	}
}

// note draws what is said over all lanes.
func (b *diagramBuilder) note(r *steps.Record) {
	say := func(what rungKind, mark, ascii, text, how string) {
		b.put(r, rung{what: what, from: noLane, to: noLane, text: b.mark(mark, ascii) + text, how: how})
	}
	switch {
	case r.Probe != nil:
		how := faint
		if !r.Probe.Reached {
			how = bad
		}
		say(note, "↺ ", "? ", clean(r.Probe.Text), how)
	case r.Retry != nil:
		say(stepRepeats, "↻ ", "~ ", b.branch(r)+b.name(r.Step)+" "+retryText(r.Retry), warn)
	case r.Log != nil && r.Log.Level == "error":
		say(note, "✗ ", "x ", clean(r.Log.Text), bad)
	case r.Successor != nil:
		say(note, "↳ ", "> ", successorText(r.Successor), faint)
	case r.Cleanup != nil:
		say(note, "", "", cleanupText(r.Cleanup, b.legs.who(clean(r.Cleanup.Call), b.d.lanes[0].name, b.Style)), faint)
		if leg := b.leg(r.Cleanup.Call); r.Cleanup.Action != "kept" && !strings.HasPrefix(r.Cleanup.Result, "failed") {
			b.marks = append(b.marks, legMark{len(b.d.rungs) - 1, leg, true})
		}
	}
}

// stepEnd closes a step, and says why it failed. A step that holds the one that failed has nothing to add.
func (b *diagramBuilder) stepEnd(r *steps.Record) {
	key, end := stepPlace{r.Step, r.Branch}, r.StepEnd
	begin, ok := b.began[key]
	if !ok {
		begin = len(b.d.rungs)
	}
	delete(b.began, key)
	failed := end.Status == steps.Failed || cutOff(end)
	if end.Status == steps.Passed && b.hears[key] && ok { // that nothing came is what it was for
		b.d.rungs[begin].text += ": nothing that matches in " + duration(end.Took)
		b.d.rungs[begin].told = true
	}
	if failed {
		text := b.mark("✗ ", "x ") + b.branch(r) + b.name(r.Step) + failedText(end)
		how := bad
		if end.Excused {
			text, how = text+" (excused)", warn
		}
		b.put(r, rung{what: stepFails, from: noLane, to: noLane, text: text, how: how})
	}
	s := span{stepPlace{r.Step, r.Branch}, begin, len(b.d.rungs), failed}
	inner := slices.ContainsFunc(b.spans, func(x span) bool { return x.failed && x.begin > s.begin && x.end <= s.end && s.holds(x.stepPlace) })
	if failed && !end.Excused && !inner {
		b.fail(s)
	}
	b.spans = append(b.spans, s)
}

// fail marks the rungs of a step that failed: all that came while it was under way, but not what another branch did.
func (b *diagramBuilder) fail(s span) {
	for i := s.begin; i < s.end; i++ {
		one := &b.d.rungs[i]
		of := one.step == s.stepPlace || s.holds(one.step) || one.step.key == "" && !b.elsewhere(s.branch, one)
		one.failing = one.failing || of
	}
}

// elsewhere says whether a rung may be about what another branch does: it is not about a leg that this one made.
func (b *diagramBuilder) elsewhere(branch string, r *rung) bool {
	if r.from == noLane || branch == "" {
		return false
	}
	for _, i := range []int{r.from, r.to} {
		if owner, ok := b.owner[i]; ok && (owner == branch || owner == "" || strings.HasPrefix(owner, branch+"/")) {
			return false
		}
	}
	return true
}

// holds says whether a step is inside of this one.
func (p stepPlace) holds(inner stepPlace) bool {
	if p.branch != inner.branch {
		return p.branch == "" || strings.HasPrefix(inner.branch, p.branch+"/")
	}
	return strings.HasPrefix(inner.key, p.key+"/")
}

// broken says that a journal ends before its run does, unless the run still goes on.
func (b *diagramBuilder) broken(records []steps.Record) {
	if n := len(records); n > 0 && !b.ended {
		b.put(&steps.Record{At: records[n-1].At}, rung{what: note, from: noLane, to: noLane, text: "here the journal breaks off", how: warn})
	}
}

// hush puts silence where nothing happened for long, and says how much of it.
func (b *diagramBuilder) hush() {
	var out []rung
	moved := make([]int, len(b.d.rungs)+1) // where each rung goes
	for i, r := range b.d.rungs {
		if i > 0 {
			last := b.d.rungs[i-1]
			if gap := r.at.Sub(last.at); gap >= leastSilence {
				out = append(out, rung{at: last.at, what: silence, from: noLane, to: noLane, text: duration(gap) + " of silence", how: faint,
					step: r.step, failing: r.failing && last.failing})
			}
		}
		moved[i] = len(out)
		out = append(out, r)
	}
	moved[len(b.d.rungs)] = len(out)
	b.move(out, moved)
}

// spare leaves out the beginnings of steps in which nothing happened, unless that was what they were for.
func (b *diagramBuilder) spare() {
	empty := map[int]bool{}
	for _, s := range b.spans {
		happened := slices.ContainsFunc(b.d.rungs[s.begin:s.end], func(r rung) bool { return r.what != stepBegins || r.told })
		if !happened && s.begin < s.end {
			empty[s.begin] = true
		}
	}
	var out []rung
	moved := make([]int, len(b.d.rungs)+1)
	for i, r := range b.d.rungs {
		moved[i] = len(out)
		if !empty[i] {
			out = append(out, r)
		}
	}
	moved[len(b.d.rungs)] = len(out)
	b.move(out, moved)
}

// move takes the rungs' new places over.
func (b *diagramBuilder) move(rungs []rung, moved []int) {
	b.d.rungs = rungs
	for i := range b.spans {
		b.spans[i].begin, b.spans[i].end = moved[b.spans[i].begin], moved[b.spans[i].end]
	}
	for i := range b.marks {
		b.marks[i].rung = moved[b.marks[i].rung]
	}
}

// seen notes that a leg is there.
func (b *diagramBuilder) seen(rung, lane int) { b.marks = append(b.marks, legMark{rung, lane, false}) }

// lives finds between which rungs each leg is up: from when it is first seen until it first ends.
func (b *diagramBuilder) lives() {
	for i := range b.d.lanes {
		b.d.lanes[i].from, b.d.lanes[i].to = -1, len(b.d.rungs) // a leg that is up when the run is left off has no end
	}
	for _, m := range slices.Backward(b.marks) {
		l := &b.d.lanes[m.lane]
		if l.kind != legLane {
			continue
		}
		l.from = m.rung
		if m.end {
			l.to = m.rung
		}
	}
}

// leg is the lane of a call, or the service's when the run does not know it.
func (b *diagramBuilder) leg(call string) int {
	if call != "" {
		if i := b.d.lane(legLane, clean(call)); i != noLane {
			return i
		}
	}
	return b.d.service()
}

// title is what a diagram is called: "sequence diagram of Consultative transfer".
func (d *diagram) title() string {
	name := clean(d.about.Scenario)
	if d.about.Row != "" {
		name += " [" + clean(d.about.Row) + "]"
	}
	if name == "" {
		name = "a run"
	}
	return "Sequence diagram of " + name
}

// describe says in a few sentences what a diagram shows, for who cannot see it.
func (d *diagram) describe() string {
	legs, people := d.of(legLane), d.of(personLane)
	text := fmt.Sprintf("%s, from the bot to Graph", plural(len(d.rungs), "row"))
	if len(legs) > 0 {
		var names []string
		for _, i := range legs {
			names = append(names, d.lanes[i].label())
		}
		text += "; " + plural(len(legs), "leg") + ": " + strings.Join(names, ", ")
	}
	if len(people) > 0 {
		var names []string
		for _, i := range people {
			names = append(names, d.lanes[i].name)
		}
		text += "; people: " + strings.Join(names, ", ")
	}
	for _, r := range d.rungs {
		if r.what == stepFails {
			text += ". " + strings.TrimPrefix(strings.TrimPrefix(r.text, "✗ "), "x ")
			break
		}
	}
	return text + "."
}

// label is a lane's name, with who is on it and its id: "leg 1 (Carol → bot, 5c812081)".
func (l *lane) label() string {
	if l.kind != legLane {
		return l.name
	}
	if l.who == "" {
		return l.name + " (" + short(l.id) + ")"
	}
	return l.name + " (" + l.who + ", " + short(l.id) + ")"
}
