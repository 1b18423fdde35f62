package graph

// ConfigureMixerBody changes what participants hear. https://learn.microsoft.com/graph/api/participant-configuremixer (beta)
type ConfigureMixerBody struct {
	ParticipantMixerLevels []ParticipantMixerLevel `json:"participantMixerLevels,omitzero" required:"true" doc:"What each of these participants hears."`
	ClientContext          string                  `json:"clientContext,omitzero" doc:"A text of yours, up to 256 characters, that comes back with the operation."`
}

// ParticipantMixerLevel is graph.participantMixerLevel: what one participant hears.
type ParticipantMixerLevel struct {
	ODataType    string                  `json:"@odata.type,omitzero" doc:"Graph's name of the type; filled in."`
	Participant  string                  `json:"participant,omitzero" required:"true" doc:"Who hears it: a participant id."`
	Exclusive    *bool                   `json:"exclusive,omitzero" doc:"Whether they hear only the sources named here."`
	Ducking      *AudioDuckingParameters `json:"ducking,omitzero" doc:"How the others go down while one of the sources speaks."`
	SourceLevels []AudioSourceLevel      `json:"sourceLevels,omitzero" doc:"How loud they hear whom."`
}

// AudioDuckingParameters is graph.audioDuckingParameters, as the example of the page has it.
type AudioDuckingParameters struct {
	ODataType    string `json:"@odata.type,omitzero" doc:"Graph's name of the type; filled in."`
	RampActive   *int   `json:"rampActive,omitzero" doc:"How fast the others go down, in milliseconds."`
	RampInactive *int   `json:"rampInactive,omitzero" doc:"How fast they come up again, in milliseconds."`
	LowerLevel   *int   `json:"lowerLevel,omitzero" doc:"How loud they are then, in percent."`
	UpperLevel   *int   `json:"upperLevel,omitzero" doc:"How loud they are otherwise, in percent."`
}

// AudioSourceLevel is graph.audioSourceLevel: how loud one source is.
type AudioSourceLevel struct {
	ODataType   string `json:"@odata.type,omitzero" doc:"Graph's name of the type; filled in."`
	Participant string `json:"participant,omitzero" required:"true" doc:"Who is heard: a participant id."`
	Level       *int   `json:"level,omitzero" doc:"How loud, in percent."`
	DuckOthers  *bool  `json:"duckOthers,omitzero" doc:"Whether the others go down while they speak."`
}
