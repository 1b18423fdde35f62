package graph

// LogTeleconferenceDeviceQualityBody reports how good the media of a teleconference device were.
// https://learn.microsoft.com/graph/api/call-logteleconferencedevicequality
type LogTeleconferenceDeviceQualityBody struct {
	Quality *TeleconferenceDeviceQuality `json:"quality,omitzero" required:"true" doc:"The device, its call, and the quality of each of its media."`
}

// TeleconferenceDeviceQuality is graph.teleconferenceDeviceQuality.
type TeleconferenceDeviceQuality struct {
	ODataType         string    `json:"@odata.type,omitzero" doc:"Graph's name of the type; filled in."`
	CallChainID       string    `json:"callChainId,omitzero" required:"true" format:"guid" doc:"The call's callChainId."`
	ParticipantID     string    `json:"participantId,omitzero" required:"true" format:"guid" doc:"The device's participant in the call."`
	MediaLegID        string    `json:"mediaLegId,omitzero" required:"true" format:"guid" doc:"The media leg, one of a device's several."`
	DeviceName        string    `json:"deviceName,omitzero" required:"true" doc:"The device's name."`
	DeviceDescription string    `json:"deviceDescription,omitzero" required:"true" doc:"What kind of device it is: its software and version."`
	MediaQualityList  []Quality `json:"mediaQualityList,omitzero" required:"true" doc:"The quality of each of its media."`

	CloudServiceDeploymentEnvironment string `json:"cloudServiceDeploymentEnvironment,omitzero" doc:"Where the cloud service runs, such as ProductionEnvironment."`
	CloudServiceDeploymentID          string `json:"cloudServiceDeploymentId,omitzero" doc:"The id of that deployment."`
	CloudServiceInstanceName          string `json:"cloudServiceInstanceName,omitzero" doc:"The instance, such as FrontEnd_IN_3."`
	CloudServiceName                  string `json:"cloudServiceName,omitzero" doc:"The cloud service's name."`
}

// Quality is graph.teleconferenceDeviceMediaQuality with the members of its subtypes; @odata.type says which one it is.
// Durations are ISO 8601 texts, like PT0.03S.
type Quality struct {
	ODataType               string `json:"@odata.type,omitzero" required:"true" enum:"#microsoft.graph.teleconferenceDeviceAudioQuality,#microsoft.graph.teleconferenceDeviceVideoQuality,#microsoft.graph.teleconferenceDeviceScreenSharingQuality" doc:"Which of its media this is about."`
	ChannelIndex            *int   `json:"channelIndex,omitzero" required:"true" doc:"The channel's number, from 1 for each kind of media."`
	MediaDuration           string `json:"mediaDuration,omitzero" doc:"How long it lasted, like PT20M."`
	NetworkLinkSpeedInBytes *int64 `json:"networkLinkSpeedInBytes,omitzero" doc:"The speed of the network link, in bytes a second."`
	LocalIPAddress          string `json:"localIPAddress,omitzero" doc:"The device's address."`
	LocalPort               *int   `json:"localPort,omitzero" doc:"The device's port."`
	RemoteIPAddress         string `json:"remoteIPAddress,omitzero" doc:"The other side's address."`
	RemotePort              *int   `json:"remotePort,omitzero" doc:"The other side's port."`
	InboundPackets          *int64 `json:"inboundPackets,omitzero" doc:"How many packets came."`
	OutboundPackets         *int64 `json:"outboundPackets,omitzero" doc:"How many packets went."`

	AverageInboundPacketLossRate  *float64 `json:"averageInboundPacketLossRateInPercentage,omitzero" doc:"Lost packets among those that came, in per cent."`
	AverageOutboundPacketLossRate *float64 `json:"averageOutboundPacketLossRateInPercentage,omitzero" doc:"Lost packets among those that went, in per cent."`
	MaximumInboundPacketLossRate  *float64 `json:"maximumInboundPacketLossRateInPercentage,omitzero" doc:"The worst of those that came."`
	MaximumOutboundPacketLossRate *float64 `json:"maximumOutboundPacketLossRateInPercentage,omitzero" doc:"The worst of those that went."`

	AverageInboundRoundTripDelay  string `json:"averageInboundRoundTripDelay,omitzero" doc:"The round trip of what came, like PT0.03S."`
	AverageOutboundRoundTripDelay string `json:"averageOutboundRoundTripDelay,omitzero" doc:"The round trip of what went."`
	MaximumInboundRoundTripDelay  string `json:"maximumInboundRoundTripDelay,omitzero" doc:"The longest of what came."`
	MaximumOutboundRoundTripDelay string `json:"maximumOutboundRoundTripDelay,omitzero" doc:"The longest of what went."`
	AverageInboundJitter          string `json:"averageInboundJitter,omitzero" doc:"The jitter of what came."`
	AverageOutboundJitter         string `json:"averageOutboundJitter,omitzero" doc:"The jitter of what went."`
	MaximumInboundJitter          string `json:"maximumInboundJitter,omitzero" doc:"The worst jitter of what came."`
	MaximumOutboundJitter         string `json:"maximumOutboundJitter,omitzero" doc:"The worst jitter of what went."`

	AverageInboundBitRate    *float64 `json:"averageInboundBitRate,omitzero" doc:"For pictures: bits a second that came."`
	AverageOutboundBitRate   *float64 `json:"averageOutboundBitRate,omitzero" doc:"For pictures: bits a second that went."`
	AverageInboundFrameRate  *float64 `json:"averageInboundFrameRate,omitzero" doc:"For pictures: frames a second that came."`
	AverageOutboundFrameRate *float64 `json:"averageOutboundFrameRate,omitzero" doc:"For pictures: frames a second that went."`
}
