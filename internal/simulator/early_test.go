package simulator

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// waits sends a request whose response waits, and returns when it may go: 0 while it may not.
func (st *stage) waits(method, path, body string) (since func() time.Duration) {
	st.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := &fated{ResponseRecorder: httptest.NewRecorder()}
	st.service.ServeHTTP(w, r)
	if w.Code/100 != 2 || w.fate.Held == nil {
		st.t.Fatalf("%d %s; it waits: %v", w.Code, w.Body, w.fate.Held != nil)
	}
	sent, went := st.clock.now, time.Duration(0)
	w.fate.Held.Then(func() { went = st.clock.now.Sub(sent) })
	return func() time.Duration { return went }
}

// TestEarlyOfPeople: what a person brings about comes before the response of the request, which waits for it.
func TestEarlyOfPeople(t *testing.T) {
	inMeeting := func(st *stage) string {
		path := calls + "/" + st.must(201, http.MethodPost, calls, joins).body["id"].(string)
		st.wait(time.Second)
		return path
	}
	alone := func(*stage) string { return calls }
	tests := []struct {
		name   string
		fault  world.Fault
		where  func(*stage) string
		tail   string
		body   string
		after  time.Duration // at the earliest
		within time.Duration // after that
		last   string        // what came last before the response
	}{
		{"answers", world.Fault{Match: "established"}, alone, "", createBodyFor(user(carolID)), time.Second, 100 * time.Millisecond, "updated call established"},
		{"declines", world.Fault{Match: "terminated"}, alone, "", createBodyFor(user(world.IDFor("deb"))), 3 * time.Second, 100 * time.Millisecond, "deleted call terminated 603/0"},
		{"is added", world.Fault{Operation: "invite"}, inMeeting, "/participants/invite", `{"participants":[` + user(doraID) + `]}`,
			time.Second, 200 * time.Millisecond, "deleted operation completed"},
		{"is not added", world.Fault{Operation: "invite"}, inMeeting, "/participants/invite", `{"participants":[` + user(world.IDFor("deb")) + `]}`,
			3 * time.Second, 200 * time.Millisecond, "deleted operation failed 603/0"},
		{"is on the roster", world.Fault{Kind: string(graph.KindParticipants)}, inMeeting, "/participants/invite", `{"participants":[` + user(doraID) + `]}`,
			time.Second, 300 * time.Millisecond, "updated participants Test Bot,Dora"},
		{"nothing comes in time", world.Fault{Match: "established"}, alone, "", createBodyFor(user(world.IDFor("rex"))), earlyPatience, time.Millisecond, "updated call establishing"},
	}
	match := func(text string) (func(map[string]any) (bool, error), error) {
		return func(names map[string]any) (bool, error) {
			c, _ := names["call"].(map[string]any)
			return c["state"] == text, nil
		}, nil
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			st := newStage(t, people(), func(c *Config) {
				c.Match = match
				deliver := c.Deliver
				c.Deliver = func(d Delivery) { deliver(d); d.Done(Receipt{Status: http.StatusAccepted}) }
			})
			path := tt.where(st)
			st.ladder()
			tt.fault.Fault, tt.fault.Early = "notification", true
			st.service.arm(tt.fault)
			went := st.waits(http.MethodPost, path+tt.tail, tt.body)
			var before []string
			for went() == 0 && st.clock.now.Sub(epoch) < time.Minute {
				st.wait(time.Millisecond)
				before = append(before, st.ladder()...)
			}
			if len(before) == 0 || before[len(before)-1] != tt.last || went() < tt.after || went() > tt.after+tt.within {
				t.Errorf("it went after %s, after %q; seen: %q", went(), before, st.seen)
			}
		})
	}
}
