package simulator

import "iter"

// ordered is a set that remembers the order in which its members came. What it does takes the same time however many there
// are: a world may have a hundred thousand rooms.
type ordered[T comparable] struct {
	list  []T // with zeros where members have gone
	place map[T]int
}

func (o *ordered[T]) has(x T) bool { _, ok := o.place[x]; return ok }

func (o *ordered[T]) len() int { return len(o.place) }

// add puts x at the end, unless it is there.
func (o *ordered[T]) add(x T) {
	if o.has(x) {
		return
	}
	if o.place == nil {
		o.place = map[T]int{}
	}
	o.place[x] = len(o.list)
	o.list = append(o.list, x)
}

func (o *ordered[T]) remove(x T) {
	i, ok := o.place[x]
	if !ok {
		return
	}
	var none T
	o.list[i] = none
	delete(o.place, x)
	if len(o.list) < 2*len(o.place)+32 {
		return
	}
	left := make([]T, 0, len(o.place)) // not in place: somebody may be looking through the list
	for x := range o.all() {
		o.place[x] = len(left)
		left = append(left, x)
	}
	o.list = left
}

// all are the members, in order. Members may be added and removed meanwhile.
func (o *ordered[T]) all() iter.Seq[T] {
	return func(yield func(T) bool) {
		var none T
		for _, x := range o.list {
			if x != none && !yield(x) {
				return
			}
		}
	}
}
