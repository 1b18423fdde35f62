package graph

// readRoster reads a whole roster, a delta, or one participant, which is a delta too.
func (e *Event) readRoster(n *normaliser, r resource, data any) {
	e.Kind = KindParticipants
	in, ok := data.([]any)
	if !ok {
		in = []any{data}
	}
	roster := make([]map[string]any, 0, len(in))
	for _, x := range in {
		o, ok := x.(map[string]any)
		if !ok {
			n.note("a participant is %s, not an object", sketch(x))
			continue
		}
		if o["@odata.type"] == "#microsoft.graph.deltaParticipants" || o["sequenceNumber"] != nil {
			e.Delta = true
			if v, ok := n.number(&member{name: "sequenceNumber", kind: whole}, o["sequenceNumber"]); ok {
				e.Sequence = max(e.Sequence, v.(int))
			}
			changed, _ := o["participants"].([]any)
			roster = n.participants(roster, changed)
			continue
		}
		roster = n.participants(roster, []any{o})
	}
	if r.collection == "participants" && r.id != "" {
		e.Delta = true
		for i, p := range roster {
			if p["id"] == nil {
				p = with(p, "id", r.id)
			}
			if e.ChangeType == "deleted" && p["removedState"] == nil {
				p = with(p, "removedState", map[string]any{})
			}
			roster[i] = p
		}
	}
	e.View["participants"] = roster
	e.callOnly()
}

// participants normalises and appends. An id that the body lacks is taken from @odata.id, as in 2018.
func (n *normaliser) participants(roster []map[string]any, in []any) []map[string]any {
	for _, x := range in {
		o, ok := x.(map[string]any)
		if !ok {
			n.note("a participant is %s, not an object", sketch(x))
			continue
		}
		p := n.object(participantShape, o)
		if p["id"] == nil {
			if s, ok := o["@odata.id"].(string); ok {
				if r := parseResource(s); r.id != "" {
					p = with(p, "id", r.id)
				}
			}
		}
		roster = append(roster, p)
	}
	return roster
}

// Roster is a call's roster as its events make it known. The zero Roster is empty.
type Roster struct {
	people []map[string]any
	last   map[string]int // by participant, also one who has left: the roster's sequence number of the last change
}

// People is the roster as it is now; it is never changed.
func (r *Roster) People() []map[string]any { return r.people }

// Set takes a whole roster, from an event or a response.
func (r *Roster) Set(people []map[string]any) {
	r.people = append(make([]map[string]any, 0, len(people)), people...)
	for _, p := range people {
		r.note(p, 0)
	}
}

// Apply takes a roster event: the whole when it carries that, else a delta. In a delta a participant with removedState
// has left; of one that is known the members that came replace the old ones; a change that is older than the last one
// known of the participant is left out, because notifications may overtake each other. How old it is says the
// participant's rosterSequenceNumber, else the delta's sequenceNumber.
// https://learn.microsoft.com/graph/api/resources/deltaparticipants
func (r *Roster) Apply(e *Event) {
	changed, _ := e.View["participants"].([]map[string]any)
	if !e.Delta {
		r.Set(changed)
		return
	}
	people := append(make([]map[string]any, 0, len(r.people)+len(changed)), r.people...)
	for _, p := range changed {
		if !r.note(p, e.Sequence) {
			continue
		}
		at := find(people, p["id"])
		switch {
		case p["removedState"] != nil:
			if at >= 0 {
				people = append(people[:at], people[at+1:]...)
			}
		case at >= 0:
			people[at] = mergedInto(people[at], p)
		default:
			people = append(people, p)
		}
	}
	r.people = people
}

// note keeps the sequence number of a change, and says whether the change is news. One without a number is.
func (r *Roster) note(p map[string]any, delta int) bool {
	number, ok := p["rosterSequenceNumber"].(int)
	if !ok {
		number = delta
	}
	id, ok := p["id"].(string)
	switch {
	case !ok || number == 0:
		return true
	case number < r.last[id]:
		return false
	case r.last == nil:
		r.last = map[string]int{}
	}
	r.last[id] = number
	return true
}

func mergedInto(known, p map[string]any) map[string]any {
	merged := make(map[string]any, len(known)+len(p))
	for _, o := range []map[string]any{known, p} {
		for name, v := range o {
			merged[name] = v
		}
	}
	return merged
}

func find(roster []map[string]any, id any) int {
	if id == nil {
		return -1
	}
	for i, p := range roster {
		if p["id"] == id {
			return i
		}
	}
	return -1
}
