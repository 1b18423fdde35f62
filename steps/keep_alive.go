package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type keepAliveParams struct {
	Call string `json:"call" short:"true" required:"true" call:"true" doc:"The call's id."`
}

type keepAliveOutputs struct {
	Outcome string `json:"outcome" enum:"accepted" doc:"The service took it."`
	Acted
}

var takenGoals = []schema.Goal{{Name: accepted, Doc: "The service took the request; nothing follows."}}

var keepAlive = Define[keepAliveParams, keepAliveOutputs](schema.Verb{
	Name:    "keepAlive",
	Summary: "tell the service that the bot still wants a call",
	Detail: "Without one in 45 minutes the service ends the call with 408/8537; every 15 minutes is recommended. A call that has\n" +
		"ended already is 404. The legacy API has none, and needs none.",
	Role:       schema.Acts,
	Goals:      takenGoals,
	Idempotent: true,
	Harmless:   func(any) bool { return true },
	Example:    `keepAlive: ${{ p2pCall }}`,
	Examples: []schema.Example{{Text: "A call that lasts an hour, in a scenario with `timeout: 65m`.", YAML: `- createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]}
  capture: {leg: call.id}
- sleep: 30m
- keepAlive: ${{ leg }}
- sleep: 30m
- keepAlive: ${{ leg }}`}},
}, func(env Env, p *keepAliveParams) (Outputs, error) {
	return take(env, graph.Command{Op: "keepAlive", Call: p.Call})
})

// take sends a command of which nothing follows but its response.
func take(env Env, c graph.Command) (Outputs, error) {
	_, out, err := send(env, c)
	if err == nil {
		out["outcome"] = accepted
	}
	return out, err
}
