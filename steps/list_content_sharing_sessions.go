package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type listContentSharingSessionsParams struct {
	Call string `json:"call" short:"true" required:"true" call:"true" doc:"The call's id."`
}

type listContentSharingSessionsOutputs struct {
	ContentSharingSessions []graph.Object[graph.ContentSharingSession] `json:"contentSharingSessions" doc:"What is being shown in the call."`
	Response               ResponseNames                               `json:"response" doc:"The response."`
}

var listContentSharingSessions = Define[listContentSharingSessionsParams, listContentSharingSessionsOutputs](schema.Verb{
	Name:    "listContentSharingSessions",
	Summary: "read what is being shown in a call",
	Detail: "A call that was created or answered with `callOptions: {isContentSharingNotificationEnabled: true}` is also told:\n" +
		"`sharing` in an await. Legacy has no content sharing sessions.",
	Role:       schema.Reads,
	Idempotent: true,
	Example: `listContentSharingSessions: ${{ meetingCall }}
expect: len(contentSharingSessions) == 1`,
}, func(env Env, p *listContentSharingSessionsParams) (Outputs, error) {
	reply, out, err := send(env, graph.Command{Op: "listContentSharingSessions", Call: p.Call})
	return toldAll(out, err, "contentSharingSessions", reply)
})
