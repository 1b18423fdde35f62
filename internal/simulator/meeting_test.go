package simulator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// act has somebody do something.
func (st *stage) act(d world.Deed) {
	st.t.Helper()
	if err := st.service.Act(world.Action{Deed: d}); err != nil {
		st.t.Fatal(err)
	}
}

func (st *stage) joins(names ...string) {
	st.t.Helper()
	for _, who := range names {
		st.act(world.Deed{Join: &world.Join{Who: who}})
	}
	st.wait(time.Second)
}

// meeting joins a meeting, with further members in the body, and returns the call's path.
func (st *stage) meeting(root, more string) string {
	st.t.Helper()
	body := joins[:len(joins)-1] + `,"callback":"` + callback + `"` + more + `}`
	a := st.must(201, "POST", root, body)
	st.wait(time.Second)
	st.ladder()
	return root + "/" + idOf(a.heads.Get("Location"))
}

// participant is the id in the roster of who is shown by that name.
func (st *stage) participant(c, name string) string {
	st.t.Helper()
	for _, x := range st.must(200, "GET", c+"/participants", "").body["value"].([]any) {
		if p := x.(map[string]any); nameOf(p) == name {
			return p["id"].(string)
		}
	}
	st.t.Fatalf("no %s in the roster", name)
	return ""
}

const betaCalls = "/beta/communications/calls"

// crowd is the world of meetings: somebody of every kind, and two who have to wait.
func crowd() *world.Scene {
	scene := people()
	scene.People["greta"] = &world.Person{ID: "7a6f9b2e-3c41-4e0f-9a55-0c2d0f6b6c11", DisplayName: "Greta", Kind: "guest", Lobby: true}
	scene.People["hugo"] = &world.Person{DisplayName: "Hugo", Lobby: true}
	scene.People["ada"] = &world.Person{ID: "8:acs:7a6f_0001", DisplayName: "Ada", Kind: "azureCommunicationServicesUser"}
	scene.People["olaf"] = &world.Person{ID: "sip:olaf@contoso.com", DisplayName: "Olaf", Kind: "onPremises"}
	return scene
}

// TestKinds: a roster shows everybody under the member of the identity set that their kind has.
func TestKinds(t *testing.T) {
	for root, want := range map[string]string{
		calls:        "application user guest azureCommunicationServicesUser onPremises phone",
		"/app/calls": "application user user azureCommunicationServicesUser onPremises phone",
	} {
		st := newStage(t, crowd())
		c := st.meeting(root, "")
		st.joins("carol", "greta", "ada", "olaf", "phil")
		var kinds []string
		for _, x := range st.must(200, "GET", c+"/participants", "").body["value"].([]any) {
			identity := x.(map[string]any)["info"].(map[string]any)["identity"].(map[string]any)
			for kind, one := range identity {
				if o, ok := one.(map[string]any); ok {
					kinds = append(kinds, kind)
					if kind == "azureCommunicationServicesUser" && o["id"] != "8:acs:7a6f_0001" {
						t.Errorf("ada is %v", o)
					}
				}
			}
		}
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("%s: %s, want %s", root, got, want)
		}
	}
}

// TestDeltas: each delta tells what changed and no more, and the numbers rise.
func TestDeltas(t *testing.T) {
	for _, interactive := range []bool{false, true} {
		st := newStage(t, people())
		body := joins[:len(joins)-1] + fmt.Sprintf(`,"callOptions":{"isDeltaRosterEnabled":true,"isInteractiveRosterEnabled":%t}}`, interactive)
		st.must(201, "POST", calls, body)
		st.wait(time.Second)
		st.joins("carol", "dora")
		st.act(world.Deed{Mute: &world.Who{Who: "dora"}})
		st.wait(time.Second)
		st.act(world.Deed{Mute: &world.Who{Who: "carol"}})
		st.act(world.Deed{Unmute: &world.Who{Who: "carol"}}) // as it was: nobody is told
		st.wait(time.Second)
		st.act(world.Deed{Leave: &world.Who{Who: "carol"}})
		st.wait(time.Second)
		var got []string
		last := 0
		for _, p := range st.all {
			if p.event.Kind != graph.KindParticipants {
				continue
			}
			if p.event.Sequence <= last {
				t.Errorf("sequence %d after %d", p.event.Sequence, last)
			}
			last = p.event.Sequence
			var words []string
			for _, x := range p.event.View["participants"].([]map[string]any) {
				word := nameOf(x)
				if x["isMuted"] == true {
					word += " muted"
				}
				if x["removedState"] != nil {
					word += " gone"
				}
				if n, _ := x["rosterSequenceNumber"].(int); n == 0 || n > last {
					t.Errorf("%s has number %d in a delta of %d", word, n, last)
				}
				words = append(words, word)
			}
			got = append(got, strings.Join(words, ", "))
		}
		want := []string{"Test Bot", "Carol, Dora", "Dora muted", "Carol gone"}
		if interactive { // the bot has no media
			want = want[1:]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("interactive %t (-want +got):\n%s", interactive, diff)
		}
	}
}

// TestLobby: who waits takes no part: is no company, cannot be muted, and is let in, turned away, or gives up.
func TestLobby(t *testing.T) {
	st := newStage(t, crowd())
	c := st.meeting(betaCalls, "")
	st.joins("carol", "greta", "hugo")
	wantLadder(t, st, "updated participants Test Bot,Carol,Greta,Hugo")
	greta, hugo, carol := st.participant(c, "Greta"), st.participant(c, "Hugo"), st.participant(c, "Carol")
	st.must(409, "POST", c+"/participants/"+carol+"/admitFromLobby", "")
	st.must(409, "POST", c+"/participants/"+hugo+"/startHoldMusic", "")
	st.must(200, "POST", c+"/participants/"+greta+"/admitFromLobby", "{}")
	st.wait(time.Second)
	if p := st.must(200, "GET", c+"/participants/"+greta, ""); p.body["isInLobby"] != false {
		t.Errorf("greta: %s", p.raw)
	}
	st.act(world.Deed{Leave: &world.Who{Who: "greta"}})
	st.hangUp("carol")
	st.wait(5 * time.Second)
	got := st.ladder()
	if want := "deleted call terminated 200/5010"; len(got) == 0 || got[len(got)-1] != want {
		t.Errorf("the bot is alone, for hugo is in the lobby: %q, want %q at the end", got, want)
	}
	st.wait(31 * time.Minute)
	if !st.saw("Hugo is not let in, and gives up") {
		t.Errorf("hugo waits for ever: %q", st.seen)
	}
}

// TestLobbyVerbs are beta's: v1.0 and legacy have no such resource.
func TestLobbyVerbs(t *testing.T) {
	for _, root := range []string{calls, "/app/calls"} {
		st := newStage(t, crowd())
		c := st.meeting(root, "")
		st.must(404, "POST", c+"/participants/admitAllFromLobby", "")
		st.must(404, "POST", c+"/startRecording", "")
	}
	st := newStage(t, crowd())
	c := st.meeting(calls, "")
	st.must(404, "POST", c+"/participants/muteAll", "")
	st.must(404, "POST", c+"/updateMetadata", `{"metadata":"x"}`)
}

// TestGuestJoin: a bot that joins as a guest is established, sees itself in the lobby and nobody else, can do nothing
// there, and is let in or sent away.
func TestGuestJoin(t *testing.T) {
	guest := `,"source":{"identity":{"guest":{"id":"0f3f3a52-6f2c-4f05-8d8e-5f1e2b6a7c10","displayName":"Notes"}}}`
	for _, admitted := range []bool{true, false} {
		st := newStage(t, people())
		st.must(201, "POST", calls, joins[:len(joins)-1]+guest+`}`)
		st.act(world.Deed{Join: &world.Join{Who: "carol"}})
		st.wait(time.Second)
		c := calls + "/" + st.calls()[0].id
		wantLadder(t, st, "updated call establishing", "updated call established", "updated participants Notes")
		a := st.must(200, "GET", c+"/participants", "")
		if !strings.Contains(a.raw, `"isInLobby":true`) || !strings.Contains(a.raw, `"guest":{"displayName":"Notes"`) || strings.Contains(a.raw, "Carol") {
			t.Errorf("roster from the lobby: %s", a.raw)
		}
		st.must(409, "POST", c+"/mute", "")
		if !admitted {
			st.wait(31 * time.Minute)
			wantLadder(t, st, "deleted call terminated 200/5855")
			continue
		}
		st.act(world.Deed{Admit: &world.Entry{Who: "bot"}})
		st.wait(time.Second)
		wantLadder(t, st, "updated participants Carol,Notes")
		st.must(200, "POST", c+"/mute", "")
	}
}

// TestWithdrawnInvite: who was invited and has not answered is not rung any more; the others are.
func TestWithdrawnInvite(t *testing.T) {
	st := newStage(t, people())
	c := st.meeting(calls, "")
	a := st.must(200, "POST", c+"/participants/invite", `{"participants":[`+user(world.IDFor("rex"))+`,`+user(doraID)+`]}`)
	rex := a.body["participants"].([]any)[0].(map[string]any)["id"].(string)
	st.wait(10 * time.Second)
	wantLadder(t, st, "updated participants Test Bot,Dora")
	st.must(204, "DELETE", c+"/participants/"+rex, "")
	st.wait(time.Second)
	wantLadder(t, st, "deleted operation completed")
	if st.saw("rex lets it ring out") {
		t.Error("rex still rings")
	}
	st.must(404, "DELETE", c+"/participants/"+rex, "")
}

// TestHiddenBot: hideBotAfterEscalation hides it from others, not from itself.
func TestHiddenBot(t *testing.T) {
	scene := people()
	st := newStage(t, scene, func(c *Config) {
		c.Bots = append(c.Bots, Bot{Name: "second", AppID: fredID[:35] + "9", DisplayName: "Second", Address: "https://second.contoso.com/calls"})
	})
	c := st.rung("carol")
	st.must(202, "POST", c+"/answer", answer[:len(answer)-1]+`,"callOptions":{"hideBotAfterEscalation":true}}`)
	st.wait(time.Second)
	st.ladder()
	st.must(200, "POST", c+"/participants/invite", `{"participants":[{"identity":{"application":{"id":"`+fredID[:35]+`9"}}}]}`)
	st.wait(time.Second)
	var second *call
	for _, x := range st.calls() {
		if x.bot.name == "second" {
			second = x
		}
	}
	second.me.modalities, second.callbackURI = []string{"audio"}, callback
	second.deadline()
	offer := second.offer
	second.offer = nil
	st.service.establish(second)
	offer.settle(outcome{joined: second.me})
	st.wait(time.Second)
	got := strings.Join(st.ladder(), "\n")
	for _, want := range []string{"updated participants Carol,Test Bot,Second", "updated participants Carol,Second"} {
		if !strings.Contains(got+"\n", want+"\n") {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// TestOnlyHidden: a group in which only hidden ones are left ends.
func TestOnlyHidden(t *testing.T) {
	st := newStage(t, people())
	c := st.rung("carol")
	st.must(202, "POST", c+"/answer", answer[:len(answer)-1]+`,"callOptions":{"hideBotAfterEscalation":true}}`)
	st.wait(time.Second)
	st.must(200, "POST", c+"/participants/invite", `{"participants":[{"identity":{"user":{"id":"`+doraID+`"}},"hidden":true}]}`)
	st.wait(5 * time.Second)
	st.ladder()
	st.hangUp("carol")
	st.wait(time.Second)
	wantLadder(t, st, "updated participants Test Bot", "deleted call terminated 200/5020")
}

// TestRemoved: a bot whom the organizer removes is told so.
func TestRemoved(t *testing.T) {
	st := newStage(t, people())
	st.must(201, "POST", calls, joins)
	st.wait(time.Second)
	st.act(world.Deed{Join: &world.Join{Who: "carol"}})
	st.wait(time.Second)
	st.ladder()
	st.act(world.Deed{Remove: &world.Removal{Who: "bot"}})
	st.wait(time.Second)
	wantLadder(t, st, "deleted call terminated 200/5300")
}

// TestSharing: sessions are one at a time, end with who shows, and are told to whom asked.
func TestSharing(t *testing.T) {
	st := newStage(t, people())
	c := st.meeting(calls, `,"callOptions":{"isContentSharingNotificationEnabled":true},"mediaConfig":{"@odata.type":"#microsoft.graph.appHostedMediaConfig","blob":"b"}`)
	quiet := st.meeting(calls, "") // did not ask
	st.joins("carol", "dora")
	st.ladder()
	st.must(400, "POST", c+"/changeScreenSharingRole", `{"role":"presenter"}`)
	st.must(409, "POST", quiet+"/changeScreenSharingRole", `{"role":"viewer"}`)
	st.must(202, "POST", c+"/changeScreenSharingRole", `{"role":"Sharer"}`)
	st.act(world.Deed{Share: &world.Who{Who: "carol"}})
	st.wait(time.Second)
	st.act(world.Deed{Share: &world.Who{Who: "dora"}})
	if err := st.service.Act(world.Action{Deed: world.Deed{Unshare: &world.Who{Who: "carol"}}}); err == nil {
		t.Error("carol ends what is dora's by now")
	}
	st.wait(time.Second)
	st.act(world.Deed{Remove: &world.Removal{Who: "dora"}})
	st.wait(time.Second)
	var got []string
	for _, line := range st.ladder() {
		if strings.Contains(line, "sharing") {
			got = append(got, line)
		}
	}
	if diff := cmp.Diff([]string{"created sharing", "updated sharing", "updated sharing", "deleted sharing"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWayBack: a bot that is invited into a conversation of several is told a token, by which it comes back after its call
// has ended. Graph resource "tokenMeetingInfo".
func TestWayBack(t *testing.T) {
	for name, first := range map[string]struct{ target, create string }{
		"a meeting": {"", joins}, "a call of two that becomes a group": {user(carolID), createBodyFor(user(carolID))},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStage(t, withSettings(t, "tenantId", "optional"), func(c *Config) {
				c.Bots = append(c.Bots, Bot{Name: "second", AppID: fredID[:35] + "9", DisplayName: "Second", TenantID: tenant, Address: "https://second.contoso.com/calls"})
			})
			a := st.must(201, "POST", calls, first.create)
			st.wait(3 * time.Second)
			path := calls + "/" + a.body["id"].(string)
			st.ladder()
			st.must(200, "POST", path+"/participants/invite", `{"participants":[{"identity":{"application":{"id":"`+fredID[:35]+`9"}}}]}`)
			st.wait(time.Second)
			var info map[string]any
			for _, p := range st.all {
				if call := graph.AsObject(p.event.View["call"]); call["state"] == "incoming" {
					info = graph.AsObject(call["meetingInfo"])
				}
			}
			token := graph.AsText(info["token"])
			if info["@odata.type"] != "#microsoft.graph.tokenMeetingInfo" || token == "" {
				t.Fatalf("meetingInfo is %v", info)
			}
			st.ladder()
			back := st.must(201, "POST", calls, `{"callbackUri":"`+callback+`","requestedModalities":[],"meetingInfo":{"@odata.type":"#microsoft.graph.tokenMeetingInfo","token":"`+token+`"}}`)
			st.wait(time.Second)
			if got, want := st.service.calls[back.body["id"].(string)].room, st.service.calls[a.body["id"].(string)].room; got != want {
				t.Error("the token leads elsewhere")
			}
		})
	}
}
