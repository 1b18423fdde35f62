package world

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestSettingsSet(t *testing.T) {
	tests := []struct{ name, value, want string }{
		{"ringTime", "5s", ""},
		{"busy", "400/8541 Server Internal Error.", ""},
		{"permissions", "Calls.Initiate.All, Calls.AccessMedia.All", ""},
		{"permissions", "[Calls.Initiate.All, Calls.AccessMedia.All]", ""},
		{"permissions", "", ""},
		{"requests", "3", ""},
		{"registered", "false", ""},
		{"incomingForm", "skypeFirst", ""},
		{"ringtime", "5s", `there is no setting "ringtime"; there are answerDeadline,`},
		{"ringTime", "5", `setting ringTime is "5"; it is a duration such as 500ms`},
		{"ringTime", "0s", "setting ringTime is 0"},
		{"busy", "603", `setting busy is "603"; it is a code, a slash and a subcode, like 480/10076`},
		{"wrongState", "200/OK", `setting wrongState is "200/OK"; it is an HTTP status of 400 or more`},
		{"requests", "-1", "setting requests is -1; it cannot be negative"},
		{"requests", "many", `setting requests is "many"; it is a whole number`},
		{"registered", "perhaps", "it is true or false"},
		{"incomingForm", "skype", `setting incomingForm is "skype"; it may be graph, skypeFirst`},
		{"permissions", "Calls.Initiate", `setting permissions names "Calls.Initiate"; there are Calls.Initiate.All,`},
	}
	for _, tt := range tests {
		t.Run(tt.name+"="+tt.value, func(t *testing.T) {
			before := DefaultSettings()
			s := DefaultSettings()
			err := s.Set(tt.name, tt.value)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.want == "" && reflect.DeepEqual(s, before):
				t.Error("nothing was set")
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %q", err, tt.want)
			case tt.want != "" && !reflect.DeepEqual(s, before):
				t.Error("a value that was refused was set")
			}
		})
	}
}

// A setting without a sentence or a source says nothing to whoever looks it up.
func TestSettingsTold(t *testing.T) {
	for _, s := range AllSettings() {
		if s.Name == "" || s.Source == "" || !strings.HasSuffix(s.Doc, ".") {
			t.Errorf("%+v lacks its name, its source, or a sentence", s)
		}
	}
	if d := DefaultSettings(); d.AnswerDeadline != 15*time.Second || d.Permissions != nil || !d.Registered {
		t.Errorf("the defaults are %+v", d)
	}
}

func TestSceneCheckSettings(t *testing.T) {
	s := DefaultSettings()
	s.Declined, s.Requests = "declined", -1
	var got []string
	for _, err := range (&Scene{Settings: s}).Check() {
		got = append(got, err.Error())
	}
	want := []string{`settings: declined is "declined"; it is a code, a slash and a subcode, like 603/0`, "settings: requests is -1; it cannot be negative"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestDocumentedDefaults: what a page, a sample or an issue gives a number or a code for is that; sections 1.7, 4.3, 5, 6.20,
// 6.21b and 7 of the reference.
func TestDocumentedDefaults(t *testing.T) {
	want := map[string]string{
		"answerDeadline": "15s", "ringTime": "60s", "forwardTime": "55s", "redirectTime": "60s", "keepAlive": "45m",
		"botUnanswered": "408/8544", "nobodyJoined": "200/5013", "meetingModeTransfer": "400/8523", "gone": "404/8522",
		"noNumber": "412/9999", "requests": "50000", "requestWindow": "15s", "concurrentCalls": "0", "monthlyCalls": "0",
		"tenantId": "required", "transferEnd": "documented", "incomingForm": "graph",
		// Ours; the names of the settings are what users count on.
		"webhookTimeout": "5s", "webhookRetries": "0", "lobbyTime": "30m", "declined": "603/0", "busy": "480/10076",
		"unanswered": "408/10057", "unknown": "480/10037", "wrongState": "409/Conflict",
	}
	for _, s := range AllSettings() {
		if d, ok := want[s.Name]; ok && d != s.Default {
			t.Errorf("%s is %s by default, want %s", s.Name, s.Default, d)
		}
		delete(want, s.Name)
	}
	for name := range want {
		t.Errorf("there is no setting %s", name)
	}
}
