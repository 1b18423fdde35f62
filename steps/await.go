package steps

import (
	"fmt"
	"maps"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/schema/expr"
)

type awaitParams struct {
	From      string                 `json:"from" default:"start" step:"true" doc:"Where to begin: start, now, or the id of a step: what came since its last attempt was sent."`
	Call      string                 `json:"call" call:"true" doc:"Look only at events of this call."`
	Operation string                 `json:"operation" operation:"true" doc:"Look only at events of this operation."`
	Match     *expr.Expr             `json:"match" short:"true" scope:"event" doc:"The event to wait for."`
	All       schema.Map[*expr.Expr] `json:"all" scope:"event" doc:"Named events to wait for, in any order; one event serves one of them."`
	Any       schema.Map[*expr.Expr] `json:"any" scope:"event" optional:"true" doc:"Named events of which the first to come is enough."`
	InOrder   schema.Map[*expr.Expr] `json:"inOrder" scope:"event" doc:"Named events to wait for, in this order; others may come between."`
	Count     int                    `json:"count" default:"1" doc:"With match: how many events to wait for."`
	FailOn    *expr.Expr             `json:"failOn" scope:"event" doc:"Fail at once on such an event, if this await could claim it."`
	Never     *expr.Expr             `json:"never" scope:"event" doc:"Fail on such an event, whenever in the run it came."`
}

type awaitOutputs struct {
	Call         graph.Object[graph.Call]                    `json:"call" doc:"The call the event is about: its id always, its state only if the event states it."`
	Operation    graph.Object[graph.CommsOperation]          `json:"operation" doc:"The operation, if the event is about one."`
	Participants []graph.Object[graph.Participant]           `json:"participants" doc:"The whole roster, if the event is a roster update."`
	Tone         graph.Object[graph.ToneInfo]                `json:"tone" doc:"The key pressed, if the event is a tone."`
	Sharing      []graph.Object[graph.ContentSharingSession] `json:"sharing" doc:"The content sharing sessions, if the event is about them."`
	Joining      graph.Object[graph.ParticipantJoining]      `json:"participantJoining" doc:"Who comes under the bot's recording policy, if the event announces somebody."`
	Left         graph.Object[graph.ParticipantLeft]         `json:"participantLeft" doc:"Which recorded participant has left, if the event is about that."`
	Event        graph.Object[graph.EventInfo]               `json:"event" doc:"The event itself."`
	Events       []graph.EventNames                          `json:"events" doc:"With count: all events, in order; the names above are the last one's."`
	Matched      string                                      `json:"matched" keys:"any" doc:"With any: the name of the part that matched."`
}

// maxParts bounds all, any and inOrder; every part is tried on every event.
const maxParts = 32

var await = Define[awaitParams, awaitOutputs](schema.Verb{
	Name:    "await",
	Summary: "wait for notifications that match an expression, and claim them",
	Detail: "Looks through the events of this run that no earlier await has claimed, oldest first, past ones included. The first\n" +
		"match is claimed; each event is claimed once. An await sends nothing, and it does not fail before its timeout\n" +
		"(30 s) by itself.\n\n" +
		"- `match` (or the short form) waits for one event, or for `count` of them.\n" +
		"- `all` waits for several in any order. One event serves one part, and a broad part does not take an event that a\n" +
		"  narrow one needs.\n" +
		"- `any` is over with the first of several; `matched` names it.\n" +
		"- `inOrder` waits for several one after the other; others may come between.\n" +
		"- `failOn` sees what the await may claim; `never` sees every event since the start of the run. On one event `never`\n" +
		"  comes first, then `failOn`, then the match.\n" +
		"- `from` says which events count: all (`start`), new ones (`now`), or those that came since a step's request was sent.\n\n" +
		"A conjunct `call.state == \"incoming\"` asks for an incoming call: the other conjuncts say which, by the caller's or\n" +
		"the target's id. With `all`, `any` and `inOrder` the outputs are below the parts' names: `completed.operation.id`.\n\n" +
		"An await that no event can ever match is refused before the run (`await-unsatisfiable`), and so is such a `failOn`,\n" +
		"`never` or `expectNone`:\n\n" +
		"- Nothing before it can bring events: no call was placed, and none is claimed.\n" +
		"- A call is compared with an operation's id, or an operation with a call's; a call that the scenario places itself is\n" +
		"  awaited as incoming.\n" +
		"- Two conditions joined by `&&` exclude each other: two states, `x == a` and `x != a`, two calls, numbers out of\n" +
		"  range; or one is plainly `false`.\n" +
		"- They ask for two kinds of event. An event is about an operation, a roster, a tone or a call, and only those about a\n" +
		"  call and its tones state more of the call than its id. So `operation.status`, `participants` and `call.state` do\n" +
		"  not go together: wait for two events with `all`.\n\n" +
		"What stands below an `||`, and values that only the run knows, are not looked at.",
	Role:        schema.Watches,
	PartsFields: []string{"All", "Any", "InOrder"},
	Example: `await:
  from: move
  all:
    completed: operation.status == "completed"
    joined: any(participants, .info.identity.user.displayName == "Carol")
  failOn: operation.status == "failed"
timeout: 30s`,
	Examples: []schema.Example{
		{Text: "One event, in the short form; `capture` sees its names as they are:", YAML: `await: call.id == p2pCall && call.state == "terminated"
capture:
  code: call.resultInfo.code ?? 0`},
		{Text: "An incoming call from a certain caller:", YAML: `await: call.state == "incoming" && call.source.identity.user.id == "8a34a46b-3d17-4adc-8dce-dc4e7d572698"
capture: {nextCall: call.id}`},
		{Text: "Several events of one sort; `events` has all, the plain names are the last one's:", YAML: `await:
  from: move
  match: any(participants, .info.identity.user.displayName == "Carol")
  count: 2
capture:
  atFirst: len(events[0].participants)`},
		{Text: "The first of several; what only another part has is absent, and a capture of it needs `??`:", YAML: `await:
  from: move
  any:
    joined: any(participants, .info.identity.user.displayName == "Carol")
    gone: call.id == meetingCall && call.state == "terminated"
capture:
  first: matched
  why: gone.call.resultInfo.code ?? 0`},
		{Text: "Several in this order; others may come between:", YAML: `await:
  from: move
  inOrder:
    completed: operation.id == inviteOperation && operation.status == "completed"
    released: call.id == p2pCall && call.state == "terminated"
capture:
  operationCode: completed.operation.resultInfo.code ?? 200`},
		{Text: "To fail at once in place of waiting for the timeout: `failOn` for what is an answer too, `never` for what must not\nhave happened in the whole run:", YAML: `await:
  operation: ${{ inviteOperation }}
  match: operation.status == "completed"
  failOn: operation.status == "failed"
  never: call.id == meetingCall && call.state == "terminated"`},
	},
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		p := params.(*awaitParams)
		var given []string
		for _, form := range []struct {
			key string
			is  bool
		}{{"match", p.Match != nil}, {"all", p.All != nil}, {"any", p.Any != nil}, {"inOrder", p.InOrder != nil}} {
			if form.is {
				given = append(given, form.key)
			}
		}
		c.oneOf("await", given, "match", "all", "any", "inOrder")
		for _, parts := range []struct {
			key   string
			parts schema.Map[*expr.Expr]
		}{{"all", p.All}, {"any", p.Any}, {"inOrder", p.InOrder}} {
			if parts.parts != nil && len(parts.parts) == 0 {
				c.problem(parts.key+" is empty: there is nothing to wait for", parts.key)
			}
			c.atMost(len(parts.parts), maxParts, parts.key)
		}
		if c.has("count") && p.Match == nil {
			c.problem("count goes with match", "count")
		}
		if c.has("count") && (p.Count < 0 || p.Count > 1000) {
			c.problem(fmt.Sprintf("count is %d; it goes from 1 to 1000", p.Count), "count")
		}
	},
}, runAwait)

func runAwait(env Env, p *awaitParams) (Outputs, error) {
	if p.Count < 1 {
		return nil, fmt.Errorf("await: count is %d; it must be 1 or more", p.Count)
	}
	w := watchFor(p)
	found, err := env.Await(w)
	if err != nil {
		return nil, err
	}
	return awaited(w, found), nil
}

func watchFor(p *awaitParams) *Watch {
	w := &Watch{Mode: One, Count: p.Count, FailOn: p.FailOn, Never: p.Never, Call: p.Call, Operation: p.Operation, From: p.From}
	switch {
	case p.All != nil:
		w.Mode, w.Parts = All, parts(p.All)
	case p.Any != nil:
		w.Mode, w.Parts = Any, parts(p.Any)
	case p.InOrder != nil:
		w.Mode, w.Parts = InOrder, parts(p.InOrder)
	default:
		w.Parts = []Part{{Expr: p.Match}}
	}
	return w
}

// awaited are the outputs: the event's names, or the names of each part's event below the part.
func awaited(w *Watch, found Found) Outputs {
	out := Outputs{}
	if w.Mode == One {
		last := found.Events[len(found.Events)-1]
		maps.Copy(out, last.View)
		events := make([]any, len(found.Events))
		for i, e := range found.Events {
			events[i] = e.View
		}
		out["events"] = events
		return out
	}
	for _, part := range w.Parts {
		if e, ok := found.Parts[part.Name]; ok {
			out[part.Name] = e.View
		}
	}
	if w.Mode == Any {
		out["matched"] = found.Matched
	}
	return out
}

func parts(m schema.Map[*expr.Expr]) []Part {
	list := make([]Part, len(m))
	for i, entry := range m {
		list[i] = Part{Name: entry.Key, Expr: entry.Value}
	}
	return list
}
