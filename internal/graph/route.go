package graph

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// route is one operation of the API: where it is, and what its response carries.
type route struct {
	op     string
	method string
	path   string // below the calls collection; {call}, {participant}, {operation} and {element} stand for ids
	legacy string // the path in legacy where it differs; "none": legacy has no such operation
	beta   bool   // beta and legacy only
	gone   bool   // legacy only
	yields yield
}

// yield is what a response with a body carries.
type yield uint8

const (
	nothing yield = iota
	aCall
	anOperation
	aParticipant
	participants
	aGroup   // an audio routing group, or the list of them
	aSession // a content sharing session, or the list of them
)

// routes is the API: https://learn.microsoft.com/graph/api/resources/call and the pages of its methods; the legacy
// column is its state of January 2019.
var routes = []route{
	{op: "createCall", method: "POST", path: "", yields: aCall},
	{op: "answer", method: "POST", path: "/{call}/answer"},
	{op: "reject", method: "POST", path: "/{call}/reject"},
	{op: "redirect", method: "POST", path: "/{call}/redirect"},
	{op: "transfer", method: "POST", path: "/{call}/transfer"},
	{op: "hangUp", method: "DELETE", path: "/{call}"},
	{op: "getCall", method: "GET", path: "/{call}", yields: aCall},
	{op: "keepAlive", method: "POST", path: "/{call}/keepAlive", legacy: "none"},
	{op: "invite", method: "POST", path: "/{call}/participants/invite", yields: anOperation},
	{op: "listParticipants", method: "GET", path: "/{call}/participants", yields: participants},
	{op: "getParticipant", method: "GET", path: "/{call}/participants/{participant}", yields: aParticipant},
	{op: "removeParticipant", method: "DELETE", path: "/{call}/participants/{participant}"},
	{op: "muteParticipant", method: "POST", path: "/{call}/participants/{participant}/mute", yields: anOperation},
	{op: "startHoldMusic", method: "POST", path: "/{call}/participants/{participant}/startHoldMusic", legacy: "none", yields: anOperation},
	{op: "stopHoldMusic", method: "POST", path: "/{call}/participants/{participant}/stopHoldMusic", legacy: "none", yields: anOperation},
	{op: "listOperations", method: "GET", path: "/{call}/operations"},
	{op: "getOperation", method: "GET", path: "/{call}/operations/{operation}", yields: anOperation},
	{op: "playPrompt", method: "POST", path: "/{call}/playPrompt", yields: anOperation},
	{op: "recordResponse", method: "POST", path: "/{call}/recordResponse", legacy: "/{call}/record", yields: anOperation},
	{op: "cancelMediaProcessing", method: "POST", path: "/{call}/cancelMediaProcessing", yields: anOperation},
	{op: "subscribeToTone", method: "POST", path: "/{call}/subscribeToTone", yields: anOperation},
	{op: "sendDtmfTones", method: "POST", path: "/{call}/sendDtmfTones", legacy: "none", yields: anOperation},
	{op: "mute", method: "POST", path: "/{call}/mute", yields: anOperation},
	{op: "unmute", method: "POST", path: "/{call}/unmute", yields: anOperation},
	{op: "changeScreenSharingRole", method: "POST", path: "/{call}/changeScreenSharingRole"},
	{op: "updateRecordingStatus", method: "POST", path: "/{call}/updateRecordingStatus", legacy: "none", yields: anOperation},
	{op: "addLargeGalleryView", method: "POST", path: "/{call}/addLargeGalleryView", legacy: "none", yields: anOperation},
	{op: "logTeleconferenceDeviceQuality", method: "POST", path: "/logTeleconferenceDeviceQuality", legacy: "none"},
	{op: "muteAll", method: "POST", path: "/{call}/participants/muteAll", beta: true, yields: anOperation},
	{op: "configureMixer", method: "POST", path: "/{call}/participants/configureMixer", beta: true, legacy: "none", yields: anOperation},
	{op: "updateMetadata", method: "POST", path: "/{call}/updateMetadata", gone: true, yields: anOperation},
	{op: "listAudioRoutingGroups", method: "GET", path: "/{call}/audioRoutingGroups", yields: aGroup},
	{op: "getAudioRoutingGroup", method: "GET", path: "/{call}/audioRoutingGroups/{element}", yields: aGroup},
	{op: "createAudioRoutingGroup", method: "POST", path: "/{call}/audioRoutingGroups", yields: aGroup},
	{op: "updateAudioRoutingGroup", method: "PATCH", path: "/{call}/audioRoutingGroups/{element}", yields: aGroup},
	{op: "deleteAudioRoutingGroup", method: "DELETE", path: "/{call}/audioRoutingGroups/{element}"},
	{op: "listContentSharingSessions", method: "GET", path: "/{call}/contentSharingSessions", legacy: "none", yields: aSession},
	{op: "getContentSharingSession", method: "GET", path: "/{call}/contentSharingSessions/{element}", legacy: "none", yields: aSession},
	{op: "admitFromLobby", method: "POST", path: "/{call}/participants/{participant}/admitFromLobby", beta: true, legacy: "none", yields: anOperation},
	{op: "admitAllFromLobby", method: "POST", path: "/{call}/participants/admitAllFromLobby", beta: true, legacy: "none", yields: anOperation},
	{op: "removeFromLobby", method: "POST", path: "/{call}/participants/{participant}/removeFromLobby", beta: true, legacy: "none", yields: anOperation},
	{op: "reportSyntheticMedia", method: "POST", path: "/{call}/participants/{participant}/reportSyntheticMedia", beta: true, legacy: "none"},
	{op: "startRecording", method: "POST", path: "/{call}/startRecording", beta: true, legacy: "none", yields: anOperation},
	{op: "stopRecording", method: "POST", path: "/{call}/stopRecording", beta: true, legacy: "none", yields: anOperation},
	{op: "startTranscription", method: "POST", path: "/{call}/startTranscription", beta: true, legacy: "none", yields: anOperation},
	{op: "stopTranscription", method: "POST", path: "/{call}/stopTranscription", beta: true, legacy: "none", yields: anOperation},
}

var routeOf = func() map[string]*route {
	m := make(map[string]*route, len(routes))
	for i := range routes {
		m[routes[i].op] = &routes[i]
	}
	return m
}()

// Has says whether the dialect has that operation (a Command's Op). Every dialect has request, and recordings to fetch.
func (d Dialect) Has(op string) bool {
	if op == "request" || op == "getRecording" {
		return true
	}
	r := routeOf[op]
	return r != nil && !(d == Legacy && r.legacy == "none") && !(d == V1 && r.beta) && !(d != Legacy && r.gone)
}

// Denies says whether an operation is one of the API's that the dialect does not have.
func (d Dialect) Denies(op string) bool { return routeOf[op] != nil && !d.Has(op) }

// calls is the path of the calls collection.
func (d Dialect) calls() string {
	switch d {
	case V1:
		return "/v1.0/communications/calls"
	case Beta:
		return "/beta/communications/calls"
	}
	return "/beta/app/calls"
}

// pathFor fills the command's ids into the route's path.
func (d Dialect) pathFor(r *route, c Command) (string, error) {
	path := r.path
	if d == Legacy && r.legacy != "" {
		path = r.legacy
	}
	for _, id := range [...]struct{ hole, name, value string }{
		{"{call}", "call", c.Call}, {"{participant}", "participant", c.Participant}, {"{operation}", "operation", c.Operation},
		{"{element}", r.element(), c.Element},
	} {
		if !strings.Contains(path, id.hole) {
			continue
		}
		value, err := d.pathID(id.value)
		if err != nil {
			return "", fmt.Errorf("%s: the %s id %q %w", c.Op, id.name, id.value, err)
		}
		path = strings.Replace(path, id.hole, value, 1)
	}
	return d.calls() + path, nil
}

// element says what a route's {element} is.
func (r *route) element() string {
	if r.yields == aSession {
		return "content sharing session"
	}
	return "audio routing group"
}

// maxID is the longest id that is used, in bytes; the service's are below 200.
const maxID = 1000

// unusable says why an id cannot stand in a path, or "".
func unusable(id string) string {
	switch {
	case len(id) > maxID:
		return fmt.Sprintf("has %d bytes, more than the %d of any id", len(id), maxID)
	case id == "." || id == ".." || !utf8.ValidString(id) || strings.ContainsFunc(id, unicode.IsControl):
		return "cannot stand in a path"
	}
	return ""
}

// pathID is an id as it stands in a path: escaped, and in legacy GUIDs in upper case without hyphens.
func (d Dialect) pathID(id string) (string, error) {
	id = CanonicalID(id)
	switch {
	case id == "":
		return "", fmt.Errorf("is empty")
	case unusable(id) != "":
		return "", errors.New(unusable(id))
	case d == Legacy:
		id = LegacyID(id)
	}
	return url.PathEscape(id), nil
}

// rawPath is the path of Op request: below the version, or with one. Legacy writes /communications/calls as /app/calls.
func (d Dialect) rawPath(path string) (string, error) {
	switch {
	case !strings.HasPrefix(path, "/"):
		return "", fmt.Errorf("request: the path is %q, it begins with a slash: /communications/calls/…", path)
	case strings.ContainsAny(path, "\x00\r\n \t"):
		return "", fmt.Errorf("request: the path %q has white space in it; write %%20", path)
	case strings.HasPrefix(path, "/v1.0/"), strings.HasPrefix(path, "/beta/"):
		return path, nil
	}
	version := "/v1.0"
	if d != V1 {
		version = "/beta"
	}
	if d == Legacy {
		const today = "/communications/calls"
		if rest, ok := strings.CutPrefix(path, today); ok && (rest == "" || rest[0] == '/' || rest[0] == '?') {
			path = "/app/calls" + legacyIDs(rest)
		}
	}
	return version + path, nil
}

// legacyIDs writes the GUIDs among a path's segments as legacy has them.
func legacyIDs(path string) string {
	path, query, more := strings.Cut(path, "?")
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = LegacyID(s)
	}
	path = strings.Join(segments, "/")
	if more {
		path += "?" + query
	}
	return path
}
