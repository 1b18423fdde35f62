package conformance_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"
	"callflow/internal/simulator"
	"callflow/internal/world"
)

// stage is a simulator on which one flow of the documentation is played.
type stage struct {
	t       *testing.T
	clock   *stageClock
	service *simulator.Service
	dialect graph.Dialect
	bot     simulator.Bot
	people  *cast
	posts   []posted // since the last look
	call    string   // the id, in the dialect's form, of the call that a request is about which names none
	last    answered
	token   string // goes with the next requests
}

// posted is a notification that came.
type posted struct {
	url  string
	body map[string]any
}

// item is what a notification is about: all of ours, and all examples, have one.
func (p posted) item() map[string]any {
	list, _ := p.body["value"].([]any)
	if len(list) != 1 {
		return nil
	}
	one, _ := list[0].(map[string]any)
	return one
}

// answered is a response.
type answered struct {
	status   int
	location string
	body     any // nil: there is none
}

const root = "https://graph.microsoft.com"

// newStage opens a world with those people and nothing in it.
func newStage(t *testing.T, d graph.Dialect, people *cast) *stage {
	st := &stage{t: t, dialect: d, people: people, clock: &stageClock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}
	settings := world.DefaultSettings()
	settings.TenantID = "optional" // most examples of 2021 and later have none
	st.bot = people.bots[0]
	st.service = simulator.New(simulator.Config{
		Clock: st.clock, Rand: rand.New(rand.NewPCG(1, 2)).Uint64, Root: root, Bots: people.bots,
		Scene: &world.Scene{People: people.people, Settings: settings},
		Sign:  func(string) string { return "token" },
		Deliver: func(d simulator.Delivery) {
			p := posted{url: d.URL}
			if err := json.Unmarshal(d.Body, &p.body); err != nil {
				t.Fatalf("a notification is no JSON: %v", err)
			}
			st.posts = append(st.posts, p)
		},
	})
	st.service.Start()
	return st
}

// send sends one request. A path without a version gets the dialect's, but in legacy, which took both.
func (st *stage) send(method, path string, body any) answered {
	st.t.Helper()
	if strings.HasPrefix(path, "/communications") {
		path = "/" + string(st.dialect) + path
	}
	var text []byte
	if body != nil {
		text, _ = json.Marshal(body)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest(method, path, strings.NewReader(string(text)))
	if st.token != "" {
		r.Header.Set("Authorization", "Bearer "+st.token)
	}
	st.service.ServeHTTP(w, r)
	st.last = answered{status: w.Code, location: w.Header().Get("Location")}
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &st.last.body); err != nil {
			st.last.body = w.Body.String() // a recording's bytes
		}
	}
	return st.last
}

// must sends a request that a play needs and the example does not show.
func (st *stage) must(method, path string, body any) answered {
	st.t.Helper()
	a := st.send(method, path, body)
	if a.status >= http.StatusBadRequest {
		st.t.Errorf("setting the scene: %s %s: %d %v", method, path, a.status, a.body)
	}
	return a
}

func (st *stage) do(d world.Deed) {
	st.t.Helper()
	if err := st.service.Act(world.Action{Deed: d}); err != nil {
		st.t.Errorf("setting the scene: %v", err)
	}
	st.clock.forward(10 * time.Millisecond)
}

// quiet lets time pass, and forgets what came.
func (st *stage) quiet(d time.Duration) {
	st.clock.forward(d)
	st.posts = nil
}

// calls is the path of calls in the dialect.
func (st *stage) calls() string {
	if st.dialect == graph.Legacy {
		return "/beta/app/calls"
	}
	return "/" + string(st.dialect) + "/communications/calls"
}

// roster lists who is in a call.
func (st *stage) roster(call string) (list []map[string]any) {
	before := st.last
	defer func() { st.last = before }()
	body, _ := st.must("GET", st.calls()+"/"+call+"/participants", nil).body.(map[string]any)
	all, _ := body["value"].([]any)
	for _, x := range all {
		list = append(list, x.(map[string]any))
	}
	return list
}

// memberOf is the id of the participant with that identity, or of the first who is not the bot.
func (st *stage) memberOf(call, identity string) string {
	first := ""
	for _, p := range st.roster(call) {
		id, _ := p["id"].(string)
		who := graph.CanonicalID(identityIn(p))
		if who == graph.CanonicalID(identity) {
			return id
		}
		if first == "" && who != graph.CanonicalID(st.bot.AppID) {
			first = id
		}
	}
	return first
}

// identityIn is the id of whom a participant is, "" if the roster does not say.
func identityIn(p map[string]any) string {
	info, _ := p["info"].(map[string]any)
	set, _ := info["identity"].(map[string]any)
	for _, kind := range identityKinds {
		if one, ok := set[kind].(map[string]any); ok {
			return fmt.Sprint(one["id"])
		}
	}
	return ""
}

// stageClock is virtual time.
type stageClock struct {
	now  time.Time
	plan []*planned // by time, and then in the order in which they were planned
}

type planned struct {
	at   time.Time
	f    func()
	gone bool
}

func (c *stageClock) Now() time.Time { return c.now }

func (c *stageClock) After(d time.Duration, f func()) (stop func()) {
	x := &planned{at: c.now.Add(d), f: f}
	i := len(c.plan)
	for i > 0 && c.plan[i-1].at.After(x.at) {
		i--
	}
	c.plan = slices.Insert(c.plan, i, x)
	return func() { x.gone = true }
}

// step goes on to what happens next; false: nothing does before the end.
func (c *stageClock) step(end time.Time) bool {
	if len(c.plan) == 0 || c.plan[0].at.After(end) {
		return false
	}
	x := c.plan[0]
	c.plan, c.now = c.plan[1:], x.at
	if !x.gone {
		x.f()
	}
	return true
}

func (c *stageClock) forward(d time.Duration) {
	end := c.now.Add(d)
	for c.step(end) {
	}
	c.now = end
}
