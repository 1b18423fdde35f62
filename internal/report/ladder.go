package report

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"callflow/steps"
)

// Ladder draws a run as a sequence diagram in text, from its records up to the last one given: the bot, the service, and
// the people when the simulator told of them. Requests point right (→), responses left (←), notifications left with a
// double line (⇐). Virtual times stand at the left. Steps that failed, repeated attempts and cleanup are rows of their
// own.
func Ladder(records []steps.Record, s Style) []string {
	l := newLadder(records, s)
	out := []string{l.head()}
	for i := range records {
		out = append(out, l.rows(&records[i])...)
	}
	return out
}

// The ladder's columns: the time, the bot's lane, and the ways to the next lanes.
const (
	ladderWidth = 100 // it never is wider
	timeCells   = 11
	worldCells  = 32 // from the service to the people
	widestNear  = 72 // from the bot to the service: longer arrows only keep their two ends apart
)

type ladder struct {
	Style
	start time.Time
	near  int // cells between bot and service
	far   int // cells between service and people; 0: no such lane
	bot   string
	lane  string
	names map[string]string // of steps, by key
}

func newLadder(records []steps.Record, s Style) *ladder {
	l := &ladder{Style: s, bot: "Bot", lane: s.mark("│", "|"), names: map[string]string{}}
	for i := range records {
		switch r := &records[i]; {
		case r.RunStart != nil:
			l.start = r.At
			for _, p := range r.RunStart.People {
				if p.Kind == "bot" {
					l.bot = clean(p.Name)
				}
			}
		case r.World != nil:
			l.far = worldCells
		}
	}
	w := min(max(s.Width, 70), ladderWidth)
	l.near = min(w-timeCells-2, widestNear)
	if l.far > 0 {
		l.near = w - timeCells - 3 - l.far
	}
	return l
}

// head names the lanes, each name centred over its lane as far as there is room.
func (l *ladder) head() string {
	lanes := []struct {
		name string
		col  int
	}{{l.cut(l.bot, l.near/2), timeCells}, {"Graph", timeCells + 1 + l.near}}
	right := timeCells + l.near + 2
	if l.far > 0 {
		lanes = append(lanes, struct {
			name string
			col  int
		}{"People", right + l.far})
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

// rows draws one record; most have one row, many have none.
func (l *ladder) rows(r *steps.Record) []string {
	switch {
	case r.StepStart != nil:
		l.names[r.Step+"\x00"+r.Branch] = stepName(r.Step, r.StepStart)
	case r.Request != nil:
		return l.between(r, l.toRight(requestText(r.Request), l.near), "")
	case r.Response != nil:
		text, how := responseText(r.Response)
		return l.between(r, l.toLeft(text, l.near), how)
	case r.Event != nil && r.Event.Origin != "response":
		text := clean(r.Event.Summary)
		if r.Event.Call != "" && !strings.Contains(text, short(r.Event.Call)) {
			text += " [" + short(r.Event.Call) + "]"
		}
		if r.Event.Repeat {
			text += " (again)"
		}
		if r.Event.Late != "" {
			text += " (too late for " + clean(r.Event.Late) + ")"
		}
		return l.between(r, l.notified(text, l.near), "")
	case r.World != nil && r.World.Who == l.bot:
		// What the bot does shows as its requests.
	case r.World != nil:
		return []string{l.time(r) + l.lane + l.pad("", l.near) + l.lane + l.toLeft(clean(r.World.Who+" "+r.World.Did), l.far) +
			l.lane}
	case r.Retry != nil:
		text := fmt.Sprintf("%s attempt %d of %d failed: %s; again in %s", l.name(r), r.Retry.Attempt, r.Retry.Of,
			clean(r.Retry.Reason), duration(r.Retry.Wait))
		return []string{l.note(r, l.mark("↻ ", "~ ")+text, warn)}
	case r.StepEnd != nil && r.StepEnd.Status == steps.Failed:
		text := l.mark("✗ ", "x ") + l.name(r) + " failed"
		if f := r.StepEnd.Failure; f != nil {
			text += ": " + clean(f.Text)
		}
		if r.StepEnd.Excused {
			text += " (excused)"
		}
		return []string{l.note(r, text, bad)}
	case r.Cleanup != nil:
		return []string{l.note(r, fmt.Sprintf("cleanup: %s %s: %s", clean(r.Cleanup.Action), short(r.Cleanup.Call),
			clean(r.Cleanup.Result)), faint)}
	}
	return nil
}

func (l *ladder) name(r *steps.Record) string {
	if n := l.names[r.Step+"\x00"+r.Branch]; n != "" {
		return n
	}
	return clean(r.Step)
}

func (l *ladder) time(r *steps.Record) string {
	return l.paint(faint, fmt.Sprintf("%*s ", timeCells-1, offset(l.start, r.At)))
}

// between is a row between the bot and the service.
func (l *ladder) between(r *steps.Record, arrow, how string) []string {
	if how != "" {
		arrow = l.paint(how, arrow)
	}
	line := l.time(r) + l.lane + arrow + l.lane
	if l.far > 0 {
		line += l.pad("", l.far) + l.lane
	}
	return []string{line}
}

// note is a row of words across the lanes.
func (l *ladder) note(r *steps.Record, text, how string) string {
	room := l.near
	if l.far > 0 {
		room += l.far + 1
	}
	return l.time(r) + l.lane + l.paint(how, " "+l.cut(text, room-1))
}

func (l *ladder) toRight(text string, w int) string {
	dash, tip := l.mark("─", "-"), l.mark("→", ">")
	text = dash + " " + l.cut(text, w-6) + " "
	return text + strings.Repeat(dash, w-width(text)-1) + tip
}

func (l *ladder) toLeft(text string, w int) string {
	dash, tip := l.mark("─", "-"), l.mark("←", "<")
	text = tip + dash + " " + l.cut(text, w-6) + " "
	return text + strings.Repeat(dash, w-width(text))
}

func (l *ladder) notified(text string, w int) string {
	dash, tip := l.mark("═", "="), l.mark("⇐", "<")
	text = tip + dash + " " + l.cut(text, w-6) + " "
	return text + strings.Repeat(dash, w-width(text))
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
