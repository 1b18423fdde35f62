package runner

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/steps"
)

// legs are the calls known to the run: made, answered, or seen on its callback URI.
type legs struct {
	all    []*leg // oldest first
	missed int    // createCalls whose response was lost
}

// leg is one call as cleanup sees it.
type leg struct {
	id      string
	ringing bool   // incoming, and not answered
	known   bool   // a response named it, or it came in
	by      sender // the step that made or answered it
	ended   bool
	told    bool   // by an event
	gone    string // how the service refused a request about it with 404: `404 8522 "Call not found."`
	failed  string // what became of the last attempt to hang it up

	transfer *deed // accepted, and not at its end as far as the run knows
	hungUp   *deed
	kept     *deed // alive, the last time
	created  *shaping
	invited  *shaping // the first time
}

// at finds or adds a call.
func (l *legs) at(id string) *leg {
	for _, x := range l.all {
		if x.id == id {
			return x
		}
	}
	x := &leg{id: id}
	l.all = append(l.all, x)
	return x
}

// see learns from an event.
func (l *legs) see(e *graph.Event) {
	if e.CallID == "" {
		return
	}
	x := l.at(e.CallID)
	x.settles(e)
	if e.Kind != graph.KindCall {
		return
	}
	switch state := text(object(e.View["call"])["state"]); {
	case state == "terminated", e.ChangeType == "deleted":
		x.ended, x.told = true, true
	case state == "incoming":
		x.ringing = x.ringing || !x.known // told again, it may have been answered meanwhile
		x.known = true
	case state != "" && state != "terminating":
		x.ringing = false
	}
}

// answer learns from the response to a command of by.
func (l *legs) answer(by sender, c graph.Command, r *graph.Reply) {
	id := graph.CanonicalID(c.Call)
	switch ok := r.Status < 300; {
	case (c.Op == "createCall" || c.Op == "request" && r.Status == 201 && id == "") && ok && r.CallID != "":
		x := l.at(r.CallID)
		x.known, x.by = true, by
	case c.Op == "createCall" && ok: // there may be a call, and only its events can name it
		l.missed++
	case id == "":
	case c.Op == "answer" && ok:
		x := l.at(id)
		x.ringing, x.by = false, by
	case (c.Op == "hangUp" || c.Op == "reject" || c.Op == "redirect") && ok,
		r.Status == 404 && (c.Op == "hangUp" || c.Op == "reject" || c.Op == "redirect" || c.Op == "answer" || c.Op == "getCall"):
		x := l.at(id)
		if x.ended = true; r.Status == 404 {
			x.gone = refusedWith(r)
		}
	}
}

// lost learns that a request got no response.
func (l *legs) lost(c graph.Command, err error) {
	if c.Op == "createCall" && ambiguous(err) {
		l.missed++
	}
}

// up are the calls that have not ended, newest first.
func (l *legs) up() (up []*leg) {
	for _, x := range slices.Backward(l.all) {
		if !x.ended {
			up = append(up, x)
		}
	}
	return up
}

// unexplained counts calls that may exist without anything having named them.
func (l *legs) unexplained() int {
	n := l.missed
	for _, x := range l.all {
		if !x.known {
			n--
		}
	}
	return n
}

// lostTime is how long cleanup waits for the first event of a call whose response was lost.
const lostTime = 5 * time.Second

// cleanup hangs up every call of the run that is still up, newest first. It outlives whatever ended the run, except a
// second interrupt.
func (r *run) cleanup(h steps.Host, e *ending) {
	shield, unshield := h.Shield(0)
	defer unshield()
	limit := cmp.Or(r.plan.Defaults.Cleanup, cleanupTime)
	h, end := shield.Scope(limit, &ended{kind: "timeout", why: "cleanup's time of " + steps.Span(limit)})
	defer end(errDone)
	if r.plan.Leak != "keep" {
		r.findLost(h)
	}
	for _, x := range r.legs.all { // a step has found them gone
		if o := r.orphaned(x); o != nil {
			emit(h, "", "", steps.Record{Cleanup: &steps.Cleaned{Call: x.id, Action: "none", Status: 404, Result: "gone already", Orphan: o}})
		}
	}
	var leaked []*leg
	for round, left := 1, r.legs.up(); len(left) > 0; round++ {
		var again []*leg
		var pause time.Duration
		for _, x := range left {
			if x.ended && round == 1 { // in the meantime
				continue
			}
			done, wait := r.tidy(h, x, round)
			if done == nil {
				again, pause = append(again, x), max(pause, wait)
				continue
			}
			emit(h, "", "", steps.Record{Cleanup: done})
			if done.Action == "kept" || strings.HasPrefix(done.Result, "failed") {
				e.left++
			}
			if done.Result != "gone already" {
				leaked = append(leaked, x)
			}
		}
		left = again
		if len(left) > 0 && h.Sleep(pause) != nil {
			round = cleanupRounds // there is no more time: they only say so
		}
	}
	if r.plan.Leak == "fail" && r.stopping.ended == nil && len(leaked) > 0 && e.failure == nil && !e.interrupted {
		e.failure = r.leakFailure(leaked)
	}
}

// leakFailure points at the step of the first leaked call that has one.
func (r *run) leakFailure(leaked []*leg) *steps.Failure {
	var pos schema.Pos
	names := make([]string, len(leaked))
	for i, x := range leaked {
		names[i] = x.name()
		if pos == (schema.Pos{}) {
			pos = x.by.pos
		}
	}
	return &steps.Failure{Kind: "leak", Pos: pos, Excerpt: excerpt(r.plan, pos),
		Text: fmt.Sprintf("%s still up at the end, and leak is fail: %s", calls(len(leaked)), strings.Join(names, ", "))}
}

// name is the call's id, and which step it comes from.
func (x *leg) name() string {
	if x.by.key == "" {
		return x.id
	}
	return fmt.Sprintf("%s of %s (%s:%d)", x.id, x.by.words(), x.by.pos.File, x.by.pos.Line)
}

func calls(n int) string {
	if n == 1 {
		return "1 call was"
	}
	return fmt.Sprintf("%d calls were", n)
}

// findLost waits a little for events of calls whose createCall got no response: they are the only way to learn their ids.
func (r *run) findLost(h steps.Host) {
	until := h.Now().Add(lostTime)
	for pos := r.inbox.pos(); r.legs.unexplained() > 0; pos++ {
		if _, err := r.inbox.next(h, pos, until); err != nil {
			return
		}
	}
}

// Cleanup goes round: a call that is not hung up at once, for the service is slow or throttles, must not keep the others
// from their turn.
const (
	cleanupRounds = 3
	tidyTime      = 5 * time.Second // for one attempt, and the host's grace
)

// cleanupKey is the key of the records of cleanup's requests; a step may have the same.
const cleanupKey = "cleanup"

// tidy makes one attempt to end a call. Nil: another one may do it, after a pause.
func (r *run) tidy(h steps.Host, x *leg, round int) (done *steps.Cleaned, pause time.Duration) {
	if r.plan.Leak == "keep" {
		return &steps.Cleaned{Call: x.id, Action: "kept", Result: "left up, for leak is keep"}, 0
	}
	return r.hangUp(h, x, round)
}

// hangUp is tidy of a call that is to end, whatever the scenario says of calls left up.
func (r *run) hangUp(h steps.Host, x *leg, round int) (done *steps.Cleaned, pause time.Duration) {
	done = &steps.Cleaned{Call: x.id, Action: "hangUp", Result: "hung up"}
	command := graph.Command{Op: "hangUp", Call: x.id}
	if x.ringing {
		done.Action, done.Result = "reject", "rejected"
		command = graph.Command{Op: "reject", Call: x.id, Body: map[string]any{"reason": "none"}}
	}
	switch {
	case x.ended: // an event told what the response did not
		return done, 0
	case round > cleanupRounds:
		done.Result = "failed: " + x.failed
		return done, 0
	}
	scope, end := h.Scope(tidyTime, &ended{kind: "timeout", why: "no answer within " + steps.Span(tidyTime)})
	defer end(errDone)
	reply, err := r.send(scope, sender{key: cleanupKey, cleanup: true, verb: done.Action, attempt: round}, command)
	if reply != nil {
		done.Status = reply.Status
	}
	switch {
	case err == nil:
		return done, 0
	case done.Status == 404:
		done.Result, done.Orphan = "gone already", r.orphaned(x)
		return done, 0
	case x.ringing && (done.Status == 400 || done.Status == 409):
		x.ringing = false // it was answered after all, by a request whose response was lost
		return r.hangUp(h, x, round)
	}
	x.failed = err.Error()
	var unsendable *steps.FailureError
	// After a 401 the next attempt goes with a new token.
	if round < cleanupRounds && !errors.As(err, &unsendable) && (reply == nil || reply.Status == 401 || reply.Status == 429 || reply.Status >= 500) {
		return nil, max(retryAfter(err), 500*time.Millisecond)
	}
	done.Result = "failed: " + x.failed
	return done, 0
}
