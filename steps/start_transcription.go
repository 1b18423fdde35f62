package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type transcriptionParams struct {
	Call string `json:"call" short:"true" required:"true" call:"true" doc:"The call's id."`
	graph.TranscriptionBody
}

func checkTranscription(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
	checker{at, report}.context(params.(*transcriptionParams).ClientContext)
}

func runTranscription(op string) func(Env, *transcriptionParams) (Outputs, error) {
	return func(env Env, p *transcriptionParams) (Outputs, error) {
		p.ClientContext = contextOf(env, p.ClientContext)
		return operate(env, graph.Command{Op: op, Call: p.Call, Body: &p.TranscriptionBody}, p.ClientContext)
	}
}

var startTranscription = Define[transcriptionParams, operationOutputs](schema.Verb{
	Name:     "startTranscription",
	Summary:  "begin to transcribe a meeting (beta)",
	Detail:   "Beta only; elsewhere a scenario that has it is skipped. The call tells of it: `call.transcription.state`.",
	Role:     schema.Acts,
	Goals:    operationGoals,
	Dialects: []string{"beta"},
	Operates: true,
	Example: `startTranscription:
  call: ${{ meetingCall }}
  language: en-us`,
	Check: checkTranscription,
}, runTranscription("startTranscription"))
