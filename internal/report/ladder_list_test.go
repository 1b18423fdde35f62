package report

import (
	"strings"
	"testing"
)

// In a terminal that has no room for lanes the ladder is a list, and no line of it is broken by the terminal.
func TestNarrowLadder(t *testing.T) {
	golden(t, "ladder-narrow.golden", strings.Join(Ladder(consultation(), Style{Width: 48}), "\n")+"\n")
	for _, w := range []int{40, 48, 59} {
		for _, line := range Ladder(transfer(true), Style{Width: w}) {
			if width(line) > w {
				t.Errorf("width %d: %q takes %d", w, line, width(line))
			}
		}
	}
	if line := Ladder(consultation(), Style{Width: 59, ASCII: true})[0]; line != "  > request, < response, <= notification" {
		t.Errorf("in ASCII the list begins with %q", line)
	}
}
