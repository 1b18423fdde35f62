package conformance_test

// flowException is a difference between a flow and its play that is right, or beyond us, with the reason. flow, at and
// detail are patterns; what is a kind of difference, or several:
//
//	missing   the example has a member that ours has not
//	more      ours has an element, a body, or a notification before the example's, that the example has not
//	value     it has another value
//	type      it has another JSON type
//	id        one id stands for two, or two for one
//	form      an id is written otherwise
//	address   the notification goes elsewhere
//	status    the response has another HTTP status
//	never     no such notification came
type flowException struct{ flow, what, at, detail, why string }

// flowExceptions are all differences between the flows and what the simulator sends in them.
var flowExceptions = []flowException{
	// One example against itself, or against the others.
	{`(calls (1|10)|redirect 2|call-cancelmediaprocessing 0|call-senddtmftones)$`, "id", `^/(resourceUrl|resourceData/id|id)$`, "", "the example has two ids for one call, or one operation"},
	{`call-answer|2019-01.* part 3$`, "address", `bot.contoso.com/calls$`, `/api/calls$`, "the example's answer names a callbackUri, its notifications go to another address; ours go where the answer says"},
	{`call-redirect [12]$`, "address", `/calls/24701998`, `/api/calls/24701998`, "the same of the redirect's callbackUri"},
	{`call-(answer|redirect|reject)|participant-invite 0`, "value", `/targets/0/identity/application/id$`, "", "the example's caller and bot have one id; here they are two"},
	{`call-cancelmediaprocessing|2019-01.* (beta/)?(call|participant)-(mute|muteall|unmute|transfer)`, "value", `/clientContext$`, `"clientContext-value", the example "d45324c1`, "the example's request says another clientContext"},
	{`calls [17]$`, "missing", `^/mediaConfig/preFetchMedia$`, "", "the example's response has files that its request has not"},
	{`call-redirect 2$`, "address", `contoso.com/calls$`, `/api/calls/24701998`, "the example's first notification goes to another address than the one it names as callbackUri"},
	{`beta/application-post-calls 1$`, "address", `contoso.com/calls$`, `/callback$`, "the example's last notifications go to another address than its first"},
	{`call-senddtmftones$`, "value", `/completionReason$`, `the example "unknown"`, "when the service knows no reason is not documented, so ours always has one"},
	{`call-mute`, "value", `/isMuted$`, "", "the bot mutes itself, and the example's roster shows a user who is muted"},
	{`participant-invite 1$`, "missing", `/identity/application$`, "", "a user is invited, and the example's roster shows an application of the same id"},
	{`v1.0/participant-invite 1$`, "value", `/info/@odata.type$`, "", "the other examples, and the metadata, say participantInfo"},
	{`participant-invite [15]$`, "value", `^/resourceData/0/id$`, `the example null`, "everybody in a roster has an id"},
	{`participant-invite 5$`, "value", `^/resource$`, "", "the old path is /app/calls in all other examples"},
	{`participant-invite 5$`, "missing", `^/resourceData/0/info/identity/user/identityProvider$`, "", "told again in the operation; in a roster only here"},
	{`participant-invite [15]$`, "missing", `/endpointType$`, "", "default is the usual one, and not said; no other page's roster says it"},
	{`participant-invite 5$`, "more", `^updated participants$`, "", "the group call from which somebody is taken over has a roster too"},
	{`beta/participant-invite 2$`, "value", `replacesCallId$|^/resource|/id$`, "", "the example has placeholders and nulls for ids; its operation is called participants"},
	{`beta/participant-invite 2$`, "missing", `^/resourceData/participants/1$`, "", "replacesCallId is read on the first participant only, says the page; its example replaces a call with two"},
	{`beta/participant-invite 2$`, "never", `^updated operations$`, "", "the example's roster has the path of an operation"},
	{`beta/call-record 1$`, "value", `/completionReason$`, `"maxRecordDurationReached", the example "stopToneDetected"`, "the example's codes say that the longest duration was reached"},
	{`v1.0/call-delete|beta/call-delete`, "type", `/resultInfo/(sub)?code$`, "", "texts in that example; numbers in the metadata and in every other"},
	{`call-redirect [12]$`, "value", `/targets/0/@odata.type$`, "", "the metadata says invitationParticipantInfo"},
	{`beta/addlargegalleryviewoperation-get`, "value", `^/resultInfo$`, `the example null`, "who completes has a result, as in every notification"},
	{`beta/participant-muteall`, "value", `^/@odata.type$`, "commsOperation", "beta's SDK, which is newer, says muteParticipantsOperation"},
	{`call-(get 2)$`, "type", `^/transcription$`, "", "a call's transcription is told only when there is one"},

	// Rosters: the pages show whom they speak of.
	{`-(mute|unmute|invite|list-participants)`, "more", `^/(resourceData|value)$`, "", "the example's roster leaves out who is there besides, often the bot"},
	{`calls 5$`, "missing", `/mediaStreams/[12]$`, "", "a client's streams that only receive; ours has the modalities that somebody joined with"},
	{`v1.0/(call-list-participants|participant-get)`, "value", `/label$`, `the example null`, "null in these two, main-audio in notifications; ours is always told"},
	{`v1.0/call-list-participants`, "missing", `/info/id$`, "", "an open member; the participant has the id itself"},

	// What a page leaves out or has only once.
	{`v1.0/application-post-calls [78]$`, "missing", `^/(activeModalities|callRoutes|routingPolicies)$`, "", "empty, and in v1.0's other examples absent; beta has them"},
	{`call-transfer 2$`, "more", `^updated call transferring$`, "", "the page leaves out what comes before the failure"},
	{`call-transfer [12]$`, "missing", `/replacesContext$`, "", "what it means is not documented"},
	{`beta/application-post-calls 10$`, "more", `^updated call establish`, "", "the page leaves out all notifications but the roster"},
	{`beta/(application-post-calls 1|call-answer 2)$`, "more", `^updated participants$`, "", "who joins or begins to share is in a roster too, which the pages leave out"},
	{`beta/call-answer 2$`, "value", `^/resourceUrl$`, "/contentsharingsessions/", "the path of the one session in this example, of all in the other"},
	{`call-answer|call-redirect|call-reject`, "missing", `^/resourceData/(targets/0|source)/(languageId|region)$`, "", "of the bot, or in legacy beside the identity: in some examples, in others not, or within the identity"},
	{`call-answer 1$|call-answer 0 part 2$`, "missing", `/callRoutes/0/final/user$`, "", "a number that is the bot's leads to the bot; in the example to a user"},

	// 2019-01: reference parts, made of placeholders.
	{`2019-01`, "form", `^Location$`, "", "ids in Locations are upper case without hyphens in the seed document's flows, and in the reference parts not"},
	{`2019-01.*(call-answer 0|call-answer 0 part [23])$`, "status", "", `the example 202$`, "the seed document answers 200 with an operation"},
	{`2019-01.*call-answer 0`, "more", `^body$`, "", "the same"},
	{`2019-01.*participant-invite 0$`, "status", "", `the example 202$`, "the reference part answers 202, the flows 200 with an operation"},
	{`2019-01.*participant-invite 0$`, "more", `^body$`, "", "the same"},
	{`2019-01.*call-redirect 0$`, "status", "", `timeout is 99`, "the page's own limit is 90 seconds"},
	{`2019-01.*call-get`, "missing|value|type|form", `^/(activeModalities|answeredBy|callRoutes|chatInfo|mediaConfig|meeting|requestedModalities|ringing|routingPolicies|source|state|subject|targets|tenantId|terminationReason|toneInfo)`, "", "the example has every member that a call can have, of placeholders, all at once"},
	{`2019-01.*participant-configuremixer`, "status|never", "", "", "left out in legacy: gone from today's metadata; request can send it"},
	{`2019-01.*(participant-get 0|list-participants 1)$`, "missing|value|form", `tenantId$|/isMuted$|/isInLobby$|metadata$|recordingInfo$|/id$`, "", "the example has every member that a participant can have, of placeholders, all at once"},
	{`2019-01.*list-participants 2$`, "missing|value|id", `^/value/[012]`, "", "three participants have one id, two of them with one identity"},
	{`2019-01.*participant-mute 0 part 2$`, "missing", `/id$`, "", "legacy's rosters name participants by @odata.id, in all other examples"},
	{`2019-01.*participant-mute 0 part 2$`, "value", `/serverMuted$`, "", "who is muted by the service is; the example does not say it"},

	// The seed document's slips, which the simulator's TestSeed reproduces value for value.
	{`2019-01.*participant-invite 0 part 2$`, "id", `^/resource`, "", "the document's notification tells another operation than its reply"},
	{`2019-01.*participant-invite 0 part 2$`, "value", `/@odata.id$`, `123456W77E24`, "an id of the document is none"},
	{`2019-01.*participant-invite 0 part 3$`, "missing", `/clientContext$`, "", "the document has a context that the request had not"},
	{`2019-01.*participant-invite 0 part 3$`, "value", `^/status$`, `"running", the example "Running"`, "the document writes Running here and running elsewhere"},
	{`2019-01.*participant-invite 0 part 3$`, "more", `^updated participants$`, "", "who joins a meeting is told who is there, which the document leaves out"},
	{`2019-01.*participant-invite 0 part 3$`, "id", `^/resource`, "", "the document sends the meeting's roster as the replaced call's"},
	{`2019-01.*participant-invite 0 part 3$`, "missing", `^/resourceData/(0/info|1$)`, "", "the document shapes this roster unlike its other one"},
	{`2019-01.*participant-invite 0 part 3$`, "more", `^/resourceData/0/mediaStreams$`, "", "Test User called with audio and video and has both in the meeting"},
}
