package runner

import (
	"maps"
	"slices"
)

// names is what the expressions of one frame see: vars, captured names, the loop's item, and steps, calls, run, matrix.
type names struct {
	all   map[string]any
	steps map[string]any // all["steps"]
	made  []string       // captured or bound in this frame, in order, for the join
	done  []string       // steps with outputs, likewise
	// renamed is told when there is a new name, or one has a new value. Optional; a child has none.
	renamed func()
}

func newNames() *names {
	n := &names{all: map[string]any{}, steps: map[string]any{}}
	n.all["steps"] = n.steps
	return n
}

// child is a copy: what is named in it is not seen by n, until join.
func (n *names) child() *names {
	c := &names{all: maps.Clone(n.all), steps: maps.Clone(n.steps)}
	c.all["steps"] = c.steps
	return c
}

// join takes over what was named in a child.
func (n *names) join(c *names) {
	for _, name := range c.made {
		n.bind(name, c.all[name])
	}
	for _, id := range c.done {
		n.finish(id, c.steps[id])
	}
}

// bind names a value.
func (n *names) bind(name string, value any) {
	n.all[name] = value
	n.made = append(n.made, name)
	n.told()
}

func (n *names) told() {
	if n.renamed != nil {
		n.renamed()
	}
}

// madeHere is the value of a name that this child made; nil when it made none of that name.
func (n *names) madeHere(name string) any {
	if slices.Contains(n.made, name) {
		return n.all[name]
	}
	return nil
}

// finish sets steps.<id>.
func (n *names) finish(id string, outputs any) {
	n.steps[id] = outputs
	n.done = append(n.done, id)
	n.told()
}

// eventNames are the names of an event's view: see graph.EventNames.
var eventNames = [...]string{"call", "operation", "participants", "tone", "sharing", "participantJoining", "participantLeft", "event"}

// overEvent lays the view of an event over n's names while f runs; f must not give way to another branch. What the view
// lacks is absent, also when a name of n's is spelt the same.
func (n *names) overEvent(view map[string]any, f func(all map[string]any)) {
	var hidden [len(eventNames)]any
	for i, name := range eventNames {
		hidden[i] = n.all[name]
		if v, ok := view[name]; ok {
			n.all[name] = v
		} else {
			delete(n.all, name)
		}
	}
	defer func() {
		for i, name := range eventNames {
			if delete(n.all, name); hidden[i] != nil {
				n.all[name] = hidden[i]
			}
		}
	}()
	f(n.all)
}

// with returns n's names and more, such as a verb's outputs.
func (n *names) with(more map[string]any) map[string]any {
	if len(more) == 0 {
		return n.all
	}
	all := maps.Clone(n.all)
	maps.Copy(all, more)
	return all
}
