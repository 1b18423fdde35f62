package simulator

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/world"
)

func wantLadder(t *testing.T, st *stage, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, st.ladder()); diff != "" {
		t.Errorf("notifications (-want +got):\n%s", diff)
	}
}

// TestOutgoing: what becomes of a call to one party, by what that party does.
func TestOutgoing(t *testing.T) {
	phone := `{"identity":{"phone":{"id":"+15551234567"}}}`
	tests := []struct {
		name, target string
		wait         time.Duration
		want         []string
	}{
		{"answered", user(doraID), 30 * time.Second, []string{"updated call establishing", "updated call established", "updated call established media active"}},
		{"declined", user(world.IDFor("deb")), 30 * time.Second, []string{"updated call establishing", "deleted call terminated 603/0"}},
		{"busy", user(world.IDFor("gus")), 30 * time.Second, []string{"updated call establishing", "deleted call terminated 480/10076"}},
		{"not yet rung out", user(world.IDFor("rex")), 60 * time.Second, []string{"updated call establishing"}},
		{"rung out", user(world.IDFor("rex")), 61 * time.Second, []string{"updated call establishing", "deleted call terminated 408/10057"}},
		{"voicemail", user(world.IDFor("vera")), 10 * time.Minute, []string{"updated call establishing", "updated call established",
			"updated call established media active", "deleted call terminated 200/4521"}},
		{"unknown", user("00000000-0000-0000-0000-000000000001"), time.Second, []string{"updated call establishing", "deleted call terminated 480/10037"}},
		{"telephone", phone, time.Minute, []string{"updated call establishing", "updated call established",
			"updated call established media active", "deleted call terminated 200/540000"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			st := newStage(t, people())
			body := createBodyFor(tt.target)
			body = body[:len(body)-1] + `,"source":{"identity":{"applicationInstance":{"id":"` + fredID + `"}}}}`
			st.must(201, "POST", calls, body)
			if len(st.posts) != 0 {
				t.Fatal("a notification came before the response")
			}
			st.wait(tt.wait)
			wantLadder(t, st, tt.want...)
		})
	}
}

func TestIncoming(t *testing.T) {
	st := newStage(t, people())
	c := st.rung("carol")
	wantLadder(t, st, "created call incoming")
	st.must(202, "POST", c+"/answer", answer)
	st.wait(time.Second)
	wantLadder(t, st, "updated call establishing", "updated call established", "updated call established media active")
	if err := st.service.Act(world.Action{Deed: world.Deed{HangUp: &world.Who{Who: "carol"}}}); err != nil {
		t.Fatal(err)
	}
	st.wait(time.Second)
	wantLadder(t, st, "deleted call terminated 200/4521")
	st.must(404, "GET", c, "")
}

// TestRingingTimeout: beta can ring for a shorter time.
func TestRingingTimeout(t *testing.T) {
	st := newStage(t, people())
	body := strings.Replace(createBodyFor(user(world.IDFor("rex"))), "{", `{"ringingTimeoutInSeconds":10,`, 1)
	st.must(201, "POST", "/beta/communications/calls", body)
	st.wait(11 * time.Second)
	wantLadder(t, st, "updated call establishing", "deleted call terminated 408/10057")
}

func TestHangUp(t *testing.T) {
	st := newStage(t, people())
	c := st.established(user(doraID))
	st.must(204, "DELETE", c, "")
	st.wait(time.Second)
	wantLadder(t, st, "updated call terminating", "deleted call terminated 200/5001")
	if a := st.must(404, "DELETE", c, ""); a.body["error"].(map[string]any)["code"] != "8522" {
		t.Errorf("got %s", a.raw)
	}
}

func TestTakeOver(t *testing.T) {
	st := newStage(t, people())
	x := st.answeredCall("carol")
	m := st.must(201, "POST", calls, joins)
	st.wait(time.Second)
	wantLadder(t, st, "updated call establishing", "updated call established", "updated participants Test Bot")
	id := x[len(calls)+1:]
	st.must(200, "POST", calls+"/"+m.body["id"].(string)+"/participants/invite",
		`{"participants":[{"identity":{"user":{"id":"`+carolID+`"}},"replacesCallId":"`+id+`"}],"clientContext":"abc"}`)
	st.wait(time.Second)
	wantLadder(t, st, "deleted operation completed", "updated participants Test Bot,Carol",
		"updated call terminated 200/5001", "deleted call terminated 200/5001")
}

// TestTakeOverReadsTheFirst: beside somebody who is taken over nobody else is invited. Graph page "participant: invite".
func TestTakeOverReadsTheFirst(t *testing.T) {
	st := newStage(t, people())
	x := st.answeredCall("carol")
	m := st.must(201, "POST", calls, joins)
	st.wait(time.Second)
	st.ladder()
	st.must(200, "POST", calls+"/"+m.body["id"].(string)+"/participants/invite",
		`{"participants":[{"identity":{"user":{"id":"`+carolID+`"}},"replacesCallId":"`+idOf(x)+`"},`+user(doraID)+`]}`)
	st.wait(5 * time.Second)
	if raw := st.posts[0].raw; strings.Contains(raw, doraID) || !strings.Contains(raw, carolID) {
		t.Errorf("the operation is about others: %s", raw)
	}
	wantLadder(t, st, "deleted operation completed", "updated participants Test Bot,Carol",
		"updated call terminated 200/5001", "deleted call terminated 200/5001")
}
