package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type muteAllParams struct {
	Call string `json:"call" short:"true" required:"true" call:"true" doc:"The call's id."`
	graph.MuteAllBody
}

var muteAll = Define[muteAllParams, operationOutputs](schema.Verb{
	Name:    "muteAll",
	Summary: "mute several participants, or all others (beta and legacy)",
	Detail: "Beta and legacy only; in v1.0 a scenario that has it is skipped. Deprecated since 2020, and still there. The roster\n" +
		"follows.",
	Role:       schema.Acts,
	Goals:      operationGoals,
	Dialects:   []string{"beta", "legacy"},
	Operates:   true,
	Idempotent: true,
	Example:    `muteAll: ${{ meetingCall }}`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		checker{at, report}.context(params.(*muteAllParams).ClientContext)
	},
}, func(env Env, p *muteAllParams) (Outputs, error) {
	p.ClientContext = contextOf(env, p.ClientContext)
	return operate(env, graph.Command{Op: "muteAll", Call: p.Call, Body: &p.MuteAllBody}, p.ClientContext)
})
