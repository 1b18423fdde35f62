package simulator

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// A reply is what a request is answered.
type reply struct {
	status     int
	location   string
	retryAfter string
	allow      string
	file       []byte // instead of a body
	body       any
}

// ServeHTTP answers one request. What follows from it is delivered later, when the clock says so.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body []byte
	var err error
	if r.Body != nil {
		body, err = io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	}
	q, rep := s.route(r)
	switch {
	case err != nil:
		s.write(w, r, badRequest("the body could not be read"), Fate{})
		return
	case len(body) > maxBody:
		s.write(w, r, failure(413, "RequestEntityTooLarge", fmt.Sprintf("The body is larger than %d bytes.", maxBody)), Fate{})
		return
	case rep != nil && q.verb == "":
		s.write(w, r, *rep, Fate{})
		return
	}
	q.raw, q.step = body, r.Header.Get(world.StepHeader)
	if len(body) > 0 {
		q.foreign = foreign(r.Header.Get("Content-Type"), r.Header.Get("Content-Encoding"))
	}
	q.fault = s.requestFault(q)
	fate := Fate{}
	if f := q.fault; f != nil {
		if q.step != "" {
			w.Header().Set(world.FaultHeader, strconv.Itoa(f.number))
		}
		fate = Fate{Reset: f.Reset, Lost: f.Lost, Delay: f.Delay}
		if f.Reset || f.status() != 0 {
			s.observe("", "fault: "+f.describe(), q.call)
		}
		if f.Reset {
			s.write(w, r, reply{}, fate)
			return
		}
		if f.status() != 0 {
			s.write(w, r, f.reply(), fate)
			return
		}
	}
	if rep == nil {
		answer := s.serve(q)
		rep = &answer
	}
	if f := q.fault; f != nil {
		if q.callBegun != nil {
			q.call = q.callBegun.id
		}
		s.observe("", "fault: "+f.describe(), q.call)
		switch c := q.callBegun; {
		case f.spoils() && rep.status < 300:
			s.spoil(q)
		case c != nil:
			c.doomed = false
		}
	}
	if rep.status < 300 {
		fate.Delay += s.chaosEarly(q)
		fate.Held = s.hold(q)
	}
	s.write(w, r, *rep, fate)
}

// serve finds the call that a request is about and does what it asks.
func (s *Service) serve(q *request) reply {
	if no := s.permitted(q); no != nil {
		return *no
	}
	do := handlers[q.verb]
	s.serving = q
	defer func() { s.serving = nil }()
	if q.call == "" {
		return do(s, nil, q)
	}
	c := s.callFor(q.bot, q.call)
	if c == nil {
		return s.settings.gone.with("Call not found.")
	}
	if q.step != "" && !slices.Contains(reads, q.verb) {
		c.origin = q.step
	}
	if q.verb == "answer" || q.verb == "redirect" {
		q.callBegun, c.doomed = c, q.fault.spoils()
	}
	return do(s, c, q)
}

// reads are the verbs whose request nothing follows from.
var reads = []string{"getCall", "keepAlive", "listParticipants", "getParticipant", "listOperations", "getOperation",
	"listAudioRoutingGroups", "getAudioRoutingGroup", "listContentSharingSessions", "getContentSharingSession"}

var handlers = map[string]func(*Service, *call, *request) reply{
	"createCall":                     (*Service).createCall,
	"answer":                         (*Service).answer,
	"reject":                         (*Service).reject,
	"redirect":                       (*Service).redirect,
	"transfer":                       (*Service).transfer,
	"invite":                         (*Service).invite,
	"hangUp":                         (*Service).hangUp,
	"getCall":                        (*Service).getCall,
	"keepAlive":                      (*Service).keepAlivePost,
	"listParticipants":               (*Service).listParticipants,
	"getParticipant":                 (*Service).getParticipant,
	"removeParticipant":              (*Service).removeParticipant,
	"listOperations":                 (*Service).listOperations,
	"getOperation":                   (*Service).getOperation,
	"playPrompt":                     (*Service).playPrompt,
	"recordResponse":                 (*Service).recordResponse,
	"cancelMediaProcessing":          (*Service).cancelMediaProcessing,
	"subscribeToTone":                (*Service).subscribeToTone,
	"sendDtmfTones":                  (*Service).sendDtmfTones,
	"mute":                           (*Service).mute,
	"unmute":                         (*Service).unmute,
	"muteParticipant":                (*Service).muteParticipant,
	"startHoldMusic":                 (*Service).startHoldMusic,
	"stopHoldMusic":                  (*Service).stopHoldMusic,
	"changeScreenSharingRole":        (*Service).changeScreenSharingRole,
	"listContentSharingSessions":     (*Service).listContentSharingSessions,
	"getContentSharingSession":       (*Service).getContentSharingSession,
	"updateRecordingStatus":          (*Service).updateRecordingStatus,
	"addLargeGalleryView":            (*Service).addLargeGalleryView,
	"listAudioRoutingGroups":         (*Service).listAudioRoutingGroups,
	"getAudioRoutingGroup":           (*Service).getAudioRoutingGroup,
	"createAudioRoutingGroup":        (*Service).createAudioRoutingGroup,
	"updateAudioRoutingGroup":        (*Service).updateAudioRoutingGroup,
	"deleteAudioRoutingGroup":        (*Service).deleteAudioRoutingGroup,
	"logTeleconferenceDeviceQuality": (*Service).logTeleconferenceDeviceQuality,
	"getRecording":                   (*Service).getRecording,

	// Beta, some of them legacy too.
	"muteAll":              (*Service).muteAll,
	"configureMixer":       (*Service).configureMixer,
	"admitFromLobby":       (*Service).admitFromLobby,
	"admitAllFromLobby":    (*Service).admitAllFromLobby,
	"removeFromLobby":      (*Service).removeFromLobby,
	"reportSyntheticMedia": (*Service).reportSyntheticMedia,
	"startRecording":       (*Service).startRecording,
	"stopRecording":        (*Service).stopRecording,
	"startTranscription":   (*Service).startTranscription,
	"stopTranscription":    (*Service).stopTranscription,
	"updateMetadata":       (*Service).updateMetadata, // legacy
}

// Serves says whether the service has that operation, in some dialect.
func Serves(operation string) bool { return handlers[operation] != nil }

// write sends a reply, if that is its fate.
func (s *Service) write(w http.ResponseWriter, r *http.Request, rep reply, fate Fate) {
	if told, ok := w.(Fated); ok {
		told.Fate(fate)
	} else if fate.Reset || fate.Lost {
		Drop(w, fate.Reset)
	}
	rep.write(w, r, s.newID(), s.cfg.Clock.Now())
}

// write sends a reply with the headers that the service was seen to send; id is its request-id.
func (rep reply) write(w http.ResponseWriter, r *http.Request, id string, now time.Time) {
	h := w.Header()
	h.Set("request-id", id)
	h.Set("Date", now.UTC().Format(http.TimeFormat))
	h.Set("Cache-Control", "private")
	h.Set("Strict-Transport-Security", "max-age=31536000")
	h.Set("x-ms-ags-diagnostic", `{"ServerInfo":{"DataCenter":"Simulator","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"CALLFLOW"}}`)
	client := r.Header.Get("client-request-id")
	for _, x := range []graph.Header{{Name: "client-request-id", Value: client}, {Name: "scenario-id", Value: r.Header.Get("Scenario-Id")},
		{Name: "Location", Value: rep.location}, {Name: "Retry-After", Value: rep.retryAfter}, {Name: "Allow", Value: rep.allow}} {
		if x.Value != "" {
			h.Set(x.Name, x.Value)
		}
	}
	if rep.status == 401 {
		h.Set("WWW-Authenticate", "Bearer")
	}
	if rep.status == 0 {
		return
	}
	if rep.file != nil {
		// As Graph page "call: recordResponse" shows it.
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Transfer-Encoding", "chunked")
		w.WriteHeader(rep.status)
		_, _ = w.Write(rep.file)
		return
	}
	if rep.body == nil {
		if rep.status != 204 {
			h.Set("Content-Length", "0")
		}
		w.WriteHeader(rep.status)
		return
	}
	if e, ok := rep.body.(errorBody); ok {
		e.Error.Inner["date"] = now.UTC().Format("2006-01-02T15:04:05")
		e.Error.Inner["request-id"] = id
		if client != "" {
			e.Error.Inner["client-request-id"] = client
		}
	}
	h.Set("Content-Type", "application/json")
	text := encode(rep.body)
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(rep.status)
	_, _ = w.Write(text) // a client that has gone is nothing to us
}

// errorBody is the service's envelope.
type errorBody struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Inner   obj    `json:"innerError"`
	} `json:"error"`
}

func envelope(code, message string) errorBody {
	var e errorBody
	e.Error.Code, e.Error.Message, e.Error.Inner = code, message, obj{}
	return e
}

func failure(status int, code, message string) reply {
	return reply{status: status, body: envelope(code, message)}
}

func badRequest(format string, args ...any) reply {
	return failure(400, "BadRequest", fmt.Sprintf(format, args...)+".")
}

func (r refusal) with(message string) reply { return failure(r.status, r.code, message) }

// wrongState: the pages tell no status for a request that comes in the wrong state of a call; it is a setting. A call that
// is on its way to its end is as good as gone.
func (s *Service) wrongState(c *call, done, want string) reply {
	if c.ending {
		return s.settings.gone.with("The call is terminating.")
	}
	return s.settings.wrongState.with(fmt.Sprintf("The call is %s; it can be %s only while it is %s.", c.state, done, want))
}

func noParticipant(c *call, id string) reply {
	return failure(404, "ResourceNotFound", fmt.Sprintf("Participant %q not found.", id))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
