package graph

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
)

func benchmarkNotification(b *testing.B, file string) {
	pretty, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	var compact bytes.Buffer // as the service sends it
	if err := json.Compact(&compact, pretty); err != nil {
		b.Fatal(err)
	}
	body := compact.Bytes()
	headers := Headers{{"Content-Type", "application/json"}, {"Scenario-Id", "58b6e2d6-2bf9-4f64-aa1e-ab5e0ec8cfb4"},
		{"X-Microsoft-Skype-Message-ID", "5c1e3d2c-0000-4000-8000-000000000001"}}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		DecodeNotification(headers, body)
	}
}

func BenchmarkDecodeCall(b *testing.B) {
	benchmarkNotification(b, "testdata/notification/call-established.json")
}
func BenchmarkDecodeRoster(b *testing.B) {
	benchmarkNotification(b, "testdata/notification/roster.json")
}

func BenchmarkEncodeInvite(b *testing.B) {
	c := Command{Op: "invite", Call: "90ed37dc-d8e3-4e11-9de3-30a955dda06f", Body: &InviteBody{
		Participants: []InvitationParticipantInfo{{
			Identity:       &IdentitySet{User: &Identity{ID: "8a34a46b-3d17-4adc-8dce-dc4e7d572698"}},
			ReplacesCallID: "57dab8b1-894c-409a-b240-bd8beae78896",
		}}, ClientContext: "d45324c1-fcb5-430a-902c-f20af696537c",
	}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := V1.Encode(c); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeReply(b *testing.B) {
	c := Command{Op: "invite", Call: "90ed37dc-d8e3-4e11-9de3-30a955dda06f"}
	headers := Headers{{"Content-Type", "application/json"}, {"Location",
		"https://graph.microsoft.com/v1.0/communications/calls/90ed37dc-d8e3-4e11-9de3-30a955dda06f/operations/0fe0623f-d628-42ed-b4bd-8ac290072cc5"}}
	body := []byte(`{"@odata.type":"#microsoft.graph.inviteParticipantsOperation","id":"0fe0623f-d628-42ed-b4bd-8ac290072cc5",` +
		`"status":"Running","clientContext":"d45324c1-fcb5-430a-902c-f20af696537c","resultInfo":null}`)
	b.ReportAllocs()
	for b.Loop() {
		V1.Decode(c, 200, headers, body)
	}
}
