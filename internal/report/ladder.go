package report

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

// Ladder draws a run as a sequence diagram in text, from its records up to the last one given: the bot, the service, and
// the people when the simulator told of them. Requests point right (→), responses left (←), notifications left with a
// double line (⇐). Virtual times stand at the left. Steps that failed, repeated attempts and cleanup are rows of their
// own. The lanes are as far apart as their labels need; labels for which there is no room go on in the next row.
func Ladder(records []steps.Record, s Style) []string {
	l := newLadder(s)
	l.came = deliveriesOf(records)
	var rungs []rung
	for i := range records {
		rungs = append(rungs, l.rungs(&records[i])...)
	}
	l.measure(rungs)
	out := []string{l.head()}
	for _, r := range rungs {
		out = append(out, l.draw(r)...)
	}
	return out
}

// The ladder's columns: the time, then the lanes and the ways between them.
const (
	timeCells   = 11
	leastWidth  = 60
	leastNear   = 40 // from the bot to the service
	leastFar    = 16 // from the service to the people
	arrowCells  = 6  // what an arrow is besides its label
	mostRows    = 3  // of one label
	ladderCells = 160
)

type ladder struct {
	Style
	start time.Time
	room  int // cells behind the bot's lane
	near  int // cells between bot and service
	far   int // cells between service and people; 0: no such lane
	bot   string
	lane  string
	names map[string]string // of steps, by key
	came  *deliveries
}

// rung is one row of the ladder, before anybody knows how wide it is.
type rung struct {
	at    time.Time
	where way
	text  string
	how   string // colour
}

// way is where a rung leads.
type way int

const (
	toRight  way = iota // a request
	toLeft              // a response
	notified            // a notification
	people              // what the simulated people do
	fault               // what went wrong in the simulated world
	across              // words over all lanes
)

func newLadder(s Style) *ladder {
	return &ladder{Style: s, bot: "Bot", lane: s.mark("│", "|"), names: map[string]string{}}
}

// measure puts the lanes apart. Where the labels do not all fit, the people's lane gets at most two fifths of the room.
func (l *ladder) measure(rungs []rung) {
	near, far := leastNear, 0
	for _, r := range rungs {
		switch w := width(r.text) + arrowCells; r.where {
		case people, fault:
			far = max(far, w, leastFar)
		case across:
		default:
			near = max(near, w)
		}
	}
	room := min(max(l.Width, leastWidth), ladderCells) - timeCells - 2
	l.room = room
	if far == 0 {
		l.near = min(near, room)
		return
	}
	room--
	l.far = min(far, max(room-near, room*2/5))
	l.near = min(near, room-l.far)
}

// head names the lanes, each name centred over its lane as far as there is room.
func (l *ladder) head() string {
	type lane struct {
		name string
		col  int
	}
	lanes := []lane{{l.cut(l.bot, l.near/2), timeCells}, {"Graph", timeCells + 1 + l.near}}
	right := timeCells + l.near + 2
	if l.far > 0 {
		lanes = append(lanes, lane{"People", right + l.far})
		right += l.far + 1
	}
	line := ""
	for _, lane := range lanes {
		w := width(lane.name)
		at := min(max(lane.col-w/2, 0), right-w)
		line = l.pad(line, at) + lane.name
	}
	return l.paint(bold, line)
}

// rungs are the rows of one record; most have one, many have none.
func (l *ladder) rungs(r *steps.Record) []rung {
	one := func(where way, text, how string) []rung { return []rung{{r.At, where, text, how}} }
	switch {
	case r.RunStart != nil:
		l.start = r.At
		for _, p := range r.RunStart.People {
			if p.Kind == "bot" {
				l.bot = clean(p.Name)
			}
		}
	case r.StepStart != nil:
		l.names[r.Step] = stepWords(r.Step, r.StepStart)
	case r.Request != nil:
		return one(toRight, requestText(r.Request), "")
	case r.Response != nil:
		text, how := responseText(r.Response)
		return one(toLeft, text, how)
	case r.Event != nil && r.Event.Origin != "response":
		how := ""
		if r.Event.Refused != "" || r.Event.Kind == graph.KindMisrouted {
			how = warn
		}
		return one(notified, l.notifiedText(r), how)
	case r.World != nil && r.World.Who == "":
		return one(fault, worldText(r.World), warn)
	case r.World != nil && r.World.Who != l.bot:
		return one(people, worldText(r.World), "")
	case r.World != nil && leftUndone(r.World): // what else the bot does shows as its requests
		return one(fault, worldText(r.World), warn)
	case r.Probe != nil:
		how := faint
		if !r.Probe.Reached {
			how = bad
		}
		return one(across, l.mark("↺ ", "? ")+clean(r.Probe.Text), how)
	case r.Retry != nil:
		return one(across, l.mark("↻ ", "~ ")+l.name(r.Step)+" "+retryText(r.Retry), warn)
	case r.StepEnd != nil && r.StepEnd.Status == steps.Failed:
		text := l.mark("✗ ", "x ") + l.name(r.Step) + " failed"
		if f := r.StepEnd.Failure; f != nil {
			text += ": " + clean(f.Text)
		}
		if r.StepEnd.Excused {
			text += " (excused)"
		}
		return one(across, text, bad)
	case r.Log != nil && r.Log.Level == "error":
		return one(across, l.mark("✗ ", "x ")+clean(r.Log.Text), bad)
	case r.Successor != nil:
		return one(across, l.mark("↳ ", "> ")+successorText(r.Successor), faint)
	case r.Cleanup != nil:
		return one(across, cleanupText(r.Cleanup), faint)
	}
	return nil
}

func (l *ladder) name(key string) string {
	if n := l.names[key]; n != "" {
		return n
	}
	return clean(key)
}

// draw is a rung in as many rows as its label needs.
func (l *ladder) draw(r rung) []string {
	time := l.paint(faint, fmt.Sprintf("%*s ", timeCells-1, offset(l.start, r.at)))
	if r.where == across {
		var out []string
		for _, text := range l.rows(r.text, l.room-1, "  ") {
			out = append(out, time+l.lane+l.paint(r.how, " "+text))
			time = strings.Repeat(" ", timeCells)
		}
		return out
	}
	room := l.near
	if r.where == people || r.where == fault {
		room = l.far
	}
	var out []string
	for i, text := range l.rows(r.text, room-arrowCells, "") {
		cell := l.pad("   "+text, room)
		if i == 0 {
			cell = l.arrow(r.where, text, room)
		}
		cell = l.paint(r.how, cell)
		switch {
		case r.where == people || r.where == fault:
			cell = l.pad("", l.near) + l.lane + cell
		case l.far > 0:
			cell += l.lane + l.pad("", l.far)
		}
		out = append(out, time+l.lane+cell+l.lane)
		time = strings.Repeat(" ", timeCells)
	}
	return out
}

// rows breaks a label; what would need more than mostRows is cut.
func (l *ladder) rows(text string, room int, indent string) []string {
	rows := l.fold("", text, room, indent)
	if len(rows) > mostRows {
		rows[mostRows-1] = l.cut(rows[mostRows-1]+" "+strings.TrimSpace(rows[mostRows]), room)
		rows = rows[:mostRows]
	}
	return rows
}

// arrow is the label on its way, in w cells.
func (l *ladder) arrow(where way, text string, w int) string {
	dash, tip := l.mark("─", "-"), l.mark("←", "<")
	switch where {
	case fault:
		return l.pad(" ! "+text, w)
	case toRight:
		text = dash + " " + text + " "
		return text + strings.Repeat(dash, w-width(text)-1) + l.mark("→", ">")
	case notified:
		dash, tip = l.mark("═", "="), l.mark("⇐", "<")
	}
	text = tip + dash + " " + text + " "
	return text + strings.Repeat(dash, w-width(text))
}

// notifiedText is what was notified, and what is out of the ordinary in how it came. Which step it served is told then
// only: most rungs are read for what they say.
func (l *ladder) notifiedText(r *steps.Record) string {
	e := r.Event
	text := clean(e.Summary)
	if e.Call != "" && !strings.Contains(text, short(e.Call)) {
		text += " [" + short(e.Call) + "]"
	}
	odd := l.came.odd(r)
	if e.Late != "" {
		odd = append(odd, "too late for "+l.name(e.Late))
	}
	if odd == nil {
		return text
	}
	return text + " (" + strings.Join(odd, ", ") + ")" + l.came.by(e, l.Style, l.name)
}

// leftUndone says that a bot did not do something, or what its webhook made of a notification: no request shows that. What
// the listener answered stands beside the notification itself.
func leftUndone(w *steps.Happened) bool {
	switch {
	case strings.HasPrefix(w.Did, "answers a notification ("):
		return strings.Contains(w.Did, "; it is sent again in ")
	case strings.HasPrefix(w.Did, "does not "):
		return true
	}
	return strings.Contains(w.Did, " notification")
}

// worldText is what somebody did in the simulated world. What nobody did, a fault or a slip in the scenario, keeps its ids
// whole, for they are looked for.
func worldText(w *steps.Happened) string {
	if w.Who == "" {
		return clean(w.Did)
	}
	return shortIDs(clean(w.Who + " " + w.Did))
}

func retryText(r *steps.Retried) string {
	return fmt.Sprintf("attempt %d of %d failed: %s; again in %s", r.Attempt, r.Of, clean(r.Reason), duration(r.Wait))
}

func cleanupText(c *steps.Cleaned) string {
	call := short(c.Call)
	if strings.HasPrefix(c.Result, "failed") {
		call = clean(c.Call) // whole: somebody has to hang it up by hand
	}
	if c.Action == "none" {
		return fmt.Sprintf("cleanup: call %s: %s", call, clean(c.Result))
	}
	return fmt.Sprintf("cleanup: %s %s: %s", clean(c.Action), call, clean(c.Result))
}

func requestText(q *steps.Sent) string {
	text := q.Method + " " + shortPath(q.Path)
	if q.Attempt > 1 {
		text += fmt.Sprintf(" (attempt %d)", q.Attempt)
	}
	return text
}

func responseText(a *steps.Received) (text, how string) {
	if a.Error != "" {
		return "no response: " + clean(a.Error), bad
	}
	text = statusText(a.Status)
	if a.Status >= 400 {
		how = warn
	}
	if after := a.Headers.Get("Retry-After"); after != "" {
		text += ", Retry-After " + clean(after)
	}
	switch {
	case a.File > 0:
		text += fmt.Sprintf(", %d bytes", a.File)
	case a.Operation != "":
		text += ", operation " + short(a.Operation)
	case a.Status == 201 && a.Call != "":
		text += ", call " + short(a.Call)
	}
	return text, how
}

// shortPath leaves out what is the same in every request: the version, and the folder of today's calling API.
func shortPath(path string) string {
	path = shortIDs(clean(path))
	if u, err := url.Parse(path); err == nil && u.Host != "" { // a file: where it is kept says little
		segments := strings.Split(strings.Trim(u.Path, "/"), "/")
		return "…/" + strings.Join(segments[max(0, len(segments)-2):], "/")
	}
	if rest := strings.TrimPrefix(path, "/v1.0"); rest != path {
		path = rest
	} else {
		path = strings.TrimPrefix(path, "/beta")
	}
	if rest := strings.TrimPrefix(path, "/communications/calls"); rest != path {
		path = "/calls" + rest
	}
	return path
}

var longID = regexp.MustCompile(`[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\b[0-9a-fA-F]{32}\b`)

// shortIDs leaves the first eight digits of every GUID in text.
func shortIDs(text string) string {
	return longID.ReplaceAllStringFunc(text, func(id string) string { return strings.ToLower(id[:8]) })
}

// short is an id as ladders and lists show it.
func short(id string) string {
	id = shortIDs(clean(id))
	if i := strings.LastIndexByte(id, '/'); i >= 0 {
		id = id[i+1:]
	}
	return id
}
