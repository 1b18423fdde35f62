package runner

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
	"callflow/steps"
)

// strike is a fault of the simulated world that struck a request of the run.
type strike struct {
	fault      int // its number, from 1
	at         time.Time
	step, verb string
	call       string // that the request was about, or created
}

// struck learns from a simulator's response that a fault struck the request.
func (r *run) struck(who sender, at time.Time, c graph.Command, reply *graph.Reply) {
	if n, err := strconv.Atoi(reply.Headers.Get(world.FaultHeader)); err == nil && r.Target.Simulated {
		call := reply.CallID
		if call == "" {
			call = graph.CanonicalID(c.Call)
		}
		r.strikes = append(r.strikes, strike{n, at, who.key, who.verb, call})
	}
}

// fault is the scenario's own fault that struck; nil: one that the simulator has from elsewhere.
func (r *run) fault(s strike) *world.Fault {
	if r.Target.Name != "simulator" || r.Scene == nil || s.fault < 1 || s.fault > len(r.Scene.Faults) {
		return nil
	}
	return &r.Scene.Faults[s.fault-1]
}

// injectedBy is the strike that made a turn's last request fail: on that request, or on one before it that took the call away.
func (t *turn) injectedBy() *strike {
	for _, s := range slices.Backward(t.run.strikes) {
		if s.step == t.key && s.at.Equal(t.sent.at) {
			return &s
		}
		f := t.run.fault(s)
		if f != nil && f.Fails != nil && (f.Fails.Gone || f.Fails.Ends) && s.call != "" && s.call == t.sent.call {
			return &s
		}
	}
	return nil
}

// injected says of a failure that it was ordered: nobody needs to look for its cause in the service.
func (t *turn) injected(f *steps.Failure) {
	if t.sent.at.IsZero() || f.Kind == "value" {
		return
	}
	s := t.injectedBy()
	if s == nil {
		return
	}
	whose := "a fault of the simulated world"
	if t.run.fault(*s) != nil {
		whose = fmt.Sprintf("the scenario's own fault (%s)", t.run.plan.Simulate.At("faults", strconv.Itoa(s.fault-1)))
	}
	what := "made the simulator answer so"
	if s.step != t.key {
		what = "made the " + s.verb + " before it end so"
	}
	know(f, s.at, 0, whose+" "+what)
	inOrder(f)
}

// isServersFault says that a result tells of the service's own trouble, or of one that a fault stands for, and not of an end
// that the service's pages know as a way for the action to go.
func (t *turn) isServersFault(info *graph.ResultInfo, code *steps.Explained) bool {
	if info == nil || info.Code/100 != 5 {
		return false
	}
	return t.injectedBy() != nil || code == nil || code.Status != graph.Documented && code.Status != graph.Simulator
}
