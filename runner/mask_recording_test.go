package runner

import (
	"bytes"
	"strings"
	"testing"

	"callflow/steps"
)

// TestMaskLearnsRecordings: the token of a recording is masked wherever a scenario passes it on to.
func TestMaskLearnsRecordings(t *testing.T) {
	const token = "OPAQUE-recording+token"
	var out bytes.Buffer
	m := NewMask(nil)
	j := NewJournal(&out, m)
	m.learn(map[string]any{"status": "running", "recordingAccessToken": ""})
	m.learn(map[string]any{"recordingAccessToken": token})
	j.Record(steps.Record{Type: "capture", Capture: &steps.Captured{Name: "key", Value: token}})
	j.Record(steps.Record{Type: "log", Log: &steps.Logged{Level: "info", Text: "fetched with " + token}})
	if j.Err() != nil || strings.Contains(out.String(), "OPAQUE") || strings.Count(out.String(), Masked) != 2 {
		t.Errorf("%v: %s", j.Err(), out.String())
	}
}
