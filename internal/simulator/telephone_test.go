package simulator

import (
	"strings"
	"testing"
	"time"

	"callflow/internal/world"
)

const phone = `{"identity":{"phone":{"id":"+15551234567"}}}`

// TestTelephones: a telephone is reached from a call that has a number only. Reference 2.2 and 7.3, issue 410.
func TestTelephones(t *testing.T) {
	numbered := func(t *testing.T) *stage {
		return newStage(t, withSettings(t, "resourceAccounts", fredID, "tenantId", "optional"))
	}
	plain := func(t *testing.T) *stage { return newStage(t, people()) }
	fromNumber := strings.Replace(createBodyFor(user(carolID)), `"targets"`,
		`"source":{"identity":{"applicationInstance":{"id":"`+fredID+`"}}},"targets"`, 1)
	tests := []struct {
		name  string
		stage func(*testing.T) *stage
		call  func(*stage) string
		ok    bool
	}{
		{"of a user", plain, func(st *stage) string { return st.answeredCall("carol") }, false},
		{"to a user", plain, func(st *stage) string { return st.established(user(carolID)) }, false},
		{"to a user, from a number", plain, func(st *stage) string {
			c := calls + "/" + st.must(201, "POST", calls, fromNumber).body["id"].(string)
			st.wait(5 * time.Second)
			st.ladder()
			return c
		}, true},
		{"of a user, to a bot with a number", numbered, func(st *stage) string { return st.answeredCall("carol") }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			st := tt.stage(t)
			c := tt.call(st)
			st.must(202, "POST", c+"/transfer", `{"transferTarget":`+phone+`}`)
			st.wait(5 * time.Second)
			if tt.ok {
				wantLadder(t, st, "updated call transferring", "updated call transferAccepted media inactive", "deleted call terminated 0/7015")
				st = tt.stage(t)
				c = tt.call(st)
			} else {
				wantLadder(t, st, "updated call transferring", "updated call established media active 500/7000")
			}
			st.must(200, "POST", c+"/participants/invite", `{"participants":[`+phone+`]}`)
			st.wait(5 * time.Second)
			if tt.ok {
				wantLadder(t, st, "deleted operation completed", "updated participants "+whoElse(tt.name)+",phil")
				return
			}
			raw := st.posts[0].raw
			wantLadder(t, st, "deleted operation failed 412/9999")
			if want := "addParticipants failed for participant 4:+15551234567. Underlying reason: Could not find the PSTN content for the sponsor of this PSTN leg. DiagCode: 412#10073.@"; !strings.Contains(raw, want) {
				t.Errorf("%s\nwant %s", raw, want)
			}
		})
	}
}

// TestRedirectRings: without a timeout one target rings 55 s, several 60 s. Graph page "call: redirect".
func TestRedirectRings(t *testing.T) {
	for targets, rings := range map[string]time.Duration{
		user(world.IDFor("rex")):                                  55 * time.Second,
		user(world.IDFor("rex")) + "," + user(world.IDFor("ron")): 60 * time.Second,
	} {
		scene := people()
		scene.People["ron"] = &world.Person{Answers: &world.Answers{Never: "never"}}
		st := newStage(t, scene)
		c := st.rung("carol")
		st.ladder()
		st.must(202, "POST", c+"/redirect", `{"targets":[`+targets+`]}`)
		st.wait(rings - time.Second)
		wantLadder(t, st)
		st.wait(2 * time.Second)
		wantLadder(t, st, "deleted call terminated 408/10057")
	}
}

// TestForeignTarget: a transfer reaches users of the bot's own tenant only. Reference 2.1.
func TestForeignTarget(t *testing.T) {
	scene := people()
	scene.People["dora"].TenantID = "00000000-0000-4000-8000-000000000009"
	for _, body := range []string{to(doraID), `{"transferTarget":{"identity":{"user":{"id":"` + doraID + `"}},"replacesCallId":"%s"}}`} {
		st := newStage(t, scene)
		c, want := st.answeredCall("carol"), "updated call established media active 500/7000"
		if strings.Contains(body, "%s") {
			body = strings.Replace(body, "%s", idOf(st.established(user(doraID))), 1)
			want = "updated call established media active 500/7700"
		}
		st.must(202, "POST", c+"/transfer", body)
		st.wait(5 * time.Second)
		// The page's examples of a failed transfer write subCode, where all else writes subcode.
		if raw := st.posts[1].raw; !strings.Contains(raw, "another tenant") || !strings.Contains(raw, `"subCode":7`) {
			t.Errorf("%s", raw)
		}
		wantLadder(t, st, "updated call transferring", want)
	}
}

// whoElse are those in the call before the telephone, in the order in which they came.
func whoElse(call string) string {
	if strings.HasPrefix(call, "of") {
		return "Carol,Test Bot"
	}
	return "Test Bot,Carol"
}

// TestRedirectToTelephone: likewise, and a call from a telephone came by a number.
func TestRedirectToTelephone(t *testing.T) {
	for from, want := range map[string]string{"carol": "deleted call terminated 412/9999", "pat": "deleted call terminated"} {
		scene := people()
		scene.People["pat"] = &world.Person{Phone: "+15557654321"}
		st := newStage(t, scene)
		c := st.rung(from)
		st.ladder()
		st.must(202, "POST", c+"/redirect", `{"targets":[`+phone+`]}`)
		st.wait(5 * time.Second)
		wantLadder(t, st, want)
	}
}
