package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type deletedOutputs struct {
	Outcome string `json:"outcome" enum:"accepted" doc:"accepted: the service answered."`
	Acted
}

var deleteAudioRoutingGroup = Define[audioRoutingGroupParams, deletedOutputs](schema.Verb{
	Name:       "deleteAudioRoutingGroup",
	Summary:    "end a private audio route",
	Detail:     "Everybody hears the main mix as before.",
	Role:       schema.Acts,
	Goals:      acceptedGoal,
	Idempotent: true,
	Example: `deleteAudioRoutingGroup:
  call: ${{ meetingCall }}
  audioRoutingGroup: whisper`,
}, func(env Env, p *audioRoutingGroupParams) (Outputs, error) {
	_, out, err := send(env, graph.Command{Op: "deleteAudioRoutingGroup", Call: p.Call, Element: p.AudioRoutingGroup})
	if err == nil {
		out["outcome"] = accepted
	}
	return out, err
})
