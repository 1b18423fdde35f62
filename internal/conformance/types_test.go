package conformance_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/conformance"
	"callflow/internal/graph"
)

// reference is kept outside this repository; what the tests need of it is in testdata.
const reference = house + "/../shared/reference"

// TestTypesAreTheReferences compares our copy of the metadata with the reference's.
func TestTypesAreTheReferences(t *testing.T) {
	theirs, err := os.ReadFile(reference + "/calling-types.v1.json")
	if err != nil {
		t.Skip("the reference is not beside the repository: ", err)
	}
	ours, err := os.ReadFile("types.v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var want, got map[string]any
	if err := json.Unmarshal(theirs, &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(ours, &got); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"source", "types", "actions"} {
		if diff := cmp.Diff(want[part], got[part]); diff != "" {
			t.Errorf("%s (-reference +ours):\n%s", part, diff)
		}
	}
}

// TestExamplesAreTheReferences compares our copy of the examples' bodies with the reference's files.
func TestExamplesAreTheReferences(t *testing.T) {
	index, err := os.ReadFile(reference + "/examples/index.tsv")
	if err != nil {
		t.Skip("the reference is not beside the repository: ", err)
	}
	ours := map[string]any{}
	for _, e := range examples(t) {
		var body any
		if e.file == "-" {
			continue
		}
		if err := json.Unmarshal(e.body, &body); err != nil {
			t.Fatalf("%s: %v", e.file, err)
		}
		ours[e.file] = body
	}
	for _, line := range strings.Split(strings.TrimSpace(string(index)), "\n")[1:] {
		file, _, _ := strings.Cut(line, "\t")
		text, err := os.ReadFile(reference + "/examples/" + file)
		if err != nil {
			t.Fatal(err)
		}
		var want any
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, ours[file]); diff != "" {
			t.Errorf("%s (-reference +ours):\n%s", file, diff)
		}
		delete(ours, file)
	}
	for file := range ours {
		t.Errorf("the reference has no %s", file)
	}
}

// TestChecks: what breaks a rule is found, at its place; what keeps to them is not.
func TestChecks(t *testing.T) {
	note := func(data string) string {
		return `{"@odata.type":"#microsoft.graph.commsNotifications","value":[{"changeType":"updated","resourceUrl":"/communications/calls/1","resourceData":` + data + `}]}`
	}
	call := func(more string) string {
		return note(`{"@odata.type":"#microsoft.graph.call","id":"1","callbackUri":"https://x"` + more + `}`)
	}
	for _, tt := range []struct{ name, body, want string }{
		{"fine", call(`,"state":"established","mediaState":{"audio":"active"},"subject":null`), ""},
		{"an undeclared member", call(`,"stat":"established"`), `/value/0/resourceData/stat (call.stat, member): saw "established"`},
		{"a word of no enum", call(`,"state":"ringingg"`), `/value/0/resourceData/state (callState.ringingg, word): saw "ringingg"`},
		{"a word in another case", call(`,"state":"Established"`), `(callState.Established, case)`},
		{"null", call(`,"toneInfo":{"sequenceId":null,"tone":"tone1"}`), `/toneInfo/sequenceId (toneInfo.sequenceId, null): saw null, expected Edm.Int64`},
		{"absent", call(`,"toneInfo":{"tone":"tone1"}`), `(toneInfo.sequenceId, required): saw nothing`},
		{"a number as text", call(`,"resultInfo":{"code":"200","subcode":0}`), `/resultInfo/code (resultInfo.code, type): saw "200", expected Edm.Int32`},
		{"an Int64 as text", call(`,"toneInfo":{"sequenceId":"1","tone":"tone1"}`), ""},
		{"an object for a list", call(`,"targets":{}`), `(call.targets, type): saw {}`},
		{"the wrong type", call(`,"mediaConfig":{"@odata.type":"#microsoft.graph.chatInfo"}`), `saw "#microsoft.graph.chatInfo", expected #microsoft.graph.mediaConfig`},
		{"an abstract type", call(`,"mediaConfig":{}`), `(mediaConfig.@odata.type, required)`},
		{"a derived type's member", call(`,"mediaConfig":{"@odata.type":"#microsoft.graph.appHostedMediaConfig","blob":"x"}`), ""},
		{"another's member", call(`,"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig","blob":"x"}`), `(serviceHostedMediaConfig.blob, member)`},
		{"a roster of one object", strings.Replace(call(""), "calls/1", "calls/1/participants", 1), `(., type)`},
		{"no list", `{"value":{}}`, `(commsNotifications.value, type)`},
		{"no JSON", `{`, "JSON: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range conformance.TypesOf(graph.V1).Notification([]byte(tt.body)) {
				got = append(got, f.String())
			}
			all := strings.Join(got, "\n")
			if tt.want == "" && all != "" || !strings.Contains(all, tt.want) {
				t.Errorf("got %q, want %q", all, tt.want)
			}
		})
	}
}

// report is the first example of participant-reportsyntheticmedia, without what is optional in it.
const report = `{"id":"a1b2c3d4-e5f6-7890-abcd-ef1234567890","detectionDateTime":"2026-03-13T21:00:00Z","overallConfidence":0.92,"isMalicious":true,` +
	`"contentMetadata":{"modality":"audio","mimeType":"audio/pcm","audioMetadata":{"sampleRateHz":16000,"bitDepth":16,"channels":1}},` +
	`"detections":[{"modality":"audio","modelTasks":["voiceClone"],"confidence":0.95}]}`

// TestChecksOfRequestsAndResponses: the same for what a client sends and is answered.
func TestChecksOfRequestsAndResponses(t *testing.T) {
	for _, tt := range []struct {
		method, path, sent string
		status             int
		location, body     string
		want               string
	}{
		{"POST", "/v1.0/communications/calls/1/answer", `{"acceptedModalities":["audio"]}`, 202, "", "", ""},
		{"POST", "/v1.0/communications/calls/1/microsoft.graph.answer", `{"acceptedModalities":["audio"]}`, 202, "", "", ""},
		{"POST", "/v1.0/communications/calls/1/answer", `{"acceptModalities":["audio"]}`, 202, "", "", "(answer.acceptModalities, member)"},
		{"POST", "/v1.0/communications/calls/1/answer", `{"acceptModalities":["audio"]}`, 202, "", "", "(answer.acceptedModalities, required)"},
		{"POST", "/beta/app/calls/1/answer", `{"acceptModalities":["audio"]}`, 202, "", "", ""},
		{"POST", "/v1.0/communications/calls/1/answer", `{"acceptedModalities":["smell"]}`, 202, "", "", "(modality.smell, word)"},
		{"POST", "/v1.0/communications/calls/1/answer", `{"acceptedModalities":["audio"]}`, 200, "", "", "saw 200, expected 202"},
		{"POST", "/v1.0/communications/calls/1/answer", `{"acceptedModalities":["audio"]}`, 202, "", `{"id":"1"}`, "expected no body"},
		{"POST", "/v1.0/communications/calls/1/keepAlive", `{}`, 200, "", "", "request keepAlive:  (keepAlive., type): saw {}, expected no body"},
		{"GET", "/v1.0/communications/calls/1/keepAliv", "", 200, "", "", "expected a request of the API"},
		{"POST", "/v1.0/communications/calls/1/unmute", `{}`, 200, "https://x/operations/7", `{"id":"7","status":"Completed"}`, ""},
		{"POST", "/v1.0/communications/calls/1/unmute", `{}`, 200, "https://x/operations/8", `{"id":"7","status":"Completed"}`, "expected a URL that ends in 7"},
		{"POST", "/v1.0/communications/calls/1/unmute", `{}`, 200, "", `{"id":"7","status":"Completed"}`, "(unmute.Location, location): saw null"},
		{"POST", "/v1.0/communications/calls/1/unmute", `{}`, 404, "", `{"error":{"code":"8522","message":"Call not found."}}`, ""},
		{"POST", "/v1.0/communications/calls/1/unmute", `{}`, 404, "", `{"error":"no"}`, `expected {"error": {…}}`},
		{"POST", "/beta/communications/calls/1/participants/2/reportSyntheticMedia", strings.Replace(report, "audio/pcm", "audio/wav", 1), 200, "", "", ""},
		{"POST", "/beta/communications/calls/1/participants/2/reportSyntheticMedia", strings.Replace(report, "overallConfidence", "confidence", 1), 200, "", "", "(reportSyntheticMedia.overallConfidence, required)"},
		{"POST", "/beta/communications/calls/1/participants/2/reportSyntheticMedia", strings.Replace(report, `"voiceClone"`, "7", 1), 200, "", "", "(syntheticMediaDetectionDetail.modelTasks, type)"},
		{"POST", "/beta/communications/calls/1/participants/2/reportSyntheticMedia", strings.Replace(report, `"channels":1`, `"channels":1.5`, 1), 200, "", "", "(audioMetadata.channels, type)"},
		{"POST", "/beta/communications/calls/1/participants/2/reportSyntheticMedia", strings.Replace(report, `"modality":"audio","modelTasks"`, `"modality":"smell","modelTasks"`, 1), 200, "", "", "(contentModality.smell, word)"},
		{"POST", "/beta/communications/calls/1/participants/2/reportSyntheticMedia", report, 202, "", "", "saw 202, expected 200"},
		{"POST", "/v1.0/communications/calls/1/participants/2/reportSyntheticMedia", report, 200, "", "", "(participant.detections, member)"},
		{"POST", "/beta/communications/calls/1/participants/2/admitFromLobby", `{"clientContext":"x"}`, 200, "https://x/operations/7", `{"@odata.type":"#microsoft.graph.admitFromLobbyOperation","id":"7","status":"Completed"}`, ""},
		{"POST", "/beta/communications/calls/1/participants/2/admitFromLobby", `{"participants":[]}`, 200, "https://x/operations/7", `{"id":"7","status":"Completed"}`, "(admitFromLobby.participants, member)"},
		{"POST", "/beta/communications/calls/1/startRecording", `{"language":"en-us"}`, 202, "https://x/operations/7", `{"id":"7","status":"Running"}`, "(startRecording.language, member)"},
		{"POST", "/beta/communications/calls/1/startRecording", `{}`, 200, "https://x/operations/7", `{"id":"7","status":"Running"}`, "saw 200, expected 202"},
		{"POST", "/beta/communications/calls/1/stopTranscription", `{"language":"en-us"}`, 202, "https://x/operations/7", `{"id":"7","status":"Completed"}`, ""},
		{"POST", "/beta/communications/calls/1/participants/muteAll", `{}`, 200, "https://x/operations/7", `{"@odata.type":"#microsoft.graph.muteParticipantsOperation","id":"7","status":"Completed"}`, ""},
		{"GET", "/v1.0/communications/calls/1/participants", "", 200, "", `{"value":[{}]}`, "(participant.info, required)"},
		{"DELETE", "/v1.0/communications/calls/1", "", 204, "", "", ""},
	} {
		c := conformance.Read(tt.method, tt.path)
		types := conformance.TypesOf(c.Dialect)
		var got []string
		for _, f := range append(types.Request(c, []byte(tt.sent)), types.Response(c, tt.status, tt.location, []byte(tt.body))...) {
			got = append(got, f.String())
		}
		all := strings.Join(got, "\n")
		if tt.want == "" && all != "" || !strings.Contains(all, tt.want) {
			t.Errorf("%s %s %s: got %q, want %q", tt.method, tt.path, tt.sent, all, tt.want)
		}
	}
}
