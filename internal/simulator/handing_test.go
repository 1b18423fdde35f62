package simulator

import (
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// hand has a person transfer the bot.
func (st *stage) hand(h world.Handing) {
	st.t.Helper()
	if err := st.service.Act(world.Action{Deed: world.Deed{Transfer: &h}}); err != nil {
		st.t.Fatal(err)
	}
}

// TestHanded: a person transfers the bot; it is called anew, and its old call ends once it has answered.
func TestHanded(t *testing.T) {
	for name, h := range map[string]world.Handing{
		"blind":   {Who: "carol", To: "dora"},
		"consult": {Who: "carol", To: "dora", Consult: true},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStage(t, people())
			old := st.answeredCall("carol")
			chain := st.service.calls[idOf(old)].room.chain
			st.hand(h)
			st.wait(2 * time.Second)
			p := st.posts[0]
			wantLadder(t, st, "created call incoming")
			if !strings.Contains(p.raw, `"transferor"`) || !strings.Contains(p.raw, carolID) || !strings.Contains(p.raw, `"sourceParticipantId"`) ||
				!strings.Contains(p.raw, chain) || p.url != address1 {
				t.Errorf("the new call does not tell where it comes from: %s", p.raw)
			}
			if from := p.event.View["call"].(map[string]any)["source"]; nameOf(map[string]any{"info": from}) != "Dora" {
				t.Errorf("it is from %v", from)
			}
			st.must(200, "GET", old, "") // until the new one is answered the old one goes on
			st.must(202, "POST", calls+"/"+p.event.CallID+"/answer", answer)
			st.wait(time.Second)
			wantLadder(t, st, "updated call establishing", "updated call established", "deleted call terminated 0/7015", "updated call established media active")
			st.hangUp("dora")
			st.wait(time.Second)
			wantLadder(t, st, "deleted call terminated 200/4521")
			if err := st.service.Act(world.Action{Deed: world.Deed{HangUp: &world.Who{Who: "carol"}}}); err == nil {
				t.Error("carol is still in a call")
			}
		})
	}
}

// TestNotHanded: where it comes to nothing, the bot hears nothing, and its call goes on.
func TestNotHanded(t *testing.T) {
	tests := []struct {
		name   string
		h      world.Handing
		answer bool
		said   string
	}{
		{"fails silently", world.Handing{Who: "carol", To: "dora", Fails: true}, false, "Carol is told that the transfer failed"},
		{"declined", world.Handing{Who: "carol", To: "deb"}, false, "Carol is told that the transfer failed: The callee declined. (603/0)"},
		{"busy, consulted", world.Handing{Who: "carol", To: "gus", Consult: true}, false, "Carol is told that the transfer failed: The callee is busy. (480/10076)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			st := newStage(t, people())
			old := st.answeredCall("carol")
			st.hand(tt.h)
			st.wait(30 * time.Second)
			wantLadder(t, st)
			if !st.saw(tt.said) {
				t.Errorf("seen: %q", st.seen)
			}
			st.must(202, "POST", old+"/transfer", to(fredID))
		})
	}
	t.Run("the bot does not answer", func(t *testing.T) {
		st := newStage(t, people())
		old := st.answeredCall("carol")
		st.hand(world.Handing{Who: "carol", To: "dora"})
		st.wait(20 * time.Second)
		wantLadder(t, st, "created call incoming", "deleted call terminated 408/8544")
		st.must(200, "GET", old, "")
	})
	t.Run("carol hangs up meanwhile", func(t *testing.T) {
		st := newStage(t, people())
		st.answeredCall("carol")
		st.hand(world.Handing{Who: "carol", To: "dora", Consult: true})
		st.wait(2 * time.Second)
		st.hangUp("carol")
		st.wait(time.Second)
		wantLadder(t, st, "created call incoming", "deleted call terminated 487/0", "deleted call terminated 200/4521")
	})
	for name, h := range map[string]world.Handing{
		"carol is in no call between two with a bot": {Who: "carol", To: "dora"},
		"carol cannot hand the bot to themselves":    {Who: "carol", To: "carol"},
		`nobody here is called "zed"`:                {Who: "carol", To: "zed"},
	} {
		st := newStage(t, people())
		if err := st.service.Act(world.Action{Deed: world.Deed{Transfer: &h}}); err == nil || !strings.Contains(err.Error(), "transfer: "+name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
}

// TestHandedWhileTransferred: a person hands the bot on while the bot transfers them. That one of the two comes to nothing
// stops nothing of the other, which is over when the call is.
func TestHandedWhileTransferred(t *testing.T) {
	scene := people()
	scene.People["fred"].Answers = &world.Answers{After: 30 * time.Second}
	st := newStage(t, scene)
	call := st.answeredCall("carol")
	st.hand(world.Handing{Who: "carol", To: "deb"}) // who declines
	st.must(202, "POST", call+"/transfer", to(fredID))
	st.wait(10 * time.Second)
	if !st.saw("Carol is told that the transfer failed: The callee declined. (603/0)") {
		t.Errorf("seen: %q", st.seen)
	}
	st.hangUp("carol")
	st.wait(time.Minute)
	wantLadder(t, st, "updated call transferring", "deleted call terminated 200/4521")
}

// TestTransferToBot: the target is a bot of this world; its new leg tells whose transfer it is.
func TestTransferToBot(t *testing.T) {
	st := newStage(t, people())
	old := st.answeredCall("carol")
	st.must(202, "POST", old+"/transfer", `{"transferTarget":{"identity":{"application":{"id":"`+botID+`"}}}}`)
	st.wait(time.Second)
	p := st.posts[len(st.posts)-1]
	wantLadder(t, st, "updated call transferring", "created call incoming")
	if !strings.Contains(p.raw, `"transferor"`) || !strings.Contains(p.raw, carolID) {
		t.Errorf("%s", p.raw)
	}
	st.must(202, "POST", calls+"/"+p.event.CallID+"/answer", answer)
	st.wait(time.Second)
	wantLadder(t, st, "updated call establishing", "updated call established", "updated call transferAccepted media inactive",
		"updated call established media active", "deleted call terminated 0/7015")
}

// TestTransferredWhileInviting: a bot that is handed over stays in meeting mode, and whom it has asked in comes to where it is.
func TestTransferredWhileInviting(t *testing.T) {
	scene := people()
	scene.People["fred"].Answers, scene.People["dora"].Answers = &world.Answers{After: 5 * time.Second}, &world.Answers{After: 30 * time.Second}
	st := newStage(t, scene)
	hands := calls + "/" + graph.AsText(st.must(201, "POST", calls, createBodyFor(`{"identity":{"application":{"id":"`+botID+`"}}}`)).body["id"])
	st.wait(time.Second)
	handed := calls + "/" + st.posts[len(st.posts)-1].event.CallID
	st.must(202, "POST", handed+"/answer", answer)
	st.wait(time.Second)
	st.must(202, "POST", hands+"/transfer", to(fredID))
	st.wait(time.Second)
	st.must(200, "POST", handed+"/participants/invite", `{"participants":[`+user(doraID)+`]}`)
	st.wait(5 * time.Second)
	st.must(404, "GET", hands, "")
	st.ladder()
	st.wait(30 * time.Second)
	wantLadder(t, st, "deleted operation completed", "updated participants Fred,Test Bot,Dora")
	st.must(204, "DELETE", handed, "")
	st.hangUp("fred")
	st.hangUp("dora")
	st.wait(time.Minute)
	for r := range st.service.rooms.all() {
		t.Errorf("a room is left, with %d members and %d rings", len(r.members), r.ringing)
	}
}

// TestTransferredOutOfMeeting: a bot that is left with those who wait in the lobby is left alone.
func TestTransferredOutOfMeeting(t *testing.T) {
	st := newStage(t, crowd())
	c := st.meeting(betaCalls, "")
	st.joins("carol", "hugo")
	st.ladder()
	st.must(202, "POST", c+"/transfer", `{"transferTarget":`+user(fredID)+`,"transferee":`+user(carolID)+`}`)
	st.wait(5 * time.Second)
	wantLadder(t, st, "updated call transferring", "updated call transferAccepted", "deleted call terminated 0/7015")
}

// TestConsultedWithoutTarget: neither leg of the bot's is a target, of the call to be replaced or of the one that is
// transferred, also where the bot is named as one.
func TestConsultedWithoutTarget(t *testing.T) {
	refused := func(st *stage, from, replaces, transferee string) {
		st.must(202, "POST", from+"/transfer", `{"transferTarget":{"identity":{"application":{"id":"`+botID+`"}},"replacesCallId":"`+idOf(replaces)+`"}`+transferee+`}`)
		st.wait(time.Minute)
		got := st.ladder()
		if n := len(got); n < 2 || got[0] != "updated call transferring" || !strings.HasSuffix(got[n-1], " 500/7700") {
			t.Errorf("notifications %q", got)
		}
		for _, path := range []string{from, replaces} {
			if state := st.must(200, "GET", path, "").body["state"]; state != "established" {
				t.Errorf("%s is %v", path, state)
			}
		}
	}
	st := newStage(t, people())
	call := st.answeredCall("carol")
	refused(st, call, st.meeting(calls, ""), "")

	st = newStage(t, people())
	one, two := st.meeting(calls, ""), st.meeting(calls, "")
	st.joins("carol")
	st.ladder()
	refused(st, one, two, `,"transferee":`+user(carolID))
}

// TestRedirectToBot: who was redirected to comes with the way that the call took.
func TestRedirectToBot(t *testing.T) {
	other := fredID[:35] + "9"
	st := newStage(t, people(), func(c *Config) {
		c.Bots = append(c.Bots, Bot{Name: "second", AppID: other, DisplayName: "Second", Address: "https://second.contoso.com/calls"})
	})
	c := st.rung("carol")
	st.must(202, "POST", c+"/redirect", `{"targets":[{"identity":{"application":{"id":"`+other+`"}}}],"callbackUri":"`+callback+`"}`)
	st.wait(time.Second)
	p := st.posts[len(st.posts)-1]
	if !strings.Contains(p.raw, `"callRoutes"`) || !strings.Contains(p.raw, `"routingType":"forwarded"`) {
		t.Errorf("%s", p.raw)
	}
}

// TestMaskedCaller: in beta the target of a redirect may see the bot in the caller's place; v1.0 has no such member.
func TestMaskedCaller(t *testing.T) {
	other := fredID[:35] + "9"
	for version, want := range map[string]string{"beta": "Test Bot", "v1.0": "Carol"} {
		st := newStage(t, people(), func(c *Config) {
			c.Bots = append(c.Bots, Bot{Name: "second", AppID: other, DisplayName: "Second", Address: "https://second.contoso.com/calls"})
		})
		c := strings.Replace(st.rung("carol"), "v1.0", version, 1)
		st.must(202, "POST", c+"/redirect", `{"targets":[{"identity":{"application":{"id":"`+other+`"}}}],"maskCaller":true}`)
		st.wait(time.Second)
		source, _ := st.posts[len(st.posts)-1].event.View["call"].(map[string]any)["source"].(map[string]any)
		if got := nameOf(map[string]any{"info": source}); got != want {
			t.Errorf("%s: the target sees %s, want %s", version, got, want)
		}
	}
}

// TestHandedOtherwise: whether the chain persists and how the old call ends are settings; legacy tells neither chain nor
// transferor.
func TestHandedOtherwise(t *testing.T) {
	settings := world.DefaultSettings()
	settings.TransferChain, settings.TransferEnd = "changes", "AppTransferred"
	scene := people()
	scene.Settings = settings
	st := newStage(t, scene)
	old := st.answeredCall("carol")
	chain := st.service.calls[idOf(old)].room.chain
	st.hand(world.Handing{Who: "carol", To: "dora"})
	st.wait(2 * time.Second)
	p := st.posts[0]
	if strings.Contains(p.raw, chain) || !strings.Contains(p.raw, `"transferor"`) {
		t.Errorf("%s", p.raw)
	}
	st.must(202, "POST", calls+"/"+p.event.CallID+"/answer", answer)
	st.wait(time.Second)
	wantLadder(t, st, "created call incoming", "updated call establishing", "updated call established", "deleted call terminated AppTransferred",
		"updated call established media active")

	st = newStage(t, people(), func(c *Config) { c.Bots[0].Dialect = graph.Legacy })
	path := func() string {
		return strings.Replace(calls+"/"+st.posts[len(st.posts)-1].event.CallID, calls, "/app/calls", 1)
	}
	st.rung("carol")
	st.must(200, "POST", path()+"/answer", `{"callback":"`+callback+`","acceptModalities":["audio"]}`)
	st.wait(time.Second)
	st.ladder()
	st.hand(world.Handing{Who: "carol", To: "dora"})
	st.wait(2 * time.Second)
	if raw := st.posts[0].raw; strings.Contains(raw, "transferor") || strings.Contains(raw, "callChainId") || !strings.Contains(raw, "Dora") {
		t.Errorf("%s", raw)
	}
	st.must(200, "POST", path()+"/answer", `{"callback":"`+callback+`","acceptModalities":["audio"]}`)
	st.wait(time.Second)
	wantLadder(t, st, "created call incoming", "updated call establishing", "updated call established", "deleted call terminated AppTransferred")
}

// TestVoicemailShown: nothing tells who answered, unless the setting voicemail says so.
func TestVoicemailShown(t *testing.T) {
	for _, shown := range []string{"hidden", "shown"} {
		scene := people()
		scene.Settings = world.DefaultSettings()
		scene.Settings.Voicemail, scene.Settings.TenantID = shown, "optional"
		st := newStage(t, scene)
		c := st.answeredCall("carol")
		st.must(201, "POST", calls, createBodyFor(user(world.IDFor("vera"))))
		st.must(200, "POST", c+"/participants/invite", `{"participants":[`+user(world.IDFor("vera"))+`]}`)
		st.wait(25 * time.Second)
		told := map[string]bool{}
		for _, p := range st.posts {
			if strings.Contains(p.raw, `"endpointType":"voicemail"`) {
				told[string(p.event.Kind)] = true
			}
		}
		if want := shown == "shown"; told["call"] != want || told["participants"] != want {
			t.Errorf("voicemail %s: %v", shown, told)
		}
	}
}
