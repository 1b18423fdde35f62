package graph

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRoster(t *testing.T) {
	roster := func(delta bool, ps ...map[string]any) *Event {
		return &Event{Kind: KindParticipants, Delta: delta, View: map[string]any{"participants": ps}}
	}
	type p = map[string]any
	ann, bob := p{"id": "ann", "isMuted": false, "rosterSequenceNumber": 5}, p{"id": "bob"}
	current := []map[string]any{ann, bob}
	for _, c := range []struct {
		name  string
		event *Event
		want  []map[string]any
	}{
		{"a whole roster replaces", roster(false, p{"id": "cy"}), []map[string]any{{"id": "cy"}}},
		{"a whole roster may be empty", roster(false), []map[string]any{}},
		{"a delta adds", roster(true, p{"id": "cy"}), []map[string]any{ann, bob, {"id": "cy"}}},
		{"a delta changes what came", roster(true, p{"id": "bob", "isMuted": true}), []map[string]any{ann, {"id": "bob", "isMuted": true}}},
		{"a delta keeps what did not come", roster(true, p{"id": "ann", "isInLobby": true, "rosterSequenceNumber": 6}),
			[]map[string]any{{"id": "ann", "isMuted": false, "isInLobby": true, "rosterSequenceNumber": 6}, bob}},
		{"a delta removes", roster(true, p{"id": "ann", "removedState": p{"reason": "left"}}), []map[string]any{bob}},
		{"a removal of somebody unknown", roster(true, p{"id": "cy", "removedState": p{}}), []map[string]any{ann, bob}},
		{"an older change", roster(true, p{"id": "ann", "isMuted": true, "rosterSequenceNumber": 4}), []map[string]any{ann, bob}},
		{"an empty delta", roster(true), []map[string]any{ann, bob}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r Roster
			r.Set(current)
			r.Apply(c.event)
			if diff := cmp.Diff(c.want, r.People()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]map[string]any{{"id": "ann", "isMuted": false, "rosterSequenceNumber": 5}, {"id": "bob"}}, current); diff != "" {
				t.Errorf("it changed the roster it was given:\n%s", diff)
			}
		})
	}
}

// TestRosterOutOfOrder: a change that was overtaken by a later one of the same participant says nothing any more, also
// when the later one was that they left.
func TestRosterOutOfOrder(t *testing.T) {
	type p = map[string]any
	delta := func(sequence int, ps ...map[string]any) *Event {
		return &Event{Kind: KindParticipants, Delta: true, Sequence: sequence, View: map[string]any{"participants": ps}}
	}
	for _, c := range []struct {
		name   string
		events []*Event
		want   []map[string]any
	}{
		{"left, then an older change, by the delta's number", []*Event{delta(1, p{"id": "ann"}), delta(3, p{"id": "ann", "removedState": p{}}), delta(2, p{"id": "ann", "isMuted": true})},
			[]map[string]any{}},
		{"left, then an older change, by the participant's number", []*Event{delta(9, p{"id": "ann", "rosterSequenceNumber": 7, "removedState": p{}}), delta(8, p{"id": "ann", "rosterSequenceNumber": 6})},
			[]map[string]any{}},
		{"left, and came back", []*Event{delta(3, p{"id": "ann", "removedState": p{}}), delta(4, p{"id": "ann"})}, []map[string]any{{"id": "ann"}}},
		{"left and came back without numbers", []*Event{delta(0, p{"id": "ann", "removedState": p{}}), delta(0, p{"id": "ann"})}, []map[string]any{{"id": "ann"}}},
		{"an older change of somebody else", []*Event{delta(3, p{"id": "ann", "removedState": p{}}), delta(2, p{"id": "bob"})}, []map[string]any{{"id": "bob"}}},
		{"an older removal", []*Event{delta(3, p{"id": "ann"}), delta(2, p{"id": "ann", "removedState": p{}})}, []map[string]any{{"id": "ann"}}},
	} {
		var r Roster
		for _, e := range c.events {
			r.Apply(e)
		}
		if diff := cmp.Diff(c.want, r.People()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestOneParticipant: an update of one participant's resource is a delta of one.
func TestOneParticipant(t *testing.T) {
	body := `{"value":[{"changeType":"deleted","resourceUrl":"/communications/calls/a/participants/B","resourceData":{"@odata.type":"#microsoft.graph.participant"}}]}`
	e := DecodeNotification(nil, []byte(body))[0]
	if !e.Delta || e.Kind != KindParticipants || e.Resource != "/communications/calls/a/participants/B" {
		t.Errorf("%+v", e)
	}
	var r Roster
	r.Set([]map[string]any{{"id": "A"}, {"id": "B"}})
	if r.Apply(e); len(r.People()) != 1 || r.People()[0]["id"] != "A" {
		t.Errorf("roster %v", r.People())
	}
}
