package conformance

import (
	"net/http"
	"strings"

	"callflow/internal/graph"
)

// operation is one row of the API: a request, what its body is, and what answers it. This table is read off the
// reference's pages ("HTTP request", "Request body", "Response") and shares nothing with what the product sends by.
type operation struct {
	name   string
	method string
	path   string // below calls
	sends  string // the type of the body, or the action whose parameters it has; "": no body
	status int    // of success; 0: no page of it was to be had
	yields string // the type of the response's body; "": none
	begins bool   // the Location names an operation of the call
	legacy string // the path in legacy, where another
}

const (
	onCall        = "call"
	onParticipant = "participant"
	onRoster      = "Collection(participant)"
	onCalls       = "Collection(call)"
)

var operations = []operation{
	{name: "createCall", method: "POST", path: "", sends: "call", status: 201, yields: "call"},
	{name: "logTeleconferenceDeviceQuality", method: "POST", path: "/logTeleconferenceDeviceQuality", sends: onCalls, status: 200},
	{name: "getCall", method: "GET", path: "/{id}", status: 200, yields: "call"},
	{name: "hangUp", method: "DELETE", path: "/{id}", status: 204},
	{name: "answer", method: "POST", path: "/{id}/answer", sends: onCall, status: 202},
	{name: "reject", method: "POST", path: "/{id}/reject", sends: onCall, status: 202},
	{name: "redirect", method: "POST", path: "/{id}/redirect", sends: onCall, status: 202},
	{name: "keepAlive", method: "POST", path: "/{id}/keepAlive", status: 200},
	{name: "transfer", method: "POST", path: "/{id}/transfer", sends: onCall, status: 202},
	{name: "playPrompt", method: "POST", path: "/{id}/playPrompt", sends: onCall, status: 200, yields: "playPromptOperation", begins: true},
	{name: "recordResponse", method: "POST", path: "/{id}/recordResponse", legacy: "/{id}/record", sends: onCall, status: 200, yields: "recordOperation", begins: true},
	{name: "cancelMediaProcessing", method: "POST", path: "/{id}/cancelMediaProcessing", sends: onCall, status: 200, yields: "cancelMediaProcessingOperation", begins: true},
	{name: "subscribeToTone", method: "POST", path: "/{id}/subscribeToTone", sends: onCall, status: 200, yields: "subscribeToToneOperation", begins: true},
	{name: "sendDtmfTones", method: "POST", path: "/{id}/sendDtmfTones", sends: onCall, status: 200, yields: "sendDtmfTonesOperation", begins: true},
	{name: "mute", method: "POST", path: "/{id}/mute", sends: onCall, status: 200, yields: "muteParticipantOperation", begins: true},
	{name: "unmute", method: "POST", path: "/{id}/unmute", sends: onCall, status: 200, yields: "unmuteParticipantOperation", begins: true},
	{name: "changeScreenSharingRole", method: "POST", path: "/{id}/changeScreenSharingRole", sends: onCall, status: 202},
	{name: "updateRecordingStatus", method: "POST", path: "/{id}/updateRecordingStatus", sends: onCall, status: 200, yields: "updateRecordingStatusOperation", begins: true},
	{name: "addLargeGalleryView", method: "POST", path: "/{id}/addLargeGalleryView", sends: onCall, status: 202, yields: "addLargeGalleryViewOperation", begins: true},
	{name: "updateMetadata", method: "POST", path: "/{id}/updateMetadata", sends: onCall, status: 202, begins: true},
	{name: "startRecording", method: "POST", path: "/{id}/startRecording", sends: onCall, status: 202, yields: "startRecordingOperation", begins: true},
	{name: "stopRecording", method: "POST", path: "/{id}/stopRecording", sends: onCall, status: 202, yields: "stopRecordingOperation", begins: true},
	{name: "startTranscription", method: "POST", path: "/{id}/startTranscription", sends: onCall, status: 202, yields: "startTranscriptionOperation", begins: true},
	{name: "stopTranscription", method: "POST", path: "/{id}/stopTranscription", sends: onCall, status: 202, yields: "stopTranscriptionOperation", begins: true},
	{name: "listParticipants", method: "GET", path: "/{id}/participants", status: 200, yields: "Collection(participant)"},
	{name: "invite", method: "POST", path: "/{id}/participants/invite", sends: onRoster, status: 200, yields: "inviteParticipantsOperation", begins: true},
	{name: "muteAll", method: "POST", path: "/{id}/participants/muteAll", sends: onRoster, status: 200, yields: "commsOperation", begins: true},
	{name: "configureMixer", method: "POST", path: "/{id}/participants/configureMixer", sends: onRoster, status: 200, yields: "commsOperation", begins: true},
	{name: "getParticipant", method: "GET", path: "/{id}/participants/{id}", status: 200, yields: "participant"},
	{name: "removeParticipant", method: "DELETE", path: "/{id}/participants/{id}", status: 204},
	{name: "muteParticipant", method: "POST", path: "/{id}/participants/{id}/mute", sends: onParticipant, status: 200, yields: "muteParticipantOperation", begins: true},
	{name: "startHoldMusic", method: "POST", path: "/{id}/participants/{id}/startHoldMusic", sends: onParticipant, status: 202, yields: "startHoldMusicOperation", begins: true},
	{name: "stopHoldMusic", method: "POST", path: "/{id}/participants/{id}/stopHoldMusic", sends: onParticipant, status: 202, yields: "stopHoldMusicOperation", begins: true},
	{name: "admitFromLobby", method: "POST", path: "/{id}/participants/{id}/admitFromLobby", sends: onParticipant, yields: "admitFromLobbyOperation", begins: true},
	{name: "admitAllFromLobby", method: "POST", path: "/{id}/participants/admitAllFromLobby", sends: onRoster, yields: "admitAllFromLobbyOperation", begins: true},
	{name: "removeFromLobby", method: "POST", path: "/{id}/participants/{id}/removeFromLobby", sends: onParticipant, yields: "removeFromLobbyOperation", begins: true},
	{name: "reportSyntheticMedia", method: "POST", path: "/{id}/participants/{id}/reportSyntheticMedia", sends: onParticipant, status: 200},
	{name: "listOperations", method: "GET", path: "/{id}/operations", status: 200, yields: "Collection(commsOperation)"},
	{name: "getOperation", method: "GET", path: "/{id}/operations/{id}", status: 200, yields: "commsOperation"},
	{name: "listAudioRoutingGroups", method: "GET", path: "/{id}/audioRoutingGroups", status: 200, yields: "Collection(audioRoutingGroup)"},
	{name: "createAudioRoutingGroup", method: "POST", path: "/{id}/audioRoutingGroups", sends: "audioRoutingGroup", status: 200, yields: "audioRoutingGroup"},
	{name: "getAudioRoutingGroup", method: "GET", path: "/{id}/audioRoutingGroups/{id}", status: 200, yields: "audioRoutingGroup"},
	{name: "updateAudioRoutingGroup", method: "PATCH", path: "/{id}/audioRoutingGroups/{id}", sends: "audioRoutingGroup", status: 200, yields: "audioRoutingGroup"},
	{name: "deleteAudioRoutingGroup", method: "DELETE", path: "/{id}/audioRoutingGroups/{id}", status: 204},
	{name: "listContentSharingSessions", method: "GET", path: "/{id}/contentSharingSessions", status: 200, yields: "Collection(contentSharingSession)"},
	{name: "getContentSharingSession", method: "GET", path: "/{id}/contentSharingSessions/{id}", status: 200, yields: "contentSharingSession"},
}

// A Call is a request of the API as its path tells it.
type Call struct {
	Dialect graph.Dialect
	Name    string // the operation; "" when the path is none of the API's
	op      *operation
}

// Read says what a request asks: the path may be an absolute URL, and ids, and actions with their namespace.
func Read(method, path string) Call {
	if _, rest, ok := strings.Cut(path, "://"); ok {
		_, path, _ = strings.Cut(rest, "/")
	}
	path, _, _ = strings.Cut(path, "?")
	segs := strings.Split(strings.Trim(path, "/"), "/")
	c := Call{Dialect: graph.V1}
	switch segs[0] {
	case "v1.0":
		segs = segs[1:]
	case "beta":
		c.Dialect, segs = graph.Beta, segs[1:]
	default:
		c.Dialect = graph.Legacy // the 2018 pages wrote no version
	}
	if len(segs) > 1 && segs[0] == "communications" {
		if c.Dialect == graph.Legacy {
			c.Dialect = graph.V1
		}
	} else if c.Dialect != graph.V1 {
		c.Dialect = graph.Legacy
	}
	if len(segs) > 0 && segs[0] == "applications" {
		segs = segs[1:]
	}
	if len(segs) < 2 || segs[1] != "calls" {
		return c
	}
	for i := range operations {
		o := &operations[i]
		if o.method == method && o.at(c.Dialect, segs[2:]) {
			c.Name, c.op = o.name, o
			return c
		}
	}
	return c
}

func (o *operation) at(d graph.Dialect, segs []string) bool {
	path := o.path
	if d == graph.Legacy && o.legacy != "" {
		path = o.legacy
	}
	want := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	if len(want) != len(segs) {
		return false
	}
	for i, w := range want {
		seg := strings.TrimPrefix(segs[i], "microsoft.graph.")
		if w != "{id}" && !strings.EqualFold(w, seg) {
			return false
		}
		if w == "{id}" && o.method == http.MethodPost && strings.EqualFold(seg, "logTeleconferenceDeviceQuality") {
			return false
		}
	}
	return true
}

// params is the action whose parameters an operation's body has; nil when the body is an entity.
func (t *Types) params(o *operation) *action {
	if !strings.HasPrefix(o.sends, "Collection(") && o.sends != onCall && o.sends != onParticipant || o.name == "createCall" {
		return nil
	}
	name := o.name
	if o.sends == onParticipant && o.name == "muteParticipant" {
		name = "mute"
	}
	return t.actions[o.sends+" "+name]
}
