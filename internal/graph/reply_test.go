package graph

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	opID   = "0fe0623f-d628-42ed-b4bd-8ac290072cc5"
	opHere = "https://graph.microsoft.com/beta/app/calls/90ED37DCD8E34E119DE330A955DDA06F/operations/0FE0623FD62842EDB4BD8AC290072CC5"
)

func location(s string) Headers {
	return Headers{{"Content-Type", "application/json"}, {"Location", s}}
}

func TestDecodeReply(t *testing.T) {
	const seedBody = `{"clientContext":"clientContext-value","createdDateTime":"2018-03-19T09:46:02Z","id":"id-value",` +
		`"lastActionDateTime":"2018-03-19T09:46:02Z","status":"Running"}`
	for _, c := range []struct {
		name    string
		command Command
		status  int
		headers Headers
		body    string
		want    Reply // only the fields below are compared
	}{
		{"seed invite, Location only", Command{Op: "invite", Call: meeting}, 202, location(opHere), "",
			Reply{CallID: meeting, OperationID: opID, Operation: map[string]any{"id": opID}}},
		{"seed invite, body with a placeholder", Command{Op: "invite", Call: meeting}, 200, location(opHere), seedBody,
			Reply{CallID: meeting, OperationID: opID, Operation: map[string]any{"id": opID, "status": "running",
				"clientContext": "clientContext-value", "createdDateTime": "2018-03-19T09:46:02Z", "lastActionDateTime": "2018-03-19T09:46:02Z"}}},
		{"invite, body without Location", Command{Op: "invite", Call: meeting}, 200, nil,
			`{"@odata.type":"#microsoft.graph.inviteParticipantsOperation","id":"EEC3812AFDC34FB4825CA06C9F35414E","status":"Running","resultInfo":null}`,
			Reply{CallID: meeting, OperationID: "eec3812a-fdc3-4fb4-825c-a06c9f35414e", Operation: map[string]any{
				"@odata.type": "#microsoft.graph.inviteParticipantsOperation", "id": "eec3812a-fdc3-4fb4-825c-a06c9f35414e", "status": "running"}}},
		{"an operation that is over", Command{Op: "mute", Call: meeting}, 200, location("/communications/calls/" + meeting + "/operations/x"),
			`{"@odata.type":"#microsoft.graph.muteParticipantOperation","id":"x","status":"COMPLETED","clientContext":"c"}`,
			Reply{CallID: meeting, OperationID: "x", Final: true, Operation: map[string]any{
				"@odata.type": "#microsoft.graph.muteParticipantOperation", "id": "x", "status": "completed", "clientContext": "c"}}},
		{"an operation that is read", Command{Op: "getOperation", Call: meeting, Operation: opID}, 200, nil, `{"id":"` + opID + `","status":"completed"}`,
			Reply{CallID: meeting, OperationID: opID, Operation: map[string]any{"id": opID, "status": "completed"}}},
		{"create, absolute Location without body", Command{Op: "createCall"}, 201,
			location("https://graph.microsoft.com/beta/app/calls/90ED37DCD8E34E119DE330A955DDA06F"), "", Reply{CallID: meeting}},
		{"create, relative Location and body", Command{Op: "createCall"}, 201, location("/communications/calls/" + meeting),
			`{"@odata.type":"#microsoft.graph.call","state":"Establishing","id":"` + meeting + `","subject":null,"extra":1}`,
			Reply{CallID: meeting, Call: map[string]any{"@odata.type": "#microsoft.graph.call", "state": "establishing", "id": meeting, "extra": 1}}},
		{"create, body only", Command{Op: "createCall"}, 201, nil, `{"id":"` + meeting + `","callState":"establishing"}`,
			Reply{CallID: meeting, Call: map[string]any{"state": "establishing", "id": meeting}}},
		{"answer, empty", Command{Op: "answer", Call: p2p}, 202, nil, "", Reply{CallID: p2p}},
		{"answer, an operation in legacy", Command{Op: "answer", Call: p2p}, 200, nil, seedBody,
			Reply{CallID: p2p, OperationID: "id-value", Operation: map[string]any{"id": "id-value", "status": "running",
				"clientContext": "clientContext-value", "createdDateTime": "2018-03-19T09:46:02Z", "lastActionDateTime": "2018-03-19T09:46:02Z"}}},
		{"transfer", Command{Op: "transfer", Call: "/app/calls/57DAB8B1894C409AB240BD8BEAE78896"}, 202, nil, "", Reply{CallID: p2p}},
		{"hang up", Command{Op: "hangUp", Call: p2p}, 204, nil, "", Reply{CallID: p2p}},
		{"participants", Command{Op: "listParticipants", Call: p2p}, 200, nil,
			`{"@odata.context":"x","value":[{"id":"A","isMuted":"true","info":{"identity":{"user":{"id":"8A34A46B3D174ADC8DCEDC4E7D572698"}}}},null]}`,
			Reply{CallID: p2p, List: []map[string]any{{"id": "A", "isMuted": true,
				"info": map[string]any{"identity": map[string]any{"user": map[string]any{"id": "8a34a46b-3d17-4adc-8dce-dc4e7d572698"}}}}}}},
		{"an empty collection", Command{Op: "listParticipants", Call: p2p}, 200, nil, `{"value":[]}`, Reply{CallID: p2p, List: []map[string]any{}}},
		{"raw: a call is created", Command{Op: "request", Method: "POST", Path: "/communications/calls"}, 201, location("/communications/calls/" + meeting), "",
			Reply{CallID: meeting}},
		{"raw: an operation", Command{Op: "request", Method: "POST", Path: "/communications/calls/" + p2p + "/mute"}, 200, nil,
			`{"@odata.type":"#microsoft.graph.muteParticipantOperation","id":"x","status":"completed"}`,
			Reply{CallID: p2p, OperationID: "x", Final: true, Operation: map[string]any{
				"@odata.type": "#microsoft.graph.muteParticipantOperation", "id": "x", "status": "completed"}}},
		{"raw: something else", Command{Op: "request", Method: "GET", Path: "/users/x"}, 200, nil, `{"id":"X","n":1.5}`, Reply{}},
		{"text", Command{Op: "getCall", Call: p2p}, 200, nil, "<html>\xff", Reply{CallID: p2p, Text: "<html>\ufffd"}},
		{"a list for a call", Command{Op: "getCall", Call: p2p}, 200, nil, `[1]`, Reply{CallID: p2p}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Legacy.Decode(c.command, c.status, c.headers, []byte(c.body))
			got := Reply{CallID: r.CallID, OperationID: r.OperationID, Call: r.Call, Operation: r.Operation, List: r.List, Final: r.Final, Text: r.Text}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if r.Status != c.status || r.Error != nil {
				t.Errorf("status %d, error %v", r.Status, r.Error)
			}
			if c.body != "" && (r.Raw == nil) != (r.Text != "") {
				t.Errorf("raw %s, text %q", r.Raw, r.Text)
			}
		})
	}
}

func TestEventOfFinalReply(t *testing.T) {
	r := V1.Decode(Command{Op: "mute", Call: meeting}, 200, nil, []byte(`{"id":"x","status":"completed","clientContext":"c","@odata.context":"y"}`))
	e := r.Event()
	if e == nil {
		t.Fatal("no event")
	}
	want := "operation deleted /communications/calls/" + meeting + "/operations/x\n" +
		`call "` + meeting + `" operation "x"` + "\n"
	text, _ := json.Marshal(e.View["operation"])
	if got := describe(t, e); got[:len(want)] != want || string(text) != `{"clientContext":"c","id":"x","status":"completed"}` || e.Origin != FromResponse {
		t.Errorf("%s\n%s", got, text)
	}
	if r := V1.Decode(Command{Op: "invite", Call: meeting}, 200, nil, []byte(`{"id":"x","status":"running"}`)); r.Event() != nil {
		t.Error("an operation that runs makes no event")
	}
}

func TestDecodeError(t *testing.T) {
	for _, c := range []struct {
		name    string
		status  int
		headers Headers
		body    string
		want    Error
	}{
		{"plain", 404, nil, `{"error":{"code":"8522","message":"Call not found.","innerError":{"date":"2020-01-01T00:00:00","request-id":"r","client-request-id":"c"}}}`,
			Error{Code: "8522", Message: "Call not found.", Date: "2020-01-01T00:00:00", RequestID: "r", ClientRequestID: "c"}},
		{"code as a number", 403, nil, `{"error":{"code":7505,"message":"m","innererror":{"requestId":"r"}}}`, Error{Code: "7505", Message: "m", RequestID: "r"}},
		{"wrapped", 403, Headers{{"request-id", "h"}}, `{"error":{"code":"UnknownError","message":"{\"errorCode\":\"7503\",\"message\":\"Application is not registered in our store.\"}"}}`,
			Error{Code: "7503", Outer: "UnknownError", Message: "Application is not registered in our store.", RequestID: "h"}},
		{"wrapped with words around", 403, nil, `{"error":{"code":"UnknownError","message":"Failed: {\"error\":{\"code\":7504,\"message\":\"no\"}} (x)"}}`,
			Error{Code: "7504", Outer: "UnknownError", Message: "no"}},
		{"braces that are no JSON", 400, nil, `{"error":{"code":"BadRequest","message":"use {id} here"}}`, Error{Code: "BadRequest", Message: "use {id} here"}},
		{"text", 502, nil, "Bad gateway\n", Error{Message: "Bad gateway"}},
		{"nothing", 503, nil, "", Error{Message: "Service Unavailable"}},
		{"token endpoint's form", 401, nil, `{"error":"invalid_client","error_description":"wrong secret"}`, Error{Code: "invalid_client", Message: "wrong secret"}},
		{"no object", 400, nil, `"x"`, Error{Message: "Bad Request"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.want.Status = c.status
			r := V1.Decode(Command{Op: "getCall", Call: p2p}, c.status, c.headers, []byte(c.body))
			if r.Error == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(c.want, *r.Error); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if r.Call != nil || r.Operation != nil || r.CallID != p2p {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	const date = "Mon, 23 Nov 2026 12:00:00 GMT"
	for value, want := range map[string]time.Duration{
		"": 0, "3": 3 * time.Second, "2.128": 2128 * time.Millisecond, " 1 ": time.Second, "-1": 0, "NaN": 0, "Inf": 24 * time.Hour, "1e99": 24 * time.Hour,
		"soon": 0, "Mon, 23 Nov 2026 12:01:30 GMT": 90 * time.Second, "Mon, 23 Nov 2026 11:00:00 GMT": 0,
	} {
		r := V1.Decode(Command{Op: "getCall", Call: p2p}, 429, Headers{{"Date", date}, {"Retry-After", value}}, nil)
		if r.RetryAfter != want {
			t.Errorf("%q: %v, want %v", value, r.RetryAfter, want)
		}
	}
}

// TestRepliesThatLack decodes successes that do not tell what was asked for, and redirects.
func TestRepliesThatLack(t *testing.T) {
	create, get := Command{Op: "createCall"}, Command{Op: "getCall", Call: "c1"}
	for _, c := range []struct {
		name          string
		command       Command
		status        int
		location      string
		body          string
		lacks, refuse string
	}{
		{"a web page", create, 200, "", "<html>sign in</html>", `names no call: its body is no JSON, it begins "<html>sign in</html>"`, ""},
		{"nothing", create, 204, "", "", "names no call: it has no body", ""},
		{"null", create, 201, "", "null", "names no call: its body is null", ""},
		{"a list", create, 201, "", "[1]", "names no call: its body is a list", ""},
		{"no id", create, 201, "", `{"state":"establishing"}`, "names no call: there is no id in its body, and no Location", ""},
		{"an id with a NUL", create, 201, "", `{"id":"a\u0000b"}`, `names no call: the id "a\x00b" in its body cannot stand in a path`, ""},
		{"an id with an escape", create, 201, "", `{"id":"\u001b[2J"}`, `names no call: the id "\x1b[2J" in its body cannot stand in a path`, ""},
		{"an endless id", create, 201, "", `{"id":"` + strings.Repeat("y", 5000) + `"}`, `in its body has 5000 bytes, more than the 1000 of any id`, ""},
		{"a climbing Location", create, 201, "/v1.0/communications/calls/../../users", "", `names no call: the id ".." of its Location cannot stand in a path`, ""},
		{"a Location of something else", create, 201, "/v1.0/users/x", "", "names no call: it has no body", ""},
		{"an id that is text of a path", create, 201, "", `{"id":"../../x"}`, "", ""},
		{"a Location elsewhere", create, 201, "https://else.where/communications/calls/c1", "", "", ""},
		{"a read of a web page", get, 200, "", "<html>", "tells of no call: its body is no JSON", ""},
		{"a read of nothing", Command{Op: "getOperation", Call: "c1", Operation: "o1"}, 200, "", "", "tells of no operation: it has no body", ""},
		{"a roster that is none", Command{Op: "listParticipants", Call: "c1"}, 200, "", `{"value":{}}`, "has no list of participants: its body is an object", ""},
		{"a redirect", create, 302, "https://else.where/communications/calls/c1", "", "", `redirected to "https://else.where/communications/calls/c1", and redirects are not followed`},
		{"a redirect to the same", get, 307, "/v1.0/communications/calls/c1", "", "", "redirects are not followed"},
		{"not modified", get, 304, "", "", "", "Not Modified"},
		{"a raw request may be redirected", Command{Op: "request", Method: "GET", Path: "/x"}, 302, "/y", "", "", ""},
		{"a raw request may have no body", Command{Op: "request", Method: "GET", Path: "/x"}, 204, "", "", "", ""},
		{"an invitation may have no body", Command{Op: "invite", Call: "c1"}, 202, "", "", "", ""},
		{"a long message is cut", create, 400, "", `{"error":{"code":"` + strings.Repeat("9", 10_000) + `","message":"` + strings.Repeat("ä", 100_000) + `"}}`, "", "ää…"},
	} {
		r := V1.Decode(c.command, c.status, location(c.location), []byte(c.body))
		switch {
		case c.lacks == "" && r.Lacks != "" || !strings.Contains(r.Lacks, c.lacks):
			t.Errorf("%s: lacks %q, want %q", c.name, r.Lacks, c.lacks)
		case (r.Error == nil) != (c.refuse == "") || r.Error != nil && !strings.Contains(r.Error.Message, c.refuse):
			t.Errorf("%s: error %+v, want %q", c.name, r.Error, c.refuse)
		case r.Error != nil && (len(r.Error.Message) > 2*maxMessage || r.CallID != CanonicalID(c.command.Call)):
			t.Errorf("%s: call %q, a message of %d bytes", c.name, r.CallID, len(r.Error.Message))
		}
	}
	if wait := retryAfter(Headers{{"Date", "Mon, 23 Nov 2026 14:00:00 GMT"}, {"Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"}}); wait != maxRetryAfter {
		t.Errorf("a wait of %s", wait)
	}
}
