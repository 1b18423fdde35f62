package steps

import "callflow/schema"

var admitAllFromLobby = Define[actionParams, operationOutputs](schema.Verb{
	Name:    "admitAllFromLobby",
	Summary: "let all in who wait in the lobby (beta)",
	Detail: "Beta only; elsewhere a scenario that has it is skipped. What the service answers is not documented: its metadata name the\n" +
		"operation and its clientContext.",
	Role:     schema.Acts,
	Goals:    operationGoals,
	Dialects: []string{"beta"},
	Operates: true,
	Example:  `admitAllFromLobby: ${{ meetingCall }}`,
	Check:    checkAction,
}, runAction("admitAllFromLobby"))
