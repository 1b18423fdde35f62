package simulator

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/graph"
	"callflow/internal/world"
)

var (
	seedFlag  = flag.Uint64("seed", 0, "TestInvariants: play this seed only, and print what was done")
	fromFlag  = flag.Uint64("from", 1, "TestInvariants: the seed of the first play")
	playsFlag = flag.Int("plays", enough, "TestInvariants: how many plays; make plays takes thousands")
)

// moves are the state changes that notifications may tell, from the reference's section 5.
var moves = map[string][]string{
	"offered":        {incoming},
	"placed":         {establishing, terminating, terminated},
	incoming:         {establishing, redirecting, terminating, terminated, "gone"},
	establishing:     {established, terminating, terminated},
	established:      {established, transferring, terminating, terminated},
	transferring:     {transferAccepted, established, terminating, terminated},
	transferAccepted: {terminated, terminating, established},
	redirecting:      {terminated, terminating},
	terminating:      {terminated},
	terminated:       {terminated, "gone"},
}

// enough is how many plays meet everything.
const enough = 300

// What is counted beside requests and deeds.
const (
	rangInVain      = "rang in vain"
	forwardedInVain = "rang in vain, forwarded"
	rejectedBeside  = "rejected, while it rings elsewhere too"
	overAtOnce      = "over before it was told"
)

// A play is a world and what is done in it. A move is a number, from which all is drawn that the move needs: so any part
// of a play is a play too, and one that goes wrong can be made smaller.
type play struct {
	world uint64
	moves []uint64
}

func playOf(seed uint64) play {
	r := rand.New(rand.NewPCG(seed, 99))
	p := play{world: r.Uint64()}
	for range 20 + r.IntN(50) {
		p.moves = append(p.moves, r.Uint64())
	}
	return p
}

// TestInvariants plays random sequences of requests and deeds, legal and illegal, of three bots in three dialects, under
// random settings and faults, and checks what must hold whatever happens: see arena and its checks. What goes wrong is
// made as small as it can be, and printed.
func TestInvariants(t *testing.T) {
	if *seedFlag != 0 {
		a := playOf(*seedFlag).run(true)
		t.Log("\n" + strings.Join(a.did, "\n"))
		for _, p := range a.problems {
			t.Errorf("%s: %s", p.kind, p.text)
		}
		return
	}
	plays := *playsFlag
	if testing.Short() || raceEnabled {
		plays /= 10
	}
	fared := map[string]int{}
	first := *fromFlag
	for seed := first; seed < first+uint64(plays); seed++ {
		p := playOf(seed)
		a := p.run(seed%50 == 0)
		if len(a.problems) > 0 {
			t.Fatalf("seed %d (again: go test ./internal/simulator -run TestInvariants -seed %d):\n%s", seed, seed, smallest(p, a.problems[0].kind))
		}
		for verb, n := range a.fared {
			fared[verb] += n
		}
		if seed%10 == 0 {
			if again := p.run(false); !slices.Equal(a.wire, again.wire) {
				t.Fatalf("seed %d: the same play went otherwise:\n%s", seed, cmp.Diff(a.wire, again.wire))
			}
		}
	}
	t.Logf("%d plays from seed %d: what was taken, how often: %v", plays, first, fared)
	if plays < enough {
		return
	}
	least := plays / 200 // every two hundredth play at least, whatever the seeds
	for _, verb := range verbs {
		if fared[verb] < least {
			t.Errorf("%s was taken %d times, want %d at least: the plays prove little of it", verb, fared[verb], least)
		}
	}
	for _, deed := range world.Deeds() {
		if fared["deed "+deed] < least {
			t.Errorf("somebody was able to %s %d times, want %d at least: the plays prove little of it", deed, fared["deed "+deed], least)
		}
	}
	for _, what := range []string{rangInVain, forwardedInVain} {
		if fared[what] < least {
			t.Errorf("%s: %d times, want %d at least", what, fared[what], least)
		}
	}
}

// Everything that the service can do, and all that people can, is drawn.
func TestEverythingIsDrawn(t *testing.T) {
	for _, verb := range slices.Sorted(maps.Keys(handlers)) {
		if verb == "getRecording" {
			continue // no request of the calling API: a file, at an address that an operation tells
		}
		if methods[verb] == "" {
			t.Errorf("package conformance knows no %s: add it to its table of operations", verb)
		}
	}
	for _, name := range world.Deeds() {
		if deeds[name] == nil {
			t.Errorf("nobody ever does %s: add it to deeds", name)
		}
	}
}

// callKept is the kind of problem that takes a collection of garbage to see.
const callKept = "call kept"

// run plays, lets everything come to an end, and checks; also what is still in memory, if told so.
func (p play) run(memory bool) *arena {
	a := newArena(rand.New(rand.NewPCG(p.world, 1)))
	for _, n := range p.moves {
		(&mover{a, rand.New(rand.NewPCG(n, 2))}).move()
	}
	a.rosters()
	a.finish()
	if memory {
		runtime.GC()
		for _, f := range a.calls {
			if f.leg.Value() != nil {
				a.broken(callKept, "%s has ended, and the service still holds it", f.id)
			}
		}
		runtime.KeepAlive(a.service)
	}
	return a
}

// smallest makes a play as small as it can be while it goes wrong in the same way, and tells it.
func smallest(p play, kind string) string {
	wrong := func(moves []uint64) bool {
		a := play{p.world, moves}.run(kind == callKept)
		return slices.ContainsFunc(a.problems, func(x problem) bool { return x.kind == kind })
	}
	for size := len(p.moves); size > 0; size /= 2 {
		for at := 0; at < len(p.moves); {
			fewer := slices.Concat(p.moves[:at], p.moves[min(at+size, len(p.moves)):])
			if wrong(fewer) {
				p.moves = fewer
			} else {
				at += size
			}
		}
	}
	a := p.run(kind == callKept)
	var text strings.Builder
	for _, x := range a.problems {
		fmt.Fprintf(&text, "%s: %s\n", x.kind, x.text)
	}
	fmt.Fprintf(&text, "after these %d of its moves:\n%s", len(p.moves), strings.Join(a.did, "\n"))
	return text.String()
}

// heard checks a notification against what its bot was told before.
func (a *arena) heard(f *follow, e *graph.Event, d Delivery) {
	if f.told == nil && a.service.calls[f.id] == nil {
		a.fared[overAtOnce]++
	}
	if f.ends > 0 {
		a.broken("told after the end", "call %s: %s", f.id, d.Body)
	}
	switch e.Kind {
	case graph.KindOperation:
		if e.ChangeType == "deleted" {
			b := a.ops[e.OperationID]
			if b == nil { // its response was lost, or it has none
				b = &begun{verb: "?"}
				a.ops[e.OperationID] = b
			}
			if b.ends++; b.ends > 1 {
				a.broken("operation ended twice", "%s %s: %s", b.verb, e.OperationID, d.Body)
			}
		}
	case graph.KindTone: // it tells the state that there is, of which the notification may be on its way
		if next := stateIn(e); next != f.state() && !slices.Contains(moves[f.state()], next) {
			a.broken("state", "call %s is %s, and a tone in it is told as of %s: %s", f.id, f.state(), next, d.Body)
		}
	case graph.KindCall:
		next := stateIn(e)
		if !slices.Contains(moves[f.state()], next) {
			a.broken("state", "call %s goes from %s to %s: %s", f.id, f.state(), next, d.Body)
		}
		f.told = append(f.told, next)
		if e.ChangeType == "deleted" {
			f.ends++
		}
	case graph.KindParticipants:
		a.rosterTold(f, d.Body)
	}
}

// stateIn is the state that a notification tells.
func stateIn(e *graph.Event) string {
	c, _ := e.View["call"].(map[string]any)
	if state, _ := c["state"].(string); state != "" {
		return state
	}
	return "gone"
}

// state is what a call's bot knows of it.
func (f *follow) state() string {
	switch n := len(f.told); {
	case n > 0:
		return f.told[n-1]
	case f.offered:
		return "offered"
	}
	return "placed"
}

// leftAlone checks a call that came in and of which its bot took no notice: it rang and was over, whoever else took it, and
// however short the ringing was.
func (a *arena) leftAlone(f *follow) {
	if !f.offered || f.used {
		return
	}
	a.fared[rangInVain]++
	if f.forwarded {
		a.fared[forwardedInVain]++
	}
	if !slices.Equal(f.told, []string{incoming, terminated}) {
		a.broken("ringing told otherwise", "%s %s, forwarded: %t, of which its bot took no notice: %q", f.dialect, f.id, f.forwarded, f.told)
	}
}

// rosterTold keeps the roster as a bot would: a full one replaces what was known, a delta changes it.
func (a *arena) rosterTold(f *follow, body []byte) {
	var note struct {
		Value []struct{ ResourceData []map[string]any }
	}
	if err := json.Unmarshal(body, &note); err != nil || len(note.Value) != 1 {
		a.broken("roster", "%v: %s", err, body)
		return
	}
	data := note.Value[0].ResourceData
	f.seen = true
	defer a.alone(f)
	if len(data) != 1 || data[0]["@odata.type"] != typeOf("deltaParticipants") {
		f.roster = map[string]any{}
		for _, p := range data {
			f.roster[entryOf(p)] = p
		}
		return
	}
	sequence, _ := data[0]["sequenceNumber"].(float64)
	if sequence <= f.last {
		a.broken("roster sequence", "call %s: %v comes after %v: %s", f.id, sequence, f.last, body)
	}
	f.last = sequence
	changed, _ := data[0]["participants"].([]any)
	for _, x := range changed {
		p := x.(map[string]any)
		if n, _ := p["rosterSequenceNumber"].(float64); n > sequence {
			a.broken("roster sequence", "call %s: a participant's %v in a delta of %v: %s", f.id, n, sequence, body)
		}
		delete(p, "rosterSequenceNumber")
		if p["removedState"] != nil {
			if f.roster[entryOf(p)] == nil {
				a.broken("roster removed", "call %s: somebody leaves who was not there: %s", f.id, body)
			}
			delete(f.roster, entryOf(p))
		} else {
			f.roster[entryOf(p)] = p
		}
	}
}

// entryOf names a participant: legacy's notifications have paths instead of ids.
func entryOf(p map[string]any) string {
	if id, ok := p["id"].(string); ok {
		return id
	}
	return fmt.Sprint(p["@odata.id"])
}

// rosters waits until no roster is due, and compares what the bots were told with what there is.
func (a *arena) rosters() {
	if a.order.tampered {
		return
	}
	for range 50 {
		due := false
		for _, c := range a.service.calls {
			due = due || c.rosterDue
		}
		if !due {
			break
		}
		a.pass(rosterStep / 2)
	}
	a.pass(notifyLatency) // what was sent arrives
	for _, f := range a.live() {
		c := a.service.calls[f.id]
		if c.rosterDue || c.me.room == nil || !f.seen || c.room.mode == peer {
			continue
		}
		want := map[string]any{}
		for _, p := range a.service.roster(c, true) {
			var plain map[string]any
			_ = json.Unmarshal(encode(p), &plain)
			delete(plain, "rosterSequenceNumber")
			want[entryOf(plain)] = plain
		}
		if diff := cmp.Diff(want, f.roster); diff != "" {
			a.broken("roster", "call %s (%s): the bot was told another one than there is (-is +told):\n%s", f.id, f.dialect, diff)
		}
	}
}

// lonely are bots in groups that all others have left: their legs end by themselves.
func (a *arena) lonely() {
	left := func(f *follow) bool {
		leg := a.service.calls[f.id]
		if leg == nil || leg.room.mode == peer || !f.met || leg.room.ringing > 0 {
			return false
		}
		here := slices.DeleteFunc(slices.Clone(leg.room.members), waits)
		return len(here) == 1 && here[0] == leg.me
	}
	alone := slices.DeleteFunc(a.live(), func(f *follow) bool { return !left(f) })
	a.pass(a.service.settings.AloneTime)
	for _, f := range alone {
		if left(f) {
			a.broken("alone for ever", "%s %s", f.dialect, f.id)
		}
	}
}

// finish hangs everything up, lets time pass, and checks that nothing is left.
func (a *arena) finish() {
	a.pass(2 * longestOffer) // what nobody ends may end by itself
	a.lonely()
	for range 12 { // a fault may strike several times
		for _, f := range a.live() {
			a.ask(f.app, "DELETE", calls+"/"+f.id, nil)
		}
		a.pass(30 * time.Second)
	}
	a.pass(3 * time.Hour)
	for _, f := range a.live() {
		a.broken("call never ends", "%s %s is %s", f.dialect, f.id, a.service.calls[f.id].state)
	}
	if n := a.service.rings.len(); n != 0 {
		a.broken("ring never settled", "%d", n)
	}
	for room := range a.service.rooms.all() {
		if room.ringing != 0 || room.legs != 0 || len(room.members) == 0 && room.mode != meeting {
			a.broken("room kept", "%s: mode %d with %d members, %d rings and %d legs", room.chain, room.mode, len(room.members), room.ringing, room.legs)
		}
	}
	for _, x := range a.clock.planned {
		if !x.gone {
			a.broken("timer never stops", "one is planned for %s", x.at.Sub(epoch))
		}
	}
	if a.order.tampered {
		return
	}
	for _, f := range a.calls {
		if f.ends != 1 {
			a.broken("call ends otherwise than once", "%s %s: its end was told %d times, last it was %q", f.dialect, f.id, f.ends, f.state())
		}
		a.leftAlone(f)
	}
	for _, id := range slices.Sorted(maps.Keys(a.ops)) {
		if b := a.ops[id]; b.ends != 1 {
			a.broken("operation ends otherwise than once", "%s %s: %d times", b.verb, id, b.ends)
		}
	}
}
