package report

import (
	"fmt"
	"strings"
)

// list is the ladder where there is no room for lanes: a line for each rung, with an arrow that says which way it went. Where
// there are several legs or bots it says which one is meant.
func (l *ladder) list() []string {
	words := []string{l.mark("→ ", "> ") + "request", l.mark("← ", "< ") + "response", l.mark("⇐ ", "<= ") + "notification"}
	out := l.fold("  ", strings.Join(words, ", "), l.Width, "  ")
	for n, i := range l.of(legLane) {
		leg := &l.lanes[i]
		out = append(out, l.fold(fmt.Sprintf("  leg %d: ", n+1), strings.TrimSpace(leg.who+" ["+short(leg.id)+"]"), l.Width, "    ")...)
	}
	for i := range out {
		out[i] = l.paint(faint, out[i])
	}
	for i := range l.rungs {
		r := &l.rungs[i]
		at := offset(l.start, r.at)
		if r.what == silence {
			at = ""
		}
		bar := " "
		if r.failing {
			bar = l.paint(bad, l.mark("┃", "*"))
		}
		lead := l.paint(faint, fmt.Sprintf("%*s", timeCells-1, at)) + bar
		indent := strings.Repeat(" ", timeCells) + "  "
		out = append(out, l.foldIn(r.how, lead, l.sign(r)+l.told(r), l.Width, indent)...)
	}
	return out
}

// sign is what stands before a rung's text in a list.
func (l *ladder) sign(r *rung) string {
	switch r.what {
	case request:
		return l.mark("→ ", "> ")
	case response:
		return l.mark("← ", "< ")
	case lost:
		return l.mark("× ", "x ")
	case notification:
		return l.mark("⇐ ", "<= ")
	case fault:
		return "! "
	case deed:
		return l.mark("· ", "- ")
	case stepBegins:
		return l.mark("▸ ", "> ")
	case silence:
		return l.mark("… ", "... ")
	}
	return ""
}

// told is a rung's text with the leg and the bot that it is about, where there are several.
func (l *ladder) told(r *rung) string {
	text := r.text
	for _, i := range []int{r.from, r.to} {
		if i == noLane {
			continue
		}
		lane := &l.lanes[i]
		switch {
		case lane.kind == botLane && len(l.of(botLane)) > 1:
			text = lane.name + ": " + text
		case lane.kind == legLane && len(l.of(legLane)) > 1 && !strings.Contains(text, short(lane.id)):
			text += " [" + short(lane.id) + "]"
		}
	}
	return text
}
