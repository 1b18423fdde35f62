package steps

import "callflow/schema"

var startRecording = Define[actionParams, operationOutputs](schema.Verb{
	Name:    "startRecording",
	Summary: "begin to record a meeting (beta)",
	Detail: "Beta only; elsewhere a scenario that has it is skipped. Not to be confused with recordResponse, which records one answer,\n" +
		"and updateRecordingStatus, which tells that the bot records.",
	Role:     schema.Acts,
	Goals:    operationGoals,
	Dialects: []string{"beta"},
	Operates: true,
	Example:  `startRecording: ${{ meetingCall }}`,
	Check:    checkAction,
}, runAction("startRecording"))
