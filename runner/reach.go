package runner

import (
	"errors"
	"fmt"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

// heard is the last answer of the service's that the run has got.
type heard struct {
	at   time.Time
	what string // "201 to createCall of step ring"
}

// hear notes that the service has answered.
func (r *run) hear(h steps.Host, who sender, status int) {
	r.answered = true
	r.heard = heard{h.Now(), fmt.Sprintf("%d to %s", status, who.verb)}
	if who.key != "" && who.key != "cleanup" {
		r.heard.what += " of step " + who.key
	}
}

// outOfReach says of a step that failed because the service has gone away in the middle of the run since when it is gone. For
// a wait that ended in vain it asks: the silence of a service that is not there looks like one that has nothing to say.
func (t *turn) outOfReach(f *steps.Failure, err error) bool {
	r := t.run
	var net *steps.NetError
	switch {
	case !r.answered || !r.Target.Remote || t.excused || t.step.ContinueOnError:
		return false
	case errors.As(err, &net):
		if net.Auth || !net.Refused {
			return false
		}
	case !t.inVain:
		return false
	default:
		if net = t.serviceGone(); net == nil {
			return false
		}
		f.Text += ", and the service is out of reach: " + net.Error()
		f.Hints = nil
	}
	know(f, r.heard.at, 0, "the service answered for the last time: "+r.heard.what)
	if e := r.lastNotified(); e != nil && e.At.After(r.heard.at) {
		know(f, e.At, e.Seq, "its last notification came: "+summary(e.Event.Event))
	}
	know(f, t.host.Now(), 0, "it is out of reach: "+net.Error())
	inOrder(f)
	hint := "the service was there and has gone: what it did meanwhile, and whether it has ended the calls, nobody knows"
	if r.Target.Simulated {
		hint = "is `callflow simulate` still running? " + r.Target.Name + " is a simulator in a process of its own"
	}
	f.Hints = []string{hint}
	return true
}

// serviceGone reads a call that is up, in a time of its own, and returns why the service cannot be reached; nil: it can, or there is no
// such call.
func (t *turn) serviceGone() *steps.NetError {
	up := t.run.legs.up()
	if len(up) == 0 {
		return nil
	}
	shield, unshield := t.host.Shield(0)
	defer unshield()
	h, end := shield.Scope(askTime, &ended{kind: "timeout", why: "no answer within " + steps.Span(askTime)})
	defer end(errDone)
	_, err := t.run.send(h, sender{key: t.key, branch: t.branch, verb: "getCall", attempt: 1, pos: t.step.VerbPos}, graph.Command{Op: "getCall", Call: up[0].id})
	var net *steps.NetError
	if errors.As(err, &net) && net.Refused && !net.Auth {
		return net
	}
	return nil
}

// lastNotified is the last notification of the run's; nil when none has come.
func (r *run) lastNotified() *entry {
	for i := len(r.inbox.entries) - 1; i >= 0; i-- {
		if e := r.inbox.entries[i]; e.Origin != graph.FromResponse {
			return e
		}
	}
	return nil
}
