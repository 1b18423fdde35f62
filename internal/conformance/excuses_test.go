package conformance_test

import "callflow/internal/graph"

// excuses are all differences between callflow's requests and the documentation's.
var excuses = []excuse{
	{what: "added", at: `/@odata\.type$`, why: "types are filled in where a page leaves them out"},
	{what: "missing", line: `says null$`, why: "what is null is left out; a scenario does not write it"},
	{what: "added", at: `^/tenantId$`, why: "a new call without it is refused (7505), so callflow adds the bot's"},
	{what: "added", at: `^/callbackUri$`, file: `call-reject-ex1`, why: "the run's own, so that the end of the call is heard"},
	{what: "added", at: `^/clientContext$`, file: `seed-participant-invite-ex0-16`, why: "an operation is known again by it"},
	{what: "changed", at: `^/callbackUri$`, line: `"callbackUri-value"$`, why: "a placeholder of the page"},

	// What the pages of 2019 say in some examples in their own words, and in others already in later ones.
	{what: "missing", at: `^/(acceptedModalities/0|callbackUri)$`, dialect: graph.Legacy, why: "some answers of 2019-01 use the later words; callflow those of the seed document's flows"},
	{what: "added", at: `^/(acceptModalities/0|callback)$`, dialect: graph.Legacy, why: "the same"},
	{what: "missing", at: `/(preFetchMedia/\d|mediaInfo)/uri$`, dialect: graph.Legacy, why: "the same of media: uri is later than url"},
	{what: "added", at: `/(preFetchMedia/\d|mediaInfo)/url$`, dialect: graph.Legacy, why: "the same"},
	{what: "changed", at: `/replacesCallId$`, dialect: graph.Legacy, line: `^"/app/calls/`, why: "the flows name the call by its path; these examples by a placeholder or a bare id"},

	// What callflow refuses to send, rightly.
	{what: "refused", line: `replacesCallId is read on the first participant only`, file: `beta-participant-invite-ex2-05`,
		why: "the page's own text says so; its example does otherwise"},
	{what: "refused", line: `unknown key "loop"`, file: `beta-call-playprompt-ex0-01`, why: "the example has loop beside prompts; in the metadata a prompt has it"},
	{what: "refused", line: `"86dc81db-c112-4228-9222-63f3esaa1edb" is not a GUID`, why: "the page's own tenantId has an s in it"},
	{what: "refused", line: `timeout is 99`, file: `d1-call-redirect-ex0-01`, why: "the page's own limit is 90 seconds"},

	// What 2018-09 said in words of its own; the legacy dialect is that of 2019-01.
	{what: "refused", line: `unknown key "id" .*the keys here are uri`, file: `d0-call-answer-ex0-04`, why: "media had an id instead of a resourceId in 2018-09"},
	{what: "refused", line: `this is a mapping; text is wanted`, file: `d0-call-answer-ex0-09`, why: "blob was an object in 2018-09"},
	{what: "refused", line: `"unknown" is none of audio`, file: `d0-call-answer-ex0-01`, why: "the example lists every word of the enum, unknown too"},
	{what: "refused", line: `the key mediaInfo is missing`, file: `d0-call-record-ex0-01`, why: "silencePrompt was gone by 2019-01"},
	{what: "refused", line: `write identity: {user: …}|"#microsoft.graph.identitySet" is not the type of this object`, file: `d0-call-redirect`, why: "targets were bare identities in 2018-09"},
	{what: "no verb", line: `^(PATCH|POST) .*(/participants|<id>|/participants/\{id\})$`, dialect: graph.Legacy, why: "updating a call or a participant, and adding one without inviting, were gone by 2019-01"},
	{what: "no verb", line: `/subscribeVideo$`, dialect: graph.Legacy, why: "gone by 2019-01; it was for applications that host media"},
	{what: "no verb", line: `/configureMixer$`, dialect: graph.Legacy, why: "left out in legacy: gone from today's metadata; request can send it"},
}
