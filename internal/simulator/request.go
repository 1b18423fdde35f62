package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"callflow/internal/graph"
)

// obj is a JSON object.
type obj = map[string]any

// A request is one HTTP request as routed.
type request struct {
	dialect     graph.Dialect
	bot         *party
	caller      Caller
	verb        string // as a scenario's fault names it
	call        string
	participant string
	operation   string
	bearer      string // of getRecording, which has a token of its own
	element     string // id of an audio routing group or a content sharing session
	raw         []byte
	foreign     string // why the body cannot be JSON by its headers; ""
	versioned   bool   // below /v1.0 or /beta

	step           string // of callflow's that it came from; "": nobody told
	fault          *fault // that strikes it; nil: none
	callBegun      *call
	operationBegun *operation
}

// read decodes the body, which must be one JSON object whose members have the right types.
func (q *request) read(into any) *reply {
	fail := func(format string, args ...any) *reply {
		r := badRequest(format, args...)
		return &r
	}
	if q.foreign != "" {
		r := failure(415, "UnsupportedMediaType", q.foreign+".")
		return &r
	}
	if len(bytes.TrimSpace(q.raw)) == 0 {
		return fail("the request has no body; it needs a JSON object")
	}
	dec := json.NewDecoder(bytes.NewReader(q.raw))
	err := dec.Decode(into)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field == "":
		return fail("the body is a JSON %s; it must be an object", wrong.Value)
	case errors.As(err, &wrong):
		// The decoder names our embedded structs on the way to the member.
		field := strings.NewReplacer("callbackBody.", "", "contextBody.", "").Replace(wrong.Field)
		return fail("%s is a JSON %s, which it cannot be", field, wrong.Value)
	case err != nil:
		return fail("the body is no valid JSON: %v", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fail("the body goes on after its JSON object")
	}
	if wrong := odd(q.raw); wrong != "" {
		return fail("%s", wrong)
	}
	return nil
}

// readContext reads a body of which every member is optional, so that there need be none.
func (q *request) readContext(into interface{ checkContext() string }) *reply {
	if len(bytes.TrimSpace(q.raw)) > 0 {
		if e := q.read(into); e != nil {
			return e
		}
	}
	if p := into.checkContext(); p != "" {
		r := badRequest("%s", p)
		return &r
	}
	return nil
}

// The bodies of the requests, in the words of every dialect: what only legacy says is copied over by adopt.

type personBody struct {
	Type          string `json:"@odata.type"`
	Identity      obj    `json:"identity"`
	ParticipantID string `json:"participantId"`
}

type inviteeBody struct {
	Type           string  `json:"@odata.type"`
	Identity       obj     `json:"identity"`
	ReplacesCallID string  `json:"replacesCallId"`
	ParticipantID  string  `json:"participantId"`
	EndpointType   *string `json:"endpointType"`
	Region         *string `json:"region"`
	LanguageID     *string `json:"languageId"`
	Hidden         *bool   `json:"hidden"`
}

type callbackBody struct {
	CallbackURI string `json:"callbackUri"`
	Callback    string `json:"callback"` // legacy
}

func (b callbackBody) callback() string {
	if b.CallbackURI != "" {
		return b.CallbackURI
	}
	return b.Callback
}

type contextBody struct {
	ClientContext *string `json:"clientContext"`
}

func (b contextBody) context() any {
	if b.ClientContext == nil {
		return nil
	}
	return *b.ClientContext
}

func (b contextBody) checkContext() string {
	if b.ClientContext == nil {
		return ""
	}
	if n := utf8.RuneCountInString(*b.ClientContext); n > maxContext {
		return fmt.Sprintf("clientContext has %d characters; it may have %d", n, maxContext)
	}
	return ""
}

type createBody struct {
	callbackBody
	Type                string        `json:"@odata.type"`
	Source              personBody    `json:"source"`
	Targets             []inviteeBody `json:"targets"`
	RequestedModalities []string      `json:"requestedModalities"`
	MediaConfig         obj           `json:"mediaConfig"`
	Subject             *string       `json:"subject"`
	TenantID            *string       `json:"tenantId"`
	ChatInfo            obj           `json:"chatInfo"`
	MeetingInfo         obj           `json:"meetingInfo"`
	CallOptions         obj           `json:"callOptions"`
	RingingTimeout      *int          `json:"ringingTimeoutInSeconds"` // beta
	RoutingPolicies     []string      `json:"routingPolicies"`         // beta
}

type answerBody struct {
	callbackBody
	AcceptedModalities  []string `json:"acceptedModalities"`
	AcceptModalities    []string `json:"acceptModalities"` // legacy
	ParticipantCapacity *int     `json:"participantCapacity"`
	MediaConfig         obj      `json:"mediaConfig"`
	CallOptions         obj      `json:"callOptions"`
}

type rejectBody struct {
	callbackBody
	Reason string `json:"reason"`
}

type redirectBody struct {
	callbackBody
	Targets    []inviteeBody `json:"targets"`
	Timeout    *int          `json:"timeout"`
	MaskCaller *bool         `json:"maskCaller"` // beta and legacy
	MaskCallee *bool         `json:"maskCallee"` // beta and legacy; nothing that we send tells a caller who answered
}

type transferBody struct {
	contextBody
	TransferTarget *inviteeBody `json:"transferTarget"`
	Transferee     *personBody  `json:"transferee"`
}

type inviteBody struct {
	contextBody
	Participants []inviteeBody `json:"participants"`
}

func (b *createBody) adopt(d graph.Dialect) {
	if d == graph.Legacy {
		b.CallbackURI = b.callback()
	}
}

func (b *answerBody) adopt(d graph.Dialect) {
	if d != graph.Legacy {
		return
	}
	b.CallbackURI = b.callback()
	if b.AcceptedModalities == nil {
		b.AcceptedModalities = b.AcceptModalities
	}
}

// check says what is wrong with a new call; "" when nothing is.
func (b *createBody) check(d graph.Dialect) string {
	return first(
		typed("the body", b.Type, "call"),
		needed(b.CallbackURI != "", "callbackUri", d),
		checkCallback(b.CallbackURI),
		checkPlace(b),
		checkModalities("requestedModalities", b.RequestedModalities),
		checkMedia(b.MediaConfig),
		checkInvitees("targets", b.Targets, maxTargets),
		checkRinging(b.RingingTimeout),
		checkPolicies(b.RoutingPolicies),
	)
}

// routingPolicies are beta's; the simulated people are not routed on, so nothing else comes of them.
var routingPolicies = []string{"none", "noMissedCall", "disableForwardingExceptPhone", "disableForwarding", "preferSkypeForBusiness"}

func checkPolicies(list []string) string {
	for _, p := range list {
		if !slices.ContainsFunc(routingPolicies, func(known string) bool { return strings.EqualFold(known, p) }) {
			return fmt.Sprintf("routingPolicies names %q; it may name %s", clip(p), strings.Join(routingPolicies, ", "))
		}
	}
	return ""
}

func checkRinging(seconds *int) string {
	if seconds == nil || *seconds >= 1 && *seconds <= maxRinging {
		return ""
	}
	return fmt.Sprintf("ringingTimeoutInSeconds is %d; it may be 1 to %d", *seconds, maxRinging)
}

// checkPlace: a call goes to targets or into a meeting. Graph resource "call".
func checkPlace(b *createBody) string {
	kind, _ := b.MeetingInfo["@odata.type"].(string)
	kind = strings.TrimPrefix(kind, "#microsoft.graph.")
	thread, _ := b.ChatInfo["threadId"].(string)
	text := func(name string) bool { t, _ := b.MeetingInfo[name].(string); return t != "" }
	switch {
	case len(b.Targets) > 0 && b.MeetingInfo != nil:
		return "a call has targets or meetingInfo, not both"
	case len(b.Targets) > 0:
		return ""
	case b.MeetingInfo == nil && thread == "":
		return "a call needs targets, or meetingInfo and chatInfo"
	case b.MeetingInfo == nil:
		return "chatInfo needs meetingInfo beside it"
	case kind == "tokenMeetingInfo" && !text("token"):
		return "meetingInfo.token is missing"
	case kind == "joinMeetingIdMeetingInfo" && !text("joinMeetingId"):
		return "meetingInfo.joinMeetingId is missing"
	case kind == "organizerMeetingInfo" && thread == "":
		return "chatInfo.threadId is missing; organizerMeetingInfo needs it"
	case kind == "organizerMeetingInfo" && b.MeetingInfo["organizer"] == nil:
		return "meetingInfo.organizer is missing"
	case kind == "tokenMeetingInfo" || kind == "joinMeetingIdMeetingInfo" || kind == "organizerMeetingInfo":
		return ""
	}
	return fmt.Sprintf("meetingInfo.@odata.type is %q; it may be #microsoft.graph.organizerMeetingInfo, tokenMeetingInfo or joinMeetingIdMeetingInfo", kind)
}

func (b *answerBody) check(d graph.Dialect) string {
	missing := ""
	if d != graph.Legacy && b.MediaConfig == nil {
		missing = "mediaConfig is missing"
	}
	return first(
		needed(b.CallbackURI != "", "callbackUri", d),
		checkCallback(b.CallbackURI),
		needed(len(b.AcceptedModalities) > 0, "acceptedModalities", d),
		checkModalities("acceptedModalities", b.AcceptedModalities),
		missing,
		checkMedia(b.MediaConfig),
		b.checkCapacity(),
	)
}

// checkCapacity: the page gives no bounds; that a bot records somebody is ours.
func (b *answerBody) checkCapacity() string {
	if n := b.ParticipantCapacity; n != nil && *n < 1 {
		return fmt.Sprintf("participantCapacity is %d; it must be 1 or more", *n)
	}
	return ""
}

func (b *redirectBody) check() string {
	if t := b.Timeout; t != nil && (*t < int(minRedirect.Seconds()) || *t > int(maxRedirect.Seconds())) {
		return fmt.Sprintf("timeout is %d; it may be %d to %d seconds", *t, int(minRedirect.Seconds()), int(maxRedirect.Seconds()))
	}
	if len(b.Targets) == 0 {
		return "targets is missing"
	}
	return checkInvitees("targets", b.Targets, maxRedirectRings)
}

func (b *transferBody) check() string {
	if b.TransferTarget == nil {
		return "transferTarget is missing"
	}
	return first(typed("transferTarget", b.TransferTarget.Type, "invitationParticipantInfo", "participantInfo"), b.checkContext())
}

func (b *inviteBody) check() string {
	if len(b.Participants) == 0 {
		return "participants is missing"
	}
	bots := 0
	for _, p := range b.Participants {
		if p.Identity["application"] != nil {
			bots++
		}
	}
	if bots > 1 {
		return fmt.Sprintf("participants has %d bots; it may have one", bots)
	}
	return first(checkInvitees("participants", b.Participants, maxTargets), b.checkContext())
}

func checkInvitees(name string, list []inviteeBody, most int) string {
	if len(list) > most {
		return fmt.Sprintf("%s has %d entries; it may have %d", name, len(list), most)
	}
	for i, t := range list {
		where := fmt.Sprintf("%s[%d]", name, i)
		if len(t.Identity) == 0 {
			return where + ".identity is missing"
		}
		if p := typed(where, t.Type, "invitationParticipantInfo", "participantInfo"); p != "" {
			return p
		}
	}
	return ""
}

var modalities = map[string]bool{"audio": true, "video": true, "videobasedscreensharing": true, "data": true,
	"screensharing": true, "unknown": true}

func checkModalities(name string, list []string) string {
	for _, m := range list {
		if !modalities[lower(m)] {
			return fmt.Sprintf("%s names %q; it may name audio, video, videoBasedScreenSharing and data", name, m)
		}
	}
	return ""
}

// checkMedia: mediaConfig is abstract, so its @odata.type decides. Graph resource "mediaConfig".
func checkMedia(media obj) string {
	if media == nil {
		return ""
	}
	kind, _ := media["@odata.type"].(string)
	if kind == "" {
		return "mediaConfig.@odata.type is missing"
	}
	if blob, _ := media["blob"].(string); strings.HasSuffix(lower(kind), ".apphostedmediaconfig") && blob == "" {
		return "mediaConfig.blob is missing; appHostedMediaConfig needs what the media SDK made"
	}
	return typed("mediaConfig", kind, "serviceHostedMediaConfig", "appHostedMediaConfig")
}

// typed checks an @odata.type that may be absent.
func typed(where, got string, want ...string) string {
	if got == "" {
		return ""
	}
	for _, w := range want {
		if strings.EqualFold(strings.TrimPrefix(got, "#"), "microsoft.graph."+w) {
			return ""
		}
	}
	return fmt.Sprintf("%s has @odata.type %q; it may be #microsoft.graph.%s", where, got, strings.Join(want, " or #microsoft.graph."))
}

// needed says that a member is missing, by the name that the dialect's own document uses.
func needed(there bool, name string, d graph.Dialect) string {
	if there {
		return ""
	}
	if d == graph.Legacy {
		name = map[string]string{"callbackUri": "callback", "acceptedModalities": "acceptModalities"}[name]
	}
	return name + " is missing"
}

func first(problems ...string) string {
	for _, p := range problems {
		if p != "" {
			return p
		}
	}
	return ""
}

func lower(s string) string { return strings.ToLower(s) }
