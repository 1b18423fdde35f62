package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// message is one message of the 2018 document, as testdata/seed/messages.json has it in the document's order.
type message struct {
	N        int      `json:"n"`
	Kind     string   `json:"kind"` // request, response, notification
	Line     string   `json:"line"` // the request line or status line
	Headers  []string `json:"headers"`
	Location string   `json:"location"`
	Body     any      `json:"body"`
}

func seedMessages(t *testing.T) []message {
	t.Helper()
	text, err := os.ReadFile("testdata/seed/messages.json")
	if err != nil {
		t.Fatal(err)
	}
	var ms []message
	if err := json.Unmarshal(text, &ms); err != nil {
		t.Fatal(err)
	}
	return ms
}

// difference is one place where a message of ours is not the document's.
type difference struct {
	at     string // "message 9 /id", or a header
	reason string
}

// What differs even when the document's slips are reproduced.
var seedDifferences = []difference{
	{"message 1 Content-Length", "the document's lengths belong to bodies of other sizes; ours are true"},
	{"message 7 /value/0/resourceData/targets/0/identity/application/displayName", "one bot has two names in the document, Test BOT and Test Bot; ours has one"},
}

// What differs beside those in normal legacy mode: the slips, which are absent there.
var seedSlips = []difference{
	{"message 2 status", "the reference part answers an invitation 202, the flows 200; ours always 200"},
	{"message 2 /", "with 200 comes the operation"},
	{"message 2 Location", "the ids in Locations are upper case without hyphens in the flows; ours always"},
	{"message 4 Location", "the document leaves it out here, its text promises it"},
	{"message 5 /value/0/resource", "the document's notification tells another operation than its reply; ours the same"},
	{"message 5 /value/0/resourceData/@odata.id", "the same"},
	{"message 6 /value/0/resourceData/0/isInLobby", "the document of January does not say it of everybody; its page on muting does"},
	{"message 6 /value/0/resourceData/0/isMuted", "the document of January does not say it of everybody; its page on muting does"},
	{"message 6 /value/0/resourceData/1/isInLobby", "the document of January does not say it of everybody; its page on muting does"},
	{"message 6 /value/0/resourceData/1/isMuted", "the document of January does not say it of everybody; its page on muting does"},
	{"message 6 /value/0/resourceData/2", "the document's roster lacks the invitee"},
	{"message 9 /clientContext", "the document's reply has a context that the request had not"},
	{"message 9 /id", "the document has a placeholder"},
	{"message 9 /status", "the document writes Running here and running elsewhere; ours always running"},
	{"message 11 /value/0/resourceData/mediaState", "a call with media is told once that they are active"},
	{"message 17 /clientContext", "the document's reply has a context that the request had not"},
	{"message 17 /id", "the document has a placeholder"},
	{"message 17 /status", "the document writes Running here and running elsewhere; ours always running"},
	{"message 18 comes after one more: updated participants Test Bot", "who joins a meeting is told who is there, which the document leaves out"},
	{"message 18 /value/0/resourceData/clientContext", "the document's notification has a context that the request had not"},
	{"message 19 /value/0/resource", "the document sends the meeting's roster as the replaced call's"},
	{"message 19 /value/0/resourceData/0/@odata.id", "the same"},
	{"message 19 /value/0/resourceData/0/info/@odata.type", "the document shapes this roster unlike its other one; ours are alike"},
	{"message 19 /value/0/resourceData/0/info/identity/application", "ours lists in the order of joining"},
	{"message 19 /value/0/resourceData/0/info/identity/user", "ours lists in the order of joining"},
	{"message 19 /value/0/resourceData/0/info/languageId", "region and language are the participant's, as in the document's other roster"},
	{"message 19 /value/0/resourceData/0/info/region", "region and language are the participant's, as in the document's other roster"},
	{"message 19 /value/0/resourceData/0/isInLobby", "the document of January does not say it of everybody; its page on muting does"},
	{"message 19 /value/0/resourceData/0/isMuted", "the document of January does not say it of everybody; its page on muting does"},
	{"message 19 /value/0/resourceData/1/isInLobby", "the document of January does not say it of everybody; its page on muting does"},
	{"message 19 /value/0/resourceData/1/isMuted", "the document of January does not say it of everybody; its page on muting does"},
	{"message 19 /value/0/resourceData/0/mediaStreams/0", "the bot joined without media, so it has no stream"},
	{"message 19 /value/0/resourceData/1/@odata.id", "the meeting's roster is the meeting's"},
	{"message 19 /value/0/resourceData/1/info/@odata.type", "the document shapes this roster unlike its other one; ours are alike"},
	{"message 19 /value/0/resourceData/1/info/identity/application", "ours lists in the order of joining"},
	{"message 19 /value/0/resourceData/1/info/identity/user", "ours lists in the order of joining"},
	{"message 19 /value/0/resourceData/1/info/languageId", "region and language are the participant's, as in the document's other roster"},
	{"message 19 /value/0/resourceData/1/info/region", "region and language are the participant's, as in the document's other roster"},
	{"message 19 /value/0/resourceData/1/mediaStreams/0/serverMuted", "as in the document's other roster"},
	{"message 19 /value/0/resourceData/1/mediaStreams/1", "Test User called with audio and video and has both in the meeting"},
}

// moreHeaders are those of ours that the document's messages leave out; they were seen in real traffic (the issues of
// microsoft-graph-comms-samples).
var moreHeaders = map[string][]string{
	"notification": {"Accept", "Scenario-Id", "User-Agent", "X-Microsoft-Skype-Chain-ID", "X-Microsoft-Skype-Message-ID"},
	"response":     {"Cache-Control", "Content-Length", "Content-Type", "Date", "Request-Id", "Strict-Transport-Security", "X-Ms-Ags-Diagnostic"},
}

// TestSeed plays the document: its own requests in its order. Every message must be the document's, value for value with
// ids and times normalised, but for the differences listed.
func TestSeed(t *testing.T) {
	for _, slips := range []bool{true, false} {
		t.Run(fmt.Sprintf("slips=%v", slips), func(t *testing.T) {
			want := slices.Clone(seedDifferences)
			if !slips {
				want = append(want, seedSlips...)
			}
			var reasons, got []string
			for _, d := range want {
				if d.reason == "" {
					t.Errorf("%s: no reason", d.at)
				}
				reasons = append(reasons, d.at)
			}
			ms := seedMessages(t)
			for _, flow := range [][2]int{{1, 2}, {3, 6}, {7, 21}} {
				got = append(got, playSeed(t, ms[flow[0]-1:flow[1]], slips)...)
			}
			sort.Strings(got)
			sort.Strings(reasons)
			if diff := cmp.Diff(reasons, got); diff != "" {
				t.Errorf("differences from the document (-listed +found):\n%s", diff)
			}
		})
	}
}

// playSeed plays one flow and returns where it differs.
func playSeed(t *testing.T, flow []message, slips bool) []string {
	scene := &world.Scene{People: map[string]*world.Person{
		"user":  {ID: carolID, DisplayName: "Test User"},
		"heidi": {ID: doraID, DisplayName: "Heidi Steen"},
	}}
	st := newStage(t, scene, func(c *Config) {
		c.SeedSlips = slips
		c.Bots[0].Dialect = graph.Legacy
	})
	doc, our := namer{}, namer{}
	ids := map[string]string{} // the document's call ids, to ours
	offer := []string{"audio", "video"}
	if flow[0].Kind == "request" {
		offer = []string{"audio"}
	}
	if err := st.service.Act(world.Action{Deed: world.Deed{Dial: &world.Dial{From: "user", To: "bot", Modalities: offer}}}); err != nil {
		t.Fatal(err)
	}
	st.wait(time.Second)
	p2p := graph.LegacyID(st.posts[0].event.CallID)
	ids["57DAB8B1894C409AB240BD8BEAE78896"], ids["{id}"] = p2p, p2p
	if flow[0].Kind == "request" { // these flows begin in a call that is up
		st.must(200, "POST", "/app/calls/"+p2p+"/answer", `{"callback":"`+address1+`","acceptModalities":["audio"]}`)
		st.wait(time.Second)
		st.posts = nil
	}
	var found []string
	var last answered
	for _, m := range flow {
		say := func(format string, args ...any) {
			found = append(found, fmt.Sprintf("message %d ", m.N)+fmt.Sprintf(format, args...))
		}
		switch m.Kind {
		case "request":
			method, path, _ := strings.Cut(m.Line, " ")
			path = strings.TrimPrefix(path, "https://graph.microsoft.com")
			text, _ := json.Marshal(m.Body)
			body := string(text)
			for from, to := range ids {
				path, body = strings.ReplaceAll(path, from, to), strings.ReplaceAll(body, from, to)
			}
			if slices.Contains(m.Headers, "Content-Length") {
				say("Content-Length")
			}
			last = st.do(method, path, body)
			st.wait(2 * time.Second)
		case "response":
			if want := fmt.Sprintf("HTTP/1.1 %d %s", last.status, http.StatusText(last.status)); m.Line != want {
				say("status")
			}
			location := last.heads.Get("Location")
			if doc.shape(m.Location) != our.shape(location) {
				say("Location")
			}
			if strings.HasPrefix(m.Line, "HTTP/1.1 201") {
				ids["90ED37DCD8E34E119DE330A955DDA06F"] = location[strings.LastIndex(location, "/")+1:]
			}
			var got any
			if last.body != nil {
				got = last.body
			}
			compare(say, "", m.Body, got, doc, our)
			var names []string
			for name := range last.heads {
				names = append(names, name)
			}
			headers(t, m, names)
		case "notification":
			for len(st.posts) > 1 && headline(st.posts[0].body) != headline(m.Body) && headline(st.posts[1].body) == headline(m.Body) {
				say("comes after one more: %s", line(st.posts[0]))
				st.posts = st.posts[1:]
			}
			if len(st.posts) == 0 {
				t.Fatalf("message %d never came", m.N)
			}
			p := st.posts[0]
			st.posts = st.posts[1:]
			if "POST "+p.url != m.Line {
				say("address %s", p.url)
			}
			compare(say, "", m.Body, p.body, doc, our)
			var names []string
			for _, h := range p.heads {
				names = append(names, h.Name)
			}
			headers(t, m, names)
		}
	}
	if flow[0].N != 1 { // that part of the document shows no notifications
		for _, p := range st.posts {
			t.Errorf("after the document's last message: %s", line(p))
		}
	}
	return found
}

// headline is what a notification is about.
func headline(body any) string {
	item := body.(map[string]any)["value"].([]any)[0].(map[string]any)
	parts := strings.Split(item["resource"].(string), "/")
	return fmt.Sprint(item["changeType"], parts[4:min(5, len(parts))])
}

// headers checks that a message has the document's headers, and no others but those listed.
func headers(t *testing.T, m message, got []string) {
	for _, name := range m.Headers {
		if !slices.Contains(got, name) {
			t.Errorf("message %d has no header %s", m.N, name)
		}
	}
	for _, name := range got {
		if !slices.Contains(m.Headers, name) && !slices.Contains(moreHeaders[m.Kind], name) && name != "Location" {
			t.Errorf("message %d has the header %s, which the document has not and no table explains", m.N, name)
		}
	}
}

// namer gives ids and times the same names on both sides: calls and operations in the order in which they appear.
type namer map[string]string

var (
	pathIDs = regexp.MustCompile(`/(calls|operations|participants)/([0-9A-Za-z-]{31,36})`)
	guids   = regexp.MustCompile(`^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$`)
	hexes   = regexp.MustCompile(`^[0-9A-F]{32}$`)
	times   = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	etags   = regexp.MustCompile(`^W/"\d+"$`)
)

func (n namer) shape(s string) string {
	switch {
	case guids.MatchString(s):
		return "<id " + form(s) + ">"
	case hexes.MatchString(s):
		return "<id HEX>"
	case times.MatchString(s):
		return "<time>"
	case etags.MatchString(s):
		return "<etag>"
	}
	return pathIDs.ReplaceAllStringFunc(s, func(at string) string {
		_, kind, id := "", strings.Split(at, "/")[1], at[strings.LastIndex(at, "/")+1:]
		if kind == "participants" {
			return "/participants/<" + form(id) + ">"
		}
		key := graph.CanonicalID(id)
		if n[kind+key] == "" {
			n[kind+key] = fmt.Sprint(1 + n.count(kind))
		}
		return "/" + kind + "/<" + n[kind+key] + " " + form(id) + ">"
	})
}

func (n namer) count(kind string) int {
	c := 0
	for k := range n {
		if strings.HasPrefix(k, kind) {
			c++
		}
	}
	return c
}

// form says how an id is written.
func form(id string) string {
	f := "upper"
	if strings.ToLower(id) == id {
		f = "lower"
	}
	if strings.Contains(id, "-") {
		f += "-hyphens"
	}
	return f
}

// compare says where two JSON values differ after normalising.
func compare(say func(string, ...any), at string, want, got any, doc, our namer) {
	differ := func() {
		if at == "" {
			at = "/"
		}
		say("%s", at)
	}
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			differ()
			return
		}
		for _, k := range keys(w, g) {
			wv, wok := w[k]
			gv, gok := g[k]
			if wok != gok {
				say("%s/%s", at, k)
				continue
			}
			compare(say, at+"/"+k, wv, gv, doc, our)
		}
	case []any:
		g, ok := got.([]any)
		if !ok {
			differ()
			return
		}
		for i := range max(len(w), len(g)) {
			if i >= len(w) || i >= len(g) {
				say("%s/%d", at, i)
				continue
			}
			compare(say, fmt.Sprintf("%s/%d", at, i), w[i], g[i], doc, our)
		}
	case string:
		g, ok := got.(string)
		if at == "/id" && guids.MatchString(w) && ok { // an operation's, in a reply
			w, g = "/operations/"+w, "/operations/"+g
		}
		if !ok || doc.shape(w) != our.shape(g) {
			differ()
		}
	default:
		if !cmp.Equal(want, got) {
			differ()
		}
	}
}

func keys(maps ...map[string]any) []string {
	var list []string
	for _, m := range maps {
		for k := range m {
			if !slices.Contains(list, k) {
				list = append(list, k)
			}
		}
	}
	sort.Strings(list)
	return list
}

// TestSeedCopies: our copies of the messages are the document's.
func TestSeedCopies(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "reference", "seed-participant-invite.txt"))
	if err != nil {
		t.Skip("the document is not here: ", err)
	}
	fences := regexp.MustCompile("(?s)```\\s?(http|json)\n(.*?)```")
	var found []message
	for _, b := range fences.FindAllStringSubmatch(strings.ReplaceAll(string(text), "\r", ""), -1) {
		if strings.HasPrefix(b[2], "POST /app/calls/{id}/participants/invite\nPOST") {
			continue // the page's list of addresses
		}
		if b[1] == "http" {
			head, rest, _ := strings.Cut(b[2], "\n\n")
			lines := strings.Split(strings.TrimSpace(head), "\n")
			m := message{N: len(found) + 1, Line: lines[0], Kind: "request"}
			switch {
			case strings.HasPrefix(lines[0], "HTTP"):
				m.Kind = "response"
			case strings.Contains(lines[0], "bot.contoso.com"):
				m.Kind = "notification"
			}
			for _, l := range lines[1:] {
				name, value, _ := strings.Cut(l, ": ")
				m.Headers = append(m.Headers, name)
				if name == "Location" {
					m.Location = value
				}
			}
			b[2] = rest
			found = append(found, m)
		}
		if strings.TrimSpace(b[2]) != "" {
			if err := json.Unmarshal([]byte(b[2]), &found[len(found)-1].Body); err != nil {
				t.Fatal(err)
			}
		}
	}
	if diff := cmp.Diff(found, seedMessages(t)); diff != "" {
		t.Errorf("testdata/seed/messages.json (-document +ours):\n%s", diff)
	}
}
