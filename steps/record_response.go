package steps

import (
	"fmt"
	"regexp"
	"strconv"

	"callflow/internal/graph"
	"callflow/schema"
)

type recordResponseParams struct {
	Call string `json:"call" required:"true" call:"true" doc:"The call to record; its media must be hosted by the service."`
	graph.RecordResponseBody
}

var recordResponse = Define[recordResponseParams, operationOutputs](schema.Verb{
	Name:    "recordResponse",
	Summary: "record what the other side says",
	Detail: "First the prompt and the beep are played, then it records until a stop tone is pressed, until the other side has been\n" +
		"silent, or until the longest time; that nobody says a word fails it. `operation` then has `recordingLocation` and\n" +
		"`recordingAccessToken`, with which getRecording fetches the file; journals mask the token. Which end it was is in\n" +
		"`resultInfo.subcode` (8515: the longest time) in v1.0 and beta, and in `operation.completionReason` in beta and legacy.\n\n" +
		"Each time limit is 1 to 120 seconds, and 5 when absent. `clientContext` is generated when absent.",
	Role:     schema.Acts,
	Goals:    operationGoals,
	Operates: true,
	Example: `recordResponse:
  call: ${{ p2pCall }}
  prompts: [{mediaInfo: {uri: "https://cdn.contoso.com/after-the-beep.wav"}}]
  maxRecordDurationInSeconds: 30
  maxSilenceTimeoutInSeconds: 2
  stopTones: ["#"]`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		p := params.(*recordResponseParams)
		c.prompts(p.Prompts, 1)
		c.within(p.InitialSilenceTimeoutInSeconds, 1, 120, "initialSilenceTimeoutInSeconds")
		c.within(p.MaxSilenceTimeoutInSeconds, 1, 120, "maxSilenceTimeoutInSeconds")
		c.within(p.MaxRecordDurationInSeconds, 1, 120, "maxRecordDurationInSeconds")
		for i, tone := range p.StopTones {
			if n := strconv.Itoa(i); tone != "" && !stopTone.MatchString(tone) {
				c.problem(fmt.Sprintf("%q is no stop tone: write the key, as \"#\", \"1\" or \"*\"", tone), "stopTones", n)
			}
		}
		c.context(p.ClientContext)
	},
}, runRecordResponse)

// stopTone is one key, or several one after the other, as the 2018 examples have them.
var stopTone = regexp.MustCompile(`^[0-9*#A-Da-d]+$`)

func runRecordResponse(env Env, p *recordResponseParams) (Outputs, error) {
	if p.Prompts == nil {
		p.Prompts = []graph.MediaPrompt{} // the metadata wants the list there, if empty
	}
	p.ClientContext = contextOf(env, p.ClientContext)
	return operateMedia(env, graph.Command{Op: "recordResponse", Call: p.Call, Body: &p.RecordResponseBody}, p.ClientContext)
}
