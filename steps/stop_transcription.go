package steps

import "callflow/schema"

var stopTranscription = Define[transcriptionParams, operationOutputs](schema.Verb{
	Name:     "stopTranscription",
	Summary:  "end the transcription of a meeting (beta)",
	Detail:   "Beta only; elsewhere a scenario that has it is skipped. The operation is complete at once.",
	Role:     schema.Acts,
	Goals:    operationGoals,
	Dialects: []string{"beta"},
	Operates: true,
	Example: `stopTranscription:
  call: ${{ meetingCall }}
  language: en-us`,
	Check: checkTranscription,
}, runTranscription("stopTranscription"))
