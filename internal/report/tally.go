package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"callflow/steps"
)

// tally counts runs as they are added: what a report says of all of them.
type tally struct {
	runs    int
	count   map[string]int // by status
	retried int            // passed after a retry
	leftUp  []string       // the calls that nobody has hung up
	groups  []*group       // in the order of their first runs
	byKey   map[string]*group
}

// group is the runs of one scenario and row on one target: it is flaky when they do not all end alike.
type group struct {
	name, file    string
	passed, wrong int
	seeds         []uint64 // of those that went wrong, the first mostSeeds
	failed        string   // the first failure, in one line
	line, col     int      // its place, if that is in file
}

// mostSeeds is how many seeds of failed repetitions are named.
const mostSeeds = 10

func (t *tally) add(r *Run) {
	if t.count == nil {
		t.count, t.byKey = map[string]int{}, map[string]*group{}
	}
	t.runs++
	t.count[r.Status()]++
	if r.PassedAfterRetry() {
		t.retried++
	}
	for _, c := range r.leftUp() {
		if !c.Kept {
			t.leftUp = append(t.leftUp, c.Call)
		}
	}
	key := strings.Join([]string{r.Start.File, r.Start.Scenario, r.Start.Row, r.Start.Target, r.Start.Dialect}, "\x00")
	g := t.byKey[key]
	if g == nil {
		g = &group{name: clean(r.Name()), file: r.Start.File}
		t.byKey[key] = g
		t.groups = append(t.groups, g)
	}
	switch {
	case r.End.Status == steps.Passed:
		g.passed++
	case r.Failed():
		if g.wrong++; len(g.seeds) < mostSeeds {
			g.seeds = append(g.seeds, r.Start.Seed)
		}
		if g.failed == "" {
			g.failed = r.Why()
			if file, line, col := r.place(); file == g.file {
				g.line, g.col = line, col
			}
		}
	}
}

// flaky are the groups whose runs did not all end alike.
func (t *tally) flaky() []*group {
	return slices.DeleteFunc(slices.Clone(t.groups), func(g *group) bool { return g.passed == 0 || g.wrong == 0 })
}

// wrong counts the runs that ended otherwise than they should.
func (t *tally) wrong() (n int) {
	for status, count := range t.count {
		if wentWrong(status) {
			n += count
		}
	}
	return n
}

// words are the counts as the console has them: "1 passed, 1 failed".
func (t *tally) words(total Total) string {
	var parts []string
	for _, status := range statuses {
		if n := t.count[status]; n > 0 || status == steps.Passed {
			parts = append(parts, fmt.Sprintf("%d %s", n, statusWord(status)))
		}
	}
	if total.NotRun > 0 {
		parts = append(parts, fmt.Sprintf("%d not run", total.NotRun))
	}
	if t.runs == 0 && total.NotRun == 0 {
		return parts[0] + ": " + nothingToRun
	}
	if n := len(t.leftUp); n > 0 {
		parts = append(parts, leftUpWords(n)+": "+someOf(t.leftUp))
	}
	return strings.Join(parts, ", ")
}

// someOf names the first of many.
func someOf(names []string) string {
	if more := len(names) - mostSeeds; more > 0 {
		return strings.Join(names[:mostSeeds], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

// nothingToRun is what reports say where there was none, as in a shard without any: empty, they would look torn off.
const nothingToRun = "there was nothing to run"

// text says how often the group passed, and with which seeds it did not.
func (g *group) text() string {
	out := fmt.Sprintf("passed %d of %d runs", g.passed, g.passed+g.wrong)
	var seeds []string
	for _, seed := range g.seeds {
		seeds = append(seeds, fmt.Sprint(seed))
	}
	if out += "; not with --seed " + strings.Join(seeds, ", "); g.wrong > len(g.seeds) {
		out += fmt.Sprintf(" and %d more", g.wrong-len(g.seeds))
	}
	return out
}

// seconds is a duration as the formats that count in seconds have it: with a dot, and milliseconds.
func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
