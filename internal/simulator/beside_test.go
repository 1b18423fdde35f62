package simulator

import (
	"slices"
	"strings"
)

// What random plays hold lobbies and forks to. Only who waits is let in, turned away, or gives up; what was taken happens;
// and who waits sees nobody. Where a call rings at somebody and at a bot too, the bot's rejecting it ends nothing else.

// atDoor are those who wait and whom a request of a lobby is about.
func (m *mover) atDoor(verb, path string, f *follow) (who []*member) {
	leg := m.service.calls[f.id]
	if leg == nil || leg.room == nil || !strings.HasSuffix(verb, "FromLobby") {
		return nil
	}
	for _, x := range leg.room.members {
		if x.inLobby && (verb == "admitAllFromLobby" || strings.Contains(path, x.id)) {
			who = append(who, x)
		}
	}
	return who
}

// opened checks a request of a lobby that was taken, of those who waited.
func (m *mover) opened(verb string, f *follow, waited []*member) {
	if waited == nil && verb != "admitAllFromLobby" {
		m.broken("lobby", "%s was taken of somebody who does not wait in %s", verb, f.id)
	}
	leg := m.service.calls[f.id]
	m.pass(firstStep)
	if m.order.faults || leg.ended || leg.ending {
		return
	}
	for _, x := range waited {
		switch here := x.room == leg.room; {
		case verb == "removeFromLobby" && here:
			m.broken("lobby", "%s was turned away from %s and is still there", x.party.shown(), f.id)
		case verb != "removeFromLobby" && here && x.inLobby:
			m.broken("lobby", "%s was let in by %s and still waits", x.party.shown(), f.id)
		}
	}
}

// saw takes what somebody was seen to do.
func (a *arena) saw(who, did, call string) {
	a.wire = append(a.wire, strings.Join([]string{"saw", who, did, call}, " "))
	if did != "is not let in, and gives up" {
		return
	}
	for r := range a.service.rooms.all() {
		if slices.ContainsFunc(r.members, func(x *member) bool { return x.inLobby && x.party.shown() == who }) {
			return
		}
	}
	a.broken("lobby", "%s gives up waiting, and waits nowhere", who)
}

// alone checks the roster of a bot that waits itself.
func (a *arena) alone(f *follow) {
	if leg := a.service.calls[f.id]; leg != nil && leg.me.inLobby && len(f.roster) > 1 {
		a.broken("lobby", "%s waits in the lobby and is told of %d who are in the meeting", f.id, len(f.roster)-1)
	}
}

// beside are the rings of whom a bot's incoming call was for, while it rings at the bot too.
func (m *mover) beside(f *follow) (rings []*ring) {
	leg := m.service.calls[f.id]
	if leg == nil || leg.offer == nil || len(leg.offer.routes) == 0 {
		return nil
	}
	fork := leg.offer.routes[len(leg.offer.routes)-1]
	for r := range m.service.rings.all() {
		if fork.kind == "selfFork" && r.room == leg.room && r.party == fork.original && r.by != nil {
			rings = append(rings, r)
		}
	}
	return rings
}

// rejected checks that it rings on where it rang beside a call that its bot rejected.
func (m *mover) rejected(f *follow, rang []*ring) {
	before := len(m.wire)
	m.pass(firstStep)
	rangOut := slices.ContainsFunc(m.wire[before:], func(x string) bool { return strings.Contains(x, "lets it ring out") })
	for _, r := range rang {
		m.fared[rejectedBeside]++
		if !rangOut && r.settled && r.room.find(r.party) == nil && !r.by.ended && !r.by.ending {
			m.broken("fork", "%s was rejected, and it rings no more at %s", f.id, r.party.shown())
		}
	}
}
