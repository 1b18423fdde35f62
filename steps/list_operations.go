package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type listOperationsParams struct {
	Call string `json:"call" short:"true" required:"true" call:"true" doc:"The call's id."`
}

type listOperationsOutputs struct {
	Operations []graph.Object[graph.CommsOperation] `json:"operations" doc:"The call's operations."`
	Response   ResponseNames                        `json:"response" doc:"The response."`
}

var listOperations = Define[listOperationsParams, listOperationsOutputs](schema.Verb{
	Name:       "listOperations",
	Summary:    "read the operations of a call from the service",
	Detail:     "How long the service keeps a finished operation is not documented.",
	Role:       schema.Reads,
	Idempotent: true,
	Example: `listOperations: ${{ meetingCall }}
expect: none(operations, .status == "failed")`,
}, func(env Env, p *listOperationsParams) (Outputs, error) {
	reply, out, err := send(env, graph.Command{Op: "listOperations", Call: p.Call})
	if err != nil {
		return out, err
	}
	out["operations"] = append([]map[string]any{}, reply.List...)
	return out, nil
})
