package runner

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"callflow/internal/host/sim"
	"callflow/steps"
)

// probes are the probes in a journal.
func (x *trial) probes() (all []steps.Probed) {
	for _, r := range x.records {
		if r.Probe != nil {
			all = append(all, *r.Probe)
		}
	}
	return all
}

// factsOf are the facts of the failure of a step; "": of the first one.
func factsOf(records []steps.Record, step string) (facts []string) {
	for _, r := range records {
		if r.StepEnd != nil && r.StepEnd.Failure != nil && (step == "" || r.Step == step) {
			for _, f := range r.StepEnd.Failure.Facts {
				facts = append(facts, f.Text)
			}
			return facts
		}
	}
	return nil
}

const aCall = `
name: probe
simulate: {people: {carol: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}
steps:
  - createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]}
  - sleep: 1s
`

// A wait that ends in silence is looked into once a run; one in which something was heard is not, nor is one whose failure
// is excused.
func TestProbes(t *testing.T) {
	const silence = "{await: call.state == \"incoming\", timeout: 2s"
	for name, test := range map[string]struct {
		steps  string
		probes int
	}{
		"a run that passes":        {"  - expectNone: {match: call.state == \"incoming\", for: 2s}\n", 0},
		"silence":                  {"  - " + silence + "}\n", 1},
		"an excused step":          {"  - " + silence + ", continueOnError: true}\n", 0},
		"a step in an excused one": {"  - continueOnError: true\n    parallel: {left: [" + silence + "}], right: [sleep: 5s]}\n", 0},
		"two at once":              {"  - parallel: {left: [" + silence + "}], right: [" + silence + "}]}\n", 1},
		"again in finally":         {"  - " + silence + "}\nfinally:\n  - " + silence + "}\n", 1},
		"again, after news":        {"  - " + silence + "}\nfinally:\n  - hangUp: ${{ keys(calls)[0] }}\n  - " + silence + "}\n", 2},
		"something was heard":      {"  - hangUp: {call: \"${{ keys(calls)[0] }}\"}\n    until: accepted\n  - " + silence + "}\n", 0},
		"a limit of the scenario":  {"  - await: call.state == \"incoming\"\ntimeout: 20s\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			x := (&trial{yaml: aCall + test.steps}).run(t)
			got := x.probes()
			if len(got) != test.probes {
				t.Fatalf("%d probes, want %d\n%s", len(got), test.probes, x.story())
			}
			for _, p := range got {
				if !p.Reached || p.Status != 202 || p.Address != sim.Callback(x.records[0].RunStart.RunID) {
					t.Errorf("%+v", p)
				}
			}
			for _, r := range x.records {
				if r.Event != nil && strings.Contains(r.Event.Summary, "probe") {
					t.Errorf("the probe became an event: %+v", r.Event)
				}
			}
		})
	}
}

// A probe that does not come through says why, and where to look.
func TestProbeThatIsLost(t *testing.T) {
	for name, test := range map[string]struct {
		answer steps.Response
		err    error
		want   string
	}{
		"refused":   {steps.Response{}, &steps.NetError{Down: true, Err: errors.New("connection refused")}, "a probe of the callback address did not come through: connection refused"},
		"a tunnel":  {steps.Response{Status: 502}, nil, "a probe of the callback address did not come through: something else than this listener answered 502"},
		"a page":    {steps.Response{Status: 200}, nil, "a probe of the callback address did not come through: something else than this listener answered 200"},
		"one way":   {steps.Response{Status: 504, Probed: true}, nil, "a probe came to the listener, but its answer did not come back: something in between answered 504"},
		"cut short": {steps.Response{Probed: true}, errors.New("EOF"), "a probe came to the listener, but its answer did not come back: EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			plan := compile(t, "name: t\nsteps:\n  - {await: call.state == \"incoming\", timeout: 2s}\n", nil)
			p, err := Prepare(plan, Options{Target: simulated(), Callback: sim.Callback})
			if err != nil {
				t.Fatal(err)
			}
			var records []steps.Record
			var result Result
			err = sim.Run(t.Context(), sim.Config{RunID: p.RunID, Bot: testBot, Emit: func(r steps.Record) { records = append(records, r) }},
				func(h steps.Host) { result = p.Run(answering{h, test.answer, test.err}) })
			if err != nil {
				t.Fatal(err)
			}
			if facts := factsOf(records, ""); !slices.Equal(facts, []string{test.want}) {
				t.Errorf("facts %q, want %q", facts, test.want)
			}
			if !slices.ContainsFunc(result.Failure.Hints, func(h string) bool { return strings.Contains(h, p.Target.Callback) }) {
				t.Errorf("no hint says where to look: %q", result.Failure.Hints)
			}
		})
	}
}

// answering is a host that answers probes.
type answering struct {
	steps.Host
	answer steps.Response
	err    error
}

func (h answering) Do(r steps.Request) (steps.Response, error) {
	if r.Probe {
		return h.answer, h.err
	}
	return h.Host.Do(r)
}

func (h answering) Fork(n int, branch func(int, steps.Host)) {
	h.Host.Fork(n, func(i int, inner steps.Host) { branch(i, answering{inner, h.answer, h.err}) })
}

func (h answering) Scope(limit time.Duration, cause error) (steps.Host, func(error)) {
	inner, end := h.Host.Scope(limit, cause)
	return answering{inner, h.answer, h.err}, end
}

func (h answering) Shield(limit time.Duration) (steps.Host, func()) {
	inner, end := h.Host.Shield(limit)
	return answering{inner, h.answer, h.err}, end
}
