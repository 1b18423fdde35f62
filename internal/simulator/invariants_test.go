package simulator

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// moves are the state changes that notifications may tell, from the reference's section 5.
var moves = map[string][]string{
	"":               {"incoming", "establishing", "terminating", "terminated"},
	incoming:         {establishing, redirecting, terminating, terminated, "gone"},
	establishing:     {established, terminating, terminated},
	established:      {established, transferring, terminating, terminated},
	transferring:     {transferAccepted, established, terminating, terminated},
	transferAccepted: {terminated, terminating, established},
	redirecting:      {terminated, terminating},
	terminating:      {terminated},
	terminated:       {terminated, "gone"},
}

// TestInvariants plays random actions, legal and illegal, and checks what must hold whatever happens: no notification
// after a call's end, only legal moves, every operation begun ends once (or with its call), every call ends when
// everybody hangs up, and the same seed gives the same bytes.
func TestInvariants(t *testing.T) {
	rounds := 100
	if testing.Short() {
		rounds = 30
	}
	for seed := range uint64(rounds) {
		first := playRandom(t, seed)
		if seed%10 == 0 {
			if diff := cmp.Diff(first, playRandom(t, seed)); diff != "" {
				t.Errorf("seed %d: two runs differ:\n%s", seed, diff)
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func playRandom(t *testing.T, seed uint64) []string {
	r := rand.New(rand.NewPCG(seed, 99))
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	scene := people()
	scene.People["carol"].HangsUp = &world.After{After: 40 * time.Second}
	var app string
	st := newStage(t, scene, func(c *Config) {
		c.Bots = append(c.Bots, Bot{Name: "second", AppID: fredID[:35] + "9", DisplayName: "Second", Address: "https://second.contoso.com/calls",
			Dialect: graph.Legacy})
		c.Rand = rand.New(rand.NewPCG(seed, 7)).Uint64
		c.Authorize = authorizeAs(&app)
	})
	ops := map[string]bool{}
	var names, users []string
	for _, p := range st.service.people {
		names = append(names, p.name)
		users = append(users, `{"identity":{"`+p.kind+`":{"id":"`+p.id+`"}}}`)
	}
	for _, b := range st.service.bots {
		users = append(users, `{"identity":{"application":{"id":"`+b.id+`"}}}`)
	}
	for range 60 {
		app = st.service.bots[r.IntN(2)].id
		root := pick([]string{calls, "/beta/communications/calls", "/app/calls"})
		id := "00000000-0000-0000-0000-000000000001"
		live := slices.DeleteFunc(slices.Clone(st.calls()), func(c *call) bool { return c.ended })
		other := id
		if n := len(live); n > 0 && r.IntN(20) > 0 {
			c := live[r.IntN(n)]
			id, app = c.id, c.bot.id
			other = live[r.IntN(n)].id
		}
		who := pick(users)
		replaces := who[:len(who)-1] + `,"replacesCallId":"` + other + `"}`
		cb := `"callbackUri":"` + callback + `","callback":"` + callback + `"`
		call := root + "/" + id
		var a answered
		switch r.IntN(19) {
		case 17:
			a = meetingDeed(st, r, pick(names), call)
		case 18:
			a = meetingRequest(st, r, call)
		case 0:
			_ = st.service.Act(world.Action{Deed: world.Deed{Dial: &world.Dial{From: pick(names), To: pick([]string{"bot", "second"})}}})
		case 1:
			_ = st.service.Act(world.Action{Deed: world.Deed{HangUp: &world.Who{Who: pick(names)}}})
		case 2:
			_ = st.service.Act(world.Action{Deed: world.Deed{Join: &world.Join{Who: pick(names), Thread: "19:m@thread.v2"}}})
		case 3:
			_ = st.service.Act(world.Action{Deed: world.Deed{Leave: &world.Who{Who: pick(names)}}})
		case 4, 5:
			a = st.do("POST", root, `{`+cb+`,"source":{"identity":{"applicationInstance":{"id":"x"}}},"targets":[`+who+`]}`)
		case 6:
			a = st.do("POST", root, `{`+cb+`,"targets":[`+who+`,`+pick(users)+`]}`)
		case 7:
			a = st.do("POST", root, joins[:1]+`"callback":"`+callback+`",`+joins[1:])
		case 8, 9:
			a = st.do("POST", call+"/answer", `{`+cb+`,"acceptedModalities":["audio"],"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}`)
		case 10:
			a = st.do("POST", call+"/reject", `{"reason":"busy"}`)
		case 11:
			a = st.do("POST", call+"/redirect", `{"targets":[`+who+`]}`)
		case 12:
			a = st.do("POST", call+"/transfer", `{"transferTarget":`+pick([]string{who, replaces})+`,"transferee":`+pick(users)+`}`)
		case 13:
			a = st.do("POST", call+"/participants/invite", `{"participants":[`+who+`,`+pick(users)+`]}`)
		case 14:
			a = st.do("POST", call+"/participants/invite", `{"participants":[`+replaces+`]}`)
		case 15:
			a = st.do("DELETE", call, "")
		case 16:
			list := st.do("GET", call+"/participants", "")
			if v, _ := list.body["value"].([]any); len(v) > 0 {
				a = st.do("DELETE", call+"/participants/"+v[r.IntN(len(v))].(map[string]any)["id"].(string), "")
			}
		}
		if a.status >= 500 {
			t.Errorf("%d %s", a.status, a.raw)
		}
		if l := a.heads.Get("Location"); strings.Contains(l, "/operations/") && a.body["status"] != "completed" {
			ops[graph.CanonicalID(l[strings.LastIndex(l, "/")+1:])] = true
		}
		st.wait(time.Duration(r.IntN([]int{1, 150, 150, 4000}[r.IntN(4)])) * time.Millisecond)
	}
	// Everything comes to an end: nobody keeps any call alive, and legacy's calls are hung up.
	for _, c := range st.calls() {
		app = c.bot.id
		st.do("DELETE", calls+"/"+c.id, "")
	}
	st.wait(2 * time.Hour)
	for _, c := range st.calls() {
		if !c.ended {
			t.Errorf("call %s never ended: it is %s", c.id, c.state)
		}
	}
	if n := st.service.rings.len(); n != 0 {
		t.Errorf("%d rings never settled", n)
	}
	for room := range st.service.rooms.all() {
		if room.ringing != 0 {
			t.Errorf("a room counts %d rings at the end", room.ringing)
		}
	}
	return checkPosts(t, st, ops)
}

// checkPosts follows every call through its notifications.
func checkPosts(t *testing.T, st *stage, ops map[string]bool) []string {
	state, gone, ended := map[string]string{}, map[string]bool{}, map[string]int{}
	var all []string
	for _, p := range st.all {
		id := p.event.CallID
		all = append(all, fmt.Sprint(p.at, p.url, p.heads, p.raw))
		if gone[id] {
			t.Errorf("after the end of %s: %s", id, p.raw)
		}
		switch p.event.Kind {
		case graph.KindOperation:
			if p.event.ChangeType == "deleted" {
				ended[p.event.OperationID]++
			}
		case graph.KindCall:
			c, _ := p.event.View["call"].(map[string]any)
			next, _ := c["state"].(string)
			if next == "" {
				next = "gone"
			}
			if !slices.Contains(moves[state[id]], next) {
				t.Errorf("call %s goes from %q to %q", id, state[id], next)
			}
			state[id] = next
			gone[id] = p.event.ChangeType == "deleted"
		}
	}
	for _, c := range st.calls() {
		if !gone[c.id] {
			t.Errorf("the end of %s was never told; last it was %q", c.id, state[c.id])
		}
	}
	for id := range ops {
		if ended[id] != 1 {
			t.Errorf("operation %s ended %d times", id, ended[id])
		}
	}
	return all
}

// TestRaces ends calls, by the bot and by the other side, at every moment of everything that takes time.
func TestRaces(t *testing.T) {
	plainInvite := `{"participants":[` + user(doraID) + `]}`
	tests := []struct {
		name  string
		begin func(st *stage) string // sends the request; the path of the call that it is about
	}{
		{"answer", func(st *stage) string {
			c := st.rung("carol")
			st.must(202, "POST", c+"/answer", answer)
			return c
		}},
		{"createCall", func(st *stage) string {
			return calls + "/" + st.must(201, "POST", calls, createBodyFor(user(doraID))).body["id"].(string)
		}},
		{"join", func(st *stage) string { return calls + "/" + st.must(201, "POST", calls, joins).body["id"].(string) }},
		{"reject", func(st *stage) string {
			c := st.rung("carol")
			st.must(202, "POST", c+"/reject", "{}")
			return c
		}},
		{"redirect", func(st *stage) string {
			c := st.rung("carol")
			st.must(202, "POST", c+"/redirect", `{"targets":[`+user(doraID)+`]}`)
			return c
		}},
		{"transfer", func(st *stage) string {
			c := st.answeredCall("carol")
			st.must(202, "POST", c+"/transfer", to(doraID))
			return c
		}},
		{"consult", func(st *stage) string {
			c, y := st.answeredCall("carol"), st.established(user(doraID))
			st.must(202, "POST", c+"/transfer", `{"transferTarget":`+user(doraID)[:len(user(doraID))-1]+`,"replacesCallId":"`+idOf(y)+`"}}`)
			return c
		}},
		{"invite", func(st *stage) string {
			c := st.answeredCall("carol")
			st.must(200, "POST", c+"/participants/invite", plainInvite)
			return c
		}},
		{"take over", func(st *stage) string {
			x := st.answeredCall("carol")
			m := calls + "/" + st.must(201, "POST", calls, joins).body["id"].(string)
			st.wait(time.Second)
			st.must(200, "POST", m+"/participants/invite", `{"participants":[`+user(carolID)[:len(user(carolID))-1]+`,"replacesCallId":"`+idOf(x)+`"}]}`)
			return m
		}},
		{"be taken over", func(st *stage) string {
			x := st.answeredCall("carol")
			m := calls + "/" + st.must(201, "POST", calls, joins).body["id"].(string)
			st.wait(time.Second)
			st.must(200, "POST", m+"/participants/invite", `{"participants":[`+user(carolID)[:len(user(carolID))-1]+`,"replacesCallId":"`+idOf(x)+`"}]}`)
			return x
		}},
	}
	ends := map[string]func(st *stage, call string){
		"DELETE": func(st *stage, call string) { st.do("DELETE", call, "") },
		"carol": func(st *stage, _ string) {
			_ = st.service.Act(world.Action{Deed: world.Deed{HangUp: &world.Who{Who: "carol"}}})
		},
		"dora": func(st *stage, _ string) {
			_ = st.service.Act(world.Action{Deed: world.Deed{HangUp: &world.Who{Who: "dora"}}})
		},
	}
	for _, tt := range tests {
		for who, end := range ends {
			t.Run(tt.name+" "+who, func(t *testing.T) {
				for at := time.Duration(0); at < 1500*time.Millisecond; at += 10*time.Millisecond + at/10 {
					st := newStage(t, people())
					c := tt.begin(st)
					st.wait(at)
					end(st, c)
					st.wait(3 * time.Second)
					for _, x := range st.calls() {
						st.do("DELETE", calls+"/"+x.id, "")
					}
					st.wait(2 * time.Hour)
					checkPosts(t, st, nil)
					if t.Failed() {
						t.Fatalf("ended after %s", at)
					}
				}
			})
		}
	}
}
