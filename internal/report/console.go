package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"callflow/internal/history"
	"callflow/steps"
)

// Detail is how much the console says.
type Detail int

// The amounts.
const (
	Quiet   Detail = iota // only what failed, and the summary
	Normal                // each step as it ends
	Verbose               // also every request, response, notification, capture, and what the simulated people do
)

// Console shows runs to a person while they go on. Runs may go side by side: with Together each one's lines are held
// until it ends, so that they never mix. On a terminal the last lines say what goes on, and are rewritten in place.
type Console struct {
	Style
	Detail   Detail
	Together bool
	Ladders  bool   // draw passed runs too
	Chaos    string // what --chaos said, with its seed
	RealTime bool   // the embedded simulator's clocks are those on the wall
	Total    int    // how many runs there will be; 0: nobody knows

	mu        sync.Mutex
	w         io.Writer
	shown     []string // the lines that are rewritten, as they stand there now
	columns   int      // of the terminal then
	waiting   []string // lines above them for the next frame
	size      func() (width, height int)
	began     time.Time
	running   []*RunView
	count     map[string]int
	leftUp    int           // calls that cleanup could not end
	simulated time.Duration // by the embedded simulator's clocks
	wrong     []*wrongRun   // those that did not pass
	codes     []string      // with which runs failed
	now       func() time.Time
}

// wrongRun is a run that did not pass, for the summary. A quiet console lays out the first of those that failed alike, and
// counts the others.
type wrongRun struct {
	line string
	why  string // in one line; "" where nobody knows
	like string // what runs that failed alike have in common
	more int    // of them
}

// NewConsole writes to w.
func NewConsole(w io.Writer, s Style, d Detail) *Console {
	c := &Console{Style: s, Detail: d, w: w, count: map[string]int{}, now: time.Now, size: sizeOf(w, s), began: time.Now()}
	return c
}

// Run opens the view of one run; give it all of the run's records in order, from one goroutine at a time. note stands
// behind its title: "(2 of 3)"; verbs is how wide the column of its verbs is (VerbColumn).
func (c *Console) Run(note string, verbs int) *RunView {
	v := &RunView{c: c, note: note, verbs: verbs, open: map[string]*openStep{}, names: map[string]string{}, ended: map[string]time.Time{}, began: c.now()}
	c.mu.Lock()
	c.running = append(c.running, v)
	c.mu.Unlock()
	return v
}

// Show prints a run that is over, as Run does while it goes on.
func (c *Console) Show(r *Run) {
	v := c.Run(r.again(), r.verbColumn())
	for _, record := range r.whole() {
		v.Record(record)
	}
}

// Say prints text between the lines of runs.
func (c *Console) Say(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draw(lines(text))
}

// Tick rewrites the last lines, so that a long wait is seen to go on.
func (c *Console) Tick() {
	if !c.Live {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draw(nil)
}

// Summary prints the last lines: what went wrong, when there were many runs, and the counts. wall is 0 where nobody ran
// anything.
func (c *Console) Summary(wall time.Duration, notRun int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = nil
	total := 0
	for _, status := range statuses {
		total += c.count[status]
	}
	var out []string
	if len(c.wrong) > 0 && total > 1 {
		out = append(out, "")
		for _, w := range c.wrong {
			line := w.line
			if w.more > 0 {
				line += c.paint(faint, ", the same in "+plural(w.more, "more run"))
			}
			out = append(out, line)
			if w.why != "" {
				out = append(out, "    "+c.paint(faint, w.why))
			}
		}
		out = append(out, c.byCode(total)...)
	}
	if c.Detail != Quiet || len(c.wrong) > 0 {
		out = append(out, "")
	}
	var parts []string
	for _, status := range statuses {
		n := c.count[status]
		if n == 0 && status != steps.Passed {
			continue
		}
		text := fmt.Sprintf("%d %s", n, statusWord(status))
		if n > 0 {
			text = c.paint(statusColor(status), text)
		}
		parts = append(parts, text)
	}
	if notRun > 0 {
		parts = append(parts, fmt.Sprintf("%d not run", notRun))
	}
	if c.leftUp > 0 {
		parts = append(parts, c.paint(warn, leftUpWords(c.leftUp)))
	}
	line := strings.Join(parts, ", ")
	if wall > 0 {
		line += " in " + duration(wall)
	}
	if c.simulated > 0 && !c.RealTime { // also where it is the shorter: a run prints the same on a slow machine
		line += c.paint(faint, " (simulated "+duration(c.simulated)+")")
	}
	if c.Chaos != "" {
		line += c.paint(faint, ", chaos "+clean(c.Chaos))
	}
	c.draw(append(out, line))
}

// byCode says how many runs failed with which code, the most frequent first; nothing where none came twice.
func (c *Console) byCode(total int) []string {
	count := map[string]int{}
	for _, code := range c.codes {
		count[code]++
	}
	codes := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(count[b]-count[a], strings.Compare(a, b))
	})
	if len(codes) == 0 || count[codes[0]] < 2 {
		return nil
	}
	out := []string{""}
	for _, code := range codes {
		out = append(out, fmt.Sprintf("  %s in %d of %s (%s)", code, count[code], plural(total, "run"), history.Percent(count[code], total)))
	}
	return out
}

// statuses in the order of the summary.
var statuses = []string{steps.Passed, steps.Failed, steps.Broken, steps.Interrupted, steps.Cancelled, brokenOff, steps.Skipped}

func statusWord(status string) string {
	if status == steps.Broken {
		return "could not test"
	}
	return status
}

func statusColor(status string) string {
	switch status {
	case steps.Passed:
		return good
	case steps.Skipped, steps.Cancelled:
		return warn
	}
	return bad
}

func statusText(status int) string {
	if name := http.StatusText(status); name != "" {
		return fmt.Sprintf("%d %s", status, name)
	}
	return fmt.Sprint(status)
}
