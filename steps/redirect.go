package steps

import (
	"fmt"

	"callflow/internal/graph"
	"callflow/schema"
)

type redirectParams struct {
	Call string `json:"call" required:"true" call:"true" doc:"The incoming call's id."`
	graph.RedirectBody
}

var redirect = Define[redirectParams, endOutputs](schema.Verb{
	Name:    "redirect",
	Summary: "send an incoming call on to somebody else",
	Detail: "Only a call that was not answered yet can be redirected, within 15 s. One target is a forward; several ring at\n" +
		"once, and the first to answer gets the call. Each rings for `timeout` seconds (15 to 90).\n\n" +
		"The bot's leg ends when somebody answers; `call.answeredBy` may say who.",
	Role:     schema.Acts,
	Incoming: true,
	Goals:    endGoals,
	Shuns:    []string{"application"},
	Example: `redirect:
  call: ${{ p2pCall }}
  targets: [{identity: {user: {id: 550fae72-d251-43ec-868c-373732c2704f}}}]
  timeout: 60`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		p := params.(*redirectParams)
		if p.Targets != nil && len(p.Targets) == 0 {
			c.problem("targets is empty: the call would go nowhere", "targets")
		}
		c.atMost(len(p.Targets), 25, "targets")
		c.within(p.Timeout, 15, 90, "timeout")
		for i := range p.Targets {
			c.identity(p.Targets[i].Identity, "targets", fmt.Sprint(i))
		}
	},
}, runRedirect)

func runRedirect(env Env, p *redirectParams) (Outputs, error) {
	if p.CallbackURI == "" {
		p.CallbackURI = env.Target().Callback
	}
	return act(env, graph.Command{Op: "redirect", Call: p.Call, Body: &p.RedirectBody},
		func(*graph.Reply) *watched { return ended(graph.CanonicalID(p.Call)) })
}
