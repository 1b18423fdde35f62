package runner

import (
	"math/rand"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAssignment(t *testing.T) {
	tests := []struct {
		name  string
		parts int
		fits  [][]int // of each event, in order
		taken []bool
		want  []int // by part: the event taken, counting those taken only
	}{
		{"one each", 2, [][]int{{0}, {1}}, []bool{true, true}, []int{0, 1}},
		{"the broad part gives way", 2, [][]int{{0, 1}, {0}}, []bool{true, true}, []int{1, 0}},
		{"a chain gives way", 3, [][]int{{0, 1}, {1, 2}, {0}}, []bool{true, true, true}, []int{2, 0, 1}},
		{"no room", 2, [][]int{{0}, {0}, {0, 1}}, []bool{true, false, true}, []int{0, 1}},
		{"one event serves one part", 2, [][]int{{0, 1}}, []bool{true}, []int{0, -1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newAssignment(tt.parts)
			var taken []bool
			for _, fits := range tt.fits {
				taken = append(taken, a.add(fits))
			}
			if diff := cmp.Diff(tt.taken, taken); diff != "" {
				t.Errorf("taken (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, a.serves); diff != "" {
				t.Errorf("serves (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever comes, as many parts are served as some choice among the same events could serve.
func TestAssignmentIsLargest(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 500 {
		parts, events := 1+r.Intn(4), r.Intn(7)
		a := newAssignment(parts)
		var all [][]int
		for range events {
			var fits []int
			for p := range parts {
				if r.Intn(3) == 0 {
					fits = append(fits, p)
				}
			}
			all = append(all, fits)
			a.add(fits)
		}
		if got, want := len(a.fits), largest(all, make([]bool, parts)); got != want {
			t.Fatalf("%d parts, events fit %v: %d served, %d could be", parts, all, got, want)
		}
	}
}

// largest tries every choice.
func largest(events [][]int, used []bool) int {
	if len(events) == 0 {
		return 0
	}
	best := largest(events[1:], used)
	for _, p := range events[0] {
		if !used[p] {
			used[p] = true
			best = max(best, 1+largest(events[1:], used))
			used[p] = false
		}
	}
	return best
}
