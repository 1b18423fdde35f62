package report

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"callflow/steps"
)

// SVGOptions say how an SVG is going to be used.
type SVGOptions struct {
	// ID begins the ids in it; those of two SVGs in one page must differ. "" is "ladder". The row of a record has the id
	// ID-SEQ, with the record's seq.
	ID string
	// Bare leaves the style sheet out: the page around it holds SVGStyle.
	Bare bool
}

// SVGStyle is the style sheet of the SVGs. It is light, or dark where the reader prefers that; a class light or dark on the
// drawing or around it decides otherwise. On paper it is light.
const SVGStyle = `.callflow-ladder{` + svgLight + `background:var(--cf-paper);font:13px/1.2 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
@media screen and (prefers-color-scheme:dark){.callflow-ladder{` + svgDark + `}}
.light .callflow-ladder,.callflow-ladder.light{` + svgLight + `}
@media screen{.dark .callflow-ladder,.callflow-ladder.dark{` + svgDark + `}}
.callflow-ladder text{fill:var(--cf-ink);stroke:var(--cf-paper);stroke-width:4px;stroke-linejoin:round;paint-order:stroke}
.callflow-ladder .failing text{stroke:var(--cf-ground)}
@media print{.callflow-ladder text,.callflow-ladder .failing text{stroke:none}}
.callflow-ladder .time,.callflow-ladder text.faint{fill:var(--cf-soft)}
.callflow-ladder .time{font-size:11px;font-variant-numeric:tabular-nums}
.callflow-ladder .name{font-weight:600;stroke:none}
.callflow-ladder .who{font-size:11px;fill:var(--cf-soft);stroke:none}
.callflow-ladder .step{font-weight:600;font-size:12px}
.callflow-ladder text.bad{fill:var(--cf-bad)}
.callflow-ladder text.warn{fill:var(--cf-warn)}
.callflow-ladder path{fill:none;stroke:var(--cf-ink);stroke-width:1.3}
.callflow-ladder path.back{stroke:var(--cf-soft);stroke-dasharray:5 3}
.callflow-ladder path.tip{stroke:var(--cf-soft)}
.callflow-ladder path.news{stroke:var(--cf-news);stroke-width:2}
.callflow-ladder path.deed{stroke:var(--cf-deed)}
.callflow-ladder path.bad{stroke:var(--cf-bad)}
.callflow-ladder path.warn{stroke:var(--cf-warn)}
.callflow-ladder path.lane{stroke:var(--cf-line);stroke-width:1}
.callflow-ladder path.unborn{stroke:var(--cf-line);stroke-width:1;stroke-dasharray:1 4}
.callflow-ladder path.leg{stroke:var(--cf-leg);stroke-width:5;stroke-linecap:round}
.callflow-ladder path.rule{stroke:var(--cf-line);stroke-width:1}
.callflow-ladder .paper{fill:var(--cf-paper)}
.callflow-ladder .box{fill:var(--cf-head);stroke:var(--cf-line)}
.callflow-ladder .ground{fill:var(--cf-ground)}
.callflow-ladder .edge{fill:var(--cf-bad)}
`

const (
	svgLight = `--cf-ink:#1f2328;--cf-soft:#59636e;--cf-line:#c4ccd4;--cf-paper:#fff;--cf-head:#f3f5f7;--cf-news:#0757ba;--cf-leg:#9cc4f2;--cf-deed:#7038c4;--cf-bad:#b4161f;--cf-warn:#855400;--cf-ground:#fbe9ea;`
	svgDark  = `--cf-ink:#e6edf3;--cf-soft:#9aa4af;--cf-line:#3f4751;--cf-paper:#0d1117;--cf-head:#1a212a;--cf-news:#6cb2ff;--cf-leg:#1f4d85;--cf-deed:#c9a2ff;--cf-bad:#ff8a82;--cf-warn:#e0a83a;--cf-ground:#2f1619;`
)

// The measures of an SVG, in pixels. Nobody knows the reader's font, so widths are estimates.
const (
	svgTime    = 94  // the column of times
	svgChar    = 6.9 // a cell of text
	svgHead    = 8   // the same above the drawing, where nothing may go beyond the edge: ids have wide letters
	svgRow     = 31  // a row with an arrow
	svgNote    = 23  // a row without
	svgLine    = 16  // every further line of a label
	svgNear    = 250 // least from bot to Graph
	svgWide    = 400 // most that a label takes before it goes on in the next line
	svgFar     = 230 // the same, for what people do
	svgLeg     = 104 // least from lane to lane
	svgPerson  = 84
	svgPad     = 12
	svgHeight  = 58 // of the names
	manyRungs  = 30 // from when on the names stand below too
	fewPersons = 8  // who have lanes of their own
)

// SVG draws a run as a picture that needs nothing else: no script, no font, no file. Its text can be selected, and what is
// cut or short in it is whole in the titles that a pointer brings up.
func SVG(records []steps.Record, o SVGOptions) []byte {
	if o.ID == "" {
		o.ID = "ladder"
	}
	p := &picture{diagram: diagramOf(records, Style{}), o: o}
	p.crowd()
	p.place()
	if !o.Bare {
		p.head = p.heading(records)
	}
	return p.draw()
}

// heading says which run it was and how it ended, for a picture that stands alone: its name, then the rest.
func (p *picture) heading(records []steps.Record) []string {
	fold := func(text string) []string { return Style{}.fold("", text, int((p.wide-2*svgPad)/svgHead), "") }
	run := NewRun(records)
	if run.Start.RunID == "" {
		return nil
	}
	rest := []string{clean(run.Start.File), run.which()}
	if status := run.End.Status; status != "" {
		rest = append([]string{statusWord(status) + " in " + duration(run.End.Took)}, rest...)
	}
	return append(fold(clean(run.Name())), fold(strings.Join(rest, " · "))...)
}

// picture is an SVG while it is drawn.
type picture struct {
	*diagram
	o     SVGOptions
	x     []float64  // of the lanes
	wide  float64    // as wide as the whole
	end   float64    // where the words of notes must end
	label [][]string // of the rungs, in lines
	y     []float64  // where each rung begins; the last one is where all end
	head  []string   // above the whole
	b     strings.Builder
}

// crowd puts people together in one lane when there are too many of them.
func (p *picture) crowd() {
	people := p.of(personLane)
	if len(people) <= fewPersons {
		return
	}
	first := people[0]
	p.lanes[first].name, p.lanes[first].id = "People", ""
	for i := range p.rungs {
		if r := &p.rungs[i]; r.from > first && p.lanes[r.from].kind == personLane {
			r.from = first
		}
	}
	p.lanes = p.lanes[:first+1] // people are the last
}

func textWidth(text string) float64 { return float64(width(text)) * svgChar }

// place finds the lanes' columns, breaks the labels into lines, and finds the rows.
func (p *picture) place() {
	p.x = make([]float64, len(p.lanes))
	near, far := float64(svgNear), float64(0)
	for _, r := range p.rungs {
		switch w := textWidth(r.text) + 36; r.what {
		case request, response, lost, notification:
			near = max(near, min(w, svgWide))
		case deed, fault:
			far = max(far, min(w, svgFar))
		}
	}
	at := float64(svgTime)
	for i := range p.lanes {
		l := &p.lanes[i]
		half := p.boxWidth(l) / 2
		switch l.kind {
		case botLane:
			at += half
			if i > 0 {
				at += p.boxWidth(&p.lanes[i-1])/2 + svgPad
			}
			p.x[i] = at
		case serviceLane:
			at += near
			p.x[i] = at
		case legLane:
			at += max(svgLeg, half+p.boxWidth(&p.lanes[i-1])/2+svgPad)
			p.x[i] = at
		case personLane:
			gap := max(svgPerson, half+p.boxWidth(&p.lanes[i-1])/2+svgPad)
			if p.lanes[i-1].kind != personLane {
				gap = max(gap, far)
			}
			at += gap
			p.x[i] = at
		}
	}
	last := &p.lanes[len(p.lanes)-1]
	p.wide = at + p.boxWidth(last)/2 + svgPad
	if last.kind == serviceLane || last.kind == legLane { // faults are told there
		p.wide = max(p.wide, at+far+svgPad)
	}
	p.end = p.wide - svgPad
	y := float64(svgHeight + 2*svgPad)
	for i := range p.rungs {
		p.y = append(p.y, y)
		p.label = append(p.label, p.lines(&p.rungs[i]))
		least := float64(svgNote)
		if p.rungs[i].from != noLane {
			least = svgRow
		}
		y += least + float64(len(p.label[i])-1)*svgLine
	}
	p.y = append(p.y, y)
}

// boxWidth is how wide a lane's name is, with what stands below it.
func (p *picture) boxWidth(l *lane) float64 {
	w := textWidth(l.name) + 22
	for _, text := range l.below() {
		w = max(w, textWidth(text)*0.87+18)
	}
	return w
}

// below is what stands below a lane's name: who is on a leg, and its id.
func (l *lane) below() []string {
	if l.kind != legLane {
		return nil
	}
	if l.who == "" {
		return []string{short(l.id)}
	}
	return []string{Style{}.cut(l.who, 34), short(l.id)}
}

// lines breaks the label of a rung.
func (p *picture) lines(r *rung) []string {
	room := float64(svgWide) - 30
	switch {
	case r.what == deed, r.what == fault:
		room = svgFar - 20
		if r.what == deed {
			room = max(room, p.x[r.from]-p.x[r.to]-30)
		}
	case r.from == noLane:
		room = p.end - p.x[p.bot("")] - 20
	default:
		room = max(room, p.x[max(r.from, r.to)]-p.x[min(r.from, r.to)]-30)
	}
	return Style{}.fold("", r.text, int(room/svgChar), "")
}

func (p *picture) draw() []byte {
	bottom := p.y[len(p.rungs)] + svgPad
	high := bottom
	if len(p.rungs) > manyRungs {
		high += svgHeight + svgPad
	}
	above := 0.0
	if len(p.head) > 0 {
		above = svgPad + svgLine*float64(len(p.head))
	}
	high += above
	id := html.EscapeString(p.o.ID)
	p.printf(`<svg xmlns="http://www.w3.org/2000/svg" class="callflow-ladder" role="img" aria-labelledby="%s-title %s-desc" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f">`+"\n",
		id, id, p.wide, high, p.wide, high)
	p.printf("<title id=\"%s-title\">%s</title>\n<desc id=\"%s-desc\">%s</desc>\n", id, html.EscapeString(p.title()), id, html.EscapeString(p.describe()))
	if !p.o.Bare {
		p.printf("<style>%s</style>\n", SVGStyle)
	}
	p.printf(`<rect class="paper" width="%.0f" height="%.0f"/>`+"\n", p.wide, high)
	for i, text := range p.head {
		class := "faint"
		if i == 0 {
			class = "name"
		}
		p.printf(`<text class="%s" x="%d" y="%.0f">%s</text>`+"\n", class, svgPad, svgPad+12+svgLine*float64(i), html.EscapeString(text))
	}
	if above > 0 {
		p.printf(`<g transform="translate(0 %.0f)">`+"\n", above)
	}
	p.grounds()
	for i := range p.lanes {
		p.lane(i, bottom)
	}
	for i := range p.rungs {
		p.rung(i)
	}
	p.names(svgPad)
	if high-above > bottom {
		p.names(bottom)
	}
	if above > 0 {
		p.printf("</g>\n")
	}
	p.printf("</svg>\n")
	return []byte(p.b.String())
}

func (p *picture) printf(format string, args ...any) { fmt.Fprintf(&p.b, format, args...) }

// grounds puts red behind what steps that failed did.
func (p *picture) grounds() {
	for i := 0; i < len(p.rungs); i++ {
		if !p.rungs[i].failing {
			continue
		}
		top := p.y[i]
		for i < len(p.rungs) && p.rungs[i].failing {
			i++
		}
		p.printf(`<rect class="ground" x="0" y="%.0f" width="%.0f" height="%.0f"/><rect class="edge" x="0" y="%.0f" width="4" height="%.0f"/>`+"\n",
			top, p.wide, p.y[i]-top, top, p.y[i]-top)
	}
}

// lane draws a lane's line. That of a leg is thick while the leg is up.
func (p *picture) lane(i int, bottom float64) {
	l, top := &p.lanes[i], float64(svgPad+svgHeight)
	if l.kind != legLane {
		p.printf(`<path class="lane" d="M%.0f %.0fV%.0f"/>`+"\n", p.x[i], top, bottom)
		return
	}
	if l.from < 0 {
		return
	}
	born, dead := p.line(l.from), bottom-svgPad
	if l.to < len(p.rungs)-1 {
		dead = p.line(l.to)
	}
	p.printf(`<path class="unborn" d="M%.0f %.0fV%.0f"/><path class="leg" d="M%.0f %.0fV%.0f"/>`+"\n", p.x[i], top, born, p.x[i], born, dead)
}

// line is where the arrow of a rung is.
func (p *picture) line(i int) float64 { return p.y[i+1] - 7 }

func (p *picture) names(y float64) {
	for i := range p.lanes {
		l := &p.lanes[i]
		w, below := p.boxWidth(l), l.below()
		high := float64(svgHeight)
		top := y
		if len(below) == 0 {
			high = 26
			if top += svgHeight - high; y > svgPad {
				top = y
			}
		}
		p.printf(`<rect class="box" x="%.1f" y="%.0f" width="%.1f" height="%.0f" rx="4"/><text class="name" text-anchor="middle" x="%.0f" y="%.0f">%s</text>`,
			p.x[i]-w/2, top, w, high, p.x[i], top+17, html.EscapeString(l.name))
		for n, text := range below {
			p.printf(`<text class="who" text-anchor="middle" x="%.0f" y="%.0f">%s</text>`, p.x[i], top+34+15*float64(n), html.EscapeString(text))
		}
		p.printf("\n")
	}
}

// rung draws one row.
func (p *picture) rung(i int) {
	r, y := &p.rungs[i], p.y[i]
	p.printf("<g")
	if r.failing {
		p.printf(` class="failing"`)
	}
	if r.seq > 0 {
		p.printf(` id="%s-%d"`, html.EscapeString(p.o.ID), r.seq)
	}
	p.printf(">")
	if about := p.told(r); about != "" {
		p.printf("<title>%s</title>", html.EscapeString(about))
	}
	how := looks[r.how]
	at, anchor := p.x[p.bot("")]+10, ""
	for _, b := range p.of(botLane) {
		at = max(at, p.x[b]+10)
	}
	switch {
	case r.what == silence:
		ground := "paper"
		if r.failing {
			ground = "ground"
		}
		p.printf(`<rect class="%s" x="5" y="%.0f" width="%.0f" height="%d"/>`, ground, y+1, p.wide-5, svgNote-2)
	case r.what == stepBegins:
		how = "step"
		p.printf(`<path class="rule" d="M%d %.0fH%.0f"/>`, svgTime-8, y+2.5, p.end)
	case r.what == fault:
		at = p.x[len(p.x)-1] - 8
		anchor = ` text-anchor="end"`
		if p.lanes[len(p.lanes)-1].kind != personLane {
			at, anchor = at+16, ""
		}
	case r.what == deed:
		at, anchor = p.x[r.from]-8, ` text-anchor="end"`
	}
	if r.what != silence {
		p.printf(`<text class="time" text-anchor="end" x="%d" y="%.0f">%s</text>`, svgTime-22, y+15, offset(p.start, r.at))
	}
	for n, text := range p.label[i] {
		switch {
		case r.what == silence:
			text = "… " + text + " …"
		case r.what == fault && n == 0:
			text = "! " + text
		}
		p.printf(`<text%s%s x="%.0f" y="%.0f">%s</text>`, class(how), anchor, at, y+15+float64(n)*svgLine, html.EscapeString(text))
	}
	if r.from != noLane {
		p.arrow(i)
	}
	p.printf("</g>\n")
}

// arrow draws the arrow of a rung, with an end for the lane that it leads to.
func (p *picture) arrow(i int) {
	r := &p.rungs[i]
	from, to, y := p.x[r.from], p.x[r.to], p.line(i)
	side := 1.0
	if to < from {
		side = -1
	}
	if p.lanes[r.from].kind == legLane {
		from += 3 * side
	}
	if p.lanes[r.to].kind == legLane {
		to -= 3 * side
	}
	how := looks[r.how]
	if r.how == faint {
		how = ""
	}
	line, tip := "", "tip"
	switch r.what {
	case response, lost:
		line = "back"
	case notification:
		line, tip = "news", "news"
	case deed:
		line, tip = "deed", "deed"
	default:
		tip = ""
	}
	line, tip = class(line, how), class(tip, how)
	p.printf(`<path%s d="M%.0f %.1fH%.0f"/>`, line, from, y, to)
	if r.what == lost {
		p.printf(`<path%s d="M%.0f %.1fl8 8m0-8l-8 8"/>`, tip, to+2, y-4)
		return
	}
	p.printf(`<path%s d="M%.0f %.1fl%.0f -4m%.0f 4l%.0f 4"/>`, tip, to, y, -7*side, 7*side, -7*side)
}

// looks are the colours' classes.
var looks = map[string]string{bad: "bad", warn: "warn", faint: "faint"}

// class is the attribute of those names that are not "".
func class(names ...string) string {
	text := strings.Join(slices.DeleteFunc(names, func(name string) bool { return name == "" }), " ")
	if text == "" {
		return ""
	}
	return ` class="` + text + `"`
}

// told is what a pointer brings up: what somebody may look for elsewhere.
func (p *picture) told(r *rung) string {
	if r.ids == "" {
		return ""
	}
	text := offset(p.start, r.at) + " " + r.text + "\n" + strings.TrimSpace(r.ids)
	for i := range p.lanes { // ids alone say little to people
		if l := &p.lanes[i]; l.kind == legLane && strings.Contains(r.ids, l.id) {
			text += "\n" + l.name + " is " + l.id
			if l.who != "" {
				text += ", " + l.who
			}
		}
	}
	for _, who := range p.about.People {
		if id := clean(who.ID); len(id) >= 8 && strings.Contains(r.ids, id) {
			text += "\n" + clean(who.Name) + " is " + id
		}
	}
	return text
}
