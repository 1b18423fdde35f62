package simulator

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

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
			was, next := state[id], stateIn(p.event)
			if was == "" {
				was = "placed"
				if p.event.ChangeType == "created" {
					was = "offered"
				}
			}
			if !slices.Contains(moves[was], next) {
				t.Errorf("call %s goes from %s to %s", id, was, next)
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
