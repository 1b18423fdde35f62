package simulator

import (
	"container/heap"
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
	"callflow/internal/world"
)

// clock is virtual time: a heap of what is planned, by time and then by order.
type clock struct {
	now     time.Time
	seq     int
	planned plan
	each    func() // after each thing that happens; may be nil
}

type planned struct {
	at   time.Time
	seq  int
	f    func()
	gone bool
}

type plan []*planned

func (p plan) Len() int { return len(p) }
func (p plan) Less(i, j int) bool {
	if !p[i].at.Equal(p[j].at) {
		return p[i].at.Before(p[j].at)
	}
	return p[i].seq < p[j].seq
}
func (p plan) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p *plan) Push(x any)   { *p = append(*p, x.(*planned)) }
func (p *plan) Pop() any {
	old := *p
	x := old[len(old)-1]
	old[len(old)-1] = nil // so that nothing is kept that has happened
	*p = old[:len(old)-1]
	return x
}

func (c *clock) Now() time.Time { return c.now }
func (c *clock) After(d time.Duration, f func()) func() {
	c.seq++
	x := &planned{at: c.now.Add(d), seq: c.seq, f: f}
	heap.Push(&c.planned, x)
	return func() { x.gone = true }
}

// forward lets d pass.
func (c *clock) forward(d time.Duration) {
	end := c.now.Add(d)
	for len(c.planned) > 0 && !c.planned[0].at.After(end) {
		x := heap.Pop(&c.planned).(*planned)
		c.now = x.at
		if !x.gone {
			x.gone = true
			x.f()
			if c.each != nil {
				c.each()
			}
		}
	}
	c.now = end
}

const (
	botID    = "24701998-1a73-4d42-8085-bf46ed0ae039"
	carolID  = "8a34a46b-3d17-4adc-8dce-dc4e7d572698"
	doraID   = "550fae72-d251-43ec-868c-373732c2704f"
	fredID   = "112f7296-5fa4-42ca-bae8-6a692b15d4b8"
	callback = "https://bot.contoso.com/callback"
	address1 = "https://bot.contoso.com/api/calls"
)

// stage is a service with everything that happens to it on record.
type stage struct {
	t       *testing.T
	clock   *clock
	service *Service
	posts   []post // since the last look
	all     []post
	known   []*call
	seen    []string
}

// post is one delivered notification.
type post struct {
	at    time.Duration
	url   string
	heads graph.Headers
	body  map[string]any
	raw   string
	event *graph.Event
}

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func newStage(t *testing.T, scene *world.Scene, change ...func(*Config)) *stage {
	t.Helper()
	st := &stage{t: t, clock: &clock{now: epoch}}
	r := rand.New(rand.NewPCG(1, 2))
	cfg := Config{
		Clock: st.clock, Rand: r.Uint64, Scene: scene, Root: "https://graph.microsoft.com",
		Bots: []Bot{{Name: "bot", AppID: botID, DisplayName: "Test Bot", TenantID: "49bfc225-8482-4ab8-94e7-76b48fdb9849", Address: address1}},
		Sign: func(audience string) string { return "for." + audience },
		Observe: func(h world.Happening) {
			st.seen = append(st.seen, strings.TrimSpace(h.Who+" "+h.Did))
		},
		Deliver: func(d Delivery) {
			p := post{at: st.clock.now.Sub(epoch), url: d.URL, heads: d.Headers, raw: string(d.Body)}
			if err := json.Unmarshal(d.Body, &p.body); err != nil {
				t.Fatalf("a notification is no JSON: %v", err)
			}
			events := graph.DecodeNotification(d.Headers, d.Body)
			if len(events) != 1 {
				t.Fatalf("%d events in %s", len(events), d.Body)
			}
			p.event = events[0]
			if p.event.Problem != "" {
				t.Errorf("%s: %s", p.event.Problem, d.Body)
			}
			st.posts, st.all = append(st.posts, p), append(st.all, p)
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	st.service = New(cfg)
	if scene == nil || scene.Settings == nil {
		st.service.settings.TenantID = "optional" // what is about tenants says so
	}
	st.service.Start()
	return st
}

// answered is a response.
type answered struct {
	status int
	heads  http.Header
	body   map[string]any
	raw    string
}

// do sends one request; body is JSON text.
func (st *stage) do(method, path, body string, heads ...string) answered {
	st.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(heads); i += 2 {
		r.Header.Set(heads[i], heads[i+1])
	}
	w := httptest.NewRecorder()
	st.service.ServeHTTP(w, r)
	st.calls()
	a := answered{status: w.Code, heads: w.Header(), raw: w.Body.String()}
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &a.body); err != nil {
			st.t.Fatalf("%s %s: the body is no JSON object: %s", method, path, a.raw)
		}
	}
	return a
}

// must sends a request that has to get that status.
func (st *stage) must(status int, method, path, body string) answered {
	st.t.Helper()
	a := st.do(method, path, body)
	if a.status != status {
		st.t.Fatalf("%s %s: %d %s, want %d", method, path, a.status, a.raw, status)
	}
	return a
}

// ladder is what was delivered since the last look, one line each.
func (st *stage) ladder() []string {
	var out []string
	for _, p := range st.posts {
		out = append(out, line(p))
	}
	st.posts = nil
	return out
}

// line is a notification in few words.
func line(p post) string {
	item := p.body["value"].([]any)[0].(map[string]any)
	s := fmt.Sprint(item["changeType"], " ", p.event.Kind)
	view := p.event.View
	get := func(of, name string) any {
		o, _ := view[of].(map[string]any)
		return o[name]
	}
	switch p.event.Kind {
	case graph.KindCall:
		if st := get("call", "state"); st != nil {
			s += " " + fmt.Sprint(st)
		}
		if m, ok := get("call", "mediaState").(map[string]any); ok {
			s += fmt.Sprint(" media ", m["audio"])
		}
		if r := get("call", "terminationReason"); r != nil {
			s += fmt.Sprint(" ", r)
		}
		s += codes(get("call", "resultInfo"))
	case graph.KindOperation:
		s += fmt.Sprint(" ", get("operation", "status")) + codes(get("operation", "resultInfo"))
	case graph.KindParticipants:
		var names []string
		for _, x := range view["participants"].([]map[string]any) {
			names = append(names, nameOf(x))
		}
		s += " " + strings.Join(names, ",")
	}
	return s
}

func nameOf(p map[string]any) string {
	info, _ := p["info"].(map[string]any)
	identity, _ := info["identity"].(map[string]any)
	for _, kind := range []string{"user", "application", "phone", "guest"} {
		if one, ok := identity[kind].(map[string]any); ok {
			return fmt.Sprint(one["displayName"])
		}
	}
	return "?"
}

func codes(r any) string {
	m, ok := r.(map[string]any)
	if !ok {
		return ""
	}
	sub := m["subcode"]
	if sub == nil {
		sub = m["subcodeText"]
	}
	return fmt.Sprintf(" %v/%v", m["code"], sub)
}

func (st *stage) wait(d time.Duration) { st.clock.forward(d); st.calls() }

// calls are all calls there ever were, ended ones too, in an order that depends on the seed only.
func (st *stage) calls() []*call {
	var fresh []*call
	for _, c := range st.service.calls {
		if !slices.Contains(st.known, c) {
			fresh = append(fresh, c)
		}
	}
	slices.SortFunc(fresh, func(a, b *call) int { return strings.Compare(a.id, b.id) })
	st.known = append(st.known, fresh...)
	return st.known
}

// people are the world of most tests.
func people() *world.Scene {
	return &world.Scene{People: map[string]*world.Person{
		"carol": {ID: carolID, DisplayName: "Carol"},
		"dora":  {ID: doraID, DisplayName: "Dora"},
		"fred":  {ID: fredID, DisplayName: "Fred"},
		"deb":   {Declines: &world.After{After: 3 * time.Second}},
		"rex":   {Answers: &world.Answers{Never: "never"}},
		"gus":   {Busy: true},
		"vera":  {Voicemail: &world.After{After: 20 * time.Second}},
		"phil":  {Phone: "+15551234567", Answers: &world.Answers{After: 2 * time.Second}, HangsUp: &world.After{After: 30 * time.Second}},
	}}
}

func user(id string) string { return `{"identity":{"user":{"id":"` + id + `"}}}` }

func createBodyFor(targets ...string) string {
	return `{"@odata.type":"#microsoft.graph.call","callbackUri":"` + callback + `","requestedModalities":["audio"],` +
		`"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"},"targets":[` + strings.Join(targets, ",") + `]}`
}

const (
	calls  = "/v1.0/communications/calls"
	answer = `{"callbackUri":"` + callback + `","acceptedModalities":["audio"],"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}`
	joins  = `{"callbackUri":"` + callback + `","requestedModalities":[],"chatInfo":{"threadId":"19:m@thread.v2","messageId":"0"},` +
		`"meetingInfo":{"@odata.type":"#microsoft.graph.organizerMeetingInfo","organizer":{"user":{"id":"` + fredID + `"}}}}`
)

// established creates a call to somebody who answers, and returns its path.
func (st *stage) established(target string) string {
	st.t.Helper()
	a := st.must(201, "POST", calls, createBodyFor(target))
	st.wait(5 * time.Second)
	st.ladder()
	return calls + "/" + a.body["id"].(string)
}

// rung is an incoming call, and returns its path.
func (st *stage) rung(who string) string {
	st.t.Helper()
	if err := st.service.Act(world.Action{Deed: world.Deed{Dial: &world.Dial{From: who, To: "bot"}}}); err != nil {
		st.t.Fatal(err)
	}
	st.wait(20 * time.Millisecond)
	p := st.posts[len(st.posts)-1]
	return "/v1.0/communications/calls/" + p.event.CallID
}

// answeredCall is an incoming call that the bot has answered.
func (st *stage) answeredCall(who string) string {
	st.t.Helper()
	c := st.rung(who)
	st.must(202, "POST", c+"/answer", answer)
	st.wait(time.Second)
	st.ladder()
	return c
}

func authorizeCaller(c *Caller) func(*http.Request) (Caller, bool) {
	return func(*http.Request) (Caller, bool) { return *c, true }
}

func authorizeAs(app *string) func(*http.Request) (Caller, bool) {
	return func(*http.Request) (Caller, bool) { return Caller{AppID: *app}, *app != "" }
}
