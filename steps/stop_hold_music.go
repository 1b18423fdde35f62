package steps

import "callflow/schema"

var stopHoldMusic = Define[participantParams, operationOutputs](schema.Verb{
	Name:    "stopHoldMusic",
	Summary: "end the hold music of a participant",
	Detail: "Its own operation is complete at once. The operation of startHoldMusic completes by an event of its own, a moment later.\n" +
		"Legacy has no hold music.",
	Role:     schema.Acts,
	Goals:    operationGoals,
	Operates: true,
	Example: `stopHoldMusic:
  call: ${{ meetingCall }}
  participant: ${{ doraInMeeting }}`,
	Check: checkAction,
}, runOnParticipant("stopHoldMusic"))
