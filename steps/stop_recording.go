package steps

import "callflow/schema"

var stopRecording = Define[actionParams, operationOutputs](schema.Verb{
	Name:     "stopRecording",
	Summary:  "end the recording of a meeting (beta)",
	Detail:   "Beta only; elsewhere a scenario that has it is skipped. The operation is complete at once.",
	Role:     schema.Acts,
	Goals:    operationGoals,
	Dialects: []string{"beta"},
	Operates: true,
	Example:  `stopRecording: ${{ meetingCall }}`,
	Check:    checkAction,
}, runAction("stopRecording"))
