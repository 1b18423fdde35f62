package graph

// Participant is graph.participant: one entry of a roster.
type Participant struct {
	ODataType            string            `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	ID                   string            `json:"id,omitzero" doc:"The participant's id in this call; not the person's."`
	Info                 *ParticipantInfo  `json:"info,omitzero" doc:"Who it is."`
	IsInLobby            bool              `json:"isInLobby" doc:"Still waiting to be let in."`
	IsMuted              bool              `json:"isMuted" doc:"Muted, by themselves or by the service."`
	MediaStreams         []MediaStream     `json:"mediaStreams,omitzero" doc:"What they send and receive."`
	Metadata             string            `json:"metadata,omitzero" doc:"Data that the participant attached."`
	RecordingInfo        *RecordingInfo    `json:"recordingInfo,omitzero" doc:"Whether they record."`
	RemovedState         *RemovedState     `json:"removedState,omitzero" doc:"Why they left; in delta rosters only."`
	RestrictedExperience *RestrictedAccess `json:"restrictedExperience,omitzero" doc:"What they may not do."`
	RosterSequenceNumber int64             `json:"rosterSequenceNumber,omitzero" doc:"Orders changes of this participant."`
	IsIdentityAnonymized bool              `json:"isIdentityAnonymized,omitzero" doc:"Their identity is hidden (beta)."`
	PreferredDisplayName string            `json:"preferredDisplayName,omitzero" doc:"The name they chose (beta)."`

	SyntheticMediaDetection *SyntheticMediaInfo `json:"syntheticMediaDetection,omitzero" doc:"What a detection bot reported of their media (beta)."`
}

// ParticipantInfo is graph.participantInfo.
type ParticipantInfo struct {
	ODataType     string       `json:"@odata.type,omitzero" doc:"Graph's name of the type; filled in."`
	ID            string       `json:"id,omitzero" legacy:"none" doc:"The participant's id in the call; on the wire only."`
	Identity      *IdentitySet `json:"identity,omitzero" required:"true" doc:"Who it is: one kind of identity."`
	ParticipantID string       `json:"participantId,omitzero" legacy:"none" doc:"The participant's id in the call."`
	EndpointType  string       `json:"endpointType,omitzero" enum:"default,voicemail,skypeForBusiness,skypeForBusinessVoipPhone" doc:"What kind of client they use."`
	CountryCode   string       `json:"countryCode,omitzero" legacy:"none" doc:"Their country, two letters."`
	Region        string       `json:"region,omitzero" doc:"The region their client is in."`
	LanguageID    string       `json:"languageId,omitzero" doc:"Their language, like en-US."`
	PlatformID    string       `json:"platformId,omitzero" legacy:"none" doc:"Their client's platform (beta)."`
}

// InvitationParticipantInfo is graph.invitationParticipantInfo: somebody to call, to invite, or to transfer to.
type InvitationParticipantInfo struct {
	ODataType                          string       `json:"@odata.type,omitzero" doc:"Graph's name of the type; filled in."`
	ID                                 string       `json:"id,omitzero" legacy:"none" doc:"The participant's id in the call; on the wire only."`
	EndpointType                       string       `json:"endpointType,omitzero" enum:"default,voicemail,skypeForBusiness,skypeForBusinessVoipPhone" doc:"What kind of client to reach; voicemail goes straight there."`
	Identity                           *IdentitySet `json:"identity,omitzero" required:"true" called:"true" doc:"Who it is: one kind of identity."`
	LanguageID                         string       `json:"languageId,omitzero" doc:"Their language, like en-US."`
	Region                             string       `json:"region,omitzero" doc:"The region their client is in."`
	ReplacesCallID                     string       `json:"replacesCallId,omitzero" call:"true" doc:"The call that this one takes the place of: its id, or its /…/calls/id path."`
	ParticipantID                      string       `json:"participantId,omitzero" legacy:"none" doc:"Their id in the call they are taken from."`
	Hidden                             *bool        `json:"hidden,omitzero" legacy:"none" doc:"Keep them out of the roster."`
	RemoveFromDefaultAudioRoutingGroup *bool        `json:"removeFromDefaultAudioRoutingGroup,omitzero" legacy:"none" doc:"Keep them out of the audio mix."`
}

// IdentitySet is graph.identitySet with the members of graph.communicationsIdentitySet. Exactly one is set.
type IdentitySet struct {
	ODataType                      string    `json:"@odata.type,omitzero" doc:"Graph's name of the type; filled in."`
	User                           *Identity `json:"user,omitzero" ids:"guid" doc:"A person in the directory; id is the object id."`
	Application                    *Identity `json:"application,omitzero" ids:"guid" doc:"A bot; id is the app id."`
	ApplicationInstance            *Identity `json:"applicationInstance,omitzero" ids:"guid" doc:"A bot's resource account; id is its object id."`
	Phone                          *Identity `json:"phone,omitzero" ids:"e164" doc:"A telephone; id is the number in E.164 form."`
	Guest                          *Identity `json:"guest,omitzero" ids:"guid" doc:"A guest; id is any GUID."`
	Encrypted                      *Identity `json:"encrypted,omitzero" ids:"any" doc:"Somebody whose identity the bot may not see."`
	OnPremises                     *Identity `json:"onPremises,omitzero" ids:"any" doc:"A Skype for Business user."`
	AzureCommunicationServicesUser *Identity `json:"azureCommunicationServicesUser,omitzero" ids:"any" alias:"acsUser" doc:"A user of Azure Communication Services."`
	ACSApplicationInstance         *Identity `json:"acsApplicationInstance,omitzero" doc:"A bot in Azure Communication Services; seen in the SDK."`
	AssertedIdentity               *Identity `json:"assertedIdentity,omitzero" doc:"An identity that another party vouches for."`
	Device                         *Identity `json:"device,omitzero" doc:"A device."`
	EndpointType                   string    `json:"endpointType,omitzero" enum:"default,voicemail,skypeForBusiness,skypeForBusinessVoipPhone" doc:"What kind of client they use."`
}

// Identity is graph.identity with the members of its subtypes.
type Identity struct {
	ODataType        string `json:"@odata.type,omitzero" doc:"Graph's name of the type; filled in."`
	ID               string `json:"id,omitzero" doc:"Who: an object id, an app id, or a number in E.164 form."`
	DisplayName      string `json:"displayName,omitzero" doc:"The name people see."`
	TenantID         string `json:"tenantId,omitzero" format:"guid" doc:"Their tenant."`
	IdentityProvider string `json:"identityProvider,omitzero" doc:"Who vouches for them: AAD; None for a guest in legacy."`
	Email            string `json:"email,omitzero" doc:"A guest's address."`
	ApplicationType  string `json:"applicationType,omitzero" doc:"What kind of application it is."`
	Hidden           *bool  `json:"hidden,omitzero" doc:"Not shown in the roster."`
	ResourceID       string `json:"azureCommunicationServicesResourceId,omitzero" doc:"The resource of Azure Communication Services they belong to."`
	Language         string `json:"language,omitzero" doc:"Their language (legacy)."`
	LanguageID       string `json:"languageId,omitzero" doc:"Their language (legacy)."`
	Region           string `json:"region,omitzero" doc:"Their region (legacy)."`
	EndpointID       string `json:"endpointId,omitzero" doc:"Their client's id (2018)."`
}

// MediaStream is graph.mediaStream.
type MediaStream struct {
	ODataType   string `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	MediaType   string `json:"mediaType,omitzero" enum:"unknown,audio,video,videoBasedScreenSharing,data,screenSharing" doc:"What flows."`
	Label       string `json:"label,omitzero" doc:"The stream's label, like main-audio."`
	SourceID    string `json:"sourceId,omitzero" doc:"The stream's number, as text."`
	Direction   string `json:"direction,omitzero" enum:"inactive,sendOnly,receiveOnly,sendReceive" doc:"Which way it flows."`
	ServerMuted bool   `json:"serverMuted" doc:"Muted by the service."`
}

// RecordingInfo is graph.recordingInfo.
type RecordingInfo struct {
	ODataType       string           `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	RecordingStatus string           `json:"recordingStatus,omitzero" alias:"status" enum:"unknown,notRecording,recording,failed,recordingCapable" also:"startedRecording=recording" doc:"Whether they record."`
	Initiator       *IdentitySet     `json:"initiator,omitzero" doc:"Who began it."`
	InitiatedBy     *ParticipantInfo `json:"initiatedBy,omitzero" doc:"Who began it (beta and legacy)."`
}

// RemovedState is graph.removedState.
type RemovedState struct {
	ODataType string `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	Reason    string `json:"reason,omitzero" doc:"Why they left, in the service's words."`
}

// RestrictedAccess is graph.onlineMeetingRestricted.
type RestrictedAccess struct {
	ODataType              string `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	ContentSharingDisabled string `json:"contentSharingDisabled,omitzero" enum:"watermarkProtection" doc:"Why they may not share content."`
	VideoDisabled          string `json:"videoDisabled,omitzero" enum:"watermarkProtection" doc:"Why they may not send video."`
}
