package report

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

// longWay is from when on it is told how long a notification was on its way, or a webhook took for it.
const longWay = time.Second

// deliveries is what the records of a run say together of how its notifications came.
type deliveries struct {
	list  []*steps.Record          // of notifications, as they came
	place map[*steps.Arrived]place // of those of which the service's order is known
	taken map[uint64][]string      // the keys of the steps that an event served
	early map[*steps.Arrived]bool  // those that came before the response that the call was created by
	gaps  []gap
}

// gap is how many notifications of a call did not come, as far as those that came show.
type gap struct {
	call    string
	missing int
}

// place is where a notification stands among those of its call that came, from 1.
type place struct{ sent, came int }

func deliveriesOf(records []steps.Record) *deliveries {
	d := &deliveries{place: map[*steps.Arrived]place{}, taken: map[uint64][]string{}, early: map[*steps.Arrived]bool{}}
	var calls []string
	came, creating := map[string][]*steps.Arrived{}, map[string]bool{}
	for i := range records {
		switch r := &records[i]; {
		case r.Event != nil && r.Event.Origin != graph.FromResponse:
			d.list = append(d.list, r)
			e := r.Event
			if came[e.Call] == nil {
				calls = append(calls, e.Call)
			}
			again := slices.ContainsFunc(came[e.Call], func(x *steps.Arrived) bool { return x.Number > 0 && x.Number == e.Number })
			if e.Call != "" && !again {
				came[e.Call] = append(came[e.Call], e)
			}
		case r.Claim != nil:
			d.serves(r.Claim.Event, r.Step)
		case r.Outcome != nil:
			d.serves(r.Outcome.Event, r.Step)
		case r.Request != nil:
			creating[r.Branch] = r.Request.Call == ""
		case r.Response != nil && r.Response.Status == http.StatusCreated && creating[r.Branch]:
			for _, e := range came[r.Response.Call] {
				d.early[e] = true
			}
		}
	}
	for _, call := range calls {
		d.rank(call, came[call])
	}
	return d
}

// rank finds the places of a call's notifications.
func (d *deliveries) rank(call string, came []*steps.Arrived) {
	came = slices.DeleteFunc(came, func(e *steps.Arrived) bool { return e.Number == 0 })
	sent := slices.SortedFunc(slices.Values(came), func(a, b *steps.Arrived) int { return cmp.Compare(a.Number, b.Number) })
	for i, e := range came {
		d.place[e] = place{slices.Index(sent, e) + 1, i + 1}
	}
	if n := len(sent); n > 0 && sent[n-1].Number > n {
		d.gaps = append(d.gaps, gap{call, sent[n-1].Number - n})
	}
}

func (d *deliveries) serves(event uint64, step string) {
	if event > 0 && !slices.Contains(d.taken[event], step) {
		d.taken[event] = append(d.taken[event], step)
	}
}

// odd says what is out of the ordinary in how a notification came; nil: nothing.
func (d *deliveries) odd(r *steps.Record) (words []string) {
	e := r.Event
	if e.Repeat {
		words = append(words, "again")
	}
	if p := d.place[e]; p.sent != p.came {
		words = append(words, fmt.Sprintf("sent %s, came %s", ordinal(p.sent), ordinal(p.came)))
	}
	if d.early[e] {
		words = append(words, "before the response")
	}
	switch waited := r.At.Sub(cameAt(r)); {
	case e.Kind == graph.KindUnclaimed:
		words = append(words, "nobody took it")
	case waited >= longWay:
		words = append(words, duration(waited)+" before anybody asked for it")
	}
	if way := onWay(r); way >= longWay {
		words = append(words, duration(way)+" on its way")
	}
	if e.Took >= longWay {
		words = append(words, "webhook took "+duration(e.Took))
	}
	if e.Kind == graph.KindMisrouted {
		words = append(words, "to "+ShortIDs(clean(e.Address)))
	}
	if e.Kind == graph.KindOther && e.Refused == "" && e.Status > 0 { // nobody could read it, and the service does not know
		words = append(words, fmt.Sprintf("answered %d", e.Status))
	}
	if e.Refused != "" {
		words = append(words, fmt.Sprintf("answered %d: %s", e.Status, clean(e.Refused)))
	}
	return words
}

// onWay is how long it took from when there was something to tell until the webhook was told; 0: nobody knows.
func onWay(r *steps.Record) time.Duration {
	if r.Event.Sent.IsZero() {
		return 0
	}
	return cameAt(r).Sub(r.Event.Sent) - r.Event.Took
}

// cameAt is when a notification came: its record's time, unless it waited at the bot's address for somebody to ask for the
// call.
func cameAt(r *steps.Record) time.Time {
	if r.Event.Came.IsZero() {
		return r.At
	}
	return r.Event.Came
}

// asTheyCame puts the calls that nobody took at the time when they came: the run found out later.
func asTheyCame(records []steps.Record) []steps.Record {
	isUnclaimed := func(r steps.Record) bool { return r.Event != nil && r.Event.Kind == graph.KindUnclaimed }
	if !slices.ContainsFunc(records, isUnclaimed) {
		return records
	}
	records = slices.Clone(records)
	for i := range records {
		if isUnclaimed(records[i]) {
			records[i].At = cameAt(&records[i])
		}
	}
	slices.SortStableFunc(records, func(a, b steps.Record) int { return a.At.Compare(b.At) })
	return records
}

// by names the steps that an event served: " → await caller"; "" for none.
func (d *deliveries) by(e *steps.Arrived, s Style, name func(key string) string) string {
	var who []string
	for _, key := range d.taken[e.Seq] {
		who = append(who, name(key))
	}
	if who == nil {
		return ""
	}
	return s.mark(" → ", " -> ") + strings.Join(who, ", ")
}

func ordinal(n int) string {
	switch {
	case n%100/10 == 1:
	case n%10 == 1:
		return fmt.Sprintf("%dst", n)
	case n%10 == 2:
		return fmt.Sprintf("%dnd", n)
	case n%10 == 3:
		return fmt.Sprintf("%drd", n)
	}
	return fmt.Sprintf("%dth", n)
}

// refusedText warns of a notification that was not taken, or went elsewhere; "" of any other.
func refusedText(e *steps.Arrived) string {
	switch {
	case e.Refused != "":
		return fmt.Sprintf("the listener refused a POST to %s with %d: %s (%s)", clean(e.Address), e.Status, clean(e.Refused), clean(e.Summary))
	case e.Kind == graph.KindMisrouted:
		return fmt.Sprintf("a notification of this run's call went to %s: %s", clean(e.Address), clean(e.Summary))
	}
	return ""
}

// mostNotifications is how long a table of notifications may be in which nobody asked for all.
const mostNotifications = 40

// Notifications is a table of how each notification of a run came: when and in which place among its call's it came and was
// sent, its message id, what the listener answered and in what time, and which steps it served. Nil if nothing is out of
// the ordinary, unless all is set; a long one is then cut to what is.
func Notifications(records []steps.Record, s Style, all bool) []string {
	records = asTheyCame(records)
	d, names := deliveriesOf(records), map[string]string{}
	var start time.Time
	odd := len(d.gaps)
	for i := range records {
		switch r := &records[i]; {
		case r.RunStart != nil:
			start = r.At
		case r.StepStart != nil:
			names[r.Step] = stepWords(r.Step, r.StepStart)
		case r.Event != nil && d.odd(r) != nil:
			odd++
		}
	}
	if len(d.list) == 0 || odd == 0 && !all {
		return nil
	}
	rows, left := [][]string{{"came", "", "sent", "", "message", "answered", "what"}}, 0
	for _, r := range d.list {
		if !all && len(d.list) > mostNotifications && (d.odd(r) == nil || len(rows) > mostNotifications) {
			left++
			continue
		}
		rows = append(rows, d.row(r, s, start, func(key string) string { return cmp.Or(names[key], clean(key)) }))
	}
	out := s.columns("notifications:", rows)
	for _, g := range d.gaps {
		out = append(out, fmt.Sprintf("  of call %s the service had %d more to send, which did not come", short(g.call), g.missing))
	}
	if left > 0 {
		out = append(out, s.paint(faint, fmt.Sprintf("  (%s not shown)", plural(left, "other"))))
	}
	return out
}

func (d *deliveries) row(r *steps.Record, s Style, start time.Time, name func(key string) string) []string {
	e := r.Event
	row := []string{offset(start, cameAt(r)), "", "", "", short(messageOf(e)), "", ""}
	if p, ok := d.place[e]; ok {
		row[1], row[3] = ordinal(p.came), ordinal(p.sent)
	}
	if !e.Sent.IsZero() {
		row[2] = offset(start, e.Sent)
	}
	if e.Status > 0 {
		row[5] = fmt.Sprintf("%d in %s", e.Status, duration(e.Took))
	}
	text := clean(e.Summary)
	if e.Call != "" {
		text += " [" + short(e.Call) + "]"
	}
	switch {
	case e.Repeat:
		text += " (again)"
	case e.Refused != "":
		text += " (refused)"
	case e.Kind == graph.KindMisrouted:
		text += " (to " + ShortIDs(clean(e.Address)) + ")"
	case e.Kind == graph.KindUnclaimed:
		text += " (nobody took it)"
	}
	row[6] = text + d.by(e, s, name)
	return row
}

// messageOf is the id of the POST, without the index of the notification in it.
func messageOf(e *steps.Arrived) string {
	id, _, _ := strings.Cut(e.MessageID, "/")
	return id
}

// columns lays rows out, the first of which is the head, and the last column of which goes on in further lines. Columns
// without anything are left out.
func (s Style) columns(title string, rows [][]string) []string {
	last := len(rows[0]) - 1
	lead := make([]string, len(rows))
	for col := range last {
		w, some := 0, false
		for i, row := range rows {
			w = max(w, width(row[col]))
			some = some || i > 0 && row[col] != ""
		}
		for i := range rows {
			if some {
				lead[i] += "  " + s.pad(rows[i][col], w)
			}
		}
	}
	out := []string{title}
	for i, row := range rows {
		lines := s.fold(lead[i]+"  ", row[last], s.Width, strings.Repeat(" ", width(lead[i])+4))
		for _, line := range lines {
			if i == 0 {
				line = s.paint(faint, line)
			}
			out = append(out, line)
		}
	}
	return out
}
