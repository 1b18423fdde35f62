package runner

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/steps"
)

// contradiction is the kind of failures in which two things that the service said do not go together.
const contradiction = "contradiction"

// Ask implements steps.Env.
func (e *env) Ask(c graph.Command) (*graph.Reply, error) {
	h, end := e.host.Scope(askTime, &ended{kind: "timeout", why: "no answer within " + steps.Span(askTime)})
	defer end(errDone)
	reply, err := e.run.send(h, sender{key: e.key, branch: e.branch, verb: c.Op, attempt: e.attempt, pos: e.step.VerbPos}, c)
	if reply != nil {
		return reply, nil
	}
	return nil, err
}

// askTime is what a request gets that only looks into a failure: the step's own time may be up.
const askTime = 5 * time.Second

// Events implements steps.Env.
func (e *env) Events(window bool) (events []steps.Event) {
	entries := e.run.inbox.entries
	if window {
		entries = entries[e.window:]
	}
	for _, x := range entries {
		if !x.repeat {
			events = append(events, x.Event)
		}
	}
	return events
}

// Transfer implements steps.Env.
func (e *env) Transfer(call string) (step string, sent time.Time, underWay bool) {
	if x := e.run.legs.find(call); x != nil && x.transfer != nil {
		return x.transfer.words(), x.transfer.at, true
	}
	return "", time.Time{}, false
}

// Person implements steps.Env.
func (e *env) Person(id, given string) string {
	id = graph.CanonicalID(id)
	for _, p := range e.run.people {
		if p.ID == id && given == "" {
			return p.Name
		}
	}
	if given == "" {
		return id
	}
	return given
}

// Succeeded implements steps.Env.
func (e *env) Succeeded(s steps.Successor) { e.emit(steps.Record{Successor: &s}) }

// deed is a request of the run's that the service took: which step sent it, and when.
type deed struct {
	step string // in words
	at   time.Time
}

// did learns of requests whose effect is still to come: a transfer, a hang-up, what makes a meeting.
func (l *legs) did(q sending, c graph.Command, r *graph.Reply) {
	if r.Status >= 300 {
		return
	}
	l.shape(q, c, r)
	if c.Op != "transfer" && c.Op != "hangUp" && c.Op != "keepAlive" {
		return
	}
	switch x := l.at(graph.CanonicalID(c.Call)); {
	case c.Op == "keepAlive":
		x.kept = &deed{q.words, q.at}
	case c.Op == "transfer":
		x.transfer = &deed{q.words, q.at}
	case x.hungUp == nil:
		x.hungUp = &deed{q.words, q.at}
	}
}

// find is a call that the run knows; nil: it does not.
func (l *legs) find(id string) *leg {
	for _, x := range l.all {
		if x.id == id {
			return x
		}
	}
	return nil
}

// settles learns from an event whether a transfer came to an end.
func (x *leg) settles(e *graph.Event) {
	call, op := object(e.View["call"]), object(e.View["operation"])
	back := call["state"] == graph.StateEstablished && number(object(call["resultInfo"])["code"]) >= 400
	if back || e.Ended() || e.Kind == graph.KindOperation && op["status"] == graph.StatusFailed {
		x.transfer = nil
	}
}

// hungUpItself says that an event is the end of a call which the run had hung up.
func (r *run) hungUpItself(e *entry) bool {
	x := r.legs.find(e.CallID)
	return x != nil && x.hungUp != nil && e.Ended() && !x.hungUp.at.After(e.At)
}

// notKept says of a call that ended because nobody kept it alive when the run last did.
func (r *run) notKept(f *steps.Failure, e *entry) {
	if number(object(object(e.View["call"])["resultInfo"])["subcode"]) != 8537 {
		return
	}
	x := r.legs.find(e.CallID)
	if x == nil || x.kept == nil {
		know(f, e.At, e.Seq, "this run has sent no keepAlive for the call")
		return
	}
	know(f, x.kept.at, 0, fmt.Sprintf("the last keepAlive was sent by %s, %s before the call ended", x.kept.words(), steps.Span(e.At.Sub(x.kept.at).Round(100*time.Millisecond))))
}

// cutByUs adds to a transfer that ended in nothing that the run itself had hung up before.
func (t *turn) cutByUs(f *steps.Failure, v steps.Verdict) {
	if t.step.Verb.Name != "transfer" || t.reply == nil || v.Event == 0 {
		return
	}
	x, end := t.run.legs.find(t.reply.CallID), t.run.inbox.entries[v.Event-1]
	if x == nil || x.hungUp == nil || !end.Ended() || x.hungUp.at.After(end.At) {
		return
	}
	f.Kind, f.Reason = contradiction, steps.HungUpInTransfer
	f.Text += fmt.Sprintf("; %s had hung up itself, %s before", x.hungUp.words(), steps.Span(end.At.Sub(x.hungUp.at)))
	f.Facts = append(f.Facts,
		steps.Fact{At: x.hungUp.at, Text: "DELETE of call " + t.reply.CallID + " was sent by " + x.hungUp.words()},
		steps.Fact{At: end.At, Event: end.Seq, Text: summary(end.Event.Event)})
}

func (d *deed) words() string { return d.step }

// gone looks into a request that the service refused because it knows no such call, or knows it in another state, while
// the run's last news of the call are that it is established. If reading the call now confirms that it is gone, the
// failure has both.
func (t *turn) gone(err error) error {
	var refused *steps.GraphError
	if !errors.As(err, &refused) || t.step.Verb.Role != schema.Acts {
		return err
	}
	id := refused.Reply.CallID
	last := t.run.established(id)
	if last == nil {
		return err
	}
	back := number(object(object(last.View["call"])["resultInfo"])["code"]) >= 400 // after a transfer that failed
	if status := refused.Reply.Status; status != 404 && !(back && status == 409) {
		return err // a wrong state is most often the step's own fault
	}
	h, end := t.host.Scope(askTime, &ended{kind: "timeout", why: "no answer within " + steps.Span(askTime)})
	defer end(errDone)
	polled, up := t.run.poll(h, sender{key: t.key, branch: t.branch, verb: "getCall", attempt: t.attempts, pos: t.step.VerbPos}, id)
	if up || polled == "" {
		return err
	}
	f := describeError(t, err)
	f.Kind, f.Reason = contradiction, steps.BackButGone
	said := "the service had said that the call is established"
	if back {
		said = "the service had said that the transfer failed and the call is back"
		f.Hints = append(f.Hints, "the transfer's failure ended the call, though nothing told so: who was in it hears nothing any more")
	}
	f.Text += fmt.Sprintf("; but %s (event %d), and nothing has said since that it ended", said, last.Seq)
	f.Facts = append(f.Facts,
		steps.Fact{At: last.At, Event: last.Seq, Text: summary(last.Event.Event)},
		steps.Fact{At: t.host.Now(), Text: fmt.Sprintf("%s is refused with %s", t.step.Verb.Name, refusedWith(refused.Reply))},
		steps.Fact{At: t.host.Now(), Text: "reading the call now: " + polled})
	return &steps.FailureError{Failure: f}
}

// established is the last event that said of a call that it is established, if nothing has said since that it is not.
func (r *run) established(call string) (last *entry) {
	if call == "" || r.calls.ended(call) {
		return nil
	}
	for _, e := range r.inbox.entries {
		state := object(e.View["call"])["state"]
		if e.repeat || e.CallID != call || e.Kind != graph.KindCall || state == nil || state == graph.StateEstablishing { // which may be late
			continue
		}
		if last = nil; state == graph.StateEstablished {
			last = e
		}
	}
	return last
}

// poll reads a call and says in words what came of it; "": nothing did. up: the call is there, and has not ended.
func (r *run) poll(h steps.Host, by sender, call string) (words string, up bool) {
	reply, _ := r.send(h, by, graph.Command{Op: "getCall", Call: call})
	switch {
	case reply == nil:
		return "", false
	case reply.Error != nil:
		return refusedWith(reply), reply.Status != 404
	}
	state := text(reply.Call["state"])
	if state == "" {
		return fmt.Sprintf("%d, without a state", reply.Status), true
	}
	return state, state != graph.StateTerminated
}

// refusedWith is a refused request in few words: `404 8522 "Call not found."`.
func refusedWith(r *graph.Reply) string {
	words := []string{fmt.Sprint(r.Status)}
	if g := r.Error; g != nil {
		if g.Code != "" {
			words = append(words, g.Code)
		}
		if g.Message != "" {
			words = append(words, fmt.Sprintf("%q", g.Message))
		}
	}
	return strings.Join(words, " ")
}

// orphaned is the end of a call that the service does not know any more, although nothing had said that it ended; nil: it
// is none of those.
func (r *run) orphaned(x *leg) *steps.Orphan {
	if x.told || x.gone == "" {
		return nil
	}
	o := &steps.Orphan{Polled: x.gone, Verdict: "ended, and its notification is lost or late"}
	for _, e := range r.inbox.entries {
		if e.CallID == x.id && !e.repeat {
			o.Last, o.LastAt, o.Event = summary(e.Event.Event), e.At, e.Seq
		}
	}
	switch {
	case o.Event == 0 && !x.known: // somebody's, or nobody's: only a question about it has named it
		return nil
	case o.Event == 0:
		o.Verdict = "ended, and nothing was ever notified of it"
	}
	return o
}

// doubtful warns of an await that took an event for established which comes with a result of 400 or more: so looks the
// call after a transfer that failed. What the author asked for is what they get, unless they did not know.
func (a *await) doubtful(e *entry) {
	call := object(e.View["call"])
	info := resultInfo(object(call["resultInfo"]))
	if call["state"] != graph.StateEstablished || info == nil || info.Code < 400 {
		return
	}
	for _, part := range a.parts {
		if strings.Contains(part.expr.Text(), "resultInfo") {
			return
		}
	}
	a.Log("warning", fmt.Sprintf("event %d says established, but with the result %d/%d: so looks the call after a transfer that failed; "+
		"to leave those out, add: && call.resultInfo == nil", e.Seq, info.Code, info.Subcode))
}
