package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type listParticipantsParams struct {
	Call string `json:"call" short:"true" required:"true" call:"true" doc:"The call's id."`
}

type listParticipantsOutputs struct {
	Participants []graph.Object[graph.Participant] `json:"participants" doc:"The roster; empty for a 1:1 call."`
	Response     ResponseNames                     `json:"response" doc:"The response."`
}

var listParticipants = Define[listParticipantsParams, listParticipantsOutputs](schema.Verb{
	Name:       "listParticipants",
	Summary:    "read the roster of a call from the service",
	Detail:     "The roster of a 1:1 call is empty. A run also keeps the last roster it was notified of: `calls[id].participants`.",
	Role:       schema.Reads,
	Idempotent: true,
	Example: `listParticipants: ${{ meetingCall }}
expect: len(participants) == 2`,
}, func(env Env, p *listParticipantsParams) (Outputs, error) {
	reply, out, err := send(env, graph.Command{Op: "listParticipants", Call: p.Call})
	if err != nil {
		return out, err
	}
	out["participants"] = append([]map[string]any{}, reply.List...)
	return out, nil
})
