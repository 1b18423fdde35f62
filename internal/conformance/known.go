package conformance

// Deviations are all that are known. One that no scenario shows any more fails the proof; so does one whose example does
// not show it. docs/conformance.md has the table.
var Deviations = []Deviation{
	// What the metadata leaves open: these types take further members.
	{Dialects: today, In: "identity", Member: "tenantId", Rule: Member,
		Why:    "a user's tenant stands in a plain identity; the metadata has it in communicationsUserIdentity",
		Source: "application-post-calls, example 5", Example: "v1/application-post-calls-ex5-09-request.json"},
	{Dialects: today, In: "identitySet", Member: "phone", Rule: Member,
		Why:    "members of communicationsIdentitySet stand in a plain identitySet",
		Source: "application-post-calls, example 7", Example: "v1/application-post-calls-ex7-15-request.json"},
	{Dialects: v1, Message: "response", In: "call", Member: "answeredBy", Rule: Member,
		Why:    "a beta member that v1.0 spells out, mostly as null",
		Source: "application-post-calls, example 1", Example: "v1/application-post-calls-ex1-02-response.json"},
	{Dialects: v1, Message: "notification", In: "call", Member: "answeredBy", Rule: Member,
		Why:    "who answered a redirected call is told in v1.0 too",
		Source: "call-redirect of 2019-01; v1.0's bodies have the member, its examples of this end do not"},
	{Dialects: v1, Message: "response", In: "call", Member: "ringingTimeoutInSeconds", Rule: Member,
		Why:    "a beta member that v1.0 spells out as null",
		Source: "application-post-calls, example 1", Example: "v1/application-post-calls-ex1-02-response.json"},
	{Dialects: today, Message: "response", What: "invite", In: "invitationParticipantInfo", Member: "endpointType", Rule: Member,
		Why:    "the echo of an invitation spells it out as null",
		Source: "participant-invite, example 1", Example: "v1/participant-invite-ex1-02-response.json"},
	{Dialects: today, Message: "response", What: "invite", In: "invitationParticipantInfo", Member: "id", Rule: Member,
		Why:    "the echo of an invitation has it, as null",
		Source: "participant-delete, example 2", Example: "v1/new-participant-delete-ex2-04-response.json"},
	{Dialects: v1, Message: "notification", In: "call", Member: "terminationReason", Rule: Member,
		Why:    "the older word for why a call ended still comes after a consultative transfer",
		Source: "call-transfer, example 2", Example: "v1/call-transfer-ex2-11-notification-transfer-completed.json"},

	// The envelope.
	{Dialects: today, Message: "notification", In: "commsNotification", Member: "resource", Rule: Member,
		Why:    "the old path, /app/calls, comes beside resourceUrl",
		Source: "participant-invite, example 1, and real traffic (comms-samples issue 667)", Example: "v1/participant-invite-ex1-03-notification-operation-completed.json"},

	// Notifications tell what has changed and leave out the rest.
	{Dialects: today, Message: "notification", What: "call", In: "call", Member: "callbackUri", Rule: Required,
		Why:    "a notification tells what has changed of a call, not the whole of it",
		Source: "application-post-calls, example 1", Example: "v1/application-post-calls-ex1-03-notification-establishing.json"},
	{Dialects: today, Message: "notification", What: "call", In: "entity", Member: "id", Rule: Required,
		Why:    "the last notification of a rejected call names it by @odata.id only",
		Source: "call-reject, example 1", Example: "v1/call-answer-ex1-03-notification-incoming.json"},

	// Words and results.
	{In: "operationStatus", Rule: Case,
		Why:    "the metadata writes NotStarted, Running, Completed and Failed; the service's words begin with a small letter",
		Source: "call-playprompt", Example: "v1/call-playprompt-ex0-03-notification-operation-completed.json"},
	{Dialects: today, Message: "notification", What: "call", In: "resultInfo", Member: "subCode", Rule: Member,
		Why:    "a failed transfer's subcode is written subCode",
		Source: "call-transfer, example 1", Example: "v1/call-transfer-ex1-06-notification-transfer-failed.json"},
	{Dialects: today, Message: "notification", What: "call", In: "resultInfo", Member: "subcode", Rule: Required,
		Why:    "a failed transfer's subcode is written subCode",
		Source: "call-transfer, example 1", Example: "v1/call-transfer-ex1-06-notification-transfer-failed.json"},

	// 2018 and 2019.
	{Dialects: old, Message: "response", What: "createCall", In: "createCall", Rule: Type,
		Why:    "the new call's id is in the Location only: there is no body",
		Source: "participant-invite of 2019-01", Example: "the response to legacy/seed-participant-invite-ex0-12-request.json"},
	{Dialects: old, Message: "response", What: "getCall", In: "call", Member: "ringingTimeoutInSeconds", Rule: Member,
		Why:    "spelt out as null",
		Source: "call-get of 2019-01", Example: "legacy/d1-call-get-ex0-02-response.json"},
	{Dialects: old, In: "invitationParticipantInfo", Member: "@odata.type", Rule: Type,
		Why:    "targets are said to be of type participantInfo",
		Source: "participant-invite of 2019-01", Example: "legacy/seed-participant-invite-ex0-07-notification-incoming.json"},
	{Dialects: old, Message: "response", What: "answer", In: "answer", Rule: Status,
		Why:    "an answer is answered 200, with an operation",
		Source: "participant-invite of 2019-01", Example: "legacy/seed-participant-invite-ex0-09-response.json"},
	{Dialects: old, Message: "response", What: "answer", In: "answer", Rule: Type,
		Why:    "an answer is answered 200, with an operation",
		Source: "participant-invite of 2019-01", Example: "legacy/seed-participant-invite-ex0-09-response.json"},
	{Dialects: old, Message: "response", What: "transfer", In: "transfer", Member: "Location", Rule: Location,
		Why:    "a transfer was an operation, whose notifications name it; that its response does too is ours",
		Source: "ours"},
}
