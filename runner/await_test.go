package runner

import (
	"fmt"
	"testing"
	"time"

	"callflow/schema"
	"callflow/steps"
)

// awaitOf makes the await of a scenario's last step, waiting in an inbox of its own.
func awaitOf(t testing.TB, step string) (*await, *inbox) {
	t.Helper()
	text := fmt.Sprintf(`name: await
vars: {p2pCall: c, inviteOperation: o}
steps:
  - invite: {call: "${{ p2pCall }}", participants: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]}
    id: move
    until: accepted
  - %s
`, step)
	plan, problems := schema.Check(schema.Source{Name: "await.yaml", Text: []byte(text)}, steps.Vocabulary())
	if problems.Failed() {
		t.Fatal(problems)
	}
	p, err := Prepare(plan, Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := &still{}
	r := newRun(p, h)
	r.root.host = h
	s := plan.Steps[len(plan.Steps)-1]
	e := &env{turn: &turn{frame: r.root, step: s, key: s.Key()}}
	params, err := e.params()
	if err != nil {
		t.Fatal(err)
	}
	catch := &catcher{env: e}
	_, _ = s.Verb.Run.(steps.Run)(catch, params)
	a, err := e.newAwait(&catch.watch)
	if err != nil {
		t.Fatal(err)
	}
	return a, r.inbox
}

// catcher catches what the verb asks of its Env.
type catcher struct {
	*env
	watch steps.Watch
}

func (c *catcher) Await(w *steps.Watch) (steps.Found, error) {
	c.watch = *w
	return steps.Found{}, steps.ErrDeadline
}

// still is a host in which no time passes and nothing comes.
type still struct{ steps.Host }

func (*still) Now() time.Time    { return time.Time{} }
func (*still) Rand() uint64      { return 1 }
func (*still) Emit(steps.Record) {}
func (*still) Next(uint64, time.Time) (steps.Event, error) {
	return steps.Event{}, steps.ErrDeadline
}

// One event is offered to one waiting await, which looks at it and does not take it.
func BenchmarkAwaitMatch(b *testing.B) {
	a, box := awaitOf(b, `await: {match: call.id == p2pCall && operation.id == inviteOperation && operation.status == "completed", from: move}`)
	box.waiting = []*waiter{{offer: a.offer}}
	var entries []*entry
	for _, e := range events(b,
		`updated calls/c {"state":"established"}`, `deleted calls/c/operations/p {"@odata.type":"#microsoft.graph.inviteParticipantsOperation","status":"completed"}`,
		`updated calls/c/participants [{"@odata.type":"#microsoft.graph.participant","id":"1"}]`) {
		entries = append(entries, &entry{Event: steps.Event{Seq: uint64(len(entries)) + 1, Event: e}})
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		box.offer(entries[i%len(entries)])
	}
}

// What an await's conjuncts fix decides which incoming calls the host looks for.
func TestIncoming(t *testing.T) {
	tests := []struct {
		match  string
		ok     bool
		caller string
		target string
	}{
		{`call.state == "incoming"`, true, "", ""},
		{`call.state == "established"`, false, "", ""},
		{`call.state == "incoming" && call.source.identity.user.id == "8A34A46B3D174ADC8DCEDC4E7D572698"`, true, "8a34a46b-3d17-4adc-8dce-dc4e7d572698", ""},
		{`"+15551234567" == call.source.identity.phone.id && call.state == "incoming"`, true, "+15551234567", ""},
		{`call.state == "incoming" && call.targets[0].identity.application.id == p2pCall`, true, "", "c"},
		{`call.state == "incoming" && (call.source.identity.user.id == "a" || call.subject == "b")`, true, "", ""},
		{`call.state != "incoming"`, false, "", ""},
	}
	for _, tt := range tests {
		a, _ := awaitOf(t, fmt.Sprintf("await: {match: %q, from: move}", tt.match))
		in, ok := incoming(a.parts[0].expr, a.names)
		if ok != tt.ok || ok && (in.Caller != tt.caller || in.Target != tt.target) {
			t.Errorf("%s: %v, caller %q, target %q; want %v, %q, %q", tt.match, ok, in.Caller, in.Target, tt.ok, tt.caller, tt.target)
		}
	}
}
