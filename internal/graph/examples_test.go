package graph

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// examples are the messages of Graph's documentation and of issues, kept outside this repository.
const examples = "../../../shared/reference/examples"

// oddExamples are the examples whose Problem is right.
var oddExamples = map[string]string{
	// The page's path and data name two calls.
	"v1/call-redirect-ex2-08-notification-terminated.json": "the path names call 491f0b00-ffff-4bc9-a43e-b226498ec22a, " +
		"the data 481f0b00-ffff-4ca1-8c67-a5f1e31e8e82: the path holds",
	"v1/beta-call-redirect-ex2-08-notification-terminated.json": "the path names call 491f0b00-ffff-4bc9-a43e-b226498ec22a, " +
		"the data 481f0b00-ffff-4ca1-8c67-a5f1e31e8e82: the path holds",
	// An excerpt from a log: its ids were taken out.
	"v1/x-call-terminated-notification-408-8544.json": "neither the path nor the data names the call",
}

func TestExamplesDecode(t *testing.T) {
	index, err := os.ReadFile(filepath.Join(examples, "index.tsv"))
	if err != nil {
		t.Skip("the reference's examples are not there: ", err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(index)), "\n")[1:] {
		columns := strings.Split(line, "\t")
		file, kind, op := columns[0], columns[2], columns[3]
		body, err := os.ReadFile(filepath.Join(examples, file))
		if err != nil {
			t.Fatal(err)
		}
		switch kind {
		case "notification":
			for _, e := range DecodeNotification(nil, body) {
				if e.Problem != oddExamples[file] {
					t.Errorf("%s: problem %q, want %q", file, e.Problem, oddExamples[file])
				}
				if e.CallID == "" && e.Problem == "" {
					t.Errorf("%s: no call id", file)
				}
			}
		case "response":
			r := V1.Decode(Command{Op: "request", Path: "/"}, 200, nil, body)
			if r.Raw == nil || r.Call == nil && r.Operation == nil && r.List == nil && r.Body == nil {
				t.Errorf("%s (%s): not understood: %+v", file, op, r)
			}
		}
	}
}
