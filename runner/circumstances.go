package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/steps"
)

// sending is a request of a turn's as it went out.
type sending struct {
	step  string
	words string    // of the step
	at    time.Time // zero: it never went out
	body  json.RawMessage
	// call and participant are those that its path names.
	call, participant string
	// token is what the token that went along says of itself, if the request was refused for want of a right.
	token *steps.Token
}

// circumstances adds to the failure of an action what it takes to judge it: how it stood with its call, in whose name it
// asked, and how a createCall like it fared before. What contradicts itself has its facts already.
func (t *turn) circumstances(f *steps.Failure, err error) {
	var refused *steps.GraphError
	errors.As(err, &refused)
	switch {
	case t.step.Verb.Role != schema.Acts || f.Reason != "" || t.sent.at.IsZero():
		return
	case f.Kind == "expect" && t.outcome != "":
		t.cameTo(f)
	case refused != nil && t.step.Verb.Name == "transfer" && refused.Reply.Error != nil && refused.Reply.Error.Code == meetingModeCode:
		t.meetingMode(f)
	case refused != nil && refused.Reply.Status == 404:
		t.tooLate(f)
	case refused != nil && refused.Reply.Status == 401:
		t.inWhoseName(f)
	case refused != nil && refused.Reply.Status == 403:
		t.asked(f)
	case f.Kind == "outcome" && t.reply != nil && t.step.Verb.Name == "transfer":
		t.leftMeanwhile(f)
	case f.Kind == "outcome" && t.reply != nil:
		t.establishing(f)
	case f.Kind == "timeout":
		t.unheard(f)
	}
	if t.step.Verb.Name == "createCall" {
		t.likeBefore(f)
	}
}

// know adds a fact to a failure.
func know(f *steps.Failure, at time.Time, event uint64, text string) {
	f.Facts = append(f.Facts, steps.Fact{At: at, Event: event, Text: text})
}

// establishing says how long a call was on its way that was never established.
func (t *turn) establishing(f *steps.Failure) {
	var began, end *entry
	for _, e := range t.run.inbox.entries {
		if e.CallID != t.reply.CallID || e.repeat || e.Kind != graph.KindCall {
			continue
		}
		switch state := object(e.View["call"])["state"]; {
		case state == graph.StateEstablished:
			return
		case state == graph.StateEstablishing && began == nil:
			began = e
		case e.Ended() && end == nil:
			end = e
		}
	}
	if began == nil || end == nil {
		return
	}
	know(f, began.At, began.Seq, summary(began.Event.Event))
	know(f, end.At, end.Seq, fmt.Sprintf("%s, after %s of establishing", summary(end.Event.Event), steps.Span(end.At.Sub(began.At))))
}

// cameTo says of an action whose expect was false what it had come to, and what the code in that means.
func (t *turn) cameTo(f *steps.Failure) {
	text, result := t.doing()+" came to "+t.outcome, resultInfo(t.result)
	if result != nil {
		text += fmt.Sprintf(": %d/%d", result.Code, result.Subcode)
		if result.Message != "" {
			text += " " + strconv.Quote(result.Message)
		}
	}
	know(f, t.host.Now(), 0, text)
	if f.Code == nil {
		f.Code = t.run.explainCode(result)
	}
}

// leftMeanwhile says of a transfer that came to nothing that the one who was being transferred had hung up.
func (t *turn) leftMeanwhile(f *steps.Failure) {
	who := t.run.otherParty(t.reply.CallID)
	for _, e := range t.run.inbox.entries {
		result := object(object(e.View["call"])["resultInfo"])
		left := number(result["subcode"]) == 4521 || number(result["subcode"]) == 540000 // by telephone
		if e.CallID != t.reply.CallID || e.repeat || !e.Ended() || !left || number(result["code"]) != 200 || who == "" {
			continue
		}
		f.Text += fmt.Sprintf("; %s hung up %s after the transfer was sent", who, steps.Span(e.At.Sub(t.sent.at)))
		know(f, t.sent.at, 0, "transfer was sent")
		know(f, e.At, e.Seq, summary(e.Event.Event)+": "+who+" hung up")
		return
	}
}

// unheard reads the call of an action whose goal was not heard of in time: perhaps it was reached, and the news got lost. It
// outlives the scope that may have ended the wait.
func (t *turn) unheard(f *steps.Failure) {
	if t.reply == nil || t.reply.CallID == "" || t.run.calls.ended(t.reply.CallID) || t.excused {
		return
	}
	move := t.step.Verb.Name == "transfer"
	if !move && t.step.Until != graph.StateEstablished {
		return
	}
	shield, unshield := t.host.Shield(0)
	defer unshield()
	h, end := shield.Scope(askTime, &ended{kind: "timeout", why: "no answer within " + steps.Span(askTime)})
	defer end(errDone)
	polled, up := t.run.poll(h, sender{key: t.key, branch: t.branch, verb: "getCall", attempt: t.attempts, pos: t.step.VerbPos}, t.reply.CallID)
	if polled == "" {
		return
	}
	know(f, t.sent.at, 0, t.step.Verb.Name+" was sent, and taken")
	for _, e := range slices.Backward(t.run.inbox.entries) {
		if e.CallID == t.reply.CallID && e.Kind == graph.KindCall && !e.repeat {
			know(f, e.At, e.Seq, "last news of the call: "+summary(e.Event.Event))
			break
		}
	}
	know(f, t.host.Now(), 0, "reading the call now: "+polled)
	inOrder(f)
	switch {
	case move:
		t.underWay(f, polled, up)
	case polled == graph.StateEstablished:
		f.Text += ", though the service says that it has: the notification " + lost(f)
		f.Hints = append(f.Hints, callbackOurs)
	}
}

// callbackOurs is what to look at when news got lost.
const callbackOurs = "is the callback address this bot's own, and does it take what comes? The ladder and the journal have what it refused"

// lost is what became of news that the listener did not hand on: what it refused may have been that.
func lost(f *steps.Failure) string {
	if slices.ContainsFunc(f.Facts, func(x steps.Fact) bool { return strings.HasPrefix(x.Text, theListenerRefused) }) {
		return "may be among what the listener refused"
	}
	return "did not arrive, or was not taken"
}

// accepted says that the turn's call was notified as transferAccepted since the request.
func (t *turn) accepted() bool {
	return slices.ContainsFunc(t.run.inbox.entries, func(e *entry) bool {
		return e.CallID == t.reply.CallID && !e.At.Before(t.sent.at) && object(e.View["call"])["state"] == graph.StateTransferAccepted
	})
}

// underWay says how it stands with a transfer that was not heard to end, as far as reading its call tells.
func (t *turn) underWay(f *steps.Failure, polled string, up bool) {
	target := "the target"
	var body struct {
		TransferTarget map[string]any `json:"transferTarget"`
	}
	if json.Unmarshal(t.sent.body, &body) == nil && t.run.whom(body.TransferTarget) != "" {
		target = t.run.whom(body.TransferTarget)
	}
	switch {
	case !up:
		f.Text += "; the service knows the call no more: it has ended, and the news of how " + lost(f)
		hint := "whether " + target + " has taken the call or it was cut off, only the notification tells: ask one of the two"
		if t.accepted() {
			hint = target + " had answered (transferAccepted); whether the two were connected then, only the notification tells"
		}
		f.Hints = append(f.Hints, hint, callbackOurs)
	case polled == graph.StateTransferring:
		f.Text += "; the service says that it goes on: " + target + " has neither answered nor declined"
		if t.limit > 0 && t.limit < ringTime {
			f.Hints = append(f.Hints, fmt.Sprintf("who a call is transferred to rings for up to %s: the default timeout, %s, waits for what comes of it",
				steps.Span(ringTime), steps.Span(actTime)))
		}
	case polled == graph.StateTransferAccepted:
		f.Text += "; the service says that " + target + " has answered, and the call has not ended yet"
	case polled == graph.StateEstablished:
		f.Text += "; the service says that the call is established: the transfer was refused, or never began, and the news of it " + lost(f)
		f.Hints = append(f.Hints, callbackOurs)
	}
}

// answerTime is how long an application may take to answer, reject or redirect a call (Graph page "call: answer").
const answerTime = 15 * time.Second

// recordingTime is the same for a call that a recording policy brings (the same page).
const recordingTime = 5 * time.Second

// timeToAnswer is how long an application may take for this incoming call.
func timeToAnswer(came *entry) time.Duration {
	if observed := object(object(came.View["call"])["incomingContext"])["observedParticipantId"]; text(observed) != "" {
		return recordingTime
	}
	return answerTime
}

// tooLate says how an answer that finds no call compares with when the call came, and when it ended.
func (t *turn) tooLate(f *steps.Failure) {
	id := ""
	if t.reply != nil {
		id = t.reply.CallID
	}
	var came, end *entry
	for _, e := range t.run.inbox.entries {
		switch {
		case e.CallID != id || e.repeat || e.Kind != graph.KindCall:
		case object(e.View["call"])["state"] == graph.StateIncoming && came == nil:
			came = e
		case e.Ended() && end == nil:
			end = e
		}
	}
	if !slices.Contains([]string{"answer", "reject", "redirect"}, t.step.Verb.Name) {
		t.afterTheEnd(f, end)
		return
	}
	if came == nil {
		return
	}
	know(f, came.At, came.Seq, summary(came.Event.Event)+handled(came))
	late, sent := t.lateness(f, came, end)
	switch {
	case end == nil:
		know(f, t.sent.at, 0, sent)
	case end.At.After(t.sent.at):
		know(f, t.sent.at, 0, sent)
		know(f, end.At, end.Seq, summary(end.Event.Event)+t.crossed(end))
	default:
		before := fmt.Sprintf("%s before the %s", steps.Span(t.sent.at.Sub(end.At)), t.step.Verb.Name)
		if late > timeToAnswer(came) {
			f.Text += "; too late: the call had ended " + before
		} else {
			f.Text += "; the call had ended " + before
		}
		know(f, end.At, end.Seq, summary(end.Event.Event)+resultMessage(end)+", "+before+t.crossed(end))
		know(f, t.sent.at, 0, sent)
	}
	if late > timeToAnswer(came) {
		f.Hints = append(f.Hints, "is it the first call after a quiet time only? Then the bot starts too slowly (cold start): keep it warm")
	}
}

// afterTheEnd says of a request about a call that had ended when and how it did.
func (t *turn) afterTheEnd(f *steps.Failure, end *entry) {
	if end == nil {
		return
	}
	said := summary(end.Event.Event) + resultMessage(end)
	if ago := t.sent.at.Sub(end.At); ago >= 0 {
		f.Text += fmt.Sprintf("; the call had ended %s before: %s", steps.Span(ago), said)
	} else {
		f.Text += fmt.Sprintf("; the call ended meanwhile: %s", said)
	}
	know(f, end.At, end.Seq, said)
	know(f, t.sent.at, 0, t.step.Verb.Name+" was sent")
	t.run.notKept(f, end)
	inOrder(f)
	if code := t.run.codeOf(end); code != nil {
		f.Code = code
	}
}

// resultMessage is the message of the result that an event about a call carries, to be put behind it; "" without one.
func resultMessage(e *entry) string {
	if message := text(object(object(e.View["call"])["resultInfo"])["message"]); message != "" {
		return " " + strconv.Quote(message)
	}
	return ""
}

// lateness is how long after the call began the answer was sent, and that in words: as the service has it where that is
// known, otherwise worked out from when it gave the call up.
func (t *turn) lateness(f *steps.Failure, came, end *entry) (late time.Duration, sent string) {
	late = t.sent.at.Sub(came.At)
	sent = fmt.Sprintf("%s was sent, %s after the call was notified", t.step.Verb.Name, steps.Span(late))
	limit := fmt.Sprintf("; an application has %s", steps.Span(timeToAnswer(came)))
	if timeToAnswer(came) == recordingTime {
		limit += " for a call of policy-based recording"
	}
	if d := came.Delivery; d != nil && !d.Sent.IsZero() {
		late = t.sent.at.Sub(d.Sent)
		return late, sent + fmt.Sprintf(", and %s after it began", steps.Span(late)) + limit
	}
	way := timeOnWay(came, end)
	if way == 0 {
		return late, sent + limit
	}
	f.Hints = append(f.Hints, fmt.Sprintf("the call ended %s after its notification came, and not %s: so the notification was some %s on its way, or the "+
		"bot's webhook took so long to take it. The service waits %s for a webhook", steps.Span(end.At.Sub(came.At)), steps.Span(timeToAnswer(came)), steps.Span(way), steps.Span(webhookTime)))
	late += way
	return late, sent + fmt.Sprintf(", and some %s after it began", steps.Span(late)) + limit
}

// handled says how long the webhook took for a notification, as far as anybody measured it.
func handled(e *entry) string {
	d := e.Delivery
	if d == nil || d.Status == 0 {
		return ""
	}
	if d.Took == 0 {
		return fmt.Sprintf("; the webhook answered %d at once", d.Status)
	}
	words := fmt.Sprintf("; the webhook answered %d after %s", d.Status, steps.Span(d.Took))
	if d.Took > webhookTime {
		words += fmt.Sprintf(", and the service waits %s", steps.Span(webhookTime))
	}
	return words
}

// crossed says when the news that a call has ended was sent: before the request, although it may have come after it.
func (t *turn) crossed(end *entry) string {
	if d := end.Delivery; d != nil && !d.Sent.IsZero() && d.Sent.Before(t.sent.at) {
		return fmt.Sprintf("; it was on its way before the %s: sent at %s", t.step.Verb.Name, t.run.since(d.Sent))
	}
	return ""
}

// webhookTime is how long the service waits for a webhook (ours: the pages do not say; bots were seen to be given up).
const webhookTime = 5 * time.Second

// timeOnWay is how long before its notification came a call must have begun that ended unanswered at the end of its time;
// 0: it did not, or there is nothing to be seen of it.
func timeOnWay(came, end *entry) time.Duration {
	if end == nil {
		return 0
	}
	code := number(object(object(end.View["call"])["resultInfo"])["code"])
	if left := timeToAnswer(came) - end.At.Sub(came.At); (code == 408 || code == 480) && left >= time.Second {
		return left.Round(100 * time.Millisecond)
	}
	return 0
}

// asked says in whose name a refused call was asked for.
func (t *turn) asked(f *steps.Failure) {
	if t.step.Verb.Name != "createCall" {
		t.aimed(f)
		return
	}
	var body struct {
		TenantID string `json:"tenantId"`
		Source   struct {
			Identity map[string]any `json:"identity"`
		} `json:"source"`
	}
	if json.Unmarshal(t.sent.body, &body) != nil {
		return
	}
	own := t.inWhoseName(f)
	switch tenant := graph.CanonicalID(body.TenantID); {
	case tenant == "":
		know(f, t.sent.at, 0, "it asks for a call in no tenant: it has no tenantId")
	case tenant == own:
		know(f, t.sent.at, 0, "it asks for a call in the same tenant (tenantId)")
	default:
		know(f, t.sent.at, 0, "it asks for a call in another tenant: tenantId "+tenant)
	}
	source := "it names no source: the application itself calls"
	for _, kind := range slices.Sorted(maps.Keys(body.Source.Identity)) {
		if one := object(body.Source.Identity[kind]); one["id"] != nil {
			source = fmt.Sprintf("its source is the %s %s", kind, text(one["id"]))
		}
	}
	know(f, t.sent.at, 0, source)
}

// aimed says in whose name a refused request was asked for, and as what the targets of a transfer or redirect were named.
func (t *turn) aimed(f *steps.Failure) {
	type target struct {
		Identity map[string]any `json:"identity"`
	}
	var body struct {
		TransferTarget *target  `json:"transferTarget"`
		Targets        []target `json:"targets"`
	}
	if json.Unmarshal(t.sent.body, &body) != nil {
		return
	}
	if body.TransferTarget != nil {
		body.Targets = append(body.Targets, *body.TransferTarget)
	}
	t.inWhoseName(f)
	for _, x := range body.Targets {
		for _, kind := range slices.Sorted(maps.Keys(x.Identity)) {
			one := object(x.Identity[kind])
			if one["id"] == nil {
				continue
			}
			said := fmt.Sprintf("its target is named as %s %s", kind, text(one["id"]))
			if tenant := text(one["tenantId"]); tenant != "" {
				said += " of tenant " + tenant
			} else {
				said += ", without a tenant"
			}
			know(f, t.sent.at, 0, said)
			if kind == "application" {
				f.Hints = append(f.Hints, "if that is a resource account, name it as applicationInstance, by its object id")
			}
		}
	}
}
