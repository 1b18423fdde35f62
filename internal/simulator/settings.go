package simulator

import (
	"sync"
	"time"

	"callflow/internal/world"
)

// Limits of the service that do not change, from the pages named in the reference. The others are world.Settings.
const (
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
	beepTime         = 500 * time.Millisecond // the beep before a recording
	toneTime         = 200 * time.Millisecond // one tone that a bot sends
	toneGap          = 200 * time.Millisecond // from one to the next, when the request does not say
	duplicateLatency = 30 * time.Millisecond  // from a notification to its duplicate
	reorderPatience  = 2 * time.Second        // how long a notification waits for another one to overtake it
	defaultReaction  = time.Second            // a person's, who is told nothing else
)

// A result is why a call or an operation ended: Graph's resultInfo, and the terminationReason of the dialect that has it.
type result struct {
	code, subcode int
	message       string
	reason        string // legacy's word; "" is CallTerminated
	wordless      bool   // the word alone, no resultInfo
	bare          bool   // neither: the notification has no state
	diag          string // what DiagCode says; "" is the code and subcode
}

// Why calls end, where a page says so. The codes of everything else are settings.
var (
	byBot         = result{code: 200, subcode: 5001, message: "The conversation has ended.", reason: "AppInitiated"} // call: delete
	byPeer        = result{code: 200, subcode: 4521, message: "The other party ended the call."}                     // call: delete
	byPhone       = result{code: 200, subcode: 540000, message: "The PSTN user ended the call."}                     // call: delete
	byRemoval     = result{code: 200, subcode: 5300, message: "The bot was removed by another participant."}         // call: delete
	leftAlone     = result{code: 200, subcode: 5010, message: "Only one participant remained."}                      // call: delete
	onlyHidden    = result{code: 200, subcode: 5020, message: "Only hidden participants remained."}                  // call: delete
	lobbyTimedOut = result{code: 200, subcode: 5855, message: "The wait in the lobby timed out."}                    // call: delete
	noKeepAlive   = result{code: 408, subcode: 8537, message: "The call was not kept alive."}                        // call: keepAlive
	transferred   = result{code: 0, subcode: 7015, message: "GracefulTransferCompleted", reason: "AppTransferred"}   // call: transfer
	consulted     = result{reason: "AppTransferred", wordless: true}                                                 // call: transfer, example 2
	redirected    = result{reason: "AppRedirected", wordless: true}                                                  // call: redirect
	rejected      = result{bare: true}                                                                               // call: reject
)

// How operations end.
var (
	done           = result{code: 200, subcode: 0, message: "Action completed successfully."}                    // call: playPrompt
	cancelled      = result{code: 400, subcode: 8508, message: "Action failed, the operation was cancelled."}    // call: recordResponse
	longest        = result{code: 200, subcode: 8515, message: "Action completed, max record duration reached."} // call: recordResponse
	blindRefused   = result{code: 500, subcode: 7000, message: "The transfer failed."}                           // call: transfer
	consultRefused = result{code: 500, subcode: 7700, message: "The transfer failed."}                           // call: transfer
)

// settings are the world's, their texts read.
type settings struct {
	world.Settings
	declined, busy, unanswered, unknown, botUnanswered, callerGone, forbidden, nobodyJoined result // of calls
	replacementGone, notInReplaced, noNumber                                                result // of invitations
	replaced, consultedLeg                                                                  result // of calls that somebody was taken from
	promptMissing, promptFormat, promptFailed, initialSilence, maxSilence, stopTone         result // of media
	audioInactive, wrongMedia                                                               refusal
	wrongState, meetingModeTransfer, gone                                                   refusal
}

// A refusal is an HTTP status and the code in the error's body.
type refusal struct {
	status int
	code   string
}

// settingsOf reads a scene's settings. A text that does not read (Scene.Check says so) is as its default.
func settingsOf(scene *world.Scene) *settings {
	if scene == nil || scene.Settings == nil {
		s := *usualSettings()
		return &s
	}
	return readSettings(scene.Settings)
}

// usualSettings are those of a world that is told nothing, read once: every run has a world of its own.
var usualSettings = sync.OnceValue(func() *settings { return readSettings(world.DefaultSettings()) })

func readSettings(said *world.Settings) *settings {
	usual := world.DefaultSettings()
	s := &settings{Settings: *said}
	read := func(text, otherwise, message string) result {
		code, subcode, said, ok := world.ParseResult(text)
		if !ok {
			code, subcode, _, _ = world.ParseResult(otherwise)
		}
		if said != "" {
			message = said
		}
		return result{code: code, subcode: subcode, message: message}
	}
	s.declined = read(s.Declined, usual.Declined, "The callee declined.")
	s.busy = read(s.Busy, usual.Busy, "The callee is busy.")
	s.unanswered = read(s.Unanswered, usual.Unanswered, "The callee did not answer.")
	s.unknown = read(s.Unknown, usual.Unknown, "The callee has no endpoints.")
	s.botUnanswered = read(s.BotUnanswered, usual.BotUnanswered, "Callee could not be reached.")
	s.callerGone = read(s.CallerGone, usual.CallerGone, "The caller hung up before the call was answered.")
	s.forbidden = read(s.Forbidden, usual.Forbidden, "The callee declined: forbidden.")
	s.nobodyJoined = read(s.NobodyJoined, usual.NobodyJoined, "Nobody else joined the group call.")
	s.replacementGone = read(s.ReplacementGone, usual.ReplacementGone, "Replacement call was not found.")
	s.notInReplaced = read(s.ReplacementGone, usual.ReplacementGone, "The participant was not found in the call that would be replaced.")
	s.noNumber = read(s.NoNumber, usual.NoNumber, "Could not find the PSTN content for the sponsor of this PSTN leg.")
	s.noNumber.diag = "412#10073" // as reported in microsoft-graph-comms-samples issue 410
	s.replaced = read(s.Replaced, usual.Replaced, "The conversation has ended.")
	s.replaced.reason = byBot.reason
	s.consultedLeg = read(s.ConsultedLeg, usual.ConsultedLeg, "The transfer completed.")
	s.consultedLeg.reason = transferred.reason
	s.promptMissing = read(s.PromptMissing, usual.PromptMissing, "Action failed, the file could not be downloaded.")
	s.promptFormat = read(s.PromptFormat, usual.PromptFormat, "Action failed, the file format is invalid.")
	s.promptFailed = read(s.PromptFailed, usual.PromptFailed, "Action failed, the prompt could not be played.")
	s.promptFailed.reason = "playPromptFailed"
	s.initialSilence = read(s.InitialSilence, usual.InitialSilence, "Action failed, initial silence timeout reached.")
	s.initialSilence.reason = "initialSilenceTimeout"
	s.maxSilence = read(s.MaxSilence, usual.MaxSilence, "Action completed, max silence timeout reached.")
	s.maxSilence.reason = "maxSilenceTimeout"
	s.stopTone = read(s.StopTone, usual.StopTone, "Action completed, stop tone detected.")
	s.stopTone.reason = "stopToneDetected"
	status := func(text, otherwise string) refusal {
		status, code, ok := world.ParseStatus(text)
		if !ok {
			status, code, _ = world.ParseStatus(otherwise)
		}
		return refusal{status, code}
	}
	s.wrongState = status(s.WrongState, usual.WrongState)
	s.meetingModeTransfer = status(s.MeetingModeTransfer, usual.MeetingModeTransfer)
	s.audioInactive = status(s.AudioInactive, usual.AudioInactive)
	s.wrongMedia = status(s.WrongMedia, usual.WrongMedia)
	s.gone = status(s.Gone, usual.Gone)
	return s
}
