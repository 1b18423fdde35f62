package simulator

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"time"

	"callflow/internal/conformance"
	"callflow/internal/graph"
	"callflow/internal/world"
)

// otherSettings are settings that a random world may have, so that the rules they choose between are all met.
var otherSettings = map[string][]string{
	"keepAlive":       {"5m", "1h"},
	"answerDeadline":  {"5s", "1m"},
	"ringTime":        {"3s", "2m"},
	"lobbyTime":       {"20s"},
	"voicemailTime":   {"10s"},
	"aloneTime":       {"5s"},
	"declined":        {"486/1 no"},
	"wrongState":      {"400/BadRequest"},
	"gone":            {"410/Gone"},
	"transferChain":   {"changes"},
	"transferEnd":     {"7015", "AppTransferred"},
	"tenantId":        {"optional"},
	"refusals":        {"wrapped"},
	"concurrentCalls": {"2"},
	"requests":        {"20"},
	"replacementGone": {"500/1"},
}

// A mover draws what happens next.
type mover struct {
	*arena
	*rand.Rand
}

func (m *mover) pick(list ...string) string { return list[m.IntN(len(list))] }
func (m *mover) chance(percent int) bool    { return m.IntN(100) < percent }

// move does one thing, and lets some time pass.
func (m *mover) move() {
	switch n := m.IntN(20); {
	case n < 4:
		m.deed()
	case n < 19:
		m.request()
	default:
		m.nonsense()
	}
	wait := time.Duration(m.IntN([]int{1, 150, 150, 4000, 70000}[m.IntN(5)])) * time.Millisecond
	m.note("%s pass", wait)
	m.pass(wait)
}

// deeds makes up what people do; a deed that is not here would never be done.
var deeds = map[string]func(m *mover) world.Deed{
	"dial": func(m *mover) world.Deed {
		return world.Deed{Dial: &world.Dial{From: m.someone(), To: m.pick("bot", "bot", "second", "third"), Modalities: m.modalities()}}
	},
	"hangUp": func(m *mover) world.Deed { return world.Deed{HangUp: m.who()} },
	"leave":  func(m *mover) world.Deed { return world.Deed{Leave: m.who()} },
	"join": func(m *mover) world.Deed {
		return world.Deed{Join: &world.Join{Who: m.pick("lobby", "hall", m.someone()), Thread: m.pick("", thread)}}
	},
	"mute":   func(m *mover) world.Deed { return world.Deed{Mute: m.who()} },
	"unmute": func(m *mover) world.Deed { return world.Deed{Unmute: &world.Who{Who: m.oneWho(muted)}} },
	"admit":  func(m *mover) world.Deed { return world.Deed{Admit: &world.Entry{Who: m.oneWho(waits)}} },
	"remove": func(m *mover) world.Deed {
		return world.Deed{Remove: &world.Removal{Who: m.pick("bot", "second", m.someone())}}
	},
	"share":   func(m *mover) world.Deed { return world.Deed{Share: &world.Who{Who: m.oneWho(mayShare)}} },
	"unshare": func(m *mover) world.Deed { return world.Deed{Unshare: &world.Who{Who: m.oneWho(shares)}} },
	"speak":   func(m *mover) world.Deed { return world.Deed{Speak: &world.Speak{Who: m.someone(), For: m.briefly()}} },
	"press": func(m *mover) world.Deed {
		return world.Deed{Press: &world.Press{Who: m.someone(), Tones: m.pick("1", "12#", "*A"), Every: m.briefly()}}
	},
	"transfer": func(m *mover) world.Deed {
		return world.Deed{Transfer: &world.Handing{Who: m.someone(), To: m.someone(), Consult: m.chance(50), Fails: m.chance(20)}}
	},
}

func (m *mover) who() *world.Who        { return &world.Who{Who: m.someone()} }
func (m *mover) briefly() time.Duration { return time.Duration(1+m.IntN(3000)) * time.Millisecond }

// nullMembers are the deeds that were not done.
var nullMembers = regexp.MustCompile(`"\w+":null,?`)

// someone is a person's name: of somebody in a call, most of the time.
func (m *mover) someone() string {
	in := m.those(func(*member) bool { return true })
	if len(in) > 0 && m.chance(70) {
		return m.pick(in...)
	}
	if m.chance(15) {
		return m.pick("lobby", "hall") // who wait in every meeting
	}
	return m.service.people[m.IntN(len(m.service.people))].name
}

func (m *mover) deed() {
	name := m.pick(world.Deeds()...)
	if m.chance(25) {
		name = "dial" // without calls, little can happen
	}
	if seldom := m.seldom(); seldom != "" && m.chance(20) {
		name = seldom
	}
	deed := deeds[name](m)
	var err error
	m.safely(func() { err = m.service.Act(world.Action{Deed: deed}) })
	text, _ := json.Marshal(deed)
	m.note("%s: %v", nullMembers.ReplaceAllString(string(text), ""), err)
	if err == nil {
		m.fared["deed "+name]++
	}
}

const thread = "19:m@thread.v2"

// request asks for something that a call can do, mostly in words that the types allow.
func (m *mover) request() {
	verb := m.verb()
	for tries := 0; tries < 3 && verb != "createCall" && len(m.fit(verb)) == 0; tries++ {
		verb = m.verb()
	}
	c := m.callFor(verb)
	if next, ok := sequels[m.last.verb]; ok && m.byID[m.last.call] != nil && m.chance(60) {
		verb, c = m.pick(next...), m.byID[m.last.call]
	}
	if now, f := m.occasion(); f != nil && m.chance(25) {
		verb, c = now, f
	}
	m.last = request{verb: verb, call: c.id}
	dialect := c.dialect
	if m.chance(15) && slices.Contains([]string{"answer", "hangUp", "getCall", "listParticipants", "transfer", "invite"}, verb) {
		dialect = []graph.Dialect{graph.V1, graph.Beta, graph.Legacy}[m.IntN(3)]
	}
	if verb == "createCall" && m.chance(30) {
		dialect = graph.Beta // which has the most to do in a call
	}
	app := c.app
	if m.chance(3) {
		app = m.bots[m.IntN(len(m.bots))].AppID
	}
	method, path := m.line(verb, dialect, c)
	var body []byte
	if o := m.body(verb, dialect, c, conformance.Read(method, path)); o != nil {
		body, _ = json.Marshal(o)
		if m.chance(4) {
			body = m.spoil(o)
		}
	}
	waiting, ringing := m.atDoor(verb, path, c), m.beside(c)
	switch taken := m.ask(app, method, path, body) != nil; {
	case taken && strings.HasSuffix(verb, "FromLobby"):
		m.opened(verb, c, waiting)
	case taken && verb == "reject":
		m.rejected(c, ringing)
	}
}

// sequels are what makes sense only after something else in the same call.
var sequels = map[string][]string{
	"createAudioRoutingGroup": {"getAudioRoutingGroup", "updateAudioRoutingGroup", "updateAudioRoutingGroup", "deleteAudioRoutingGroup", "listAudioRoutingGroups"},
	"listAudioRoutingGroups":  {"createAudioRoutingGroup"},
	"updateAudioRoutingGroup": {"deleteAudioRoutingGroup", "getAudioRoutingGroup"},
	"startHoldMusic":          {"stopHoldMusic"},
	"startRecording":          {"stopRecording"},
	"startTranscription":      {"stopTranscription"},
	"playPrompt":              {"cancelMediaProcessing", "playPrompt", "recordResponse"},
	"recordResponse":          {"cancelMediaProcessing", "recordResponse", "getOperation"},
	"listParticipants":        {"muteParticipant", "getParticipant", "removeParticipant"},
}

// verb is one that the service has a handler for; those without which nothing else can happen come more often.
func (m *mover) verb() string {
	if m.chance(45) {
		return m.pick("createCall", "createCall", "answer", "answer", "answer", "invite", "transfer", "hangUp")
	}
	return m.pick(verbs...)
}

// verbs are those that the service has, but for the file of a recording.
var verbs = slices.DeleteFunc(slices.Sorted(maps.Keys(handlers)), func(verb string) bool { return methods[verb] == "" })

// callFor is a call that a verb may be about: mostly in a state in which it can be.
func (m *mover) callFor(verb string) *follow {
	live := m.live()
	if len(live) == 0 || m.chance(2) {
		if n := len(m.calls); n > 0 && m.chance(50) {
			return m.calls[m.IntN(n)] // may have ended
		}
		b := m.bots[m.IntN(len(m.bots))]
		return &follow{id: "00000000-0000-4000-8000-000000000001", app: graph.CanonicalID(b.AppID), dialect: b.dialect()}
	}
	fit := m.fit(verb)
	if len(fit) > 0 && m.chance(85) {
		live = fit
	}
	return live[m.IntN(len(live))]
}

// fit are the calls that a verb may be about, as far as their dialect and their kind tell.
func (m *mover) fit(verb string) []*follow {
	offered := verb == "answer" || verb == "reject" || verb == "redirect"
	ofMany := strings.Contains(paths[verb], "/{id}/participants") || strings.Contains(paths[verb], "Groups") || strings.Contains(paths[verb], "Sessions")
	return slices.DeleteFunc(m.live(), func(f *follow) bool {
		leg := m.service.calls[f.id]
		return !f.dialect.Has(verb) || offered != (leg.state == incoming) || ofMany && (leg.room == nil || leg.room.mode == peer)
	})
}

var methods, paths = func() (map[string]string, map[string]string) {
	_, m, p := conformance.Operations()
	return m, p
}()

// line is a request's method and path. Ids are those of something there, mostly.
func (m *mover) line(verb string, d graph.Dialect, c *follow) (method, path string) {
	root := map[graph.Dialect]string{graph.V1: "/v1.0/communications/calls", graph.Beta: "/beta/communications/calls", graph.Legacy: "/beta/app/calls"}[d]
	path = paths[verb]
	if d == graph.Legacy && verb == "recordResponse" {
		path = "/{id}/record"
	}
	id := c.id
	if d == graph.Legacy {
		id = graph.LegacyID(id)
	}
	path = strings.Replace(path, "{id}", id, 1)
	return methods[verb], root + strings.Replace(path, "{id}", m.inner(path, c), 1)
}

// inner is the id of something in a call: of a participant, an operation, …
func (m *mover) inner(path string, c *follow) string {
	known := []string{"00000000-0000-4000-8000-000000000002"}
	if leg := m.service.calls[c.id]; leg != nil && m.chance(95) {
		var there []string
		switch {
		case strings.Contains(path, "/participants/") && leg.room != nil:
			for _, x := range leg.room.members {
				fits := true
				switch {
				case strings.HasSuffix(path, "FromLobby"):
					fits = x.inLobby
				case strings.HasSuffix(path, "/stopHoldMusic"):
					fits = x == leg.onHold
				}
				if fits || m.chance(10) {
					there = append(there, x.id)
				}
			}
		case strings.Contains(path, "/operations/"):
			for _, op := range leg.operations {
				there = append(there, op.id)
			}
		case strings.Contains(path, "/audioRoutingGroups/"):
			for _, g := range leg.groups {
				there = append(there, g.id)
			}
		case strings.Contains(path, "/contentSharingSessions/"):
			there = m.sessions(c)
		}
		if there != nil {
			known = there
		}
	}
	return known[m.IntN(len(known))]
}

// sessions are what is being shared, as a client would learn it.
func (m *mover) sessions(c *follow) []string {
	method, path := m.line("listContentSharingSessions", c.dialect, c)
	var ids []string
	list, _ := m.ask(c.app, method, path, nil)["value"].([]any)
	for _, x := range list {
		o, _ := x.(map[string]any)
		if id, _ := o["id"].(string); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// body is what the types allow; for the requests that begin and connect calls it is also something that makes sense.
func (m *mover) body(verb string, d graph.Dialect, c *follow, asked conformance.Call) map[string]any {
	draw := &conformance.Drawer{Types: m.types[d], Pick: m.IntN, Given: func(typ, member string) (any, bool) { return m.given(typ, member, c) }}
	o := draw.Body(asked)
	if asked.Name == "" {
		return map[string]any{"clientContext": "x"} // an action that the dialect has no words for
	}
	callbackName := "callbackUri"
	if d == graph.Legacy {
		callbackName = "callback"
	}
	switch verb {
	case "createCall":
		o = m.creation(d)
		o[callbackName] = callback
	case "answer":
		o[callbackName] = callback
	case "invite":
		list, _ := o["participants"].([]any)
		if m.chance(30) { // one who is taken over
			o["participants"] = []any{m.takeover()}
		} else if len(list) > 0 && m.chance(90) {
			for _, p := range list {
				delete(p.(map[string]any), "replacesCallId")
			}
		}
	case "transfer":
		o["transferTarget"] = map[string]any{"identity": m.identity()}
		if m.chance(40) {
			o["transferTarget"] = m.takeover()
		}
		if m.chance(70) {
			delete(o, "transferee")
		}
	case "updateAudioRoutingGroup":
		if m.chance(90) { // a group keeps its id
			delete(o, "id")
		}
		if m.chance(70) {
			delete(o, "sources")
		}
	case "createAudioRoutingGroup":
		if m.chance(80) { // one source is all that a group may have
			o["sources"] = []any{m.inner("/participants/", c)}
		}
	}
	return o
}

// creation is the body of a new call to somebody, to some, or into a meeting.
func (m *mover) creation(d graph.Dialect) map[string]any {
	o := map[string]any{"@odata.type": "#microsoft.graph.call", "requestedModalities": m.modalities(), "tenantId": tenant}
	if d != graph.Legacy {
		o["source"] = map[string]any{"identity": map[string]any{"applicationInstance": map[string]any{"id": world.IDFor("desk")}}}
	}
	if m.chance(80) {
		o["mediaConfig"] = map[string]any{"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"}
		if m.chance(30) {
			o["mediaConfig"] = map[string]any{"@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": "x"}
		}
	}
	if m.chance(30) {
		o["callOptions"] = map[string]any{"@odata.type": "#microsoft.graph.outgoingCallOptions", "isDeltaRosterEnabled": true,
			"isContentSharingNotificationEnabled": m.chance(50)}
	}
	target := func() any {
		return map[string]any{"@odata.type": "#microsoft.graph.invitationParticipantInfo", "identity": m.identity()}
	}
	switch m.IntN(5) {
	case 0:
		o["targets"] = []any{target(), target()}
	case 1, 2:
		if d != graph.Legacy && m.chance(20) { // who waits in the lobby
			o["source"] = map[string]any{"identity": map[string]any{"guest": map[string]any{"id": world.IDFor("guest"), "displayName": "Guest"}}}
		}
		o["chatInfo"] = map[string]any{"threadId": thread, "messageId": "0"}
		o["meetingInfo"] = map[string]any{"@odata.type": "#microsoft.graph.organizerMeetingInfo",
			"organizer": map[string]any{"user": map[string]any{"id": fredID, "tenantId": tenant}}}
	default:
		o["targets"] = []any{target()}
	}
	return o
}

// takeover is somebody with the call that they are in.
func (m *mover) takeover() map[string]any {
	live := m.live()
	if len(live) == 0 {
		return map[string]any{"identity": m.identity()}
	}
	f := live[m.IntN(len(live))]
	who := m.identity()
	if leg := m.service.calls[f.id]; leg.room != nil && m.chance(80) {
		for _, x := range leg.room.others(leg.me) {
			who = map[string]any{x.party.kind: map[string]any{"id": x.party.id}}
		}
	}
	return map[string]any{"identity": who, "replacesCallId": f.id}
}

func (m *mover) modalities() []string {
	return [][]string{{"audio"}, {"audio", "video"}, {"audio"}}[m.IntN(3)]
}

// identity is somebody's: of a person, a bot, or a stranger.
func (m *mover) identity() map[string]any {
	all := slices.Concat(m.service.people, m.service.people, m.service.bots)
	p := all[m.IntN(len(all))]
	one := map[string]any{"id": p.id}
	if m.chance(3) {
		one["id"] = world.IDFor("stranger")
	}
	return map[string]any{p.kind: one}
}

// given says what stands in the members whose types do not tell.
func (m *mover) given(typ, member string, c *follow) (any, bool) {
	switch {
	case typ == "identitySet":
		return m.identity(), true
	case member == "callbackUri", member == "callback":
		return callback, true
	case member == "uri", member == "url":
		return "https://cdn.contoso.com/beep.wav", true
	case member == "acceptedModalities", member == "acceptModalities":
		return "audio", true
	case member == "replacesCallId", member == "participantId", member == "participant":
		return m.inner("/participants/", c), true
	case member == "sources", member == "receivers", member == "participants" && typ == "Edm.String":
		return m.inner("/participants/", c), true
	case member == "tenantId":
		return tenant, true
	case member == "clientContext":
		return m.pick("one", "two", "three"), true
	case member == "language":
		return m.pick("en-US", "en-us", "en-US", "xx"), true
	case member == "stopTones":
		return m.pick("#", "1", "*"), true
	case member == "id" && typ == "Edm.String":
		return m.pick("oneToOne", "g"), true
	case typ == "mediaConfig":
		return map[string]any{"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"}, true
	case strings.HasSuffix(member, "TimeoutInSeconds"), strings.HasSuffix(member, "DurationInSeconds"):
		return 1 + m.IntN(20), true
	case member == "timeout":
		return 15 + m.IntN(70), true
	}
	return nil, false
}

// spoil makes a body wrong: a member is gone, or is something else.
func (m *mover) spoil(o map[string]any) []byte {
	names := slices.Sorted(maps.Keys(o))
	if len(names) > 0 {
		name := m.pick(names...)
		switch m.IntN(4) {
		case 0:
			delete(o, name)
		case 1:
			o[name] = nil
		case 2:
			o[name] = 5
		case 3:
			o[name] = []any{map[string]any{}}
		}
	}
	body, _ := json.Marshal(o)
	if m.chance(20) {
		body = body[:m.IntN(len(body)+1)]
	}
	return body
}

// nonsense is what no client should send.
func (m *mover) nonsense() {
	c := m.callFor("getCall")
	_, path := m.line("getCall", c.dialect, c)
	m.ask(m.pick(c.app, c.app, "nobody", ""), m.pick("GET", "POST", "PUT", "PATCH", "DELETE"),
		path+m.pick("/participants/x/y", "/nothing", "/operations/1/2", "", "/answer/", "/participants/invite", "//"), []byte(m.pick("", "{", "[]", "{}")))
}
