package simulator

import (
	"slices"
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// recorded is a world in which Carol and Dora have a recording policy, and whose webhook answers who joins with text.
func recorded(t *testing.T, status int, text string, set ...string) *stage {
	t.Helper()
	scene := withSettings(t, append(set, "tenantId", "optional")...)
	for _, who := range []string{"carol", "dora", "fred"} {
		scene.People[who].RecordedBy = &world.RecordedBy{Bot: "bot", Policy: "Traders"}
	}
	return newStage(t, scene, func(c *Config) {
		deliver := c.Deliver
		c.Deliver = func(d Delivery) {
			deliver(d)
			if d.Done == nil {
				return
			}
			if strings.Contains(string(d.Body), "participantJoiningNotification") {
				d.Done(Receipt{Status: status, Text: text})
				return
			}
			d.Done(Receipt{Status: 202})
		}
	})
}

// comes has somebody join the meeting of these tests.
func (st *stage) comes(who string) {
	st.t.Helper()
	st.act(world.Deed{Join: &world.Join{Who: who, Thread: "19:m@thread.v2"}})
	st.wait(200 * time.Millisecond)
}

// incoming are the calls that the bot was told of, by caller.
func (st *stage) incoming() (callers []string, paths []string) {
	for _, p := range st.all {
		call := graph.AsObject(p.event.View["call"])
		if call["state"] == "incoming" {
			source := graph.AsObject(graph.AsObject(graph.AsObject(call["source"])["identity"])["user"])
			callers, paths = append(callers, graph.AsText(source["displayName"])), append(paths, calls+"/"+p.event.CallID)
		}
	}
	return callers, paths
}

// beginsRecording has Carol in a meeting, recorded in a call of that capacity; its path.
func (st *stage) beginsRecording(capacity string) string {
	st.t.Helper()
	st.comes("carol")
	_, paths := st.incoming()
	if len(paths) != 1 {
		st.t.Fatalf("%d incoming calls", len(paths))
	}
	st.must(202, "POST", paths[0]+"/answer", in(answer, `"participantCapacity":`+capacity))
	st.wait(time.Second)
	return paths[0]
}

// TestJoining: what the webhook answers decides what becomes of who joins.
func TestJoining(t *testing.T) {
	const (
		accepts = `{"@odata.type":"#microsoft.graph.acceptJoinResponse"}`
		away    = `{"@odata.type":"#microsoft.graph.inviteNewBotResponse","inviteUri":"https://other.contoso.com/api"}`
	)
	tests := []struct {
		name   string
		status int
		text   string
		set    []string
		seen   string   // that is told
		calls  []string // whose calls come
		stays  bool
	}{
		{"accepted", 200, accepts, nil, "bot records Dora too", []string{"Carol"}, true},
		{"accepted, in any case", 202, `{"@odata.type":"#microsoft.graph.AcceptJoinResponse"}`, nil, `bot records Dora too`, []string{"Carol"}, true},
		{"rejected", 200, `{"@odata.type":"#microsoft.graph.rejectJoinResponse","reason":"Busy"}`, nil, "bot does not record Dora: busy", []string{"Carol"}, false},
		{"rejected, and stays", 200, `{"@odata.type":"#microsoft.graph.rejectJoinResponse"}`, []string{"unrecorded", "stays"}, "Dora is not recorded: the bot rejects that", []string{"Carol"}, true},
		{"another bot", 200, away, nil, "bot has another bot invited for Dora, at https://other.contoso.com/api", []string{"Carol", "Dora"}, true},
		{"nothing", 202, "", nil, "bot does not say whether it records Dora: the answer has no body", []string{"Carol", "Dora"}, true},
		{"no answer", 0, "connection refused", nil, "bot does not say whether it records Dora: no answer", []string{"Carol", "Dora"}, true},
		{"failure", 500, accepts, nil, "bot does not say whether it records Dora: status 500", []string{"Carol", "Dora"}, true},
		{"rubbish", 200, "[1", nil, "bot does not say whether it records Dora: the answer's body is no JSON object of the right form", []string{"Carol", "Dora"}, true},
		{"unknown", 200, `{"@odata.type":"#microsoft.graph.call"}`, nil, `bot does not say whether it records Dora: the answer's @odata.type is "#microsoft.graph.call"`, []string{"Carol", "Dora"}, true},
		{"odd reason", 200, `{"@odata.type":"#microsoft.graph.rejectJoinResponse","reason":"no"}`, nil, `bot does not say whether it records Dora: reason is "no"; it may be none, busy or forbidden`, []string{"Carol", "Dora"}, true},
		{"nowhere", 200, `{"@odata.type":"#microsoft.graph.inviteNewBotResponse"}`, nil, `bot does not say whether it records Dora: inviteUri is ""; it must be an absolute https URL`, []string{"Carol", "Dora"}, true},
		{"nothing is yes", 202, "", []string{"joiningUnclear", "accept"}, "bot records Dora too", []string{"Carol"}, true},
		{"nothing is no", 202, "", []string{"joiningUnclear", "reject"}, "Dora may not stay unrecorded", []string{"Carol"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			st := recorded(t, tt.status, tt.text, tt.set...)
			c := st.beginsRecording("3")
			st.comes("dora")
			if !slices.Contains(st.seen, tt.seen) {
				t.Errorf("saw %q, want %q", st.seen, tt.seen)
			}
			callers, paths := st.incoming()
			if !slices.Equal(callers, tt.calls) {
				t.Errorf("calls from %q, want %q", callers, tt.calls)
			}
			if tt.text == away && !slices.ContainsFunc(st.all, func(p post) bool { return p.url == "https://other.contoso.com/api" }) {
				t.Error("nothing came to the address that the bot named")
			}
			roster := st.must(200, "GET", c+"/participants", "").raw
			if got := strings.Contains(roster, "Dora"); got != tt.stays {
				t.Errorf("Dora is there: %v, want %v: %s", got, tt.stays, roster)
			}
			for _, path := range paths[1:] {
				st.must(200, "GET", path, "")
			}
		})
	}
}

// TestRecorderCapacity: who comes while the call rings waits for it, and whom it has no room for gets a call of their own.
func TestRecorderCapacity(t *testing.T) {
	st := recorded(t, 200, `{"@odata.type":"#microsoft.graph.acceptJoinResponse"}`)
	st.comes("carol")
	st.comes("dora")
	st.comes("fred")
	callers, paths := st.incoming()
	if !slices.Equal(callers, []string{"Carol"}) {
		t.Fatalf("calls from %q", callers)
	}
	st.must(400, "POST", paths[0]+"/answer", in(answer, `"participantCapacity":0`))
	st.must(202, "POST", paths[0]+"/answer", in(answer, `"participantCapacity":2`))
	st.wait(time.Second)
	callers, paths = st.incoming()
	if !slices.Equal(callers, []string{"Carol", "Fred"}) || !slices.Contains(st.seen, "bot records Dora too") {
		t.Fatalf("calls from %q, %q", callers, st.seen)
	}
	st.ladder()
	st.act(world.Deed{Leave: &world.Who{Who: "dora"}})
	st.wait(100 * time.Millisecond)
	if got := st.posts[0].event; got.Kind != graph.KindLeft || graph.AsObject(got.View["participantLeft"])["participantId"] == nil {
		t.Errorf("the bot is told %s %v", got.Kind, got.View)
	}
	st.ladder()
	st.act(world.Deed{Leave: &world.Who{Who: "fred"}})
	st.wait(100 * time.Millisecond)
	if got := strings.TrimSpace(codes(st.posts[0].event.View["call"].(map[string]any)["resultInfo"])); got != "487/0" {
		t.Errorf("the call that still rang ends %s", got)
	}
	st.act(world.Deed{Leave: &world.Who{Who: "carol"}})
	st.wait(time.Second)
	if got := st.posts[len(st.posts)-1].event; got.CallID == "" || strings.TrimSpace(codes(got.View["call"].(map[string]any)["resultInfo"])) != "200/5020" {
		t.Errorf("the recording ends with %v", got.View)
	}
	st.must(404, "GET", paths[0], "")
}

// TestRecordingInACallOfTwo: the two go on as two, while the recorder has a roster; its end is not theirs where they may
// stay, and theirs is its own.
func TestRecordingInACallOfTwo(t *testing.T) {
	st := recorded(t, 200, `{"@odata.type":"#microsoft.graph.acceptJoinResponse"}`, "unrecorded", "stays")
	st.act(world.Deed{Dial: &world.Dial{From: "carol", To: "dora"}})
	st.wait(2 * time.Second)
	_, paths := st.incoming()
	st.must(202, "POST", paths[0]+"/answer", in(answer, `"participantCapacity":2`))
	st.wait(time.Second)
	if roster := st.must(200, "GET", paths[0]+"/participants", "").raw; !strings.Contains(roster, "Carol") || !strings.Contains(roster, "Dora") {
		t.Error(roster)
	}
	st.must(400, "POST", paths[0]+"/transfer", `{"transferTarget":`+user(fredID)+`}`)
	st.must(204, "DELETE", paths[0], "")
	st.wait(time.Second)
	if !slices.Contains(st.seen, "Dora is not recorded: the bot's call has ended") || slices.Contains(st.seen, "Dora is hung up on") {
		t.Error(st.seen)
	}
	st.act(world.Deed{HangUp: &world.Who{Who: "carol"}})
	if !slices.Contains(st.seen, "Dora is hung up on") {
		t.Error(st.seen)
	}
}

// TestRecordingAnnouncementLost: a notification that is lost on the way is as good as none.
func TestRecordingAnnouncementLost(t *testing.T) {
	st := recorded(t, 200, `{"@odata.type":"#microsoft.graph.acceptJoinResponse"}`)
	st.beginsRecording("2")
	st.service.arm(world.Fault{Fault: "notification", Kind: "participantJoining", Drop: true, Times: 1})
	st.comes("dora")
	if callers, _ := st.incoming(); !slices.Equal(callers, []string{"Carol", "Dora"}) {
		t.Errorf("calls from %q", callers)
	}
}
