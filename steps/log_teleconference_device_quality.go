package steps

import (
	"fmt"
	"regexp"

	"callflow/internal/graph"
	"callflow/schema"
)

var logTeleconferenceDeviceQuality = Define[graph.LogTeleconferenceDeviceQualityBody, keepAliveOutputs](schema.Verb{
	Name:    "logTeleconferenceDeviceQuality",
	Summary: "report the quality of a teleconference device's media",
	Detail: "For partners whose video devices join meetings (Cloud Video Interop). Each entry of `mediaQualityList` says by its\n" +
		"`@odata.type` whether it is about audio, video or screen sharing.",
	Role:       schema.Acts,
	Goals:      takenGoals,
	Idempotent: true,
	Harmless:   func(any) bool { return true },
	Example: `logTeleconferenceDeviceQuality:
  quality:
    callChainId: 0622673d-9f69-49b3-9d4f-5ec64f42ecce
    participantId: ea078406-b5d4-4d3c-b85e-90103dcec7f6
    mediaLegId: bd9ee398-4b9d-42c7-8b8d-4e8efad9435f
    deviceName: Room 7
    deviceDescription: a video device
    mediaQualityList:
      - "@odata.type": "#microsoft.graph.teleconferenceDeviceAudioQuality"
        channelIndex: 1
        mediaDuration: PT20M
        averageInboundJitter: PT0.01S`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		p := params.(*graph.LogTeleconferenceDeviceQualityBody)
		if p.Quality == nil {
			return
		}
		for i, q := range p.Quality.MediaQualityList {
			for _, d := range []struct{ name, text string }{
				{"mediaDuration", q.MediaDuration},
				{"averageInboundRoundTripDelay", q.AverageInboundRoundTripDelay}, {"averageOutboundRoundTripDelay", q.AverageOutboundRoundTripDelay},
				{"maximumInboundRoundTripDelay", q.MaximumInboundRoundTripDelay}, {"maximumOutboundRoundTripDelay", q.MaximumOutboundRoundTripDelay},
				{"averageInboundJitter", q.AverageInboundJitter}, {"averageOutboundJitter", q.AverageOutboundJitter},
				{"maximumInboundJitter", q.MaximumInboundJitter}, {"maximumOutboundJitter", q.MaximumOutboundJitter},
			} {
				c.format(d.text, isoDuration, "a duration as ISO 8601 writes it", "write it like PT20M or PT0.03S",
					"quality", "mediaQualityList", fmt.Sprint(i), d.name)
			}
		}
	},
}, func(env Env, p *graph.LogTeleconferenceDeviceQualityBody) (Outputs, error) {
	return take(env, graph.Command{Op: "logTeleconferenceDeviceQuality", Body: p})
})

// isoDuration is a duration as Edm.Duration has it: days at most.
var isoDuration = regexp.MustCompile(`^-?P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$`)
