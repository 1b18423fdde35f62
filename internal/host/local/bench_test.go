package local

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"callflow/internal/callback"
	"callflow/internal/graph"
	"callflow/steps"
)

const established = `{"value":[{"changeType":"updated","resourceUrl":"/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896","resourceData":{"@odata.type":"#microsoft.graph.call","id":"57dab8b1-894c-409a-b240-bd8beae78896","state":"established"}}]}`

// waiting starts n runs that wait for events, each awaiting the next as soon as one has come, and returns what ends them.
func waiting(hub *Hub, n int, heard func()) (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var begun, ended sync.WaitGroup
	begun.Add(n)
	for i := range n {
		ended.Go(func() {
			_ = hub.Run(ctx, fmt.Sprint("run-", i), 1, nil, func(h steps.Host) {
				begun.Done()
				for seq := uint64(0); ; seq++ {
					e, err := h.Next(seq, h.Now().Add(time.Hour))
					if err != nil {
						return
					}
					if state, _ := e.View["call"].(graph.Object[graph.Call]); state["state"] == "x" {
						return
					}
					heard()
				}
			})
		})
	}
	begun.Wait()
	return func() { cancel(); ended.Wait() }
}

// BenchmarkDeliver posts one notification to one of many waiting runs, and waits until that run has matched it.
func BenchmarkDeliver(b *testing.B) {
	for _, n := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			heard := make(chan struct{}, 1)
			hub := NewHub(Config{})
			defer waiting(hub, n, func() { heard <- struct{}{} })()
			listener := callback.NewListener(callback.Config{Sink: hub})
			header := http.Header{"Content-Type": {"application/json"}}
			r := httptest.NewRequest("POST", fmt.Sprint("/callbacks/run-", n/2), nil)
			r.Header = header
			r.ContentLength = int64(len(established))
			runtime.GC()
			b.ReportAllocs()
			for b.Loop() {
				r.Body = io.NopCloser(strings.NewReader(established))
				listener.ServeHTTP(httptest.NewRecorder(), r)
				<-heard
			}
		})
	}
}

// BenchmarkWaitingRun tells the memory of one waiting run: heap and stacks over 10,000 of them.
func BenchmarkWaitingRun(b *testing.B) {
	const n = 10_000
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		hub := NewHub(Config{})
		end := waiting(hub, n, func() {})
		runtime.GC()
		runtime.ReadMemStats(&after)
		end()
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "heapB/run")
		b.ReportMetric(float64(after.StackInuse-before.StackInuse)/n, "stackB/run")
	}
}

// BenchmarkDo compares requests of a run with the same ones of a bare net/http client, one after the other.
func BenchmarkDo(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"57dab8b1-894c-409a-b240-bd8beae78896","state":"establishing"}`)
	}))
	defer server.Close()
	body := []byte(`{"@odata.type":"#microsoft.graph.call"}`)
	b.Run("run", func(b *testing.B) {
		_ = NewHub(Config{Root: server.URL}).Run(b.Context(), "r", 1, nil, func(h steps.Host) {
			for b.Loop() {
				if _, err := h.Do(steps.Request{Method: "POST", Path: "/v1.0/communications/calls", Body: body}); err != nil {
					b.Error(err)
				}
			}
		})
	})
	b.Run("bare", func(b *testing.B) {
		client := &http.Client{Transport: newTransport()}
		for b.Loop() {
			resp, err := client.Post(server.URL+"/v1.0/communications/calls", "application/json", strings.NewReader(string(body)))
			if err != nil {
				b.Fatal(err)
			}
			_, _ = io.ReadAll(resp.Body)
			resp.Body.Close()
		}
	})
}
