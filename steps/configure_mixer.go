package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type configureMixerParams struct {
	Call string `json:"call" required:"true" call:"true" doc:"The call's id."`
	graph.ConfigureMixerBody
}

var configureMixer = Define[configureMixerParams, operationOutputs](schema.Verb{
	Name:    "configureMixer",
	Summary: "change what participants hear of each other (beta)",
	Detail: "Beta only; elsewhere a scenario that has it is skipped. Graph's SDKs have dropped it. The levels themselves show in no\n" +
		"notification: all that comes is the end of the operation.",
	Role:     schema.Acts,
	Goals:    operationGoals,
	Dialects: []string{"beta"},
	Operates: true,
	Example: `configureMixer:
  call: ${{ meetingCall }}
  participantMixerLevels:
    - participant: ${{ carolInMeeting }}
      ducking: {rampActive: 50, rampInactive: 50, lowerLevel: 10, upperLevel: 50}
      sourceLevels: [{participant: "${{ doraInMeeting }}", level: 50}]`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		checker{at, report}.context(params.(*configureMixerParams).ClientContext)
	},
}, func(env Env, p *configureMixerParams) (Outputs, error) {
	p.ClientContext = contextOf(env, p.ClientContext)
	return operate(env, graph.Command{Op: "configureMixer", Call: p.Call, Body: &p.ConfigureMixerBody}, p.ClientContext)
})
