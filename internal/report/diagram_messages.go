package report

import (
	"slices"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

func (b *diagramBuilder) request(r *steps.Record) {
	q := r.Request
	to := b.leg(q.Call)
	place := stepPlace{r.Step, r.Branch}
	b.sent[place] = to
	one := rung{what: request, from: b.d.bot(clean(q.Bot)), to: to, text: b.branch(r) + requestText(q), ids: q.Method + " " + clean(q.Path)}
	if whom := b.legs.addressed(q); whom != "" {
		one.text += b.mark(" → ", " -> ") + whom
	}
	if id := q.Headers.Get("client-request-id"); id != "" {
		one.ids += "\nclient-request-id: " + clean(id)
	}
	b.asked[place] = b.put(r, one)
	b.seen(b.asked[place], to)
}

// unsent turns the arrow of a request that never went out into a note: nothing has gone over to the service.
func (b *diagramBuilder) unsent(r *steps.Record, why string) (ok bool) {
	i, ok := b.asked[stepPlace{r.Step, r.Branch}]
	if !ok {
		return false
	}
	one := &b.d.rungs[i]
	one.what, one.from, one.to, one.how = note, noLane, noLane, bad
	one.text = b.mark("× ", "x ") + one.text + ": " + why
	if r.Response.Took >= time.Second {
		one.text += " (after " + duration(r.Response.Took) + ")"
	}
	b.marks = slices.DeleteFunc(b.marks, func(m legMark) bool { return m.rung == i })
	return true
}

func (b *diagramBuilder) response(r *steps.Record) {
	a := r.Response
	text, how := responseText(a)
	if neverSent(a) && b.unsent(r, text) {
		return
	}
	one := rung{what: response, to: b.d.bot(""), text: b.branch(r) + text, how: how}
	if a.Error != "" {
		one.what = lost
	}
	if id := a.Headers.Get("request-id"); id != "" {
		one.ids = "request-id: " + clean(id)
	}
	one.from = b.d.service()
	if to, ok := b.sent[stepPlace{r.Step, r.Branch}]; ok {
		one.from = to
	}
	if a.Status == 201 && a.Call != "" {
		one.from = b.leg(a.Call)
		b.owner[one.from] = r.Branch
	}
	one.to = b.legs.bot(one.from, b.d)
	b.seen(b.put(r, one), one.from)
}

func (b *diagramBuilder) notification(r *steps.Record) {
	e := r.Event
	one := rung{what: notification, from: b.leg(e.Call), text: b.notifiedText(r), ids: clean(e.Resource)}
	if e.Refused != "" || e.Kind == graph.KindMisrouted || e.Kind == graph.KindUnclaimed {
		one.how = warn
	}
	if e.MessageID != "" {
		one.ids += "\nmessage " + clean(e.MessageID)
	}
	one.to = b.legs.bot(one.from, b.d)
	i := b.put(r, one)
	if e.Refused == "" {
		b.seen(i, one.from)
	}
	if e.Refused == "" && e.Kind == graph.KindCall && (e.ChangeType == "deleted" || strings.HasPrefix(e.Summary, "call "+graph.StateTerminated)) {
		b.marks = append(b.marks, legMark{i, one.from, true})
	}
}
