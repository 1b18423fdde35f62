package steps

import (
	"fmt"

	"callflow/internal/graph"
	"callflow/schema"
)

type inviteParams struct {
	Call string `json:"call" required:"true" call:"true" doc:"The call to invite them to."`
	graph.InviteBody
}

var invite = Define[inviteParams, operationOutputs](schema.Verb{
	Name:    "invite",
	Summary: "invite participants to a call, also by replacing a call they are in",
	Detail: "With `replacesCallId` the participant is moved out of that call into this one: their old call ends by itself, and\n" +
		"its end is an event of its own that comes after `completed`. Only the first participant's is read. It takes a\n" +
		"call's id or its `/…/calls/id` path.\n\n" +
		"An invited person rings for up to 60 s. `clientContext` is generated when absent.",
	Role:     schema.Acts,
	Goals:    operationGoals,
	Operates: true,
	Example: `invite:
  call: ${{ meetingCall }}
  participants:
    - identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}
      replacesCallId: ${{ p2pCall }}`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		p := params.(*inviteParams)
		if p.Participants != nil && len(p.Participants) == 0 {
			c.problem("participants is empty: nobody would be invited", "participants")
		}
		c.atMost(len(p.Participants), 5, "participants")
		for i := range p.Participants {
			n := fmt.Sprint(i)
			c.identity(p.Participants[i].Identity, "participants", n)
			if i > 0 && c.has("participants", n, "replacesCallId") {
				c.problem("replacesCallId is read on the first participant only: invite this one in a step of its own", "participants", n, "replacesCallId")
			}
		}
		c.context(p.ClientContext)
	},
}, runInvite)

func runInvite(env Env, p *inviteParams) (Outputs, error) {
	for i := range p.Participants {
		p.Participants[i].ReplacesCallID = graph.CanonicalID(p.Participants[i].ReplacesCallID)
	}
	p.ClientContext = contextOf(env, p.ClientContext)
	return operate(env, graph.Command{Op: "invite", Call: p.Call, Body: &p.InviteBody}, p.ClientContext)
}
