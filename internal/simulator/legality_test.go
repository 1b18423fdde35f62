package simulator

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestLegality asks for every operation in every state of a call: the table of section 5 of the reference. Where it says
// nothing, ours stands here: what is neither answered nor refused by name gets the setting wrongState.
func TestLegality(t *testing.T) {
	states := []struct {
		name  string
		reach func(*testing.T, *stage) string
	}{
		{"incoming", func(t *testing.T, st *stage) string { return st.rung("carol") }},
		{"establishing", func(t *testing.T, st *stage) string {
			return calls + "/" + st.must(201, "POST", calls, createBodyFor(user(carolID))).body["id"].(string)
		}},
		{"peer", func(t *testing.T, st *stage) string { return st.answeredCall("carol") }},
		{"group", func(t *testing.T, st *stage) string { return st.established(user(carolID) + "," + user(doraID)) }},
		{"transferring", func(t *testing.T, st *stage) string {
			c := st.answeredCall("carol")
			st.must(202, "POST", c+"/transfer", to(fredID))
			st.wait(100 * time.Millisecond)
			return c
		}},
		{"terminating", func(t *testing.T, st *stage) string {
			c := st.answeredCall("carol")
			st.must(204, "DELETE", c, "")
			return c
		}},
		{"terminated", func(t *testing.T, st *stage) string {
			c := st.answeredCall("carol")
			st.must(204, "DELETE", c, "")
			st.wait(time.Second)
			return c
		}},
	}
	prompt := `{"prompts":[{"mediaInfo":{"uri":"https://cdn.contoso.com/a.wav"}}]}`
	// The statuses, in the order of the states.
	tests := []struct {
		method, path, body string
		want               [7]int
	}{
		{"POST", "/answer", answer, [7]int{202, 409, 409, 409, 409, 404, 404}},
		{"POST", "/reject", `{"reason":"busy"}`, [7]int{202, 409, 409, 409, 409, 404, 404}},
		{"POST", "/redirect", `{"targets":[` + user(doraID) + `]}`, [7]int{202, 409, 409, 409, 409, 404, 404}},
		{"DELETE", "", "", [7]int{204, 204, 204, 204, 204, 204, 404}},
		{"POST", "/keepAlive", "", [7]int{200, 200, 200, 200, 200, 404, 404}},
		{"GET", "", "", [7]int{200, 200, 200, 200, 200, 200, 404}},
		{"GET", "/participants", "", [7]int{200, 200, 200, 200, 200, 200, 404}},
		{"POST", "/playPrompt", prompt, [7]int{409, 409, 200, 200, 409, 404, 404}},
		{"POST", "/recordResponse", "{}", [7]int{409, 409, 200, 200, 409, 404, 404}},
		{"POST", "/cancelMediaProcessing", "", [7]int{409, 409, 200, 200, 409, 404, 404}},
		{"POST", "/subscribeToTone", "", [7]int{409, 409, 200, 200, 409, 404, 404}},
		{"POST", "/sendDtmfTones", `{"tones":["tone1"]}`, [7]int{409, 409, 200, 200, 409, 404, 404}},
		{"POST", "/transfer", to(fredID), [7]int{409, 409, 202, 400, 409, 404, 404}},
		{"POST", "/transfer", `{"transferTarget":` + user(fredID) + `,"transferee":` + user(carolID) + `}`, [7]int{409, 409, 202, 202, 409, 404, 404}},
		{"POST", "/participants/invite", `{"participants":[` + user(fredID) + `]}`, [7]int{409, 409, 200, 200, 409, 404, 404}},
		{"POST", "/mute", "", [7]int{409, 409, 409, 200, 409, 404, 404}},
		{"POST", "/unmute", "", [7]int{409, 409, 409, 200, 409, 404, 404}},
		{"POST", "/participants/{pid}/mute", "", [7]int{409, 409, 409, 200, 409, 404, 404}},
		{"POST", "/participants/{pid}/startHoldMusic", "", [7]int{409, 409, 409, 202, 409, 404, 404}},
		{"POST", "/participants/{pid}/stopHoldMusic", "", [7]int{409, 409, 409, 409, 409, 404, 404}}, // nobody is on hold
		{"DELETE", "/participants/{pid}", "", [7]int{404, 404, 404, 204, 404, 404, 404}},
		{"POST", "/changeScreenSharingRole", `{"role":"viewer"}`, [7]int{409, 409, 409, 409, 409, 404, 404}}, // the service hosts the media
		{"POST", "/addLargeGalleryView", "", [7]int{409, 409, 409, 202, 409, 404, 404}},
		{"POST", "/updateRecordingStatus", `{"status":"recording"}`, [7]int{409, 409, 200, 200, 409, 404, 404}},
	}
	for _, tt := range tests {
		for i, state := range states {
			t.Run(fmt.Sprint(tt.method, tt.path, " ", state.name), func(t *testing.T) {
				st := newStage(t, people())
				c := state.reach(t, st)
				pid := "00000000-0000-0000-0000-000000000001"
				if list, _ := st.do("GET", c+"/participants", "").body["value"].([]any); len(list) > 0 {
					pid = list[1].(map[string]any)["id"].(string)
				}
				st.ladder()
				a := st.must(tt.want[i], tt.method, strings.Replace(c+tt.path, "{pid}", pid, 1), tt.body)
				if a.status == 404 && state.name != "peer" && !strings.Contains(tt.path, "{pid}") && !strings.Contains(a.raw, `"8522"`) {
					t.Errorf("a call that is over: %s", a.raw)
				}
				if a.status == 400 && !strings.Contains(a.raw, `"8523"`) {
					t.Errorf("a transfer in a group: %s", a.raw)
				}
			})
		}
	}
}
