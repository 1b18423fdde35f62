package runner

import (
	"errors"
	"fmt"
	"time"

	"callflow/steps"
)

// Follow implements steps.Env. The judge sees the events of the attempt's window in order, repeats left out, claimed or
// not, and claims nothing.
func (e *env) Follow(judge steps.Judge) (steps.Verdict, error) {
	b := e.run.inbox
	f := &following{env: e, judge: judge}
	for _, entry := range b.entries[e.window:] {
		if f.offer(entry) {
			return f.end()
		}
	}
	w := &waiter{key: e.key, order: e.order, offer: f.offer, wants: f.offer}
	began := e.host.Now()
	if err := b.wait(e.host, w, e.deadline); err != nil {
		switch {
		case expires(err):
			err = e.unreached(err, began)
		case limited(err):
			err = &steps.CutError{Err: err, Failure: e.unreached(err, began).Failure}
		}
		return f.last, err
	}
	return f.end()
}

// following is one wait for a goal.
type following struct {
	*env
	judge   steps.Judge
	last    steps.Verdict // the last one that said anything
	reached bool
}

// offer says whether the event decides: the wanted goal, or another one after which that cannot come.
func (f *following) offer(e *entry) bool {
	if e.repeat {
		return false
	}
	v := f.judge(e.Event)
	if v.Goal == "" {
		return false
	}
	v.Event = e.Seq
	f.last = v
	f.reached = v.Goal == f.Goal()
	return f.reached || v.Final
}

func (f *following) end() (steps.Verdict, error) {
	f.env.reached(f.last)
	if f.reached && f.last.Against != "" {
		return f.last, f.against()
	}
	if f.reached {
		return f.last, nil
	}
	return f.last, &steps.OutcomeError{Verb: f.step.Verb.Name, Wanted: f.Goal(), Verdict: f.last, Reason: f.last.Reason}
}

// against is the failure of a goal that an event states and speaks against at the same time.
func (f *following) against() error {
	v, e := f.last, f.run.inbox.entries[f.last.Event-1]
	return &steps.FailureError{Failure: &steps.Failure{
		Kind: contradiction, Reason: v.Reason, Pos: f.step.VerbPos, Code: f.run.codeOf(e),
		Text:  fmt.Sprintf("%s reached %s, but %s", f.step.Verb.Name, v.Goal, v.Against),
		Facts: []steps.Fact{{At: e.At, Event: e.Seq, Text: summary(e.Event.Event)}},
	}}
}

// Linger implements steps.Env.
func (e *env) Linger(limit time.Duration, judge steps.Judge) (steps.Verdict, error) {
	var last steps.Verdict
	look := func(x *entry) bool {
		if x.repeat {
			return false
		}
		if last = judge(x.Event); last.Goal == "" {
			return false
		}
		last.Event = x.Seq
		return true
	}
	b := e.run.inbox
	for _, x := range b.entries[e.window:] {
		if look(x) {
			return last, nil
		}
	}
	until := e.host.Now().Add(limit)
	if !e.deadline.IsZero() && e.deadline.Before(until) {
		until = e.deadline
	}
	err := b.wait(e.host, &waiter{key: e.key, order: e.order, offer: look, wants: look}, until)
	if expires(err) {
		return steps.Verdict{}, nil
	}
	return last, err
}

// unreached is the failure of a goal that was not reached in time.
func (e *env) unreached(why error, began time.Time) *steps.FailureError {
	e.unheardOf(why, e.window)
	waited := e.host.Now().Sub(began)
	f := &steps.Failure{
		Kind: failedOutcome, Pos: e.step.VerbPos, Awaited: e.step.Verb.Name + " " + e.Goal(), Waited: waited,
		Text: fmt.Sprintf("%s was accepted, but did not reach %s", e.step.Verb.Name, e.Goal()),
	}
	switch {
	case errors.Is(why, steps.ErrNothing):
		f.Text += ", and nothing more can happen"
	case limited(why):
		f.Text += " within " + steps.Span(waited)
	default:
		f.Text += " within its timeout of " + steps.Span(e.limit)
	}
	if e.reply != nil && e.reply.CallID != "" {
		e.run.undelivered(f, e.host.Now(), e.reply.CallID)
	} else {
		e.run.undelivered(f, e.host.Now())
	}
	e.list(f, nil, e.window, func(x *entry) string {
		if x.Seq <= e.window {
			return "came before the request was sent"
		}
		return ""
	})
	if e.reply != nil && e.run.calls.ended(e.reply.CallID) {
		f.Hints = append(f.Hints, fmt.Sprintf("call %s has ended", e.reply.CallID))
		for _, entry := range e.run.inbox.entries {
			if entry.CallID == e.reply.CallID && f.Code == nil && entry.Ended() {
				f.Code = e.run.codeOf(entry)
			}
		}
	}
	if e.step.Verb.Name == "invite" && e.limit < ringTime && e.limit > 0 {
		f.Hints = append(f.Hints, fmt.Sprintf("who is invited rings for up to %s: the default timeout, %s, waits for what comes of it", steps.Span(ringTime), steps.Span(actTime)))
	}
	return &steps.FailureError{Failure: f}
}

// ringTime is how long somebody rings who is invited. Graph page "participant: invite"; reported in issues.
const ringTime = time.Minute
