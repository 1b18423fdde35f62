package simulator

import (
	"fmt"
	"math"
	"regexp"
	"strings"
)

// logTeleconferenceDeviceQuality takes a report, checked against the types of Graph's metadata. Nothing follows from it.
// Graph page "call: logTeleconferenceDeviceQuality". Whether the ids are those of a call is not looked at (ours): devices
// report when their call is over.
func (s *Service) logTeleconferenceDeviceQuality(_ *call, q *request) reply {
	var b struct {
		Quality obj `json:"quality"`
	}
	if e := q.read(&b); e != nil {
		return *e
	}
	if b.Quality == nil {
		return badRequest("quality is missing")
	}
	kind, _ := b.Quality["@odata.type"].(string)
	if p := first(typed("quality", kind, "teleconferenceDeviceQuality"), checkMembers("quality", b.Quality, deviceQuality)); p != "" {
		return badRequest("%s", p)
	}
	for i, x := range b.Quality["mediaQualityList"].([]any) {
		where := fmt.Sprintf("quality.mediaQualityList[%d]", i)
		one, ok := x.(obj)
		if !ok {
			return badRequest("%s is no object", where)
		}
		kind, _ := one["@odata.type"].(string)
		if kind == "" {
			return badRequest("%s.@odata.type is missing", where)
		}
		p := first(typed(where, kind, "teleconferenceDeviceAudioQuality", "teleconferenceDeviceVideoQuality", "teleconferenceDeviceScreenSharingQuality"),
			checkMembers(where, one, mediaQuality))
		if p == "" && !strings.HasSuffix(lower(kind), "audioquality") {
			p = checkMembers(where, one, pictureQuality)
		}
		if p != "" {
			return badRequest("%s", p)
		}
	}
	return reply{status: 200}
}

// A property is a member of a complex type: its name, with ! when it must be there, and what it holds.
type property struct {
	name string
	is   func(v any) bool
	what string
}

var guidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

var durationForm = regexp.MustCompile(`^-?P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$`)

func matches(form *regexp.Regexp) func(any) bool {
	return func(v any) bool { t, ok := v.(string); return ok && form.MatchString(t) }
}

func isText(v any) bool   { _, ok := v.(string); return ok }
func isList(v any) bool   { _, ok := v.([]any); return ok }
func isNumber(v any) bool { _, ok := v.(float64); return ok }

func isWhole(limit float64) func(any) bool {
	return func(v any) bool { n, ok := v.(float64); return ok && n == math.Trunc(n) && math.Abs(n) <= limit }
}

// properties makes a list of members of one kind.
func properties(is func(any) bool, what string, names ...string) []property {
	var list []property
	for _, name := range names {
		list = append(list, property{name, is, what})
	}
	return list
}

func all(lists ...[]property) (list []property) {
	for _, l := range lists {
		list = append(list, l...)
	}
	return list
}

var deviceQuality = all(
	properties(matches(guidForm), "a GUID", "callChainId!", "participantId!", "mediaLegId!"),
	properties(isText, "a text", "deviceName!", "deviceDescription!", "cloudServiceDeploymentEnvironment", "cloudServiceDeploymentId",
		"cloudServiceInstanceName", "cloudServiceName"),
	properties(isList, "a list", "mediaQualityList!"),
)

var mediaQuality = all(
	properties(isWhole(math.MaxInt32), "a whole number", "channelIndex!", "localPort", "remotePort"),
	properties(isWhole(math.MaxInt64), "a whole number", "networkLinkSpeedInBytes", "inboundPackets", "outboundPackets"),
	properties(isText, "a text", "localIPAddress", "remoteIPAddress"),
	properties(isNumber, "a number", "averageInboundPacketLossRateInPercentage", "averageOutboundPacketLossRateInPercentage",
		"maximumInboundPacketLossRateInPercentage", "maximumOutboundPacketLossRateInPercentage"),
	properties(matches(durationForm), "an ISO 8601 duration, like PT0.03S", "mediaDuration",
		"averageInboundRoundTripDelay", "averageOutboundRoundTripDelay", "maximumInboundRoundTripDelay", "maximumOutboundRoundTripDelay",
		"averageInboundJitter", "averageOutboundJitter", "maximumInboundJitter", "maximumOutboundJitter"),
)

var pictureQuality = properties(isNumber, "a number", "averageInboundBitRate", "averageOutboundBitRate",
	"averageInboundFrameRate", "averageOutboundFrameRate")

// checkMembers says what is wrong with an object's members, "" when nothing is.
func checkMembers(where string, o obj, list []property) string {
	for _, p := range list {
		name, needed := strings.CutSuffix(p.name, "!")
		v := o[name]
		switch {
		case v == nil && needed:
			return where + "." + name + " is missing"
		case v != nil && !p.is(v):
			return fmt.Sprintf("%s.%s is %s; it must be %s", where, name, clip(string(encode(v))), p.what)
		}
	}
	return ""
}
