package steps

import "callflow/schema"

var muteParticipant = Define[participantParams, operationOutputs](schema.Verb{
	Name:    "muteParticipant",
	Summary: "mute somebody else in a group call or meeting",
	Detail: "The operation is complete at once; the roster follows with `isMuted: true`. Only they themselves can end it: there is no\n" +
		"verb to unmute a participant, because the API has none.",
	Role:       schema.Acts,
	Goals:      operationGoals,
	Operates:   true,
	Idempotent: true,
	Example: `muteParticipant:
  call: ${{ meetingCall }}
  participant: ${{ doraInMeeting }}`,
	Check: checkAction,
}, runOnParticipant("muteParticipant"))
