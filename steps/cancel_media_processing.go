package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type cancelMediaProcessingParams struct {
	Call string `json:"call" short:"true" required:"true" call:"true" doc:"The call."`
	graph.CancelMediaProcessingBody
}

var cancelMediaProcessing = Define[cancelMediaProcessingParams, operationOutputs](schema.Verb{
	Name:    "cancelMediaProcessing",
	Summary: "end the prompts and recordings of a call",
	Detail: "It cancels what is going on and what is queued, tones that are being sent too. Each of these operations ends by itself\n" +
		"with an event of its own: `failed`, 400/8508. The subscription to tones stays. `clientContext` is generated when absent.",
	Role:     schema.Acts,
	Goals:    operationGoals,
	Operates: true,
	Example:  `cancelMediaProcessing: ${{ p2pCall }}`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		checker{at, report}.context(params.(*cancelMediaProcessingParams).ClientContext)
	},
}, runCancelMediaProcessing)

func runCancelMediaProcessing(env Env, p *cancelMediaProcessingParams) (Outputs, error) {
	p.ClientContext = contextOf(env, p.ClientContext)
	return operate(env, graph.Command{Op: "cancelMediaProcessing", Call: p.Call, Body: &p.CancelMediaProcessingBody}, p.ClientContext)
}
