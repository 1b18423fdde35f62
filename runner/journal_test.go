package runner

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/graph"
	"callflow/steps"
)

func TestJournalShowsNoSecret(t *testing.T) {
	const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJib3QifQ.c2lnbmF0dXJl"
	secrets := []string{`p@ss "w<o>rd"/1`, "tiny-pin", "abc", "12345678"}
	records := []steps.Record{
		{Type: "log", Log: &steps.Logged{Level: "info", Text: `the password is p@ss "w<o>rd"/1, really`}},
		{Type: "log", Log: &steps.Logged{Level: "info", Text: `body: {"x": "p@ss \"w<o>rd\"/1"}`}},
		{Type: "request", Request: &steps.Sent{
			Path:    "/v1.0/users?code=p%40ss%20%22w%3Co%3Erd%22%2F1&pin=tiny-pin",
			Headers: graph.Headers{{Name: "Authorization", Value: "Bearer abcdefghijkl"}, {Name: "X", Value: "Bearer mnopqrstuvwx"}},
			Body:    json.RawMessage(`{"meetingInfo":{"@odata.type":"#microsoft.graph.tokenMeetingInfo","token":"MEETING"},"pin":12345678,"n":"12345678"}`),
		}},
		{Type: "response", Response: &steps.Received{
			Body: json.RawMessage(`{"access_token":"OPAQUE","recordingInfo":{"recordingAccessToken":"RECORDING"},"t":"` + jwt + `"}`),
			Text: `client_secret=FORMED&x=1 {"client_secret": "INTEXT"}`,
		}},
		{Type: "capture", Capture: &steps.Captured{Name: "t", Value: map[string]any{"deep": []any{"dGlueS1waW4=", jwt}}}},
	}
	var b bytes.Buffer
	j := NewJournal(&b, NewMask(secrets))
	mask := NewMask(secrets)
	var shown strings.Builder
	for _, r := range records {
		j.Record(r)
		line, _ := encode(mask.Record(r))
		shown.Write(line)
	}
	for where, text := range map[string]string{"journal": b.String(), "record": shown.String()} {
		for _, bad := range []string{"w<o>rd", "w%3Co", "tiny-pin", "dGlueS1waW4", "abcdefghijkl", "mnopqrst", "MEETING", "OPAQUE", "RECORDING",
			"FORMED", "INTEXT", "eyJ", "12345678"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s shows %q:\n%s", where, bad, text)
			}
		}
		if !strings.Contains(text, "#microsoft.graph.tokenMeetingInfo") || !strings.Contains(text, `really`) {
			t.Errorf("%s lost what is no secret:\n%s", where, text)
		}
	}
	back, err := ReadJournal(&b)
	if err != nil || len(back) != len(records) {
		t.Fatalf("read back %d of %d records: %v", len(back), len(records), err)
	}
}

func TestMask(t *testing.T) {
	secret := `p@ss "word" +1`
	r := steps.Record{Seq: 7, Type: "response", Response: &steps.Received{
		Status: 200, Text: "token=" + secret + " url=p%40ss+%22word%22+%2B1",
		Body:    json.RawMessage(`{"a":"p@ss \"word\" +1","n":12345678901234567890}`),
		Headers: graph.Headers{{Name: "X", Value: "cEBzcyAid29yZCIgKzE="}},
	}}
	want := steps.Record{Seq: 7, Type: "response", Response: &steps.Received{
		Status: 200, Text: "token=*** url=***", Body: json.RawMessage(`{"a":"***","n":12345678901234567890}`),
		Headers: graph.Headers{{Name: "X", Value: "***"}},
	}}
	if diff := cmp.Diff(want, NewMask([]string{secret, "x"}).Record(r)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	// A secret that is also a word of the record itself must not come out, nor break the journal.
	for _, s := range []string{"response", "status", "true", `":"`, "cEBzcyAid29yZCIgKzE=", "12345678901234567890"} {
		line, err := encode(NewMask([]string{s}).Record(r))
		if _, derr := decode(line); err != nil || derr != nil {
			t.Errorf("secret %q: %q, %v, %v", s, line, err, derr)
		}
	}
}

func TestMaskKnowsTheFormsOfAnID(t *testing.T) {
	for _, secret := range []string{"550FAE72D25143EC868C373732C2704F", "550fae72-d251-43ec-868c-373732c2704f"} {
		r := steps.Record{Type: "log", Log: &steps.Logged{Text: "550fae72-d251-43ec-868c-373732c2704f 550FAE72-D251-43EC-868C-373732C2704F " +
			"550fae72d25143ec868c373732c2704f 550FAE72D25143EC868C373732C2704F"}}
		if got := NewMask([]string{secret}).Record(r).Log.Text; got != "*** *** *** ***" {
			t.Errorf("secret %s: %s", secret, got)
		}
	}
}

func TestMaskLeavesOrdinaryRecords(t *testing.T) {
	for _, r := range []steps.Record{
		{Type: "stepEnd", Step: "s", StepEnd: &steps.StepEnd{Status: steps.Passed, Took: 1000000000, Reason: "abc & <tone>"}},
		{Type: "event", Event: &steps.Arrived{Seq: 1, Summary: "tone 1", Raw: json.RawMessage(`{"a":"tokenless"}`)}},
	} {
		if diff := cmp.Diff(r, NewMask([]string{"status", "", "abc"}).Record(r)); diff != "" {
			t.Errorf("changed (-was +is):\n%s", diff)
		}
	}
}

func TestReadJournal(t *testing.T) {
	var b bytes.Buffer
	j := NewJournal(&b, NewMask(nil))
	want := []steps.Record{
		{Seq: 1, At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Type: "runStart", RunStart: &steps.RunStart{RunID: "r", Scenario: "a < b"}},
		{Seq: 2, Type: "capture", Step: "x", Capture: &steps.Captured{Name: "n", Value: json.Number("7")}},
		{Seq: 3, Type: "runEnd", RunEnd: &steps.RunEnd{Status: steps.Passed, Took: time.Second}},
	}
	for _, r := range want {
		j.Record(r)
	}
	whole := b.String()
	for name, test := range map[string]struct {
		text    string
		records int
		err     string
	}{
		"whole":              {whole, 3, ""},
		"no last newline":    {strings.TrimSuffix(whole, "\n"), 3, ""},
		"cut in last line":   {whole[:len(whole)-20], 2, ""},
		"empty":              {"", 0, ""},
		"blank lines":        {"\n" + whole + "\n\n", 3, ""},
		"a line that is not": {"{}\n" + whole, 0, `journal line 1: no journal record: type "" has no content`},
		"broken in between":  {whole[:30] + "\n" + whole, 0, "journal line 1: no journal record: invalid character '\\n' in string literal"},
		"no journal at all":  {"hello\nworld\n", 0, "journal line 1: no journal record: invalid character 'h' looking for beginning of value"},
	} {
		got, err := ReadJournal(strings.NewReader(test.text))
		message := ""
		if err != nil {
			message = err.Error()
		}
		if message != test.err {
			t.Errorf("%s: error %q, want %q", name, message, test.err)
		}
		if len(got) != test.records {
			t.Errorf("%s: %d records, want %d", name, len(got), test.records)
		}
		if diff := cmp.Diff(want[:len(got)], got); diff != "" && len(got) > 0 {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func FuzzReadJournal(f *testing.F) {
	f.Add([]byte(`{"seq":1,"at":"2026-01-01T00:00:00Z","type":"log","log":{"level":"info","text":"x"}}` + "\n"))
	f.Add([]byte(`{"type":"stepEnd","stepEnd":{"status":"failed","took":1,"failure":{"expression":{"parts":[{}]}}}}` + "\n{"))
	f.Add([]byte("\x00\n\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		records, err := ReadJournal(bytes.NewReader(data))
		if err != nil {
			return
		}
		var b bytes.Buffer
		j := NewJournal(&b, NewMask([]string{"secret"}))
		for _, r := range records {
			j.Record(r)
		}
		if j.Err() != nil {
			return // raw members that the writer refuses
		}
		again, err := ReadJournal(&b)
		if err != nil || len(again) != len(records) {
			t.Fatalf("%d records were written, %d read back: %v", len(records), len(again), err)
		}
	})
}
