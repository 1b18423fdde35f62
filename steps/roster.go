package steps

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"callflow/internal/graph"
)

// defaultSettle is how long the service has to show what an operation or a transfer has brought about.
const defaultSettle = 5 * time.Second

// settleTime is the author's, where there is one.
func settleTime(given *time.Duration) time.Duration {
	if given == nil {
		return defaultSettle
	}
	return *given
}

// rosterCheck asks whether the roster of a call agrees with what an operation or a transfer is said to have done.
type rosterCheck struct {
	call   string
	who    []*graph.IdentitySet // any of them
	there  bool                 // should be on it, else should have left it
	settle time.Duration

	said    Fact             // what was said to be done
	roster  *Event           // the last one notified since the request
	polled  []map[string]any // the roster as reading it showed it; nil when it could not be read
	waited  time.Duration
	env     Env
	present []map[string]any // of who, on the last roster known
}

// run waits until the roster agrees, at most for settle, and then reads it. Nil: it agrees, or nothing can tell.
func (c *rosterCheck) run(env Env) error {
	if c.settle <= 0 || len(c.who) == 0 {
		return nil
	}
	c.env = env
	began := env.Host().Now()
	v, err := env.Linger(c.settle, c.read)
	if err != nil {
		return err
	}
	c.waited = env.Host().Now().Sub(began)
	switch v.Goal {
	case "agrees":
		return nil
	case terminated:
		env.Log("warning", fmt.Sprintf("call %s ended before its roster showed %s", c.call, c.wanted()))
		return nil
	}
	reply, err := env.Ask(graph.Command{Op: "listParticipants", Call: c.call})
	if err != nil {
		return err
	}
	if reply.Error == nil {
		c.polled = append([]map[string]any{}, reply.List...)
		if c.present = c.among(reply.List); c.agrees() {
			env.Log("warning", fmt.Sprintf("no notification showed %s; reading the roster does: %s", c.wanted(), rosterText(reply.List)))
			return nil
		}
	}
	if c.roster == nil && c.polled == nil {
		env.Log("warning", fmt.Sprintf("nothing shows %s: no roster came in %s, and it cannot be read (%d)", c.wanted(), Span(c.waited), reply.Status))
		return nil
	}
	return c.disagrees(env)
}

// read judges one event of the attempt's window.
func (c *rosterCheck) read(e Event) Verdict {
	switch {
	case e.CallID != c.call:
	case e.Ended():
		return Verdict{Goal: terminated}
	case e.Kind == graph.KindParticipants:
		c.roster = &e
		people, _ := e.View["participants"].([]map[string]any)
		if c.present = c.among(people); c.agrees() {
			return Verdict{Goal: "agrees"}
		}
	}
	return Verdict{}
}

// agrees says whether the roster is as it should be. Somebody without any media stream is there by name only: a person
// who accepted has audio at the least. Who waits in the lobby has none yet.
func (c *rosterCheck) agrees() bool {
	if !c.there {
		return len(c.present) == 0
	}
	return slices.ContainsFunc(c.present, func(p map[string]any) bool { return !ghost(p) })
}

// ghost says that the roster tells of no media at all: a list of them that is empty, not one that is absent.
func ghost(participant map[string]any) bool {
	streams, told := participant["mediaStreams"].([]any)
	return told && len(streams) == 0 && participant["isInLobby"] != true
}

// among are those of a roster who are meant.
func (c *rosterCheck) among(roster []map[string]any) (present []map[string]any) {
	for _, p := range roster {
		for _, who := range c.who {
			if p["removedState"] == nil && isOne(object(object(p["info"])["identity"]), who) {
				present = append(present, p)
				break
			}
		}
	}
	return present
}

func (c *rosterCheck) wanted() string {
	if c.there {
		return c.names() + " on the roster"
	}
	return c.names() + " gone from the roster"
}

// disagrees is the contradiction, with all that is known of it.
func (c *rosterCheck) disagrees(env Env) error {
	verb := "does not contain"
	reason := NotOnRoster
	if !c.there {
		verb, reason = "still contains", StillOnRoster
	}
	if c.there && len(c.present) > 0 {
		return c.haunted(env)
	}
	f := &Failure{Kind: "contradiction", Reason: reason, Awaited: c.wanted(), Waited: c.waited,
		Text:  fmt.Sprintf("%s, but the roster %s %s after %s", c.said.Text, verb, c.names(), Span(c.waited)),
		Facts: []Fact{c.said},
		Hints: []string{"if the roster takes longer here, give the step a longer settle; settle: 0s leaves the roster out of it"},
	}
	if c.there {
		f.Hints = slices.Insert(f.Hints, 0, "completed was seen to be told of somebody who had declined, or had not answered: ask them; then invite them again")
	}
	if c.roster != nil {
		people, _ := c.roster.View["participants"].([]map[string]any)
		f.Facts = append(f.Facts, Fact{At: c.roster.At, Event: c.roster.Seq, Text: rosterText(people)})
	} else {
		f.Facts = append(f.Facts, Fact{At: env.Host().Now(), Text: "no roster was notified in " + Span(c.waited)})
	}
	if c.polled != nil {
		f.Facts = append(f.Facts, Fact{At: env.Host().Now(), Text: "reading it now: " + rosterText(c.polled)})
	}
	return &FailureError{Failure: f}
}

// haunted is the contradiction of somebody who is on the roster, and in the call by nothing else.
func (c *rosterCheck) haunted(env Env) error {
	f := &Failure{Kind: "contradiction", Reason: GhostParticipant, Awaited: c.wanted(), Waited: c.waited,
		Text:  fmt.Sprintf("%s, and the roster contains %s, but without any media after %s: nobody has accepted", c.said.Text, c.names(), Span(c.waited)),
		Facts: []Fact{c.said},
		Hints: []string{"who declines or does not answer was seen to be told as added; to be sure that somebody is there, have them say or press something"},
	}
	if c.roster != nil {
		people, _ := c.roster.View["participants"].([]map[string]any)
		f.Facts = append(f.Facts, Fact{At: c.roster.At, Event: c.roster.Seq, Text: rosterText(people)})
	}
	now := env.Host().Now()
	if c.polled != nil {
		f.Facts = append(f.Facts, Fact{At: now, Text: "reading it now: " + rosterText(c.polled)})
	}
	for _, p := range c.present {
		f.Facts = append(f.Facts, Fact{At: now, Text: graph.PersonName(p) + " has no media stream there (mediaStreams is empty)"})
	}
	return &FailureError{Failure: f}
}

// isOne says whether an identity set on the wire is the one that was asked for: any kind with the same id, for a person
// may be shown as another kind than they were invited as. The service's own addresses begin with a kind: 4:+15551234567.
func isOne(have map[string]any, want *graph.IdentitySet) bool {
	for _, one := range want.All() {
		id := bareID(one.ID)
		for _, got := range graph.IdentityIDs(have) {
			if id != "" && bareID(got) == id {
				return true
			}
		}
	}
	return false
}

func bareID(id string) string {
	for _, kind := range []string{"8:orgid:", "4:", "28:"} {
		id = strings.TrimPrefix(id, kind)
	}
	return graph.CanonicalID(id)
}

func (c *rosterCheck) names() string {
	var names []string
	for _, w := range c.who {
		for _, one := range w.All() {
			names = append(names, c.env.Person(one.ID, one.DisplayName))
		}
	}
	return strings.Join(names, " or ")
}

// rosterText is a roster in words: "roster of 2: Carol, Test Bot".
func rosterText(people []map[string]any) string {
	if len(people) == 0 {
		return "empty roster"
	}
	names := make([]string, len(people))
	for i, p := range people {
		names[i] = graph.PersonName(p)
	}
	return fmt.Sprintf("roster of %d: %s", len(people), strings.Join(names, ", "))
}

// untilRoster sends a command whose outcome only the roster of its call tells: it reaches the goal once a roster shows it.
// Where it held before the request no roster need follow, and one may have been quicker than the response.
func untilRoster(env Env, c graph.Command, goal, words string, shows func(roster any) bool) (Outputs, error) {
	id := graph.CanonicalID(c.Call)
	held := func() bool { return shows(picture(env, id)["participants"]) }
	before := held()
	_, out, err := send(env, c)
	if err != nil {
		return out, err
	}
	out["outcome"] = accepted
	switch {
	case env.Goal() == accepted:
		return out, nil
	case before || held():
		if people := picture(env, id)["participants"]; people != nil {
			out["participants"] = people
		}
		out["outcome"] = goal
		return out, nil
	}
	w := &watched{}
	w.judge = func(e Event) Verdict {
		if e.CallID != id || e.Kind != graph.KindParticipants || !shows(e.View["participants"]) {
			return Verdict{}
		}
		out["participants"] = e.View["participants"]
		return Verdict{Goal: goal, Final: true, Text: words}
	}
	return follow(env, out, w)
}
