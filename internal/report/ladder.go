package report

import (
	"fmt"
	"strconv"
	"strings"

	"callflow/steps"
)

// Ladder draws a run as a sequence diagram in text, from its records up to the last one given: the bot, the service, a
// narrow lane for each leg, which begins and ends as its call does, and the people when the simulator told of them.
// Requests point right (→), responses left (←), notifications left with a double line (⇐). Virtual times stand at the left.
// Steps, repeated attempts and cleanup are rows of their own; those of a step that failed have a bar beside the time. The
// lanes are as far apart as their labels need; labels for which there is no room go on in the next row. Where there is no
// room for so many legs, the last ones share a lane, and their rows say which is meant; where there is none for lanes, it is a
// list.
func Ladder(records []steps.Record, s Style) []string {
	if s.Width <= 0 {
		s.Width = defaultWidth
	}
	l := &ladder{Style: s, diagram: diagramOf(records, s)}
	if s.Width < leastWidth {
		return l.list()
	}
	l.measure()
	out := append(l.legend(), l.head())
	for i := range l.rungs {
		out = append(out, l.draw(i)...)
	}
	return out
}

// Title names a run and how it ended, for what stands above its ladder.
func Title(records []steps.Record, s Style) []string {
	run := NewRun(records)
	out := s.fold(s.mark("▸ ", "> "), clean(run.Name()), s.Width, "  ")
	for i := range out {
		out[i] = s.paint(bold, out[i])
	}
	rest := clean(run.Start.File)
	if status := run.End.Status; status != "" {
		rest = statusWord(status) + "  " + rest
	}
	if last := &out[len(out)-1]; width(plain(*last))+2+width(rest) <= s.Width {
		*last += s.paint(faint, "  "+rest)
		return out
	}
	return append(out, s.paint(faint, "  "+rest))
}

// The ladder's columns: the time, then the lanes and the ways between them.
const (
	timeCells   = 11
	leastWidth  = 60
	leastNear   = 40 // from the bot to the service
	tightNear   = 34 // the same, to make room for legs
	leastFar    = 16 // from the last leg, or the service, to the people
	legCells    = 4  // from lane to lane
	mostLegs    = 12
	arrowCells  = 6 // what an arrow is besides its label
	mostRows    = 3 // of one label
	ladderCells = 160
)

type ladder struct {
	Style
	*diagram
	width int
	last  int   // the column of the last bot: labels begin behind it
	cols  []int // of the lanes; people share one
	legs  []int // those with a lane of their own, then the others, which share the lane after them
	own   int   // how many have their own
	far   int   // the column from which on people's deeds are told; 0: no such lane
}

// measure puts the lanes apart. Where the labels do not all fit, legs give way first, then the people's lane gets at most
// two fifths of the room.
func (l *ladder) measure() {
	l.width = min(l.Width, ladderCells)
	l.cols = make([]int, len(l.lanes))
	for n, i := range l.of(botLane) {
		l.cols[i] = timeCells + n*l.botCells()
		l.last = l.cols[i]
	}
	near, far := leastNear, 0
	for _, r := range l.rungs {
		switch w := width(r.text) + arrowCells; r.what {
		case deed, fault:
			far = max(far, w, leastFar)
		case request, response, lost, notification:
			near = max(near, w)
		}
	}
	room := l.width - l.last - 2 // behind the bot's lane, without the service's
	if far > 0 {
		room-- // without the people's
	}
	l.legs = l.of(legLane)
	l.own = min(len(l.legs), mostLegs, max(1, (room-tightNear-min(far, leastFar+8))/legCells))
	shared := l.own
	if l.own < len(l.legs) {
		l.own-- // the last one is for the others
	}
	room -= shared * legCells
	if far > 0 {
		far = min(far, max(room-near, room*2/5))
	}
	near = min(near, room-far)
	at := l.last + 1 + near
	l.cols[l.service()] = at
	for n, i := range l.legs {
		l.cols[i] = at + min(n+1, shared)*legCells
	}
	at += shared * legCells
	if far > 0 {
		l.far = at + 1
		for _, i := range l.of(personLane) {
			l.cols[i] = at + far + 1
		}
		l.width = at + far + 2
		return
	}
	l.width = at + 1
}

// botCells is how far the lanes of several bots are apart.
func (l *ladder) botCells() int {
	w := legCells
	for _, i := range l.of(botLane) {
		w = max(w, min(width(l.lanes[i].name), 10)+2)
	}
	return w
}

// legend says which legs there are.
func (l *ladder) legend() []string {
	if len(l.legs) == 0 {
		return nil
	}
	var words []string
	for n, i := range l.legs {
		leg := &l.lanes[i]
		text := strconv.Itoa(n+1) + " "
		if leg.who != "" {
			text += leg.who + " "
		}
		words = append(words, text+"["+short(leg.id)+"]")
	}
	lead := strings.Repeat(" ", timeCells)
	room := min(l.Width, ladderCells)
	out := l.fold(lead+"legs: ", strings.Join(words, "; "), room, lead+"      ")
	for i := range out {
		out[i] = l.paint(faint, out[i])
	}
	return out
}

// head names the lanes, each name centred over its lane as far as there is room.
func (l *ladder) head() string {
	row := l.blank()
	name := func(col int, text string, room int) {
		text = l.cut(text, room)
		at := min(max(col-width(text)/2, 0), l.width+2-width(text), len(row.cells)-width(text))
		row.put(at, text, bold)
	}
	bots := l.of(botLane)
	for _, i := range bots {
		room := (l.cols[l.service()] - l.last) / 2
		if len(bots) > 1 {
			room = l.botCells() - 1
		}
		name(l.cols[i], l.lanes[i].name, room)
	}
	name(l.cols[l.service()], "Graph", 5)
	for n, i := range l.legs {
		if n < l.own {
			name(l.cols[i], strconv.Itoa(n+1), legCells)
		} else {
			name(l.cols[i], l.mark("…", "+"), legCells)
		}
	}
	if len(l.of(personLane)) > 0 {
		name(l.peopleCol(), "People", 6)
	}
	return row.String(l.Style)
}

// blank is a row as wide as may be.
func (l *ladder) blank() *cellRow {
	w := min(l.Width, ladderCells)
	row := &cellRow{cells: make([]string, w), how: make([]string, w)}
	for i := range row.cells {
		row.cells[i] = " "
	}
	return row
}

// row has the lanes that go through the i-th rung, and its time when it is the rung's first one.
func (l *ladder) row(i int, first bool) *cellRow {
	row, r := l.blank(), &l.rungs[i]
	upright := l.mark("│", "|")
	if r.what == silence {
		upright = l.mark("┊", ":")
	}
	for n := range l.lanes {
		if lane := &l.lanes[n]; lane.up(i) {
			row.put(l.cols[n], upright, "")
		}
	}
	if first && r.what != silence {
		row.put(0, fmt.Sprintf("%*s", timeCells-1, offset(l.start, r.at)), faint)
	}
	if r.failing {
		row.put(timeCells-1, l.mark("┃", "*"), bad)
	}
	return row
}

// draw is a rung in as many rows as its label needs.
func (l *ladder) draw(i int) []string {
	r := &l.rungs[i]
	var rows []*cellRow
	switch {
	case r.what == fault:
		for n, text := range l.rows(" "+r.text, mostRows, l.peopleCol()-l.far-4, "") {
			row := l.row(i, n == 0)
			if n == 0 {
				row.put(l.far+1, "!", r.how)
			}
			row.put(l.far+3, text, r.how)
			rows = append(rows, row)
		}
	case r.from == noLane:
		text := r.text
		switch r.what {
		case stepBegins:
			text = l.mark("▸ ", "> ") + text
		case silence:
			text = l.mark("… ", "... ") + text + l.mark(" …", " ...")
		}
		most := mostRows
		if r.what == stepFails { // what the ladder is read for
			most = 2 * mostRows
		}
		for n, text := range l.rows(text, most, min(l.Width, ladderCells)-l.last-3, "  ") {
			row := l.row(i, n == 0)
			row.note(l.last+2, text, r.how)
			rows = append(rows, row)
		}
	default:
		rows = l.arrow(i)
	}
	out := make([]string, len(rows))
	for n, row := range rows {
		out[n] = row.String(l.Style)
	}
	return out
}

// peopleCol is the column of the people's lane.
func (l *ladder) peopleCol() int { return l.width - 1 }

// arrow draws a rung that leads from lane to lane. It crosses the lanes between them; the label begins behind the lanes of
// the bots, or before the people's.
func (l *ladder) arrow(i int) []*cellRow {
	r := &l.rungs[i]
	from, to := l.cols[r.from], l.cols[r.to]
	left, right := min(from, to), max(from, to)
	at := l.last + 1
	if r.what == deed {
		at = l.far
	}
	var rows []*cellRow
	for n, text := range l.rows(l.labelled(r), mostRows, right-at-arrowCells, "") {
		row := l.row(i, n == 0)
		if n > 0 {
			row.note(at+3, text, r.how)
			rows = append(rows, row)
			continue
		}
		dash, cross, tip := l.mark("─", "-"), l.mark("┼", "+"), l.mark("←", "<")
		if r.what == notification {
			dash, cross, tip = l.mark("═", "="), l.mark("╪", "+"), l.mark("⇐", "<")
		}
		for c := left + 1; c < right; c++ {
			if row.cells[c] == " " {
				row.put(c, dash, r.how)
			} else {
				row.put(c, cross, r.how)
			}
		}
		if end := l.end(i, r.from); end != "" {
			row.put(from, end, r.how)
		}
		switch {
		case to > from:
			row.put(right-1, l.mark("→", ">"), r.how)
		case r.what == lost:
			row.put(left+1, l.mark("×", "x"), r.how)
		default:
			row.put(left+1, tip, r.how)
		}
		lead := 2
		if r.what == request { // its tip is at the other end
			lead = 1
		}
		row.put(at+lead, " "+text+" ", r.how)
		rows = append(rows, row)
	}
	return rows
}

// end is how a leg's lane looks where its first or its last rung comes from it; "" elsewhere.
func (l *ladder) end(i, from int) string {
	lane, double := &l.lanes[from], l.rungs[i].what == notification
	switch {
	case lane.kind != legLane || l.shared(from):
	case i == lane.from && double:
		return l.mark("╕", ".")
	case i == lane.from:
		return l.mark("┐", ".")
	case i == lane.to && double:
		return l.mark("╛", "'")
	case i == lane.to:
		return l.mark("┘", "'")
	}
	return ""
}

// shared says whether a leg has to share its lane.
func (l *ladder) shared(lane int) bool {
	for n, i := range l.legs {
		if i == lane {
			return n >= l.own
		}
	}
	return false
}

// labelled is the label of an arrow: where a lane stands for several legs, with which is meant.
func (l *ladder) labelled(r *rung) string {
	for _, i := range []int{r.from, r.to} {
		if id := short(l.lanes[i].id); l.lanes[i].kind == legLane && l.shared(i) && !strings.Contains(r.text, id) {
			return r.text + " [" + id + "]"
		}
	}
	return r.text
}

// rows breaks a label; what would need more than most is cut.
func (l *ladder) rows(text string, most, room int, indent string) []string {
	rows := l.fold("", text, room, indent)
	if len(rows) > most {
		rows[most-1] = l.cut(rows[most-1]+" "+strings.TrimSpace(rows[most]), room)
		rows = rows[:most]
	}
	return rows
}

// cellRow is a row of the ladder while it is drawn, cell by cell. What takes several cells stands in the first one of
// them, and the others are empty.
type cellRow struct{ cells, how []string }

func (r *cellRow) put(at int, text, how string) {
	w := width(text)
	if w == 0 || at < 0 || at+w > len(r.cells) {
		return
	}
	for i := at; i < at+w; i++ {
		r.cells[i], r.how[i] = "", how
	}
	r.cells[at] = text
}

// note puts words where lanes may be, with a space around them.
func (r *cellRow) note(at int, text, how string) {
	r.put(at-1, " ", "")
	r.put(at, text, how)
	r.put(at+width(text), " ", "")
}

// String is the row with its colours, without the spaces at its end.
func (r *cellRow) String(s Style) string {
	end := len(r.cells)
	for end > 0 && r.cells[end-1] == " " {
		end--
	}
	out, at := "", 0
	for i := 1; i <= end; i++ {
		if i == end || r.how[i] != r.how[at] {
			out += s.paint(r.how[at], strings.Join(r.cells[at:i], ""))
			at = i
		}
	}
	return out
}
