package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type updateMetadataParams struct {
	Call string `json:"call" required:"true" call:"true" doc:"The call's id."`
	graph.MetadataBody
}

var updateMetadata = Define[updateMetadataParams, operationOutputs](schema.Verb{
	Name:     "updateMetadata",
	Summary:  "attach data to the bot's place in the roster (legacy)",
	Detail:   "Legacy only; elsewhere a scenario that has it is skipped. Others see it as their roster's `metadata`.",
	Role:     schema.Acts,
	Goals:    operationGoals,
	Dialects: []string{"legacy"},
	Operates: true,
	Example: `updateMetadata:
  call: ${{ meetingCall }}
  metadata: '{"role":"notes"}'`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		checker{at, report}.context(params.(*updateMetadataParams).ClientContext)
	},
}, func(env Env, p *updateMetadataParams) (Outputs, error) {
	p.ClientContext = contextOf(env, p.ClientContext)
	return operate(env, graph.Command{Op: "updateMetadata", Call: p.Call, Body: &p.MetadataBody}, p.ClientContext)
})
