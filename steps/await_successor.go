package steps

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/schema/expr"
)

// Call has no tag call: the outputs' call is another one.
type awaitSuccessorParams struct {
	Call   string   `json:"call" short:"true" required:"true" doc:"The call that was transferred: its id."`
	Source string   `json:"source" doc:"The id of whom the bot should be talking with afterwards: an object id, an app id, or a number. Absent: anybody."`
	Rules  []string `json:"rules" enum:"chain,transferor,identity,time" doc:"By what a new call is taken for the successor; chain, transferor and identity when absent."`
	From   string   `json:"from" default:"start" step:"true" doc:"Where to begin: start, now, or the id of a step: what came since its last attempt was sent."`
}

type awaitSuccessorOutputs struct {
	Call  graph.Object[graph.Call] `json:"call" doc:"The successor: a new incoming call, to be answered; or the call itself, where its roster shows the new person."`
	By    string                   `json:"by" enum:"chain,transferor,identity,roster,time" doc:"The strongest rule that matched."`
	Rules []string                 `json:"rules" enum:"chain,transferor,identity,roster,time" doc:"All that matched."`
}

var awaitSuccessor = Define[awaitSuccessorParams, awaitSuccessorOutputs](schema.Verb{
	Name:    "awaitSuccessor",
	Summary: "wait for the call in which another one goes on after a transfer",
	Detail: "A transferred call ends, and goes on in another one that has another id. When a person transfers the bot, or the bot is\n" +
		"the target of a transfer, that is a new incoming call. This step waits for it (30 s) and claims its event; `answer` then\n" +
		"takes it. What shows that it is the continuation, the strongest first:\n\n" +
		"| Rule | The new call |\n|---|---|\n" +
		"| `chain` | has the `callChainId` of the old one. Chains were seen not to persist |\n" +
		"| `transferor` | has an `incomingContext.transferor` who took part in the old one, or is the bot |\n" +
		"| `identity` | comes from somebody who took part in the old one, or from `source` |\n" +
		"| `roster` | is none: the old call's roster shows `source`, who was not on it before (only with `source`) |\n" +
		"| `time` | is any that comes. Weak, so it has to be asked for with `rules` |\n\n" +
		"The journal says which matched. If the successor comes from somebody else than `source`, the step fails with\n" +
		"`wrong_person`; if nothing comes, with `no_successor`, and says what has been heard of the old call since.",
	Role: schema.Watches,
	Example: `awaitSuccessor:
  call: ${{ p2pCall }}
  source: 550fae72-d251-43ec-868c-373732c2704f
timeout: 10s
capture: {nextLeg: call.id, how: by}`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		if p := params.(*awaitSuccessorParams); p.Rules != nil && len(p.Rules) == 0 {
			checker{at, report}.problem("rules is empty: nothing would be taken for the successor", "rules")
		}
	},
}, runAwaitSuccessor)

// succession is a successor as outputs show it.
type succession struct {
	Call  string   `json:"call" doc:"Its id."`
	By    string   `json:"by" enum:"chain,transferor,identity,roster,time" doc:"The strongest rule that matched."`
	Rules []string `json:"rules" enum:"chain,transferor,identity,roster,time" doc:"All that matched."`
}

// successor is a call that goes on where another one was transferred away.
type successor struct {
	of, call string
	event    Event
	rules    []string
	text     string
}

func (s *successor) outputs() map[string]any {
	return map[string]any{"call": s.call, "by": s.rules[0], "rules": s.rules}
}

func (s *successor) record() Successor {
	return Successor{Of: s.of, Call: s.call, Event: s.event.Seq, By: s.rules[0], Rules: s.rules, Text: s.text}
}

// The rules by which a successor is recognised, the strongest first.
var successorRules = []string{"chain", "transferor", "identity", "roster", "time"}

// trail is what is known of a call whose successor is looked for.
type trail struct {
	call, chain string
	people      []string // who took part, but the bot; canonical ids
	bot         string
	source      string // who should be at the other end; "": anybody
}

// trailOf gathers what events and responses have told of a call.
func trailOf(env Env, call, source string) *trail {
	t := &trail{call: call, bot: graph.CanonicalID(env.Target().Bot.AppID), source: bareID(source)}
	know := func(info map[string]any) {
		for _, id := range graph.IdentityIDs(object(info["identity"])) {
			if id = bareID(id); id != t.bot && !slices.Contains(t.people, id) {
				t.people = append(t.people, id)
			}
		}
	}
	known := picture(env, call)
	t.chain = text(known["callChainId"])
	know(object(known["source"]))
	targets, _ := known["targets"].([]any)
	for _, target := range targets {
		know(object(target))
	}
	roster, _ := known["participants"].([]map[string]any)
	for _, p := range roster {
		know(object(p["info"]))
	}
	return t
}

// match says by which rules a new call continues the old one; none: by none but time.
func (t *trail) match(call map[string]any) (rules []string, text string) {
	chain, _ := call["callChainId"].(string)
	if t.chain != "" && chain == t.chain {
		rules = append(rules, "chain")
	}
	for _, id := range graph.IdentityIDs(object(object(call["incomingContext"])["transferor"])) {
		if id = bareID(id); id == t.bot || slices.Contains(t.people, id) {
			rules = append(rules, "transferor")
			break
		}
	}
	for _, id := range graph.IdentityIDs(object(object(call["source"])["identity"])) {
		if id = bareID(id); slices.Contains(t.people, id) || id == t.source {
			rules = append(rules, "identity")
			break
		}
	}
	switch {
	case slices.Contains(rules, "chain"):
	case t.chain != "" && chain != "":
		text = "; the chain id did not persist"
	default:
		text = "; no chain ids to compare"
	}
	if len(rules) == 0 {
		return nil, text
	}
	return rules, "matched by " + strings.Join(rules, ", ") + text
}

// findSuccessor looks for the successor of a call among events: the incoming call that most rules speak for.
func findSuccessor(env Env, call string, events []Event) (best *successor) {
	t := trailOf(env, call, "")
	for _, e := range events {
		view := object(e.View["call"])
		if e.Kind != graph.KindCall || e.CallID == call || view["state"] != graph.StateIncoming {
			continue
		}
		if rules, words := t.match(view); len(rules) > 0 && (best == nil || stronger(rules, best.rules)) {
			best = &successor{of: call, call: e.CallID, event: e, rules: rules, text: words}
		}
	}
	return best
}

func stronger(a, b []string) bool {
	return slices.Index(successorRules, a[0]) < slices.Index(successorRules, b[0])
}

func runAwaitSuccessor(env Env, p *awaitSuccessorParams) (Outputs, error) {
	t := trailOf(env, graph.CanonicalID(p.Call), p.Source)
	rules := p.Rules
	if rules == nil {
		rules = []string{"chain", "transferor", "identity"}
	}
	parts, err := t.parts(rules)
	if err != nil {
		return nil, err
	}
	began := env.Host().Now()
	found, err := env.Await(&Watch{Mode: Any, Parts: parts, From: p.From})
	if err != nil {
		return nil, t.lost(env, began, err)
	}
	e := found.Events[0]
	view := object(e.View["call"])
	s := &successor{of: t.call, call: e.CallID, event: e}
	if s.rules, s.text = t.match(view); found.Matched == "roster" {
		s.rules, s.text = []string{"roster"}, "the roster shows them"
	}
	if s.rules == nil {
		s.rules, s.text = []string{"time"}, "matched by time alone"+s.text
	}
	env.Succeeded(s.record())
	out := Outputs{"call": named(view, e.CallID), "by": s.rules[0], "rules": s.rules}
	return out, t.rightPerson(env, s, view)
}

// parts are the conditions of the wait, as an author would write them: so its failure explains itself as any await's does.
func (t *trail) parts(rules []string) ([]Part, error) {
	list := func(ids []string) string {
		quoted := make([]string, len(ids))
		for i, id := range ids {
			quoted[i] = strconv.Quote(id)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	}
	people := t.people[:min(len(t.people), 20)]
	from := people
	if t.source != "" && !slices.Contains(people, t.source) {
		from = append(slices.Clone(people), t.source)
	}
	oneOf := func(identity string, ids []string) (tests []string) {
		for _, kind := range []string{"user", "phone", "application", "guest"} {
			tests = append(tests, identity+"."+kind+".id in "+list(ids))
		}
		return tests
	}
	var tests []string
	if slices.Contains(rules, "chain") && t.chain != "" {
		tests = append(tests, "call.callChainId == "+strconv.Quote(t.chain))
	}
	if slices.Contains(rules, "transferor") {
		tests = append(tests, oneOf("call.incomingContext.transferor", append(slices.Clone(people), t.bot))...)
	}
	if slices.Contains(rules, "identity") && len(from) > 0 {
		tests = append(tests, oneOf("call.source.identity", from)...)
	}
	leg := `call.state == "incoming" && call.id != ` + strconv.Quote(t.call)
	if !slices.Contains(rules, "time") {
		if len(tests) == 0 {
			return nil, &FailureError{Failure: &Failure{Kind: "value",
				Text: fmt.Sprintf("nothing is known of call %s that rules %s could go by", t.call, strings.Join(rules, ", "))}}
		}
		leg += " && (" + strings.Join(tests, " || ") + ")"
	}
	conditions := [][2]string{{"leg", leg}}
	if t.source != "" && !slices.Contains(t.people, t.source) {
		var shown []string
		for _, kind := range []string{"user", "phone", "application", "guest"} {
			shown = append(shown, ".info.identity."+kind+".id == "+strconv.Quote(t.source))
		}
		conditions = append(conditions, [2]string{"roster", "call.id == " + strconv.Quote(t.call) + " && any(participants, " + strings.Join(shown, " || ") + ")"})
	}
	var parts []Part
	for _, c := range conditions {
		test, err := expr.CompileMatch(c[1], eventNames)
		if err != nil {
			return nil, err
		}
		parts = append(parts, Part{Name: c[0], Expr: test})
	}
	return parts, nil
}

// rightPerson: the successor comes from whom it should come.
func (t *trail) rightPerson(env Env, s *successor, call map[string]any) error {
	source := object(call["source"])
	if t.source == "" || s.rules[0] == "roster" || slices.ContainsFunc(graph.IdentityIDs(object(source["identity"])), func(id string) bool { return bareID(id) == t.source }) {
		return nil
	}
	who := env.Person(t.source, "")
	return &FailureError{Failure: &Failure{Kind: "contradiction", Reason: WrongPerson,
		Text: fmt.Sprintf("call %s goes on, but with %s, not with %s", t.call, graph.PersonName(source), who),
		Facts: []Fact{
			{At: s.event.At, Event: s.event.Seq, Text: fmt.Sprintf("successor %s, %s", s.call, s.text)},
			{At: s.event.At, Event: s.event.Seq, Text: "it comes from " + graph.PersonName(source)},
		}}}
}

// lost words the failure of a wait in which no successor came, with what was heard of the old call.
func (t *trail) lost(env Env, began time.Time, err error) error {
	var missed *FailureError
	if !errors.As(err, &missed) {
		return err
	}
	f := missed.Failure
	waited := env.Host().Now().Sub(began)
	f.Reason, f.Pos, f.Excerpt = NoSuccessor, env.Step().VerbPos, nil
	f.Awaited = "the successor of call " + t.call
	f.Text = fmt.Sprintf("no successor of %s came in %s", legText(env, t.call), Span(waited))
	news := 0
	var last Event
	for _, e := range env.Events(false) {
		if e.At.After(began) {
			news++
		}
		view := object(e.View["call"])
		switch {
		case e.CallID == t.call:
			last = e
		case e.Kind == graph.KindCall && view["state"] == graph.StateIncoming:
			if rules, _ := t.match(view); rules == nil {
				f.Facts = append(f.Facts, Fact{At: e.At, Event: e.Seq, Text: "incoming call " + e.CallID + " from " + graph.PersonName(object(view["source"])) +
					" is none: another chain, no transferor who took part, and its source did not either"})
			}
		}
	}
	switch {
	case news == 0:
		f.Text += ": no incoming call, no roster, nothing at all in that time"
	case news == 1:
		f.Text += ": one notification came, and it shows none"
	default:
		f.Text += fmt.Sprintf(": %d notifications came, and none shows one", news)
	}
	// What the conditions came to on each event fills pages and says no more than the facts below.
	f.Expression, f.Hints = nil, nil
	for i := range f.Arrivals {
		m := &f.Arrivals[i]
		m.Why, m.Also, m.Nearest, m.Part = nil, nil, false, ""
	}
	if last.Event != nil {
		f.Facts = append(f.Facts, Fact{At: last.At, Event: last.Seq, Text: "the last notification of the old call, so the callback address worked then"})
	}
	if last.Event != nil && last.Ended() && hasTransferred(object(last.View["call"])) {
		f.Facts = append(f.Facts, Fact{At: last.At, Event: last.Seq, Text: "that was its end, and so ends a call that was transferred"})
		f.Text += "; the transfer itself went well"
		f.Hints = append(f.Hints, "a call between others is none of the bot's, and no notification tells of it: the transfer's own outcome is all that a bot can know. "+
			"Who must be sure of the person on the line calls them first, and hands that call over (replacesCallId)")
	}
	if reply, aerr := env.Ask(graph.Command{Op: "getCall", Call: t.call}); aerr == nil {
		state := text(reply.Call["state"])
		if reply.Error != nil {
			state = fmt.Sprintf("%d %s", reply.Status, reply.Error.Code)
		}
		f.Facts = append(f.Facts, Fact{At: env.Host().Now(), Text: "reading the old call now: " + state})
		if state == graph.StateEstablished {
			f.Text += "; the old call is still established"
			hint := "the transfer did not happen, and nothing told the bot so: ask who pressed it what their client said"
			if !env.Target().Simulated {
				hint += ". Where it failed without a reason, Microsoft's support needs the call's id, its callChainId and the time in UTC"
			}
			f.Hints = append(f.Hints, hint)
		}
	}
	return err
}
