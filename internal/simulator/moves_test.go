package simulator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

func to(id string) string { return `{"transferTarget":` + user(id) + `}` }

func idOf(path string) string { return path[strings.LastIndex(path, "/")+1:] }

// hangUp has a person hang up.
func (st *stage) hangUp(who string) {
	st.t.Helper()
	if err := st.service.Act(world.Action{Deed: world.Deed{HangUp: &world.Who{Who: who}}}); err != nil {
		st.t.Fatal(err)
	}
}

// saw says whether somebody was seen doing that.
func (st *stage) saw(what string) bool {
	for _, s := range st.seen {
		if strings.Contains(s, what) {
			return true
		}
	}
	return false
}

func TestBlindTransfer(t *testing.T) {
	tests := []struct {
		name, target string
		want         []string
	}{
		{"accepted", doraID, []string{"updated call transferring", "updated call transferAccepted media inactive", "deleted call terminated 0/7015"}},
		{"declined", world.IDFor("deb"), []string{"updated call transferring", "updated call established media active 500/7000"}},
		{"busy", world.IDFor("gus"), []string{"updated call transferring", "updated call established media active 500/7000"}},
		{"rung out", world.IDFor("rex"), []string{"updated call transferring", "updated call established media active 500/7000"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			st := newStage(t, people())
			c := st.answeredCall("carol")
			st.must(202, "POST", c+"/transfer", to(tt.target))
			if a := st.must(409, "POST", c+"/transfer", to(tt.target)); !strings.Contains(a.raw, "transferring") {
				t.Errorf("a second transfer: %s", a.raw)
			}
			st.wait(70 * time.Second)
			wantLadder(t, st, tt.want...)
			if tt.name != "accepted" {
				st.must(202, "POST", c+"/transfer", to(doraID)) // the call came back and can be transferred again
				st.wait(5 * time.Second)
			}
			if !st.saw("Carol is connected to Dora") {
				t.Errorf("carol and dora were not connected: %q", st.seen)
			}
			st.must(404, "GET", c, "")
			st.hangUp("carol") // they are really together: carol's hanging up reaches dora
			if !st.saw("Dora is hung up on") {
				t.Errorf("dora is still in the call: %q", st.seen)
			}
		})
	}
}

func TestConsultativeTransfer(t *testing.T) {
	body := func(y string) string {
		return `{"transferTarget":{"identity":{"user":{"id":"` + doraID + `"}},"replacesCallId":"` + y + `"}}`
	}
	st := newStage(t, people())
	x := st.answeredCall("carol")
	y := st.established(user(doraID))
	st.must(202, "POST", x+"/transfer", body("00000000-0000-0000-0000-000000000001"))
	st.wait(time.Second)
	wantLadder(t, st, "updated call transferring", "updated call established media active 500/7700")
	st.must(202, "POST", x+"/transfer", body(idOf(y)))
	st.wait(time.Second)
	wantLadder(t, st, "updated call transferring", "updated call transferAccepted media inactive",
		"deleted call terminated AppTransferred", "deleted call terminated 200/7015")
	st.must(404, "GET", x, "")
	st.must(404, "GET", y, "")
	st.hangUp("dora")
	if !st.saw("Carol is hung up on") {
		t.Errorf("carol and dora are not together: %q", st.seen)
	}
}

// TestMeetingMode: an invitation turns a call into a meeting at once, whatever becomes of it.
func TestMeetingMode(t *testing.T) {
	st := newStage(t, people())
	c := st.answeredCall("carol")
	if a := st.must(200, "GET", c+"/participants", ""); len(a.body["value"].([]any)) != 0 {
		t.Errorf("a call between two shows participants: %s", a.raw)
	}
	a := st.must(200, "POST", c+"/participants/invite", `{"participants":[`+user(world.IDFor("deb"))+`],"clientContext":"ctx"}`)
	if a.body["status"] != "Running" || a.body["clientContext"] != "ctx" || !strings.HasSuffix(a.heads.Get("Location"), "/operations/"+a.body["id"].(string)) {
		t.Errorf("invite: %v %s", a.heads, a.raw)
	}
	st.wait(10 * time.Second)
	wantLadder(t, st, "deleted operation failed 603/0")
	if a := st.must(200, "GET", c+"/operations/"+a.body["id"].(string), ""); a.body["status"] != "failed" {
		t.Errorf("operation: %s", a.raw)
	}
	if a := st.must(400, "POST", c+"/transfer", to(doraID)); !strings.Contains(a.raw, `"8523"`) {
		t.Errorf("transfer in meeting mode: %s", a.raw)
	}
	st.must(200, "POST", c+"/participants/invite", `{"participants":[`+user(fredID)+`]}`)
	st.wait(3 * time.Second)
	wantLadder(t, st, "deleted operation completed", "updated participants Carol,Test Bot,Fred")
	st.must(202, "POST", c+"/transfer", `{"transferTarget":`+user(doraID)+`,"transferee":`+user(carolID)+`}`)
	st.wait(5 * time.Second)
	wantLadder(t, st, "updated call transferring", "updated call transferAccepted", "updated call established media active",
		"updated participants Test Bot,Fred")
	st.hangUp("fred")
	st.wait(time.Second)
	wantLadder(t, st, "updated participants Test Bot", "deleted call terminated 200/5010")
}

func TestInviteSeveral(t *testing.T) {
	scene := people()
	scene.Settings = world.DefaultSettings()
	scene.Settings.ResourceAccounts = []string{fredID}
	st := newStage(t, scene)
	c := st.answeredCall("carol")
	st.must(200, "POST", c+"/participants/invite",
		`{"participants":[`+user(doraID)+`,`+user(world.IDFor("rex"))+`,{"identity":{"phone":{"id":"+15551234567"}}}]}`)
	st.wait(31 * time.Second)
	wantLadder(t, st, "updated participants Carol,Test Bot,Dora", "updated participants Carol,Test Bot,Dora,phil")
	st.wait(40 * time.Second)
	wantLadder(t, st, "updated participants Carol,Test Bot,Dora", "deleted operation completed")
}

// TestTakeOverGone: what cannot be replaced fails the operation, and the call that was named stays.
func TestTakeOverGone(t *testing.T) {
	for name, tt := range map[string]struct{ who, call string }{
		"no such call": {carolID, "00000000-0000-0000-0000-000000000001"},
		"another's":    {doraID, ""},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStage(t, people())
			x := st.answeredCall("carol")
			m := st.must(201, "POST", calls, joins)
			st.wait(time.Second)
			st.ladder()
			if tt.call == "" {
				tt.call = idOf(x)
			}
			st.must(200, "POST", calls+"/"+m.body["id"].(string)+"/participants/invite",
				`{"participants":[{"identity":{"user":{"id":"`+tt.who+`"}},"replacesCallId":"`+tt.call+`"}]}`)
			st.wait(2 * time.Second)
			wantLadder(t, st, "deleted operation failed 404/10202")
			st.must(200, "GET", x, "")
		})
	}
}

// TestTakeOverFromGroup: only the participant moves; the group goes on while others are in it.
func TestTakeOverFromGroup(t *testing.T) {
	st := newStage(t, people())
	g := st.answeredCall("carol")
	st.must(200, "POST", g+"/participants/invite", `{"participants":[`+user(doraID)+`,`+user(fredID)+`]}`)
	st.wait(3 * time.Second)
	m := st.must(201, "POST", calls, joins)
	st.wait(time.Second)
	st.ladder()
	st.must(200, "POST", calls+"/"+m.body["id"].(string)+"/participants/invite",
		`{"participants":[{"identity":{"user":{"id":"`+doraID+`"}},"replacesCallId":"`+idOf(g)+`"}]}`)
	st.wait(2 * time.Second)
	wantLadder(t, st, "deleted operation completed", "updated participants Carol,Test Bot,Fred", "updated participants Test Bot,Dora")
	st.must(200, "GET", g, "")
}

func TestRedirect(t *testing.T) {
	several := func(ids ...string) string {
		var list []string
		for _, id := range ids {
			list = append(list, user(id))
		}
		return `{"targets":[` + strings.Join(list, ",") + `],"timeout":20,"callbackUri":"` + callback + `"}`
	}
	tests := []struct {
		name, body string
		want       []string
		seen       string
	}{
		{"forward", several(doraID), []string{"deleted call terminated"}, "Carol is connected to Dora"},
		{"first wins", several(world.IDFor("rex"), world.IDFor("deb"), doraID, fredID), []string{"deleted call terminated"}, "Carol is connected to Dora"},
		{"nobody", several(world.IDFor("rex"), world.IDFor("gus")), []string{"deleted call terminated 408/10057"}, "Carol is not connected"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			st := newStage(t, people())
			c := st.rung("carol")
			st.ladder()
			st.must(202, "POST", c+"/redirect", tt.body)
			st.must(409, "POST", c+"/answer", answer)
			st.wait(25 * time.Second)
			if len(st.posts) == 1 && st.posts[0].url != callback {
				t.Errorf("told to %s", st.posts[0].url)
			}
			wantLadder(t, st, tt.want...)
			if !st.saw(tt.seen) {
				t.Errorf("seen: %q", st.seen)
			}
		})
	}
	st := newStage(t, people(), func(c *Config) { c.Bots[0].Dialect = graph.Legacy })
	c := strings.Replace(st.rung("carol"), calls, "/beta/app/calls", 1)
	st.ladder()
	st.must(202, "POST", c+"/redirect", several(doraID))
	st.wait(5 * time.Second)
	if last := st.posts[1].raw; !strings.Contains(last, `"answeredBy"`) {
		t.Errorf("nobody answered: %s", last)
	}
	wantLadder(t, st, "updated call redirecting", "deleted call terminated AppRedirected")
}

func TestReject(t *testing.T) {
	st := newStage(t, people())
	c := st.rung("carol")
	st.ladder()
	st.must(202, "POST", c+"/reject", `{"reason":"busy","callbackUri":"`+callback+`"}`)
	st.wait(time.Second)
	wantLadder(t, st, "deleted call")
	if !st.saw("Carol is not connected: The callee is busy.") {
		t.Errorf("seen: %q", st.seen)
	}
}

func TestUnanswered(t *testing.T) {
	st := newStage(t, people())
	c := st.rung("carol")
	st.ladder()
	st.wait(16 * time.Second)
	wantLadder(t, st, "deleted call terminated 408/8544")
	if a := st.must(404, "POST", c+"/answer", answer); !strings.Contains(a.raw, `"8522"`) {
		t.Errorf("late: %s", a.raw)
	}
	c = st.rung("dora")
	st.ladder()
	st.hangUp("dora")
	st.wait(time.Second)
	wantLadder(t, st, "deleted call terminated 487/0")
	st.must(404, "GET", c, "")
}

func TestGroup(t *testing.T) {
	st := newStage(t, people())
	st.must(201, "POST", calls, createBodyFor(user(doraID), user(world.IDFor("deb")), user(fredID)))
	st.wait(10 * time.Second)
	wantLadder(t, st, "updated call establishing", "updated call established", "updated participants Test Bot",
		"updated call established media active", "updated participants Test Bot,Dora,Fred")
	st = newStage(t, people())
	st.must(201, "POST", calls, createBodyFor(user(world.IDFor("gus")), user(world.IDFor("deb"))))
	st.wait(10 * time.Second)
	wantLadder(t, st, "updated call establishing", "updated call established", "updated participants Test Bot",
		"updated call established media active", "deleted call terminated 200/5013")
	if a := st.do("POST", calls, createBodyFor(user("1"), user("2"), user("3"), user("4"), user("5"), user("6"))); a.status != 400 {
		t.Errorf("six targets: %s", a.raw)
	}
}

func TestMeeting(t *testing.T) {
	thread := "19:m@thread.v2"
	st := newStage(t, people())
	if err := st.service.Act(world.Action{Deed: world.Deed{Join: &world.Join{Who: "fred", Thread: thread}}}); err != nil {
		t.Fatal(err)
	}
	a := st.must(201, "POST", calls, joins)
	st.must(201, "POST", calls, joins) // a second leg into the same meeting
	st.wait(time.Second)
	wantLadder(t, st, "updated call establishing", "updated call establishing", "updated call established", "updated call established",
		"updated participants Fred,Test Bot,Test Bot", "updated participants Fred,Test Bot,Test Bot")
	if err := st.service.Act(world.Action{Deed: world.Deed{Join: &world.Join{Who: "dora"}}}); err != nil {
		t.Fatal(err)
	}
	st.wait(time.Second)
	all := "updated participants Fred,Test Bot,Test Bot,Dora"
	wantLadder(t, st, all, all)
	c := calls + "/" + a.body["id"].(string)
	list := st.must(200, "GET", c+"/participants", "").body["value"].([]any)
	dora := list[3].(map[string]any)["id"].(string)
	st.must(200, "GET", c+"/participants/"+strings.ToUpper(strings.ReplaceAll(dora, "-", "")), "")
	st.must(204, "DELETE", c+"/participants/"+dora, "")
	st.wait(time.Second)
	st.must(404, "GET", c+"/participants/"+dora, "")
	left := "updated participants Fred,Test Bot,Test Bot"
	wantLadder(t, st, left, left)
	if err := st.service.Act(world.Action{Deed: world.Deed{Leave: &world.Who{Who: "fred"}}}); err != nil {
		t.Fatal(err)
	}
	st.must(204, "DELETE", c, "")
	st.wait(2 * time.Second)
	wantLadder(t, st, "updated call terminating", "updated participants Test Bot,Test Bot", "updated participants Test Bot,Test Bot",
		"deleted call terminated 200/5001", "updated participants Test Bot", "deleted call terminated 200/5010")
}

func TestJoinKinds(t *testing.T) {
	for _, info := range []string{
		`{"@odata.type":"#microsoft.graph.tokenMeetingInfo","token":"abc"}`,
		`{"@odata.type":"#microsoft.graph.joinMeetingIdMeetingInfo","joinMeetingId":"123","passcode":null}`,
	} {
		st := newStage(t, people())
		st.must(201, "POST", "/beta/communications/calls", `{"callbackUri":"`+callback+`","meetingInfo":`+info+`}`)
		st.wait(time.Second)
		wantLadder(t, st, "updated call establishing", "updated call established", "updated participants Test Bot")
	}
}

func TestKeepAlive(t *testing.T) {
	st := newStage(t, people())
	c := st.established(user(doraID))
	st.wait(40 * time.Minute)
	st.must(200, "POST", c+"/keepAlive", "")
	st.wait(44 * time.Minute)
	wantLadder(t, st)
	st.wait(2 * time.Minute)
	wantLadder(t, st, "deleted call terminated 408/8537")
	st.must(404, "POST", c+"/keepAlive", "")

	// The clock of a call that nobody answers yet does not run.
	st.service.settings.AnswerDeadline, st.service.settings.KeepAlive = 2*time.Hour, 45*time.Minute
	late := st.rung("carol")
	st.wait(time.Hour)
	st.must(202, "POST", late+"/answer", answer)
	st.wait(44 * time.Minute)
	st.must(200, "GET", late, "")
	st.wait(2 * time.Minute)
	st.must(404, "GET", late, "")
	st.posts = nil
	st.service.settings.AnswerDeadline = 15 * time.Second

	legacy := strings.Replace(st.rung("carol"), calls, "/beta/app/calls", 1) // which knows no keepAlive, and needs none
	st.must(200, "POST", legacy+"/answer", answer)
	st.wait(2 * time.Hour)
	st.must(200, "GET", legacy, "")
	outgoing := st.must(201, "POST", "/beta/app/calls", createBodyFor(user(fredID))).heads.Get("Location")
	st.wait(2 * time.Hour)
	st.must(200, "GET", strings.TrimPrefix(outgoing, "https://graph.microsoft.com"), "")
}

// TestTwoBots: a bot can call a bot; each has its own leg, and sees only that.
func TestTwoBots(t *testing.T) {
	other := "00000000-0000-4000-8000-0000000000aa"
	asked := botID
	st := newStage(t, people(), func(c *Config) {
		c.Bots = append(c.Bots, Bot{Name: "second", AppID: other, DisplayName: "Second", Address: "https://second.contoso.com/calls"})
		c.Authorize = nil
	})
	st.service.cfg.Authorize = authorizeAs(&asked)
	a := st.must(201, "POST", calls, createBodyFor(`{"identity":{"application":{"id":"`+other+`"}}}`))
	st.wait(time.Second)
	wantLadder(t, st, "updated call establishing", "created call incoming")
	var theirs string
	for _, c := range st.calls() {
		if c.bot.name == "second" {
			theirs = c.id
		}
	}
	st.must(404, "POST", calls+"/"+theirs+"/answer", answer)
	asked = other
	st.must(202, "POST", calls+"/"+theirs+"/answer", answer)
	st.wait(time.Second)
	wantLadder(t, st, "updated call establishing", "updated call established", "updated call established",
		"updated call established media active", "updated call established media active")
	if a.body["callChainId"] != st.service.calls[theirs].room.chain {
		t.Error("the two legs are of two chains")
	}
	st.must(204, "DELETE", calls+"/"+theirs, "")
	st.wait(time.Second)
	wantLadder(t, st, "updated call terminating", "deleted call terminated 200/5001", "deleted call terminated 200/4521")
}

// TestBotIntoMeeting: a bot that is invited into a meeting is told which.
func TestBotIntoMeeting(t *testing.T) {
	st := newStage(t, people(), func(c *Config) {
		c.Bots = append(c.Bots, Bot{Name: "second", AppID: fredID[:35] + "9", DisplayName: "Second", Address: "https://second.contoso.com/calls"})
	})
	m := calls + "/" + st.must(201, "POST", calls, joins).body["id"].(string)
	st.wait(time.Second)
	st.ladder()
	st.must(200, "POST", m+"/participants/invite", `{"participants":[{"identity":{"application":{"id":"`+fredID[:35]+`9"}}}]}`)
	st.wait(time.Second)
	if p := st.posts[0]; !strings.Contains(p.raw, `"threadId":"19:m@thread.v2"`) || p.url != "https://second.contoso.com/calls" {
		t.Errorf("%s to %s", p.raw, p.url)
	}
	app := fredID[:35] + "9"
	theirs := st.posts[0].event.CallID
	st.service.cfg.Authorize = authorizeAs(&app)
	st.must(202, "POST", calls+"/"+theirs+"/answer", answer)
	st.wait(time.Second)
	both := "updated participants Test Bot,Second"
	wantLadder(t, st, "created call incoming", "updated call establishing", "updated call established", "deleted operation completed",
		both, both, "updated call established media active")
}

// TestLegacyTransfer: there the operation tells the progress.
func TestLegacyTransfer(t *testing.T) {
	st := newStage(t, people(), func(c *Config) { c.Bots[0].Dialect = graph.Legacy })
	c := strings.Replace(st.rung("carol"), calls, "/app/calls", 1)
	st.must(200, "POST", c+"/answer", `{"callback":"`+callback+`","acceptModalities":["audio"]}`)
	st.wait(time.Second)
	st.ladder()
	st.must(202, "POST", c+"/transfer", to(world.IDFor("deb")))
	st.wait(10 * time.Second)
	wantLadder(t, st, "updated operation running 200/transferring", "updated call established 500/7000", "deleted operation failed 500/7000")
	st.must(202, "POST", c+"/transfer", to(doraID))
	st.wait(10 * time.Second)
	wantLadder(t, st, "updated operation running 200/transferring", "deleted operation completed 200/transferAccepted",
		"deleted call terminated AppTransferred")
}

func TestDeltaRoster(t *testing.T) {
	st := newStage(t, people())
	st.must(201, "POST", calls, strings.Replace(joins, `{"callbackUri"`, `{"callOptions":{"@odata.type":"#microsoft.graph.outgoingCallOptions","isDeltaRosterEnabled":true},"callbackUri"`, 1))
	st.wait(time.Second)
	st.ladder()
	for _, a := range []world.Action{{Deed: world.Deed{Join: &world.Join{Who: "fred"}}}, {Deed: world.Deed{Leave: &world.Who{Who: "fred"}}}} {
		if err := st.service.Act(a); err != nil {
			t.Fatal(err)
		}
		st.wait(200 * time.Millisecond)
	}
	var got []string
	for _, p := range st.posts {
		got = append(got, fmt.Sprint(p.event.Delta, strings.Contains(p.raw, `"Fred"`), strings.Contains(p.raw, `"removedState"`), strings.Contains(p.raw, `"Test Bot"`)))
	}
	if fmt.Sprint(got) != "[true true false false true true true false]" {
		t.Errorf("%v", got)
	}
}
