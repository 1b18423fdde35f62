package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type audioRoutingGroupParams struct {
	Call              string `json:"call" required:"true" call:"true" doc:"The call's id."`
	AudioRoutingGroup string `json:"audioRoutingGroup" required:"true" doc:"The group's id."`
}

type audioRoutingGroupOutputs struct {
	AudioRoutingGroup graph.Object[graph.AudioRoutingGroup] `json:"audioRoutingGroup" doc:"The group."`
	Response          ResponseNames                         `json:"response" doc:"The response."`
}

var getAudioRoutingGroup = Define[audioRoutingGroupParams, audioRoutingGroupOutputs](schema.Verb{
	Name:       "getAudioRoutingGroup",
	Summary:    "read an audio routing group",
	Detail:     "One that was deleted is not there any more: 404.",
	Role:       schema.Reads,
	Idempotent: true,
	Example: `getAudioRoutingGroup:
  call: ${{ meetingCall }}
  audioRoutingGroup: whisper
expect: audioRoutingGroup.routingMode == "oneToOne"`,
}, func(env Env, p *audioRoutingGroupParams) (Outputs, error) {
	reply, out, err := send(env, graph.Command{Op: "getAudioRoutingGroup", Call: p.Call, Element: p.AudioRoutingGroup})
	return told(out, err, "audioRoutingGroup", reply)
})
