package runner

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/graph"
)

// events decodes lines of the form "[#id] changeType path data".
func events(t testing.TB, lines ...string) []*graph.Event {
	t.Helper()
	var all []*graph.Event
	for _, line := range lines {
		var headers graph.Headers
		if id, rest, ok := strings.Cut(strings.TrimPrefix(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			headers, line = graph.Headers{{Name: "X-Microsoft-Skype-Message-ID", Value: id}}, rest
		}
		change, rest, _ := strings.Cut(line, " ")
		path, data, _ := strings.Cut(rest, " ")
		body := fmt.Sprintf(`{"value":[{"changeType":%q,"resourceUrl":"/communications/%s","resourceData":%s}]}`, change, path, data)
		all = append(all, graph.DecodeNotification(headers, []byte(body))...)
	}
	return all
}

func TestPictures(t *testing.T) {
	tests := []struct {
		name    string
		lines   []string
		want    map[string]any
		repeats []int // which events, from 0
	}{
		{
			"a life", []string{
				`created calls/c {"state":"incoming","direction":"incoming"}`, `updated calls/c {"state":"establishing"}`,
				`updated calls/c {"state":"established"}`, `deleted calls/c {"state":"terminated","resultInfo":{"code":200,"subcode":4521}}`,
			},
			map[string]any{"id": "c", "state": "terminated", "direction": "incoming", "ended": true, "resultInfo": map[string]any{"code": 200, "subcode": 4521}}, nil,
		},
		{
			"ended by a word alone", []string{`updated calls/c {"state":"terminated","terminationReason":"AppTransferred"}`},
			map[string]any{"id": "c", "state": "terminated", "ended": true, "terminationReason": "AppTransferred"}, nil,
		},
		{
			"establishing overtaken by established", []string{`updated calls/c {"state":"established"}`, `updated calls/c {"state":"establishing"}`},
			map[string]any{"id": "c", "state": "established", "ended": false}, nil,
		},
		{
			"back from a transfer", []string{`updated calls/c {"state":"transferring"}`, `updated calls/c {"state":"established"}`},
			map[string]any{"id": "c", "state": "established", "ended": false}, nil,
		},
		{
			"nothing follows the end", []string{`deleted calls/c {"state":"terminated"}`, `updated calls/c {"state":"established"}`},
			map[string]any{"id": "c", "state": "terminated", "ended": true}, nil,
		},
		{
			"a call ends once", []string{`updated calls/c {"state":"terminated"}`, `deleted calls/c {"@odata.type":"#microsoft.graph.call"}`},
			map[string]any{"id": "c", "state": "terminated", "ended": true}, []int{1},
		},
		{
			"a second delivery", []string{`#m updated calls/c {"state":"established"}`, `#n updated calls/c {"state":"hold"}`, `#m updated calls/c {"state":"established"}`},
			map[string]any{"id": "c", "state": "hold", "ended": false}, []int{2},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPictures()
			var repeats []int
			for i, e := range events(t, tt.lines...) {
				if p.see(e) {
					repeats = append(repeats, i)
					if object(e.View["event"])["repeat"] != true {
						t.Errorf("event %d is a repeat, but its view does not say so", i)
					}
				}
			}
			if diff := cmp.Diff(tt.want, p.of("c")); diff != "" {
				t.Errorf("picture (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.repeats, repeats); diff != "" {
				t.Errorf("repeats (-want +got):\n%s", diff)
			}
		})
	}
}

// A delta shows the whole roster, and a picture that was handed out before does not change.
func TestPicturesOfRosters(t *testing.T) {
	p := newPictures()
	all := events(t,
		`updated calls/c/participants [{"@odata.type":"#microsoft.graph.participant","id":"1"},{"@odata.type":"#microsoft.graph.participant","id":"2"}]`,
		`updated calls/c/participants [{"@odata.type":"#microsoft.graph.deltaParticipants","sequenceNumber":1,"participants":[{"id":"3","info":{"identity":{"user":{"id":"u"}}}},{"id":"1","removedState":{"reason":"Removed from roster"}}]}]`,
	)
	p.see(all[0])
	before := p.of("c")
	p.see(all[1])
	ids := func(v any) (ids []string) {
		for _, participant := range v.([]map[string]any) {
			ids = append(ids, text(participant["id"]))
		}
		return ids
	}
	if diff := cmp.Diff([]string{"2", "3"}, ids(all[1].View["participants"])); diff != "" {
		t.Errorf("the event's roster (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"2", "3"}, ids(p.of("c")["participants"])); diff != "" {
		t.Errorf("the picture's roster (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1", "2"}, ids(before["participants"])); diff != "" {
		t.Errorf("the earlier picture's roster (-want +got):\n%s", diff)
	}
}

// The response to createCall may come after the call's first notifications.
func TestPicturesLearn(t *testing.T) {
	p := newPictures()
	for _, e := range events(t, `updated calls/c {"state":"established"}`) {
		p.see(e)
	}
	p.learn(graph.Command{Op: "createCall"}, &graph.Reply{Status: 201, CallID: "c", Call: map[string]any{"id": "c", "state": "establishing"}})
	want := map[string]any{"id": "c", "state": "established", "direction": "outgoing", "ended": false}
	if diff := cmp.Diff(want, p.of("c")); diff != "" {
		t.Errorf("after createCall (-want +got):\n%s", diff)
	}
	p.learn(graph.Command{Op: "hangUp", Call: "c"}, &graph.Reply{Status: 404, CallID: "c"})
	if !p.ended("c") {
		t.Error("a call that hangUp found gone has ended")
	}
}
