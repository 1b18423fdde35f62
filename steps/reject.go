package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type rejectParams struct {
	Call string `json:"call" short:"true" required:"true" call:"true" doc:"The incoming call's id."`
	graph.RejectBody
}

type endOutputs struct {
	Call    graph.Object[graph.Call] `json:"call" doc:"The call, as the last event about it shows it."`
	Outcome string                   `json:"outcome" enum:"terminated,accepted" doc:"What the call came to."`
	Acted
}

var reject = Define[rejectParams, endOutputs](schema.Verb{
	Name:       "reject",
	Summary:    "reject an incoming call",
	Detail:     "The service waits 15 s for it. `reason` is `none` when absent; what the caller hears for each is not documented.",
	Role:       schema.Acts,
	Incoming:   true,
	Goals:      endGoals,
	Idempotent: true,
	Example: `reject:
  call: ${{ p2pCall }}
  reason: busy`,
}, runReject)

func runReject(env Env, p *rejectParams) (Outputs, error) {
	if p.Reason == "" {
		p.Reason = "none"
	}
	if p.CallbackURI == "" {
		p.CallbackURI = env.Target().Callback
	}
	return act(env, graph.Command{Op: "reject", Call: p.Call, Body: &p.RejectBody},
		func(*graph.Reply) *watched { return ended(graph.CanonicalID(p.Call)) })
}
