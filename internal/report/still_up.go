package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/internal/history"
	"callflow/steps"
)

// upCall is a call that was up when its run was cut short, and what became of it.
type upCall struct {
	id, leg, who string    // who: "bot → Carol"; "" when nobody knows
	state        string    // the last one notified: "established with audio active"; "" when nothing was
	at           time.Time // of that, or of the response that named the call
	fate         fate
	words        string // of the fate
}

// LeftUp are the calls that a run has left up, as far as its journal tells: those that its cleanup could not hang up or kept,
// and of a run that was killed those that were up. The embedded simulator ends with the process, and so do its calls.
func LeftUp(records []steps.Record) (list []history.Left) { return NewRun(records).leftUp() }

func (r *Run) leftUp() (list []history.Left) {
	if r.Status() == brokenOff && r.Start.Simulated && r.Start.Target == embedded {
		return nil
	}
	calls := r.callsUp()
	if _, short := cutAt(r.Records); !short {
		calls = notEnded(r.Records)
	}
	for _, c := range calls {
		if c.fate == stillUp || c.fate == kept {
			list = append(list, history.Left{Call: c.id, Who: c.who, State: c.state, At: c.at, Why: c.words, Kept: c.fate == kept})
		}
	}
	return list
}

// notEnded are the calls that the cleanup of a run which came to an end of its own has told to be up still.
func notEnded(records []steps.Record) (list []upCall) {
	var lanes []lane
	for i := range records {
		did := records[i].Cleanup
		if did == nil {
			continue
		}
		list = slices.DeleteFunc(list, func(c upCall) bool { return c.id == clean(did.Call) })
		if did.Action != "kept" && !notHungUp(did) {
			continue
		}
		if lanes == nil {
			lanes = legLanes(records)
		}
		c := upCall{id: clean(did.Call)}
		for _, l := range lanes {
			if l.id == c.id {
				c.leg, c.who = l.name, l.who
			}
		}
		c.before(records[:i])
		c.cleaned(did)
		list = append(list, c)
	}
	return list
}

// embedded is the simulator within callflow.
const embedded = "simulator"

// fate is what became of a call.
type fate int

const (
	stillUp fate = iota // nobody has hung it up
	kept                // on purpose
	hungUp
	gone // without the run's doing
)

// notHungUp says of an attempt to end a call that it has failed: the call may still be up, and somebody has to look.
func notHungUp(did *steps.Cleaned) bool { return strings.HasPrefix(did.Result, "failed") }

func leftUpWords(n int) string { return plural(n, "call") + " left up" }

// callsUp are the calls that were up when a run was cut short: killed, interrupted, or over the time of the whole. Of a run that
// came to an end of its own there are none.
func callsUp(records []steps.Record) (list []upCall) {
	cut, ok := cutAt(records)
	if !ok {
		return nil
	}
	for _, l := range legLanes(records) {
		c := upCall{id: l.id, leg: l.name, who: l.who, words: "no cleanup has run"}
		if c.before(records[:cut]) {
			c.after(records, cut)
			list = append(list, c)
		}
	}
	return list
}

// callsUp is found once, by whichever report asks first.
func (r *Run) callsUp() []upCall {
	if !r.upKnown {
		r.up, r.upKnown = callsUp(r.Records), true
	}
	return r.up
}

// cutAt is the first record after a run was cut short.
func cutAt(records []steps.Record) (at int, ok bool) {
	var end *steps.RunEnd
	for i := len(records) - 1; i >= 0 && end == nil; i-- { // `callflow hangup` writes behind it
		end = records[i].RunEnd
	}
	if end != nil && end.Status != steps.Interrupted && end.Status != brokenOff && end.CutShort == "" {
		return 0, false
	}
	for i := range records {
		r := &records[i]
		if r.Cleanup != nil || r.Request != nil && r.Request.Cleanup || r.StepEnd != nil && r.StepEnd.CutShort != "" {
			return i, true
		}
	}
	return len(records), true
}

// before learns from the records up to the cut, and says whether the call was up then.
func (c *upCall) before(records []steps.Record) (up bool) {
	over := false
	asked := map[stepPlace]*steps.Sent{}
	for i := range records {
		r := &records[i]
		switch {
		case r.Request != nil:
			asked[stepPlace{r.Step, r.Branch}] = r.Request
		case r.Response != nil && r.Response.Status == 201 && clean(r.Response.Call) == c.id:
			up, c.at = true, r.At
		case r.Response != nil:
			over = over || c.endedBy(asked[stepPlace{r.Step, r.Branch}], r.Response)
		case r.Event != nil && r.Event.Kind == graph.KindCall && r.Event.Refused == "" && clean(r.Event.Call) == c.id:
			over = over || c.ends(r.Event)
			up, c.at, c.state = true, r.At, strings.TrimPrefix(clean(r.Event.Summary), "call ")
		}
	}
	return up && !over
}

// after learns what became of the call from the records from the cut on; what was under way then began before it.
func (c *upCall) after(records []steps.Record, cut int) {
	asked := map[stepPlace]*steps.Sent{}
	names := map[string]string{}
	for i := range records {
		r := &records[i]
		switch {
		case r.StepStart != nil:
			names[r.Step] = stepWords(r.Step, r.StepStart)
		case r.Request != nil:
			asked[stepPlace{r.Step, r.Branch}] = r.Request
		case i < cut:
		case r.Cleanup != nil && clean(r.Cleanup.Call) == c.id:
			c.cleaned(r.Cleanup)
			return
		case r.Response != nil && c.endedBy(asked[stepPlace{r.Step, r.Branch}], r.Response):
			if asked[stepPlace{r.Step, r.Branch}].Cleanup { // which says itself what came of it unless it was killed
				c.fate, c.words = hungUp, "cleanup: hung up"
				break
			}
			c.fate, c.words = hungUp, "hung up by "+names[r.Step]
			return
		case r.Event != nil && clean(r.Event.Call) == c.id && c.ends(r.Event):
			c.fate, c.words = gone, "then "+clean(r.Event.Summary)
			return
		}
	}
}

func (c *upCall) cleaned(did *steps.Cleaned) {
	c.words = whose(did) + ": " + clean(did.Result)
	switch {
	case did.Action == "kept":
		c.fate = kept
	case notHungUp(did):
	case did.Result == "gone already":
		c.fate = gone
	default:
		c.fate = hungUp
	}
}

func (c *upCall) ends(e *steps.Arrived) bool {
	return e.Refused == "" && e.Kind == graph.KindCall && (e.ChangeType == "deleted" || strings.HasPrefix(e.Summary, "call "+graph.StateTerminated))
}

// endedBy says whether a request of the run's ended the call.
func (c *upCall) endedBy(q *steps.Sent, a *steps.Received) bool {
	return q != nil && clean(q.Call) == c.id && slices.Contains([]string{"hangUp", "reject", "redirect"}, q.Verb) && a.Status > 0 && (a.Status < 300 || a.Status == 404)
}

// stillUpLines list the calls that were up when the run was cut short; nil when there were none, or it was not. An id stands whole
// where somebody may have to hang the call up by hand.
func stillUpLines(list []upCall, began time.Time, s Style) (out []string) {
	if list == nil {
		return nil
	}
	out = append(out, "calls that were up when it was cut short:")
	for i := range list {
		c := &list[i]
		mark := s.mark("·", "-")
		if c.fate == stillUp {
			mark = s.paint(bad, s.mark("✗", "x"))
		}
		out = append(out, s.fold(fmt.Sprintf("  %s %9s  ", mark, offset(began, c.at)), s.arrows(c.String()), s.Width, "                ")...)
	}
	return out
}

// String is who is on the call, its id, its last state, and what became of it.
func (c *upCall) String() string {
	text, id := c.leg, short(c.id)
	if c.who != "" {
		text += ", " + c.who
	}
	if c.fate == stillUp || c.fate == kept {
		id = c.id
	}
	state := c.state
	if state == "" {
		state = "nothing was notified of it"
	}
	return fmt.Sprintf("%s [%s]: %s; %s", text, id, state, c.words)
}

// stillUpWords say the same in one line; "" when no call was up.
func stillUpWords(list []upCall) string {
	if list == nil {
		return ""
	}
	var names []string
	count := map[fate]int{}
	for _, c := range list {
		count[c.fate]++
		if c.who != "" {
			names = append(names, c.who)
		}
	}
	were := " were up"
	if len(list) == 1 {
		were = " was up"
	}
	text := plural(len(list), "call") + were
	if names != nil {
		text += " (" + strings.Join(names, ", ") + ")"
	}
	switch left := count[stillUp]; {
	case left == len(list):
		return text + ", not hung up"
	case left > 0:
		return fmt.Sprintf("%s, %d not hung up", text, left)
	case count[kept] > 0:
		return fmt.Sprintf("%s, %d left up for leak is keep", text, count[kept])
	}
	return text + ", and ended then"
}
