package simulator

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// waysOf are the callRoutes of a call that came in, in short.
func waysOf(call map[string]any) (ways []string) {
	routes, _ := call["callRoutes"].([]any)
	for _, r := range routes {
		way := graph.AsObject(r)
		words := []string{graph.AsText(way["routingType"])}
		for _, end := range []string{"original", "final"} {
			for _, kind := range []string{"user", "phone", "application"} {
				if one := graph.AsObject(graph.AsObject(way[end])[kind]); one != nil {
					name := graph.AsText(one["displayName"])
					if name == "" {
						name = graph.AsText(one["id"])
					}
					words = append(words, name)
				}
			}
		}
		ways = append(ways, strings.Join(words, " "))
	}
	return ways
}

// TestCallRoutes: a call that comes to the bot by way of somebody else says how. Graph resource "callRoute".
func TestCallRoutes(t *testing.T) {
	tests := []struct {
		name  string
		scene func(people map[string]*world.Person)
		dial  world.Dial
		after time.Duration // until then the bot hears nothing
		want  []string
	}{
		{"straight", func(map[string]*world.Person) {}, world.Dial{From: "carol", To: "bot"}, 0, nil},
		{"forwarded", func(p map[string]*world.Person) { p["dora"].Forwards = &world.Forwards{To: "bot"} },
			world.Dial{From: "carol", To: "dora"}, 0, []string{"forwarded Dora Test Bot"}},
		{"forwarded when she does not answer", func(p map[string]*world.Person) {
			p["dora"].Forwards = &world.Forwards{To: "bot", After: 20 * time.Second}
		}, world.Dial{From: "carol", To: "dora"}, 20 * time.Second, []string{"forwarded Dora Test Bot"}},
		{"forwarded twice", func(p map[string]*world.Person) {
			p["dora"].Forwards, p["fred"].Forwards = &world.Forwards{To: "fred"}, &world.Forwards{To: "bot"}
		}, world.Dial{From: "carol", To: "dora"}, 0, []string{"forwarded Dora Fred", "forwarded Fred Test Bot"}},
		{"at the same time", func(p map[string]*world.Person) {
			p["dora"].AlsoRings, p["dora"].Answers = "bot", &world.Answers{Never: "never"}
		},
			world.Dial{From: "carol", To: "dora"}, 0, []string{"selfFork Dora Test Bot"}},
		{"by number", func(map[string]*world.Person) {}, world.Dial{From: "carol", To: "bot", Number: "+14258828080"}, 0,
			[]string{"lookup +14258828080 Test Bot"}},
		{"by number, and forwarded", func(p map[string]*world.Person) { p["dora"].Forwards = &world.Forwards{To: "bot"} },
			world.Dial{From: "phil", To: "dora", Number: "+14258828080"}, 0, []string{"lookup +14258828080 Dora", "forwarded Dora Test Bot"}},
	}
	for _, dialect := range []graph.Dialect{graph.V1, graph.Legacy} {
		for _, tt := range tests {
			t.Run(string(dialect)+" "+tt.name, func(t *testing.T) {
				scene := people()
				tt.scene(scene.People)
				st := newStage(t, scene, func(c *Config) { c.Bots[0].Dialect = dialect })
				st.act(world.Deed{Dial: &tt.dial})
				if tt.after > 0 {
					st.wait(tt.after - time.Millisecond)
					wantLadder(t, st)
				}
				st.wait(50 * time.Millisecond)
				if len(st.posts) != 1 {
					t.Fatalf("%d notifications; seen: %q", len(st.posts), st.seen)
				}
				if diff := cmp.Diff(tt.want, waysOf(st.posts[0].event.View["call"].(map[string]any))); diff != "" {
					t.Errorf("-want +got\n%s\n%s", diff, st.posts[0].raw)
				}
			})
		}
	}
}

// TestForwardedToEnd: the bot answers a call that was for somebody else, and is in it with the caller.
func TestForwardedToEnd(t *testing.T) {
	scene := people()
	scene.People["dora"].Forwards = &world.Forwards{To: "bot"}
	st := newStage(t, scene)
	st.act(world.Deed{Dial: &world.Dial{From: "carol", To: "dora"}})
	st.wait(20 * time.Millisecond)
	id := st.posts[0].event.CallID
	st.ladder()
	if err := st.service.Act(world.Action{Deed: world.Deed{HangUp: &world.Who{Who: "dora"}}}); err == nil {
		t.Error("dora hangs up a call that rings elsewhere")
	}
	st.must(202, "POST", calls+"/"+id+"/answer", answer)
	st.wait(time.Second)
	if !st.saw("Carol is connected to bot") {
		t.Errorf("seen: %q", st.seen)
	}
	st.ladder()
	st.hangUp("carol")
	st.wait(time.Second)
	wantLadder(t, st, "deleted call terminated 200/4521")
}

// TestForwardedEnds: whatever becomes of the one who rings elsewhere, nobody rings on.
func TestForwardedEnds(t *testing.T) {
	tests := []struct {
		name  string
		scene func(people map[string]*world.Person)
		do    func(st *stage, path string)
		wait  time.Duration
		saw   string
		want  []string // after the incoming call
	}{
		{"the caller gives up", func(p map[string]*world.Person) { p["dora"].Forwards = &world.Forwards{To: "bot"} },
			func(st *stage, _ string) { st.hangUp("carol") }, time.Second, "Carol hangs up", []string{"deleted call terminated 487/0"}},
		{"the bot rejects", func(p map[string]*world.Person) { p["dora"].Forwards = &world.Forwards{To: "bot"} },
			func(st *stage, path string) { st.must(202, "POST", path+"/reject", `{"reason":"busy"}`) }, time.Second,
			"Carol is not connected", []string{"deleted call"}},
		{"the bot does not answer, the other one does", func(p map[string]*world.Person) {
			p["dora"].AlsoRings, p["dora"].Answers = "bot", &world.Answers{After: 20 * time.Second}
		}, func(*stage, string) {}, 21 * time.Second, "Carol is connected to Dora", []string{"deleted call terminated 408/8544"}},
		{"the other one is quicker", func(p map[string]*world.Person) {
			p["dora"].AlsoRings, p["dora"].Answers = "bot", &world.Answers{After: 3 * time.Second}
		}, func(*stage, string) {}, 4 * time.Second, "Carol is connected to Dora", []string{"deleted call terminated 487/0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			scene := people()
			tt.scene(scene.People)
			st := newStage(t, scene)
			st.act(world.Deed{Dial: &world.Dial{From: "carol", To: "dora"}})
			st.wait(20 * time.Millisecond)
			path := calls + "/" + st.posts[0].event.CallID
			st.ladder()
			tt.do(st, path)
			st.wait(tt.wait)
			wantLadder(t, st, tt.want...)
			if !strings.Contains(strings.Join(st.seen, "\n"), tt.saw) {
				t.Errorf("seen: %q", st.seen)
			}
			for range st.service.rings.all() {
				t.Error("somebody still rings")
			}
		})
	}
}

// TestForwardedNowhere: what cannot go on ends for the caller as a call to nobody does.
func TestForwardedNowhere(t *testing.T) {
	for to, said := range map[string]string{"zed": `no bot is called "zed"`, "dora": "the call goes round in circles"} {
		scene := people()
		scene.People["dora"].Forwards = &world.Forwards{To: to}
		st := newStage(t, scene)
		st.must(201, "POST", calls, createBodyFor(user(doraID)))
		st.wait(2 * time.Second)
		wantLadder(t, st, "updated call establishing", "deleted call terminated 480/10037")
		if !strings.Contains(strings.Join(st.seen, "\n"), said) {
			t.Errorf("%s; seen: %q", to, st.seen)
		}
	}
}

// TestForwardRingsOut: whom a call is forwarded to rings only for the rest of the time.
func TestForwardRingsOut(t *testing.T) {
	scene := people()
	scene.People["dora"].Forwards = &world.Forwards{To: "rex", After: 20 * time.Second}
	st := newStage(t, scene)
	st.must(201, "POST", calls, createBodyFor(user(doraID)))
	st.wait(59 * time.Second)
	wantLadder(t, st, "updated call establishing")
	st.wait(2 * time.Second)
	if got := st.ladder(); len(got) != 1 || !strings.HasPrefix(got[0], "deleted call terminated 480/") && !strings.HasPrefix(got[0], "deleted call terminated 408/") {
		t.Errorf("%q", got)
	}
	if !st.saw("rex lets it ring out") {
		t.Errorf("seen: %q", st.seen)
	}
}

// TestForwardedAndOver: a branch that is over before its bot was told of it is told whole, in order.
func TestForwardedAndOver(t *testing.T) {
	for dialect, end := range map[graph.Dialect]string{graph.V1: "487/0", graph.Beta: "487/0", graph.Legacy: "CallTerminated 487/0"} {
		t.Run(string(dialect), func(t *testing.T) {
			scene := people()
			scene.People["dora"].Forwards = &world.Forwards{To: "bot", After: 5 * time.Second}
			st := newStage(t, scene, func(c *Config) { c.Bots[0].Dialect = dialect })
			st.act(world.Deed{Dial: &world.Dial{From: "carol", To: "dora"}})
			st.wait(5 * time.Second)
			if len(st.service.calls) != 1 || st.posts != nil {
				t.Fatalf("%d calls, %d notifications; it should ring, and be told in a moment", len(st.service.calls), len(st.posts))
			}
			st.hangUp("carol")
			if len(st.service.calls) != 0 {
				t.Fatal("it rings on")
			}
			st.wait(time.Minute)
			wantLadder(t, st, "created call incoming", "deleted call terminated "+end)
		})
	}
}
