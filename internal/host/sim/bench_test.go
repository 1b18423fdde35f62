package sim

import (
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
		before := inUse()
		began := time.Now()
		l := newLoop(false)
		told := 0
		settings := world.DefaultSettings()
		settings.Requests = 0 // all at one instant
		s := simulator.New(simulator.Config{Clock: l, Rand: host.Stream(1, "simulator").Uint64, Root: graphRoot,
			Scene:   &world.Scene{Settings: settings},
			Bots:    []simulator.Bot{{Name: "bot", AppID: "b0b0c0de-0000-4000-8000-000000000001", TenantID: "t"}},
			Deliver: func(simulator.Delivery) { told++ }})
		for i := range held {
			rec := post2(s, "/v1.0/communications/calls", createBody("https://bot.contoso.com/calls", world.IDFor(fmt.Sprint(i))))
			if rec.status != http.StatusCreated {
				b.Fatal(rec.body.String())
			}
		}
		for l.now < time.Minute && len(l.queue) > 0 && l.queue[0].at < time.Minute {
			l.step(b.Context(), nil)
		}
		took := time.Since(began)
		b.ReportMetric(float64(inUse()-before)/held, "B/call")
		b.ReportMetric(float64(took.Microseconds())/held, "µs/call")
		if told != 3*held {
			b.Fatalf("%d notifications", told)
		}
		runtime.KeepAlive(s)
	}
}

// inUse is the heap and the stacks after a collection.
func inUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

func post2(h http.Handler, path, body string) *recorder {
	rec := &recorder{}
	r := httptest.NewRequest("POST", path, io.NopCloser(strings.NewReader(body)))
	h.ServeHTTP(rec, r)
	return rec
}
