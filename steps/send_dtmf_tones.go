package steps

import (
	"fmt"

	"callflow/internal/graph"
	"callflow/schema"
)

type sendDtmfTonesParams struct {
	Call string `json:"call" required:"true" call:"true" doc:"The call to send them into."`
	graph.SendDtmfTonesBody
}

var sendDtmfTones = Define[sendDtmfTonesParams, operationOutputs](schema.Verb{
	Name:    "sendDtmfTones",
	Summary: "press keys in a call, as on a telephone",
	Detail: "The operation's status is `completed` even when it was cancelled or went wrong; `operation.completionReason` tells. Here\n" +
		"only `completedSuccessfully` is the goal completed, any other reason is failed. `clientContext` is generated when absent.",
	Role:     schema.Acts,
	Goals:    operationGoals,
	Operates: true,
	Example: `sendDtmfTones:
  call: ${{ p2pCall }}
  tones: [tone1, tone2, pound]
  delayBetweenTonesMs: 300`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		p := params.(*sendDtmfTonesParams)
		if p.Tones != nil && len(p.Tones) == 0 {
			c.problem("tones is empty: nothing would be sent", "tones")
		}
		if d := p.DelayBetweenTonesMs; d != nil && *d < 0 {
			c.problem(fmt.Sprintf("delayBetweenTonesMs is %d; it cannot be negative", *d), "delayBetweenTonesMs")
		}
		c.context(p.ClientContext)
	},
}, runSendDtmfTones)

func runSendDtmfTones(env Env, p *sendDtmfTonesParams) (Outputs, error) {
	p.ClientContext = contextOf(env, p.ClientContext)
	return operateMedia(env, graph.Command{Op: "sendDtmfTones", Call: p.Call, Body: &p.SendDtmfTonesBody}, p.ClientContext)
}
