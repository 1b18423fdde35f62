package runner

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
	"callflow/schema"
	"callflow/schema/expr"
	"callflow/steps"
)

// The kinds of failure of what waits for events.
const (
	failedAwait   = "await"   // nothing matched in time
	failedOutcome = "timeout" // a goal was not reached in time
)

// arrivalLimit is how many arrivals a failure lists: the last ones, and the nearest in any case.
const arrivalLimit = 24

// nearestLimit is how many arrivals a failure explains for each condition.
const nearestLimit = 2

// missed is the failure of an await whose time ran out, or for which nothing can come any more.
func (a *await) missed(why error) *steps.FailureError {
	open := a.open()
	a.unheardOf(why, a.start)
	waited := a.host.Now().Sub(a.began)
	calls := a.unclaimed(open)
	if slices.ContainsFunc(calls, func(e *entry) bool { return !e.At.Before(a.began) }) {
		a.silent = false // the listener has heard of something
	}
	f := &steps.Failure{
		Kind: failedAwait, Pos: open[0].expr.Pos(), Awaited: a.awaited(open), Waited: waited,
		Text: a.missedText(open, waited, why),
	}
	a.tellUnclaimed(f, open, calls)
	a.arrivals(f, open, calls)
	if !a.contradict(f, open) {
		a.allOver(f, open)
	}
	a.nobodyDialled(f, open, calls)
	a.run.undelivered(f, a.host.Now(), a.certainCalls(open)...)
	if errors.Is(why, steps.ErrNothing) {
		f.Hints = append(f.Hints, "nothing is left to happen in the simulated world: no call is under way that could bring the event")
	}
	return &steps.FailureError{Failure: f}
}

func (a *await) missedText(open []condition, waited time.Duration, why error) string {
	within := "within " + steps.Span(waited)
	if errors.Is(why, steps.ErrNothing) {
		within = "and nothing more can happen"
	}
	switch {
	case a.Mode == steps.All:
		return fmt.Sprintf("%d of %d parts did not come %s: %s", len(open), len(a.parts), within, partNames(open))
	case a.Mode == steps.InOrder:
		return fmt.Sprintf("part %q (%d of %d) did not come %s", open[0].name, len(a.found)+1, len(a.parts), within)
	case a.Mode == steps.Any:
		return fmt.Sprintf("none of %s came %s", partNames(open), within)
	case a.Count > 1:
		return fmt.Sprintf("%d of %d events matched %s", len(a.found), a.Count, within)
	}
	return "no event matched " + within
}

func partNames(parts []condition) string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.name
	}
	return strings.Join(names, ", ")
}

// awaited is the text of what was not seen, one line for each part.
func (a *await) awaited(open []condition) string {
	if a.Mode == steps.InOrder {
		open = open[:1]
	}
	lines := make([]string, len(open))
	for i, p := range open {
		if lines[i] = p.expr.Text(); p.name != "" {
			lines[i] = p.name + ": " + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}

// forbidden is the failure of a failOn, never or expectNone that came true.
func (a *await) forbidden(word string, c condition, e *entry) *steps.FailureError {
	why := c.expr.Explain(a.over(e))
	what := summary(e.Event.Event)
	f := &steps.Failure{
		Kind: word, Pos: c.expr.Pos(), Awaited: c.expr.Text(), Waited: a.host.Now().Sub(a.began),
		Expression: &why, Code: a.run.codeOf(e),
	}
	switch word {
	case "never":
		f.Text = mustNever + oneLine(c.expr.Text()) + " (" + what + ")"
	case string(steps.ExpectNot):
		f.Text = "an event came that should not: " + what
		if who := a.run.otherParty(e.CallID); who != "" {
			f.Text += ", of the call with " + who
		}
	default:
		f.Text = fmt.Sprintf("%s came true: %s (%s)", word, oneLine(c.expr.Text()), what)
	}
	if hint := a.run.notMine(e); hint != "" && word != "failOn" {
		f.Hints = append(f.Hints, hint)
	}
	if e.repeat {
		a.run.disturbed(f, a.host.Now(), true, e.CallID)
	}
	a.list(f, map[*entry]steps.Miss{e: {Nearest: true, Why: &why}}, a.start, a.ignored)
	a.run.notKept(f, e)
	return &steps.FailureError{Failure: f}
}

// cutShort is the failure of an expectNone whose step had less time than `for`.
func (a *await) cutShort(end time.Time) *steps.FailureError {
	return &steps.FailureError{Failure: &steps.Failure{
		Kind: string(steps.ExpectNot), Pos: a.step.VerbPos, Awaited: a.parts[0].expr.Text(), Waited: a.host.Now().Sub(a.began),
		Text:  fmt.Sprintf("the step's timeout ended expectNone %s before its `for` of %s was over", end.Sub(a.deadline), a.For),
		Hints: []string{"give the step a timeout that is longer than `for`"},
	}}
}

// arrivals lists what did come, with the reasons why the nearest did not match. Events of which a condition is true, but
// which it could not have, are told in hints.
func (a *await) arrivals(f *steps.Failure, open []condition, unclaimed []*entry) {
	if a.Mode == steps.InOrder {
		open = open[:1]
	}
	notes := map[*entry]steps.Miss{}
	for i, part := range a.parts {
		if e := a.server(i); e != nil {
			notes[e] = steps.Miss{Part: part.name}
		}
	}
	for _, part := range open {
		matching, near := a.nearest(part, slices.Concat(a.run.inbox.entries, unclaimed))
		for _, e := range matching {
			note := notes[e]
			note.Nearest = true
			notes[e] = note
			f.Hints = append(f.Hints, a.passedOver(part, e))
		}
		for _, e := range near {
			why := part.expr.Explain(a.over(e))
			if note, ok := notes[e]; ok && note.Why != nil {
				note.Also = append(note.Also, steps.PartMiss{Part: part.name, Why: &why})
				notes[e] = note
			} else {
				notes[e] = steps.Miss{Nearest: true, Part: part.name, Why: &why}
			}
			if f.Expression == nil {
				f.Expression = &why
			}
			if code := a.run.codeOf(e); f.Code == nil && code != nil && code.Code >= 400 {
				f.Code = code
			}
		}
	}
	a.list(f, notes, a.start, a.ignored, unclaimed...)
	for i := range f.Arrivals {
		if m := &f.Arrivals[i]; m.Unclaimed {
			m.Early = m.At.Before(a.began)
		}
	}
}

// ignored says why the wait does not look at an event, or "".
func (a *await) ignored(e *entry) string {
	switch {
	case e.unclaimed && !e.At.Before(a.since):
		return ""
	case a.Mode == steps.ExpectNot && e.Seq <= a.after:
		return "came before the step began"
	case e.Seq <= a.after:
		return "came before `from: " + a.From + "`"
	case a.Call != "" && e.CallID != a.Call:
		return "is about another call"
	case a.Operation != "" && e.OperationID != a.Operation:
		return "is about another operation"
	case e.repeat && e.claimed == "" && !slices.ContainsFunc(a.parts, func(c condition) bool { return c.repeats }):
		return "is a repeat"
	}
	return ""
}

// nearest are the events that come closest to a condition, oldest first: those it is true of, and of the others those of
// which most conjuncts hold and which are about the same kind of thing; of equals the last ones.
func (a *await) nearest(c condition, entries []*entry) (matching, near []*entry) {
	top := 0
	for _, e := range entries {
		holds, of := c.expr.Nearness(a.over(e))
		ours := e.claimed == a.key
		if holds == of && (!ours || a.Mode != steps.One) {
			matching = append(matching, e)
		}
		if holds == of || ours {
			continue
		}
		score := a.score(c, e, holds)
		if score > top {
			near, top = nil, score
		}
		if score == top && top > 0 {
			near = append(near, e)
		}
	}
	last := func(es []*entry) []*entry { return es[max(0, len(es)-nearestLimit):] }
	return last(matching), last(near)
}

// score ranks an event of which some conjuncts hold: by how many, then by whether it is what the expression speaks of
// and could have been claimed.
func (a *await) score(c condition, e *entry, holds int) int {
	score := 4 * holds
	if e.Kind == subject(c.expr) {
		score += 2
	}
	if score > 0 && a.mayClaim(e) {
		score++
	}
	return score
}

// subject is the kind of event that an expression speaks of.
func subject(e *expr.Expr) graph.EventKind {
	for _, kind := range []graph.EventKind{graph.KindOperation, graph.KindParticipants, graph.KindTone, graph.KindSharing, graph.KindJoining, graph.KindLeft} {
		if e.Mentions(string(kind)) {
			return kind
		}
	}
	return graph.KindCall
}

// passedOver says why an event of which the condition is true was not taken.
func (a *await) passedOver(c condition, e *entry) string {
	what := fmt.Sprintf("event %d (%s) matches", e.Seq, summary(e.Event.Event))
	if c.name != "" {
		what += " " + c.name
	}
	switch {
	case e.unclaimed:
		return a.run.dialled(e) + ", and the call matches, but " + a.whyUnclaimed(c, e)
	case a.run.never != nil && a.run.never.event == e:
		return what + ", but never came true of it, and comes first"
	case e.repeat && !c.repeats:
		return what + ", but it is a repeat: only an expression that mentions `event` sees those"
	case e.claimed != "" && e.claimed != a.key:
		return what + ", but " + e.claimed + " had claimed it; each event is claimed once"
	case e.claimed != "":
		return what + ", but it serves another part of this await"
	case a.Mode == steps.InOrder && len(a.found) > 0 && e.Seq < a.found[len(a.found)-1].Seq:
		return what + fmt.Sprintf(", but it came before %s (event %d)", a.parts[len(a.found)-1].name, a.found[len(a.found)-1].Seq)
	case e.Seq <= a.after:
		return what + ", but it came before `from: " + a.From + "`"
	case a.Call != "" && e.CallID != a.Call:
		return what + ", but it is about call " + e.CallID + ", and this await only looks at " + a.Call
	case a.Operation != "" && e.OperationID != a.Operation:
		return what + ", but it is about operation " + e.OperationID + ", and this await only looks at " + a.Operation
	}
	return what + ", but what it is compared with has changed since it came"
}

// contradict says what has happened that makes an open part impossible: its call has ended, its operation has another
// final status. found: there is such a thing.
func (a *await) contradict(f *steps.Failure, open []condition) (found bool) {
	for _, part := range open {
		call, operation := a.Call, a.Operation
		state, status := "", ""
		layEvent(a.names, nil)
		a.laid = nil
		for _, fix := range part.expr.Fixes(a.names) {
			switch value := text(fix.Value); fix.Path {
			case "call.id":
				call = graph.CanonicalID(value)
			case "call.state":
				state = value
			case "operation.id":
				operation = graph.CanonicalID(value)
			case "operation.status":
				status = value
			}
		}
		for _, e := range a.env.run.inbox.entries {
			switch {
			case e.repeat:
			case call != "" && operation == "" && e.CallID == call && e.Ended() && state != graph.StateTerminated:
				a.contradiction(f, e, fmt.Sprintf("call %s had ended", call))
				found = true
			case operation != "" && e.OperationID == operation && final(e.Event.Event) != "" && status != "" && final(e.Event.Event) != status:
				a.contradiction(f, e, fmt.Sprintf("operation %s had %s already", operation, final(e.Event.Event)))
				found = true
			}
		}
	}
	return found
}

// allOver says that no call was left that could have brought the event.
func (a *await) allOver(f *steps.Failure, open []condition) {
	for _, part := range open {
		if _, ok := incoming(part.expr, a.names); ok {
			return
		}
	}
	if len(a.run.legs.all) == 0 || len(a.run.legs.up()) > 0 {
		return
	}
	var last *entry
	for _, e := range a.run.inbox.entries {
		if e.Ended() && !e.repeat {
			last = e
		}
	}
	if last == nil {
		return
	}
	f.Hints = append(f.Hints, fmt.Sprintf("no call of this run was up any more: the last one to end was %s (event %d: %s)",
		last.CallID, last.Seq, summary(last.Event.Event)))
	if f.Code == nil {
		f.Code = a.run.codeOf(last)
	}
}

func (a *await) contradiction(f *steps.Failure, e *entry, what string) {
	hint := fmt.Sprintf("%s (event %d: %s), so this cannot come any more", what, e.Seq, summary(e.Event.Event))
	for _, have := range f.Hints {
		if have == hint {
			return
		}
	}
	f.Hints = append(f.Hints, hint)
	a.run.notKept(f, e)
	if code := a.run.codeOf(e); code != nil {
		f.Code = code
	}
}

// final is the final status that an operation event carries, or "".
func final(e *graph.Event) string {
	status := text(object(e.View["operation"])["status"])
	if status == graph.StatusCompleted || status == graph.StatusFailed {
		return status
	}
	return ""
}

// list writes the arrivals into a failure, in order; notes has what is to be said of some. began is the inbox's position
// when the wait began, and ignored says why it does not look at an event. unclaimed are listed among them.
func (e *env) list(f *steps.Failure, notes map[*entry]steps.Miss, began uint64, ignored func(*entry) string, unclaimed ...*entry) {
	entries := slices.Concat(e.run.inbox.entries, unclaimed)
	slices.SortStableFunc(entries, func(a, b *entry) int { return a.At.Compare(b.At) })
	left := 0
	for i, entry := range entries {
		miss, noted := notes[entry]
		if !noted && len(entries)-i > arrivalLimit {
			left++
			continue
		}
		miss.Event, miss.At, miss.Summary, miss.Call = entry.Seq, entry.At, summary(entry.Event.Event), entry.CallID
		miss.Early, miss.Ignored, miss.Unclaimed = entry.Seq <= began, ignored(entry), entry.unclaimed
		if entry.claimed != e.key {
			miss.Claimed = entry.claimed
		}
		f.Arrivals = append(f.Arrivals, miss)
	}
	switch {
	case left > 0:
		f.Hints = append(f.Hints, fmt.Sprintf("%d earlier events are not listed; the journal has them", left))
	case len(entries) == 0 && len(e.run.inbox.aside) == 0:
		f.Hints = append(f.Hints, e.run.silence(e.step)...)
	}
}

// silence says what to check when no notification has come in the whole run. A world in memory has no network to check.
func (r *run) silence(s *schema.Step) (hints []string) {
	what := "no notification at all has come in this run"
	if r.Target.Name == "simulator" {
		return []string{what}
	}
	hints = append(hints, what+" on "+r.Target.Callback+": does that lead from the service to this listener? Check callback.publicUrl "+
		"and callback.listen, name, firewall, tunnel or proxy in between, and, for https, that the service trusts the certificate")
	if public, ok := strings.CutSuffix(r.Target.Callback, "/callbacks/"+r.RunID); ok && s.Verb.Role == schema.Watches {
		hints = append(hints, "incoming calls come to the bot's registered address, which must be "+public+"/bots/"+r.Target.Bot.Name)
	}
	return hints
}

// codeOf explains the result that an event carries, if it is not a plain success.
func (r *run) codeOf(e *entry) *steps.Explained {
	info := object(object(e.View["operation"])["resultInfo"])
	if info == nil {
		info = object(object(e.View["call"])["resultInfo"])
	}
	return r.explainCode(resultInfo(info))
}

// explainCode looks a result up in the dictionary of codes; nil for none, and for plain success.
func (r *run) explainCode(info *graph.ResultInfo) *steps.Explained {
	if info == nil || info.Code < 400 && info.Subcode == 0 {
		return nil
	}
	return r.unsupported(explained(r.codes().ExplainResult(info.Code, info.Subcode, info.Message, r.Target.Simulated && !r.madeToFail(info))))
}

// unsupported leaves out of an explanation, on a simulator, the advice to ask the service's support: it knows nothing of the call.
func (r *run) unsupported(x *steps.Explained) *steps.Explained {
	if x == nil || !r.Target.Simulated {
		return x
	}
	advice := func(text string) bool { return text == graph.NextSupport }
	x.Next = slices.DeleteFunc(slices.Clone(x.Next), advice)
	for i := range x.Also {
		x.Also[i].Next = slices.DeleteFunc(slices.Clone(x.Also[i].Next), advice)
	}
	return x
}

// madeToFail says that a fault of the scenario chose a result, so that it stands for the service's own.
func (r *run) madeToFail(info *graph.ResultInfo) bool {
	return r.Scene != nil && slices.ContainsFunc(r.Scene.Faults, func(f world.Fault) bool {
		return f.Fails != nil && f.Fails.Code == info.Code && f.Fails.Subcode == info.Subcode
	})
}

// codes is the dictionary that this run's failures are explained from.
func (r *run) codes() *graph.Dictionary {
	if r.opt.Codes != nil {
		return r.opt.Codes
	}
	return graph.Codes()
}

// explainedFor is explained, of a request of one verb.
func explainedFor(verb string, found []graph.Finding) *steps.Explained {
	for i := range found {
		e := &found[i].Entries[0]
		e.Article = e.Article.For(verb)
	}
	return explained(found)
}

// explained puts the first finding before the others; nil if there is none.
func explained(found []graph.Finding) *steps.Explained {
	var out *steps.Explained
	for _, f := range found {
		e := f.Entries[0]
		x := steps.Explained{Name: f.Text, Status: e.Status, Meaning: e.Meaning, Causes: e.Causes, Next: e.Next, Source: e.Source}
		x.Code, x.Subcode, _ = e.Pair()
		if out == nil {
			out = &x
		} else {
			out.Also = append(out.Also, x)
		}
	}
	return out
}
