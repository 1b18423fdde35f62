package runner

// assignment gives each of several parts an event of its own. Events come one at a time, and one that was taken is never
// given up: at most it serves another part than before. It is the augmenting-path method for bipartite matching; an
// event for which there is no room now finds none later either, so it need not be kept.
type assignment struct {
	fits   [][]int // by event taken: the parts it could serve
	serves []int   // by part: the event that serves it, or -1
}

func newAssignment(parts int) assignment {
	a := assignment{serves: make([]int, parts)}
	for i := range a.serves {
		a.serves[i] = -1
	}
	return a
}

// add takes an event that could serve those parts, if there is room for it.
func (a *assignment) add(fits []int) bool {
	a.fits = append(a.fits, fits)
	if a.place(len(a.fits)-1, make([]bool, len(a.serves))) {
		return true
	}
	a.fits = a.fits[:len(a.fits)-1]
	return false
}

// place finds a part for the event, moving others if need be; tried marks the parts looked at.
func (a *assignment) place(event int, tried []bool) bool {
	for _, part := range a.fits[event] {
		if a.serves[part] < 0 {
			a.serves[part] = event
			return true
		}
	}
	for _, part := range a.fits[event] {
		if tried[part] {
			continue
		}
		tried[part] = true
		if a.place(a.serves[part], tried) {
			a.serves[part] = event
			return true
		}
	}
	return false
}
