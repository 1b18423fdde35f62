package runner

import (
	"maps"
	"slices"

	"callflow/internal/graph"
)

// pictures are what the run has learnt of calls so far, from events and responses: the value of `calls` in expressions.
// A picture is replaced, never changed, so that a copy of the names made earlier keeps what it showed.
type pictures struct {
	byID    map[string]any // id -> map[string]any, see steps.CallPicture
	rosters map[string]*graph.Roster
	seen    map[string]bool
	ends    map[string]farewell
}

func newPictures() *pictures {
	return &pictures{byID: map[string]any{}, seen: map[string]bool{}, ends: map[string]farewell{}}
}

// names is the value of `calls`: id -> picture.
func (p *pictures) names() any { return p.byID }

// of is the picture of a call; nil when the run knows nothing of it.
func (p *pictures) of(id string) map[string]any { return object(p.byID[id]) }

// ended says whether an event or a response has shown the call's end.
func (p *pictures) ended(id string) bool { return p.of(id)["ended"] == true }

// farewell is how far events have told of a call's end.
type farewell int

const (
	silent farewell = iota
	bare            // it is deleted, and no more was said
	stated
)

// see learns from an event, completes a delta roster in its view, and says whether the event is a repeat: a second
// delivery of the same message, or a second sign that a call ended. A call ends once; but where the bare news that it is
// deleted has overtaken what says how it ended, the latter counts, as it does in the right order.
func (p *pictures) see(e *graph.Event) (repeat bool) {
	if e.MessageID != "" {
		repeat = p.seen[e.MessageID]
		p.seen[e.MessageID] = true
	}
	ends := e.Ended()
	if ends && e.CallID != "" && !repeat {
		told := bare
		if object(e.View["call"])["state"] != nil {
			told = stated
		}
		repeat = told <= p.ends[e.CallID]
		p.ends[e.CallID] = max(told, p.ends[e.CallID])
	}
	if repeat {
		p.markRepeat(e)
	}
	if e.CallID == "" {
		return repeat
	}
	if e.Kind == graph.KindParticipants && !repeat {
		p.roster(e)
	}
	if call := object(e.View["call"]); call != nil && !repeat {
		p.update(e.CallID, call, ends)
	}
	return repeat
}

func (p *pictures) markRepeat(e *graph.Event) {
	info := maps.Clone(object(e.View["event"]))
	if info == nil {
		info = map[string]any{}
	}
	info["repeat"] = true
	if e.View == nil {
		e.View = map[string]any{}
	}
	e.View["event"] = info
}

// roster keeps the whole roster, and shows it in the event, which may have brought changes only.
func (p *pictures) roster(e *graph.Event) {
	r := p.rosterOf(e.CallID)
	r.Apply(e)
	e.View["participants"] = r.People()
	p.renew(e.CallID)["participants"] = r.People()
}

func (p *pictures) rosterOf(call string) *graph.Roster {
	if p.rosters == nil {
		p.rosters = map[string]*graph.Roster{}
	}
	if p.rosters[call] == nil {
		p.rosters[call] = &graph.Roster{}
	}
	return p.rosters[call]
}

// learn learns from a response: a call that a request made, answered or read, and a 404 for a call that is gone.
func (p *pictures) learn(c graph.Command, r *graph.Reply) {
	if r == nil || r.CallID == "" {
		return
	}
	switch {
	case r.Status == 404 && c.Op == "hangUp":
		p.update(r.CallID, map[string]any{"state": "terminated"}, true)
	case r.Error != nil:
	case c.Op == "createCall":
		call := map[string]any{"state": "establishing", "direction": "outgoing"}
		maps.Copy(call, r.Call)
		p.update(r.CallID, call, false)
	case c.Op == "listParticipants":
		roster := p.rosterOf(r.CallID)
		roster.Set(r.List)
		p.renew(r.CallID)["participants"] = roster.People()
	case r.Call != nil:
		p.update(r.CallID, r.Call, r.Call["state"] == "terminated")
	}
}

// update takes over what a view of a call says. Notifications may come in another order than things happened, so a call
// that got further does not go back to establishing, and nothing follows its end.
func (p *pictures) update(id string, call map[string]any, ends bool) {
	have := p.of(id)
	var news map[string]any // made when there are any: most notifications of a call tell what is known
	if have == nil {
		news = p.renew(id)
	}
	learn := func(name string, v any) {
		if news == nil {
			news = p.renew(id)
		}
		news[name] = v
	}
	state := text(call["state"])
	switch {
	case ends: // perhaps again: what it ended with may come after the news that it did
		state = "terminated"
		learn("ended", true)
		for _, how := range [...]string{"resultInfo", "terminationReason"} {
			if said, ok := call[how]; ok {
				learn(how, said)
			}
		}
	case have["ended"] == true:
		state = ""
	case begins(state) && have["state"] != nil && !begins(text(have["state"])):
		state = ""
	}
	if state != "" && state != have["state"] {
		learn("state", state)
	}
	for _, who := range [...]string{"callChainId", "source", "targets"} {
		if said, ok := call[who]; ok && have[who] == nil {
			learn(who, said)
		}
	}
	direction := text(call["direction"])
	if direction == "" && state == "incoming" {
		direction = "incoming"
	}
	if direction != "" && direction != have["direction"] {
		learn("direction", direction)
	}
}

// begins says whether a call in that state has yet to be established.
func begins(state string) bool {
	return state == "incoming" || state == "establishing" || state == "ringing"
}

// renew replaces the picture of a call by a copy, for the caller to change.
func (p *pictures) renew(id string) map[string]any {
	picture := maps.Clone(p.of(id))
	if picture == nil {
		picture = map[string]any{"id": id, "ended": false}
	}
	p.byID[id] = picture
	return picture
}

// listed is the name of the participant with that id, on the roster of any call; "": none has it.
func (p *pictures) listed(participant string) string {
	for _, call := range slices.Sorted(maps.Keys(p.byID)) {
		roster, _ := p.of(call)["participants"].([]map[string]any)
		for _, one := range roster {
			if one["id"] == participant {
				return graph.PersonName(one)
			}
		}
	}
	return ""
}
