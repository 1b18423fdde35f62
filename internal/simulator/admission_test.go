package simulator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"callflow/internal/world"
)

const tenant = "49bfc225-8482-4ab8-94e7-76b48fdb9849"

// withSettings is the world of most tests under other rules: name, value, name, value …
func withSettings(t *testing.T, set ...string) *world.Scene {
	t.Helper()
	scene := people()
	scene.Settings = world.DefaultSettings()
	for i := 0; i < len(set); i += 2 {
		if err := scene.Settings.Set(set[i], set[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	return scene
}

// in adds members to a JSON object.
func in(body, members string) string { return "{" + members + "," + strings.TrimPrefix(body, "{") }

func TestPermissions(t *testing.T) {
	two := createBodyFor(user(doraID), user(fredID))
	guest := in(joins, `"source":{"identity":{"guest":{"id":"`+doraID+`","displayName":"Bot"}}}`)
	hosted := strings.Replace(createBodyFor(user(doraID)), `serviceHostedMediaConfig"`, `appHostedMediaConfig","blob":"x"`, 1)
	const initiate, group, join, asGuest, media = "Calls.Initiate.All", "Calls.InitiateGroupCall.All", "Calls.JoinGroupCall.All",
		"Calls.JoinGroupCallAsGuest.All", "Calls.AccessMedia.All"
	tests := []struct {
		name, body string
		granted    []string // each of which is enough
		refused    []string // all of which together are not
	}{
		{"call somebody", createBodyFor(user(doraID)), []string{initiate, group}, []string{join, asGuest, media}},
		{"call a group", two, []string{group}, []string{initiate, join, asGuest, media}},
		{"join a meeting", joins, []string{join, asGuest, "Calls.JoinGroupCalls.Chat"}, []string{initiate, group, media}},
		{"join as a guest", guest, []string{asGuest}, []string{initiate, group, join, media}},
		{"media of one's own", hosted, []string{initiate + "," + media, initiate + ",Calls.AccessMedia.Chat"}, []string{initiate, group, join}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, enough := range tt.granted {
				newStage(t, withSettings(t, "permissions", enough, "tenantId", "optional")).must(201, "POST", calls, tt.body)
			}
			st := newStage(t, withSettings(t, "permissions", strings.Join(tt.refused, ","), "tenantId", "optional"))
			if a := st.must(403, "POST", calls, tt.body); !strings.Contains(a.raw, `"7504"`) {
				t.Error(a.raw)
			}
			if len(st.service.calls) != 0 {
				t.Error("there is a call all the same")
			}
		})
	}
}

// TestPermissionsOfOperations: what a call's operations take, from the permissions reference. The bot is in the call already;
// its permissions change under it.
func TestPermissionsOfOperations(t *testing.T) {
	st := newStage(t, people())
	c := st.established(user(doraID))
	for _, tt := range []struct {
		method, tail, body string
		enough             string
		refused            string // "": no permission is needed but any
	}{
		{"POST", "/transfer", `{}`, mayInitiate, mayJoin},
		{"POST", "/participants/invite", `{}`, mayGroup, mayInitiate},
		{"GET", "/participants/x", "", mayGuest, mayInitiate},
		{"DELETE", "/participants/x", "", mayJoin, mayMedia},
		{"POST", "/recordResponse", `{}`, mayMedia, mayInitiate},
		{"POST", "/updateRecordingStatus", `{}`, mayJoin, mayGroup},
		{"POST", "/participants/x/startHoldMusic", `{}`, mayGuest, mayGroup},
		{"GET", "/audioRoutingGroups", "", mayGroup, mayGuest},
		{"GET", "/contentSharingSessions", "", mayInitiate, mayMedia},
		{"GET", "", "", mayMedia, ""},
		{"POST", "/keepAlive", "", mayJoin, ""},
		{"GET", "/participants", "", mayGuest, ""},
	} {
		t.Run(tt.method+" "+tt.tail, func(t *testing.T) {
			st.service.settings.Permissions = []string{tt.enough}
			if a := st.do(tt.method, c+tt.tail, tt.body); a.status == 403 {
				t.Errorf("with %s: %s", tt.enough, a.raw)
			}
			st.service.settings.Permissions = []string{}
			if tt.refused != "" {
				st.service.settings.Permissions = []string{tt.refused}
			}
			if a := st.do(tt.method, c+tt.tail, tt.body); a.status != 403 || !strings.Contains(a.raw, "7504") {
				t.Errorf("without: %d %s", a.status, a.raw)
			}
		})
	}
}

// TestPermissionsOfBeta: the same for what only beta has, from the permissions reference of August 2026.
func TestPermissionsOfBeta(t *testing.T) {
	st := newStage(t, people())
	c := st.meeting(betaCalls, "")
	for _, tt := range []struct{ tail, enough, refused string }{
		{"/participants/muteAll", mayGuest, mayGroup},
		{"/participants/configureMixer", mayGroup, mayInitiate},
		{"/participants/admitAllFromLobby", mayGuest, mayGroup},
		{"/participants/x/admitFromLobby", mayJoin, mayMedia},
		{"/participants/x/removeFromLobby", mayGuest, mayInitiate},
		{"/participants/x/reportSyntheticMedia", mayReport, mayJoin},
		{"/startRecording", mayJoin, mayGuest},
		{"/stopTranscription", mayJoin, mayGuest},
	} {
		for granted, refused := range map[string]bool{tt.enough: false, tt.refused: true} {
			st.service.settings.Permissions = []string{granted}
			if a := st.do("POST", c+tt.tail, `{}`); (a.status == 403) != refused {
				t.Errorf("%s with %s: %d %s", tt.tail, granted, a.status, a.raw)
			}
		}
	}
}

// A bot without any permission is not told who calls; it may reject, and answer a call between two.
func TestNoPermissions(t *testing.T) {
	st := newStage(t, withSettings(t, "permissions", ""))
	c := st.rung("carol")
	if raw := st.posts[0].raw; strings.Contains(raw, carolID) || strings.Contains(raw, "Carol") || !strings.Contains(raw, `"encrypted":{`) {
		t.Errorf("the caller is told: %s", raw)
	}
	st.must(403, "GET", c, "")
	st.must(202, "POST", c+"/answer", answer)
	st.must(202, "POST", st.rung("dora")+"/reject", `{"reason":"busy"}`)
}

func TestTenants(t *testing.T) {
	other := `"tenantId":"00000000-0000-4000-8000-000000000009"`
	own := `"tenantId":"` + strings.ToUpper(tenant) + `"`
	body := createBodyFor(user(doraID))
	organized := strings.Replace(joins, `"id":"`+fredID+`"`, `"id":"`+fredID+`","tenantId":"`+tenant+`"`, 1)
	for _, tt := range []struct {
		name, path, body string
		setting          string
		status           int
	}{
		{"none", calls, body, "required", 403},
		{"none, by a setting", calls, body, "optional", 201},
		{"none in beta", "/beta/communications/calls", body, "required", 403},
		{"none in legacy", "/app/calls", strings.Replace(body, "callbackUri", "callback", 1), "required", 201},
		{"another one", calls, in(body, other), "optional", 403},
		{"another organizer's", calls, strings.Replace(organized, tenant, "00000000-0000-4000-8000-000000000009", 1), "optional", 403},
		{"its own", calls, in(body, own), "required", 201},
		{"the organizer's", calls, organized, "required", 201},
		{"no text", calls, in(body, `"tenantId":5`), "required", 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			st := newStage(t, withSettings(t, "tenantId", tt.setting, "tokenTenant", tenant))
			if a := st.must(tt.status, "POST", tt.path, tt.body); tt.status == 403 && !strings.Contains(a.raw, `"7505"`) {
				t.Error(a.raw)
			}
		})
	}
	t.Run("any", func(t *testing.T) {
		st := newStage(t, withSettings(t))
		st.must(201, "POST", calls, in(body, other))
		st.must(403, "POST", calls, body)
	})
	t.Run("a token of another tenant", func(t *testing.T) {
		st := newStage(t, withSettings(t))
		c := st.rung("carol")
		app := Caller{AppID: botID, TenantID: "00000000-0000-4000-8000-000000000009"}
		st.service.cfg.Authorize = authorizeCaller(&app)
		for path, body := range map[string]string{c + "/answer": answer, calls: in(body, own)} {
			if a := st.must(403, "POST", path, body); !strings.Contains(a.raw, `"7505"`) {
				t.Error(a.raw)
			}
		}
		app.TenantID = tenant
		st.must(202, "POST", c+"/answer", answer)
	})
}

func TestSources(t *testing.T) {
	phone := createBodyFor(`{"identity":{"phone":{"id":"+15551234567"}}}`)
	from := func(kind, id string) string { return `"source":{"identity":{"` + kind + `":{"id":"` + id + `"}}}` }
	for _, tt := range []struct {
		name, body, want string
	}{
		{"no number", phone, "7507"},
		{"its own number", in(phone, from("applicationInstance", strings.ToUpper(fredID))), ""},
		{"another's number", in(phone, from("applicationInstance", doraID)), "7507"},
		{"the application itself", in(createBodyFor(user(doraID)), from("application", botID)), ""},
		{"another application", in(createBodyFor(user(doraID)), from("application", doraID)), "7507"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			st := newStage(t, withSettings(t, "resourceAccounts", fredID, "tenantId", "optional"))
			status := 201
			if tt.want != "" {
				status = 403
			}
			if a := st.must(status, "POST", calls, tt.body); !strings.Contains(a.raw, tt.want) {
				t.Error(a.raw)
			}
		})
	}
}

func TestUnregistered(t *testing.T) {
	st := newStage(t, withSettings(t, "registered", "false"))
	if a := st.must(403, "POST", calls, createBodyFor(user(doraID))); !strings.Contains(a.raw, `"code":"7503"`) {
		t.Error(a.raw)
	}
	st = newStage(t, withSettings(t, "registered", "false", "refusals", "wrapped"))
	a := st.must(403, "POST", calls, createBodyFor(user(doraID)))
	e := a.body["error"].(map[string]any)
	if e["code"] != "UnknownError" || e["message"] != `{"errorCode":"7503","message":"Application is not registered in our store."}` {
		t.Errorf("wrapped: %v", e)
	}
}

func TestThrottling(t *testing.T) {
	st := newStage(t, withSettings(t, "requests", "3", "requestWindow", "10s"))
	st.must(405, "GET", calls, "") // does not count: it is about nothing
	for range 3 {
		st.must(404, "GET", calls+"/x", "")
	}
	st.wait(1500 * time.Millisecond)
	a := st.must(429, "GET", calls+"/x", "")
	if got := a.heads.Get("Retry-After"); got != "8.5" {
		t.Errorf("Retry-After: %q", got)
	}
	inner := a.body["error"].(map[string]any)["innerError"].(map[string]any)
	if inner["code"] != "429" || inner["status"] != "429" || inner["message"] != "Please retry after" {
		t.Errorf("the envelope: %s", a.raw)
	}
	st.wait(8500 * time.Millisecond)
	st.must(404, "GET", calls+"/x", "")
}

func TestCallLimits(t *testing.T) {
	st := newStage(t, withSettings(t, "concurrentCalls", "2", "monthlyCalls", "3", "tenantId", "optional"))
	body := createBodyFor(user(doraID))
	var up []string
	for range 2 {
		up = append(up, calls+"/"+st.must(201, "POST", calls, body).body["id"].(string))
		st.wait(5 * time.Second)
	}
	if a := st.must(429, "POST", calls, body); !strings.Contains(a.raw, "2 concurrent calls") || a.heads.Get("Retry-After") != "" {
		t.Errorf("%v %s", a.heads, a.raw)
	}
	st.must(204, "DELETE", up[0], "")
	st.wait(time.Second)
	st.must(201, "POST", calls, body)
	st.must(204, "DELETE", up[1], "")
	st.wait(time.Second)
	if a := st.must(429, "POST", calls, body); !strings.Contains(a.raw, "monthly call creation limit of 3") || a.heads.Get("Retry-After") == "" {
		t.Errorf("%v %s", a.heads, a.raw)
	}
	st.wait(31 * 24 * time.Hour)
	st.must(201, "POST", calls, body)
}

// An answer that comes too late finds no call, and the call was told to have ended with 408/8544.
func TestTooLate(t *testing.T) {
	for _, limit := range []time.Duration{15 * time.Second, 5 * time.Second} {
		st := newStage(t, withSettings(t, "answerDeadline", limit.String()))
		c := st.rung("carol")
		st.wait(limit - 21*time.Millisecond)
		st.must(200, "GET", c, "")
		st.wait(22 * time.Millisecond)
		if a := st.must(404, "POST", c+"/answer", answer); !strings.Contains(a.raw, `"8522"`) {
			t.Error(a.raw)
		}
		st.wait(time.Second)
		if got := fmt.Sprint(st.ladder()); !strings.Contains(got, "deleted call terminated 408/8544") {
			t.Error(got)
		}
	}
}

// The tenant may not let applications remove participants.
func TestMayNotRemove(t *testing.T) {
	st := newStage(t, withSettings(t, "removeParticipants", "false", "tenantId", "optional"))
	c := calls + "/" + st.must(201, "POST", calls, joins).body["id"].(string)
	st.wait(time.Second)
	if a := st.must(403, "DELETE", c+"/participants/x", ""); !strings.Contains(a.raw, "7504") {
		t.Error(a.raw)
	}
}
