package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/graph"
	"callflow/internal/world"
)

const onePrompt = `"prompts":[{"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":{"uri":"https://cdn.contoso.com/menu.wav","resourceId":"r1"}}]`

// operationsEnded are the operations whose end was told since the last look: status, codes, reason and context.
func (st *stage) operationsEnded() (out []string) {
	for _, p := range st.posts {
		op, _ := p.event.View["operation"].(map[string]any)
		if op == nil {
			continue
		}
		s := fmt.Sprint(op["clientContext"], " ", op["status"]) + codes(op["resultInfo"])
		if r := op["completionReason"]; r != nil {
			s += fmt.Sprint(" ", r)
		}
		out = append(out, s)
	}
	st.posts = nil
	return out
}

func wantEnded(t *testing.T, st *stage, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, st.operationsEnded()); diff != "" {
		t.Errorf("operations that ended (-want +got):\n%s", diff)
	}
}

// TestMediaQueue: prompts and recordings wait for each other, and each ends at its own time.
func TestMediaQueue(t *testing.T) {
	scene := people()
	scene.Media = map[string]*world.Sound{"https://cdn.contoso.com/menu.wav": {Duration: 4 * time.Second}}
	st := newStage(t, scene)
	c := st.answeredCall("carol")
	st.must(200, "POST", c+"/playPrompt", `{`+onePrompt+`,"clientContext":"a"}`)
	st.must(200, "POST", c+"/recordResponse", `{"prompts":[],"clientContext":"b","playBeep":false,"maxRecordDurationInSeconds":2}`)
	st.must(200, "POST", c+"/playPrompt", `{`+onePrompt+`,"clientContext":"c"}`)
	st.wait(3900 * time.Millisecond)
	wantEnded(t, st)
	st.wait(300 * time.Millisecond)
	wantEnded(t, st, "a completed 200/0")
	st.wait(2 * time.Second)
	wantEnded(t, st, "b completed 200/8515")
	st.must(200, "POST", c+"/recordResponse", `{"prompts":[],"clientContext":"d","bargeInAllowed":true,"playBeep":false,"initialSilenceTimeoutInSeconds":1}`)
	st.wait(100 * time.Millisecond)
	wantEnded(t, st, "c failed 400/8508")
	st.wait(time.Second)
	wantEnded(t, st, "d failed 400/8510 initialSilenceTimeout")
	st.must(200, "POST", c+"/playPrompt", `{`+onePrompt+`,"clientContext":"e"}`)
	st.hangUp("carol")
	st.wait(time.Second)
	if got := st.ladder(); len(got) != 2 || got[0] != "deleted operation failed 400/8508" || !strings.HasPrefix(got[1], "deleted call terminated") {
		t.Errorf("a prompt that outlives its call: %v", got)
	}
}

// TestRecordingTimers: what a recordResponse does not say is 5 s each, after a beep. Graph page "call: recordResponse".
func TestRecordingTimers(t *testing.T) {
	tests := []struct {
		name   string
		speaks time.Duration
		ends   time.Duration // after the beep
		want   string
	}{
		{"nobody speaks", 0, 5 * time.Second, "a failed 400/8510 initialSilenceTimeout"},
		{"somebody never stops", time.Minute, 5 * time.Second, "a completed 200/8515"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			st := newStage(t, people())
			c := st.answeredCall("carol")
			if tt.speaks > 0 {
				st.act(world.Deed{Speak: &world.Speak{Who: "carol", For: tt.speaks}})
			}
			st.must(200, "POST", c+"/recordResponse", `{"prompts":[],"clientContext":"a"}`)
			st.wait(firstStep + beepTime + tt.ends - time.Millisecond)
			wantEnded(t, st)
			st.wait(time.Second)
			wantEnded(t, st, tt.want)
		})
	}
	st := newStage(t, people()) // silence after a word; the recording may last longer
	c := st.answeredCall("carol")
	st.must(200, "POST", c+"/recordResponse", `{"prompts":[],"clientContext":"a","playBeep":false,"maxRecordDurationInSeconds":60}`)
	st.act(world.Deed{Speak: &world.Speak{Who: "carol", For: time.Second}})
	st.wait(firstStep + 5900*time.Millisecond)
	wantEnded(t, st)
	st.wait(time.Second)
	wantEnded(t, st, "a completed 200/8509")
}

// TestMediaRefused: media need a call of the right kind, in the right state.
func TestMediaRefused(t *testing.T) {
	st := newStage(t, people())
	ringing := st.rung("dora")
	up := st.answeredCall("carol")
	hosted := st.rung("fred")
	st.must(202, "POST", hosted+"/answer", strings.Replace(answer, `serviceHostedMediaConfig"`, `appHostedMediaConfig","blob":"x"`, 1))
	st.wait(210 * time.Millisecond)
	st.must(400, "POST", hosted+"/playPrompt", `{`+onePrompt+`}`)
	st.wait(time.Second)
	tests := []struct{ name, path, body, want string }{
		{"not answered", ringing + "/playPrompt", `{` + onePrompt + `}`, "Conflict"},
		{"media elsewhere", hosted + "/playPrompt", `{` + onePrompt + `}`, `"8500"`},
		{"tones of media elsewhere", hosted + "/subscribeToTone", `{}`, `"8500"`},
		{"no prompts", up + "/playPrompt", `{"prompts":[]}`, "prompts is missing"},
		{"21 prompts", up + "/playPrompt", `{"prompts":[` + strings.Repeat("{},", 20) + `{}]}`, "it may have 20"},
		{"no URI", up + "/playPrompt", `{"prompts":[{"mediaInfo":{}}]}`, "uri is missing"},
		{"a path", up + "/playPrompt", `{"prompts":[{"mediaInfo":{"uri":"/beep.wav"}}]}`, "absolute https URL"},
		{"another prompt", up + "/playPrompt", `{"prompts":[{"@odata.type":"#microsoft.graph.silencePrompt","duration":5}]}`, "mediaPrompt"},
		{"two prompts", up + "/recordResponse", `{"prompts":[{},{}]}`, "it may have 1"},
		{"121 s", up + "/recordResponse", `{"maxSilenceTimeoutInSeconds":121}`, "1 to 120"},
		{"0 s", up + "/recordResponse", `{"maxRecordDurationInSeconds":0}`, "1 to 120"},
		{"a word", up + "/recordResponse", `{"stopTones":["pound"]}`, "0 to 9, *, # and A to D"},
		{"long context", up + "/cancelMediaProcessing", `{"clientContext":"` + strings.Repeat("x", 257) + `"}`, "257 characters"},
		{"no tones", up + "/sendDtmfTones", `{}`, "tones is missing"},
		{"a key", up + "/sendDtmfTones", `{"tones":["1"]}`, "tones[0]"},
		{"back in time", up + "/sendDtmfTones", `{"tones":["tone1"],"delayBetweenTonesMs":-1}`, "0 to 60000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if a := st.do("POST", tt.path, tt.body); a.status < 400 || !strings.Contains(a.raw, tt.want) {
				t.Errorf("%d %s, want %s", a.status, a.raw, tt.want)
			}
		})
	}
}

func (st *stage) fetchFile(location, authorization string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", location, nil)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	w := httptest.NewRecorder()
	st.service.ServeHTTP(w, r)
	return w
}

// TestRecording: what was said is in the file, and only its own token opens it.
func TestRecording(t *testing.T) {
	st := newStage(t, people())
	c := st.answeredCall("carol")
	record := func() map[string]any {
		st.ladder()
		st.must(200, "POST", c+"/recordResponse", `{"prompts":[],"playBeep":false,"stopTones":["1#"],"maxRecordDurationInSeconds":60,"initialSilenceTimeoutInSeconds":10}`)
		st.wait(firstStep + time.Second)
		st.act(world.Deed{Speak: &world.Speak{Who: "carol", For: 2 * time.Second}})
		st.wait(3 * time.Second)
		st.act(world.Deed{Press: &world.Press{Who: "carol", Tones: "21#", Every: 100 * time.Millisecond}})
		st.wait(time.Second)
		op, _ := st.posts[len(st.posts)-1].event.View["operation"].(map[string]any)
		if op["status"] != "completed" || codes(op["resultInfo"]) != " 200/8514" {
			t.Fatalf("the recording ended as %v", op)
		}
		return op
	}
	one, two := record(), record()
	location, token := one["recordingLocation"].(string), one["recordingAccessToken"].(string)
	got := st.fetchFile(location, "Bearer "+token)
	if got.Code != 200 || got.Header().Get("Content-Type") != "application/octet-stream" || got.Header().Get("Content-Length") != "" {
		t.Fatalf("%d %v", got.Code, got.Header())
	}
	file := got.Body.Bytes()
	sound, err := graph.ReadSound(file)
	if err != nil || sound.ForPrompts() != "" || sound.Duration != 4200*time.Millisecond || sound.Peak < 0.4 {
		t.Errorf("%+v, %v", sound, err)
	}
	loud := func(at time.Duration) bool {
		from := 44 + 2*int(at*16000/time.Second)
		for _, b := range file[from : from+200] {
			if b != 0 {
				return true
			}
		}
		return false
	}
	for at, want := range map[time.Duration]bool{500 * time.Millisecond: false, 2 * time.Second: true, 3500 * time.Millisecond: false} {
		if loud(at) != want {
			t.Errorf("after %v it is loud: %v", at, !want)
		}
	}
	for _, tt := range []struct {
		name, location, authorization string
		want                          int
	}{
		{"no token", location, "", 401},
		{"the bot's token", location, "Bearer for.bot", 401},
		{"a token like its own", location, "Bearer " + token[:len(token)-1] + "x", 401},
		{"another's", location, "Bearer " + two["recordingAccessToken"].(string), 403},
		{"nowhere", location[:len(location)-1] + "x", "Bearer " + token, 404},
	} {
		if got := st.fetchFile(tt.location, tt.authorization); got.Code != tt.want || !strings.Contains(got.Body.String(), `"error"`) {
			t.Errorf("%s: %d %s, want %d", tt.name, got.Code, got.Body, tt.want)
		}
	}
	r := httptest.NewRequest(http.MethodPut, location, nil)
	w := httptest.NewRecorder()
	if st.service.ServeHTTP(w, r); w.Code != 405 || w.Header().Get("Allow") != "GET" {
		t.Errorf("PUT: %d %v", w.Code, w.Header())
	}
	st.hangUp("carol")
	st.wait(50 * time.Minute)
	if got := st.fetchFile(location, "Bearer "+token); got.Code != 200 {
		t.Errorf("after the call: %d", got.Code)
	}
	st.wait(11 * time.Minute)
	if got := st.fetchFile(location, "Bearer "+token); got.Code != 403 {
		t.Errorf("after an hour: %d", got.Code)
	}
}

// TestMutedVoice: who is muted is not recorded.
func TestMutedVoice(t *testing.T) {
	for by, mute := range map[string]func(*member){
		"themselves": func(m *member) { m.muted = true }, "the service": func(m *member) { m.serverMuted = true },
	} {
		t.Run(by, func(t *testing.T) {
			st := newStage(t, people())
			c := st.answeredCall("carol")
			st.must(200, "POST", c+"/recordResponse", `{"prompts":[],"playBeep":false,"clientContext":"r","initialSilenceTimeoutInSeconds":5,"maxSilenceTimeoutInSeconds":1,"maxRecordDurationInSeconds":60}`)
			for _, m := range st.service.memberships(st.service.people[0]) {
				mute(m)
			}
			st.wait(time.Second)
			st.act(world.Deed{Speak: &world.Speak{Who: "carol", For: 20 * time.Second}})
			st.wait(10 * time.Second)
			wantEnded(t, st, "r failed 400/8510 initialSilenceTimeout")
		})
	}
}

// TestLoop: a prompt is repeated in beta; v1.0 has no such member, and plays it once.
func TestLoop(t *testing.T) {
	for version, tt := range map[string]struct {
		plays time.Duration
		want  string
	}{"v1.0": {3 * time.Second, "a completed 200/0"}, "beta": {9 * time.Second, "a completed 200/0 completedSuccessfully"}} {
		st := newStage(t, people())
		c := strings.Replace(st.answeredCall("carol"), "v1.0", version, 1)
		st.service.calls[idOf(c)].dialect = graph.Dialect(version)
		st.must(200, "POST", c+"/playPrompt", `{"prompts":[{"mediaInfo":{"uri":"https://a/b.wav"},"loop":3}],"clientContext":"a"}`)
		st.wait(tt.plays)
		wantEnded(t, st)
		st.wait(time.Second)
		wantEnded(t, st, tt.want)
	}
}

// TestFetchedPrompts: with a way to fetch, a prompt is as long as its file, and is refused if it is none.
func TestFetchedPrompts(t *testing.T) {
	fetched := 0
	good := graph.AppendSound(nil, 7*time.Second, func(time.Duration) int16 { return 1 })
	files := map[string][]byte{"https://cdn.contoso.com/menu.wav": good, "https://cdn.contoso.com/song.mp3": []byte("ID3")}
	st := newStage(t, people(), func(c *Config) {
		c.Fetch = func(url string, done func([]byte, error)) {
			fetched++
			if f := files[url]; f != nil {
				done(f, nil)
			} else {
				done(nil, errors.New("the file's server answered 404"))
			}
		}
	})
	c := st.answeredCall("carol")
	for range 2 {
		st.must(200, "POST", c+"/playPrompt", `{`+onePrompt+`,"clientContext":"menu"}`)
		st.wait(6900 * time.Millisecond)
		wantEnded(t, st)
		st.wait(200 * time.Millisecond)
		wantEnded(t, st, "menu completed 200/0")
	}
	if fetched != 1 {
		t.Errorf("a file with a resourceId was fetched %d times", fetched)
	}
	for _, name := range []string{"song.mp3", "gone.wav"} {
		st.must(200, "POST", c+"/playPrompt", `{"clientContext":"`+name+`","prompts":[{"mediaInfo":{"uri":"https://cdn.contoso.com/`+name+`"}}]}`)
	}
	st.wait(time.Second)
	wantEnded(t, st, "song.mp3 failed 400/8535", "gone.wav failed 400/8536")
}

// TestDtmfCancelled: tones that were cancelled are not sent, and the subscription to keys stays.
func TestDtmfCancelled(t *testing.T) {
	st := newStage(t, people())
	c := st.answeredCall("carol")
	st.must(200, "POST", c+"/subscribeToTone", `{}`)
	st.must(200, "POST", c+"/sendDtmfTones", `{"tones":["tone1",{"tone":"pound"},"tone3"],"delayBetweenTonesMs":1000,"clientContext":"d"}`)
	st.wait(1500 * time.Millisecond)
	st.must(200, "POST", c+"/cancelMediaProcessing", ``)
	st.wait(5 * time.Second)
	wantEnded(t, st, "d completed mediaOperationCanceled")
	if !st.saw("Carol hears the tone #") || st.saw("Carol hears the tone 3") {
		t.Errorf("heard: %v", st.seen)
	}
	st.act(world.Deed{Press: &world.Press{Who: "carol", Tones: "9", Every: time.Second}})
	st.wait(time.Second)
	if got := st.ladder(); len(got) != 1 || got[0] != "updated tone" {
		t.Errorf("a key after the cancellation: %v", got)
	}
}

// TestLegacyRecordingEnds: as the page "call: record" of January 2019 shows it, a recording that completed has its reason
// alone; one that failed says why.
func TestLegacyRecordingEnds(t *testing.T) {
	st := newStage(t, people(), func(c *Config) { c.Bots[0].Dialect = graph.Legacy })
	c := strings.Replace(st.rung("carol"), calls, "/app/calls", 1)
	st.must(200, "POST", c+"/answer", `{"callback":"`+callback+`","acceptModalities":["audio"],"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}`)
	st.wait(time.Second)
	for name, want := range map[string][]string{
		"1":    {"@odata.etag", "@odata.id", "@odata.type", "completionReason", "recordResourceAccessToken", "recordResourceLocation", "status"},
		"none": {"@odata.etag", "@odata.id", "@odata.type", "completionReason", "resultInfo", "status"},
	} {
		st.must(202, "POST", c+"/record", `{"prompts":[],"playBeep":false,"stopTones":["1"]}`)
		st.wait(firstStep + time.Second)
		if name != "none" {
			st.act(world.Deed{Press: &world.Press{Who: "carol", Tones: name}})
		}
		st.wait(10 * time.Second)
		var sent struct{ Value []struct{ ResourceData obj } }
		if err := json.Unmarshal([]byte(st.posts[len(st.posts)-1].raw), &sent); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(sent.Value[0].ResourceData))); diff != "" {
			t.Errorf("%s: -want +got\n%s\n%v", name, diff, sent.Value[0].ResourceData)
		}
	}
}
