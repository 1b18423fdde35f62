package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type getOperationParams struct {
	Call      string `json:"call" required:"true" call:"true" doc:"The call that the operation belongs to."`
	Operation string `json:"operation" required:"true" operation:"true" doc:"The operation's id."`
}

type getOperationOutputs struct {
	Operation graph.Object[graph.CommsOperation] `json:"operation" doc:"The operation."`
	Response  ResponseNames                      `json:"response" doc:"The response."`
}

var getOperation = Define[getOperationParams, getOperationOutputs](schema.Verb{
	Name:       "getOperation",
	Summary:    "read an operation from the service",
	Detail:     "How long the service keeps a finished operation is not documented.",
	Role:       schema.Reads,
	Idempotent: true,
	Example: `getOperation:
  call: ${{ meetingCall }}
  operation: ${{ inviteOperation }}`,
}, func(env Env, p *getOperationParams) (Outputs, error) {
	_, out, err := send(env, graph.Command{Op: "getOperation", Call: p.Call, Operation: p.Operation})
	return out, err
})
