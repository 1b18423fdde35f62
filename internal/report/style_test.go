package report

import (
	"testing"
	"time"
)

// TestOffsetsInLine: a run of hours keeps the column of times as wide as one of minutes does.
func TestOffsetsInLine(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		1500 * time.Millisecond:                              "1.500s",
		59*time.Minute + 59999*time.Millisecond:              "59m59.999s",
		time.Hour:                                            "1h00m00.0s",
		time.Hour + 2*time.Minute + 59990*time.Millisecond:   "1h02m59.9s",
		45*time.Hour + 2*time.Minute + 3400*time.Millisecond: "45h02m03s",
	} {
		if got := offset(start, start.Add(d)); got != want || len(got) > len("59m59.999s") {
			t.Errorf("offset of %s is %q, want %q", d, got, want)
		}
	}
}

func TestInCI(t *testing.T) {
	for value, want := range map[string]bool{"": false, "0": false, "false": false, "False": false, "true": true, "1": true, "woodpecker": true} {
		if got := inCI(func(name string) string { return map[string]string{"CI": value}[name] }); got != want {
			t.Errorf("CI=%q: %v, want %v", value, got, want)
		}
	}
}
