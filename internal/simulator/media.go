package simulator

import (
	"slices"

	"callflow/internal/graph"
)

// A mediaLine is what a call plays, records and hears, when the service hosts its media.
type mediaLine struct {
	queue      []*turn    // first in, first out; the first one is going on
	sending    []*sending // tones on their way to the others
	subscribed bool       // to tones
	heard      int        // tones that were told of
}

// A turn is one playPrompt or recordResponse.
type turn struct {
	op      *operation
	prompts []promptBody
	take    *take  // what is recorded once the prompts have been played; nil: nothing is
	stop    func() // of the prompt that is being played
	over    bool
}

// The kinds of operation that media have.
const (
	playing    = "playPromptOperation"
	taping     = "recordOperation"
	sendingOp  = "sendDtmfTonesOperation"
	cancelling = "cancelMediaProcessingOperation"
	listening  = "subscribeToToneOperation"
)

// noMedia says why nothing can be done to a call's media, or nil. done is what is asked: "played to".
func (s *Service) noMedia(c *call, done string) *reply {
	kind, _ := c.media["@odata.type"].(string)
	var r reply
	switch {
	case c.state != established || c.ending:
		r = s.wrongState(c, done, established)
	case c.media == nil || !hostedByService(kind):
		r = s.settings.wrongMedia.with("The call's media are not hosted by the service; it can be " + done + " only with serviceHostedMediaConfig.")
	case c.audio != "active":
		r = s.settings.audioInactive.with("The call's audio is not active; it can be " + done + " once mediaState.audio is active.")
	default:
		return nil
	}
	return &r
}

// hostedByService: 2018 had another name for it, see section legacy of the reference.
func hostedByService(kind string) bool {
	return typed("", kind, "serviceHostedMediaConfig", "serviceMediaConfig") == ""
}

// enqueue puts a turn behind those that a call has.
func (s *Service) enqueue(c *call, t *turn) {
	c.line.queue = append(c.line.queue, t)
	if len(c.line.queue) == 1 {
		s.step(c, firstStep, func() { s.begin(c, t) })
	}
}

// begin is a turn's time having come.
func (s *Service) begin(c *call, t *turn) {
	if t.over || c.ending {
		return
	}
	s.play(c, t, 0)
}

// complete ends the turn that is going on, and begins the next one.
func (s *Service) complete(c *call, t *turn, how result) {
	s.quit(t)
	c.line.queue = slices.DeleteFunc(c.line.queue, func(x *turn) bool { return x == t })
	if t.take != nil {
		t.take.end(s, how)
	}
	s.finish(t.op, how)
	if len(c.line.queue) > 0 {
		s.begin(c, c.line.queue[0])
	}
}

// quit stops the clock of a turn.
func (s *Service) quit(t *turn) {
	t.over = true
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
	if t.take != nil {
		t.take.quit()
	}
}

// abandon stops a turn that does not come to its end. Its operation is still running.
func (s *Service) abandon(t *turn) *operation {
	s.quit(t)
	if t.take != nil {
		t.take.end(s, cancelled)
	}
	return t.op
}

// cutShort takes an operation off its line that ended by a fault, and not by itself.
func (s *Service) cutShort(op *operation) {
	c := op.call
	i := slices.IndexFunc(c.line.queue, func(t *turn) bool { return t.op == op })
	if i < 0 {
		return
	}
	s.abandon(c.line.queue[i])
	c.line.queue = slices.Delete(c.line.queue, i, i+1)
	if i == 0 && len(c.line.queue) > 0 {
		s.begin(c, c.line.queue[0])
	}
}

// hush stops all that a call plays, records and sends. Its operations are still running.
func (s *Service) hush(c *call) (stopped []*operation) {
	stopped = s.bargeIn(c)
	for _, x := range c.line.sending {
		x.stop()
		stopped = append(stopped, x.op)
	}
	c.line.sending = nil
	return stopped
}

// silence is a call losing its audio, as it does once it has been transferred.
func (s *Service) silence(c *call) {
	if c.audio == "" {
		return
	}
	c.audio = "inactive"
	for _, op := range s.hush(c) {
		s.finish(op, cancelled)
	}
}

// cancelMediaProcessing cancels prompts, recordings and tones that are going on or queued; the subscription to tones
// stays. Graph page "call: cancelMediaProcessing". Legacy's `all: false` leaves the queue (ours: its page does not say).
func (s *Service) cancelMediaProcessing(c *call, q *request) reply {
	var b cancelBody
	if e := q.readContext(&b); e != nil {
		return *e
	}
	if e := s.noMedia(c, "silenced"); e != nil {
		return *e
	}
	op := s.newOperation(c, cancelling, b.context())
	var stopped []*operation
	if c.dialect == graph.Legacy && b.All != nil && !*b.All && len(c.line.queue) > 0 {
		stopped = []*operation{s.abandon(c.line.queue[0])}
		c.line.queue = c.line.queue[1:]
		if len(c.line.queue) > 0 {
			next := c.line.queue[0]
			s.step(c, firstStep, func() { s.begin(c, next) })
		}
	} else {
		stopped = s.hush(c)
	}
	s.step(c, firstStep, func() {
		for _, op := range stopped {
			s.finish(op, cancelled)
		}
	})
	return s.atOnce(op)
}

// atOnce answers a request whose operation is completed by the response. Legacy said so in a notification.
func (s *Service) atOnce(op *operation) reply {
	c := op.call
	if c.dialect == graph.Legacy {
		s.follow(c, firstStep, func() note { return s.preview(op) }, func() { s.finish(op, done) })
		return s.taken(op, 202)
	}
	op.status, op.quiet = "completed", true
	return s.taken(op, 0)
}

// taken answers a request with its operation. Legacy's answers are empty: Graph pages of January 2019.
func (s *Service) taken(op *operation, legacyStatus int) reply {
	c := op.call
	rep := reply{status: 200, location: s.root(c) + s.resource(c) + "/operations/" + s.pathID(c, op.id)}
	if c.dialect == graph.Legacy {
		rep.status = legacyStatus
		return rep
	}
	rep.body = s.operationBody(op)
	return rep
}

// reasons are the words of recordCompletionReason by the subcode that goes with them.
var reasons = map[int]string{8508: "operationCanceled", 8514: "stopToneDetected", 8515: "maxRecordDurationReached",
	8509: "maxSilenceTimeout", 8510: "initialSilenceTimeout", 8511: "playPromptFailed"}

// closing tells an operation on media what its end is called. That of tones is completed however it ended, and has no
// resultInfo: Graph page "call: sendDtmfTones".
func (op *operation) closing(how result) {
	switch op.kind {
	case taping:
		op.reason = how.reason
		if op.reason == "" {
			op.reason = reasons[how.subcode]
		}
		if op.reason == "" {
			op.reason = "unspecifiedError"
		}
	case playing, sendingOp:
		op.reason = "completedSuccessfully"
		switch {
		case how.subcode == cancelled.subcode:
			op.reason = "mediaOperationCanceled"
		case how.code >= 400:
			op.reason = "unknown"
		}
		if op.kind == sendingOp {
			op.status, op.result = "completed", nil
		}
	}
}

// ownWords adds what an operation on media has besides the members of all operations.
func (op *operation) ownWords(o obj) {
	d := op.call.dialect
	legacy := d == graph.Legacy
	switch op.kind {
	case sendingOp:
		delete(o, "resultInfo")
		if op.reason != "" {
			o["completionReason"] = op.reason
		}
	case playing:
		if op.reason != "" && d == graph.Beta {
			o["completionReason"] = op.reason
		}
	case taping:
		op.recordingWords(o)
	case cancelling, listening:
		if legacy {
			o["@odata.type"] = typeOf("commsOperation")
		}
	default:
		return
	}
	if legacy && op.status == "completed" { // the pages' examples have only the reason
		delete(o, "resultInfo")
	}
}

// recordingWords: where the recording is, in each dialect's words. Today's pages show the reason only of a recording that
// was cancelled; beta's type has it always.
func (op *operation) recordingWords(o obj) {
	d := op.call.dialect
	location, token := "recordingLocation", "recordingAccessToken"
	if d == graph.Legacy {
		location, token = "recordResourceLocation", "recordResourceAccessToken"
	}
	if op.reason != "" && (d != graph.V1 || op.status == "failed") {
		o["completionReason"] = op.reason
	}
	switch {
	case op.recording != nil:
		o[location], o[token] = op.recording.location, op.recording.token
	case op.status == "running" && d != graph.Legacy:
		o[location] = nil
	case op.status == "failed" && d != graph.Legacy:
		o[location], o[token] = "", ""
	}
}
