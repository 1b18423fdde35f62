package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type listAudioRoutingGroupsParams struct {
	Call string `json:"call" short:"true" required:"true" call:"true" doc:"The call's id."`
}

type listAudioRoutingGroupsOutputs struct {
	AudioRoutingGroups []graph.Object[graph.AudioRoutingGroup] `json:"audioRoutingGroups" doc:"The audio routing groups of the call."`
	Response           ResponseNames                           `json:"response" doc:"The response."`
}

var listAudioRoutingGroups = Define[listAudioRoutingGroupsParams, listAudioRoutingGroupsOutputs](schema.Verb{
	Name:       "listAudioRoutingGroups",
	Summary:    "read the audio routing groups of a call",
	Detail:     "An audio routing group is a private audio route between participants of a group call.",
	Role:       schema.Reads,
	Idempotent: true,
	Example: `listAudioRoutingGroups: ${{ meetingCall }}
expect: any(audioRoutingGroups, .id == "whisper")`,
}, func(env Env, p *listAudioRoutingGroupsParams) (Outputs, error) {
	reply, out, err := send(env, graph.Command{Op: "listAudioRoutingGroups", Call: p.Call})
	return toldAll(out, err, "audioRoutingGroups", reply)
})
