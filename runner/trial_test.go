package runner

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/graph"
	"callflow/internal/host/sim"
	"callflow/internal/simulator"
	"callflow/schema"
	"callflow/steps"
)

// trial is one run of a scenario in a world of its own, for the tests of this package.
type trial struct {
	yaml    string
	files   map[string]string // what it includes
	opt     Options
	service *scripted // nil: the simulator
	// interrupt and kill are the steps at whose start comes the first and the second Ctrl-C; "": none.
	interrupt, kill string

	Result
	records []steps.Record
	journal string
}

var testBot = steps.Bot{Name: "bot", AppID: "b0b0c0de-0000-4000-8000-000000000001", TenantID: "7e4a47c0-0000-4000-8000-000000000001"}

// compile checks a scenario.
func compile(t *testing.T, yaml string, files map[string]string) *schema.Plan {
	t.Helper()
	fs := fstest.MapFS{}
	for name, text := range files {
		fs[name] = &fstest.MapFile{Data: []byte(text)}
	}
	plan, problems := schema.Check(schema.Source{Name: "test.yaml", Text: []byte(yaml), FS: fs}, steps.Vocabulary())
	if plan == nil {
		t.Fatalf("the scenario is wrong:\n%v", problems)
	}
	return plan
}

// simulated is the embedded simulator as a target.
func simulated() steps.Target {
	return steps.Target{Name: "simulator", Dialect: graph.V1, Simulated: true, Bot: testBot}
}

// run runs the trial.
func (x *trial) run(t *testing.T) *trial {
	t.Helper()
	plan := compile(t, x.yaml, x.files)
	if x.opt.Target.Name == "" {
		x.opt.Target = simulated()
	}
	if x.opt.Seed == 0 {
		x.opt.Seed = 1
	}
	x.opt.Callback = sim.Callback
	p, err := Prepare(plan, x.opt)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	j := NewJournal(&b, p.Mask)
	ctx, interrupt := context.WithCancel(context.Background())
	defer interrupt()
	kill := make(chan struct{})
	cfg := sim.Config{Seed: x.opt.Seed, RunID: p.RunID, Dialect: x.opt.Target.Dialect, Bot: testBot, Scene: p.Scene, Kill: kill,
		Emit: func(r steps.Record) {
			x.records = append(x.records, r)
			j.Record(r)
			if r.StepStart != nil && r.Step == x.interrupt {
				interrupt()
			}
			if r.StepStart != nil && r.Step == x.kill {
				close(kill)
			}
		}}
	if x.service != nil {
		cfg.Service = x.service.start
	}
	if err := sim.Run(ctx, cfg, func(h steps.Host) { x.Result = p.Run(h) }); err != nil {
		t.Fatal(err)
	}
	x.journal = b.String()
	return x
}

// story is the journal in a line a record: what kind, of which step, and what matters about it.
func (x *trial) story() string {
	var b strings.Builder
	line := func(r steps.Record, format string, args ...any) {
		where := r.Step
		if r.Branch != "" {
			where += "@" + r.Branch
		}
		fmt.Fprintf(&b, "%v %s", r.At.Sub(sim.Epoch).Round(time.Millisecond), strings.TrimSpace(where+" "+fmt.Sprintf(format, args...)))
		b.WriteByte('\n')
	}
	for _, r := range x.records {
		switch {
		case r.StepStart != nil:
			line(r, "start")
		case r.Request != nil:
			line(r, "%s %s", r.Request.Method, r.Request.Path)
		case r.Response != nil && r.Response.Error != "":
			line(r, "no response: %s", r.Response.Error)
		case r.Response != nil:
			line(r, "%d", r.Response.Status)
		case r.Event != nil:
			line(r, "event %s", r.Event.Summary)
		case r.Retry != nil:
			line(r, "again in %v: %s", r.Retry.Wait, r.Retry.Reason)
		case r.Capture != nil:
			line(r, "%s = %v", r.Capture.Name, r.Capture.Value)
		case r.Log != nil:
			line(r, "log %s", r.Log.Text)
		case r.StepEnd != nil:
			e := r.StepEnd
			text := e.Status
			if e.Reason != "" {
				text += ": " + e.Reason
			}
			if e.Failure != nil {
				text += ": " + e.Failure.Text
			}
			line(r, "%s", text)
		case r.Cleanup != nil:
			line(r, "cleanup %s %s: %s", r.Cleanup.Action, r.Cleanup.Call, r.Cleanup.Result)
		case r.RunEnd != nil:
			line(r, "run %s", r.RunEnd.Status)
		}
	}
	return b.String()
}

// want compares the story, without the virtual times when the wanted lines have none.
func (x *trial) want(t *testing.T, story string) {
	t.Helper()
	story = strings.TrimLeft(story, "\n")
	got := x.story()
	if first, _, _ := strings.Cut(story, " "); first != "0s" {
		var b strings.Builder
		for line := range strings.Lines(got) {
			_, rest, _ := strings.Cut(line, " ")
			b.WriteString(rest)
		}
		got = b.String()
	}
	if diff := cmp.Diff(strings.Split(story, "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("the story (-want +got):\n%s", diff)
	}
}

// end is the record that closes the journal.
func (x *trial) end(t *testing.T) *steps.RunEnd {
	t.Helper()
	if n := len(x.records); n > 0 && x.records[n-1].RunEnd != nil {
		return x.records[n-1].RunEnd
	}
	t.Fatalf("the journal does not end with runEnd:\n%s", x.story())
	return nil
}

func (x *trial) status(t *testing.T, want, text string) {
	t.Helper()
	got := ""
	if x.Failure != nil {
		got = x.Failure.Text
	}
	if x.Status != want || !strings.Contains(got, text) {
		t.Errorf("the run %s (%q), want %s (…%q…)\n%s", x.Status, got, want, text, x.story())
	}
}

// scripted is a service that gives each request the next answer; after the last one, 204 to everything.
type scripted struct {
	answers   []answer
	otherwise *answer  // when there are no more answers; nil: 204
	requests  []string // METHOD path
	ids       []string // the client-request-id of each
	bodies    []string
	headers   []http.Header
	clock     simulator.Clock
	deliver   func(simulator.Delivery)
}

type answer struct {
	status  int
	headers string // "Name: value"
	body    string
	fate    simulator.Fate
	then    func(s *scripted) // after the request was taken
}

func (s *scripted) start(clock simulator.Clock, deliver func(simulator.Delivery)) http.Handler {
	s.clock, s.deliver = clock, deliver
	return s
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.requests = append(s.requests, r.Method+" "+r.URL.Path)
	s.ids = append(s.ids, r.Header.Get("client-request-id"))
	s.bodies = append(s.bodies, string(body))
	s.headers = append(s.headers, r.Header)
	a := answer{status: 204}
	if s.otherwise != nil {
		a = *s.otherwise
	}
	if n := len(s.requests); n <= len(s.answers) {
		a = s.answers[n-1]
	}
	w.(simulator.Fated).Fate(a.fate)
	if name, value, ok := strings.Cut(a.headers, ": "); ok {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
	if a.then != nil {
		a.then(s)
	}
}

// notify delivers a call's state to the run's callback URI after a while.
func (s *scripted) notify(after time.Duration, call, state string) {
	var to struct{ CallbackURI string }
	for _, b := range s.bodies {
		if _, rest, ok := strings.Cut(b, `"callbackUri":"`); ok {
			to.CallbackURI, _, _ = strings.Cut(rest, `"`)
		}
	}
	s.clock.After(after, func() {
		s.deliver(simulator.Delivery{URL: to.CallbackURI, Headers: graph.Headers{{Name: "Content-Type", Value: "application/json"}},
			Body: fmt.Appendf(nil, `{"@odata.type":"#microsoft.graph.commsNotifications","value":[{"@odata.type":"#microsoft.graph.commsNotification",`+
				`"changeType":"updated","resourceUrl":"/communications/calls/%s","resourceData":{"@odata.type":"#microsoft.graph.call","id":%q,"state":%q}}]}`,
				call, call, state)})
	})
}

// refusal is the body of an error answer.
func refusal(code, message string) string {
	return fmt.Sprintf(`{"error":{"code":%q,"message":%q}}`, code, message)
}
