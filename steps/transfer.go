package steps

import (
	"time"

	"callflow/internal/graph"
	"callflow/schema"
)

type transferParams struct {
	Call string `json:"call" required:"true" call:"true" doc:"The established call to transfer."`
	graph.TransferBody
	Settle *time.Duration `json:"settle" doc:"How long the service may take, once the transfer completed, to show its other end; 5s when absent. 0s: that is not looked at. Not sent."`
}

type transferOutputs struct {
	Call      graph.Object[graph.Call] `json:"call" doc:"The transferred call, as the last event about it shows it."`
	Successor succession               `json:"successor" doc:"The call in which it goes on, where this run can see it; absent where it cannot."`
	Verified  []string                 `json:"verified" enum:"accepted,ended,replaced,left,successor" doc:"What has been seen of it. accepted: transferAccepted; ended: the transferred call's end; replaced: the end of the call that was replaced; left: the transferee gone from the roster; successor: the new call."`
	Outcome   string                   `json:"outcome" enum:"transferred,accepted,transferring,refused,ended" doc:"What the transfer came to; ended: the call ended for another reason."`
	Acted
}

// The goals of a transfer.
const (
	transferred  = "transferred"
	transferring = "transferring"
	refused      = "refused"
	strayed      = "ended" // no goal of until: the call ended for another reason
)

var transfer = Define[transferParams, transferOutputs](schema.Verb{
	Name:    "transfer",
	Summary: "connect the other party of a call with somebody else",
	Detail: "Without `replacesCallId` on the target the transfer is blind: the target is called. With it, the bot's call to the\n" +
		"target is handed over (a consultative transfer). `transferee` says whom to transfer out of a group call.\n\n" +
		"The transfer is judged on what arrives after the request was sent. **transferred**: the call ends with subcode 7015\n" +
		"or the reason `AppTransferred`, or without a result after `transferAccepted`; with `transferee`, `transferAccepted`\n" +
		"is enough, because the bot stays. **refused**: the call is back in `established` with a `resultInfo.code` of 400 or\n" +
		"more; `established` alone means nothing.\n\n" +
		"How the bot's calls end when it succeeds, as `resultInfo` or `terminationReason`:\n\n" +
		"| | the transferred call | the call to the target (consultative) |\n" +
		"|---|---|---|\n" +
		"| blind, v1.0 and beta | 0/7015 | |\n" +
		"| consultative, v1.0 and beta | `AppTransferred`, no `resultInfo` | not documented; the simulator says 200/7015 |\n" +
		"| legacy | `AppTransferred` | not documented; the simulator says `AppTransferred` |\n\n" +
		"A scenario that runs in several dialects asks for the goal, or for `calls[id].ended`, not for a code.\n\n" +
		"**The other end.** A transfer that completed is looked at from its other end too, for at most `settle` (5 s), and\n" +
		"`verified` says what was seen:\n\n" +
		"- With `replacesCallId`, that call has to end as well. If it does not, and reading it shows it established, the target is\n" +
		"  still with the bot, and the step fails: `replaced_leg_up`.\n" +
		"- With `transferee`, they have to leave the roster. If they do not, the step fails: `still_on_roster`.\n" +
		"- If the run sees the call in which it goes on, as it does when the target is its own bot and another branch answers,\n" +
		"  `successor` has that call and the rule by which it was recognised, and the journal says so. The rules are those of\n" +
		"  [awaitSuccessor](#awaitsuccessor).\n\n" +
		"A consultative transfer that fails because the call to be replaced had ended, or ended meanwhile, says by how much\n" +
		"(`replaced_leg_race`).\n\n" +
		"**What the bot sees of the target.** Nothing: in a blind transfer her leg is not the bot's, and no notification tells\n" +
		"of it. So a `never` about her call cannot come true. What guards \"she must never be connected\" in every dialect is the\n" +
		"goal: `until: refused`, which fails when the transfer succeeds. `never: call.state == \"transferAccepted\"` does\n" +
		"so in v1.0 and beta only; legacy reports the transfer as an operation, not as a state of the call.\n\n" +
		"**Voicemail.** Transferred to voicemail counts as transferred, and a call that voicemail takes counts as established:\n" +
		"no page of Graph's documentation tells the one from the other, and after a blind transfer the bot hears no more. To\n" +
		"see to it that a person answers, transfer consultatively: call the target first with a step `timeout` shorter than\n" +
		"the time after which their voicemail picks up, and then hand that call over.",
	Role:       schema.Acts,
	BetweenTwo: true,
	Finishes:   true,
	KeptBy:     "transferee",
	Shuns:      []string{"application"},
	Lasts:      []string{accepted, transferring},
	Goals: []schema.Goal{
		{Name: transferred, Doc: "The other party is connected with the target, and the bot's leg has ended."},
		{Name: accepted, Doc: "The service took the request; a later step waits for what comes of it.", Pending: true},
		{Name: transferring, Doc: "The service has begun the transfer.", Pending: true},
		{Name: refused, Doc: "The transfer failed, and the call is back with the bot."},
	},
	Example: `transfer:
  call: ${{ p2pCall }}
  transferTarget: {identity: {user: {id: 550fae72-d251-43ec-868c-373732c2704f}}}`,
	Examples: []schema.Example{
		{Text: "The target declines, which is expected: the call is back with the bot.", YAML: `transfer:
  call: ${{ p2pCall }}
  transferTarget: {identity: {user: {id: 550fae72-d251-43ec-868c-373732c2704f}}}
until: refused
expect: resultInfo.code == 500 && call.state == "established"`},
		{Text: "Consultative, to somebody who answers within 15 s, before voicemail does:", YAML: `- createCall:
    targets: [{identity: {user: {id: 550fae72-d251-43ec-868c-373732c2704f}}}]
  timeout: 15s
  capture: {consultLeg: call.id}
- transfer:
    call: ${{ p2pCall }}
    transferTarget:
      identity: {user: {id: 550fae72-d251-43ec-868c-373732c2704f}}
      replacesCallId: ${{ consultLeg }}`},
	},
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		p := params.(*transferParams)
		if p.TransferTarget != nil {
			c.identity(p.TransferTarget.Identity, "transferTarget")
		}
		if p.Transferee != nil {
			c.identity(p.Transferee.Identity, "transferee")
		}
		c.context(p.ClientContext)
		c.settle(p.Settle)
	},
}, runTransfer)

func runTransfer(env Env, p *transferParams) (Outputs, error) {
	if p.TransferTarget != nil {
		p.TransferTarget.ReplacesCallID = graph.CanonicalID(p.TransferTarget.ReplacesCallID)
	}
	if env.Target().Dialect == graph.Legacy { // today's transfer has no operation, and its action no such parameter
		p.ClientContext = contextOf(env, p.ClientContext)
	}
	sent := env.Host().Now()
	var judge *transferJudge
	out, err := act(env, graph.Command{Op: "transfer", Call: p.Call, Body: &p.TransferBody}, func(r *graph.Reply) *watched {
		judge = &transferJudge{
			call: graph.CanonicalID(p.Call), operation: r.OperationID, context: p.ClientContext,
			stays: p.Transferee != nil, wanted: env.Goal(), sent: sent,
		}
		judge.judge = judge.read
		return &judge.watched
	})
	switch {
	case err != nil:
		return out, raced(env, p, sent, err)
	case env.Goal() != transferred || judge == nil:
		return out, nil
	}
	return out, otherEnd(env, p, judge, out)
}

// transferJudge reads the events of one transfer attempt. Legacy tells of a transfer by an operation whose result has
// the words transferring and transferAccepted as its subcode.
type transferJudge struct {
	watched
	call, operation, context string
	stays                    bool // the bot's leg outlives the transfer
	wanted                   string
	accepted                 bool // transferAccepted was seen
	sent                     time.Time
	end                      Fact // what decided it
}

func (t *transferJudge) read(e Event) Verdict {
	if e.CallID != t.call {
		return Verdict{}
	}
	t.end = Fact{At: e.At, Event: e.Seq, Text: "the transfer completed"}
	switch e.Kind {
	case graph.KindCall:
		return t.readCall(e)
	case graph.KindOperation:
		return t.readOperation(object(e.View["operation"]))
	}
	return Verdict{}
}

func (t *transferJudge) readCall(e Event) Verdict {
	call := t.sawCall(e)
	result := object(call["resultInfo"])
	state := text(call["state"])
	switch {
	case e.Ended():
		return t.ending(call, result)
	case state == graph.StateTransferring:
		return Verdict{Goal: transferring, Text: "call transferring"}
	case state == graph.StateTransferAccepted:
		return t.acceptance()
	case state == graph.StateEstablished && number(result["code"]) >= 400 && t.operation == "":
		// With an operation of its own, that one says so: this may be the late news of a transfer before it.
		return Verdict{Goal: refused, Final: true, ResultInfo: result, Text: "call back in established"}
	}
	return Verdict{}
}

func (t *transferJudge) ending(call, result map[string]any) Verdict {
	// transferring was passed on the way, though its own notification was late or lost.
	goal := transferred
	if t.wanted == transferring {
		goal = transferring
	}
	if hasTransferred(call) || result == nil && t.accepted {
		return Verdict{Goal: goal, Final: true, ResultInfo: result, Text: "call terminated, transferred"}
	}
	return Verdict{Goal: strayed, Final: true, ResultInfo: result, Text: "call terminated"}
}

func (t *transferJudge) acceptance() Verdict {
	t.accepted = true
	if t.stays && t.wanted != transferring {
		return Verdict{Goal: transferred, Final: true, Text: "transfer accepted"}
	}
	return Verdict{Goal: transferring, Text: "transfer accepted"}
}

func (t *transferJudge) readOperation(op map[string]any) Verdict {
	// An operation of this call is taken for the transfer's by its words alone if neither side named it.
	result := object(op["resultInfo"])
	word := text(result["subcodeText"])
	known := t.operation != "" || op["clientContext"] != nil
	if known && !belongs(op, t.operation, t.context) {
		return Verdict{}
	}
	switch {
	case word == graph.StateTransferAccepted:
		return t.acceptance()
	case word == graph.StateTransferring:
		return Verdict{Goal: transferring, Text: "operation transferring"}
	case op["status"] == graph.StatusFailed && known:
		return Verdict{Goal: refused, Final: true, ResultInfo: result, Text: "operation failed"}
	}
	return Verdict{}
}
