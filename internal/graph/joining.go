package graph

import (
	"encoding/json"
	"reflect"
)

// Policy-based recording: a bot records the people whom a policy gives it. The first of them is an incoming call; who comes
// later is announced to that call, and the body of the HTTP response decides who records them.

// ParticipantJoining is graph.participantJoiningNotification.
// https://learn.microsoft.com/graph/api/resources/participantjoiningnotification
type ParticipantJoining struct {
	ODataType string `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	ID        string `json:"id,omitzero" doc:"The notification's own id."`
	Call      *Call  `json:"call,omitzero" doc:"Who joins, and how: source, incomingContext and applicationMetadata, as an incoming call has them."`
}

// ParticipantLeft is graph.participantLeftNotification.
// https://learn.microsoft.com/graph/api/resources/participantleftnotification
type ParticipantLeft struct {
	ODataType     string `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	ID            string `json:"id,omitzero" doc:"The notification's own id."`
	ParticipantID string `json:"participantId,omitzero" doc:"Who left: incomingContext.observedParticipantId of when they came."`
	Call          *Call  `json:"call,omitzero" doc:"The call that recorded them."`
}

// JoinAnswer is graph.participantJoiningResponse: acceptJoinResponse, rejectJoinResponse or inviteNewBotResponse. The zero
// value accepts.
type JoinAnswer struct {
	Accept       string        `json:"-" short:"true" enum:"accept" doc:"accept: record them in this call."`
	Reject       *RejectJoin   `json:"reject" doc:"Do not record them, and why."`
	InviteNewBot *InviteNewBot `json:"inviteNewBot" doc:"Have them announced as an incoming call of their own, at another address."`
}

// RejectJoin is graph.rejectJoinResponse.
type RejectJoin struct {
	Reason string `json:"reason" short:"true" required:"true" enum:"none,busy,forbidden" doc:"Why."`
}

// InviteNewBot is graph.inviteNewBotResponse.
type InviteNewBot struct {
	InviteURI string `json:"inviteUri" format:"uri" doc:"Where the incoming call is announced; the run's own address when absent."`
}

// Body is the answer as an HTTP response has it.
func (a JoinAnswer) Body() json.RawMessage {
	body := map[string]any{"@odata.type": "#microsoft.graph.acceptJoinResponse"}
	switch {
	case a.Reject != nil:
		body = map[string]any{"@odata.type": "#microsoft.graph.rejectJoinResponse", "reason": a.Reject.Reason}
	case a.InviteNewBot != nil:
		body = map[string]any{"@odata.type": "#microsoft.graph.inviteNewBotResponse", "inviteUri": a.InviteNewBot.InviteURI}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // text alone always encodes
	}
	return raw
}

var (
	joiningShape = shapeOf(reflect.TypeFor[ParticipantJoining]())
	leftShape    = shapeOf(reflect.TypeFor[ParticipantLeft]())
)

// readJoining reads who joins or has left. The call inside is kept there: it says nothing of the call that was told.
func (e *Event) readJoining(n *normaliser, kind EventKind, s *shape, data any) {
	e.Kind = kind
	in, _ := first(data).(map[string]any)
	what := n.object(s, in)
	if e.CallID == "" {
		e.CallID = AsText(AsObject(what["call"])["id"])
		e.Resource = resource{call: e.CallID}.path()
	}
	if e.CallID == "" {
		e.note("neither the path nor the data names the call")
	}
	e.View[string(kind)] = what
	e.callOnly()
}

// first is the one entity of a list, or what is no list.
func first(data any) any {
	if l, ok := data.([]any); ok && len(l) > 0 {
		return l[0]
	}
	return data
}
