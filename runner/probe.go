package runner

import (
	"errors"
	"fmt"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

// probed is what is known of the way to the run's own callback address: what a probe of it came to.
type probed struct {
	at       time.Time
	news     int // notifications that the run had got by then
	reached  bool
	said     string
	underWay bool
}

// notified counts the notifications behind a position of the inbox; what responses told is none.
func (b *inbox) notified(after uint64) (n int) {
	for _, e := range b.entries[after:] {
		if e.Origin != graph.FromResponse {
			n++
		}
	}
	return n
}

// unheardOf notes whether a wait, which has ended in vain, has ended in silence: its time was up, and since the position
// given no notification had come at all.
func (t *turn) unheardOf(why error, since uint64) {
	t.inVain = errors.Is(why, steps.ErrDeadline) || limited(why)
	t.silent = t.inVain && t.run.inbox.notified(since) == 0
}

// probe finds out for a failure why nothing was heard: it sends a request to the run's own callback address, by the way that
// the service's notifications take. One a run, unless notifications have come since the last one.
func (t *turn) probe(f *steps.Failure) {
	r := t.run
	if !t.silent || t.excused || t.step.ContinueOnError || r.Target.Callback == "" {
		return
	}
	news := r.inbox.notified(0)
	if p := r.probed; p == nil || p.news != news {
		r.probed = &probed{news: news, underWay: true}
		t.sendProbe(r.probed)
	}
	if r.probed.underWay { // of a step that goes on beside this one
		return
	}
	know(f, r.probed.at, 0, r.probed.said)
	if !r.probed.reached {
		f.Hints = append(f.Hints, "notifications cannot come through either, unless only the way from here is closed: look at the tunnel, proxy, "+
			"firewall and certificate behind "+r.Target.Callback)
	}
}

// sendProbe outlives the scope that may have ended the wait.
func (t *turn) sendProbe(p *probed) {
	shield, unshield := t.host.Shield(0)
	defer unshield()
	h, end := shield.Scope(askTime, &ended{kind: "timeout", why: "no answer within " + steps.Span(askTime)})
	defer end(errDone)
	sent := h.Now()
	address := t.run.Target.Callback
	response, err := h.Do(steps.Request{Bot: t.run.Target.Bot.Name, Method: "POST", URL: address, Probe: true})
	rec := &steps.Probed{Address: address, Status: response.Status, Took: h.Now().Sub(sent)}
	rec.Reached = err == nil && response.Probed && response.Status/100 == 2
	took := steps.Span(rec.Took)
	switch {
	case rec.Reached:
		rec.Text = fmt.Sprintf("the listener answered a probe in %s: it was there, and nothing was sent that it could take", took)
	case err != nil && response.Probed:
		rec.Text = fmt.Sprintf("a probe came to the listener, but its answer did not come back: %v", err)
	case err != nil:
		rec.Text = fmt.Sprintf("a probe of the callback address did not come through: %v", err)
	case response.Probed:
		rec.Text = fmt.Sprintf("a probe came to the listener, but its answer did not come back: something in between answered %d", response.Status)
	default:
		rec.Text = fmt.Sprintf("a probe of the callback address did not come through: something else than this listener answered %d", response.Status)
	}
	if err != nil {
		rec.Error = err.Error()
	}
	p.at, p.reached, p.said, p.underWay = h.Now(), rec.Reached, rec.Text, false
	emit(h, t.key, t.branch, steps.Record{Probe: rec})
}
