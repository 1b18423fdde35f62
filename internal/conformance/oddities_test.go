package conformance_test

// oddities are all differences between the simulator's messages and the examples': kind and path are patterns.
var oddities = []listed{
	// Any dialect.
	{oddity{"missing", "", `/identity/\*/identityProvider$`}, "an open member of some examples' identities"},
	{oddity{"missing", "", `/organizer/\*/displayName$|/allowConversationWithoutHost$|/replyChainMessageId$`}, "echoed where the client sent it; no scenario does"},
	{oddity{"missing", "notification created incoming", `/resourceData/targets\[\]/(languageId|region)$|/resourceData/callbackUri$`}, "of the bot itself: in some examples only"},
	{oddity{"missing", "response with a call", `^/(callRoutes|routingPolicies|activeModalities)`}, "empty in the examples, and left out"},
	{oddity{"missing", "response with a call", `^/transcription/`}, "a call's transcription is told by no operation of the reference; its member is null"},
	{oddity{"missing", "notification updated established", `/resourceData/(direction|tenantId|replacesContext)$`}, "in one example only; what replacesContext means is not documented"},
	{oddity{"missing", "v1.0 notification deleted terminated", `/source/id$`}, "a log's own (comms-samples issue 667)"},
	{oddity{"missing", "v1.0 response listParticipants", `/info/id$`}, "an open member of some examples; the participant has the id itself"},
	{oddity{"missing", "response invite", `/participantId$`}, "echoed where the client sent it; no scenario does"},
	{oddity{"other type", "beta notification deleted terminated", `/resultInfo/(code|subcode)$`}, "texts in that example; numbers in the metadata and in every other"},
	{oddity{"never sent", "v1.0 notification (deleted Terminated|updated Establishing)", ""}, "logs of the SDK, which writes words with capitals"},
	{oddity{"never sent", "notification created call without a state", ""}, "two examples tell of content sharing without any resourceData"},
	{oddity{"never sent", "beta response (getOperation|reject)", ""}, "the example has another operation's body, or no scenario reads an operation in beta"},

	// Legacy, whose page of get call lists every member that a call can have.
	{oddity{"missing", "legacy response with a call", `^/(answeredBy|chatInfo|meetingInfo|meetingCapability|toneInfo|mediaConfig|targetDisposition|terminationReason|callRoutes|routingPolicies)`}, "the example has every member that a call can have, all at once"},
	{oddity{"missing", "legacy", `/(source|targets\[\]|info)(/identity/\*)?/(tenantId|languageId|region)$`}, "in some examples; in others the language stands within the identity"},
	{oddity{"missing", "legacy response (getParticipant|listParticipants)", `/(metadata|recordingInfo)`}, "of participants who record or have metadata; the scenarios have them in notifications"},
	{oddity{"missing", "legacy notification updated participant", `/resourceData\[\]/`}, "the seed document shows rosters in two shapes; ours is the first (see the simulator's TestSeed)"},
	{oddity{"missing", "legacy response answer", `^/clientContext$`}, "the example's answer has one that its request had not"},
	{oddity{"never sent", "legacy response (redirect|recordResponse|subscribeToTone|configureMixer)", ""}, "the page's text says 202 without a body; its examples took a body from another page"},
}
