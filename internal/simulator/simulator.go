// Package simulator is a Graph calling service: an http.Handler whose clock and randomness are given to it. It models
// calls, participants and operations in the three dialects; people come from package world. It never calls out: what it
// wants delivered it hands to Config.Deliver when the clock says so. It is not safe for concurrent use: whoever owns its
// event loop (package host/sim) calls it from there.
package simulator

import (
	"math/rand/v2"
	"net/http"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// Clock is the event loop's: After calls f once, d from now, unless stopped before.
type Clock interface {
	Now() time.Time
	After(d time.Duration, f func()) (stop func())
}

// Delivery is one POST that the service wants made to a callback URI.
type Delivery struct {
	URL     string
	Call    string        // the id of the call it is about; those of one call come one after the other
	Headers graph.Headers // Content-Type, Scenario-Id, X-Microsoft-Skype-Message-ID …; Authorization with the token
	Body    []byte
	Number  int           // its place among its call's notifications, in the order in which there was something to tell
	Sent    time.Time     // when there was
	Posted  time.Time     // when the POST set out: later than that by the network's time, and by what a fault adds
	Timeout time.Duration // how long to wait for the answer; 0: as long as the host likes
	// Done is told the answer, in the service's event loop, once. It may be called before Deliver returns. Nil: nobody asks.
	Done func(Receipt)
}

// Bot is an application registered with the simulated service.
type Bot struct {
	Name        string // as scripts say it: dial: {to: bot}
	AppID       string
	TenantID    string
	DisplayName string
	Address     string // its registered callback address: incoming calls are notified here
	// Dialect is the one in which incoming calls are notified; V1 when empty. Any other call speaks the dialect of the
	// path it was created by.
	Dialect graph.Dialect
}

// Config is all the service is given.
type Config struct {
	Clock   Clock
	Rand    func() uint64
	Scene   *world.Scene // nil: nobody
	Bots    []Bot
	Deliver func(Delivery)
	// Sign makes the bearer token of a delivery to that audience (an app id).
	Sign func(audience string) string
	// Forge makes one that no listener may trust, for faults that say badToken; kind is one of its values. Nil: there is no
	// token then.
	Forge func(audience, kind string) string
	// Authorize checks a request's bearer token and says whose it is. Nil: every request is Bots[0]'s.
	Authorize func(r *http.Request) (Caller, bool)
	// Root is the absolute root of Location headers: https://graph.microsoft.com
	Root string
	// Match compiles a notification fault's match into a test of the names that expressions over events see (an Event's
	// View). Nil: faults with a match are refused.
	Match func(text string) (test func(names map[string]any) (bool, error), err error)
	// Luck is the seed of what chance and chaos are drawn from; 0: one from Rand.
	Luck uint64
	// Chaos is the disorder in which everything is delivered; what it does is observed.
	Chaos world.Chaos
	// Fetch gets a prompt's file from where it is and calls done once, from the event loop, unless it is too late. Nil: no
	// file is fetched; what the scene says nothing of is there and has the usual length.
	Fetch func(url string, done func(file []byte, err error))
	// Observe is told what people do and what faults strike, for the journal. Optional.
	Observe func(world.Happening)
	// SeedSlips reproduces the slips of the 2018 document itself; only its golden test uses it.
	SeedSlips bool
}

// Service is the simulated service.
type Service struct {
	cfg      Config
	settings *settings
	people   []*party // sorted by name
	bots     []*party
	parties  map[string]*party // by id; also strangers, whom only requests have named
	calls    map[string]*call  // that have not ended
	rooms    ordered[*room]    // in which somebody is, and meetings
	meetings map[string]*room  // those among them, by key
	idle     ordered[*room]    // those without a bot's leg
	rings    ordered[*ring]    // not settled
	crowd    int               // how many parties are many
	faults   []*fault
	script   []scripted
	held     []*Held         // responses that wait for a notification
	begun    int             // calls there ever were
	armed    int             // faults there ever were
	serving  *request        // while one is being served
	dice     *rand.Rand      // see draw
	early    bool            // what is sent now comes before the response
	files    map[string]file // prompts that were fetched, by resourceId and URL

	recordings map[string]*recording // by id
	shelf      []string              // their ids, the oldest first
}

// New returns a service in which nothing has happened yet. Call Start to begin the script.
func New(cfg Config) *Service {
	s := &Service{cfg: cfg, settings: settingsOf(cfg.Scene), parties: map[string]*party{}, calls: map[string]*call{},
		meetings: map[string]*room{}, crowd: maxStrangers}
	s.populate()
	if cfg.Scene != nil {
		for _, w := range cfg.Scene.Faults {
			s.arm(w)
		}
	}
	return s
}

// dialect is the one in which the bot's incoming calls are notified.
func (b *Bot) dialect() graph.Dialect {
	if b.Dialect == "" {
		return graph.V1
	}
	return b.Dialect
}

// Fate is what becomes of a response on its way back. The handler tells it, before it writes anything, to a
// ResponseWriter that has the method Fate(Fate): the hosts' writers do.
type Fate struct {
	Reset bool          // the connection is refused: the service never saw the request
	Lost  bool          // the service acted, but its response never arrives
	Delay time.Duration // how much later the response comes
	Held  *Held         // it waits for something first; nil: it does not
}

// Fated is a ResponseWriter that can be told a Fate.
type Fated interface{ Fate(Fate) }
