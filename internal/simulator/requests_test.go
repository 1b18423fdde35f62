package simulator

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

func TestRefused(t *testing.T) {
	st := newStage(t, people())
	incoming := st.rung("carol")
	up := st.established(user(doraID))
	meeting := func(info string) string { return `{"callbackUri":"` + callback + `",` + info + `}` }
	tests := []struct {
		name, method, path, body string
		status                   int
		want                     string // in the body
	}{
		{"no body", "POST", calls, "", 400, "no body"},
		{"not JSON", "POST", calls, "{", 400, "no valid JSON"},
		{"two objects", "POST", calls, "{}{}", 400, "goes on after"},
		{"an array", "POST", calls, "[]", 400, "it must be an object"},
		{"wrong member", "POST", calls, `{"targets":"x"}`, 400, "targets is a JSON string"},
		{"wrong callback", "POST", calls, `{"callbackUri":5}`, 400, `"callbackUri is a JSON number`},
		{"nothing said", "POST", calls, "{}", 400, "callbackUri is missing"},
		{"legacy says callback", "POST", "/app/calls", "{}", 400, "callback is missing"},
		{"long ringing", "POST", "/beta/communications/calls", meeting(`"ringingTimeoutInSeconds":116,"targets":[` + user(doraID) + `]`), 400, "1 to 115"},
		{"relative callback", "POST", calls, `{"callbackUri":"/x","targets":[` + user(doraID) + `]}`, 400, "absolute https URL"},
		{"no place", "POST", calls, meeting(`"subject":"x"`), 400, "needs targets, or meetingInfo"},
		{"wrong type", "POST", calls, `{"@odata.type":"#microsoft.graph.cat","callbackUri":"` + callback + `"}`, 400, `#microsoft.graph.cat`},
		{"wrong media", "POST", calls, strings.Replace(createBodyFor(user(doraID)), "serviceHostedMediaConfig", "x", 1), 400, "mediaConfig has @odata.type"},
		{"untyped media", "POST", calls, meeting(`"targets":[` + user(doraID) + `],"mediaConfig":{}`), 400, "mediaConfig.@odata.type is missing"},
		{"modality", "POST", calls, meeting(`"targets":[` + user(doraID) + `],"requestedModalities":["sound"]`), 400, `sound`},
		{"nobody", "POST", calls, meeting(`"targets":[{"identity":{"cat":{"id":"1"}}}]`), 400, "identity names nobody"},
		{"no identity", "POST", calls, meeting(`"targets":[{}]`), 400, "targets[0].identity is missing"},
		{"untyped meeting", "POST", calls, meeting(`"meetingInfo":{}`), 400, "meetingInfo.@odata.type"},
		{"no thread", "POST", calls, meeting(`"meetingInfo":{"@odata.type":"#microsoft.graph.organizerMeetingInfo"}`), 400, "chatInfo.threadId"},
		{"both", "POST", calls, meeting(`"meetingInfo":{},"targets":[` + user(doraID) + `]`), 400, "not both"},
		{"telephone without a line", "POST", calls, createBodyFor(`{"identity":{"phone":{"id":"+15551234567"}}}`), 403, "7507"},
		{"no modalities", "POST", incoming + "/answer", `{"callbackUri":"` + callback + `"}`, 400, "acceptedModalities is missing"},
		{"no media", "POST", incoming + "/answer", `{"callbackUri":"` + callback + `","acceptedModalities":["audio"]}`, 400, "mediaConfig is missing"},
		{"bad reason", "POST", incoming + "/reject", `{"reason":"tired"}`, 400, `tired`},
		{"short timeout", "POST", incoming + "/redirect", `{"targets":[` + user(doraID) + `],"timeout":5}`, 400, "15 to 90"},
		{"no targets", "POST", incoming + "/redirect", `{}`, 400, "targets is missing"},
		{"26 targets", "POST", incoming + "/redirect", `{"targets":[` + strings.Repeat(user(doraID)+",", 25) + user(doraID) + `]}`, 400, "it may have 25"},
		{"transfer unanswered", "POST", incoming + "/transfer", to(doraID), 409, "incoming"},
		{"invite unanswered", "POST", incoming + "/participants/invite", `{"participants":[` + user(doraID) + `]}`, 409, "established"},
		{"answer outgoing", "POST", up + "/answer", answer, 409, "established"},
		{"no target", "POST", up + "/transfer", "{}", 400, "transferTarget is missing"},
		{"nobody invited", "POST", up + "/participants/invite", "{}", 400, "participants is missing"},
		{"long context", "POST", up + "/participants/invite", `{"participants":[` + user(doraID) + `],"clientContext":"` + strings.Repeat("x", 257) + `"}`, 400, "257"},
		{"long context in other letters", "POST", up + "/playPrompt", `{"clientContext":"` + strings.Repeat("ü", 257) + `","prompts":[{"mediaInfo":{"uri":"https://a/b"}}]}`, 400, "257"},
		{"two bots", "POST", up + "/participants/invite", `{"participants":[{"identity":{"application":{"id":"` + doraID + `"}}},{"identity":{"application":{"id":"` + fredID + `"}}}]}`, 400, "2 bots"},
		{"no mixer in v1.0", "POST", up + "/participants/configureMixer", "{}", 404, "ResourceNotFound"},
		{"no mixer for two", "POST", strings.Replace(up, "v1.0", "beta", 1) + "/participants/configureMixer", "{}", 409, "for group calls only"},
		{"record is legacy's", "POST", up + "/record", "{}", 404, "ResourceNotFound"},
		{"masked by no boolean", "POST", incoming + "/redirect", `{"targets":[` + user(doraID) + `],"maskCaller":"yes"}`, 400, "maskCaller"},
		{"unknown call", "GET", calls + "/00000000-0000-0000-0000-000000000001", "", 404, "8522"},
		{"unknown operation", "GET", up + "/operations/x", "", 404, "8522"},
		{"unknown participant", "GET", up + "/participants/x", "", 404, "ResourceNotFound"},
		{"list of calls", "GET", calls, "", 405, "MethodNotAllowed"},
		{"PATCH", "PATCH", up, "{}", 405, "MethodNotAllowed"},
		{"GET answer", "GET", incoming + "/answer", "", 405, "MethodNotAllowed"},
		{"elsewhere", "GET", "/v1.0/me", "", 404, "ResourceNotFound"},
		{"unknown action", "POST", up + "/dance", "{}", 404, "ResourceNotFound"},
		{"no keepAlive in legacy", "POST", "/app/calls/" + idOf(up) + "/keepAlive", "", 404, "ResourceNotFound"},
		{"no prompts", "POST", up + "/playPrompt", "{}", 400, "prompts is missing"},
		{"muting another", "POST", up + "/participants/x/mute", "{}", 409, "muteParticipant is for group calls only"},
		{"media of no call", "POST", calls + "/x/playPrompt", "{}", 404, "8522"},
		{"too large", "POST", calls, strings.Repeat(" ", 1<<20+1), 413, "larger than"},
		{"somebody else's", "GET", "/beta/applications/x/calls/" + idOf(up), "", 403, "Forbidden"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := st.do(tt.method, tt.path, tt.body)
			if a.status != tt.status || !strings.Contains(a.raw, tt.want) {
				t.Fatalf("%d %s\nwant %d %q", a.status, a.raw, tt.status, tt.want)
			}
			e, _ := a.body["error"].(map[string]any)
			inner, _ := e["innerError"].(map[string]any)
			if e["code"] == "" || e["message"] == "" || inner["request-id"] != a.heads.Get("request-id") || inner["date"] != "2026-01-01T00:00:05" {
				t.Errorf("the envelope: %s", a.raw)
			}
			if tt.status == 405 && a.heads.Get("Allow") == "" {
				t.Error("405 without Allow")
			}
		})
	}
	if got := st.ladder(); len(got) != 0 {
		t.Errorf("refused requests had effects: %v", got)
	}
	st.must(202, "POST", incoming+"/answer", answer)
}

func TestTokens(t *testing.T) {
	app := ""
	st := newStage(t, people())
	st.service.cfg.Authorize = authorizeAs(&app)
	if a := st.must(401, "POST", calls, "{}"); a.heads.Get("WWW-Authenticate") == "" || !strings.Contains(a.raw, "InvalidAuthenticationToken") {
		t.Errorf("%v %s", a.heads, a.raw)
	}
	app = "somebody"
	if a := st.must(403, "POST", calls, "{}"); !strings.Contains(a.raw, `"7503"`) {
		t.Errorf("%s", a.raw)
	}
	app = strings.ToUpper(botID)
	st.must(201, "POST", calls, createBodyFor(user(doraID)))
}

// TestWays: one call is reached by every way of writing its address.
func TestWays(t *testing.T) {
	st := newStage(t, people())
	c := st.rung("carol")
	id := idOf(c)
	short := strings.ReplaceAll(id, "-", "")
	for _, path := range []string{
		calls + "/" + strings.ToUpper(id),
		calls + "/" + short,
		"/V1.0/Communications/Calls/" + strings.ToUpper(short),
		"/beta/communications/calls/" + id + "/",
		"/beta/app/calls/" + strings.ToUpper(short),
		"/app/calls/" + id,
		"/v1.0/app/calls/" + id,
		"/beta/applications/" + botID + "/calls/" + id,
	} {
		if a := st.do("GET", path, ""); a.status != 200 || a.body["id"] != id {
			t.Errorf("%s: %d %s", path, a.status, a.raw)
		}
	}
	st.must(202, "POST", "/v1.0/communications/calls/"+strings.ToUpper(short)+"/microsoft.graph.ANSWER", answer)
}

func TestHeaders(t *testing.T) {
	st := newStage(t, people())
	c := st.rung("carol")
	first := st.posts[0].heads
	for _, h := range []string{"Authorization", "X-Microsoft-Skype-Chain-ID", "X-Microsoft-Skype-Message-ID", "User-Agent"} {
		if first.Get(h) == "" {
			t.Errorf("the incoming notification has no %s", h)
		}
	}
	if got := first.Get("Authorization"); got != "Bearer for."+botID {
		t.Errorf("signed %q", got)
	}
	if first.Get("Scenario-Id") != "" {
		t.Error("the first notification of an incoming call has a Scenario-Id")
	}
	a := st.do("POST", c+"/answer", answer, "client-request-id", "abc", "scenario-id", "def")
	want := map[string]string{"client-request-id": "abc", "scenario-id": "def", "Date": "Thu, 01 Jan 2026 00:00:00 GMT", "Content-Length": "0"}
	for name, v := range want {
		if a.heads.Get(name) != v {
			t.Errorf("%s: %q, want %q", name, a.heads.Get(name), v)
		}
	}
	if !strings.Contains(a.heads.Get("x-ms-ags-diagnostic"), "ServerInfo") || a.heads.Get("request-id") == "" {
		t.Errorf("%v", a.heads)
	}
	st.posts = nil
	st.wait(time.Second)
	if st.posts[0].heads.Get("Scenario-Id") != first.Get("X-Microsoft-Skype-Chain-ID") || st.posts[0].url != callback {
		t.Errorf("%v to %s", st.posts[0].heads, st.posts[0].url)
	}
	if st.posts[0].heads.Get("X-Microsoft-Skype-Message-ID") == st.posts[1].heads.Get("X-Microsoft-Skype-Message-ID") {
		t.Error("two notifications have one message id")
	}
	b := st.must(201, "POST", calls, createBodyFor(user(doraID)))
	if b.heads.Get("Location") != "https://graph.microsoft.com"+calls+"/"+b.body["id"].(string) || b.heads.Get("Content-Type") != "application/json" {
		t.Errorf("%v", b.heads)
	}
}

// fated records a Fate.
type fated struct {
	*httptest.ResponseRecorder
	fate Fate
}

func (f *fated) Fate(x Fate) { f.fate = x }

func TestRequestFaults(t *testing.T) {
	tests := []struct {
		name   string
		fault  world.Fault
		status int
		fate   Fate
		retry  string
		want   string
		acts   bool
	}{
		{"throttled", world.Fault{RetryAfter: 2500 * time.Millisecond}, 429, Fate{}, "2.5", "TooManyRequests", false},
		{"refused at the door", world.Fault{Status: 403, Code: "7505", Message: "Request authorization tenant mismatch."}, 403, Fate{}, "", `"7505"`, false},
		{"unavailable", world.Fault{Status: 503}, 503, Fate{}, "", "ServiceUnavailable", false},
		{"odd", world.Fault{Status: 599}, 599, Fate{}, "", "UnknownError", false},
		{"lost", world.Fault{Lost: true}, 201, Fate{Lost: true}, "", "", true},
		{"reset", world.Fault{Reset: true}, 0, Fate{Reset: true}, "", "", false},
		{"late", world.Fault{Delay: 3 * time.Second}, 201, Fate{Delay: 3 * time.Second}, "", "establishing", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			scene := people()
			tt.fault.Fault = "createCall"
			scene.Faults = []world.Fault{{Fault: "invite", Status: 500}, tt.fault}
			st := newStage(t, scene)
			w := &fated{ResponseRecorder: httptest.NewRecorder()}
			st.service.ServeHTTP(w, httptest.NewRequest("POST", calls, strings.NewReader(createBodyFor(user(doraID)))))
			if tt.status != 0 && w.Code != tt.status || w.fate != tt.fate || w.Header().Get("Retry-After") != tt.retry || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("%d %+v %v %s", w.Code, w.fate, w.Header(), w.Body)
			}
			st.wait(3 * time.Second)
			if acted := len(st.posts) > 0; acted != tt.acts {
				t.Errorf("acted: %v", acted)
			}
			st.must(201, "POST", calls, createBodyFor(user(doraID))) // it strikes once
		})
	}
}

// TestResetOnAPort: a writer that cannot be told a fate has its connection closed.
func TestResetOnAPort(t *testing.T) {
	scene := people()
	scene.Faults = []world.Fault{{Fault: "getCall", Reset: true}}
	st := newStage(t, scene)
	srv := httptest.NewServer(st.service)
	defer srv.Close()
	if resp, err := http.Get(srv.URL + calls + "/x"); err == nil {
		t.Errorf("got %s", resp.Status)
	}
	resp, err := http.Get(srv.URL + calls + "/x")
	if err != nil || resp.StatusCode != 404 {
		t.Errorf("the second time: %v %v", resp, err)
	}
}

func TestNotificationFaults(t *testing.T) {
	match := func(text string) (func(map[string]any) (bool, error), error) {
		return func(names map[string]any) (bool, error) {
			c, _ := names["call"].(map[string]any)
			return c["state"] == text, nil
		}, nil
	}
	tests := []struct {
		name  string
		fault world.Fault
		want  []string
	}{
		{"drop", world.Fault{Match: "established", Drop: true}, []string{"updated call establishing", "updated call established media active"}},
		{"drop any", world.Fault{Drop: true}, []string{"updated call established", "updated call established media active"}},
		{"drop twice", world.Fault{Match: "established", Drop: true, Times: 2}, []string{"updated call establishing"}},
		{"duplicate", world.Fault{Match: "establishing", Duplicate: true}, []string{"updated call establishing", "updated call establishing",
			"updated call established", "updated call established media active"}},
		{"delay", world.Fault{Match: "establishing", Delay: 160 * time.Millisecond}, []string{"updated call established", "updated call establishing",
			"updated call established media active"}},
		{"early", world.Fault{Match: "established", Early: true}, []string{"updated call established", "updated call establishing",
			"updated call established media active"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			scene := people()
			tt.fault.Fault = "notification"
			st := newStage(t, scene, func(c *Config) { c.Match = match })
			c := st.rung("carol")
			st.ladder()
			st.service.faults = append(st.service.faults, armed(st.service, tt.fault))
			st.must(202, "POST", c+"/answer", answer)
			st.wait(0)
			if early := len(st.posts) > 0; early != tt.fault.Early {
				t.Errorf("before the response: %v", st.ladder())
			}
			st.wait(time.Second)
			if tt.name == "duplicate" && st.posts[0].heads.Get("X-Microsoft-Skype-Message-ID") != st.posts[1].heads.Get("X-Microsoft-Skype-Message-ID") {
				t.Error("the duplicate has a message id of its own")
			}
			wantLadder(t, st, tt.want...)
			st.must(200, "GET", c, "")
		})
	}
}

func armed(s *Service, w world.Fault) *fault {
	other := &Service{cfg: s.cfg}
	return other.arm(w)
}

func TestActs(t *testing.T) {
	st := newStage(t, people())
	for want, action := range map[string]world.Action{
		"needs exactly one of dial, hangUp, leave, join":                                    {},
		`nobody here is called "x"; there are carol, deb, dora, fred, gus, phil, rex, vera`: {Deed: world.Deed{HangUp: &world.Who{Who: "x"}}},
		"carol is in no call":                        {Deed: world.Deed{HangUp: &world.Who{Who: "carol"}}},
		"carol is in no meeting":                     {Deed: world.Deed{Leave: &world.Who{Who: "carol"}}},
		"there is no meeting here":                   {Deed: world.Deed{Join: &world.Join{Who: "carol"}}},
		`nobody here is called "zoe"`:                {Deed: world.Deed{Dial: &world.Dial{From: "zoe"}}},
		"at belongs into a script":                   {At: time.Second, Deed: world.Deed{Dial: &world.Dial{From: "carol"}}},
		`no bot is called "operator"; there are bot`: {Deed: world.Deed{Dial: &world.Dial{From: "carol", To: "operator"}}},
	} {
		if err := st.service.Act(action); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := st.service.Act(world.Action{Deed: world.Deed{Dial: &world.Dial{From: "carol"}}}); err != nil {
		t.Error(err)
	}
	st.wait(time.Second)
	wantLadder(t, st, "created call incoming")
}

func TestScript(t *testing.T) {
	scene := people()
	scene.Script = []world.Action{
		{At: 5 * time.Second, Deed: world.Deed{Dial: &world.Dial{From: "carol", To: "bot", Modalities: []string{"audio", "video"}}}},
		{Deed: world.Deed{Dial: &world.Dial{From: "dora", To: "bot"}}},
		{At: 7 * time.Second, Deed: world.Deed{HangUp: &world.Who{Who: "dora"}}},
		{At: 8 * time.Second, Deed: world.Deed{HangUp: &world.Who{Who: "dora"}}},
	}
	st := newStage(t, scene)
	st.wait(6 * time.Second)
	if !strings.Contains(st.posts[0].raw, `["audio","video"]`) {
		t.Errorf("%s", st.posts[0].raw)
	}
	wantLadder(t, st, "created call incoming", "created call incoming")
	st.wait(2 * time.Second)
	wantLadder(t, st, "deleted call terminated 487/0")
	if !st.saw("script[3] cannot happen: hangUp: dora is in no call") {
		t.Errorf("%q", st.seen)
	}
}

// TestStrangers: a world without people is full of them.
func TestStrangers(t *testing.T) {
	st := newStage(t, nil)
	st.must(201, "POST", calls, createBodyFor(user("00000000-0000-0000-0000-000000000001")))
	st.wait(3 * time.Second)
	wantLadder(t, st, "updated call establishing", "updated call established", "updated call established media active")
}

// TestDialects: a call speaks the dialect of the path it was created by, and a bot's incoming ones the bot's.
func TestDialects(t *testing.T) {
	for path, want := range map[string]string{calls: `"resourceUrl":"/communications/calls/`, "/beta/communications/calls": `"@odata.type":"#microsoft.graph.commsNotifications"`,
		"/app/calls": `{"value":[{"changeType":"updated","resource":"/app/calls/`} {
		st := newStage(t, people())
		body := createBodyFor(user(doraID))
		if path == "/app/calls" {
			body = strings.Replace(body, "callbackUri", "callback", 1)
		}
		a := st.must(201, "POST", path, body)
		if !strings.Contains(a.heads.Get("Location"), strings.TrimPrefix(path, "/beta")) {
			t.Errorf("Location %s", a.heads.Get("Location"))
		}
		st.wait(3 * time.Second)
		for _, p := range st.posts {
			if !strings.Contains(p.raw, want) {
				t.Errorf("%s: %s", path, p.raw)
			}
		}
	}
	st := newStage(t, people(), func(c *Config) { c.Bots[0].Dialect = graph.Legacy })
	c := strings.Replace(st.rung("carol"), calls, "/beta/app/calls", 1)
	a := st.must(200, "POST", c+"/answer", `{"callback":"`+callback+`","acceptModalities":["audio"]}`)
	if a.body["status"] != "running" || a.body["createdDateTime"] != "2026-01-01T00:00:00Z" || a.body["clientContext"] != nil {
		t.Errorf("%s", a.raw)
	}
}
