package report

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"callflow/internal/graph"
	"callflow/steps"
)

// legs is what is known of the calls of a run.
type legs struct {
	names  map[string]string   // of people and bots, by canonical id
	people map[string][]string // who is on a leg besides the bot, by call
	bots   map[string]string   // the bot whose leg it is, by call
	caller map[string]string   // who dialled a leg, by call
}

// meet finds who takes part: the bots, the service, every call that a response or a notification tells of, and who does
// something in the simulated world.
func (b *diagramBuilder) meet(records []steps.Record) {
	g := &b.legs
	*g = legs{names: map[string]string{}, people: map[string][]string{}, bots: map[string]string{}, caller: map[string]string{}}
	var bots, calls, people []string
	creating := map[string]*steps.Sent{}
	for i := range records {
		switch r := &records[i]; {
		case r.RunStart != nil:
			for _, p := range r.RunStart.People {
				g.names[graph.CanonicalID(p.ID)] = clean(p.Name)
				if p.Kind == "bot" {
					bots = addNew(bots, clean(p.Name))
				}
			}
		case r.Request != nil:
			if q := r.Request; q.Bot != "" {
				bots = addNew(bots, clean(q.Bot))
			}
			creating[r.Step+"\x00"+r.Branch] = r.Request
		case r.Response != nil && r.Response.Status == 201 && r.Response.Call != "":
			call := clean(r.Response.Call)
			if q := creating[r.Step+"\x00"+r.Branch]; q != nil && q.Call == "" {
				calls = addNew(calls, call)
				g.bots[call] = clean(q.Bot)
				g.people[call] = g.targets(q.Body)
			}
		case r.Event != nil && r.Event.Refused == "" && r.Event.Call != "" && r.Event.Origin != graph.FromResponse:
			call := clean(r.Event.Call)
			calls = addNew(calls, call)
			if who := g.source(r.Event); who != "" && g.caller[call] == "" {
				g.caller[call], g.people[call] = who, []string{who}
			}
		case r.World != nil && r.World.Who != "":
			people = addNew(people, clean(r.World.Who))
		}
	}
	if len(bots) == 0 {
		bots = []string{"Bot"}
	}
	for _, name := range bots {
		b.d.lanes = append(b.d.lanes, lane{kind: botLane, id: name, name: name})
	}
	b.d.lanes = append(b.d.lanes, lane{kind: serviceLane, name: "Graph"})
	for i, call := range calls {
		b.d.lanes = append(b.d.lanes, lane{kind: legLane, id: call, name: "leg " + strconv.Itoa(i+1), who: g.who(call, bots[0], b.Style)})
	}
	for _, name := range people {
		if !slices.Contains(bots, name) {
			b.d.lanes = append(b.d.lanes, lane{kind: personLane, id: name, name: name})
		}
	}
}

func addNew(list []string, one string) []string {
	if slices.Contains(list, one) {
		return list
	}
	return append(list, one)
}

// legLanes are the lanes of a run's calls, without a drawing: who is on each is "bot → Carol".
func legLanes(records []steps.Record) (lanes []lane) {
	b := &diagramBuilder{d: &diagram{}}
	b.meet(records)
	for _, i := range b.d.of(legLane) {
		lanes = append(lanes, b.d.lanes[i])
	}
	return lanes
}

// whoOn says of a call's id who is on it: "bot → Carol"; "" when nobody knows.
func whoOn(lanes []lane, call string) string {
	call = clean(call)
	for i := range lanes {
		if lanes[i].id == call {
			return lanes[i].who
		}
	}
	return ""
}

// arrows writes the arrows of whoOn as this output can show them.
func (s Style) arrows(text string) string {
	return strings.ReplaceAll(text, " → ", s.mark(" → ", " -> "))
}

// who says who is on a leg, the one who dialled first.
func (g *legs) who(call, bot string, s Style) string {
	if name := g.bots[call]; name != "" {
		bot = name
	}
	arrow := s.mark(" → ", " -> ")
	switch people := strings.Join(g.people[call], ", "); {
	case people == "":
		return ""
	case g.caller[call] != "":
		return people + arrow + bot
	default:
		return bot + arrow + people
	}
}

// bot is the lane of the bot whose leg a lane is.
func (g *legs) bot(lane int, d *diagram) int { return d.bot(g.bots[d.lanes[lane].id]) }

// only is the lane of the one leg that somebody is on and that is up by the marks so far; the service's when there is none,
// or more than one.
func (g *legs) only(who string, marks []legMark, d *diagram) int {
	found := noLane
	for _, i := range d.of(legLane) {
		up := false
		for _, m := range marks {
			if m.lane == i {
				up = !m.end
				if m.end {
					break
				}
			}
		}
		if !up || !slices.Contains(g.people[d.lanes[i].id], who) {
			continue
		}
		if found != noLane {
			return d.service()
		}
		found = i
	}
	if found == noLane {
		return d.service()
	}
	return found
}

// source is who dialled, of a notification that says so; "" of any other.
func (g *legs) source(e *steps.Arrived) string {
	if e.Kind != graph.KindCall && e.Kind != graph.KindUnclaimed || !strings.HasPrefix(e.Summary, "call "+graph.StateIncoming) {
		return ""
	}
	var raw struct {
		Source       map[string]any
		ResourceData struct{ Source map[string]any }
	}
	if json.Unmarshal(e.Raw, &raw) == nil {
		for _, source := range []map[string]any{raw.ResourceData.Source, raw.Source} {
			if name := g.name(source); name != "" {
				return name
			}
		}
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(e.Summary, "call "+graph.StateIncoming+" from "), " with audio")
	if name == e.Summary || strings.HasPrefix(name, "call ") {
		return ""
	}
	return clean(name)
}

// targets are whom a request for a new call names: people, or a meeting.
func (g *legs) targets(body json.RawMessage) (names []string) {
	var call struct {
		Targets               []map[string]any
		MeetingInfo, ChatInfo any
		Subject               string
	}
	_ = json.Unmarshal(body, &call) // what another version wrote is used as far as it is understood
	for _, t := range call.Targets {
		if name := g.name(t); name != "" {
			names = append(names, name)
		}
	}
	if names == nil && (call.MeetingInfo != nil || call.ChatInfo != nil) {
		return []string{"a meeting"}
	}
	return names
}

// addressed are those that a request names beside its call: the target of a transfer, who is invited or called. "" when its
// call is all it is about.
func (g *legs) addressed(q *steps.Sent) string {
	var body struct {
		TransferTarget map[string]any
		Participants   []map[string]any
		Targets        []map[string]any
	}
	if json.Unmarshal(q.Body, &body) != nil {
		return ""
	}
	list := body.Participants
	switch q.Verb {
	case "transfer":
		list = []map[string]any{body.TransferTarget}
	case "createCall", "redirect":
		list = body.Targets
	case "invite":
	default:
		return ""
	}
	var names []string
	for _, one := range list {
		if name := g.name(one); name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// name is how a participant is called: as the run names that identity, else as the message does.
func (g *legs) name(p map[string]any) string {
	if p == nil {
		return ""
	}
	info := p
	if inner := graph.AsObject(p["info"]); inner != nil {
		info = inner
	}
	for _, id := range graph.IdentityIDs(graph.AsObject(info["identity"])) {
		if name := g.names[id]; name != "" {
			return name
		}
	}
	return ShortIDs(clean(graph.PersonName(p)))
}
