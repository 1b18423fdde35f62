package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type getContentSharingSessionParams struct {
	Call                  string `json:"call" required:"true" call:"true" doc:"The call's id."`
	ContentSharingSession string `json:"contentSharingSession" required:"true" doc:"The session's id."`
}

type getContentSharingSessionOutputs struct {
	ContentSharingSession graph.Object[graph.ContentSharingSession] `json:"contentSharingSession" doc:"The session."`
	Response              ResponseNames                             `json:"response" doc:"The response."`
}

var getContentSharingSession = Define[getContentSharingSessionParams, getContentSharingSessionOutputs](schema.Verb{
	Name:       "getContentSharingSession",
	Summary:    "read one content sharing session",
	Detail:     "One that has ended is not there any more: 404. Who presents is told by beta only. Legacy has no content sharing sessions.",
	Role:       schema.Reads,
	Idempotent: true,
	Example: `getContentSharingSession:
  call: ${{ meetingCall }}
  contentSharingSession: ${{ session }}`,
}, func(env Env, p *getContentSharingSessionParams) (Outputs, error) {
	reply, out, err := send(env, graph.Command{Op: "getContentSharingSession", Call: p.Call, Element: p.ContentSharingSession})
	return told(out, err, "contentSharingSession", reply)
})
