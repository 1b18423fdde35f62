package graph

// The bodies of what a bot does within a group call or a meeting.

// ContextBody is the body of the actions that take nothing but a clientContext: participant: mute, stopHoldMusic; call:
// mute, unmute, addLargeGalleryView; beta's lobby and recording.
type ContextBody struct {
	ClientContext string `json:"clientContext,omitzero" doc:"A text of yours, up to 256 characters, that comes back with the operation."`
}

// MuteAllBody mutes several. https://learn.microsoft.com/graph/api/participant-muteall (beta)
type MuteAllBody struct {
	Participants  []string `json:"participants,omitzero" doc:"Whom to mute: their participant ids; all others when absent."`
	ClientContext string   `json:"clientContext,omitzero" doc:"A text of yours, up to 256 characters, that comes back with the operation."`
}

// StartHoldMusicBody puts a participant on hold. https://learn.microsoft.com/graph/api/participant-startholdmusic
type StartHoldMusicBody struct {
	CustomPrompt  *MediaPrompt `json:"customPrompt,omitzero" odata:"mediaPrompt" doc:"What to play; the service's own music when absent."`
	ClientContext string       `json:"clientContext,omitzero" doc:"A text of yours, up to 256 characters, that comes back with the operation."`
}

// ScreenSharingBody changes the bot's role. https://learn.microsoft.com/graph/api/call-changescreensharingrole
type ScreenSharingBody struct {
	Role string `json:"role,omitzero" required:"true" enum:"viewer,sharer" doc:"Whether to see what others share, or to share."`
}

// RecordingStatusBody tells that the bot records. https://learn.microsoft.com/graph/api/call-updaterecordingstatus
type RecordingStatusBody struct {
	Status        string `json:"status,omitzero" required:"true" enum:"notRecording,recording,failed" doc:"Whether the bot records."`
	ClientContext string `json:"clientContext,omitzero" doc:"A text of yours, up to 256 characters, that comes back with the operation."`
}

// AudioRoutingGroupBody creates or changes a group: https://learn.microsoft.com/graph/api/call-post-audioroutinggroups and
// https://learn.microsoft.com/graph/api/audioroutinggroup-update
type AudioRoutingGroupBody struct {
	ID          string   `json:"id,omitzero" doc:"The group's id: a text of yours."`
	RoutingMode string   `json:"routingMode,omitzero" enum:"oneToOne,multicast" doc:"Whether one participant hears the source, or several do."`
	Sources     []string `json:"sources,omitzero" doc:"The participant id of who is heard: one."`
	Receivers   []string `json:"receivers,omitzero" doc:"The participant ids of those who hear."`
}

// TranscriptionBody begins or ends a transcription. https://learn.microsoft.com/graph/api/call-starttranscription (beta)
type TranscriptionBody struct {
	Language      string `json:"language,omitzero" doc:"The language spoken; the service takes en-us."`
	ClientContext string `json:"clientContext,omitzero" doc:"A text of yours, up to 256 characters, that comes back with the operation."`
}

// MetadataBody attaches data to the bot's place in the roster: the legacy page "call: updateMetadata".
type MetadataBody struct {
	Metadata      string `json:"metadata,omitzero" required:"true" doc:"The data, as text."`
	ClientContext string `json:"clientContext,omitzero" doc:"A text of yours, up to 256 characters, that comes back with the operation."`
}
