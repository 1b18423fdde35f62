package steps

import "callflow/schema"

var removeFromLobby = Define[participantParams, operationOutputs](schema.Verb{
	Name:    "removeFromLobby",
	Summary: "turn a participant in the lobby away (beta)",
	Detail: "Beta only; elsewhere a scenario that has it is skipped. What the service answers is not documented: its metadata name the\n" +
		"operation and its clientContext.",
	Role:     schema.Acts,
	Goals:    operationGoals,
	Dialects: []string{"beta"},
	Operates: true,
	Example: `removeFromLobby:
  call: ${{ meetingCall }}
  participant: ${{ doraInMeeting }}`,
	Check: checkAction,
}, runOnParticipant("removeFromLobby"))
