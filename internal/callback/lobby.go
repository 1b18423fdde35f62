package callback

import (
	"container/list"
	"slices"
	"time"

	"callflow/internal/graph"
)

// Hold is how long a call that nobody asked for waits in a lobby, with its later events.
const Hold = time.Minute

// Bounds of a lobby, so that a flood of calls that nobody wants cannot fill the memory. The oldest go first.
const (
	maxVisits = 10_000
	maxEvents = 1_000
	maxPast   = 1_000
)

// remembered is how long it is known of a call that nobody took that it had come.
const remembered = 24 * time.Hour

// Wish is a run's asking for one incoming call: what it fixes ("" is any), and the rest as a test.
type Wish struct {
	Run    string
	Bot    string // the bot's name
	Caller string // an id of source.identity, canonical
	Target string // an id of targets[].identity, canonical
	Test   func(*graph.Event) bool
	// Since leaves calls alone that came before; Fresh leaves alone whatever waits when it is asked for.
	Since time.Time
	Fresh bool
	// Guard asks for what must not come: whoever awaits the call goes first.
	Guard bool
}

// Lobby brings together the calls that arrive at bots' registered addresses and the runs that ask for them. A call goes
// to one run, with all its events before and after. Finding the run takes the same time however many are waiting. It is
// not safe for concurrent use.
type Lobby struct {
	give    func(run string, events []*graph.Event)
	made    map[string]string      // call id -> the run that created it: its notifications belong to that run's own address
	waiting map[wishKey]*list.List // of Wish, oldest first
	owners  map[string]string      // call id -> run
	owned   map[string][]string    // run -> call ids
	visits  map[string]*list.Element
	queue   *list.List // of *visit, oldest first
	past    []*visit   // those that nobody asked for in time, without their events, oldest first
	graves  []grave    // calls of ended runs, oldest first
}

type wishKey struct {
	bot, caller, target string
	guard               bool
}

// visit is a call that nobody owns yet.
type visit struct {
	since    time.Time
	bot      string
	call     string
	incoming *graph.Event // nil until the event that says it is incoming has come
	callers  []string     // the ids by which a wish can name them
	targets  []string
	events   []*graph.Event
}

// grave keeps a late event of an ended run's call from being taken for a new call.
type grave struct {
	until time.Time
	call  string
}

// NewLobby returns an empty lobby that hands events to give.
func NewLobby(give func(run string, events []*graph.Event)) *Lobby {
	return &Lobby{
		give:    give,
		made:    map[string]string{},
		waiting: map[wishKey]*list.List{},
		owners:  map[string]string{},
		owned:   map[string][]string{},
		visits:  map[string]*list.Element{},
		queue:   list.New(),
	}
}

// Arrive takes the events of one POST to a bot's registered address.
func (l *Lobby) Arrive(now time.Time, bot string, events []*graph.Event) {
	l.expire(now)
	for i := 0; i < len(events); {
		n := i + 1
		for n < len(events) && events[n].CallID == events[i].CallID {
			n++
		}
		l.arrive(now, bot, events[i:n])
		i = n
	}
}

// arrive takes consecutive events of one call.
func (l *Lobby) arrive(now time.Time, bot string, events []*graph.Event) {
	id := events[0].CallID
	if run := l.made[id]; run != "" {
		l.give(run, Misrouted(events))
		return
	}
	if run, ok := l.owners[id]; ok {
		if run != "" {
			l.give(run, events)
		}
		return
	}
	if id == "" {
		return
	}
	v := l.visit(now, bot, id)
	v.events = append(v.events, events...)
	if len(v.events) > maxEvents {
		v.events = slices.Delete(v.events, 0, len(v.events)-maxEvents)
	}
	for _, e := range events {
		if v.incoming == nil && isIncoming(e) {
			v.incoming, v.callers, v.targets = e, callerIDs(e), targetIDs(e)
			l.offer(v)
		}
	}
	if l.owners[id] == "" {
		for _, e := range events {
			e.Came = now
		}
	}
}

// Made tells of a call that a run has created. What comes of it to a bot's registered address is shown to that run, and
// is no news to it.
func (l *Lobby) Made(run, call string) {
	if _, known := l.made[call]; known {
		return
	}
	l.made[call] = run
	l.owned[run] = append(l.owned[run], call)
	if e, ok := l.visits[call]; ok && e.Value.(*visit).incoming == nil { // it was there before the response
		l.drop(e)
		l.give(run, Misrouted(e.Value.(*visit).events))
	}
}

// Misrouted are the events that tell of others that came to a wrong address.
func Misrouted(events []*graph.Event) (told []*graph.Event) {
	for _, e := range events {
		told = append(told, &graph.Event{Kind: graph.KindMisrouted, Origin: e.Origin, CallID: e.CallID, MessageID: e.MessageID,
			ScenarioID: e.ScenarioID, Delivery: e.Delivery, About: e})
	}
	return told
}

func (l *Lobby) visit(now time.Time, bot, call string) *visit {
	if e, ok := l.visits[call]; ok {
		return e.Value.(*visit)
	}
	if l.queue.Len() >= maxVisits {
		l.pass(l.queue.Front())
	}
	v := &visit{since: now, bot: bot, call: call}
	l.visits[call] = l.queue.PushBack(v)
	return v
}

// offer looks for a waiting run: what is fixed exactly goes before wildcards, and among equals the oldest first. Those
// that guard come last.
func (l *Lobby) offer(v *visit) {
	for _, guard := range []bool{false, true} {
		for _, caller := range append(slices.Clip(v.callers), "") {
			for _, target := range append(slices.Clip(v.targets), "") {
				if l.offerTo(wishKey{v.bot, caller, target, guard}, v) {
					return
				}
			}
		}
	}
}

func (l *Lobby) offerTo(key wishKey, v *visit) (taken bool) {
	waiters := l.waiting[key]
	if waiters == nil {
		return false
	}
	for e := waiters.Front(); e != nil; e = e.Next() {
		if w := e.Value.(Wish); w.fits(v) {
			l.remove(waiters, e, key)
			l.claim(v, w.Run)
			return true
		}
	}
	return false
}

// Want asks for one call. A fitting one that already waits is handed over at once. twin says that another run asks for
// the very same calls, so that it is chance who gets the next. It looks at the oldest and the newest of them only, so
// that a start takes the same time however many are waiting.
func (l *Lobby) Want(now time.Time, w Wish) (withdraw func(), twin bool) {
	l.expire(now)
	for e := l.queue.Front(); e != nil && !w.Fresh; e = e.Next() {
		if v := e.Value.(*visit); v.incoming != nil && w.fits(v) {
			l.claim(v, w.Run)
			return func() {}, false
		}
	}
	waiters := l.waiting[w.key()]
	if waiters == nil {
		waiters = list.New()
		l.waiting[w.key()] = waiters
	}
	for _, e := range []*list.Element{waiters.Front(), waiters.Back()} {
		twin = twin || !w.Guard && e != nil && e.Value.(Wish).Run != w.Run
	}
	e := waiters.PushBack(w)
	return func() { l.remove(waiters, e, w.key()) }, twin
}

// Unclaimed are the incoming calls that came to a bot since then and that no run has taken, oldest first: of each the event
// that told of it.
func (l *Lobby) Unclaimed(bot string, since time.Time) (calls []*graph.Event) {
	add := func(v *visit) {
		if v.incoming != nil && v.bot == bot && !v.since.Before(since) {
			calls = append(calls, v.incoming)
		}
	}
	for _, v := range l.past {
		add(v)
	}
	for e := l.queue.Front(); e != nil; e = e.Next() {
		add(e.Value.(*visit))
	}
	return calls
}

func (w Wish) key() wishKey { return wishKey{w.Bot, w.Caller, w.Target, w.Guard} }

func (w Wish) fits(v *visit) bool {
	return w.Bot == v.bot && !v.since.Before(w.Since) &&
		(w.Caller == "" || slices.Contains(v.callers, w.Caller)) &&
		(w.Target == "" || slices.Contains(v.targets, w.Target)) &&
		(w.Test == nil || w.Test(v.incoming))
}

// Forget ends a run's ownership of its calls.
func (l *Lobby) Forget(now time.Time, run string) {
	for _, call := range l.owned[run] {
		delete(l.made, call)
		l.owners[call] = ""
		l.graves = append(l.graves, grave{now.Add(Hold), call})
	}
	delete(l.owned, run)
}

func (l *Lobby) remove(waiters *list.List, e *list.Element, key wishKey) {
	waiters.Remove(e)
	if waiters.Len() == 0 && l.waiting[key] == waiters {
		delete(l.waiting, key)
	}
}

func (l *Lobby) claim(v *visit, run string) {
	l.drop(l.visits[v.call])
	l.owners[v.call] = run
	l.owned[run] = append(l.owned[run], v.call)
	l.give(run, v.events)
}

func (l *Lobby) drop(e *list.Element) {
	delete(l.visits, l.queue.Remove(e).(*visit).call)
}

// pass drops a call that nobody has asked for in time, and remembers that it was there.
func (l *Lobby) pass(e *list.Element) {
	v := e.Value.(*visit)
	l.drop(e)
	if v.incoming == nil {
		return
	}
	if v.events = nil; len(l.past) == maxPast {
		l.past = slices.Delete(l.past, 0, 1)
	}
	l.past = append(l.past, v)
}

func (l *Lobby) expire(now time.Time) {
	for e := l.queue.Front(); e != nil && now.Sub(e.Value.(*visit).since) > Hold; e = l.queue.Front() {
		l.pass(e)
	}
	for len(l.past) > 0 && now.Sub(l.past[0].since) > remembered {
		l.past = slices.Delete(l.past, 0, 1)
	}
	n := 0
	for n < len(l.graves) && now.After(l.graves[n].until) {
		delete(l.owners, l.graves[n].call)
		n++
	}
	l.graves = l.graves[n:]
}

func isIncoming(e *graph.Event) bool {
	state, _ := member(e.View["call"], "state").(string)
	return state == "incoming"
}

func callerIDs(e *graph.Event) []string {
	return identityIDs(nil, member(member(e.View["call"], "source"), "identity"))
}

func targetIDs(e *graph.Event) []string {
	var ids []string
	switch targets := member(e.View["call"], "targets").(type) {
	case []any:
		for _, t := range targets {
			ids = identityIDs(ids, member(t, "identity"))
		}
	case []map[string]any:
		for _, t := range targets {
			ids = identityIDs(ids, member(t, "identity"))
		}
	}
	return ids
}

// identityIDs appends the ids of an identity set: of its user, application, phone and so on, in a fixed order.
func identityIDs(ids []string, set any) []string {
	m := graph.AsObject(set)
	var kinds []string
	for kind := range m {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		if id, _ := member(m[kind], "id").(string); id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func member(v any, name string) any { return graph.AsObject(v)[name] }
