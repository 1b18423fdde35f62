package steps

import "callflow/schema"

var unmute = Define[actionParams, operationOutputs](schema.Verb{
	Name:    "unmute",
	Summary: "end that the bot itself is muted (nobody can unmute others)",
	Detail: "The bot only: nobody can unmute somebody else, and the API has nothing for it. In group calls and meetings only; the\n" +
		"roster follows with `isMuted: false`.",
	Role:       schema.Acts,
	Goals:      operationGoals,
	Operates:   true,
	Idempotent: true,
	Misnomers:  []string{"unmuteSelf", "unmuteMyself", "selfUnmute", "unmuteParticipant", "unmuteParticipants", "unmuteAll", "unmuteOthers"},
	Example:    `unmute: ${{ meetingCall }}`,
	Check:      checkAction,
}, runAction("unmute"))
