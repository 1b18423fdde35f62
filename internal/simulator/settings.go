package simulator

import "time"

// Limits of the service, from the pages named in the reference.
const (
	answerDeadline   = 15 * time.Second // call: answer, reject and redirect
	ringTime         = 60 * time.Second // an invitee's, not configurable; also an unanswered outgoing call's
	keepAliveLimit   = 45 * time.Minute // call: keepAlive
	forwardTimeout   = 55 * time.Second // call: redirect, one target
	redirectTimeout  = 60 * time.Second // call: redirect, several targets
	minRedirect      = 15 * time.Second
	maxRedirect      = 90 * time.Second
	maxTargets       = 5  // of a group call, and participants of one invite
	maxRedirectRings = 25 // targets of a redirect
	maxContext       = 256
	maxRinging       = 115 // beta's ringingTimeoutInSeconds
	maxBody          = 1 << 20
)

// Latencies of the simulated service. They are ours: small, always the same, and long enough that a ladder reads
// naturally: the response (which takes its host some 10 ms), then the notifications one after the other.
const (
	notifyLatency    = 10 * time.Millisecond  // from a change to its notification's arrival
	firstStep        = 50 * time.Millisecond  // from a request's arrival to the first change it causes
	nextStep         = 100 * time.Millisecond // from one change to the next that follows by itself
	joinStep         = 150 * time.Millisecond // from establishing to established, where nobody has to answer
	mediaStep        = 100 * time.Millisecond // from established to media active
	rosterStep       = 60 * time.Millisecond  // from a change of a roster to its notification; later changes ride along
	aloneStep        = 500 * time.Millisecond // from being left alone to the end
	duplicateLatency = 30 * time.Millisecond  // from a notification to its duplicate
	defaultReaction  = time.Second            // a person's, who is told nothing else
	voicemailLimit   = 5 * time.Minute        // after which a voicemail hangs up (an issue reports about five minutes)
)

// A result is why a call or an operation ended: Graph's resultInfo, and the terminationReason of the dialect that has it.
type result struct {
	code, subcode int
	message       string
	reason        string // legacy's word; "" is CallTerminated
	wordless      bool   // the word alone, no resultInfo
	bare          bool   // neither: the notification has no state
}

// Why calls end. Graph's page "call: delete" lists the codes marked with it; the choice of a code for an event that no
// page maps to one is marked ours.
var (
	byBot          = result{code: 200, subcode: 5001, message: "The conversation has ended.", reason: "AppInitiated"} // call: delete
	byPeer         = result{code: 200, subcode: 4521, message: "The other party ended the call."}                     // call: delete
	byPhone        = result{code: 200, subcode: 540000, message: "The PSTN user ended the call."}                     // call: delete
	byRemoval      = result{code: 200, subcode: 5300, message: "The bot was removed by another participant."}         // call: delete
	leftAlone      = result{code: 200, subcode: 5010, message: "Only one participant remained."}                      // call: delete
	nobodyJoined   = result{code: 200, subcode: 5013, message: "Nobody else joined the group call."}                  // call: delete
	noKeepAlive    = result{code: 408, subcode: 8537, message: "The call was not kept alive."}                        // call: keepAlive
	transferred    = result{code: 0, subcode: 7015, message: "GracefulTransferCompleted", reason: "AppTransferred"}   // call: transfer
	consulted      = result{reason: "AppTransferred", wordless: true}                                                 // call: transfer, example 2
	consultedLeg   = result{code: 200, subcode: 7015, message: "The transfer completed.", reason: "AppTransferred"}   // ours for the replaced call
	replacedByBot  = result{code: 200, subcode: 5001, message: "The conversation has ended.", reason: "AppInitiated"} // ours: today's pages say no code
	redirected     = result{reason: "AppRedirected", wordless: true}                                                  // call: redirect
	rejected       = result{bare: true}                                                                               // call: reject
	botUnanswered  = result{code: 408, subcode: 8544, message: "Callee could not be reached."}                        // seen in issues
	callerGone     = result{code: 487, subcode: 0, message: "The caller hung up before the call was answered."}       // ours, by analogy to ACS
	calleeBusy     = result{code: 480, subcode: 10076, message: "The callee is busy."}                                // ours: callee unreachable
	calleeDeclined = result{code: 603, subcode: 0, message: "The callee declined."}                                   // ours, by analogy to ACS
	calleeSilent   = result{code: 408, subcode: 10057, message: "The callee did not answer."}                         // ours: no signalling from the callee
	calleeUnknown  = result{code: 480, subcode: 10037, message: "The callee has no endpoints."}                       // ours: no callee endpoints
	botForbids     = result{code: 603, subcode: 0, message: "The callee declined: forbidden."}                        // ours
)

// How operations end.
var (
	done            = result{code: 200, subcode: 0, message: "Action completed successfully."}                                        // call: playPrompt
	cancelled       = result{code: 400, subcode: 8508, message: "Action failed, the operation was cancelled."}                        // call: recordResponse
	replacementGone = result{code: 404, subcode: 10202, message: "Replacement call was not found."}                                   // seen in issues
	blindRefused    = result{code: 500, subcode: 7000, message: "The transfer failed."}                                               // call: transfer
	consultRefused  = result{code: 500, subcode: 7700, message: "The transfer failed."}                                               // call: transfer
	notInReplaced   = result{code: 404, subcode: 10202, message: "The participant was not found in the call that would be replaced."} // ours
)
