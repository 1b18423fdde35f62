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
	"net/url"
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
	"callflow/internal/target"
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
	headers  http.Header // of the notifications
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
	token := signer.Sign(target.Bot.AppID, target.Bot.TenantID, time.Now())
	s := &site{plan: plan, headers: http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token}},
		hub: local.NewHub(local.Config{Transport: transport, Root: root, Tokens: fixedToken{}, Bot: target.Bot.Name})}
	s.listener = callback.NewListener(callback.Config{Sink: s.hub, Verifier: callback.NewVerifier(signer.Keys),
		Bots: []callback.Bot{{Name: target.Bot.Name, AppID: target.Bot.AppID}}})
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
	about := steps.Target{Name: "bench", Dialect: graph.V1, Bot: target.Bot}
	return runner.Prepare(s.plan, runner.Options{Row: s.plan.Rows[0], Seed: 1, Repeat: n, Target: about,
		Callback: func(runID string) string { return "https://bot.example/callbacks/" + runID }})
}

// waitFor makes a call and waits for so many events of it.
func waitFor(count int) string {
	return fmt.Sprintf(`name: Wait
vars:
  callee: 8a34a46b-3d17-4adc-8dce-dc4e7d572698
steps:
  - createCall:
      targets: [{identity: {user: {id: "${{ callee }}"}}}]
    until: accepted
    capture: {outgoing: call.id}
  - await:
      match: call.id == outgoing && call.state == "established" && call.mediaState.audio == "active"
      count: %d
    timeout: 1h
`, count)
}

// waiting is a run that stands at its await.
type waiting struct {
	id      string        // of the run
	arrived chan struct{} // an event has
	ended   chan error
}

// wait starts n runs, numbered from the first, and returns when they have come to their awaits.
func (s *site) wait(first, n int) []waiting {
	runs := make([]waiting, n)
	for i := range runs {
		w := waiting{arrived: make(chan struct{}, 1), ended: make(chan error, 1)}
		there := make(chan string, 1)
		id := ""
		go func() {
			w.ended <- s.run(first+i, func(r steps.Record) {
				switch {
				case r.RunStart != nil:
					id = r.RunStart.RunID
				case r.StepStart != nil && r.StepStart.Verb == "await":
					there <- id
				case r.Event != nil:
					w.arrived <- struct{}{}
				}
			})
		}()
		w.id = <-there
		runs[i] = w
	}
	return runs
}

// notify posts a notification to a run's callback URI, as net/http hands it to the listener, and waits until the run has
// taken it.
func (s *site) notify(w waiting) (status int) {
	answer := httptest.NewRecorder()
	s.listener.ServeHTTP(answer, &http.Request{Method: http.MethodPost, URL: &url.URL{Path: "/callbacks/" + w.id}, Header: s.headers,
		Body: io.NopCloser(strings.NewReader(callEstablished)), ContentLength: int64(len(callEstablished))})
	<-w.arrived
	return answer.Code
}

// end waits for the end of runs that have got all they wait for.
func end(b *testing.B, runs []waiting) {
	for _, w := range runs {
		if err := <-w.ended; err != nil {
			b.Fatal(err)
		}
	}
}

const benchCall = "57dab8b1-894c-409a-b240-bd8beae78896"

// callEstablished is the notification that a call is up.
const callEstablished = `{"@odata.type":"#microsoft.graph.commsNotifications","value":[{"@odata.type":"#microsoft.graph.commsNotification",` +
	`"changeType":"updated","resource":"/app/calls/` + benchCall + `","resourceUrl":"/communications/calls/` + benchCall + `",` +
	`"resourceData":{"@odata.type":"#microsoft.graph.call","state":"established","id":"` + benchCall + `",` +
	`"callChainId":"d8217646-3110-40b1-bae6-e9ac6c3a9f74","chatInfo":{"@odata.type":"#microsoft.graph.chatInfo",` +
	`"threadId":"19:meeting@thread.v2"},"mediaState":{"@odata.type":"#microsoft.graph.callMediaState","audio":"active"}}}]}`

// BenchmarkDeliver posts notifications while many runs wait: the listener checks the token and decodes, the run takes the
// event and matches it. One run gets all of them; or each run in turn, whose memory the processor has long forgotten.
// After a hundred matches a run ends, and a fresh one is started while the clock stands.
func BenchmarkDeliver(b *testing.B) {
	const each = 100
	for _, c := range []struct {
		name       string
		n, getting int
	}{{"10-waiting", 10, 1}, {"1000-waiting", 1000, 1}, {"10000-waiting", 10_000, 1}, {"each-of-10000", 10_000, 10_000}} {
		b.Run(c.name, func(b *testing.B) {
			s := newSite(b, waitFor(each), "http://graph.example", inMemory())
			others := s.wait(0, c.n-c.getting)
			runs := s.wait(c.n, c.getting)
			i := 0
			for b.Loop() {
				if status := s.notify(runs[i%c.getting]); status != http.StatusAccepted {
					b.Fatal(status)
				}
				if i++; i%(c.getting*each) == 0 {
					b.StopTimer()
					end(b, runs)
					runs = s.wait(c.n+i, c.getting)
					b.StartTimer()
				}
			}
			for range each - (i%(c.getting*each)+c.getting-1)/c.getting { // one at least gets all of its events, and must pass
				s.notify(runs[0])
			}
			end(b, runs[:1])
			s.hub.Kill()
			for _, w := range append(others, runs[1:]...) {
				<-w.ended
			}
		})
	}
}

// BenchmarkWaitingRun is the memory of a run that has made a call and waits for it to be established.
func BenchmarkWaitingRun(b *testing.B) {
	const n = 10_000
	s := newSite(b, waitFor(1), "http://graph.example", inMemory())
	for b.Loop() {
		before := inUse()
		runs := s.wait(0, n)
		b.ReportMetric(float64(inUse()-before)/n/1024, "KB/run")
		b.ReportMetric(float64(runtime.NumGoroutine())/n, "goroutines/run")
		for _, w := range runs {
			s.notify(w)
		}
		end(b, runs)
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
		"targets": []any{person}, "requestedModalities": []string{"audio"}, "tenantId": target.Bot.TenantID,
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
