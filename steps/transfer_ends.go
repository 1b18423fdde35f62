package steps

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"callflow/internal/graph"
)

// otherEnd looks at a transfer that completed from its other end, and writes down what was seen of it.
func otherEnd(env Env, p *transferParams, t *transferJudge, out Outputs) error {
	var verified []string
	note := func(seen bool, word string) {
		if seen {
			verified = append(verified, word)
		}
	}
	note(t.accepted, transferAcceptedSeen)
	note(ends(env, t.call) != nil, "ended")
	var err error
	if replaced := p.TransferTarget; replaced != nil && replaced.ReplacesCallID != "" && settleTime(p.Settle) > 0 {
		var gone bool
		gone, err = replacedEnds(env, p, t, replaced.ReplacesCallID)
		note(gone, "replaced")
	}
	if p.Transferee != nil && err == nil {
		c := &rosterCheck{call: t.call, who: []*graph.IdentitySet{p.Transferee.Identity}, settle: settleTime(p.Settle), said: t.end}
		err = c.run(env)
		note(err == nil && (c.roster != nil || c.polled != nil) && c.agrees(), "left")
	}
	if err == nil {
		s := findSuccessor(env, t.call, env.Events(true))
		note(s != nil, "successor")
		if s != nil {
			s.text += "; the transfer completed in " + Span(t.end.At.Sub(t.sent))
			out["successor"] = s.outputs()
			env.Succeeded(s.record())
		}
	}
	out["verified"] = verified
	return err
}

const transferAcceptedSeen = "accepted"

// ends is the event that showed a call's end; nil: none did.
func ends(env Env, call string) *Event {
	events := env.Events(false)
	if i := slices.IndexFunc(events, func(e Event) bool { return e.CallID == call && e.Ended() }); i >= 0 {
		return &events[i]
	}
	return nil
}

// replacedEnds waits for the end of the call that a consultative transfer replaces. The pages do not show it; a bot that
// keeps it has the target still with it.
func replacedEnds(env Env, p *transferParams, t *transferJudge, id string) (gone bool, err error) {
	if ends(env, id) != nil {
		return true, nil
	}
	began := env.Host().Now()
	v, err := env.Linger(settleTime(p.Settle), func(e Event) Verdict {
		if e.CallID == id && e.Ended() {
			return Verdict{Goal: terminated}
		}
		return Verdict{}
	})
	if err != nil || v.Goal != "" {
		return v.Goal != "", err
	}
	waited := env.Host().Now().Sub(began)
	reply, err := env.Ask(graph.Command{Op: "getCall", Call: id})
	switch {
	case err != nil:
		return false, err
	case reply.Status == 404:
		env.Log("warning", fmt.Sprintf("call %s, which the transfer replaced, is gone, but nothing told so", id))
		return true, nil
	case reply.Error != nil:
		env.Log("warning", fmt.Sprintf("no end of call %s, which the transfer replaced, came in %s, and it cannot be read (%d)", id, Span(waited), reply.Status))
		return false, nil
	}
	state := text(reply.Call["state"])
	return false, &FailureError{Failure: &Failure{Kind: "contradiction", Reason: ReplacedLegUp, Waited: waited,
		Text:  fmt.Sprintf("the transfer completed, but the call that it replaced still is %s after %s", state, Span(waited)),
		Facts: []Fact{t.end, {At: env.Host().Now(), Text: fmt.Sprintf("call %s, to be replaced: no end was notified; reading it now: %s", id, state)}},
		Hints: []string{"the target may still be connected with the bot; if the service takes longer here, give transfer a longer settle"},
	}}
}

// raced adds to a consultative transfer that failed how the end of the call that it should replace lies to the request.
func raced(env Env, p *transferParams, sent time.Time, err error) error {
	var outcome *OutcomeError
	if p.TransferTarget == nil || p.TransferTarget.ReplacesCallID == "" || !errors.As(err, &outcome) {
		return err
	}
	id := p.TransferTarget.ReplacesCallID
	told := *outcome
	told.Facts = []Fact{{At: sent, Text: "the transfer was sent"}}
	end := ends(env, id)
	if end == nil { // the news of it may be on its way
		_, _ = env.Linger(min(time.Second, settleTime(p.Settle)), func(e Event) Verdict {
			if e.CallID == id && e.Ended() {
				return Verdict{Goal: terminated}
			}
			return Verdict{}
		})
		end = ends(env, id)
	}
	switch {
	case end == nil && picture(env, id) == nil:
		leg, _ := replacedLeg(env, id)
		leg.Text += "; this run has had no such call"
		told.Also = "the call to be replaced, " + id + ", is none of this run's"
		told.Facts = append(told.Facts, leg)
		told.Hints = append(told.Hints, "replacesCallId is the id of the bot's own call with the target: capture it from the createCall that asked them")
	case end == nil:
		leg, up := replacedLeg(env, id)
		told.Facts = append(told.Facts, leg)
		switch {
		case id == graph.CanonicalID(p.Call):
			told.Also = "call and replacesCallId are the same leg"
			told.Hints = append(told.Hints, "call is the leg of whom is transferred, and replacesCallId the bot's own call with the target")
		case up:
			told.Hints = append(told.Hints, "the call to be replaced is up, so it had not ended: see whether the target is on that one, or whether call and replacesCallId are exchanged")
		}
	case tookAlong(end, outcome.Verdict):
		told.Also = "both legs ended with it: the call to be replaced was up until then"
		told.Facts = append(told.Facts, Fact{At: end.At, Event: end.Seq, Text: legText(env, id) + ", to be replaced, ended with the same code: an effect of the failure, and not its cause"})
		told.Hints = append(told.Hints, "nobody is left on either leg: call back who was to be transferred; and before a transfer read the call to be replaced, "+
			"for whether it is still up (getCall)")
	default:
		told.race(env, end, sent, id)
		told.Hints = append(told.Hints, raceHint(told.Verdict, end.At.Sub(sent)))
	}
	if e := decided(env, outcome.Verdict); e != nil {
		told.Facts = append(told.Facts, *e)
	}
	slices.SortStableFunc(told.Facts, func(a, b Fact) int { return a.At.Compare(b.At) })
	return &told
}

// tookAlong says that the end of the call to be replaced is what the failed transfer did, not why it failed: both have the
// same code.
func tookAlong(end *Event, v Verdict) bool {
	have := object(object(end.View["call"])["resultInfo"])
	code, subcode := number(have["code"]), number(have["subcode"])
	return v.Goal == strayed && code >= 400 && code == number(v.ResultInfo["code"]) && subcode == number(v.ResultInfo["subcode"])
}

// raceHint says what a bot can do against such a race. after is when the call ended, from when the request was sent.
func raceHint(v Verdict, after time.Duration) string {
	switch {
	case after <= 0 && after > -time.Millisecond:
		return "the bot had the news when it asked: have it look first, at `calls[theirCall].ended`, and ask somebody else then"
	case after <= 0:
		return fmt.Sprintf("the bot had the news %s before it asked: have it look first, at `calls[theirCall].ended`, and ask somebody else then", Span(-after))
	case v.Goal == refused:
		return "when the bot asked nobody could know: who was to be transferred is back with it, so tell them, or ask somebody else"
	}
	return "when the bot asked nobody could know: call back who was to be transferred"
}

// race says how the end of the call to be replaced lies to the request.
func (e *OutcomeError) race(env Env, end *Event, sent time.Time, id string) {
	when, order := end.At.Sub(sent), "after"
	if !slices.ContainsFunc(env.Events(true), func(e Event) bool { return e.Seq == end.Seq }) {
		when, order = -when, "before"
	}
	e.Reason = ReplacedLegRace
	e.Also = fmt.Sprintf("race: the call to be replaced ended %s %s the transfer was sent", Span(when), order)
	if when < time.Millisecond {
		e.Also = fmt.Sprintf("race: the call to be replaced ended right %s the transfer was sent", order)
	}
	at := Fact{At: end.At, Event: end.Seq, Text: legText(env, id) + ", to be replaced, ended" + howEnded(end)}
	if order == "before" {
		e.Facts = []Fact{at, e.Facts[0]}
	} else {
		e.Facts = append(e.Facts, at)
	}
}

// howEnded is the result with which a call ended, to be put behind it; "" without one.
func howEnded(end *Event) string {
	result := object(object(end.View["call"])["resultInfo"])
	if result == nil {
		return ""
	}
	words := fmt.Sprintf(" with %d/%d", number(result["code"]), number(result["subcode"]))
	if message := text(result["message"]); message != "" {
		words += fmt.Sprintf(" %q", message)
	}
	return words
}

func decided(env Env, v Verdict) *Fact {
	for _, e := range env.Events(true) {
		if e.Seq == v.Event {
			return &Fact{At: e.At, Event: e.Seq, Text: v.Text}
		}
	}
	return nil
}
