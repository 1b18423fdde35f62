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
		for _, p := range roster {
			if p["id"] == nil {
				p["id"] = r.id
			}
			if e.ChangeType == "deleted" && p["removedState"] == nil {
				p["removedState"] = map[string]any{}
			}
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
					p["id"] = r.id
				}
			}
		}
		roster = append(roster, p)
	}
	return roster
}

// ApplyRoster returns the roster after a roster event: the event's own when it carries the whole, else current with the
// delta applied. It changes neither. In a delta a participant with removedState has left; of one that is known the
// members that came replace the old ones; a change that is older than what is known of the participant, by
// rosterSequenceNumber, is left out, because notifications may overtake each other.
// https://learn.microsoft.com/graph/api/resources/deltaparticipants
func ApplyRoster(current []map[string]any, e *Event) []map[string]any {
	changed, _ := e.View["participants"].([]map[string]any)
	if !e.Delta {
		return append([]map[string]any{}, changed...)
	}
	roster := append(make([]map[string]any, 0, len(current)+len(changed)), current...)
	for _, p := range changed {
		at := find(roster, p["id"])
		switch {
		case at >= 0 && older(p, roster[at]):
		case p["removedState"] != nil:
			if at >= 0 {
				roster = append(roster[:at], roster[at+1:]...)
			}
		case at >= 0:
			merged := make(map[string]any, len(p))
			for _, o := range []map[string]any{roster[at], p} {
				for name, v := range o {
					merged[name] = v
				}
			}
			roster[at] = merged
		default:
			roster = append(roster, p)
		}
	}
	return roster
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

func older(p, known map[string]any) bool {
	a, ok := p["rosterSequenceNumber"].(int)
	b, ok2 := known["rosterSequenceNumber"].(int)
	return ok && ok2 && a < b
}
