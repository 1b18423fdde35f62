package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type getCallParams struct {
	Call string `json:"call" short:"true" required:"true" call:"true" doc:"The call's id."`
}

type getCallOutputs struct {
	Call     graph.Object[graph.Call] `json:"call" doc:"The call."`
	Response ResponseNames            `json:"response" doc:"The response."`
}

var getCall = Define[getCallParams, getCallOutputs](schema.Verb{
	Name:       "getCall",
	Summary:    "read a call from the service",
	Detail:     "A call that has ended is not there any more: 404.",
	Role:       schema.Reads,
	Idempotent: true,
	Example: `getCall: ${{ p2pCall }}
expect: call.state == "established"`,
}, func(env Env, p *getCallParams) (Outputs, error) {
	_, out, err := send(env, graph.Command{Op: "getCall", Call: p.Call})
	return out, err
})
