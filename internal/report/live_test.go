package report

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/steps"
)

// screen is as much of a terminal as the console uses. What scrolls away at the top goes to history.
type screen struct {
	t             *testing.T
	columns, rows int
	history, grid []string
	row, col      int
	writes        int
}

func newScreen(t *testing.T, columns, rows int) *screen {
	return &screen{t: t, columns: columns, rows: rows, grid: make([]string, rows)}
}

func (s *screen) Write(p []byte) (int, error) {
	s.writes++
	text := []rune(string(p))
	for i := 0; i < len(text); i++ {
		switch r := text[i]; r {
		case '\r':
			s.col = 0
		case '\n':
			s.down()
		case '\x1b':
			k := i + 2
			for k < len(text) && !(text[k] >= 'A' && text[k] <= 'z') {
				k++
			}
			s.command(string(text[i+2:k]), text[k])
			i = k
		default:
			if s.col == s.columns {
				s.down()
			}
			line := []rune(s.grid[s.row])
			for len(line) < s.col {
				line = append(line, ' ')
			}
			s.grid[s.row] = string(line[:s.col]) + string(r) + string(line[min(s.col+1, len(line)):])
			s.col++
		}
	}
	return len(p), nil
}

func (s *screen) down() {
	s.col = 0
	if s.row++; s.row == s.rows {
		s.history = append(s.history, s.grid[0])
		s.grid = append(s.grid[1:], "")
		s.row--
	}
}

func (s *screen) command(args string, what rune) {
	cut := func() { s.grid[s.row] = string([]rune(s.grid[s.row])[:min(s.col, len([]rune(s.grid[s.row])))]) }
	switch what {
	case 'A':
		n, _ := strconv.Atoi(args)
		s.row = max(s.row-n, 0)
	case 'K':
		cut()
	case 'J':
		cut()
		for i := s.row + 1; i < s.rows; i++ {
			s.grid[i] = ""
		}
	case 'h', 'l', 'm':
	default:
		s.t.Fatalf("unknown command %q %c", args, what)
	}
}

// shows is what is on the screen, and what has scrolled away.
func (s *screen) shows() string {
	return strings.TrimRight(strings.Join(append(append([]string{}, s.history...), s.grid...), "\n"), "\n")
}

// side are runs side by side on a screen, at a time of the test's own.
type side struct {
	*Console
	*screen
	at    time.Time
	views []*RunView
}

func sideBySide(t *testing.T, columns, rows, runs int) *side {
	s := &side{screen: newScreen(t, columns, rows), at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	s.Console = NewConsole(s.screen, Style{Width: columns, Live: true}, Normal)
	s.Together, s.Total, s.RealTime = true, runs, true
	s.Console.now = func() time.Time { return s.at }
	s.Console.began = s.at
	s.Console.size = func() (int, int) { return s.screen.columns, s.screen.rows }
	return s
}

func (s *side) start(name string) {
	v := s.Run("", 5)
	s.views = append(s.views, v)
	v.Record(steps.Record{Seq: 1, At: s.at, RunStart: &steps.RunStart{Scenario: name, File: name + ".yaml"}})
}

func (s *side) step(run int, key, text string) {
	s.views[run].Record(steps.Record{At: s.at, Step: key, StepStart: &steps.StepStart{Verb: "await", Label: "await", Text: text}})
}

func (s *side) end(run int, status string) {
	s.views[run].Record(steps.Record{At: s.at, RunEnd: &steps.RunEnd{Status: status, Took: 2 * time.Second,
		Reason: map[string]string{steps.Skipped: "no reason"}[status]}})
}

func (s *side) expect(want string) {
	s.t.Helper()
	s.Tick()
	if d := cmp.Diff(strings.TrimPrefix(want, "\n"), s.shows()+"\n"); d != "" {
		s.t.Fatalf("the screen (-want +got):\n%s", d)
	}
}

// TestLiveBlock: what goes on side by side is a block of lines, the longest waiting first, as many as fit; what is over is
// one line above. Each frame is one write.
func TestLiveBlock(t *testing.T) {
	s := sideBySide(t, 61, 12, 9)
	for i := range 8 {
		s.start(fmt.Sprintf("Run %d", i+1))
		s.step(i, "wait", "call.state == \"terminated\" || call.state == \"established\"")
		s.at = s.at.Add(time.Second)
	}
	s.expect(`
      8s  Run 1  await wait: call.state == "terminated" || …
      7s  Run 2  await wait: call.state == "terminated" || …
      6s  Run 3  await wait: call.state == "terminated" || …
      5s  Run 4  await wait: call.state == "terminated" || …
      4s  Run 5  await wait: call.state == "terminated" || …
      3s  Run 6  await wait: call.state == "terminated" || …
          + 2 more
  … 8s  8 running, 1 to go
`)
	s.at = s.at.Add(time.Minute)
	writes := s.writes
	s.step(0, "next", "another thing")
	s.end(1, steps.Passed)
	s.end(2, steps.Skipped)
	s.end(6, steps.Failed)
	s.expect(`
✓ Run 2  2s  Run 2.yaml
- Run 3  skipped: no reason  Run 3.yaml
▸ Run 7  Run 7.yaml
  failed in 2s
   1m05s  Run 4  await wait: call.state == "terminated" || …
   1m04s  Run 5  await wait: call.state == "terminated" || …
   1m03s  Run 6  await wait: call.state == "terminated" || …
   1m01s  Run 8  await wait: call.state == "terminated" || …
      0s  Run 1  await next: another thing
  … 1m08s  5 running, 1 passed, 1 failed, 1 skipped, 1 to go
`)
	if n := s.writes - writes; n != 1 {
		t.Errorf("%d writes for one frame", n)
	}
	s.Tick()
	if n := s.writes - writes; n != 1 {
		t.Error("a frame that shows the same was written")
	}
	for i := range 3 { // the screen is full: the oldest lines scroll away
		s.end(i+3, steps.Passed)
	}
	s.Say("listener: hm\x1b[2J")
	s.expect(`
✓ Run 2  2s  Run 2.yaml
- Run 3  skipped: no reason  Run 3.yaml
▸ Run 7  Run 7.yaml
  failed in 2s
✓ Run 4  2s  Run 4.yaml
✓ Run 5  2s  Run 5.yaml
✓ Run 6  2s  Run 6.yaml
listener: hm\u001b[2J
   1m01s  Run 8  await wait: call.state == "terminated" || …
      0s  Run 1  await next: another thing
  … 1m08s  2 running, 4 passed, 1 failed, 1 skipped, 1 to go
`)
	s.end(0, steps.Passed)
	s.end(7, steps.Passed)
	s.Summary(68*time.Second, 1)
	if got := s.shows(); !strings.Contains(got, "✓ Run 1  2s  Run 1.yaml\n✓ Run 8  2s  Run 8.yaml\n") || strings.Contains(got, "running") ||
		!strings.HasSuffix(got, "6 passed, 1 failed, 1 skipped, 1 not run in 1m8s") {
		t.Errorf("at the end:\n%s", got)
	}
}

// In a narrow window, and in one that is made narrower, no line takes two rows, and nothing stale stays.
func TestLiveNarrow(t *testing.T) {
	s := sideBySide(t, 80, 12, 0)
	for i := range 3 {
		s.start(fmt.Sprintf("A scenario with a name that is long enough %d", i+1))
		s.step(i, "wait", "something")
	}
	s.Tick()
	// The terminal wraps what stands there: each of the three lines takes two rows now.
	s.screen.columns = 42
	var wrapped []string
	for _, line := range s.grid {
		for r := []rune(line); len(r) > 0; r = r[min(42, len(r)):] {
			wrapped = append(wrapped, string(r[:min(42, len(r))]))
		}
	}
	s.row, s.col = len(wrapped)-1, len([]rune(wrapped[len(wrapped)-1]))
	copy(s.grid, wrapped)
	s.end(0, steps.Passed)
	s.expect(`
✓ A scenario with a name that is lon…  2s
      0s  A scenario with…  await wait: …
      0s  A scenario with…  await wait: …
  … 0s  2 running, 1 passed
`)
}

// TestResizedWhileItGoesOn lays out what comes after the window was made another size for that size, while frames are drawn.
func TestResizedWhileItGoesOn(t *testing.T) {
	var b strings.Builder
	c := NewConsole(&b, Style{Width: 100, Live: true}, Normal)
	columns := 100
	c.size = func() (int, int) { return columns, 24 }
	v := c.Run("", 10)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 50 {
			c.Tick()
		}
	}()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	v.Record(steps.Record{At: at, RunStart: &steps.RunStart{Scenario: "Resized", File: "a.yaml"}})
	v.Record(steps.Record{At: at, Log: &steps.Logged{Level: "info", Text: "before"}})
	<-done
	columns = 50
	text := "the expectation of the step does not hold because what came is not at all what was wanted here"
	v.Record(steps.Record{At: at, RunEnd: &steps.RunEnd{Status: steps.Failed, Failure: &steps.Failure{Kind: "expect", Text: text}}})
	for line := range strings.Lines(plain(b.String())) {
		if strings.Contains(line, "the expectation") && width(strings.TrimSpace(line)) > 50 {
			t.Errorf("a line of %d cells in a window of 50: %q", width(line), line)
		}
	}
}
