package report

import (
	"fmt"
	"strings"

	"callflow/steps"
)

// mostMermaid bounds the text: those who draw it refuse more than 50,000 characters (maxTextSize).
const mostMermaid = 45_000

// Mermaid draws a run as a Mermaid sequenceDiagram, for pages that draw such text: merge requests, job summaries, wikis.
// Requests have full lines, responses dotted ones, notifications open heads. What a step that failed did stands on red
// ground. A diagram that would be longer than Mermaid takes loses rows from its middle, and says how many.
func Mermaid(records []steps.Record) string {
	d := diagramOf(records, Style{})
	head := []string{
		"sequenceDiagram",
		"    accTitle: " + mermaidText(d.title()),
		"    accDescr: " + mermaidText(d.describe()),
	}
	for i := range d.lanes {
		l := &d.lanes[i]
		word, name := "participant", mermaidText(l.name)
		switch {
		case l.kind == personLane:
			word = "actor"
		case l.kind == legLane && l.who != "":
			name += "<br/>" + mermaidText(l.who) + "<br/>" + mermaidText(short(l.id))
		case l.kind == legLane:
			name += "<br/>" + mermaidText(short(l.id))
		}
		head = append(head, fmt.Sprintf("    %s p%d as %s", word, i, name))
	}
	rows := make([]string, len(d.rungs))
	room := mostMermaid
	for _, line := range head {
		room -= len(line) + 1
	}
	for i := range d.rungs {
		rows[i] = d.mermaidRow(i)
	}
	left, right := fits(rows, room)
	out, red := head, false
	for i, row := range rows {
		if i >= left && i < right {
			if i == left {
				out = append(out, fmt.Sprintf("    Note over %s: … %s left out …", d.span(), plural(right-left, "row")))
			}
			continue
		}
		if failing := d.rungs[i].failing; failing != red {
			if red {
				out = append(out, "    end")
			} else {
				out = append(out, "    rect rgba(220, 38, 38, 0.12)")
			}
			red = failing
		}
		out = append(out, row)
	}
	if red {
		out = append(out, "    end")
	}
	return strings.Join(out, "\n") + "\n"
}

// fits says which of the rows in the middle have to go, so that the others take no more than room: none when left is right.
func fits(rows []string, room int) (left, right int) {
	used := 0
	for _, row := range rows {
		used += len(row) + 1
	}
	left, right = len(rows)/2, len(rows)/2
	room -= 400 // for what says so, and for grounds
	for used > room && (left > 0 || right < len(rows)) {
		if left > 0 {
			left--
			used -= len(rows[left]) + 1
		}
		if right < len(rows) && used > room {
			used -= len(rows[right]) + 1
			right++
		}
	}
	return left, right
}

// mermaidRow is the i-th rung as one line.
func (d *diagram) mermaidRow(i int) string {
	r := &d.rungs[i]
	text := mermaidLines(offset(d.start, r.at) + " " + r.text)
	arrow := "->>"
	switch r.what {
	case response:
		arrow = "-->>"
	case lost:
		arrow = "--x"
	case notification:
		arrow = "-)"
	case fault:
		return fmt.Sprintf("    Note over p%d: %s", r.to, text)
	case stepBegins:
		text = mermaidLines("▸ " + r.text)
	case silence:
		text = mermaidText("… " + r.text + " …")
	}
	if r.from == noLane {
		return fmt.Sprintf("    Note over %s: %s", d.span(), text)
	}
	return fmt.Sprintf("    p%d%sp%d: %s", r.from, arrow, r.to, text)
}

// wideMermaid is how many cells a label takes before it goes on in the next line: Mermaid moves lanes apart for it.
const wideMermaid = 90

// mermaidLines is a label in at most mostRows lines.
func mermaidLines(text string) string {
	rows := Style{}.fold("", text, wideMermaid, "")
	if len(rows) > mostRows {
		rows = append(rows[:mostRows-1], rows[mostRows-1]+" …")
	}
	for i := range rows {
		rows[i] = mermaidText(rows[i])
	}
	return strings.Join(rows, "<br/>")
}

// span names the first and the last lane, for notes over all.
func (d *diagram) span() string { return fmt.Sprintf("p0,p%d", len(d.lanes)-1) }

// mermaidText makes text harmless within a line of Mermaid: what ends a statement, begins a comment or would be read as
// Markdown, HTML or an entity is written as a numbered entity.
func mermaidText(text string) string {
	var b strings.Builder
	for _, r := range clean(text) {
		if strings.ContainsRune("#;<>&%\"`\\*_~$", r) {
			fmt.Fprintf(&b, "#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
