package graph

// What a detection bot says of media that a machine has made, and what the roster then tells of it. Beta only.

// SyntheticMediaBody reports that a participant's media look synthetic.
// https://learn.microsoft.com/graph/api/participant-reportsyntheticmedia (beta, June 2026)
type SyntheticMediaBody struct {
	ID                string                    `json:"id,omitzero" format:"guid" doc:"The report's own id, new for every report; made up when absent."`
	DetectionDateTime string                    `json:"detectionDateTime,omitzero" doc:"When the media were analysed, like 2026-03-13T21:00:00Z; now when absent."`
	Severity          string                    `json:"severity,omitzero" enum:"low,medium,high" doc:"How severe it is; absent when that cannot be told."`
	OverallConfidence *float64                  `json:"overallConfidence,omitzero" required:"true" doc:"How sure the bot is that the media are synthetic: 0 to 1."`
	IsMalicious       *bool                     `json:"isMalicious,omitzero" required:"true" doc:"Whether it means harm."`
	ContentMetadata   *MediaMetadata            `json:"contentMetadata,omitzero" required:"true" doc:"What was analysed."`
	Detections        []SyntheticMediaDetection `json:"detections,omitzero" required:"true" doc:"What each model found, or each segment showed."`
}

// SyntheticMediaDetection is graph.syntheticMediaDetectionDetail: what one model found in one segment.
type SyntheticMediaDetection struct {
	ModelName  string        `json:"modelName,omitzero" doc:"The model's name, like DeepfakeDetector-v2."`
	Modality   string        `json:"modality,omitzero" enum:"audio,video,image,text,multimodal" doc:"What it looked at."`
	ModelTasks []string      `json:"modelTasks,omitzero" doc:"What it looked for, in words of the bot's: faceSwap, lipSync, voiceClone."`
	Segment    *MediaSegment `json:"segment,omitzero" doc:"The part that it looked at."`
	Confidence *float64      `json:"confidence,omitzero" doc:"How sure it is: 0 to 1."`
}

// MediaSegment is graph.mediaSegment.
type MediaSegment struct {
	StartTimeSec *int  `json:"startTimeSec,omitzero" doc:"Where it begins, in seconds."`
	EndTimeSec   *int  `json:"endTimeSec,omitzero" doc:"Where it ends, in seconds."`
	FrameIndices []int `json:"frameIndices,omitzero" doc:"The frames that were looked at, of a video."`
}

// MediaMetadata is graph.mediaMetadata. Which of its parts there are follows from the modality: audioMetadata for audio,
// videoMetadata for video, both for multimodal, and streamingMetadata for what is live.
type MediaMetadata struct {
	Modality          string             `json:"modality,omitzero" enum:"audio,video,image,text,multimodal" doc:"What kind of content it is."`
	IsRealTime        *bool              `json:"isRealTime,omitzero" doc:"Whether a live stream was analysed."`
	MimeType          string             `json:"mimeType,omitzero" doc:"Like audio/pcm, video/mp4 or video/h264."`
	ByteSize          *int64             `json:"byteSize,omitzero" doc:"Its size in bytes; 0 for a live stream."`
	Duration          *int               `json:"duration,omitzero" doc:"How long it is, in seconds; of a live stream the window that was analysed."`
	AudioMetadata     *AudioMetadata     `json:"audioMetadata,omitzero" doc:"How the audio is encoded."`
	VideoMetadata     *VideoMetadata     `json:"videoMetadata,omitzero" doc:"How the video is encoded."`
	StreamingMetadata *StreamingMetadata `json:"streamingMetadata,omitzero" doc:"How good the live stream was."`
}

// AudioMetadata is graph.audioMetadata.
type AudioMetadata struct {
	SampleRateHz *int `json:"sampleRateHz,omitzero" doc:"Samples a second."`
	BitDepth     *int `json:"bitDepth,omitzero" doc:"Bits a sample."`
	Channels     *int `json:"channels,omitzero" doc:"How many channels."`
}

// VideoMetadata is graph.videoMetadata.
type VideoMetadata struct {
	Codec       string   `json:"codec,omitzero" doc:"Like H.264."`
	FrameRate   *float64 `json:"frameRate,omitzero" doc:"Frames a second."`
	BitrateKbps *int     `json:"bitrateKbps,omitzero" doc:"Kilobits a second."`
}

// StreamingMetadata is graph.streamingMetadata.
type StreamingMetadata struct {
	LatencyMs       *int     `json:"latencyMs,omitzero" doc:"The latency, in milliseconds."`
	FrameDropRate   *float64 `json:"frameDropRate,omitzero" doc:"The share of frames that were lost."`
	NetworkJitterMs *int     `json:"networkJitterMs,omitzero" doc:"The jitter, in milliseconds."`
}

// SyntheticMediaInfo is graph.syntheticMediaDetectionInfo: the latest report about a participant, as rosters tell it.
type SyntheticMediaInfo struct {
	ODataType            string  `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	DetectionID          string  `json:"detectionId,omitzero" doc:"The id that the report gave."`
	DetectorBot          string  `json:"detectorBot,omitzero" doc:"Which bot reported it."`
	IsParticipantTrusted bool    `json:"isParticipantTrusted" doc:"Whether they are known and trusted."`
	SyntheticConfidence  float64 `json:"syntheticConfidence" doc:"How sure the bot is: 0 to 1."`
}
