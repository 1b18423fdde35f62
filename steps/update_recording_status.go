package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type updateRecordingStatusParams struct {
	Call string `json:"call" required:"true" call:"true" doc:"The call's id."`
	graph.RecordingStatusBody
}

var updateRecordingStatus = Define[updateRecordingStatusParams, operationOutputs](schema.Verb{
	Name:    "updateRecordingStatus",
	Summary: "tell the others that the bot records, or does not any more",
	Detail: "For policy-based recording: it must have succeeded before any media are kept. The operation is complete at once; the\n" +
		"roster follows with the bot's `recordingInfo`. Legacy has no such operation.",
	Role:       schema.Acts,
	Goals:      operationGoals,
	Operates:   true,
	Idempotent: true,
	Example: `updateRecordingStatus:
  call: ${{ meetingCall }}
  status: recording`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		checker{at, report}.context(params.(*updateRecordingStatusParams).ClientContext)
	},
}, func(env Env, p *updateRecordingStatusParams) (Outputs, error) {
	p.ClientContext = contextOf(env, p.ClientContext)
	return operate(env, graph.Command{Op: "updateRecordingStatus", Call: p.Call, Body: &p.RecordingStatusBody}, p.ClientContext)
})
