package world

import "time"

// Fault is something that goes wrong: with a request (its verb's name in Fault), with what a request began (Fails, Ghost),
// or with a notification. Which one it strikes is told by Fault and by Call, With, Operation, Context, Kind, Step and
// Match: all that are said must agree. Chance is drawn from the world's seed.
type Fault struct {
	Fault string `json:"fault" required:"true" enum:"notification,createCall,answer,reject,redirect,transfer,hangUp,getCall,keepAlive,invite,listParticipants,getParticipant,removeParticipant,muteParticipant,startHoldMusic,stopHoldMusic,playPrompt,recordResponse,cancelMediaProcessing,subscribeToTone,sendDtmfTones,mute,unmute,changeScreenSharingRole,updateRecordingStatus,addLargeGalleryView,listOperations,getOperation,listAudioRoutingGroups,getAudioRoutingGroup,createAudioRoutingGroup,updateAudioRoutingGroup,deleteAudioRoutingGroup,listContentSharingSessions,getContentSharingSession,logTeleconferenceDeviceQuality,muteAll,configureMixer,admitFromLobby,admitAllFromLobby,removeFromLobby,reportSyntheticMedia,startRecording,stopRecording,startTranscription,stopTranscription,updateMetadata,getRecording,request,token" doc:"What it hits: a notification, the request for a token, the request of a verb, or any other request."`

	Call      int      `json:"call" doc:"Only what is about the world's first call, or its second …, counted from 1 as they begin."`
	With      string   `json:"with" person:"true" doc:"Only what is about a call with this person, or a request that names them."`
	Operation string   `json:"operation" enum:"invite,playPrompt,recordResponse,cancelMediaProcessing,subscribeToTone,sendDtmfTones,mute,unmute,muteParticipant,startHoldMusic,stopHoldMusic,updateRecordingStatus,addLargeGalleryView,muteAll,configureMixer,admitFromLobby,admitAllFromLobby,removeFromLobby,startRecording,stopRecording,startTranscription,stopTranscription,updateMetadata,transfer,answer" doc:"For a notification or getOperation: only what is about an operation that this verb began."`
	Context   string   `json:"context" doc:"Only what is about the operation with this clientContext."`
	Kind      string   `json:"kind" enum:"call,operation,participants,tone,sharing,participantJoining,participantLeft" doc:"For a notification: only one of this kind."`
	Step      string   `json:"step" stepId:"true" doc:"Only the request of the step with this id, or the notifications that follow from it."`
	Match     string   `json:"match" expression:"event" doc:"For a notification: which one; an expression over the event, such as call.state == \"terminated\"."`
	Chance    *float64 `json:"chance" doc:"How likely it strikes what it could strike, from 0 to 1; the seed decides. 1 when absent."`

	Status     int           `json:"status" doc:"The HTTP status that the request gets instead of an answer."`
	Code       string        `json:"code" doc:"The error code in its body."`
	Message    string        `json:"message" doc:"The message in its body."`
	Wrapped    bool          `json:"wrapped" doc:"The code stands as JSON text inside the message of an UnknownError, as some 403s were seen."`
	RetryAfter time.Duration `json:"retryAfter" doc:"The Retry-After header."`
	Lost       bool          `json:"lost" doc:"The service acts, but its response is lost."`
	Reset      bool          `json:"reset" doc:"The connection is refused; the service never sees the request."`
	Times      int           `json:"times" doc:"How often it strikes; once when absent." default:"1"`

	Fails *Failing `json:"fails" doc:"The request is taken, and what it began fails: the call, the transfer, or the operation."`
	Ghost bool     `json:"ghost" doc:"The operation completes, and nothing has come of it: who was invited is not there."`

	Phantom bool `json:"phantom" doc:"For an invite: who declines it, or does not answer, is told as added all the same, and is on the roster without media."`

	Slow time.Duration `json:"slow" doc:"The bot's webhook takes the notification that much later, and only then answers; the service waits for it as long as settings.webhookTimeout says."`

	Drop        bool   `json:"drop" doc:"The notification is never sent."`
	Duplicate   bool   `json:"duplicate" doc:"The notification is delivered twice."`
	Early       bool   `json:"early" doc:"The notification is delivered before the response of the request that caused it; a person's reaction too, if it comes within ten seconds."`
	Reorder     bool   `json:"reorder" doc:"The notification is delivered after the one that follows it."`
	Misroute    bool   `json:"misroute" doc:"The notification goes to the bot's registered address instead of the call's."`
	Empty       bool   `json:"empty" doc:"The notification comes without a body."`
	UnknownType bool   `json:"unknownType" doc:"The notification is about a resource of a type that nobody knows."`
	BadToken    string `json:"badToken" enum:"expired,audience,issuer,key,form" doc:"The notification's token is not to be trusted, and why."`

	Delay time.Duration `json:"delay" doc:"How much later the response or the notification comes."`
}

// Failing is how something fails that a request began.
type Failing struct {
	Code    int           `json:"code" required:"true" doc:"resultInfo.code."`
	Subcode int           `json:"subcode" doc:"resultInfo.subcode."`
	Message string        `json:"message" doc:"resultInfo.message."`
	After   time.Duration `json:"after" doc:"How long after the request; what is usual when absent."`
	Gone    bool          `json:"gone" doc:"The call does not come back from it either, though nothing says so: later requests find no call."`
	Ends    bool          `json:"ends" doc:"The call ends with it instead of coming back, and so does the one that a consultative transfer should replace."`
}

// Token is the fault that strikes the request for an access token, which goes before the others and has no step or call.
const Token = "token"

// Requests are what a fault can strike beside a notification and the request for a token: the acting verbs by name, and request for any other.
var Requests = []string{
	"createCall",
	"answer",
	"reject",
	"redirect",
	"transfer",
	"hangUp",
	"getCall",
	"keepAlive",
	"invite",
	"listParticipants",
	"getParticipant",
	"removeParticipant",
	"muteParticipant",
	"startHoldMusic",
	"stopHoldMusic",
	"playPrompt",
	"recordResponse",
	"cancelMediaProcessing",
	"subscribeToTone",
	"sendDtmfTones",
	"mute",
	"unmute",
	"changeScreenSharingRole",
	"updateRecordingStatus",
	"addLargeGalleryView",
	"listOperations",
	"getOperation",
	"listAudioRoutingGroups",
	"getAudioRoutingGroup",
	"createAudioRoutingGroup",
	"updateAudioRoutingGroup",
	"deleteAudioRoutingGroup",
	"listContentSharingSessions",
	"getContentSharingSession",
	"logTeleconferenceDeviceQuality",
	"muteAll",
	"configureMixer",
	"admitFromLobby",
	"admitAllFromLobby",
	"removeFromLobby",
	"reportSyntheticMedia",
	"startRecording",
	"stopRecording",
	"startTranscription",
	"stopTranscription",
	"updateMetadata",
	"getRecording",
	"request",
}

// StepHeader is the request header by which callflow tells a simulator, and nobody else, which step a request came from: the
// step's key, as journals have it.
const StepHeader = "X-Callflow-Step"

// FaultHeader is the response header by which a simulator tells callflow that a fault struck the request: the fault's number in
// its world, from 1. Only who sends StepHeader gets it.
const FaultHeader = "X-Callflow-Fault"

// FaultPath is where a simulator takes one Fault more as a JSON POST, lists those it has (GET), and forgets them (DELETE, also
// of one by its number: FaultPath/2). PeoplePath lists the people; PUT PeoplePath/{name} brings or changes a Person, DELETE
// has them move away.
const (
	FaultPath  = "/callflow/world/faults"
	PeoplePath = "/callflow/world/people"
)
