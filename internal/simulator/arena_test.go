package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"weak"

	"callflow/internal/conformance"
	"callflow/internal/graph"
	"callflow/internal/world"
)

// An arena is a world in which random things happen, with three bots, and everything that must hold of it whatever
// happens. It keeps no call alive: ended ones must be free to go.
type arena struct {
	clock    *clock
	service  *Service
	bots     []Bot
	app      string // whose the next request is
	order    orderliness
	types    map[graph.Dialect]*conformance.Types
	ledger   *conformance.Ledger
	problems []problem

	did   []string  // for people: what was done
	wire  []string  // for comparing: whatever went over it
	calls []*follow // in the order in which they began
	byID  map[string]*follow
	ops   map[string]*begun
	fared map[string]int // verbs that were taken
	last  request        // the verb and the call of the last request
}

// orderliness is what may go wrong on the way. Where notifications are tampered with, their order proves nothing.
type orderliness struct {
	faults   bool // of requests
	tampered bool // notifications are dropped, repeated, delayed …, or things fail that were taken
}

// follow is what a bot was told of a call.
type follow struct {
	id        string
	dialect   graph.Dialect
	app       string
	leg       weak.Pointer[call]
	began     time.Time
	offered   bool     // it came in
	met       bool     // somebody was in it too
	forwarded bool     // by another way than straight
	used      bool     // something was asked of it and taken, or may have been
	told      []string // the states that notifications told, in order
	ends      int      // notifications deleted
	roster    map[string]any
	seen      bool // a roster came
	last      float64
}

// begun is an operation whose response was seen.
type begun struct {
	verb string
	ends int
}

// A problem is an invariant that was broken: its kind stays the same when a play is made smaller.
type problem struct{ kind, text string }

func (a *arena) broken(kind, format string, args ...any) {
	a.problems = append(a.problems, problem{kind, fmt.Sprintf(format, args...)})
}

func (a *arena) note(format string, args ...any) {
	a.did = append(a.did, fmt.Sprintf("%8s  ", a.clock.now.Sub(epoch))+fmt.Sprintf(format, args...))
}

var typesOf = func() map[graph.Dialect]*conformance.Types {
	m := map[graph.Dialect]*conformance.Types{}
	for _, d := range []graph.Dialect{graph.V1, graph.Beta, graph.Legacy} {
		m[d] = conformance.TypesOf(d)
	}
	return m
}()

// newArena makes a world of the numbers that r draws.
func newArena(r *rand.Rand) *arena {
	a := &arena{clock: &clock{now: epoch}, types: typesOf, ledger: &conformance.Ledger{}, byID: map[string]*follow{},
		ops: map[string]*begun{}, fared: map[string]int{}}
	a.bots = []Bot{
		{Name: "bot", AppID: botID, DisplayName: "Test Bot", TenantID: tenant, Address: address1},
		{Name: "second", AppID: fredID[:35] + "9", DisplayName: "Second", TenantID: tenant, Address: "https://second.contoso.com/calls", Dialect: graph.Legacy},
		{Name: "third", AppID: fredID[:35] + "8", DisplayName: "Third", TenantID: tenant, Address: "https://third.contoso.com/calls", Dialect: graph.Beta},
	}
	scene := people()
	scene.People["carol"].HangsUp = &world.After{After: 40 * time.Second}
	scene.People["lobby"], scene.People["hall"] = &world.Person{Lobby: true}, &world.Person{Lobby: true}
	scene.People["guest"] = &world.Person{Kind: "guest"}
	scene.People["away"] = &world.Person{Forwards: &world.Forwards{To: "second", After: time.Duration(r.IntN(2)) * time.Second}}
	scene.People["both"] = &world.Person{AlsoRings: "third", Answers: &world.Answers{After: 20 * time.Second}}
	scene.People["circle"] = &world.Person{Forwards: &world.Forwards{To: "circle"}}
	scene.People["desk"] = &world.Person{Kind: "applicationInstance"}
	a.disturb(scene, r)
	var problems []string
	for _, err := range scene.Check() {
		problems = append(problems, err.Error())
	}
	if problems != nil {
		a.broken("scene", "the random scene is no scene: %s", strings.Join(problems, "; "))
	}
	a.service = New(Config{
		Clock: a.clock, Rand: rand.New(rand.NewPCG(r.Uint64(), 7)).Uint64, Scene: scene, Root: "https://graph.microsoft.com", Bots: a.bots,
		Sign:      func(audience string) string { return "for." + audience },
		Observe:   func(h world.Happening) { a.saw(h.Who, h.Did, h.Call) },
		Deliver:   a.deliver,
		Authorize: authorizeAs(&a.app),
	})
	a.clock.each = a.meet
	a.service.Start()
	return a
}

// disturb gives every third world other settings, and every third one faults.
func (a *arena) disturb(scene *world.Scene, r *rand.Rand) {
	switch r.IntN(3) {
	case 1:
		a.unusual(scene, r)
	case 2:
		if r.IntN(2) == 0 {
			a.unusual(scene, r)
		}
		a.order.faults = true
		for range 1 + r.IntN(4) {
			f := world.Fault{Fault: world.Requests[r.IntN(len(world.Requests))], Times: 1 + r.IntN(3)}
			if r.IntN(3) == 0 {
				f.Fault, a.order.tampered = "notification", true
				switch r.IntN(4) {
				case 0:
					f.Drop = true
				case 1:
					f.Duplicate = true
				case 2:
					f.Early = true
				case 3:
					f.Delay = time.Duration(r.IntN(9000)) * time.Millisecond
				}
			} else {
				switch r.IntN(4) {
				case 0:
					f.Status, f.Code = 400+100*r.IntN(2)+r.IntN(10), "Broken"
				case 1:
					f.Lost = true
				case 2:
					f.Reset = true
				case 3:
					f.Delay = 3 * time.Second
				}
			}
			scene.Faults = append(scene.Faults, f)
		}
	}
}

// unusual changes settings that have a choice of words, and times.
func (a *arena) unusual(scene *world.Scene, r *rand.Rand) {
	scene.Settings = world.DefaultSettings()
	for _, name := range slices.Sorted(maps.Keys(otherSettings)) {
		if values := otherSettings[name]; r.IntN(2) == 0 {
			if err := scene.Settings.Set(name, values[r.IntN(len(values))]); err != nil {
				a.broken("scene", "settings: %v", err)
			}
		}
	}
}

// deliver takes a notification as a bot would.
func (a *arena) deliver(d Delivery) {
	a.wire = append(a.wire, fmt.Sprint(a.clock.now.Sub(epoch), " ", d.URL, d.Headers, " ", string(d.Body)))
	if !json.Valid(d.Body) {
		a.broken("notification no JSON", "%s", d.Body)
		return
	}
	a.meet()
	for _, e := range graph.DecodeNotification(d.Headers, d.Body) {
		f := a.byID[e.CallID]
		if e.Problem != "" || f == nil {
			a.broken("notification unreadable", "%q, call known: %v: %s", e.Problem, f != nil, d.Body)
			continue
		}
		a.check("notification", a.types[f.spoken(d.Body)].Notification(d.Body), d.Body)
		if !a.order.tampered {
			a.heard(f, e, d)
		}
	}
}

// spoken is the dialect of a notification: the call's, or the one that it had when the notification was sent, before it
// was answered in another.
func (f *follow) spoken(body []byte) graph.Dialect {
	switch legacy := bytes.HasPrefix(body, []byte(`{"value"`)); {
	case legacy:
		return graph.Legacy
	case f.dialect == graph.Legacy:
		return graph.V1
	}
	return f.dialect
}

// check reports what the types do not allow, and no known deviation explains.
func (a *arena) check(what string, found []conformance.Finding, body []byte) {
	for _, f := range a.ledger.Unexplained(found) {
		a.broken(strings.Join([]string{"types:", string(f.Dialect), f.Message, f.What, f.In, f.Member, string(f.Rule)}, " "), "%s\n%s", f, body)
	}
}

// longestOffer is the longest answerDeadline that a random world has, and a moment.
const longestOffer = time.Minute + time.Second

// meet learns of new calls. A call's id is drawn, so their order follows from the seed.
func (a *arena) meet() {
	var fresh []*call
	for id, c := range a.service.calls {
		if f := a.byID[id]; f != nil {
			f.dialect = c.dialect // an answer may change it
			f.met = f.met || c.me.room != nil && len(c.room.present()) > 1
			if c.state == incoming && a.clock.now.Sub(f.began) > longestOffer {
				a.broken("rings for ever", "%s %s", f.dialect, f.id)
			}
		} else {
			fresh = append(fresh, c)
		}
	}
	for r := range a.service.rooms.all() {
		if r.mode == peer && len(r.members) > 2 {
			a.broken("crowd", "%d are in a call between two: %s", len(r.members), r.chain)
		}
	}
	slices.SortFunc(fresh, func(x, y *call) int { return strings.Compare(x.id, y.id) })
	for _, c := range fresh {
		f := &follow{id: c.id, dialect: c.dialect, app: c.bot.id, leg: weak.Make(c), roster: map[string]any{}, began: a.clock.now,
			offered: c.direction == "incoming", forwarded: c.routes != nil}
		a.byID[c.id] = f
		a.calls = append(a.calls, f)
	}
}

// live are the calls that have not ended.
func (a *arena) live() []*follow {
	var list []*follow
	for _, f := range a.calls {
		if a.service.calls[f.id] != nil {
			list = append(list, f)
		}
	}
	return list
}

// carrier is a response on its way back, which may not arrive.
type carrier struct {
	*httptest.ResponseRecorder
	fate Fate
}

func (w *carrier) Fate(f Fate) { w.fate = f }

// ask sends one request and checks the response. nil: none came.
func (a *arena) ask(app, method, path string, body []byte) map[string]any {
	a.app = app
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	w := &carrier{ResponseRecorder: httptest.NewRecorder()}
	a.safely(func() { a.service.ServeHTTP(w, r) })
	text := w.Body.Bytes()
	a.note("%.3s %s %s %s -> %d %s", app, method, path, body, w.Code, clip(string(text)))
	a.wire = append(a.wire, fmt.Sprint(w.Code, w.Header(), string(text)))
	f := a.byID[graph.CanonicalID(idIn(path))]
	if f != nil && method != "GET" && w.Code < 300 && !w.fate.Reset {
		f.used = true
	}
	if w.fate.Reset || w.fate.Lost {
		return nil
	}
	if w.Code >= 500 && !a.order.faults {
		a.broken(fmt.Sprint("status ", w.Code), "%s %s %s: %s", method, path, body, text)
	}
	asked := conformance.Read(method, path)
	if f == nil || f.dialect == asked.Dialect { // a call answers in its own
		a.check("response", a.types[asked.Dialect].Response(asked, w.Code, w.Header().Get("Location"), text), text)
	}
	if w.Code >= 300 {
		return nil
	}
	a.fared[asked.Name]++
	var answer map[string]any
	if len(text) > 0 {
		if err := json.Unmarshal(text, &answer); err != nil {
			a.broken("response no object", "%v: %s", err, text)
		}
	}
	if _, op, ok := strings.Cut(w.Header().Get("Location"), "/operations/"); ok {
		b := a.ops[graph.CanonicalID(op)]
		if b == nil {
			b = &begun{}
			a.ops[graph.CanonicalID(op)] = b
		}
		b.verb = asked.Name
		if status := fmt.Sprint(answer["status"]); strings.EqualFold(status, "completed") || strings.EqualFold(status, "failed") {
			b.ends++
		}
	}
	if answer == nil {
		answer = map[string]any{}
	}
	return answer
}

// pass lets time pass.
func (a *arena) pass(d time.Duration) { a.safely(func() { a.clock.forward(d) }) }

// safely does something of the service's, which must not panic, and learns of new calls.
func (a *arena) safely(do func()) {
	defer a.meet()
	defer func() {
		if p := recover(); p != nil {
			a.broken("panic", "%v\n%s", p, debug.Stack())
		}
	}()
	do()
}

// idIn is the call's id in a path.
func idIn(path string) string {
	_, rest, _ := strings.Cut(path, "/calls/")
	id, _, _ := strings.Cut(rest, "/")
	return id
}

var _ http.ResponseWriter = (*carrier)(nil)
