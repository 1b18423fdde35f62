package cli

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"callflow/internal/callback"
	"callflow/internal/graph"
	"callflow/internal/host/local"
	"callflow/runner"
	"callflow/schema"
	"callflow/steps"
)

// The benchmarks in this file run scenarios on the local host: wall clock, listener, hub, as against a real service.

// site is what `callflow run --target` has besides the network: one plan, one hub, one listener.
type site struct {
	plan     *schema.Plan
	hub      *local.Hub
	listener http.Handler
	bearer   string // of the notifications
}

// fixedToken stands for a token source whose token is still good.
type fixedToken struct{}

func (fixedToken) Token(context.Context, string) (string, error) { return "a.b.c", nil }
func (fixedToken) Forget(string, string)                         {}

func newSite(b *testing.B, scenario, root string, transport http.RoundTripper) *site {
	b.Helper()
	plan, problems := schema.Check(schema.Source{Name: "a.yaml", Text: []byte(scenario)}, steps.Vocabulary())
	if plan == nil {
		b.Fatal(problems)
	}
	signer, err := callback.NewSigner(callback.GlobalIssuer)
	if err != nil {
		b.Fatal(err)
	}
	s := &site{plan: plan, bearer: "Bearer " + signer.Sign(simulatedBot.AppID, simulatedBot.TenantID, time.Now()),
		hub: local.NewHub(local.Config{Transport: transport, Root: root, Tokens: fixedToken{}, Bot: simulatedBot.Name})}
	s.listener = callback.NewListener(callback.Config{Sink: s.hub, Verifier: callback.NewVerifier(signer.Keys),
		Bots: []callback.Bot{{Name: simulatedBot.Name, AppID: simulatedBot.AppID}}})
	return s
}

// inMemory is the way to the plain service without a network.
func inMemory() http.RoundTripper {
	service := plainService(new(atomic.Int64))
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		service.ServeHTTP(w, r)
		return w.Result(), nil
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// run makes the n-th run, whose records go to emit.
func (s *site) run(n int, emit func(steps.Record)) error {
	p, err := s.prepare(n)
	if err != nil {
		return err
	}
	status := ""
	err = s.hub.Run(context.Background(), p.RunID, uint64(n), emit, func(h steps.Host) { status = p.Run(h).Status })
	if err == nil && status != steps.Passed {
		err = fmt.Errorf("run %d: %s", n, status)
	}
	return err
}

func (s *site) prepare(n int) (*runner.Prepared, error) {
	target := steps.Target{Name: "bench", Dialect: graph.V1, Bot: simulatedBot}
	return runner.Prepare(s.plan, runner.Options{Row: s.plan.Rows[0], Seed: 1, Repeat: n, Target: target,
		Callback: func(runID string) string { return "https://bot.example/callbacks/" + runID }})
}

// waitForEnd makes a call and waits for it to end.
const waitForEnd = `name: Wait for the end
vars:
  callee: 8a34a46b-3d17-4adc-8dce-dc4e7d572698
steps:
  - createCall:
      targets: [{identity: {user: {id: "${{ callee }}"}}}]
    until: accepted
    capture: {outgoing: call.id}
  - await: call.id == outgoing && call.state == "terminated" && call.resultInfo.subcode == 7015
    timeout: 1h
`

// waiting is a run that stands at its await.
type waiting struct {
	id      string        // of the run
	matched chan struct{} // the await has got its event
	ended   chan error
}

// wait starts the n-th run and returns when it has come to its last step.
func (s *site) wait(n int) waiting {
	w := waiting{matched: make(chan struct{}, 1), ended: make(chan error, 1)}
	there := make(chan string, 1)
	id := ""
	go func() {
		err := s.run(n, func(r steps.Record) {
			switch {
			case r.RunStart != nil:
				id = r.RunStart.RunID
			case r.StepStart != nil && r.StepStart.Verb == "await":
				there <- id
			case r.Claim != nil:
				w.matched <- struct{}{}
			}
		})
		w.ended <- err
	}()
	w.id = <-there
	return w
}

// notification is a POST to a run's callback URI, as net/http hands it to the listener.
func (s *site) notification(run, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/callbacks/"+run, strings.NewReader(body))
	r.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {s.bearer}}
	return r
}

// end posts the notification that a waiting run's call has ended, and waits for the run's end.
func (s *site) end(w waiting) error {
	s.listener.ServeHTTP(httptest.NewRecorder(), s.notification(w.id, callEnded))
	return <-w.ended
}

const benchCall = "57dab8b1-894c-409a-b240-bd8beae78896"

// callEnded is the notification that a call has ended.
const callEnded = `{"@odata.type":"#microsoft.graph.commsNotifications","value":[{"@odata.type":"#microsoft.graph.commsNotification",` +
	`"changeType":"deleted","resource":"/app/calls/` + benchCall + `","resourceUrl":"/communications/calls/` + benchCall + `",` +
	`"resourceData":{"@odata.type":"#microsoft.graph.call","state":"terminated","id":"` + benchCall + `",` +
	`"callChainId":"d8217646-3110-40b1-bae6-e9ac6c3a9f74","resultInfo":{"@odata.type":"#microsoft.graph.resultInfo",` +
	`"code":0,"subcode":7015,"message":"GracefulTermination"}}}]}`

// BenchmarkDeliver posts one notification to one of many waiting runs, through the listener with its check of the token,
// until the run's await has matched it. A fresh run takes its place while the clock stands.
func BenchmarkDeliver(b *testing.B) {
	for _, n := range []int{10, 1000, 10_000} {
		b.Run(fmt.Sprint(n, "-waiting"), func(b *testing.B) {
			s := newSite(b, waitForEnd, "http://graph.example", inMemory())
			runs := make([]waiting, n)
			for i := range runs {
				runs[i] = s.wait(i)
			}
			took := []time.Duration{}
			for i := 0; b.Loop(); i++ {
				w := &runs[i%n]
				post, answer := s.notification(w.id, callEnded), httptest.NewRecorder()
				began := time.Now()
				s.listener.ServeHTTP(answer, post)
				<-w.matched
				took = append(took, time.Since(began))
				if err := <-w.ended; answer.Code != http.StatusAccepted || err != nil {
					b.Fatal(answer.Code, err)
				}
				*w = s.wait(n + i)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "µs/median")
			b.ReportMetric(0, "ns/op") // it counts the fresh runs, so it says nothing
			for _, w := range runs {
				if err := s.end(w); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkWaitingRun is the memory of a run that has made a call and waits for it to end.
func BenchmarkWaitingRun(b *testing.B) {
	const n = 10_000
	s := newSite(b, waitForEnd, "http://graph.example", inMemory())
	for b.Loop() {
		before := inUse()
		runs := make([]waiting, n)
		for i := range runs {
			runs[i] = s.wait(i)
		}
		b.ReportMetric(float64(inUse()-before)/n/1024, "KB/run")
		b.ReportMetric(float64(runtime.NumGoroutine())/n, "goroutines/run")
		for _, w := range runs {
			if err := s.end(w); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// inUse is the heap and the stacks in use, in bytes.
func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// plainService answers the five requests of fiveRequests at once and sends no notification.
func plainService(requests *atomic.Int64) http.Handler {
	const calls = "/v1.0/communications/calls"
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			_, _ = io.Copy(io.Discard, r.Body)
			if body != "" {
				w.Header().Set("Content-Type", "application/json")
			}
			if status == http.StatusCreated {
				w.Header().Set("Location", calls+"/"+benchCall)
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	const call = `{"@odata.type":"#microsoft.graph.call","id":"` + benchCall + `","state":"establishing","direction":"outgoing",` +
		`"callbackUri":"https://bot.example/callbacks","callChainId":"d8217646-3110-40b1-bae6-e9ac6c3a9f74","requestedModalities":["audio"]}`
	mux := http.NewServeMux()
	mux.Handle("POST "+calls, answer(http.StatusCreated, call))
	mux.Handle("GET "+calls+"/{id}", answer(http.StatusOK, call))
	mux.Handle("POST "+calls+"/{id}/participants/invite", answer(http.StatusOK,
		`{"@odata.type":"#microsoft.graph.inviteParticipantsOperation","id":"0fe0623f-d628-42ed-b4bd-8ac290072cc5",`+
			`"status":"running","clientContext":"d45324c1-fcb5-430a-902c-f20af696537c","resultInfo":null}`))
	mux.Handle("DELETE "+calls+"/{id}", answer(http.StatusNoContent, ""))
	return mux
}

// fiveRequests waits for no outcome, so that it does what a plain HTTP client does.
const fiveRequests = `name: Five requests
vars:
  callee: 8a34a46b-3d17-4adc-8dce-dc4e7d572698
steps:
  - createCall:
      targets: [{identity: {user: {id: "${{ callee }}"}}}]
    until: accepted
    capture: {outgoing: call.id}
  - getCall: ${{ outgoing }}
  - invite:
      call: ${{ outgoing }}
      participants: [{identity: {user: {id: "${{ callee }}"}}}]
    until: accepted
  - getCall: ${{ outgoing }}
  - hangUp: ${{ outgoing }}
    until: accepted
`

// BenchmarkFiveRequests runs the scenario against a plain server over the loopback interface, in turn with a client
// written by hand that sends the same requests and reads the same answers.
func BenchmarkFiveRequests(b *testing.B) {
	for _, c := range []struct {
		name string
		side int
	}{{"in-sequence", 1}, {"50-side-by-side", 50}} {
		b.Run(c.name, func(b *testing.B) {
			var requests atomic.Int64
			server := httptest.NewServer(plainService(&requests))
			defer server.Close()
			s := newSite(b, fiveRequests, server.URL, nil)
			byHand := handWritten{server.URL, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}, Timeout: 75 * time.Second}}
			defer byHand.client.CloseIdleConnections()
			scenario := func(i int) error { return s.run(i, func(steps.Record) {}) }
			batch := max(10, 2*c.side)
			var ours, theirs []float64
			for b.Loop() {
				ours = append(ours, sideBySide(b, c.side, batch, scenario))
				theirs = append(theirs, sideBySide(b, c.side, batch, byHand.run))
			}
			if want := int64(5 * 2 * batch * len(ours)); requests.Load() != want {
				b.Fatalf("the server got %d requests, not %d", requests.Load(), want)
			}
			b.ReportMetric(0, "ns/op") // of both together, so it says nothing
			b.ReportMetric(median(ours)/float64(batch)*1e6, "µs/scenario")
			b.ReportMetric(median(theirs)/float64(batch)*1e6, "µs/by-hand")
			ratios := make([]float64, len(ours))
			for i := range ours {
				ratios[i] = ours[i] / theirs[i]
			}
			b.ReportMetric(median(ratios), "ratio")
		})
	}
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// sideBySide calls f n times, at most that many at once, and returns how many seconds it took.
func sideBySide(b *testing.B, side, n int, f func(i int) error) float64 {
	began := time.Now()
	var next atomic.Int64
	var all sync.WaitGroup
	for range side {
		all.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				if err := f(int(i)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	return time.Since(began).Seconds()
}

// handWritten is what somebody would write who needs these five requests and nothing else: the same bytes on the wire, a
// timeout, the answers decoded as far as they are needed.
type handWritten struct {
	root   string
	client *http.Client
}

type handCall struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

func (c handWritten) run(int) error {
	calls, scenario := c.root+"/v1.0/communications/calls", newGUID()
	person := map[string]any{"@odata.type": "#microsoft.graph.invitationParticipantInfo",
		"identity": map[string]any{"@odata.type": "#microsoft.graph.identitySet",
			"user": map[string]any{"@odata.type": "#microsoft.graph.identity", "id": "8a34a46b-3d17-4adc-8dce-dc4e7d572698"}}}
	var call handCall
	err := c.do(scenario, "POST", calls, map[string]any{"@odata.type": "#microsoft.graph.call", "callbackUri": "https://bot.example/callbacks/" + newGUID(),
		"targets": []any{person}, "requestedModalities": []string{"audio"}, "tenantId": simulatedBot.TenantID,
		"mediaConfig": map[string]any{"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"}}, &call)
	if err == nil {
		err = c.do(scenario, "GET", calls+"/"+call.ID, nil, &call)
	}
	var operation struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	}
	if err == nil {
		err = c.do(scenario, "POST", calls+"/"+call.ID+"/participants/invite", map[string]any{"participants": []any{person},
			"clientContext": newGUID()}, &operation)
	}
	if err == nil {
		err = c.do(scenario, "GET", calls+"/"+call.ID, nil, &call)
	}
	if err == nil {
		err = c.do(scenario, "DELETE", calls+"/"+call.ID, nil, nil)
	}
	if err == nil && (call.State == "" || operation.Status == "") {
		err = errors.New("no state")
	}
	return err
}

func newGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (c handWritten) do(scenario, method, url string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = strings.NewReader(string(text))
	}
	r, err := http.NewRequest(method, url, body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer a.b.c")
	r.Header.Set("Scenario-Id", scenario)
	r.Header.Set("Client-Request-Id", newGUID())
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode >= 300:
		return fmt.Errorf("%s %s: %s: %s", method, url, resp.Status, text)
	case out == nil:
		return nil
	}
	return json.Unmarshal(text, out)
}
