package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

// actionParams are those of an action on a call that takes nothing but a clientContext.
type actionParams struct {
	Call string `json:"call" short:"true" required:"true" call:"true" doc:"The call's id."`
	graph.ContextBody
}

// participantParams are those of an action on a participant that takes nothing but a clientContext.
type participantParams struct {
	Call        string `json:"call" required:"true" call:"true" doc:"The call's id."`
	Participant string `json:"participant" required:"true" doc:"The participant's id in that call, as rosters have it; not the person's."`
	graph.ContextBody
}

var mute = Define[actionParams, operationOutputs](schema.Verb{
	Name:    "mute",
	Summary: "mute the bot itself",
	Detail: "In group calls and meetings only. The service mutes the bot, and the operation is complete at once; the roster follows\n" +
		"with `isMuted: true`.",
	Role:       schema.Acts,
	Goals:      operationGoals,
	Operates:   true,
	Idempotent: true,
	Misnomers:  []string{"muteSelf", "muteMyself", "selfMute"},
	Example:    `mute: ${{ meetingCall }}`,
	Check:      checkAction,
}, runAction("mute"))

func checkAction(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
	switch p := params.(type) {
	case *actionParams:
		checker{at, report}.context(p.ClientContext)
	case *participantParams:
		checker{at, report}.context(p.ClientContext)
	}
}

// runAction runs an action on a call that begins an operation.
func runAction(op string) func(Env, *actionParams) (Outputs, error) {
	return func(env Env, p *actionParams) (Outputs, error) {
		p.ClientContext = contextOf(env, p.ClientContext)
		return operate(env, graph.Command{Op: op, Call: p.Call, Body: &p.ContextBody}, p.ClientContext)
	}
}

// runOnParticipant runs an action on a participant that begins an operation.
func runOnParticipant(op string) func(Env, *participantParams) (Outputs, error) {
	return func(env Env, p *participantParams) (Outputs, error) {
		p.ClientContext = contextOf(env, p.ClientContext)
		return operate(env, graph.Command{Op: op, Call: p.Call, Participant: p.Participant, Body: &p.ContextBody}, p.ClientContext)
	}
}
