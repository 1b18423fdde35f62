package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type updateAudioRoutingGroupParams struct {
	Call              string `json:"call" required:"true" call:"true" doc:"The call's id."`
	AudioRoutingGroup string `json:"audioRoutingGroup" required:"true" doc:"The group's id."`
	graph.AudioRoutingGroupBody
}

var updateAudioRoutingGroup = Define[updateAudioRoutingGroupParams, writtenGroupOutputs](schema.Verb{
	Name:       "updateAudioRoutingGroup",
	Summary:    "change who hears whom in an audio routing group",
	Detail:     "What is not said stays as it is.",
	Role:       schema.Acts,
	Goals:      acceptedGoal,
	Idempotent: true,
	Example: `updateAudioRoutingGroup:
  call: ${{ meetingCall }}
  audioRoutingGroup: whisper
  routingMode: multicast
  receivers: ["${{ carolInMeeting }}", "${{ fredInMeeting }}"]`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		if !c.has("routingMode") && !c.has("sources") && !c.has("receivers") {
			c.problem("updateAudioRoutingGroup changes nothing: give routingMode, sources or receivers")
		}
		c.audioGroup(&params.(*updateAudioRoutingGroupParams).AudioRoutingGroupBody)
	},
}, func(env Env, p *updateAudioRoutingGroupParams) (Outputs, error) {
	reply, out, err := send(env, graph.Command{Op: "updateAudioRoutingGroup", Call: p.Call, Element: p.AudioRoutingGroup, Body: &p.AudioRoutingGroupBody})
	return written(out, err, reply)
})
