package graph

// The bodies of requests about media that the service hosts: prompts, recordings, tones.

// PlayPromptBody plays sound files to the call. https://learn.microsoft.com/graph/api/call-playprompt
type PlayPromptBody struct {
	Prompts       []MediaPrompt `json:"prompts,omitzero" required:"true" doc:"What to play, in order: 1 to 20 prompts."`
	ClientContext string        `json:"clientContext,omitzero" doc:"A text of yours, up to 256 characters, that comes back with the operation."`
}

// RecordResponseBody records what the other side says. https://learn.microsoft.com/graph/api/call-record
type RecordResponseBody struct {
	Prompts                        []MediaPrompt `json:"prompts,omitzero" doc:"What to play before the recording: at most one prompt."`
	BargeInAllowed                 *bool         `json:"bargeInAllowed,omitzero" doc:"Cancel the prompts and recordings that are queued or going on, and record at once; false when absent."`
	InitialSilenceTimeoutInSeconds *int          `json:"initialSilenceTimeoutInSeconds,omitzero" doc:"How long to wait for the first word, 1 to 120; 5 when absent."`
	MaxSilenceTimeoutInSeconds     *int          `json:"maxSilenceTimeoutInSeconds,omitzero" doc:"How much silence after the last word ends it, 1 to 120; 5 when absent."`
	MaxRecordDurationInSeconds     *int          `json:"maxRecordDurationInSeconds,omitzero" doc:"How long it may be, 1 to 120; 5 when absent."`
	PlayBeep                       *bool         `json:"playBeep,omitzero" doc:"Whether a beep comes before it; true when absent."`
	StopTones                      []string      `json:"stopTones,omitzero" doc:"The keys that end it: \"#\", \"1\", \"*\" …"`
	RecordingFormat                string        `json:"recordingFormat,omitzero" only:"legacy" enum:"wav,wma,mp3" doc:"The format of the file (legacy)."`
	StreamWhileRecording           *bool         `json:"streamWhileRecording,omitzero" only:"legacy" doc:"Tell where the recording is as soon as it begins (legacy)."`
	ClientContext                  string        `json:"clientContext,omitzero" doc:"A text of yours, up to 256 characters, that comes back with the operation."`
}

// CancelMediaProcessingBody cancels prompts and recordings. https://learn.microsoft.com/graph/api/call-cancelmediaprocessing
type CancelMediaProcessingBody struct {
	All           *bool  `json:"all,omitzero" only:"legacy" doc:"false cancels only what is going on, not what is queued (legacy)."`
	ClientContext string `json:"clientContext,omitzero" doc:"A text of yours, up to 256 characters, that comes back with the operation."`
}

// SubscribeToToneBody asks for the keys that the other side presses. https://learn.microsoft.com/graph/api/call-subscribetotone
type SubscribeToToneBody struct {
	ClientContext string `json:"clientContext,omitzero" doc:"A text of yours, up to 256 characters, that comes back with the operation."`
}

// SendDtmfTonesBody presses keys. https://learn.microsoft.com/graph/api/call-senddtmftones
type SendDtmfTonesBody struct {
	Tones               []string `json:"tones,omitzero" required:"true" enum:"tone0,tone1,tone2,tone3,tone4,tone5,tone6,tone7,tone8,tone9,star,pound,a,b,c,d,flash" doc:"The tones, in order."`
	DelayBetweenTonesMs *int     `json:"delayBetweenTonesMs,omitzero" doc:"Milliseconds from one tone to the next."`
	ClientContext       string   `json:"clientContext,omitzero" doc:"A text of yours, up to 256 characters, that comes back with the operation."`
}
