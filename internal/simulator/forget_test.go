package simulator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"callflow/internal/world"
)

// TestForgets: of calls that are over nothing is kept: no call, room, ring or timer, and of strangers and rooms without a bot
// no more than a bound.
func TestForgets(t *testing.T) {
	st := newStage(t, nil, func(c *Config) { c.Deliver = func(Delivery) {} })
	s := st.service
	for i := range maxIdle + 200 {
		who := user(world.IDFor(fmt.Sprint(i)))
		var a answered
		switch i % 4 {
		case 0:
			a = st.do("POST", calls, createBodyFor(who))
		case 1:
			a = st.do("POST", calls, createBodyFor(who, user(world.IDFor(fmt.Sprint(i, "b")))))
		case 2:
			a = st.do("POST", calls, strings.Replace(joins, "19:m@thread", fmt.Sprintf("19:m%d@thread", i), 1))
		case 3:
			a = st.do("POST", "/app/calls", strings.Replace(createBodyFor(who), "callbackUri", "callback", 1))
		}
		if a.status != 201 {
			t.Fatal(a.raw)
		}
		st.wait(5 * time.Second)
		call := calls + "/" + st.known[0].id
		if i%8 == 0 { // the two go on talking
			st.must(202, "POST", call+"/transfer", to(world.IDFor("t"+who)))
		} else {
			st.must(200, "POST", call+"/participants/invite", `{"participants":[`+user(world.IDFor("i"+who))+`]}`)
		}
		st.wait(5 * time.Second)
		st.do("DELETE", call, "")
		st.wait(time.Second)
		if !st.known[0].ended {
			t.Fatalf("call %d is %s", i, st.known[0].state)
		}
		st.known = nil
	}
	st.wait(time.Hour)
	for _, x := range st.clock.planned {
		if !x.gone {
			t.Error("a timer is left")
		}
	}
	if len(s.calls) != 0 || s.rings.len() != 0 || s.rooms.len() > maxIdle || len(s.meetings) > maxIdle || s.idle.len() > maxIdle {
		t.Errorf("%d calls, %d rings, %d rooms, %d meetings", len(s.calls), s.rings.len(), s.rooms.len(), len(s.meetings))
	}
	// Strangers are looked through when there have come to be many.
	for i := range 3 * maxStrangers {
		if i%1000 == 0 {
			st.wait(strangerLife)
		}
		if _, err := s.partyOf(obj{"user": obj{"id": fmt.Sprint("s", i)}}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.parties); n > 2*maxStrangers {
		t.Errorf("%d strangers are kept", n)
	}
}

// TestMeetingsStay: who comes back to a meeting that was empty finds it, and one long forgotten begins anew.
func TestMeetingsStay(t *testing.T) {
	st := newStage(t, people())
	chain := func() any {
		a := st.must(201, "POST", calls, joins)
		st.wait(time.Second)
		st.must(204, "DELETE", calls+"/"+a.body["id"].(string), "")
		st.wait(time.Second)
		return a.body["callChainId"]
	}
	first := chain()
	if again := chain(); again != first {
		t.Errorf("the chain %v became %v", first, again)
	}
	for i := range maxIdle + 1 {
		st.service.vacate(st.service.meetingOf(fmt.Sprint(i)))
	}
	if again := chain(); again == first {
		t.Error("the meeting was kept for ever")
	}
}
