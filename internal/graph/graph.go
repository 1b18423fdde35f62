// Package graph has the calling API's own words: types, dialects, commands and replies, notifications, codes, and the
// HTTP client. It knows nothing of scenarios. Sources of its rules are the Graph documentation pages named beside them.
package graph

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Dialect is one version of the API as it is spoken on the wire. Scenarios are written in v1.0 words; a dialect
// translates both ways.
type Dialect string

// The dialects.
const (
	V1     Dialect = "v1.0"   // /v1.0/communications/calls
	Beta   Dialect = "beta"   // /beta/communications/calls
	Legacy Dialect = "legacy" // the 2018 API: /beta/app/calls and /beta/applications/{id}/calls
)

// EnumValues lists the dialects.
func (Dialect) EnumValues() []string { return []string{string(V1), string(Beta), string(Legacy)} }

// Object is a normalised JSON object with the members of T that were there; what was absent is absent. Enums have
// Graph's documented case, ids of 32 hex digits are lower case with hyphens, result codes are numbers (float64 never
// appears where T says int).
type Object[T any] map[string]any

// Shape tells package schema which fields expressions may name.
func (Object[T]) Shape() reflect.Type { return reflect.TypeFor[T]() }

// Header is one HTTP header line.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Headers are sorted by name, so that a journal never depends on map order.
type Headers []Header

// Get returns the first value of the header, whatever its case.
func (h Headers) Get(name string) string {
	for _, x := range h {
		if strings.EqualFold(x.Name, name) {
			return x.Value
		}
	}
	return ""
}

// SortHeaders flattens an http.Header-like map.
func SortHeaders(m map[string][]string) Headers {
	if len(m) == 0 {
		return nil
	}
	hs := make(Headers, 0, len(m))
	for name, values := range m {
		for _, v := range values {
			hs = append(hs, Header{name, v})
		}
	}
	slices.SortStableFunc(hs, func(a, b Header) int { return strings.Compare(a.Name, b.Name) })
	return hs
}

// Command is one request in v1.0 words. Op is the verb's name as callflow spells it: createCall, answer, reject,
// redirect, transfer, invite, hangUp, getCall, listParticipants, getOperation, or request for a raw one.
type Command struct {
	Op          string
	Call        string // ids that stand in the path; a bare id or a /…/calls/id path
	Participant string
	Operation   string
	Element     string // an audio routing group, or a content sharing session
	Body        any    // marshals to the body in v1.0 words; nil: none

	URL, Token string // for Op getRecording: where the file is, and what opens it

	Method, Path string  // for Op request: the method and the path below /v1.0 ("/communications/calls/…")
	Headers      Headers // for Op request: further headers
}

// Wire is a command as a dialect sends it. Path begins with the version ("/v1.0/communications/calls").
type Wire struct {
	Method string
	Path   string
	URL    string // absolute, instead of Path: a file that is elsewhere
	Body   []byte // nil: none
}

// Reply is a response, normalised.
type Reply struct {
	Status      int
	Headers     Headers
	Raw         json.RawMessage  // the body when it is JSON, compacted
	Text        string           // the body when it is not
	File        []byte           // the body as it came, when a file was asked for
	Body        any              // the body, normalised, ids and enums as in events
	CallID      string           // of the call the request created or was about
	OperationID string           // the Location's last segment, else the body's id
	Call        map[string]any   // when the body is a call
	Operation   map[string]any   // when the request began an operation: at least id; status, clientContext, resultInfo if told
	List        []map[string]any // when the body is a collection
	Final       bool             // the operation that the request began is completed or failed: no notification follows
	Error       *Error           // Status >= 400, and a redirect of anything but a raw request
	Lacks       string           // of a success that does not tell what was asked for: "names no call: it has no body"
	RetryAfter  time.Duration    // from the header, in seconds, also fractional; 0: none
}

// Error is the service's error envelope. Code is a calling-service number ("7505") or a Graph word.
type Error struct {
	Status          int    `json:"status"`
	Code            string `json:"code"`
	Outer           string `json:"outer,omitempty"` // the code around, where Code was JSON text inside its message
	Message         string `json:"message"`
	RequestID       string `json:"requestId,omitempty"`
	ClientRequestID string `json:"clientRequestId,omitempty"`
	Date            string `json:"date,omitempty"`
}

// EventKind says what a notification is about.
type EventKind string

// The kinds. An event of KindOther is kept raw.
const (
	KindCall         EventKind = "call"
	KindOperation    EventKind = "operation"
	KindParticipants EventKind = "participants"
	KindTone         EventKind = "tone"
	KindSharing      EventKind = "sharing"
	KindJoining      EventKind = "participantJoining" // the webhook's answer decides
	KindLeft         EventKind = "participantLeft"
	KindOther        EventKind = "other"
)

// The kinds of what is no news of a run: no expression sees such an event, and it has no View. About is the notification
// itself.
const (
	KindRefused   EventKind = "refused"   // the listener did not take it
	KindMisrouted EventKind = "misrouted" // it came to another address than that of the run whose call it is about
	KindUnclaimed EventKind = "unclaimed" // of an incoming call that no run had asked for
	KindDisturbed EventKind = "disturbed" // a simulator says what it does to one: see Disturbed. It is in no journal, which has its own record of it
)

// Delivery is how the POST came that carried a notification, and how the listener answered it. The events of one POST
// share it.
type Delivery struct {
	Number  int           // the notification's place among its call's, as the service had them to send; 0: nobody knows
	Sent    time.Time     // when the service had it to send; zero: nobody knows
	Took    time.Duration // of the webhook, from the POST to its answer
	Address string        // the path
	Status  int           // of the answer
	Why     string        // the answer is another than 202, or 200
}

// Disturbed is what a fault of a simulated world, or its disorder, does to a notification.
type Disturbed struct {
	Fault int    // its number; 0: disorder
	Did   string // "fault: notification, drop (call terminated)"
	Tells string // "call terminated"
}

// EventKinds are all of them.
var EventKinds = []EventKind{KindCall, KindOperation, KindParticipants, KindTone, KindSharing, KindJoining, KindLeft, KindOther}

// Event is one item of a notification, or a response that stands in for one, normalised. It belongs to one run.
type Event struct {
	Kind        EventKind
	ChangeType  string // created, updated, deleted
	Resource    string // "/communications/calls/{id}[/…]" whatever the dialect
	CallID      string
	OperationID string
	MessageID   string          // of the POST that carried it and its index there; equal for a second delivery
	ScenarioID  string          // the Scenario-Id or X-Microsoft-Skype-Chain-ID header
	Origin      string          // notification or response
	Delta       bool            // a delta roster: View["participants"] holds the changed ones only until the run applies it
	Sequence    int             // a delta roster's sequence number; 0 when it had none
	Answer      json.RawMessage // what the webhook said to a KindJoining; nil: nothing
	Delivery    *Delivery       // nil: it came in a response
	Came        time.Time       // when it came, if it waited at a bot's registered address for somebody to ask for the call
	Disturbed   *Disturbed      // of KindDisturbed
	About       *Event          // of KindRefused and KindMisrouted; unverified where it was refused. Nil: there was none to be read
	// View holds the names expressions see: those of EventNames. Absent ones are not there.
	View    map[string]any
	Raw     json.RawMessage // the item as it came, compacted; the whole body as a JSON string when it was no JSON
	Problem string          // why it could not be read, or what was odd; "" normally
}

// EventInfo is what expressions see as `event`.
type EventInfo struct {
	Kind       string `json:"kind" enum:"call,operation,participants,tone,sharing,participantJoining,participantLeft,other" doc:"What the notification is about."`
	ChangeType string `json:"changeType" enum:"created,updated,deleted" doc:"What happened to the resource."`
	Resource   string `json:"resource" doc:"The resource's path, always below /communications/calls."`
	Origin     string `json:"origin" enum:"notification,response" doc:"notification, or response when a response carried the final status."`
	Repeat     bool   `json:"repeat" doc:"True for a second delivery, and for a second sign that a call ended."`
	MessageID  string `json:"messageId" doc:"The service's id of this delivery."`
	Raw        any    `json:"raw" doc:"The notification as it came."`
}

// EventNames are the names that expressions over events see.
type EventNames struct {
	Call         Object[Call]                    `json:"call" doc:"The call the event is about: its id always, its state only if the event states it."`
	Operation    Object[CommsOperation]          `json:"operation" doc:"The operation, if the event is about one."`
	Participants []Object[Participant]           `json:"participants" doc:"The whole roster, if the event is a roster update."`
	Tone         Object[ToneInfo]                `json:"tone" doc:"The key pressed, if the event is a tone."`
	Sharing      []Object[ContentSharingSession] `json:"sharing" doc:"The content sharing sessions that began, changed or ended, if the event is about them; event.changeType says which."`
	Joining      Object[ParticipantJoining]      `json:"participantJoining" doc:"Who comes under the bot's recording policy, if the event announces somebody."`
	Left         Object[ParticipantLeft]         `json:"participantLeft" doc:"Which recorded participant has left, if the event is about that."`
	Event        Object[EventInfo]               `json:"event" doc:"The event itself."`
}
