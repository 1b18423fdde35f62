package simulator

import (
	"net/http"
	"strings"

	"callflow/internal/graph"
)

// route reads a request's path, which tells the dialect:
//
//	/v1.0/communications/calls, /beta/communications/calls     today's
//	/beta/app/calls, /beta/applications/{id}/calls             legacy; also without /beta, as the 2018 document writes
//	/v1.0/app/calls, /v1.0/applications/{id}/calls             today's, by its deprecated alias
//
// Segments are compared without case, and an action may carry its namespace (/microsoft.graph.answer). A reply means that
// the request is answered already; its verb is set when it was one that faults can name.
func (s *Service) route(r *http.Request) (*request, *reply) {
	q := &request{}
	if id, ok := strings.CutPrefix(r.URL.Path, recordingsPath); ok {
		return q.recording(r, id)
	}
	segs := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	refuse := func(rep reply) (*request, *reply) { return q, &rep }
	rest, app, ok := q.version(segs)
	if !ok && len(segs) == 2 && segs[1] == "$batch" {
		return refuse(failure(501, "NotImplemented", "$batch is not simulated; send its requests one by one."))
	}
	if !ok {
		return refuse(failure(404, "ResourceNotFound", "No resource is at "+clip(r.URL.Path)+"."))
	}
	bot, caller, rep := s.authorize(r)
	verb, allow := q.action(r.Method, rest)
	if q.dialect.Denies(verb) {
		verb = ""
	}
	q.verb = verb
	switch {
	case rep != nil:
		return q, rep
	case app != "" && graph.CanonicalID(app) != bot.id:
		return refuse(failure(403, "Forbidden", "The token is another application's."))
	case allow != "":
		rep := failure(405, "MethodNotAllowed", r.Method+" is not for this resource.")
		rep.allow = allow
		return q, &rep
	case verb == "":
		return refuse(failure(404, "ResourceNotFound", "No resource is at "+clip(r.URL.Path)+"."))
	}
	q.bot, q.caller = bot, caller
	if rep := s.throttle(bot); rep != nil {
		return q, rep
	}
	if handlers[verb] == nil {
		if c := s.callFor(bot, q.call); c == nil && q.call != "" {
			return refuse(s.settings.gone.with("Call not found."))
		}
		return refuse(failure(501, "NotImplemented", verb+" is not simulated."))
	}
	return q, nil
}

// recording is a request for a file, which is no resource of the API and has a token of its own.
func (q *request) recording(r *http.Request, id string) (*request, *reply) {
	q.verb, q.element = "getRecording", id
	q.bearer, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if r.Method != http.MethodGet {
		rep := failure(405, "MethodNotAllowed", r.Method+" is not for this resource.")
		rep.allow = http.MethodGet
		return q, &rep
	}
	return q, nil
}

// version reads the path down to the collection calls.
func (q *request) version(segs []string) (rest []string, app string, ok bool) {
	switch lower(segs[0]) {
	case "v1.0":
		q.dialect, segs = graph.V1, segs[1:]
	case "beta":
		q.dialect, segs = graph.Beta, segs[1:]
	default:
		q.dialect = graph.Legacy
	}
	q.versioned = q.dialect != graph.Legacy
	if len(segs) < 2 {
		return nil, "", false
	}
	old := segs[0]
	switch lower(segs[0]) {
	case "communications":
		ok = q.dialect != graph.Legacy
	case "app":
		ok = true
	case "applications":
		ok = true
		app, segs = segs[1], segs[1:]
	}
	if lower(old) != "communications" && q.dialect == graph.Beta {
		q.dialect = graph.Legacy
	}
	if !ok || len(segs) < 2 || lower(segs[1]) != "calls" {
		return nil, "", false
	}
	return segs[2:], app, true
}

// actions that are POSTed to a call, by their lower-case names.
var actions = map[string]string{
	"answer": "answer", "reject": "reject", "redirect": "redirect", "transfer": "transfer", "keepalive": "keepAlive",
	"playprompt": "playPrompt", "recordresponse": "recordResponse", "record": "recordResponse",
	"cancelmediaprocessing": "cancelMediaProcessing", "subscribetotone": "subscribeToTone", "senddtmftones": "sendDtmfTones",
	"mute": "mute", "unmute": "unmute", "changescreensharingrole": "changeScreenSharingRole",
	"updaterecordingstatus": "updateRecordingStatus", "addlargegalleryview": "addLargeGalleryView",
	"updatemetadata": "updateMetadata", "startrecording": "startRecording", "stoprecording": "stopRecording",
	"starttranscription": "startTranscription", "stoptranscription": "stopTranscription",
}

// rosterActions are POSTed to the participants as a whole. configureMixer, of beta and legacy, has no handler.
var rosterActions = map[string]string{"invite": "invite", "muteall": "muteAll", "admitallfromlobby": "admitAllFromLobby",
	"configuremixer": "configureMixer"}

// participantActions are POSTed to one participant.
var participantActions = map[string]string{"mute": "muteParticipant", "startholdmusic": "startHoldMusic",
	"stopholdmusic": "stopHoldMusic", "admitfromlobby": "admitFromLobby", "removefromlobby": "removeFromLobby",
	"reportsyntheticmedia": "reportSyntheticMedia"}

// action names what a request asks for: a verb, or the methods that its resource takes, or nothing.
func (q *request) action(method string, rest []string) (verb, allow string) {
	for i := range rest {
		if n := len("microsoft.graph."); len(rest[i]) > n && strings.EqualFold(rest[i][:n], "microsoft.graph.") {
			rest[i] = rest[i][n:]
		}
	}
	pick := func(verbs ...string) (string, string) {
		var methods []string
		for i := 0; i < len(verbs); i += 2 {
			if verbs[i] == method {
				return verbs[i+1], ""
			}
			methods = append(methods, verbs[i])
		}
		return "", strings.Join(methods, ", ")
	}
	if len(rest) == 0 {
		return pick(http.MethodPost, "createCall")
	}
	if lower(rest[0]) == "logteleconferencedevicequality" && len(rest) == 1 && q.dialect != graph.Legacy {
		return pick(http.MethodPost, "logTeleconferenceDeviceQuality")
	}
	if q.call = rest[0]; q.call == "" {
		return "", ""
	}
	if len(rest) == 1 {
		return pick(http.MethodGet, "getCall", http.MethodDelete, "hangUp")
	}
	switch what := lower(rest[1]); {
	case what == "participants":
		return q.participants(rest[2:], pick)
	case what == "operations" && len(rest) == 2:
		return pick(http.MethodGet, "listOperations")
	case what == "operations" && len(rest) == 3:
		q.operation = rest[2]
		return pick(http.MethodGet, "getOperation")
	case what == "audioroutinggroups" && len(rest) == 2:
		return pick(http.MethodGet, "listAudioRoutingGroups", http.MethodPost, "createAudioRoutingGroup")
	case what == "audioroutinggroups" && len(rest) == 3:
		q.element = rest[2]
		return pick(http.MethodGet, "getAudioRoutingGroup", http.MethodPatch, "updateAudioRoutingGroup", http.MethodDelete, "deleteAudioRoutingGroup")
	case what == "contentsharingsessions" && len(rest) == 2:
		return pick(http.MethodGet, "listContentSharingSessions")
	case what == "contentsharingsessions" && len(rest) == 3:
		q.element = rest[2]
		return pick(http.MethodGet, "getContentSharingSession")
	case len(rest) != 2 || actions[what] == "" || what == "keepalive" && q.dialect == graph.Legacy || what == "record" && q.dialect != graph.Legacy:
		return "", ""
	default:
		return pick(http.MethodPost, actions[what])
	}
}

func (q *request) participants(rest []string, pick func(...string) (string, string)) (verb, allow string) {
	switch {
	case len(rest) == 0:
		return pick(http.MethodGet, "listParticipants")
	case len(rest) == 1 && lower(rest[0]) == "configuremixer" && q.dialect == graph.V1:
		return "", ""
	case len(rest) == 1 && rosterActions[lower(rest[0])] != "":
		return pick(http.MethodPost, rosterActions[lower(rest[0])])
	case len(rest) == 1:
		q.participant = rest[0]
		return pick(http.MethodGet, "getParticipant", http.MethodDelete, "removeParticipant")
	case len(rest) == 2 && participantActions[lower(rest[1])] != "":
		q.participant = rest[0]
		return pick(http.MethodPost, participantActions[lower(rest[1])])
	}
	return "", ""
}

// clip keeps an error message short.
func clip(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}
