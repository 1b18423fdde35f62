package report

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"callflow/steps"
)

// The last lines on a terminal are a block that is rewritten in place, with one write a frame: a line for what goes on, and
// where runs go side by side one for each of them, as many as fit. What is over is printed above, and scrolls away.

// The commands to the terminal. Those that know the last two show what comes between them at once; others ignore them.
const (
	upLines   = "\x1b[%dA"
	eraseLine = "\x1b[K"
	eraseDown = "\x1b[J"
	frame     = "\x1b[?2026h"
	frameEnd  = "\x1b[?2026l"
)

// sizeOf asks the terminal anew each time: its window may be another size by now.
func sizeOf(w io.Writer, s Style) func() (width, height int) {
	return func() (int, int) {
		if f, ok := w.(*os.File); ok && s.Live {
			if width, height, err := term.GetSize(int(f.Fd())); err == nil && width > 0 && height > 0 {
				return width, height
			}
		}
		return s.Width, 24
	}
}

// print writes whole lines above the block. Where many runs end they are kept for the next frame, which Tick draws. The
// caller holds mu.
func (c *Console) print(out []string) {
	if c.Live && c.Together {
		c.waiting = append(c.waiting, out...)
		return
	}
	c.draw(out)
}

// draw writes a frame: the lines that wait, out, and the block below them. The caller holds mu.
func (c *Console) draw(out []string) {
	out = append(c.waiting, out...)
	c.waiting = nil
	columns, rows := c.size()
	block := c.block(columns, rows)
	if len(out) == 0 && slices.Equal(block, c.shown) {
		return
	}
	var b strings.Builder
	rewrite := len(c.shown) > 0
	if rewrite {
		b.WriteString(frame + "\r")
		if n := rowsOf(c.shown, columns); n > 1 {
			fmt.Fprintf(&b, upLines, n-1)
		}
		if columns != c.columns { // the terminal has wrapped rows anew
			b.WriteString(eraseDown)
		}
	}
	line := func(text, end string) {
		text = guarded(strings.TrimRight(text, " "))
		b.WriteString(text)
		// Line by line, for there are terminals that keep what is erased as a whole; but a full line has nothing behind it.
		if w := width(plain(text)); rewrite && (w == 0 || w%columns != 0) {
			b.WriteString(eraseLine)
		}
		b.WriteString(end)
	}
	for _, text := range out {
		line(text, "\n")
	}
	for i, text := range block {
		if i < len(block)-1 {
			line(text, "\n")
		} else {
			line(text, "")
		}
	}
	if rewrite {
		b.WriteString(eraseDown + frameEnd)
	}
	c.shown, c.columns = block, columns
	// A console that cannot be written to is no reason to end a run: calls must still be hung up.
	_, _ = io.WriteString(c.w, b.String())
}

// rowsOf is how many rows of a terminal lines take. A window made narrower has wrapped those that stood there.
func rowsOf(lines []string, w int) (rows int) {
	for _, line := range lines {
		rows += max(1, (width(plain(line))+w-1)/max(w, 1))
	}
	return rows
}

// block is what goes on, to be rewritten: nothing where output is not live.
func (c *Console) block(columns, rows int) []string {
	switch {
	case !c.Live || c.Detail == Quiet || len(c.running) == 0:
		return nil
	case !c.Together:
		return []string{c.paint(faint, c.cut("  "+c.mark("…", "...")+" "+c.running[0].doing(), columns-1))}
	}
	// Those that wait longest are first; a run that goes on takes its place at the end, so the others only move up.
	order := slices.Clone(c.running)
	slices.SortStableFunc(order, func(a, b *RunView) int { return a.now.since.Compare(b.now.since) })
	room := max(rows*2/3-2, 1)
	if room >= len(order)-1 { // the line "+ 1 more" could as well say which
		room = len(order)
	}
	names := 0
	for _, v := range order[:min(room, len(order))] {
		names = max(names, width(v.now.title))
	}
	names = min(names, columns*2/5)
	var out []string
	for _, v := range order[:min(room, len(order))] {
		lead := fmt.Sprintf("  %6s  ", clock(c.now().Sub(v.now.since)))
		out = append(out, c.paint(faint, lead)+c.pad(v.now.title, names)+c.paint(faint, c.cut("  "+v.now.text(), columns-1-names-len(lead))))
	}
	if more := len(order) - room; more > 0 {
		out = append(out, c.paint(faint, fmt.Sprintf("          + %d more", more)))
	}
	return append(out, c.paint(faint, c.cut("  "+c.mark("…", "...")+" "+c.tally(), columns-1)))
}

// tally counts the runs: those that go on, those that are over, and those to come.
func (c *Console) tally() string {
	over := 0
	parts := []string{fmt.Sprintf("%d running", len(c.running))}
	for _, status := range statuses {
		if n := c.count[status]; n > 0 {
			over += n
			parts = append(parts, fmt.Sprintf("%d %s", n, statusWord(status)))
		}
	}
	if left := c.Total - over - len(c.running); left > 0 {
		parts = append(parts, fmt.Sprintf("%d to go", left))
	}
	return clock(c.now().Sub(c.began)) + "  " + strings.Join(parts, ", ")
}

// clock is a length of time as a running clock shows it.
func clock(d time.Duration) string {
	d = d.Truncate(time.Second)
	if d < time.Minute {
		return fmt.Sprintf("%ds", int(d.Seconds()))
	}
	return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
}

// moment is what a run waits for, for the block. It is replaced as a whole, for others read it while the run goes on.
type moment struct {
	title string
	step  string    // the step it is at; "": none yet
	since time.Time // on the wall: when that step began
	last  string    // what arrived last
}

func (m moment) text() string {
	text := m.step
	if m.last != "" {
		text += " (last: " + m.last + ")"
	}
	return strings.TrimSpace(text)
}

// at is the moment that a run has reached.
func (v *RunView) at() moment {
	m := moment{title: v.title(), since: v.began, last: v.last}
	if len(v.waiting) == 0 {
		return m
	}
	s := v.waiting[len(v.waiting)-1]
	m.step, m.since = stepName(s.key, s.start), s.wall
	if s.start.Text != "" {
		m.step += ": " + clean(s.start.Text)
	}
	return m
}

// doing says what a run that goes on alone waits for.
func (v *RunView) doing() string {
	text := v.now.text()
	if text == "" {
		return v.now.title
	}
	if wall := v.c.now().Sub(v.began); wall > 2*time.Second {
		text = duration(wall.Round(time.Second)) + "  " + text
	}
	return text
}

// inShort is a run that went well, in one line: where many go side by side on a terminal that is all one wants to see.
func (v *RunView) inShort(end *steps.RunEnd) []string {
	c := v.c
	mark, how, more := c.mark("✓", "+"), good, "  "+duration(end.Took)
	if end.Status == steps.Skipped {
		mark, how, more = "-", warn, "  skipped: "+clean(end.Reason)
	}
	columns, _ := c.size()
	title := c.cut(v.title(), max(columns-width(more)-3, 10))
	file := ""
	if v.about != nil {
		file = "  " + clean(v.about.File)
	}
	if width(title)+width(more)+width(file) > columns-3 {
		file = ""
	}
	return append([]string{c.paint(how, mark) + " " + title + c.paint(faint, more+file)}, append(v.leftOut(end), v.unheeded(end)...)...)
}
