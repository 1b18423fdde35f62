package simulator

import (
	"strings"
	"testing"
	"time"

	"callflow/internal/world"
)

// report is the first example of Graph page "participant: reportSyntheticMedia", in one line.
const report = `{"id":"a1b2c3d4-e5f6-7890-abcd-ef1234567890","detectionDateTime":"2026-03-13T21:00:00Z","severity":"high",` +
	`"overallConfidence":0.92,"isMalicious":true,"contentMetadata":{"modality":"audio","isRealTime":true,"mimeType":"audio/pcm",` +
	`"byteSize":0,"duration":15,"audioMetadata":{"sampleRateHz":16000,"bitDepth":16,"channels":1},"streamingMetadata":` +
	`{"latencyMs":50,"frameDropRate":0.0,"networkJitterMs":10}},"detections":[{"modelName":"DeepfakeDetector-v2","modality":` +
	`"audio","modelTasks":["voiceClone"],"segment":{"startTimeSec":0,"endTimeSec":15,"frameIndices":[]},"confidence":0.95}]}`

// TestSyntheticMedia: beta's rosters tell of the latest report, of a guest too, and v1.0's of none.
func TestSyntheticMedia(t *testing.T) {
	st := newStage(t, crowd())
	c := st.meeting(betaCalls, "")
	v1 := st.meeting(calls, "")
	st.joins("carol", "greta")
	st.ladder()
	carol, greta := st.participant(c, "Carol"), st.participant(c, "Greta")
	told := func() (raws []string) {
		st.posts = nil
		st.wait(time.Second)
		for _, p := range st.posts {
			raws = append(raws, p.raw)
		}
		return raws
	}
	if a := st.must(200, "POST", c+"/participants/"+carol+"/reportSyntheticMedia", report); a.raw != "" {
		t.Errorf("the answer has a body: %s", a.raw)
	}
	want := `"syntheticMediaDetection":{"@odata.type":"#microsoft.graph.syntheticMediaDetectionInfo","detectionId":"a1b2c3d4-e5f6-7890-abcd-ef1234567890",` +
		`"detectorBot":"` + botID + `","isParticipantTrusted":true,"syntheticConfidence":0.92}`
	rosters := 0
	for _, raw := range told() {
		rosters++
		if its := strings.Contains(raw, c[len("/beta"):]); strings.Contains(raw, want) != its || strings.Count(raw, "syntheticMediaDetection\"") > 1 {
			t.Errorf("told to the call of beta %t: %s", its, raw)
		}
	}
	if rosters != 2 {
		t.Errorf("%d rosters, want one for each call", rosters)
	}
	st.must(200, "POST", c+"/participants/"+carol+"/reportSyntheticMedia", strings.Replace(strings.Replace(report, "a1b2c3d4", "c3d4e5f6", 1), "0.92", "0.1", 1))
	st.must(200, "POST", c+"/participants/"+greta+"/reportSyntheticMedia", report)
	for id, want := range map[string]string{carol: `"syntheticConfidence":0.1}`, greta: `"isParticipantTrusted":false`} {
		if a := st.must(200, "GET", c+"/participants/"+id, ""); !strings.Contains(a.raw, want) {
			t.Errorf("%s, want %s in it", a.raw, want)
		}
	}
	if a := st.must(200, "GET", v1+"/participants", ""); strings.Contains(a.raw, "synthetic") {
		t.Errorf("v1.0 is told: %s", a.raw)
	}
}

func TestSyntheticMediaRefused(t *testing.T) {
	st := newStage(t, crowd())
	c := st.meeting(betaCalls, "")
	st.joins("carol")
	at := c + "/participants/" + st.participant(c, "Carol") + "/reportSyntheticMedia"
	for _, tt := range []struct{ old, new, want string }{
		{`"id":"a1b2c3d4-e5f6-7890-abcd-ef1234567890",`, ``, "id is missing"},
		{`"id":"a1b2c3d4-`, `"id":"`, `it must be a GUID`},
		{`"isMalicious":true,`, ``, "isMalicious is missing"},
		{`"isMalicious":true,`, `"isMalicious":null,`, "isMalicious is missing"},
		{`"detections":[`, `"detection":[`, "detections is missing"},
		{`"contentMetadata":`, `"metadata":`, "contentMetadata is missing"},
		{`2026-03-13T21:00:00Z`, `2026-03-13`, "detectionDateTime is"},
		{`0.92`, `1.2`, "overallConfidence is 1.2; it goes from 0 to 1"},
		{`0.92`, `"0.92"`, "overallConfidence is a JSON string"},
		{`"high"`, `"severe"`, "severity is"},
		{`"channels":1`, `"channels":"one"`, `contentMetadata.audioMetadata.channels is \"one\"; it must be a whole number`},
		{`"streamingMetadata":{`, `"streamingMetadata":7,"x":{`, "contentMetadata.streamingMetadata is no object"},
		{`"confidence":0.95`, `"confidence":95`, "detections[0].confidence is 95; it must be a number from 0 to 1"},
		{`"frameIndices":[]`, `"frameIndices":[0.5]`, "detections[0].segment.frameIndices is [0.5]; it must be a list of whole numbers"},
		{`"modality":"audio","modelTasks"`, `"modality":"smell","modelTasks"`, `detections[0].modality is \"smell\"`},
		{`"modality":"audio","isRealTime"`, `"@odata.type":"#microsoft.graph.audioMetadata","isRealTime"`, "contentMetadata has @odata.type"},
	} {
		body := strings.Replace(report, tt.old, tt.new, 1)
		if body == report {
			t.Fatalf("the example has no %s", tt.old)
		}
		if a := st.must(400, "POST", at, body); !strings.Contains(a.raw, tt.want) {
			t.Errorf("%s: %s, want %s", tt.new, a.raw, tt.want)
		}
	}
	st.must(200, "POST", at, strings.Replace(report, `"high"`, `null`, 1))
	st.must(400, "POST", c+"/participants/carol/reportSyntheticMedia", report)
	st.must(404, "POST", c+"/participants/57dab8b1-894c-409a-b240-bd8beae78896/reportSyntheticMedia", report)
	st.must(404, "POST", strings.Replace(at, "/beta", "/v1.0", 1), report)
	st.must(404, "POST", strings.Replace(at, "communications", "app", 1), report)
}

// A bot that is in the lobby may not report: 403, by the page.
func TestSyntheticMediaFromTheLobby(t *testing.T) {
	st := newStage(t, people())
	guest := `,"source":{"identity":{"guest":{"id":"0f3f3a52-6f2c-4f05-8d8e-5f1e2b6a7c10","displayName":"Notes"}}}`
	c := st.meeting(betaCalls, guest)
	at := c + "/participants/" + st.calls()[0].me.id + "/reportSyntheticMedia"
	if a := st.must(403, "POST", at, report); !strings.Contains(a.raw, "lobby") {
		t.Error(a.raw)
	}
	st.act(world.Deed{Admit: &world.Entry{Who: "bot"}})
	st.wait(time.Second)
	st.must(200, "POST", at, report)
	st.service.settings.Permissions = world.Permissions[:len(world.Permissions)-1]
	if a := st.must(403, "POST", at, report); !strings.Contains(a.raw, "Calls.ReportSyntheticMedia.All") {
		t.Error(a.raw)
	}
}
