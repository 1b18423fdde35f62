package simulator

import (
	"maps"
	"slices"
)

// occasions are requests that can be made seldom, each with the calls in which it can be: drawn blindly, hardly one of
// them would ever be taken.
var occasions = map[string]func(c *call) bool{
	"admitFromLobby":           somebodyWaits,
	"removeFromLobby":          somebodyWaits,
	"admitAllFromLobby":        somebodyWaits,
	"configureMixer":           func(c *call) bool { return true },
	"startHoldMusic":           func(c *call) bool { return c.onHold == nil && len(c.room.present()) > 1 },
	"stopHoldMusic":            func(c *call) bool { return c.onHold != nil },
	"startRecording":           func(c *call) bool { return c.me.recording != "recording" },
	"stopRecording":            func(c *call) bool { return c.me.recording == "recording" },
	"startTranscription":       func(c *call) bool { return !c.room.transcribed() },
	"stopTranscription":        func(c *call) bool { return c.room.transcribed() },
	"createAudioRoutingGroup":  func(c *call) bool { return !grouped(c) && c.room.mode != peer },
	"listAudioRoutingGroups":   grouped,
	"getAudioRoutingGroup":     grouped,
	"updateAudioRoutingGroup":  grouped,
	"deleteAudioRoutingGroup":  grouped,
	"getContentSharingSession": func(c *call) bool { return c.room.sharing != nil },
}

func somebodyWaits(c *call) bool { return slices.ContainsFunc(c.room.members, waits) }
func grouped(c *call) bool       { return len(c.groups) > 0 }

func waits(x *member) bool  { return x.inLobby }
func shares(x *member) bool { return x.room.sharing != nil && x.room.sharing.by == x }
func muted(x *member) bool  { return x.muted }
func mayShare(x *member) bool {
	return x.room.mode != peer && !x.inLobby && x.room.sharing == nil
}

// occasion is one of the occasions that there are now; "": none is.
func (m *mover) occasion() (verb string, f *follow) {
	there := map[string][]*follow{}
	for _, f := range m.live() {
		leg := m.service.calls[f.id]
		if leg.state == incoming && !leg.ending && len(m.beside(f)) > 0 {
			there["reject"] = append(there["reject"], f)
		}
		if leg.state != established || leg.ending || leg.between() || leg.me.room == nil || leg.me.inLobby {
			continue
		}
		for verb, ripe := range occasions {
			if f.dialect.Has(verb) && ripe(leg) {
				there[verb] = append(there[verb], f)
			}
		}
	}
	if len(there) == 0 {
		return "", nil
	}
	verb = m.pick(slices.Sorted(maps.Keys(there))...)
	return verb, there[verb][m.IntN(len(there[verb]))]
}

// deedsSeldom are deeds that few can do, each with those who can.
var deedsSeldom = map[string]func(*member) bool{"admit": waits, "share": mayShare, "unshare": shares, "unmute": muted}

// seldom is a deed that few can do and somebody can now; "": nobody can any. Where a bot is in a meeting, somebody comes.
func (m *mover) seldom() string {
	var there []string
	for r := range m.service.rooms.all() {
		if r.mode == meeting && r.legs > 0 && !slices.ContainsFunc(r.members, waits) {
			there = append(there, "join")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(deedsSeldom)) {
		if len(m.those(deedsSeldom[name])) > 0 {
			there = append(there, name)
		}
	}
	if there == nil {
		return ""
	}
	return m.pick(there...)
}

// oneWho is the name of somebody who is so, most of the time; where nobody is, of anybody.
func (m *mover) oneWho(is func(*member) bool) string {
	if names := m.those(is); names != nil && m.chance(85) {
		return m.pick(names...)
	}
	return m.someone()
}

// those are the names of the people in calls who are so.
func (m *mover) those(are func(*member) bool) []string {
	var names []string
	for r := range m.service.rooms.all() {
		for _, x := range r.members {
			if x.party.person != nil && slices.Contains(m.service.people, x.party) && are(x) {
				names = append(names, x.party.name)
			}
		}
	}
	return names
}
