package graph

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares got with a golden file, or writes it.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// describe writes an event as the golden files have it; the raw item is checked to be what came.
func describe(t *testing.T, e *Event) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s\ncall %q operation %q", e.Kind, e.ChangeType, e.Resource, e.CallID, e.OperationID)
	if e.Delta {
		fmt.Fprintf(&b, " delta %d", e.Sequence)
	}
	if e.Ended() {
		b.WriteString(" ended")
	}
	if e.Problem != "" {
		fmt.Fprintf(&b, "\nproblem %s", e.Problem)
	}
	view := map[string]any{}
	for name, v := range e.View {
		view[name] = v
	}
	if event, ok := view["event"].(map[string]any); ok && event["raw"] != nil {
		shown := map[string]any{}
		for name, v := range event {
			shown[name] = v
		}
		raw, err := json.Marshal(shown["raw"])
		if err != nil {
			t.Fatal(err)
		}
		sameJSON(t, "event.raw", e.Raw, raw)
		delete(shown, "raw")
		view["event"] = shown
	}
	text, err := json.MarshalIndent(view, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	b.WriteString("\n")
	b.Write(text)
	b.WriteString("\n")
	return b.String()
}

// sameJSON compares two JSON texts by value.
func sameJSON(t *testing.T, what string, want, got []byte) {
	t.Helper()
	var w, g any
	if err := json.Unmarshal(want, &w); err != nil {
		t.Fatalf("%s: %v in %s", what, err, want)
	}
	if err := json.Unmarshal(got, &g); err != nil {
		t.Fatalf("%s: %v in %s", what, err, got)
	}
	if diff := cmp.Diff(w, g); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestDecodeNotificationGolden(t *testing.T) {
	files, _ := filepath.Glob("testdata/notification/*.json")
	if len(files) < 12 {
		t.Fatalf("only %d messages in testdata", len(files))
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, e := range DecodeNotification(nil, body) {
			if bytes.ContainsAny(e.Raw, "\n\r") {
				t.Errorf("%s: raw is not compact: %s", file, e.Raw)
			}
			b.WriteString(describe(t, e))
		}
		golden(t, strings.TrimSuffix(file, ".json")+".golden", []byte(b.String()))
	}
}

func TestHeadersOfNotification(t *testing.T) {
	body := []byte(`{"value":[{"changeType":"deleted","resourceUrl":"/communications/calls/a"},{"changeType":"deleted","resourceUrl":"/communications/calls/b"}]}`)
	headers := Headers{{"x-microsoft-skype-message-id", "m-1"}, {"X-Microsoft-Skype-Chain-ID", "58B6E2D62BF94F64AA1EAB5E0EC8CFB4"}}
	for range 2 { // a second delivery has the same ids
		events := DecodeNotification(headers, body)
		if len(events) != 2 {
			t.Fatalf("%d events, want 2", len(events))
		}
		for i, e := range events {
			if want := fmt.Sprintf("m-1/%d", i); e.MessageID != want || e.View["event"].(map[string]any)["messageId"] != want {
				t.Errorf("message id %q, want %q", e.MessageID, want)
			}
			if e.ScenarioID != "58b6e2d6-2bf9-4f64-aa1e-ab5e0ec8cfb4" {
				t.Errorf("scenario id %q", e.ScenarioID)
			}
			if !e.Ended() {
				t.Error("a deleted call without a state has not ended")
			}
		}
	}
	headers = append(headers, Header{"Scenario-Id", "s"})
	if e := DecodeNotification(headers, body)[0]; e.ScenarioID != "s" {
		t.Errorf("scenario id %q, want the Scenario-Id header's", e.ScenarioID)
	}
	if e := DecodeNotification(nil, body)[0]; e.MessageID != "" {
		t.Errorf("message id %q without a header", e.MessageID)
	}
}

// TestOddNotifications: each becomes one event of KindOther that says why and keeps what came.
func TestOddNotifications(t *testing.T) {
	long := strings.Repeat(`{},`, maxList) + `{}`
	deep := strings.Repeat(`[`, 100) + strings.Repeat(`]`, 100)
	for _, c := range []struct{ name, body, problem, raw string }{
		{"empty", "", "the body is empty", `""`},
		{"blank", " \r\n", "the body is empty", `""`},
		{"no JSON", "<html>", `the body is no JSON: '<' at byte 0 where a value should be`, `"<html>"`},
		{"cut", `{"value":[{"changeType":"upd`, "the body is no JSON: it ends where a closing quote should be", `"{\"value\":[{\"changeType\":\"upd"`},
		{"trailing", `{"value":[]} x`, `the body is no JSON: 'x' at byte 13 where the end should be`, `"{\"value\":[]} x"`},
		{"NUL", "{\"value\":\x00}", `the body is no JSON: '\x00' at byte 9 where a value should be`, `"{\"value\":\u0000}"`},
		{"a list", `[1, 2]`, "the body is a list, not an object with a list `value`", `[1,2]`},
		{"null", `null`, "the body is null, not an object with a list `value`", `null`},
		{"no value", `{"a": 1}`, "the body has no `value`", `{"a":1}`},
		{"null value", `{"value": null}`, "`value` is null, not a list", `{"value":null}`},
		{"empty value", `{"value": [ ]}`, "`value` is an empty list: nothing is notified", `{"value":[]}`},
		{"item no object", `{"value":["x"]}`, "an item of `value` is \"x\", not an object", `"x"`},
		{"Skype form", `{"id":"1","participants":[],"callState":"incoming"}`, ProblemSkypeForm, `{"id":"1","participants":[],"callState":"incoming"}`},
		{"unknown type", `{"value":[{"changeType":"created","resourceUrl":"/communications/calls/a/x","resourceData":{"@odata.type":"#microsoft.graph.dance"}}]}`,
			`unknown type "#microsoft.graph.dance"`, ""},
		{"no type, no path", `{"value":[{"changeType":"created","resourceData":{"state":"established"}}]}`, "resourceData is an object of no known type", ""},
		{"no data", `{"value":[{"changeType":"updated","resourceUrl":"/communications/calls/a"}]}`, "resourceData is null of no known type", ""},
		{"huge roster", `{"value":[{"changeType":"updated","resourceUrl":"/communications/calls/a/participants","resourceData":[` + long + `]}]}`,
			"kept raw only: it holds a list of more than 2000 elements", ""},
		{"deep", `{"value":[{"changeType":"updated","resourceUrl":"/communications/calls/a","resourceData":{"@odata.type":"#microsoft.graph.call","x":` + deep + `}}]}`,
			"kept raw only: it holds more than 64 objects and lists inside each other", ""},
		{"too many items", `{"value":[` + long + `]}`, "`value` has 2001 items, more than the 2000 that are read", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			events := DecodeNotification(nil, []byte(c.body))
			if len(events) != 1 {
				t.Fatalf("%d events, want 1", len(events))
			}
			e := events[0]
			if e.Kind != KindOther || e.Problem != c.problem {
				t.Errorf("%s %q, want other %q", e.Kind, e.Problem, c.problem)
			}
			if c.raw != "" && string(e.Raw) != c.raw {
				t.Errorf("raw %s, want %s", e.Raw, c.raw)
			}
			if !json.Valid(e.Raw) {
				t.Errorf("raw is no JSON: %.100s", e.Raw)
			}
			if e.View["event"].(map[string]any)["kind"] != "other" {
				t.Errorf("view %v", e.View)
			}
		})
	}
}

func TestHugeNotification(t *testing.T) {
	body := []byte(`{"value":[{"x":"` + strings.Repeat("a", 5<<20) + `"}]}`)
	events := DecodeNotification(nil, body)
	if len(events) != 1 || events[0].Kind != KindOther || !strings.Contains(events[0].Problem, "more than the 1048576 that are read") {
		t.Fatalf("%d events, the first %q", len(events), events[0].Problem)
	}
	if event := events[0].View["event"].(map[string]any); event["raw"] != nil {
		t.Error("an expression can see a body that is too large")
	}
}

// TestWrongTypes: a member of the wrong type is left out and said; the rest is read.
func TestWrongTypes(t *testing.T) {
	for _, c := range []struct{ data, problem, call string }{
		{`"state":5`, ``, `{"state":"5"}`},
		{`"state":["x"]`, `state is a list, not a string`, `{}`},
		{`"source":"carol"`, `source is "carol", not an object`, `{}`},
		{`"resultInfo":{"code":"many"}`, `code is "many", not a number`, `{"resultInfo":{}}`},
		{`"resultInfo":{"code":4.5}`, `code is 4.5, not a number`, `{"resultInfo":{}}`},
		{`"resultInfo":{"code":2e2,"subcode":1.0}`, ``, `{"resultInfo":{"code":200,"subcode":1}}`},
		{`"resultInfo":{"subCode":1,"subcode":2}`, ``, `{"resultInfo":{"subcode":2}}`},
		{`"targets":{"identity":{"user":{"id":"a"}}}`, ``, `{"targets":[{"identity":{"user":{"id":"a"}}}]}`},
		{`"targets":[null,1]`, `targets is 1, not an object`, `{"targets":[]}`},
		{`"requestedModalities":["Audio","videobasedscreensharing","smell"]`, ``, `{"requestedModalities":["audio","videoBasedScreenSharing","smell"]}`},
		{`"tenantId":"49BFC22584824AB894E776B48FDB9849"`, ``, `{"tenantId":"49bfc225-8482-4ab8-94e7-76b48fdb9849"}`},
		{`"chatInfo":{"threadId":"19:X@thread.v2"}`, ``, `{"chatInfo":{"threadId":"19:X@thread.v2"}}`},
		{`"applicationMetadata":{"botData":{"Anything":[1]}}`, ``, `{"applicationMetadata":{"botData":{"Anything":[1]}}}`},
	} {
		body := `{"value":[{"changeType":"updated","resourceUrl":"/communications/calls/a","resourceData":{` + c.data + `}}]}`
		e := DecodeNotification(nil, []byte(body))[0]
		if e.Problem != c.problem {
			t.Errorf("%s: problem %q, want %q", c.data, e.Problem, c.problem)
		}
		call := e.View["call"].(map[string]any)
		delete(call, "id")
		got, _ := json.Marshal(call)
		sameJSON(t, c.data, []byte(c.call), got)
	}
}

func TestTextOfNotification(t *testing.T) {
	body := func(name string) []byte {
		return []byte(`{"value":[{"changeType":"updated","resourceUrl":"/communications/calls/a","resourceData":{"@odata.type":"#microsoft.graph.call","subject":"` + name + `"}}]}`)
	}
	for _, c := range []struct{ contentType, sent, want, problem string }{
		{"application/json", "J\u00fcrgen", "Jürgen", ""},
		{"application/json; charset=Windows-1252", "J\xfcrgen \x80", "Jürgen €", ""},
		{"application/json", "J\xfcrgen", "J\ufffdrgen", "not UTF-8: unreadable bytes were replaced"},
		{"application/json", `\u00fc\ud83d\ude00\/`, "ü😀/", ""},
	} {
		e := DecodeNotification(Headers{{"Content-Type", c.contentType}}, append([]byte("\xef\xbb\xbf"), body(c.sent)...))[0]
		if got := e.View["call"].(map[string]any)["subject"]; got != c.want || e.Problem != c.problem {
			t.Errorf("%q: %q %q, want %q %q", c.sent, got, e.Problem, c.want, c.problem)
		}
	}
}
