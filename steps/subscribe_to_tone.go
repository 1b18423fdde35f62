package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type subscribeToToneParams struct {
	Call string `json:"call" short:"true" required:"true" call:"true" doc:"The call to listen to; its media must be hosted by the service."`
	graph.SubscribeToToneBody
}

var subscribeToTone = Define[subscribeToToneParams, operationOutputs](schema.Verb{
	Name:    "subscribeToTone",
	Summary: "be told of the keys that the other side presses",
	Detail: "From here on each key is an event: await `tone.tone == \"tone1\"`. `tone.sequenceId` rises and orders them. It lasts as\n" +
		"long as the call. `clientContext` is generated when absent.",
	Role:       schema.Acts,
	Goals:      operationGoals,
	Operates:   true,
	Idempotent: true,
	Example:    `subscribeToTone: ${{ p2pCall }}`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		checker{at, report}.context(params.(*subscribeToToneParams).ClientContext)
	},
}, runSubscribeToTone)

func runSubscribeToTone(env Env, p *subscribeToToneParams) (Outputs, error) {
	p.ClientContext = contextOf(env, p.ClientContext)
	return operate(env, graph.Command{Op: "subscribeToTone", Call: p.Call, Body: &p.SubscribeToToneBody}, p.ClientContext)
}
