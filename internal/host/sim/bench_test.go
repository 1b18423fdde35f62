package sim

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"callflow/internal/host"
	"callflow/internal/simulator"
	"callflow/internal/world"
)

// BenchmarkHeldCalls keeps live calls in one world: established, with media, each with the time that it has to be kept alive
// in. It reports what one of them takes.
func BenchmarkHeldCalls(b *testing.B) {
	const held = 100_000
	for b.Loop() {
		before, began := inUse(), time.Now()
		l, s := crowd(b, held)
		took := time.Since(began)
		b.ReportMetric(float64(inUse()-before)/held, "B/call")
		b.ReportMetric(float64(took.Microseconds())/held, "µs/call")
		runtime.KeepAlive(l)
		runtime.KeepAlive(s)
	}
}

// unlimited is a scene of strangers, in which requests are not counted.
func unlimited() *world.Scene {
	settings := world.DefaultSettings()
	settings.Requests = 0
	return &world.Scene{Settings: settings}
}

// crowd is a service with live calls to as many people.
func crowd(tb testing.TB, held int) (*loop, *simulator.Service) {
	l := newLoop(false)
	told := 0
	s := simulator.New(simulator.Config{Clock: l, Rand: host.Stream(1, "simulator").Uint64, Root: graphRoot, Scene: unlimited(),
		Bots:    []simulator.Bot{{Name: "bot", AppID: "app-1", TenantID: "t"}},
		Deliver: func(simulator.Delivery) { told++ }})
	for i := range held {
		rec := send(s, "POST", "/v1.0/communications/calls", createBody("https://bot.contoso.com/calls", world.IDFor(fmt.Sprint(i))))
		if rec.status != http.StatusCreated {
			tb.Fatal(rec.body.String())
		}
	}
	forward(l, time.Minute)
	if told != 3*held { // establishing, established, media active
		tb.Fatalf("%d notifications of %d calls", told, held)
	}
	return l, s
}

// forward lets everything happen until then.
func forward(l *loop, until time.Duration) {
	for len(l.queue) > 0 && l.queue[0].at < until {
		l.step(context.Background(), nil)
	}
	l.now = until
}

// inUse is the heap and the stacks after a collection.
func inUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

func send(h http.Handler, method, path, body string) *recorder {
	rec := &recorder{}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer good")
	r.Header.Set("Content-Type", "application/json")
	h.ServeHTTP(rec, r)
	return rec
}

// TestHeldCalls keeps the memory of a live call within a bound, which BenchmarkHeldCalls measures exactly.
func TestHeldCalls(t *testing.T) {
	const held, bound = 5000, 12 << 10
	before := inUse()
	l, s := crowd(t, held)
	if each := (inUse() - min(before, inUse())) / held; each > bound {
		t.Errorf("a live call takes %d bytes, more than %d", each, bound)
	}
	runtime.KeepAlive(l)
	runtime.KeepAlive(s)
}

// sender sends one request.
type sender func(method, path, body string) (status int, location string)

// create makes a call, and returns its path.
func create(send sender) string {
	_, location := send("POST", "/v1.0/communications/calls", createBody("http://bot.test/calls", carolsID))
	return location[strings.Index(location, "/v1.0"):]
}

// BenchmarkRequests is one request in memory, and side by side over loopback, with 1,000 live calls around: reading a
// call, and a call from its creation to its end (two requests, and five notifications that nobody waits for).
func BenchmarkRequests(b *testing.B) {
	kinds := []struct {
		name string
		asks int                               // requests
		do   func(send sender, up string) bool // up is the path of a call; false: one was not answered as it should
	}{
		{"read", 1, func(send sender, up string) bool {
			status, _ := send("GET", up, "")
			return status == http.StatusOK
		}},
		{"call", 2, func(send sender, _ string) bool {
			status, _ := send("DELETE", create(send), "")
			return status == http.StatusNoContent
		}},
	}
	for _, kind := range kinds {
		b.Run(kind.name+"/in-memory", func(b *testing.B) {
			l, s := crowd(b, 1000)
			b.ReportAllocs()
			to := func(method, path, body string) (int, string) {
				rec := send(s, method, path, body)
				return rec.status, rec.header.Get("Location")
			}
			up := create(to)
			began := time.Now()
			for b.Loop() {
				if !kind.do(to, up) {
					b.Fatal("a request was refused")
				}
				forward(l, l.now+time.Duration(kind.asks-1)*time.Second) // the call ends; one that is read must not
			}
			b.ReportMetric(float64(kind.asks*b.N)/time.Since(began).Seconds(), "requests/s")
		})
		b.Run(kind.name+"/loopback", func(b *testing.B) {
			server := newPlain(b)
			server.grants.given["good"] = granted{simulator.Caller{AppID: "app-1"}, time.Now().Add(time.Hour)}
			front := httptest.NewServer(server)
			defer func() { front.Close(); _ = server.Close(context.Background()) }()
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
			to := func(method, path, body string) (int, string) {
				r, _ := http.NewRequest(method, front.URL+path, strings.NewReader(body))
				r.Header.Set("Authorization", "Bearer good")
				resp, err := client.Do(r)
				if err != nil {
					b.Error(err)
					return 0, "/v1.0"
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				return resp.StatusCode, resp.Header.Get("Location")
			}
			up := create(to)
			began := time.Now()
			b.SetParallelism(16)
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if !kind.do(to, up) {
						b.Error("a request was refused")
					}
				}
			})
			b.ReportMetric(float64(kind.asks*b.N)/time.Since(began).Seconds(), "requests/s")
		})
	}
}

// BenchmarkRoster is somebody who joins and leaves a meeting of 1,000 people: two rosters of 1,000.
func BenchmarkRoster(b *testing.B) {
	scene := &world.Scene{People: map[string]*world.Person{"last": {}}}
	for i := range 999 {
		scene.People[fmt.Sprintf("p%d", i)] = &world.Person{}
	}
	l := newLoop(false)
	told, bytes := 0, 0
	s := simulator.New(simulator.Config{Clock: l, Rand: host.Stream(1, "simulator").Uint64, Root: graphRoot, Scene: scene,
		Bots:    []simulator.Bot{{Name: "bot", AppID: "app-1", TenantID: "t"}},
		Deliver: func(d simulator.Delivery) { told, bytes = told+1, bytes+len(d.Body) }})
	rec := send(s, "POST", "/v1.0/communications/calls", `{"callbackUri":"https://bot.contoso.com/calls","requestedModalities":["audio"],"tenantId":"t",
		"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"},"chatInfo":{"threadId":"19:m@thread.v2","messageId":"0"},
		"meetingInfo":{"@odata.type":"#microsoft.graph.organizerMeetingInfo","organizer":{"user":{"id":"`+carolsID+`"}}}}`)
	if rec.status != http.StatusCreated {
		b.Fatal(rec.body.String())
	}
	act := func(d world.Deed) {
		if err := s.Act(world.Action{Deed: d}); err != nil {
			b.Fatal(err)
		}
	}
	for i := range 999 {
		act(world.Deed{Join: &world.Join{Who: fmt.Sprintf("p%d", i)}})
	}
	forward(l, time.Minute)
	told, bytes = 0, 0
	b.ReportAllocs()
	for b.Loop() {
		act(world.Deed{Join: &world.Join{Who: "last"}})
		forward(l, l.now+time.Second)
		act(world.Deed{Leave: &world.Who{Who: "last"}})
		forward(l, l.now+time.Second)
	}
	if told != 2*b.N {
		b.Fatalf("%d rosters for %d times", told, b.N)
	}
	b.ReportMetric(float64(bytes)/float64(told), "B/roster")
}
