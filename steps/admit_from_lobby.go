package steps

import "callflow/schema"

var admitFromLobby = Define[participantParams, operationOutputs](schema.Verb{
	Name:    "admitFromLobby",
	Summary: "let a participant in from the lobby (beta)",
	Detail: "Beta only; elsewhere a scenario that has it is skipped. The roster follows with `isInLobby: false`. What the service answers\n" +
		"is not documented: its metadata name the operation and its clientContext.",
	Role:     schema.Acts,
	Goals:    operationGoals,
	Dialects: []string{"beta"},
	Operates: true,
	Example: `admitFromLobby:
  call: ${{ meetingCall }}
  participant: ${{ doraInMeeting }}`,
	Check: checkAction,
}, runOnParticipant("admitFromLobby"))
