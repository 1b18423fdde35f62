package simulator

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestOrdered compares it with a slice, through many comings and goings.
func TestOrdered(t *testing.T) {
	var o ordered[int]
	var want []int
	r := rand.New(rand.NewPCG(1, 1))
	for range 20_000 {
		x := 1 + r.IntN(300)
		if r.IntN(2) == 0 {
			if o.add(x); !slices.Contains(want, x) {
				want = append(want, x)
			}
		} else {
			o.remove(x)
			want = slices.DeleteFunc(want, func(y int) bool { return x == y })
		}
		if o.has(x) != slices.Contains(want, x) || o.len() != len(want) {
			t.Fatalf("%d: %v %d", x, o.has(x), o.len())
		}
	}
	if got := slices.Collect(o.all()); !slices.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
	for x := range o.all() { // while it is emptied
		o.remove(x)
	}
	if o.len() != 0 || len(o.list) > 32 {
		t.Errorf("%d of %d left", o.len(), len(o.list))
	}
}
