package graph

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// The origins of an event.
const (
	FromNotification = "notification"
	FromResponse     = "response"
)

// ProblemSkypeForm is the Problem of an incoming call in the form that the service used before Graph's: a listener
// answers it 204, and the same call is notified again in Graph's form.
// https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications
const ProblemSkypeForm = "an incoming call in the old Skype form: answer 204, and the service sends it again in Graph's form"

var (
	callShape        = shapeOf(reflect.TypeFor[Call]())
	operationShape   = shapeOf(reflect.TypeFor[CommsOperation]())
	participantShape = shapeOf(reflect.TypeFor[Participant]())
	groupShape       = shapeOf(reflect.TypeFor[AudioRoutingGroup]())
	sessionShape     = shapeOf(reflect.TypeFor[ContentSharingSession]())
	changeTypes      = map[string]string{"created": "created", "updated": "updated", "deleted": "deleted"}
)

// DecodeNotification reads the body of one POST to a callback URI, in any dialect's shape, one event per item of value.
// It never fails: a body that is no JSON, too large, empty or of unknown types becomes an event of KindOther with its
// Problem said. What exceeds 1 MB, lists of 2,000, or 64 levels is kept raw only. The caller bounds what it reads,
// and leaves body as it is afterwards: Raw of the events is part of it.
func DecodeNotification(headers Headers, body []byte) []*Event {
	messageID := headers.Get("X-Microsoft-Skype-Message-ID")
	scenarioID := headers.Get("Scenario-Id")
	if scenarioID == "" {
		scenarioID = headers.Get("X-Microsoft-Skype-Chain-ID")
	}
	items, whole, odd := envelope(headers.Get("Content-Type"), body)
	var events []*Event
	if whole != nil {
		whole.note(odd)
		events = []*Event{whole}
	}
	for _, it := range items {
		e := decodeItem(it)
		e.note(odd)
		events = append(events, e)
	}
	for i, e := range events {
		e.Origin = FromNotification
		e.ScenarioID = CanonicalID(scenarioID)
		if messageID != "" {
			e.MessageID = messageID + "/" + strconv.Itoa(i)
		}
		e.finish()
	}
	return events
}

// item is one element of a notification's value.
type item struct {
	raw   json.RawMessage
	value any
	limit string
}

// envelope splits a body into items, or returns the one event that stands for a body that has none.
func envelope(contentType string, body []byte) (items []item, whole *Event, odd string) {
	other := func(raw, problem string) (items []item, whole *Event, odd string) {
		return nil, &Event{Kind: KindOther, Raw: json.RawMessage(raw), Problem: problem}, odd
	}
	text, odd := decodeText(contentType, body)
	if strings.TrimSpace(text) == "" {
		return other(`""`, "the body is empty")
	}
	r := reader{text: text}
	if odd == "" && len(text) == len(body) {
		r.body = body
	}
	items, fault := r.items()
	if r.end(); r.err != nil {
		return other(quoteJSON(text), "the body is no JSON: "+r.err.Error())
	}
	switch {
	case len(body) > maxBody:
		fault = "the body has " + strconv.Itoa(len(body)) + " bytes, more than the " + strconv.Itoa(maxBody) + " that are read"
	case fault == "" && len(items) == 0:
		fault = "`value` is an empty list: nothing is notified"
	}
	if fault != "" {
		return other(r.compact(0, len(text)), fault)
	}
	return items, nil, odd
}

// items finds the list `value` in an object and reads its elements, each with its own text and bounds; fault says why
// there are none.
func (r *reader) items() (items []item, fault string) {
	if r.peek() != '{' {
		return nil, "the body is " + sketch(r.value()) + ", not an object with a list `value`"
	}
	r.pos++
	found, skype := false, false
	r.eachMember(func(name string) {
		switch {
		case name == "value" && r.peek() == '[':
			found, items, fault = true, r.elements(), ""
			return
		case name == "callState", name == "joinToken":
			skype = true
		}
		v := r.value()
		if name == "value" {
			found, fault = true, "`value` is "+sketch(v)+", not a list"
		}
	})
	switch {
	case !found && skype:
		fault = ProblemSkypeForm
	case !found:
		fault = "the body has no `value`"
	case len(items) > maxList:
		fault = "`value` has " + strconv.Itoa(len(items)) + " items, more than the " + strconv.Itoa(maxList) + " that are read"
	}
	return items, fault
}

// elements reads a list, each element by itself.
func (r *reader) elements() (items []item) {
	r.pos++ // [
	for first := true; r.more(']', first); first = false {
		r.peek()
		one := reader{text: r.text, pos: r.pos}
		v := one.value()
		it := item{value: v, limit: one.limit}
		if r.body != nil && !one.spaced {
			it.raw = json.RawMessage(r.body[r.pos:one.pos:one.pos])
		} else {
			it.raw = json.RawMessage(one.compact(r.pos, one.pos))
		}
		items = append(items, it)
		r.pos, r.spaced = one.pos, r.spaced || one.spaced
		if one.err != nil {
			r.err = one.err
			return items
		}
	}
	return items
}

// decodeItem reads one commsNotification.
func decodeItem(it item) *Event {
	e := &Event{Kind: KindOther, Raw: it.raw}
	in, ok := it.value.(map[string]any)
	if !ok {
		e.Problem = "an item of `value` is " + sketch(it.value) + ", not an object"
		return e
	}
	if s, ok := in["changeType"].(string); ok {
		e.ChangeType = documented(changeTypes, s)
	} else {
		e.note("the item has no changeType")
	}
	r := resourceOf(in)
	e.Resource, e.CallID = r.path(), r.call
	if it.limit != "" {
		e.Problem = "kept raw only: it holds " + it.limit
		return e
	}
	e.View = map[string]any{}
	n := &normaliser{}
	switch kindOf(in["resourceData"], r, e.ChangeType) {
	case KindCall:
		e.readCall(n, r, in["resourceData"])
	case KindOperation:
		e.readOperation(n, r, in["resourceData"])
	case KindParticipants:
		e.readRoster(n, r, in["resourceData"])
	case KindSharing:
		e.readSharing(n, in["resourceData"])
	case KindJoining:
		e.readJoining(n, KindJoining, joiningShape, in["resourceData"])
	case KindLeft:
		e.readJoining(n, KindLeft, leftShape, in["resourceData"])
	default:
		e.readOther(r, in["resourceData"])
	}
	e.note(n.odd)
	e.event()["raw"] = in
	return e
}

// resourceOf finds the path of what an item is about: resourceUrl today, resource before 2019, else the data's own.
func resourceOf(item map[string]any) resource {
	for _, name := range [...]string{"resourceUrl", "resource"} {
		if s, ok := item[name].(string); ok {
			if r := parseResource(s); r.call != "" {
				return r
			}
		}
	}
	data, _ := item["resourceData"].(map[string]any)
	if s, ok := data["@odata.id"].(string); ok {
		return parseResource(s)
	}
	return resource{}
}

// kindOf decides by the data's type and falls back on the path.
func kindOf(data any, r resource, changeType string) EventKind {
	first := data
	if l, ok := data.([]any); ok && len(l) > 0 {
		first = l[0]
	}
	o, _ := first.(map[string]any)
	odata, _ := o["@odata.type"].(string)
	if i := strings.LastIndexByte(odata, '.'); i >= 0 {
		odata = odata[i+1:]
	}
	switch {
	case odata == "call":
		return KindCall
	case odata == "participant", odata == "deltaParticipants":
		return KindParticipants
	case odata == "participantJoiningNotification":
		return KindJoining
	case odata == "participantLeftNotification":
		return KindLeft
	case strings.HasSuffix(odata, "Operation"):
		return KindOperation
	case odata == "contentSharingSession", odata == "" && r.collection == "contentsharingsessions":
		return KindSharing
	case odata != "" || r.call == "":
		return KindOther
	case r.rest == "" && (o != nil || changeType == "deleted"):
		return KindCall
	case r.collection == "operations" && (o != nil || changeType == "deleted"):
		return KindOperation
	case r.collection == "participants" && data != nil:
		return KindParticipants
	}
	return KindOther
}

// readCall reads the state of a call. A tone comes as a call with toneInfo.
func (e *Event) readCall(n *normaliser, r resource, data any) {
	e.Kind = KindCall
	in, _ := data.(map[string]any)
	if l, ok := data.([]any); ok && len(l) > 0 {
		in, _ = l[0].(map[string]any)
	}
	call := n.object(callShape, in)
	if r.call == "" {
		e.CallID, _ = call["id"].(string)
		e.Resource = resource{call: e.CallID}.path()
		if e.CallID == "" {
			e.note("neither the path nor the data names the call")
		}
	} else {
		if id, ok := call["id"].(string); ok && id != r.call {
			e.note("the path names call " + r.call + ", the data " + id + ": the path holds")
		}
		call = with(call, "id", r.call)
	}
	e.View["call"] = call
	if tone, ok := call["toneInfo"]; ok {
		e.Kind, e.View["tone"] = KindTone, tone
	}
}

func (e *Event) readOperation(n *normaliser, r resource, data any) {
	in, _ := data.(map[string]any)
	if l, ok := data.([]any); ok && len(l) > 0 {
		in, _ = l[0].(map[string]any)
	}
	op := n.object(operationShape, in)
	id := ""
	if r.collection == "operations" {
		id = r.id
	}
	if id == "" {
		id, _ = op["id"].(string)
	}
	e.setOperation(id, op)
}

// setOperation makes e an event about an operation.
func (e *Event) setOperation(id string, op map[string]any) {
	e.Kind, e.OperationID = KindOperation, id
	if id != "" {
		op = with(op, "id", id)
	}
	e.View["operation"] = op
	e.callOnly()
}

// readOther keeps what nobody documents raw.
func (e *Event) readOther(r resource, data any) {
	e.callOnly()
	first := data
	if l, ok := data.([]any); ok && len(l) > 0 {
		first = l[0]
	}
	o, _ := first.(map[string]any)
	odata, _ := o["@odata.type"].(string)
	switch strings.TrimPrefix(odata, "#microsoft.graph.") {
	case "":
		e.note("resourceData is " + sketch(data) + " of no known type")
	default:
		e.note("unknown type " + strconv.Quote(odata))
	}
}

// callOnly gives events below a call its id.
func (e *Event) callOnly() {
	if e.CallID != "" {
		e.View["call"] = map[string]any{"id": e.CallID}
	}
}

// event returns View["event"], making it.
func (e *Event) event() map[string]any {
	if e.View == nil {
		e.View = map[string]any{}
	}
	v, _ := e.View["event"].(map[string]any)
	if v == nil {
		v = make(map[string]any, 8)
		e.View["event"] = v
	}
	return v
}

// finish fills in View["event"] from the fields.
func (e *Event) finish() {
	v := e.event()
	if e.CallID != "" && e.View["call"] == nil {
		e.callOnly()
	}
	v["kind"], v["origin"], v["repeat"] = string(e.Kind), e.Origin, false
	if e.ChangeType != "" {
		v["changeType"] = e.ChangeType
	}
	if e.Resource != "" {
		v["resource"] = e.Resource
	}
	if e.MessageID != "" {
		v["messageId"] = e.MessageID
	}
}

// note keeps the first problem.
func (e *Event) note(problem string) {
	if e.Problem == "" {
		e.Problem = problem
	}
}

// Ended says whether the event shows that its call has ended: terminated, or deleted with or without a state.
func (e *Event) Ended() bool {
	if e.Kind != KindCall {
		return false
	}
	call, _ := e.View["call"].(map[string]any)
	return e.ChangeType == "deleted" || call["state"] == StateTerminated
}

// quoteJSON writes text that is no JSON as a JSON string.
func quoteJSON(text string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(text) // cannot fail: it is a string
	return strings.TrimSuffix(b.String(), "\n")
}
