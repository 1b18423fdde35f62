package conformance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"
)

// A flow is one example of a page: its messages in their order. Where a page of 2019 shows several calls in one example,
// each is a flow.
type flow struct {
	name     string // docs@2021-07 v1.0/call-answer 1
	op       string // call-answer 1
	spoken   graph.Dialect
	messages []example
}

// flowsOf cuts the archive into flows.
func flowsOf(list []example) []flow {
	var flows []flow
	for i, e := range list {
		if e.kind != "request" && e.kind != "response" && e.kind != "notification" {
			continue
		}
		if i == 0 || e.page != list[i-1].page || begins(flows[len(flows)-1].messages, e) {
			page, number, _ := strings.Cut(e.page, " | ")
			op := page[strings.LastIndexAny(page, "/ ")+1:] + " " + number
			f := flow{name: strings.TrimSpace(page) + " " + number, op: op, spoken: e.dialect}
			if n := len(flows); n > 0 && i > 0 && e.page == list[i-1].page {
				part := 2
				for m := n - 1; m > 0 && strings.HasPrefix(flows[m].name, f.name+" part"); m-- {
					part++
				}
				f.name += fmt.Sprintf(" part %d", part)
				f.op += fmt.Sprintf(" part %d", part)
			}
			flows = append(flows, f)
		}
		f := &flows[len(flows)-1]
		f.messages = append(f.messages, e)
	}
	return flows
}

// begins says whether a message of an example begins another call than the messages before it are about: a page's
// reference part names no call, and what is announced is new.
func begins(before []example, e example) bool {
	if e.kind == "notification" {
		return strings.Contains(string(e.body), `"state":"incoming"`)
	}
	first := before[0]
	return e.kind == "request" && first.kind == "request" && strings.Contains(first.line, "{id}") && !strings.Contains(e.line, "{id}")
}

// flowDiff is one place where what the simulator sends in a flow is not what the example shows.
type flowDiff struct {
	flow, file string
	what       string // see flowException
	at         string // the member, or what a notification is about
	detail     string // for people
}

func (d flowDiff) String() string {
	return fmt.Sprintf("%s, %s: %s %s: %s", d.flow, d.file, d.what, d.at, d.detail)
}

// TestTheSimulatorPlaysTheFlows plays every example of the documentation, message by message: the flow's own requests,
// people who do what its notifications tell, and what comes back compared with the example. Every member of the example
// must come with the same JSON type and the same value; the ids, times and URLs that the service makes up are matched one
// to one. Differences are listed in flowExceptions.
func TestTheSimulatorPlaysTheFlows(t *testing.T) {
	used := map[int]bool{}
	played, compared := 0, 0
	for _, f := range flowsOf(examples(t)) {
		if why := unplayed(f); why != "" {
			continue
		}
		played++
		seen := map[string]bool{}
		for _, take := range takesOf(f) {
			g := newPlay(t, f, take)
			g.run()
			for file := range g.compared {
				seen[file] = true
			}
			for _, d := range g.found {
				if !excepted(t, used, d) {
					t.Error(d)
				}
			}
		}
		for i, e := range f.messages {
			key := fmt.Sprint(i)
			if e.kind == "request" {
				continue
			}
			if !seen[key] {
				t.Errorf("%s: %s %s is in no take", f.name, e.line, e.file)
			}
			compared++
		}
	}
	for i, x := range flowExceptions {
		if !used[i] {
			t.Errorf("this difference is not found any more: %+v", x)
		}
	}
	t.Logf("%d flows, %d messages compared, %d exceptions", played, compared, len(flowExceptions))
}

// play is one flow being played.
type play struct {
	*stage
	flow
	take     take
	ids      map[string]string // the example's ids, canonical, to ours
	back     map[string]string // and ours to the example's
	found    []flowDiff
	compared map[string]bool
	at       example           // the message that is being compared
	asked    bool              // a request was sent that is not answered yet
	things   map[string]string // ids of ours by the segment of a path before them, for {id} and ids that no message told
	file     string            // the path of a recording
	alone    bool              // nobody else is in the bot's meeting yet
	media    map[string]any    // the bot's media in a meeting; nil: those that the service hosts
}

func newPlay(t *testing.T, f flow, take take) *play {
	g := &play{flow: f, take: take, ids: map[string]string{}, back: map[string]string{}, compared: map[string]bool{}, things: map[string]string{}}
	people := castOf(f.messages, f.spoken)
	if take.people != nil {
		take.people(people)
	}
	g.stage = newStage(t, f.spoken, people)
	return g
}

func (g *play) say(what, at, format string, args ...any) {
	g.found = append(g.found, flowDiff{g.name, g.at.file, what, at, fmt.Sprintf(format, args...)})
}

func (g *play) run() {
	if g.take.scene != nil {
		g.take.scene(g)
	}
	for i, e := range g.messages {
		if g.take.without != "" && regexp.MustCompile(g.take.without).MatchString(e.file) {
			continue
		}
		g.at = e
		switch e.kind {
		case "request":
			g.request(e)
		case "response":
			if !g.asked {
				if g.take.ask == nil {
					g.t.Errorf("%s: nothing asks for the response %s %s", g.name, e.line, e.file)
					continue
				}
				g.take.ask(g)
			}
			g.response(e)
			g.asked = false
			g.compared[fmt.Sprint(i)] = true
		case "notification":
			g.notification(e)
			g.compared[fmt.Sprint(i)] = true
		}
	}
}

// request sends the example's request, about our call.
func (g *play) request(e example) {
	method, path, _ := strings.Cut(e.line, " ")
	var body any
	if e.body != nil {
		_ = json.Unmarshal(e.body, &body)
	}
	if strings.HasPrefix(path, "https://file.location/") {
		path = g.file
	}
	if g.take.body != nil {
		body = g.take.body(g, body)
	}
	g.send(method, g.path(path), g.ours("", body))
	g.asked = true
}

// path is the example's with our ids. An id that no message has told is that of the call, participant, … of the scene.
func (g *play) path(path string) string {
	segs := strings.Split(path, "/")
	for i := 1; i < len(segs); i++ {
		if segs[i-1] == "" || !anyID.MatchString(segs[i]) {
			continue
		}
		kind, id := segs[i-1], graph.CanonicalID(segs[i])
		if g.ids[id] == "" {
			mine := g.scenes(kind, segs[i])
			if mine == "" {
				continue
			}
			if strings.HasPrefix(id, "{") {
				segs[i] = mine
				continue
			}
			g.bind(id, mine)
		}
		segs[i] = g.ids[id]
	}
	return strings.Join(segs, "/")
}

// scenes is the id of what the scene has of a kind.
func (g *play) scenes(kind, theirs string) string {
	switch kind {
	case "calls":
		return g.call
	case "participants":
		return g.memberOf(g.call, g.identityOf(theirs))
	}
	return g.things[kind]
}

// identityOf is whom the flow's messages say a participant's id belongs to.
func (g *play) identityOf(participant string) string {
	found := ""
	var look func(v any)
	look = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if v["id"] == participant && v["info"] != nil {
				found = identityIn(v)
			}
			for _, name := range sortedKeys(v) {
				look(v[name])
			}
		case []any:
			for _, x := range v {
				look(x)
			}
		}
	}
	for _, e := range g.messages {
		var body any
		if e.body != nil && json.Unmarshal(e.body, &body) == nil {
			look(body)
		}
	}
	return found
}

// ours is a body with our ids, in the members that take ids of what the service has.
func (g *play) ours(in string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		o := map[string]any{}
		for name, x := range v {
			o[name] = g.ours(name, x)
		}
		return o
	case []any:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = g.ours(in, x)
		}
		return list
	case string:
		switch in {
		case "callbackUri", "callback":
			if placeholder.MatchString(v) {
				return g.bot.Address
			}
			return v
		case "replacesCallId", "participants", "sources", "receivers", "participantId":
		default:
			return v
		}
		return anyID.ReplaceAllStringFunc(v, func(id string) string {
			if mine := g.ids[graph.CanonicalID(id)]; mine != "" {
				return mine
			}
			return id
		})
	}
	return v
}

// bind matches an id of the example with one of ours; false: one of them is matched with another already.
func (g *play) bind(theirs, mine string) bool {
	a, b := graph.CanonicalID(theirs), graph.CanonicalID(mine)
	if g.ids[a] == "" && g.back[b] == "" {
		g.ids[a], g.back[b] = mine, a
		return true
	}
	return graph.CanonicalID(g.ids[a]) == b && g.back[b] == a
}

func (g *play) response(e example) {
	if g.last.status != e.status() {
		g.say("status", "", "%d %v, the example %d", g.last.status, g.last.body, e.status())
		if g.last.status >= 400 {
			return
		}
	}
	switch at := e.location(); {
	case at != "" && g.last.location == "":
		g.say("missing", "Location", "the example says %s", at)
	case at != "":
		g.text("Location", strings.TrimPrefix(at, root), strings.TrimPrefix(g.last.location, root))
	}
	if e.body == nil {
		if _, file := g.last.body.(string); g.last.body != nil && !file { // of a file the archive has nothing

			g.say("more", "body", "%v, the example has none", g.last.body)
		}
		return
	}
	var want any
	_ = json.Unmarshal(e.body, &want)
	g.compare("", want, g.last.body)
	if id, ok := g.last.body.(map[string]any)["id"].(string); ok && g.call == "" {
		g.call = id
	}
}

const patience = 2 * time.Minute

// notification waits for the one that is about the same as the example's. What comes before it is a difference.
func (g *play) notification(e example) {
	var want map[string]any
	_ = json.Unmarshal(e.body, &want)
	about := headline(posted{body: want}.item())
	if deed := g.take.deeds[about]; deed != nil {
		deed(g)
	} else if deed := deeds[about]; deed != nil {
		deed(g)
	}
	end := g.clock.now.Add(patience)
	is := func(p posted) bool { return headline(p.item()) == about }
	for !slices.ContainsFunc(g.posts, is) && g.clock.step(end) {
	}
	i := slices.IndexFunc(g.posts, is)
	if i >= 0 && !g.ofTheCall(want, g.posts[i]) { // of another call of the bot's; that of the right one may follow
		g.clock.forward(2 * time.Second)
		if j := slices.IndexFunc(g.posts, func(p posted) bool { return is(p) && g.ofTheCall(want, p) }); j >= 0 {
			i = j
		}
	}
	if i < 0 {
		var came []string
		for _, p := range g.posts {
			came = append(came, headline(p.item()))
		}
		g.say("never", about, "there came %v", came)
		return
	}
	for _, p := range g.posts[:i] {
		g.say("more", headline(p.item()), "comes before %s", about)
	}
	p := g.posts[i]
	g.posts = g.posts[i+1:]
	if to := strings.TrimPrefix(e.line, "POST "); to != "<callbackUri>" && to != p.url {
		g.say("address", to, "%s", p.url)
	}
	g.compare("", posted{body: want}.item(), p.item())
}

// ofTheCall says whether a notification is about the call that stands for the example's.
func (g *play) ofTheCall(want map[string]any, p posted) bool {
	return graph.CanonicalID(g.ids[graph.CanonicalID(callIn(posted{body: want}.item()))]) == graph.CanonicalID(callIn(p.item()))
}

// callIn is the id of the call in a notification's path.
func callIn(item map[string]any) string {
	path, _ := item["resourceUrl"].(string)
	if path == "" {
		path, _ = item["resource"].(string)
	}
	_, rest, _ := strings.Cut(path, "/calls/")
	id, _, _ := strings.Cut(rest, "/")
	return id
}

// headline is what a notification is about.
func headline(item map[string]any) string {
	path, _ := item["resourceUrl"].(string)
	if path == "" {
		path, _ = item["resource"].(string)
	}
	what := "call"
	if segs := strings.Split(strings.Trim(path, "/"), "/"); len(segs) > 3 {
		what = strings.ToLower(segs[3])
	}
	data, _ := item["resourceData"].(map[string]any)
	word := ""
	for _, name := range []string{"state", "status"} {
		if s, ok := data[name].(string); ok {
			word = " " + strings.ToLower(s)
		}
	}
	return strings.ToLower(fmt.Sprint(item["changeType"])) + " " + what + word
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// excepted says whether a difference is listed.
func excepted(t *testing.T, used map[int]bool, d flowDiff) bool {
	t.Helper()
	for i, x := range flowExceptions {
		if slices.Contains(strings.Split(x.what, "|"), d.what) && regexp.MustCompile(x.flow).MatchString(d.flow) && regexp.MustCompile(x.at).MatchString(d.at) &&
			regexp.MustCompile(x.detail).MatchString(d.detail) {
			used[i] = true
			return true
		}
	}
	return false
}
