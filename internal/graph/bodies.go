package graph

// The bodies of requests, in v1.0 words. A member that is zero is left out; an empty list that is not nil is written, so
// that requestedModalities: [] joins a meeting without media.

// CreateCallBody creates a call or joins a meeting: the members of graph.call that a client may set.
// https://learn.microsoft.com/graph/api/application-post-calls
type CreateCallBody struct {
	ODataType               string                      `json:"@odata.type,omitzero" doc:"Graph's name of the type; filled in."`
	Direction               string                      `json:"direction,omitzero" enum:"outgoing" doc:"outgoing; some clients send it for group calls."`
	Subject                 string                      `json:"subject,omitzero" doc:"The subject of the conversation."`
	CallbackURI             string                      `json:"callbackUri,omitzero" alias:"callback" legacy:"callback" format:"uri" doc:"Where notifications go; the run's own address when absent."`
	Source                  *ParticipantInfo            `json:"source,omitzero" doc:"Who calls; needed to call a telephone."`
	Targets                 []InvitationParticipantInfo `json:"targets,omitzero" doc:"Whom to call; none to join a meeting."`
	TargetDisposition       string                      `json:"targetDisposition,omitzero" only:"legacy" legacyDefault:"default" enum:"default,simultaneousRing,forward" doc:"Whether several targets ring at once (legacy, where it is filled in)."`
	RequestedModalities     []string                    `json:"requestedModalities,omitzero" enum:"audio,video,videoBasedScreenSharing,data" doc:"The media to ask for; [] joins without media."`
	MediaConfig             *MediaConfig                `json:"mediaConfig,omitzero" doc:"Who hosts the media; leave out to join without media."`
	ChatInfo                *ChatInfo                   `json:"chatInfo,omitzero" doc:"The chat of the meeting to join."`
	MeetingInfo             *MeetingInfo                `json:"meetingInfo,omitzero" doc:"The meeting to join."`
	TenantID                string                      `json:"tenantId,omitzero" format:"guid" doc:"The tenant of the call; the service refuses with 7505 when it is missing or wrong."`
	CallOptions             *CallOptions                `json:"callOptions,omitzero" odata:"outgoingCallOptions" legacy:"none" doc:"Options for the call."`
	RingingTimeoutInSeconds *int                        `json:"ringingTimeoutInSeconds,omitzero" only:"beta" doc:"How long to ring, up to 115 (beta)."`
	RoutingPolicies         []string                    `json:"routingPolicies,omitzero" only:"beta" enum:"none,noMissedCall,disableForwardingExceptPhone,disableForwarding,preferSkypeForBusiness" doc:"How the call may be routed (beta)."`
}

// AnswerBody answers an incoming call. https://learn.microsoft.com/graph/api/call-answer
type AnswerBody struct {
	CallbackURI         string       `json:"callbackUri,omitzero" alias:"callback" legacy:"callback" format:"uri" doc:"Where the call's further notifications go; the run's own address when absent."`
	AcceptedModalities  []string     `json:"acceptedModalities,omitzero" alias:"acceptModalities" legacy:"acceptModalities" enum:"audio,video,videoBasedScreenSharing" doc:"The media to accept."`
	MediaConfig         *MediaConfig `json:"mediaConfig,omitzero" doc:"Who hosts the media."`
	ParticipantCapacity *int         `json:"participantCapacity,omitzero" legacy:"none" doc:"How many participants a recording bot can take."`
	CallOptions         *CallOptions `json:"callOptions,omitzero" odata:"incomingCallOptions" legacy:"none" doc:"Options for the call."`
}

// RejectBody rejects an incoming call. https://learn.microsoft.com/graph/api/call-reject
type RejectBody struct {
	Reason      string `json:"reason,omitzero" enum:"none,busy,forbidden" doc:"What to tell the caller."`
	CallbackURI string `json:"callbackUri,omitzero" alias:"callback" legacy:"omit" format:"uri" doc:"Where the call's last notifications go; the run's own address when absent."`
}

// RedirectBody sends an incoming call elsewhere. https://learn.microsoft.com/graph/api/call-redirect
type RedirectBody struct {
	Targets           []InvitationParticipantInfo `json:"targets,omitzero" required:"true" doc:"Where to: one forwards, several ring at once, up to 25."`
	TargetDisposition string                      `json:"targetDisposition,omitzero" only:"beta,legacy" legacyDefault:"default" enum:"default,simultaneousRing,forward" doc:"Whether several targets ring at once (beta and legacy; filled in for legacy)."`
	Timeout           *int                        `json:"timeout,omitzero" doc:"How long to ring, in seconds: 15 to 90."`
	MaskCallee        *bool                       `json:"maskCallee,omitzero" only:"beta,legacy" doc:"Show the bot's identity to the caller (beta and legacy)."`
	MaskCaller        *bool                       `json:"maskCaller,omitzero" only:"beta,legacy" doc:"Show the bot's identity to the targets (beta and legacy)."`
	RoutingPolicies   []string                    `json:"routingPolicies,omitzero" legacy:"none" enum:"none,noMissedCall,disableForwardingExceptPhone,disableForwarding,preferSkypeForBusiness" doc:"How the call may be routed."`
	CallbackURI       string                      `json:"callbackUri,omitzero" alias:"callback" legacy:"omit" format:"uri" doc:"Where the call's last notifications go; the run's own address when absent."`
}

// TransferBody transfers a call. https://learn.microsoft.com/graph/api/call-transfer
type TransferBody struct {
	TransferTarget *InvitationParticipantInfo `json:"transferTarget,omitzero" alias:"target" required:"true" doc:"Whom to connect the other party with; replacesCallId makes it a consultative transfer."`
	Transferee     *ParticipantInfo           `json:"transferee,omitzero" legacy:"none" doc:"Whom to transfer, when the call is a group call."`
	ClientContext  string                     `json:"clientContext,omitzero" alias:"operationContext" doc:"A text of yours; Graph's examples send it, its reference does not list it."`
}

// InviteBody invites participants. https://learn.microsoft.com/graph/api/participant-invite
type InviteBody struct {
	Participants  []InvitationParticipantInfo `json:"participants,omitzero" required:"true" doc:"Whom to invite, up to 5; with replacesCallId only the first one is read."`
	ClientContext string                      `json:"clientContext,omitzero" doc:"A text of yours, up to 256 characters, that comes back with the operation."`
}
