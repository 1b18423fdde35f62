package graph

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func seedFuzz(f *testing.F, add func(body []byte)) {
	files, _ := filepath.Glob("testdata/notification/*.json")
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		add(body)
	}
	for _, s := range []string{"", "{}", "[]", `{"value":null}`, `{"value":[null,1,"x",[]]}`, `{"value":[{}],"value":[{"resource":"/calls/a"}]}`,
		`"\ud800"`, `{"a":1e400,"b":-0,"c":12345678901234567890}`, strings.Repeat("[", 70), "\xef\xbb\xbf{}", "{\"value\":[{\"resourceData\":\"\x80\"}]}"} {
		add([]byte(s))
	}
}

// FuzzDecodeNotification: whatever is posted, there is at least one event, each with a raw text that is JSON and a view
// with the names that expressions expect.
func FuzzDecodeNotification(f *testing.F) {
	seedFuzz(f, func(body []byte) { f.Add("application/json; charset=Windows-1252", body) })
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		events := DecodeNotification(Headers{{"Content-Type", contentType}, {"X-Microsoft-Skype-Message-ID", "m"}}, body)
		if len(events) == 0 {
			t.Fatal("no event")
		}
		for _, e := range events {
			if !json.Valid(e.Raw) || !utf8.Valid(e.Raw) {
				t.Fatalf("raw is no JSON: %q", e.Raw)
			}
			if e.View["event"] == nil || e.Kind == "" {
				t.Fatalf("no event in the view: %+v", e)
			}
			if e.CallID != "" && e.View["call"].(map[string]any)["id"] != e.CallID {
				t.Fatalf("call %q, view %v", e.CallID, e.View["call"])
			}
			if e.Kind == KindParticipants {
				(&Roster{}).Apply(e)
			}
			if _, err := json.Marshal(e.View); err != nil {
				t.Fatal(err)
			}
			e.Ended()
		}
	})
}

func FuzzDecodeReply(f *testing.F) {
	seedFuzz(f, func(body []byte) { f.Add("invite", 200, "/app/calls/x/operations/y", "3", body) })
	f.Add("request", 201, "https://x/calls/a", "", []byte(`{"value":[{"@odata.type":"#microsoft.graph.call"}]}`))
	f.Add("createCall", 403, "", "Mon, 23 Nov 2026 12:01:30 GMT", []byte(`{"error":{"code":"UnknownError","message":"{\"errorCode\":\"7503\"}"}}`))
	f.Fuzz(func(t *testing.T, op string, status int, location, retryAfter string, body []byte) {
		c := Command{Op: op, Call: p2p, Path: "/communications/calls/a/participants"}
		r := Beta.Decode(c, status, Headers{{"Location", location}, {"Retry-After", retryAfter}}, body)
		refused := status >= 400 || status >= 300 && op != "request" // a redirect is followed by nobody
		if refused != (r.Error != nil) || r.RetryAfter < 0 || r.RetryAfter > maxRetryAfter || unusable(r.CallID) != "" {
			t.Fatalf("%+v", r)
		}
		if r.Raw != nil && !json.Valid(r.Raw) {
			t.Fatalf("raw is no JSON: %q", r.Raw)
		}
		if r.Final && r.Event() == nil {
			t.Fatal("a final reply without an event")
		}
		if _, err := json.Marshal(r.Body); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzReadJSON compares our reader with encoding/json: it accepts the same texts and reads the same values.
func FuzzReadJSON(f *testing.F) {
	seedFuzz(f, func(body []byte) { f.Add(string(body)) })
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.HasPrefix(text, "\ufeff") {
			t.Skip()
		}
		p, err := parseJSON("", []byte(text))
		if json.Valid([]byte(text)) != (err == nil) {
			t.Fatalf("%q: %v; encoding/json says valid: %v", text, err, json.Valid([]byte(text)))
		}
		if err != nil {
			return
		}
		if compact, err := parseJSON("", []byte(p.text)); err != nil || compact.text != p.text || !cmp.Equal(compact.value, p.value) {
			t.Fatalf("%q: compacted to %q, which reads differently", text, p.text)
		}
		var want any
		if p.limit != "" || json.Unmarshal([]byte(text), &want) != nil {
			return // encoding/json refuses numbers beyond float64
		}
		if diff := cmp.Diff(want, asFloats(p.value)); diff != "" {
			t.Fatalf("%q (-encoding/json +ours):\n%s", text, diff)
		}
	})
}

// asFloats makes of every int the float64 that encoding/json reads.
func asFloats(v any) any {
	switch v := v.(type) {
	case int:
		return float64(v)
	case []any:
		for i := range v {
			v[i] = asFloats(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = asFloats(v[name])
		}
	}
	return v
}
