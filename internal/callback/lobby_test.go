package callback

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return start.Add(d) }

func state(call, state string) *graph.Event {
	return &graph.Event{Kind: graph.KindCall, CallID: call, View: map[string]any{"call": map[string]any{"id": call, "state": state}}}
}

// ring is an incoming call from caller to target.
func ring(call, caller, target string) *graph.Event {
	e := state(call, "incoming")
	c := e.View["call"].(map[string]any)
	c["source"] = map[string]any{"identity": map[string]any{"user": map[string]any{"id": caller}}}
	c["targets"] = []any{map[string]any{"identity": map[string]any{"application": map[string]any{"id": target}}}}
	return e
}

// lobby returns a lobby that notes what it gives: "run: call state".
func lobby() (*Lobby, *[]string) {
	var given []string
	l := NewLobby(func(run string, events []*graph.Event) {
		for _, e := range events {
			given = append(given, fmt.Sprintf("%s: %s %v", run, e.CallID, member(e.View["call"], "state")))
		}
	})
	return l, &given
}

func expect(t *testing.T, given *[]string, want ...string) {
	t.Helper()
	if d := cmp.Diff(strings.Join(want, "\n"), strings.Join(*given, "\n")); d != "" {
		t.Errorf("given (-want +got):\n%s", d)
	}
	*given = nil
}

func TestLobbyExactBeforeWildcards(t *testing.T) {
	l, given := lobby()
	for _, w := range []Wish{
		{Run: "any"}, {Run: "to x", Target: "x"}, {Run: "from ann", Caller: "ann"}, {Run: "ann to x", Caller: "ann", Target: "x"},
		{Run: "other bot", Bot: "b2", Caller: "ann", Target: "x"},
	} {
		if w.Bot == "" {
			w.Bot = "b"
		}
		l.Want(at(0), w)
	}
	for i := range 5 {
		l.Arrive(at(0), "b", []*graph.Event{ring(fmt.Sprint("c", i), "ann", "x")})
	}
	expect(t, given, "ann to x: c0 incoming", "from ann: c1 incoming", "to x: c2 incoming", "any: c3 incoming")
}

func TestLobbyOldestFirstThenTest(t *testing.T) {
	l, given := lobby()
	for _, run := range []string{"1", "2", "3"} {
		l.Want(at(0), Wish{Run: run, Bot: "b", Test: func(e *graph.Event) bool { return run != "1" || e.CallID == "c2" }})
	}
	l.Arrive(at(0), "b", []*graph.Event{ring("c0", "ann", "x"), ring("c1", "ann", "x"), ring("c2", "ann", "x"), state("c1", "terminated")})
	expect(t, given, "2: c0 incoming", "3: c1 incoming", "1: c2 incoming", "3: c1 terminated")
}

func TestLobbyHoldsCallsWithTheirLaterEvents(t *testing.T) {
	l, given := lobby()
	l.Arrive(at(0), "b", []*graph.Event{ring("old", "ann", "x")})
	l.Arrive(at(30*time.Second), "b", []*graph.Event{state("new", "terminated")}) // early
	l.Arrive(at(31*time.Second), "b", []*graph.Event{ring("new", "ann", "x"), state("old", "terminated")})
	l.Want(at(61*time.Second), Wish{Run: "r", Bot: "b", Caller: "ann"})
	expect(t, given, "r: new terminated", "r: new incoming")
	l.Want(at(61*time.Second), Wish{Run: "r2", Bot: "b", Caller: "ann"})
	expect(t, given)
}

func TestLobbyWithdraw(t *testing.T) {
	l, given := lobby()
	withdraw, _ := l.Want(at(0), Wish{Run: "1", Bot: "b"})
	l.Want(at(0), Wish{Run: "2", Bot: "b"})
	withdraw()
	l.Arrive(at(0), "b", []*graph.Event{ring("c", "ann", "x")})
	withdraw() // twice does no harm
	expect(t, given, "2: c incoming")
	if len(l.waiting) != 0 {
		t.Errorf("%d keys are left", len(l.waiting))
	}
}

func TestLobbyTwins(t *testing.T) {
	l, _ := lobby()
	for i, c := range []struct {
		wish Wish
		twin bool
	}{
		{Wish{Run: "1", Bot: "b", Caller: "ann"}, false},
		{Wish{Run: "1", Bot: "b", Caller: "ann"}, false},
		{Wish{Run: "2", Bot: "b", Caller: "bob"}, false},
		{Wish{Run: "2", Bot: "b2", Caller: "ann"}, false},
		{Wish{Run: "2", Bot: "b", Caller: "ann"}, true},
	} {
		if _, twin := l.Want(at(0), c.wish); twin != c.twin {
			t.Errorf("%d: twin is %v", i, twin)
		}
	}
}

// TestLobbyForget: late events of an ended run's call are not a new call for the next run.
func TestLobbyForget(t *testing.T) {
	l, given := lobby()
	l.Want(at(0), Wish{Run: "1", Bot: "b"})
	l.Arrive(at(0), "b", []*graph.Event{ring("c", "ann", "x")})
	expect(t, given, "1: c incoming")
	l.Forget(at(0), "1")
	l.Want(at(0), Wish{Run: "2", Bot: "b"})
	l.Arrive(at(time.Second), "b", []*graph.Event{ring("c", "ann", "x"), state("c", "terminated")})
	expect(t, given)
	l.Arrive(at(2*time.Minute), "b", nil)
	if len(l.owners)+len(l.owned)+len(l.graves) != 0 {
		t.Errorf("left: %v %v %v", l.owners, l.owned, l.graves)
	}
}

func TestLobbyIsBounded(t *testing.T) {
	l, given := lobby()
	for i := range maxVisits + 10 {
		l.Arrive(at(0), "b", []*graph.Event{ring(fmt.Sprint("c", i), "ann", "x")})
	}
	for range 2 * maxEvents {
		l.Arrive(at(0), "b", []*graph.Event{state("c100", "established")})
	}
	if l.queue.Len() != maxVisits || len(l.visits) != maxVisits {
		t.Errorf("%d calls wait", l.queue.Len())
	}
	l.Want(at(0), Wish{Run: "r", Bot: "b"})
	expect(t, given, "r: c10 incoming")
}

// BenchmarkLobby: one incoming call with 10,000 runs waiting, each for a caller of its own.
func BenchmarkLobby(b *testing.B) {
	l := NewLobby(func(string, []*graph.Event) {})
	for i := range 10_000 {
		l.Want(start, Wish{Run: fmt.Sprint(i), Bot: "b", Caller: fmt.Sprint("caller", i)})
	}
	e := ring("c", "caller5000", "x")
	for b.Loop() {
		l.Arrive(start, "b", []*graph.Event{e})
		l.Forget(start, "5000")
		clear(l.owners)
		l.graves = nil
		l.Want(start, Wish{Run: "5000", Bot: "b", Caller: "caller5000"})
	}
}

// BenchmarkWant: a run that asks for the calls that 10,000 others ask for too.
func BenchmarkWant(b *testing.B) {
	l := NewLobby(func(string, []*graph.Event) {})
	for i := range 10_000 {
		l.Want(start, Wish{Run: fmt.Sprint(i), Bot: "b", Caller: "ann"})
	}
	for b.Loop() {
		withdraw, twin := l.Want(start, Wish{Run: "0", Bot: "b", Caller: "ann"})
		if !twin {
			b.Fatal("no other run is seen")
		}
		withdraw()
	}
}

// TestLobbyMade: what comes of a call that a run has created to a bot's registered address is told to that run as misrouted,
// also what came before the run knew the call, and until the run ends.
func TestLobbyMade(t *testing.T) {
	l := NewLobby(nil)
	var given []string
	l.give = func(run string, events []*graph.Event) {
		for _, e := range events {
			given = append(given, fmt.Sprintf("%s: %s %s %v", run, e.Kind, e.CallID, member(e.About.View["call"], "state")))
		}
	}
	l.Arrive(at(0), "b", []*graph.Event{state("c1", "establishing")})
	l.Made("r", "c1")
	l.Made("another", "c1")
	l.Arrive(at(1), "b", []*graph.Event{state("c1", "established"), state("c2", "established")})
	l.Want(at(1), Wish{Run: "r", Bot: "b"})
	expect(t, &given, "r: misrouted c1 establishing", "r: misrouted c1 established")
	l.Forget(at(2), "r")
	l.Arrive(at(2), "b", []*graph.Event{state("c1", "terminated")})
	expect(t, &given)
	if len(l.made) != 0 || len(l.owned) != 0 {
		t.Errorf("left: %v %v", l.made, l.owned)
	}
}

// Whoever awaits a call goes before whoever must not have it, however old and however exact the wishes are.
func TestLobbyGuardsComeLast(t *testing.T) {
	l, given := lobby()
	l.Want(at(0), Wish{Run: "never", Bot: "b", Caller: "ann", Guard: true})
	if _, twin := l.Want(at(0), Wish{Run: "await", Bot: "b"}); twin {
		t.Error("a guard is taken for a twin")
	}
	l.Arrive(at(0), "b", []*graph.Event{ring("c1", "ann", "x"), ring("c2", "ann", "x")})
	expect(t, given, "await: c1 incoming", "never: c2 incoming")
	if len(l.waiting) != 0 {
		t.Errorf("%d keys are left", len(l.waiting))
	}
}

func TestLobbyLeavesOlderCallsAlone(t *testing.T) {
	l, given := lobby()
	l.Arrive(at(time.Second), "b", []*graph.Event{ring("c", "ann", "x")})
	l.Want(at(2*time.Second), Wish{Run: "later", Bot: "b", Since: at(2 * time.Second)})
	l.Want(at(2*time.Second), Wish{Run: "fresh", Bot: "b", Fresh: true})
	expect(t, given)
	l.Want(at(2*time.Second), Wish{Run: "since", Bot: "b", Since: at(time.Second)})
	expect(t, given, "since: c incoming")
}

// Calls that nobody took are remembered, also when they have left the lobby.
func TestLobbyUnclaimed(t *testing.T) {
	l, _ := lobby()
	l.Arrive(at(0), "b", []*graph.Event{ring("old", "ann", "x")})
	l.Arrive(at(10*time.Second), "b", []*graph.Event{ring("passed", "ann", "x"), ring("taken", "bob", "x"), state("early", "terminated")})
	l.Arrive(at(10*time.Second), "b2", []*graph.Event{ring("elsewhere", "ann", "x")})
	l.Want(at(11*time.Second), Wish{Run: "r", Bot: "b", Caller: "bob"})
	l.Arrive(at(5*time.Minute), "b", []*graph.Event{ring("new", "ann", "x")})
	var got []string
	for _, e := range l.Unclaimed("b", at(10*time.Second)) {
		got = append(got, fmt.Sprint(e.CallID, " ", e.Came.Sub(start)))
	}
	if d := cmp.Diff([]string{"passed 10s", "new 5m0s"}, got); d != "" {
		t.Errorf("unclaimed (-want +got):\n%s", d)
	}
}
