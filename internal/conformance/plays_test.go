package conformance_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// take is one way in which a flow is played. Where an example shows two outcomes after one another, each has a take.
type take struct {
	scene   func(*play)            // what was before the flow's first message; nil: nothing
	people  func(*cast)            // how its people are
	without string                 // messages that are not in this take: a pattern of their files
	ask     func(*play)            // sends the request of a response whose request the page does not show
	body    func(*play, any) any   // what a request's body must be for the simulator, where a page's is a mere form
	deeds   map[string]func(*play) // what is done before a notification, by its headline
}

// plays are the takes by flow: dialect and operation, as a pattern. The first that fits counts.
var plays = []struct {
	flow  string
	takes []take
}{
	{`application-post-calls (1|2|4|7|8|11|12)$`, []take{{}}},
	{`application-post-calls 5$`, []take{{scene: (*play).hasJoinedUnlessItJoins, deeds: map[string]func(*play){"updated participants": (*play).everybodyJoins}}}},
	{`application-post-calls`, []take{{deeds: map[string]func(*play){"updated participants": (*play).everybodyJoins}}}},
	{`call-answer 0$|call-reject 1$|call-(answer|redirect) 0$`, []take{{scene: (*play).isCalled}}},
	{`call-reject 2$`, []take{{scene: (*play).isCalled, ask: asks("POST", "/reject", `{"reason":"busy"}`)}}},
	{`call-redirect 3$`, []take{{scene: (*play).isCalled, ask: (*play).redirects}}},
	{`call-reject 0`, []take{{scene: (*play).isCalled, ask: asks("POST", "/reject", `{"reason":"busy"}`)}}},
	{`call-(answer|redirect|reject)|participant-invite 0 part 3`, []take{{scene: (*play).isCalled}}},
	{`call-transfer [12]$|call-transfer 0`, []take{
		{scene: (*play).hasAnswered, without: `transfer-failed`, ask: (*play).transfers, body: (*play).transferTarget},
		{scene: (*play).hasAnswered, without: `transfer-completed|transfer-accepted|terminated`, ask: (*play).transfers, body: (*play).transferTarget, people: targetDeclines},
	}},
	{`call-transfer`, []take{{scene: (*play).hasAnswered, ask: (*play).transfers, body: (*play).transferTarget}}},
	{`call-cancelmediaprocessing`, []take{{scene: (*play).isRecording, ask: asks("POST", "/cancelMediaProcessing", `{}`)}}},
	{`call-changescreensharingrole`, []take{{scene: (*play).hasJoinedWithItsOwnMedia, ask: asks("POST", "/changeScreenSharingRole", `{"role":"sharer"}`)}}},
	{`call-get`, []take{{scene: (*play).hasCreated}}},
	{`call-record 1$`, []take{{scene: (*play).hasAnswered, deeds: map[string]func(*play){"deleted operations completed": (*play).talks}}}},
	{`call-record 2$`, []take{{scene: (*play).hasRecorded}}},
	{`call-record 0$`, []take{{scene: (*play).hasAnswered, ask: asks("POST", "/record", `{}`)}}},
	{`call-subscribetotone`, []take{{scene: (*play).hasAnswered, ask: asks("POST", "/subscribeToTone", `{"clientContext":"clientContext-value"}`)}}},
	{`call-unmute`, []take{{scene: (*play).isMuted}}},
	{`call-updatemetadata`, []take{{scene: (*play).hasJoined}}},
	{`call-(list-participants|mute|unmute)|participant-(get|mute|muteall|delete|stopholdmusic)|contentsharing|call-logtele`, []take{{scene: (*play).hasJoined}}},
	{`audioroutinggroup|addlargegallery`, []take{{scene: (*play).hasGroups}}},
	{`participant-configuremixer`, []take{{scene: (*play).hasJoined, ask: asks("POST", "/participants/configureMixer", `{"clientContext":"d45324c1-fcb5-430a-902c-f20af696537c","participantMixerLevels":[]}`)}}},
	{`call-senddtmftones`, []take{
		{scene: (*play).hasAnswered, without: `canceled|unknown`, ask: sendsTones},
		{scene: (*play).hasAnswered, without: `completedsuccessfully|unknown`, ask: sendsTones, deeds: map[string]func(*play){
			"deleted operations completed": asks("POST", "/cancelMediaProcessing", `{}`)}},
		{scene: (*play).hasAnswered, without: `completedsuccessfully|canceled`, ask: sendsTones},
	}},
	{`participant-invite`, []take{{scene: (*play).hasAnswered}}},
	{`.`, []take{{scene: (*play).hasAnswered}}},
}

var sendsTones = asks("POST", "/sendDtmfTones", `{"tones":["tone1","pound"],"delayBetweenTonesMs":3000,"clientContext":"e0be71f1-a14f-4cec-b65a-e7aba5db7c53"}`)

func takesOf(f flow) []take {
	for _, p := range plays {
		if regexp.MustCompile(p.flow).MatchString(f.op) {
			return p.takes
		}
	}
	return nil
}

// unplayed says why a flow is not played.
func unplayed(f flow) string {
	ours := false
	for _, e := range f.messages {
		ours = ours || e.kind != "request"
	}
	switch {
	case strings.Contains(f.name, "2018-09-13"):
		return "2018-09 spoke in words of its own; legacy is the API of January 2019"
	case !strings.HasPrefix(f.name, "docs") && !strings.Contains(f.name, "call-senddtmftones"):
		return "an excerpt that is no flow"
	case !ours:
		return "a request, to which the page shows no response"
	}
	return ""
}

// deeds are what people do before a notification, whatever the flow.
var deeds = map[string]func(*play){
	"created contentsharingsessions": func(g *play) { // the pages' are in a meeting, whatever the flow's own call is
		g.hasJoined()
		g.do(world.Deed{Share: &world.Who{Who: g.people.one("", 0)}})
	},
	"updated contentsharingsessions": func(g *play) {
		g.do(world.Deed{Join: &world.Join{Who: g.people.one("", 1)}})
		g.do(world.Deed{Share: &world.Who{Who: g.people.one("", 1)}})
	},
	"deleted contentsharingsessions": func(g *play) {
		for n := range 2 { // whoever of them shares
			_ = g.service.Act(world.Action{Deed: world.Deed{Unshare: &world.Who{Who: g.people.one("", n)}}})
		}
	},
}

// asks sends a request about the scene's call.
func asks(method, tail, body string) func(*play) {
	return func(g *play) {
		var v any
		_ = json.Unmarshal([]byte(body), &v)
		g.send(method, g.calls()+"/"+g.call+tail, v)
	}
}

func (g *play) tells(word string) (item map[string]any) {
	for _, e := range g.messages {
		var body map[string]any
		if e.kind == "notification" && json.Unmarshal(e.body, &body) == nil {
			if one := (posted{body: body}).item(); strings.HasSuffix(headline(one), word) {
				return one
			}
		}
	}
	return nil
}

// isCalled: somebody calls the bot. A flow that shows the notification sees it; others begin after it.
func (g *play) isCalled() {
	dial := &world.Dial{From: g.people.one("", 0), To: "bot"}
	shown := g.tells(" incoming")
	if data, ok := shown["resourceData"].(map[string]any); ok {
		source, _ := data["source"].(map[string]any)
		dial.From = g.people.one(identityIn(map[string]any{"info": source}), 0)
		list, _ := data["requestedModalities"].([]any)
		for _, x := range list {
			dial.Modalities = append(dial.Modalities, x.(string))
		}
		if m := dialled.FindStringSubmatch(fmt.Sprint(data["callRoutes"])); m != nil {
			dial.Number = m[1]
		}
	}
	g.do(world.Deed{Dial: dial})
	g.clock.forward(20 * time.Millisecond)
	if len(g.posts) == 0 {
		g.t.Fatalf("%s: nobody was called", g.name)
	}
	item := g.posts[0].item()
	path, _ := item["resourceUrl"].(string)
	if path == "" {
		path, _ = item["resource"].(string)
	}
	g.call = path[strings.LastIndex(path, "/")+1:]
	if shown == nil {
		g.posts = nil
	}
}

var dialled = regexp.MustCompile(`original:map\[phone:map\[id:(\+\d+)`)

// hasAnswered: the bot has answered somebody's call, with media that the service hosts.
func (g *play) hasAnswered() {
	g.isCalled()
	body := map[string]any{"callbackUri": g.bot.Address, "acceptedModalities": []any{"audio"}, "mediaConfig": map[string]any{"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"}}
	if g.dialect == graph.Legacy {
		body = map[string]any{"callback": g.bot.Address, "acceptModalities": []any{"audio"}, "mediaConfig": map[string]any{"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"}}
	}
	g.must("POST", g.calls()+"/"+g.call+"/answer", body)
	g.quiet(time.Second)
	for _, e := range g.messages {
		for _, m := range replaces.FindAllStringSubmatch(string(e.body), -1) {
			if g.ids[graph.CanonicalID(m[1])] == "" && e.kind == "request" {
				g.consults(m[1])
			}
		}
	}
}

var replaces = regexp.MustCompile(`"replacesCallId":"(?:/app/calls/)?([0-9a-fA-F-]{32,36})"`)

// consults: the bot has another call, which stands for the one that a request replaces.
func (g *play) consults(theirs string) {
	who := ""
	for _, e := range g.messages {
		var body map[string]any
		if e.kind != "request" || json.Unmarshal(e.body, &body) != nil {
			continue
		}
		if list, ok := body["participants"].([]any); ok {
			who = identityIn(map[string]any{"info": list[0]})
		}
		if one, ok := body["transferTarget"].(map[string]any); ok {
			who = identityIn(map[string]any{"info": one})
		}
	}
	for _, e := range g.messages {
		if m := participantID.FindStringSubmatch(string(e.body)); m != nil && e.kind == "request" { // so the other call is a group
			call := g.call
			g.hasJoined()
			g.bind(theirs, g.call)
			g.bind(m[1], g.memberOf(g.call, who))
			g.call = call
			return
		}
	}
	g.bind(theirs, g.callTo(g.people.one(who, 1)))
}

var participantID = regexp.MustCompile(`"participantId":"([0-9a-f-]{36})"`)

// callTo is a call of the bot's to a person, who has answered.
func (g *play) callTo(name string) string {
	p := g.people.people[name]
	kind, id := p.Kind, p.Identifier(name)
	if kind == "" {
		kind = "user"
	}
	if p.Phone != "" {
		kind, id = "phone", p.Phone
	}
	a := g.must("POST", g.calls(), map[string]any{"@odata.type": "#microsoft.graph.call", "callbackUri": g.bot.Address, "requestedModalities": []any{"audio"},
		"source":      map[string]any{"identity": map[string]any{"applicationInstance": map[string]any{"id": world.IDFor("resource account")}}},
		"mediaConfig": map[string]any{"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
		"targets":     []any{map[string]any{"identity": map[string]any{kind: map[string]any{"id": id}}}}})
	g.quiet(3 * time.Second)
	return a.location[strings.LastIndex(a.location, "/")+1:]
}

const thread = "19:meeting_Win6Ydo4wsMijFjZS00ZGVjLTk5MGUtOTRjNWY2NmNkYTFm@thread.v2"

func (g *play) hasJoinedWithItsOwnMedia() {
	g.media = map[string]any{"@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": "<blob>"}
	g.hasJoined()
}

func (g *play) isMuted() {
	g.hasJoined()
	asks("POST", "/mute", `{"clientContext":"before"}`)(g)
	g.quiet(time.Second)
}

// hasJoined: the bot is in a meeting, with everybody whom the flow names, and somebody else.
func (g *play) hasJoined() {
	if g.media == nil {
		g.media = map[string]any{"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"}
	}
	organizer := g.people.people[g.people.one("", 0)]
	a := g.must("POST", g.calls(), map[string]any{"@odata.type": "#microsoft.graph.call", "callbackUri": g.bot.Address, "requestedModalities": []any{"audio"},
		"mediaConfig": g.media, "callOptions": map[string]any{"@odata.type": "#microsoft.graph.outgoingCallOptions", "isContentSharingNotificationEnabled": true},
		"chatInfo":    map[string]any{"threadId": thread, "messageId": "0"},
		"meetingInfo": map[string]any{"@odata.type": "#microsoft.graph.organizerMeetingInfo", "organizer": map[string]any{"user": map[string]any{"id": organizer.Identifier(g.people.one("", 0))}}}})
	g.call = a.location[strings.LastIndex(a.location, "/")+1:]
	g.quiet(time.Second)
	if g.alone {
		return
	}
	for _, name := range g.people.order[:max(1, g.people.named)] {
		g.do(world.Deed{Join: &world.Join{Who: name}})
	}
	g.quiet(time.Second)
}

func (g *play) hasJoinedUnlessItJoins() {
	for _, e := range g.messages {
		if e.kind == "request" {
			return
		}
	}
	g.alone = true
	g.hasJoined()
}

// everybodyJoins: whom the flow's roster shows.
func (g *play) everybodyJoins() {
	list, _ := g.tells("updated participants")["resourceData"].([]any)
	for _, x := range list {
		if name := g.people.byID[graph.CanonicalID(identityIn(x.(map[string]any)))]; name != "" {
			deeds := []world.Deed{{Join: &world.Join{Who: name}}}
			if x.(map[string]any)["isMuted"] == true {
				deeds = append(deeds, world.Deed{Mute: &world.Who{Who: name}})
			}
			for _, d := range deeds {
				if err := g.service.Act(world.Action{Deed: d}); err != nil {
					g.t.Errorf("setting the scene: %v", err)
				}
			}
		}
	}
}

// hasCreated: the bot has created the call that the example's response shows, with a request of the members of that kind.
func (g *play) hasCreated() {
	var shown map[string]any
	for _, e := range g.messages {
		if e.kind == "response" {
			_ = json.Unmarshal(e.body, &shown)
		}
	}
	if g.dialect == graph.Legacy {
		g.hasAnswered()
		return
	}
	body := map[string]any{"@odata.type": "#microsoft.graph.call"}
	for _, name := range []string{"callbackUri", "targets", "requestedModalities", "mediaConfig", "chatInfo", "meetingInfo", "tenantId"} {
		if list, ok := shown[name].([]any); ok && len(list) == 0 || shown[name] == nil {
			continue
		}
		body[name] = shown[name]
	}
	a := g.must("POST", g.calls(), body)
	g.call = a.location[strings.LastIndex(a.location, "/")+1:]
	g.quiet(3 * time.Second)
}

func (g *play) records() string {
	asks("POST", "/recordResponse", `{"clientContext":"d45324c1-fcb5-430a-902c-f20af696537c","maxRecordDurationInSeconds":10,"prompts":[{"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":{"uri":"https://cdn.contoso.com/beep.wav","resourceId":"1D6DE2D4-CD51-4309-8DAA-70768651088E"}}]}`)(g)
	return ""
}

func (g *play) isRecording() {
	g.hasAnswered()
	if g.dialect == graph.Legacy {
		return
	}
	g.records()
	g.talks()
	g.quiet(5 * time.Second)
}

func (g *play) hasRecorded() {
	g.isRecording()
	g.clock.forward(time.Minute)
	for _, p := range g.posts {
		data, _ := p.item()["resourceData"].(map[string]any)
		if at, ok := data["recordingLocation"].(string); ok {
			g.file = strings.TrimPrefix(at, root)
			g.token, _ = data["recordingAccessToken"].(string)
		}
	}
}

func (g *play) talks() {
	g.do(world.Deed{Speak: &world.Speak{Who: g.people.one("", 0), For: 30 * time.Second}})
}

func (g *play) hasGroups() {
	g.people.named = max(3, g.people.named)
	g.hasJoined()
	for i, theirs := range []string{"632899f8-2ea1-4604-8413-27bd2892079f", "550fae72-d251-43ec-868c-373732c2704f", "72f988bf-86f1-41af-91ab-2d7cd011db47"} {
		g.bind(theirs, g.roster(g.call)[i]["id"].(string))
	}
	if !strings.Contains(g.name, "post-audio") && !strings.Contains(g.name, "gallery") {
		g.must("POST", g.calls()+"/"+g.call+"/audioRoutingGroups", g.ours("", map[string]any{"id": "oneToOne", "routingMode": "oneToOne",
			"sources": []any{"632899f8-2ea1-4604-8413-27bd2892079f"}, "receivers": []any{"550fae72-d251-43ec-868c-373732c2704f", "72f988bf-86f1-41af-91ab-2d7cd011db47"}}))
		g.things["audioRoutingGroups"] = "oneToOne"
	}
	if strings.Contains(g.name, "gallery") {
		a := g.must("POST", g.calls()+"/"+g.call+"/addLargeGalleryView", map[string]any{"clientContext": "785f4929-92ca-497b-863f-c778c77c9758"})
		g.things["operations"], _ = a.body.(map[string]any)["id"].(string)
	}
	g.quiet(time.Second)
}

func (g *play) redirects() {
	asks("POST", "/redirect", fmt.Sprintf(`{"targets":[{"identity":{"user":{"id":%q}}}]}`, world.IDFor("somebody")))(g)
}

func (g *play) transfers() {
	asks("POST", "/transfer", fmt.Sprintf(`{"transferTarget":{"identity":{"user":{"id":%q}}}}`, world.IDFor("somebody")))(g)
}

// transferTarget leaves out the placeholder of a call to replace.
func (g *play) transferTarget(body any) any {
	o, _ := body.(map[string]any)
	if one, ok := o["transferTarget"].(map[string]any); ok && one["replacesCallId"] == "replacesCallId-value" {
		delete(one, "replacesCallId")
	}
	return body
}

func targetDeclines(c *cast) {
	for _, name := range c.order {
		if c.people[name].DisplayName == "Heidi Steen" {
			c.people[name].Declines = &world.After{After: time.Second}
		}
	}
}
