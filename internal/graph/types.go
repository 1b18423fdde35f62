package graph

// The types below are Graph's own, named and spelt as in the v1.0 metadata (calling-types.v1.json in the shared
// reference); members seen on the wire but not declared there say so. They serve three ends: expressions are checked
// against them, events are normalised by them, and verbs marshal them into requests. Besides the tags that package
// schema reads (json, doc, enum, required), four are this package's own:
//
//	alias:"callState"    other names of the member on the wire, read but never written by the current dialects
//	only:"beta,legacy"   the dialects that have it; absent: all
//	legacy:"callback"    its name in the legacy dialect; "none": legacy cannot say it; "omit": legacy leaves it out
//	also:"a=b"           a legacy word of an enum, and the documented word for it

// The states of a call.
const (
	StateIncoming         = "incoming"
	StateEstablishing     = "establishing"
	StateRinging          = "ringing"
	StateEstablished      = "established"
	StateHold             = "hold"
	StateTransferring     = "transferring"
	StateTransferAccepted = "transferAccepted"
	StateRedirecting      = "redirecting"
	StateTerminating      = "terminating"
	StateTerminated       = "terminated"
)

// The statuses of an operation.
const (
	StatusNotStarted = "notStarted"
	StatusRunning    = "running"
	StatusCompleted  = "completed"
	StatusFailed     = "failed"
)

// Call is graph.call: one leg between the bot and the service.
type Call struct {
	ODataType               string                      `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	ID                      string                      `json:"id,omitzero" doc:"The call's id."`
	State                   string                      `json:"state,omitzero" alias:"callState" enum:"incoming,establishing,ringing,established,hold,transferring,transferAccepted,redirecting,terminating,terminated" doc:"Where the call is in its life."`
	Direction               string                      `json:"direction,omitzero" enum:"incoming,outgoing" doc:"Who began it: incoming was dialled by somebody else, outgoing by the bot."`
	Subject                 string                      `json:"subject,omitzero" doc:"The subject of the conversation."`
	CallbackURI             string                      `json:"callbackUri,omitzero" alias:"callback" format:"uri" doc:"Where the service posts the call's notifications."`
	CallChainID             string                      `json:"callChainId,omitzero" alias:"correlationId" doc:"Equal for all legs of one conversation."`
	Source                  *ParticipantInfo            `json:"source,omitzero" doc:"Who called."`
	Targets                 []InvitationParticipantInfo `json:"targets,omitzero" doc:"Who was called."`
	AnsweredBy              *ParticipantInfo            `json:"answeredBy,omitzero" doc:"Who answered (beta, and on the wire after a redirect)."`
	RequestedModalities     []string                    `json:"requestedModalities,omitzero" enum:"audio,video,videoBasedScreenSharing,data" doc:"The media asked for."`
	ActiveModalities        []string                    `json:"activeModalities,omitzero" enum:"audio,video,videoBasedScreenSharing,data" doc:"The media in use (beta and legacy)."`
	MediaConfig             *MediaConfig                `json:"mediaConfig,omitzero" doc:"Who hosts the bot's media."`
	MediaState              *CallMediaState             `json:"mediaState,omitzero" doc:"Whether media flow."`
	ChatInfo                *ChatInfo                   `json:"chatInfo,omitzero" doc:"The chat of the conversation."`
	MeetingInfo             *MeetingInfo                `json:"meetingInfo,omitzero" doc:"The meeting the call is in."`
	MyParticipantID         string                      `json:"myParticipantId,omitzero" doc:"The bot's own id in the roster."`
	TenantID                string                      `json:"tenantId,omitzero" doc:"The tenant of the call."`
	IncomingContext         *IncomingContext            `json:"incomingContext,omitzero" doc:"For an incoming call: on whose behalf it comes."`
	CallRoutes              []CallRoute                 `json:"callRoutes,omitzero" doc:"How the call was forwarded before it came here."`
	CallOptions             *CallOptions                `json:"callOptions,omitzero" doc:"Options given when it was created or answered."`
	ResultInfo              *ResultInfo                 `json:"resultInfo,omitzero" doc:"Why the call ended, or why a transfer failed."`
	TerminationReason       string                      `json:"terminationReason,omitzero" doc:"A word for why it ended (AppTransferred, AppInitiated …); older than resultInfo, still on the wire."`
	ToneInfo                *ToneInfo                   `json:"toneInfo,omitzero" doc:"The key pressed, in a tone notification."`
	Transcription           *CallTranscriptionInfo      `json:"transcription,omitzero" doc:"Whether the call is being transcribed."`
	RingingTimeoutInSeconds *int                        `json:"ringingTimeoutInSeconds,omitzero" doc:"How long an outgoing call rings, in seconds (beta)."`
	RoutingPolicies         []string                    `json:"routingPolicies,omitzero" enum:"none,noMissedCall,disableForwardingExceptPhone,disableForwarding,preferSkypeForBusiness" doc:"How the call may be routed (beta)."`
	ReplacesContext         string                      `json:"replacesContext,omitzero" doc:"Seen when a transfer failed; its meaning is undocumented."`
	ApplicationMetadata     any                         `json:"applicationMetadata,omitzero" doc:"What policy-based recording tells the bot."`
}

// CommsOperation is graph.commsOperation with the members of its subtypes; @odata.type says which one it is.
type CommsOperation struct {
	ODataType            string                      `json:"@odata.type,omitzero" also:"#microsoft.graph.callOperation=#microsoft.graph.commsOperation" doc:"Graph's name of the operation's kind, like #microsoft.graph.inviteParticipantsOperation."`
	ID                   string                      `json:"id,omitzero" doc:"The operation's id."`
	Status               string                      `json:"status,omitzero" enum:"notStarted,running,completed,failed" doc:"How far it is; completed and failed are final."`
	ClientContext        string                      `json:"clientContext,omitzero" doc:"What the request gave as clientContext."`
	ResultInfo           *ResultInfo                 `json:"resultInfo,omitzero" doc:"What came of it."`
	Participants         []InvitationParticipantInfo `json:"participants,omitzero" doc:"Who was invited, for an invite."`
	CompletionReason     string                      `json:"completionReason,omitzero" doc:"Why a prompt, a recording or DTMF ended."`
	RecordingLocation    string                      `json:"recordingLocation,omitzero" alias:"recordResourceLocation" format:"uri" doc:"Where the recording can be fetched."`
	RecordingAccessToken string                      `json:"recordingAccessToken,omitzero" alias:"recordResourceAccessToken" doc:"The bearer token to fetch the recording with."`
	CreatedDateTime      string                      `json:"createdDateTime,omitzero" doc:"When it was created (legacy)."`
	LastActionDateTime   string                      `json:"lastActionDateTime,omitzero" doc:"When it last changed (legacy)."`
}

// ResultInfo is graph.resultInfo. Words that legacy put into subCode are in SubcodeText.
type ResultInfo struct {
	ODataType   string `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	Code        int    `json:"code" doc:"Like an HTTP status: 2xx success, 4xx the client's fault, 5xx the server's; 0 after a transfer."`
	Subcode     int    `json:"subcode" alias:"subCode" words:"subcodeText" doc:"Says more than code; only the pair of both has a meaning."`
	SubcodeText string `json:"subcodeText,omitzero" doc:"The subcode, where legacy sent a word."`
	Message     string `json:"message,omitzero" doc:"The service's text, often with a DiagCode."`
}

// ToneInfo is graph.toneInfo.
type ToneInfo struct {
	ODataType  string `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	SequenceID int64  `json:"sequenceId" doc:"Rises with every tone: it orders them."`
	Tone       string `json:"tone" enum:"tone0,tone1,tone2,tone3,tone4,tone5,tone6,tone7,tone8,tone9,star,pound,a,b,c,d,flash" doc:"The key pressed."`
}

// CallMediaState is graph.callMediaState.
type CallMediaState struct {
	ODataType string `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	Audio     string `json:"audio,omitzero" enum:"active,inactive" doc:"Whether audio flows."`
}

// CallTranscriptionInfo is graph.callTranscriptionInfo.
type CallTranscriptionInfo struct {
	ODataType            string `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	State                string `json:"state,omitzero" enum:"notStarted,active,inactive" doc:"Whether the call is being transcribed."`
	LastModifiedDateTime string `json:"lastModifiedDateTime,omitzero" doc:"When that changed last."`
}

// IncomingContext is graph.incomingContext.
type IncomingContext struct {
	ODataType             string       `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	SourceParticipantID   string       `json:"sourceParticipantId,omitzero" doc:"The caller's id in the roster."`
	ObservedParticipantID string       `json:"observedParticipantId,omitzero" doc:"The participant whose call is being recorded."`
	OnBehalfOf            *IdentitySet `json:"onBehalfOf,omitzero" doc:"Whom the caller speaks for."`
	Transferor            *IdentitySet `json:"transferor,omitzero" doc:"Who transferred the call here."`
}

// CallRoute is graph.callRoute.
type CallRoute struct {
	ODataType   string       `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	RoutingType string       `json:"routingType,omitzero" enum:"forwarded,lookup,selfFork" doc:"Why it was routed on."`
	Original    *IdentitySet `json:"original,omitzero" doc:"Whom the call was for."`
	Final       *IdentitySet `json:"final,omitzero" doc:"Whom it reached."`
}

// CallOptions is graph.outgoingCallOptions in createCall and graph.incomingCallOptions in answer.
type CallOptions struct {
	ODataType                           string `json:"@odata.type,omitzero" doc:"Graph's name of the type; filled in."`
	HideBotAfterEscalation              *bool  `json:"hideBotAfterEscalation,omitzero" doc:"Hide the bot once the call has become a group call."`
	IsContentSharingNotificationEnabled *bool  `json:"isContentSharingNotificationEnabled,omitzero" doc:"Notify of content sharing."`
	IsDeltaRosterEnabled                *bool  `json:"isDeltaRosterEnabled,omitzero" doc:"Send roster changes only, not the whole roster."`
	IsInteractiveRosterEnabled          *bool  `json:"isInteractiveRosterEnabled,omitzero" doc:"Leave participants without media out of delta rosters."`
}

// ChatInfo is graph.chatInfo.
type ChatInfo struct {
	ODataType           string `json:"@odata.type,omitzero" doc:"Graph's name of the type; filled in."`
	ThreadID            string `json:"threadId,omitzero" doc:"The chat's thread, like 19:meeting_…@thread.v2."`
	MessageID           string `json:"messageId,omitzero" doc:"The message in a channel that the meeting hangs on; 0 for others."`
	ReplyChainMessageID string `json:"replyChainMessageId,omitzero" doc:"The message that began the reply chain."`
}

// MeetingInfo is graph.organizerMeetingInfo, tokenMeetingInfo or joinMeetingIdMeetingInfo: the members that are set say
// which, and fill in @odata.type.
type MeetingInfo struct {
	ODataType                    string       `json:"@odata.type,omitzero" doc:"Which kind of meeting information this is; filled in from the member that is set."`
	Organizer                    *IdentitySet `json:"organizer,omitzero" doc:"The organizer, with id and tenantId; needs chatInfo beside it."`
	Token                        string       `json:"token,omitzero" doc:"A token from an incoming call; needs nothing beside it."`
	JoinMeetingID                string       `json:"joinMeetingId,omitzero" legacy:"none" doc:"The number that people type in to join; needs nothing beside it."`
	Passcode                     string       `json:"passcode,omitzero" legacy:"none" doc:"The passcode that goes with joinMeetingId."`
	AllowConversationWithoutHost *bool        `json:"allowConversationWithoutHost,omitzero" doc:"People may talk before the host is there."`
}

// MediaConfig is graph.serviceHostedMediaConfig, or graph.appHostedMediaConfig when it has a blob: that fills in
// @odata.type.
type MediaConfig struct {
	ODataType                   string      `json:"@odata.type,omitzero" also:"#microsoft.graph.serviceMediaConfig=#microsoft.graph.serviceHostedMediaConfig,#microsoft.graph.applicationMediaConfig=#microsoft.graph.appHostedMediaConfig" doc:"Who hosts the media; serviceHostedMediaConfig unless there is a blob."`
	PreFetchMedia               []MediaInfo `json:"preFetchMedia,omitzero" doc:"Sound files to fetch in advance, for playPrompt."`
	Blob                        string      `json:"blob,omitzero" doc:"The opaque text of the media SDK, for media hosted by the application."`
	RemoveFromDefaultAudioGroup *bool       `json:"removeFromDefaultAudioGroup,omitzero" doc:"Keep the bot out of the audio mix (beta)."`
}

// MediaInfo is graph.mediaInfo: a sound file.
type MediaInfo struct {
	ODataType  string `json:"@odata.type,omitzero" doc:"Graph's name of the type; filled in."`
	URI        string `json:"uri,omitzero" alias:"url" legacy:"url" required:"true" format:"uri" doc:"Where the file is: WAV, mono, 16 bit, 16 kHz."`
	ResourceID string `json:"resourceId,omitzero" alias:"id" doc:"A key under which the service keeps it."`
}

// MediaPrompt is graph.mediaPrompt.
type MediaPrompt struct {
	ODataType string     `json:"@odata.type,omitzero" doc:"Graph's name of the type; filled in."`
	MediaInfo *MediaInfo `json:"mediaInfo,omitzero" required:"true" doc:"The file to play."`
	Loop      *int       `json:"loop,omitzero" only:"beta,legacy" doc:"How often to play it (beta and legacy)."`
}
