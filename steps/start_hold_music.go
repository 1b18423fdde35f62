package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type startHoldMusicParams struct {
	Call        string `json:"call" required:"true" call:"true" doc:"The call's id."`
	Participant string `json:"participant" required:"true" doc:"The participant's id in that call, as rosters have it; not the person's."`
	graph.StartHoldMusicBody
}

var holdGoals = []schema.Goal{
	{Name: accepted, Doc: "The service took the request: the music plays."},
	{Name: completed, Doc: "The operation completed: the music was stopped."},
	{Name: failed, Doc: "The operation failed."},
}

var startHoldMusic = Define[startHoldMusicParams, operationOutputs](schema.Verb{
	Name:    "startHoldMusic",
	Summary: "put a participant on hold, with music",
	Detail: "Its operation goes on until [stopHoldMusic](#stopholdmusic) ends it, so the step is over when the service has accepted it.\n" +
		"To see that it ended, capture `operation.id` and await its completion. One participant can be on hold at a time. Legacy\n" +
		"has no hold music.",
	Role:     schema.Acts,
	Goals:    holdGoals,
	Operates: true,
	Example: `startHoldMusic:
  call: ${{ meetingCall }}
  participant: ${{ doraInMeeting }}
  customPrompt: {mediaInfo: {uri: "https://cdn.contoso.com/hold.wav"}}
capture: {holdOperation: operation.id}`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		checker{at, report}.context(params.(*startHoldMusicParams).ClientContext)
	},
}, func(env Env, p *startHoldMusicParams) (Outputs, error) {
	p.ClientContext = contextOf(env, p.ClientContext)
	return operate(env, graph.Command{Op: "startHoldMusic", Call: p.Call, Participant: p.Participant, Body: &p.StartHoldMusicBody}, p.ClientContext)
})
