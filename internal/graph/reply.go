package graph

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Decode reads a response to c, in any dialect's shape. It never fails: what it cannot read stays in Raw or Text.
//
// The id of a new call is in the Location header, whose path is absolute or relative, and in the body where there is
// one; an operation's id is the Location's last segment, else the body's (the 2018 bodies say "id-value").
func (d Dialect) Decode(c Command, status int, headers Headers, body []byte) *Reply {
	r := &Reply{Status: status, Headers: headers, CallID: CanonicalID(c.Call), OperationID: CanonicalID(c.Operation)}
	r.RetryAfter = retryAfter(headers)
	if c.Op == "getRecording" && status < 300 {
		r.File = body
		return r
	}
	value := r.read(headers.Get("Content-Type"), body)
	if status >= 400 || status >= 300 && c.Op != "request" {
		r.Error = errorOf(status, headers, value, r.Text)
		return r
	}
	r.place(c, status, parseResource(headers.Get("Location")))
	r.fill(c, value)
	r.Lacks = r.lacks(c, value)
	reads := c.Op == "request" && c.Method == http.MethodGet || c.Op == "getOperation"
	r.Final = !reads && (r.Operation["status"] == StatusCompleted || r.Operation["status"] == StatusFailed)
	return r
}

// read keeps the body as it came and returns its value, nil when it has none or is no JSON.
func (r *Reply) read(contentType string, body []byte) any {
	if len(body) == 0 {
		return nil
	}
	if len(body) > 8*maxBody {
		r.Text = strings.ToValidUTF8(string(body[:maxBody]), "\ufffd") + "…"
		return nil
	}
	p, err := parseJSON(contentType, body)
	if err != nil {
		r.Text, _ = decodeText(contentType, body)
		return nil
	}
	r.Raw, r.Body = json.RawMessage(p.text), p.value
	return p.value
}

// lacks says what the response to c should have told and did not: behind a proxy a 200 may be a web page.
func (r *Reply) lacks(c Command, value any) string {
	text := ""
	_, object := value.(map[string]any)
	switch {
	case c.Op == "createCall" && r.CallID == "":
		text = "names no call"
	case c.Op == "getCall" && !object:
		text = "tells of no call"
	case c.Op == "getOperation" && !object:
		text = "tells of no operation"
	case c.Op == "listParticipants" && r.List == nil:
		text = "has no list of participants"
	case c.Op == "listOperations" && r.List == nil:
		text = "has no list of operations"
	case c.Op == "getParticipant" && !object:
		text = "tells of no participant"
	case c.Op == "listAudioRoutingGroups" && r.List == nil:
		text = "has no list of audio routing groups"
	case (c.Op == "getAudioRoutingGroup" || c.Op == "createAudioRoutingGroup") && !object:
		text = "tells of no audio routing group"
	case c.Op == "listContentSharingSessions" && r.List == nil:
		text = "has no list of content sharing sessions"
	case c.Op == "getContentSharingSession" && !object:
		text = "tells of no content sharing session"
	default:
		return ""
	}
	at := parseResource(r.Headers.Get("Location"))
	switch {
	case c.Op == "createCall" && at.call != "" && unusable(at.call) != "":
		return text + fmt.Sprintf(": the id %.100q of its Location %s", at.call, unusable(at.call))
	case r.Text != "":
		return text + fmt.Sprintf(": its body is no JSON, it begins %.60q", r.Text)
	case value == nil && r.Raw == nil:
		return text + ": it has no body"
	case object && c.Op == "createCall":
		if id, _ := value.(map[string]any)["id"].(string); id != "" {
			return text + fmt.Sprintf(": the id %.100q in its body %s", id, unusable(id))
		}
		return text + ": there is no id in its body, and no Location"
	}
	return text + ": its body is " + sketch(value)
}

// place takes the ids that the Location tells. A raw request is a creation when it is answered 201.
func (r *Reply) place(c Command, status int, at resource) {
	if unusable(at.call) != "" || at.collection == "operations" && unusable(at.id) != "" {
		at = resource{}
	}
	creates := c.Op == "createCall" || c.Op == "request" && status == http.StatusCreated
	switch {
	case at.call == "":
	case at.collection == "operations" && at.id != "":
		r.OperationID = at.id
		if r.CallID == "" {
			r.CallID = at.call
		}
	case creates && at.rest == "":
		r.CallID = at.call
	}
	if r.CallID == "" && c.Op == "request" {
		at := parseResource(c.Path)
		r.CallID = at.call
		if at.collection == "operations" && r.OperationID == "" {
			r.OperationID = at.id
		}
	}
	if r.OperationID != "" {
		r.Operation = map[string]any{"id": r.OperationID}
	}
}

// fill reads the body by what it is: the operation of the command says it, or its own type does.
func (r *Reply) fill(c Command, value any) {
	o, ok := value.(map[string]any)
	if !ok {
		return
	}
	n := &normaliser{unknown: true}
	if l, ok := o["value"].([]any); ok {
		r.fillList(n, c, o, l)
		return
	}
	switch bodyKind(c, o) {
	case aCall:
		call := n.object(callShape, o)
		if id, _ := call["id"].(string); r.CallID == "" && unusable(id) == "" {
			r.CallID = id
		}
		if r.CallID != "" {
			call = with(call, "id", r.CallID)
		}
		r.Call, r.Body = call, call
	case anOperation:
		op := n.object(operationShape, o)
		if id, _ := op["id"].(string); r.OperationID == "" && unusable(id) == "" {
			r.OperationID = id
		}
		if r.OperationID != "" {
			op = with(op, "id", r.OperationID)
		}
		r.Operation, r.Body = op, op
	case aParticipant:
		r.Body = n.object(participantShape, o)
	case aGroup:
		r.Body = n.object(groupShape, o)
	case aSession:
		r.Body = n.object(sessionShape, o)
	}
}

// bodyKind says what an object in a response is.
func bodyKind(c Command, o map[string]any) yield {
	odata, _ := o["@odata.type"].(string)
	odata = strings.TrimPrefix(odata, "#microsoft.graph.")
	switch {
	case odata == "call":
		return aCall
	case odata == "participant":
		return aParticipant
	case odata == "audioRoutingGroup":
		return aGroup
	case odata == "contentSharingSession":
		return aSession
	case strings.HasSuffix(odata, "Operation"):
		return anOperation
	case odata != "":
		return nothing
	}
	if r := routeOf[c.Op]; r != nil && r.yields != nothing {
		return r.yields
	}
	_, status := o["status"].(string)
	_, id := o["id"].(string)
	_, context := o["clientContext"]
	switch {
	case status && (id || context): // legacy answers an answer and a reject with an operation
		return anOperation
	case o["state"] != nil && (o["direction"] != nil || o["callbackUri"] != nil || o["callChainId"] != nil):
		return aCall
	}
	return nothing
}

// fillList reads a collection; r.Body is the body with its elements normalised.
func (r *Reply) fillList(n *normaliser, c Command, o map[string]any, l []any) {
	route := routeOf[c.Op]
	path := parseResource(c.Path)
	r.List = make([]map[string]any, 0, len(l))
	value := make([]any, 0, len(l))
	for _, x := range l {
		in, ok := x.(map[string]any)
		if !ok {
			value = append(value, x)
			continue
		}
		out := in
		kind := bodyKind(Command{}, in)
		switch {
		case kind == aGroup, route != nil && route.yields == aGroup:
			out = n.object(groupShape, in)
		case kind == aSession, route != nil && route.yields == aSession:
			out = n.object(sessionShape, in)
		case kind == aParticipant, route != nil && route.yields == participants,
			kind == nothing && path.collection == "participants":
			out = n.participants(nil, []any{in})[0]
		case kind == anOperation:
			out = n.object(operationShape, in)
		case kind == aCall:
			out = n.object(callShape, in)
		}
		r.List = append(r.List, out)
		value = append(value, out)
	}
	body := make(map[string]any, len(o))
	for name, v := range o {
		body[name] = v
	}
	body["value"] = value
	r.Body = body
}

// Event makes the event that stands in for the notification that will not come, when the operation in a response is
// final. It returns nil otherwise.
func (r *Reply) Event() *Event {
	if !r.Final {
		return nil
	}
	res := resource{call: r.CallID, collection: "operations", id: r.OperationID, rest: "/operations/" + r.OperationID}
	e := &Event{ChangeType: "deleted", CallID: r.CallID, Resource: res.path(), Origin: FromResponse, Raw: r.Raw}
	op := make(map[string]any, len(r.Operation))
	for name, v := range r.Operation {
		if operationShape.members[name] != nil {
			op[name] = v
		}
	}
	if p, err := parseJSON("", r.Raw); err == nil {
		e.event()["raw"] = p.value
	}
	e.setOperation(r.OperationID, op)
	e.finish()
	return e
}

// maxRetryAfter is the longest that a service is taken to ask for.
const maxRetryAfter = 24 * time.Hour

// maxMessage is how many bytes of an error's message are kept.
const maxMessage = 2000

// retryAfter reads the Retry-After header: seconds, which Graph also sends with a fraction, or an HTTP date, which is
// taken against the response's own Date.
func retryAfter(headers Headers) time.Duration {
	s := strings.TrimSpace(headers.Get("Retry-After"))
	if s == "" {
		return 0
	}
	if seconds, err := strconv.ParseFloat(s, 64); err == nil {
		if !(seconds > 0) {
			return 0
		}
		return time.Duration(min(seconds, maxRetryAfter.Seconds()) * float64(time.Second))
	}
	at, err := http.ParseTime(s)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(headers.Get("Date"))
	if err != nil {
		return 0
	}
	return max(0, min(at.Sub(now), maxRetryAfter))
}

// errorOf reads the error envelope. Some 403s carry the calling service's own error as JSON text inside the message.
// https://learn.microsoft.com/graph/errors
func errorOf(status int, headers Headers, value any, text string) *Error {
	e := &Error{Status: status, RequestID: headers.Get("request-id"), ClientRequestID: headers.Get("client-request-id")}
	body, _ := value.(map[string]any)
	envelope, ok := body["error"].(map[string]any)
	if !ok {
		envelope = body
		if word, ok := body["error"].(string); ok { // the token endpoint's form
			envelope = map[string]any{"code": word, "message": body["error_description"]}
		}
	}
	e.Code, e.Message = plainText(envelope, "code", "errorCode"), plainText(envelope, "message", "errorMessage")
	inner, _ := envelope["innerError"].(map[string]any)
	if inner == nil {
		inner, _ = envelope["innererror"].(map[string]any)
	}
	for _, x := range []struct {
		to    *string
		names []string
	}{
		{&e.RequestID, []string{"request-id", "requestId"}},
		{&e.ClientRequestID, []string{"client-request-id", "clientRequestId"}},
		{&e.Date, []string{"date"}},
	} {
		if s := plainText(inner, x.names...); s != "" {
			*x.to = s
		}
	}
	e.unwrap()
	e.Code, e.Message = cut(e.Code, 100), cut(e.Message, maxMessage)
	if at := headers.Get("Location"); status < 400 && at != "" {
		e.Message = fmt.Sprintf("redirected to %.500q, and redirects are not followed", at)
	}
	if e.Message == "" {
		e.Message = cut(strings.TrimSpace(text), 500)
	}
	if e.Message == "" {
		e.Message = http.StatusText(status)
	}
	return e
}

// cut shortens text to a number of bytes.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// unwrap takes code and message out of JSON text inside the message: UnknownError around {"errorCode":"7503",…}.
func (e *Error) unwrap() {
	start := strings.IndexByte(e.Message, '{')
	if start < 0 {
		return
	}
	end := strings.LastIndexByte(e.Message, '}')
	if end < start {
		return
	}
	p, err := parseJSON("", []byte(e.Message[start:end+1]))
	if err != nil {
		return
	}
	inner, _ := p.value.(map[string]any)
	if nested, ok := inner["error"].(map[string]any); ok {
		inner = nested
	}
	if code := plainText(inner, "errorCode", "code"); code != "" {
		e.Outer, e.Code = cut(e.Code, 100), code
		if message := plainText(inner, "message", "errorMessage"); message != "" {
			e.Message = message
		}
	}
}

// plainText returns the first member that is text or a number.
func plainText(o map[string]any, names ...string) string {
	m := &member{kind: text}
	for _, name := range names {
		if v := o[name]; v != nil {
			if s, ok := (&normaliser{}).text(m, v); ok && s != "" {
				return s.(string)
			}
		}
	}
	return ""
}

// DecodeBody reads a request's body of any dialect into a struct of this package in v1.0 words: `callback` becomes
// callbackUri, a path in replacesCallId its id, and so on. Unknown members are left out. The error says what is wrong
// with the JSON.
func DecodeBody(contentType string, body []byte, into any) error {
	p, err := parseJSON(contentType, body)
	if err != nil {
		return fmt.Errorf("the body is no JSON: %w", err)
	}
	in, ok := p.value.(map[string]any)
	if !ok {
		return fmt.Errorf("the body is %s, not an object", sketch(p.value))
	}
	n := &normaliser{}
	out, err := json.Marshal(n.object(shapeOf(reflect.TypeOf(into).Elem()), in))
	if err != nil {
		return err
	}
	return json.Unmarshal(out, into)
}
