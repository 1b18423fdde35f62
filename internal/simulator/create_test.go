package simulator

import (
	"strings"
	"testing"
	"time"

	"callflow/internal/world"
)

// What the kinds of new calls may not say.
func TestCreateRefused(t *testing.T) {
	body := createBodyFor(user(doraID))
	for _, tt := range []struct{ name, body, want string }{
		{"hosted without a blob", strings.Replace(body, "serviceHosted", "appHosted", 1), "mediaConfig.blob is missing"},
		{"an unknown policy", in(body, `"routingPolicies":["none","quick"]`), `routingPolicies names`},
		{"six targets", createBodyFor(user("1"), user("2"), user("3"), user("4"), user("5"), user("6")), "it may have 5"},
		{"no meeting id", `{"callbackUri":"` + callback + `","meetingInfo":{"@odata.type":"#microsoft.graph.joinMeetingIdMeetingInfo"}}`, "meetingInfo.joinMeetingId is missing"},
		{"no token", `{"callbackUri":"` + callback + `","meetingInfo":{"@odata.type":"#microsoft.graph.tokenMeetingInfo"}}`, "meetingInfo.token is missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if a := newStage(t, people()).must(400, "POST", "/beta/communications/calls", tt.body); !strings.Contains(a.raw, tt.want) {
				t.Errorf("%s\nwant %q", a.raw, tt.want)
			}
		})
	}
}

// A meeting that is joined by its number: people and bots meet there, however the number is written, and only with the
// passcode of the first.
func TestMeetingByNumber(t *testing.T) {
	st := newStage(t, people())
	byNumber := func(number, passcode string) string {
		return `{"callbackUri":"` + callback + `","meetingInfo":{"@odata.type":"#microsoft.graph.joinMeetingIdMeetingInfo","joinMeetingId":"` + number + `","passcode":"` + passcode + `"}}`
	}
	join := func(who, number, passcode string) error {
		return st.service.Act(world.Action{Deed: world.Deed{Join: &world.Join{Who: who, JoinMeetingID: number, Passcode: passcode}}})
	}
	if err := join("carol", "1234567", "psw"); err != nil {
		t.Fatal(err)
	}
	if a := st.must(403, "POST", calls, byNumber("1234567", "other")); !strings.Contains(a.raw, "passcode") {
		t.Error(a.raw)
	}
	c := calls + "/" + st.must(201, "POST", calls, byNumber("123 4567", "psw")).body["id"].(string)
	st.wait(time.Second)
	if err := join("dora", "1234567", "nothing"); err == nil || !strings.Contains(err.Error(), "passcode") {
		t.Errorf("a wrong passcode: %v", err)
	}
	if err := join("dora", "123 45 67", "psw"); err != nil {
		t.Error(err)
	}
	if err := join("fred", "7654321", ""); err != nil {
		t.Error(err)
	}
	st.wait(time.Second)
	roster := st.must(200, "GET", c+"/participants", "").raw
	if !strings.Contains(roster, "Carol") || !strings.Contains(roster, "Dora") || strings.Contains(roster, "Fred") {
		t.Error(roster)
	}
	if err := st.service.Act(world.Action{Deed: world.Deed{Join: &world.Join{Who: "fred", Thread: "x", JoinMeetingID: "1"}}}); err == nil {
		t.Error("a thread and a number were both taken")
	}
}
