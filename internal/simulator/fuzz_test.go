package simulator

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"callflow/internal/world"
)

// actionBodies are what the operations are sent, good and nearly good; every one is tried on every call.
var actionBodies = map[string][]string{
	"answer":                  {answer, `{"callbackUri":"x","acceptedModalities":[null]}`},
	"reject":                  {`{"reason":"busy"}`, `{"reason":7}`},
	"redirect":                {`{"targets":[` + user(doraID) + `],"timeout":99}`, `{"targets":[null]}`},
	"transfer":                {to(doraID), `{"transferTarget":{"identity":{}},"transferee":null}`},
	"keepAlive":               {"", "{}"},
	"participants/invite":     {`{"participants":[` + user(doraID) + `],"clientContext":null}`, `{"participants":[{"identity":null}]}`},
	"participants/muteAll":    {`{"participants":["x"],"clientContext":"c"}`},
	"participants/x/mute":     {`{"clientContext":"c"}`},
	"playPrompt":              {`{"clientContext":"c","prompts":[{"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":{"uri":"https://x/y.wav","resourceId":"r"}}]}`, `{"prompts":[{"mediaInfo":5}]}`},
	"recordResponse":          {`{"bargeInAllowed":true,"maxRecordDurationInSeconds":10,"stopTones":["#"],"prompts":[],"clientContext":"c"}`, `{"maxRecordDurationInSeconds":-1e99}`},
	"cancelMediaProcessing":   {`{"clientContext":"c"}`},
	"subscribeToTone":         {`{"clientContext":"c"}`},
	"sendDtmfTones":           {`{"tones":["tone1","pound"],"delayBetweenTonesMs":1000,"clientContext":"c"}`, `{"tones":[1]}`},
	"mute":                    {`{"clientContext":"c"}`},
	"unmute":                  {`{"clientContext":"c"}`},
	"changeScreenSharingRole": {`{"role":"sharer"}`, `{"role":[]}`},
	"updateRecordingStatus":   {`{"status":"recording","clientContext":"c"}`},
	"addLargeGalleryView":     {`{"clientContext":"c"}`},
	"updateMetadata":          {`{"metadata":"x","clientContext":"c"}`},
	"audioRoutingGroups":      {`{"routingMode":"oneToOne","sources":["a"],"receivers":["b"]}`, `{"sources":{}}`},
}

// FuzzServe sends whole requests as text, in which {call} stands for a call that is up, one that rings, one in a meeting, and
// none. Whatever comes in is answered; an error in the service's envelope, and never with 5xx but "not simulated".
func FuzzServe(f *testing.F) {
	add := func(method, path, body string) {
		f.Add(fmt.Sprintf("%s %s HTTP/1.1\r\nHost: graph\r\nContent-Type: application/json\r\nclient-request-id: 1\r\nContent-Length: %d\r\n\r\n%s",
			method, path, len(body), body))
	}
	for action, bodies := range actionBodies {
		for _, body := range bodies {
			add("POST", "{call}/"+action, body)
		}
	}
	for _, path := range []string{"{call}", "{call}/participants/", "{call}/operations", "{call}/operations/x", "{call}/contentSharingSessions",
		"{call}/audioRoutingGroups", "/beta/applications//calls//", "/v1.0/$batch", "{call}?$select=id"} {
		for _, method := range []string{"GET", "DELETE", "PATCH", "HEAD", "OPTIONS"} {
			add(method, path, "")
		}
	}
	add("POST", calls, createBodyFor(user(doraID)))
	add("POST", calls, createBodyFor(user(doraID), user(fredID)))
	add("POST", "/beta/communications/calls", joins)
	add("POST", "/app/calls", `{"callback":"`+callback+`","targets":[{"identity":{"user":{"id":5}}}]}`)
	add("POST", "/v1.0/communications/calls/logTeleconferenceDeviceQuality", `{"quality":{"callChainId":"x"}}`)
	f.Add("POST " + calls + " HTTP/1.0\r\nContent-Encoding: gzip\r\ncontent-type: text/plain\r\n\r\n\x1f\x8b")
	f.Fuzz(func(t *testing.T, text string) {
		st := newStage(t, people())
		meeting := calls + "/" + st.must(201, "POST", calls, joins).body["id"].(string)
		_ = st.service.Act(world.Action{Deed: world.Deed{Join: &world.Join{Who: "fred", Thread: "19:m@thread.v2"}}})
		up := st.answeredCall("carol")
		for _, c := range []string{meeting, up, st.rung("dora"), calls + "/" + botID} {
			r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(strings.ReplaceAll(text, "{call}", c))))
			if err != nil {
				return
			}
			w := httptest.NewRecorder()
			st.service.ServeHTTP(w, r)
			if bad := wrongAnswer(w); bad != "" {
				t.Fatalf("%s: %d %s", bad, w.Code, w.Body)
			}
			st.calls()
			st.wait(2 * time.Minute)
		}
	})
}

// wrongAnswer says what is wrong with an answer to no matter what; "" when nothing is.
func wrongAnswer(w *httptest.ResponseRecorder) string {
	var body struct {
		Error *struct {
			Code, Message string
			InnerError    map[string]any
		}
	}
	switch {
	case w.Code < 200 || w.Code > 599:
		return "no status"
	case w.Code < 400 && w.Body.Len() == 0:
		return ""
	case w.Header().Get("Content-Type") != "application/json":
		return "it is not called JSON"
	case json.Unmarshal(w.Body.Bytes(), &body) != nil:
		return "no JSON object"
	case w.Code < 400:
		return ""
	case body.Error == nil || body.Error.Code == "" || body.Error.Message == "":
		return "no envelope"
	case body.Error.InnerError["request-id"] != w.Header().Get("request-id") || body.Error.InnerError["date"] == "":
		return "no ids"
	case w.Code >= 500 && (w.Code != 501 || !strings.Contains(body.Error.Message, "not simulated")):
		return "the service failed"
	}
	return ""
}
