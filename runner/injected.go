package runner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
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

// mostDisturbed is how many disturbed notifications a failure tells of: the last ones.
const mostDisturbed = 5

// chaosTime is for how long what --chaos did to a notification can be the reason that it is not there: it brings everything
// within a quarter of a second.
const chaosTime = time.Second

// disturbed adds to the failure of a wait, which ends now, what its simulated world was told to do to notifications: what was
// waited for may have been among them. calls are those that matter; none: all do. twice: those count that came again.
func (r *run) disturbed(f *steps.Failure, now time.Time, twice bool, calls ...string) {
	var facts []steps.Fact
	for _, e := range r.inbox.struck {
		if len(calls) > 0 && !slices.Contains(calls, e.CallID) {
			continue
		}
		if said := r.disturbance(e, now, twice); said != "" {
			facts = append(facts, steps.Fact{At: e.At, Text: fmt.Sprintf("%s: %s (call %s)", said, e.Disturbed.Tells, e.CallID)})
		}
	}
	f.Facts = append(f.Facts, facts[max(0, len(facts)-mostDisturbed):]...)
}

// disturbance says what did what to a notification; "" when that is no reason for a failure now.
func (r *run) disturbance(e *entry, now time.Time, twice bool) string {
	fault := r.fault(strike{fault: e.Disturbed.Fault})
	_, what, _ := strings.Cut(strings.TrimSuffix(e.Disturbed.Did, " ("+e.Disturbed.Tells+")"), ": ")
	switch {
	case fault != nil:
		did := disturbs(fault, now.Sub(e.At), twice)
		if did == "" {
			return ""
		}
		return fmt.Sprintf("the scenario's own fault (%s) %s", r.plan.Simulate.At("faults", strconv.Itoa(e.Disturbed.Fault-1)), did)
	case e.Disturbed.Fault > 0:
		return "a fault of the simulated world struck a notification (" + strings.TrimPrefix(what, "notification, ") + ")"
	case twice != (what == "duplicate") || !twice && now.Sub(e.At) > chaosTime:
		return ""
	}
	return "the disorder of --chaos struck a notification (" + what + ")"
}

// disturbs says what a fault did to a notification that long ago; "" when that is no reason for a failure now.
func disturbs(f *world.Fault, ago time.Duration, twice bool) string {
	var did []string
	for _, x := range []struct {
		is   bool
		what string
	}{
		{f.Drop, "dropped a notification"},
		{f.Delay > 0 && f.Delay+time.Second > ago, "delayed a notification by " + steps.Span(f.Delay)},
		{f.Reorder, "held a notification back until the next"},
		{f.Misroute, "sent a notification to the bot's registered address"},
		{f.Slow > 0, "had the webhook take " + steps.Span(f.Slow) + " for a notification"},
		{f.Empty, "took a notification's content away"},
		{f.UnknownType, "made a notification one of an unknown type"},
		{f.BadToken != "", "sent a notification with a bad token (" + f.BadToken + ")"},
		{f.Duplicate && twice, "had a notification come twice"},
		{f.Early, "had a notification come early"},
	} {
		if x.is {
			did = append(did, x.what)
		}
	}
	return strings.Join(did, ", and ")
}

// isServersFault says that a result tells of the service's own trouble, or of one that a fault stands for, and not of an end
// that the service's pages know as a way for the action to go.
func (t *turn) isServersFault(info *graph.ResultInfo, code *steps.Explained) bool {
	if info == nil || info.Code/100 != 5 {
		return false
	}
	return t.injectedBy() != nil || code == nil || code.Status != graph.Documented && code.Status != graph.Simulator
}
