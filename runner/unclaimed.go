package runner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/schema/expr"
	"callflow/steps"
)

// unclaimed are the incoming calls that came to the bot since the run began and that nobody has taken, for an await that asks
// for incoming calls: near misses that are not in the inbox. Each is an entry without a position.
func (a *await) unclaimed(open []condition) (calls []*entry) {
	if a.Call != "" || a.Operation != "" || !slices.ContainsFunc(open, a.aboutAnyCall) {
		return nil
	}
	a.run.missing = true
	return a.run.unclaimed(a.env.frame.host)
}

func (r *run) unclaimed(h steps.Host) (calls []*entry) {
	for _, e := range h.Unclaimed(r.started) {
		known := func(x *entry) bool { return x.CallID == e.CallID }
		if !slices.ContainsFunc(r.inbox.entries, known) {
			calls = append(calls, &entry{Event: e, unclaimed: true})
		}
	}
	return calls
}

// certainCalls are those that conditions name, if each names one; else none, for any call may be meant.
func (a *await) certainCalls(open []condition) (calls []string) {
	if a.Call != "" {
		return []string{a.Call}
	}
	layEvent(a.names, nil)
	a.laid = nil
	for _, c := range open {
		fixes := c.expr.Fixes(a.names)
		i := slices.IndexFunc(fixes, func(f expr.Fix) bool { return f.Path == "call.id" })
		if i < 0 {
			return nil
		}
		calls = append(calls, graph.CanonicalID(text(fixes[i].Value)))
	}
	return calls
}

// aboutAnyCall: it speaks of a call, and of no certain one.
func (a *await) aboutAnyCall(c condition) bool {
	if _, ok := incoming(c.expr, a.names); ok {
		return true
	}
	layEvent(a.names, nil)
	a.laid = nil
	certain := slices.ContainsFunc(c.expr.Fixes(a.names), func(f expr.Fix) bool { return f.Path == "call.id" || f.Path == "call.state" })
	return subject(c.expr) == graph.KindCall && c.expr.Mentions("call") && !certain
}

// tellUnclaimed says of calls that nobody took what the await asks for in their place, and journals each of them once.
func (a *await) tellUnclaimed(f *steps.Failure, open []condition, calls []*entry) {
	var who []string
	for _, e := range calls {
		if name := a.run.caller(e); a.ignored(e) == "" && !slices.Contains(who, name) {
			who = append(who, name)
		}
		a.run.journalUnclaimed(a.env.frame.host, e)
		text := a.run.dialled(e) + ", and nobody took the call"
		for _, part := range open {
			if why := a.unlike(part, e); why != "" {
				text += ": " + why
				break
			}
		}
		know(f, e.At, 0, text)
	}
	switch {
	case len(calls) == 0:
	case !a.run.sharesAddress():
		if len(who) > 0 {
			f.Text += ", although " + listed(who) + " dialled"
		}
	default:
		f.Hints = append(f.Hints, "a call that nobody took need not have been meant for this run: whoever dials the bot at "+
			a.run.Target.Name+" comes to the one address that all its runs share")
	}
}

// whyUnclaimed says why the await has not got a call of which its condition is true.
func (a *await) whyUnclaimed(c condition, e *entry) string {
	if before := a.ignored(e); before != "" {
		return "it " + before
	}
	if _, asks := incoming(c.expr, a.names); !asks {
		return "nobody asked for it: an await asks for calls that are not the run's yet with call.state == \"incoming\", as a condition of its own or joined by &&"
	}
	return "not when it came"
}

// earlierCalls says of calls that an expectNone would have failed for that they came before its time.
func (a *await) earlierCalls() {
	if a.Call != "" || !a.aboutAnyCall(a.parts[0]) {
		return
	}
	for _, e := range a.run.unclaimed(a.env.frame.host) {
		if !a.holds(a.parts[0], e) {
			continue
		}
		when := "before this step began"
		if ago := a.began.Sub(e.At); ago > 0 {
			when = steps.Span(ago) + " " + when
		}
		a.run.journalUnclaimed(a.env.frame.host, e)
		a.Log("info", fmt.Sprintf("%s %s, and nobody took the call: that is before its time, so it does not count", a.run.dialled(e), when))
	}
}

// lateCalls journals the calls that came after an await for such had given up.
func (r *run) lateCalls(h steps.Host) {
	if !r.missing {
		return
	}
	for _, e := range r.unclaimed(h) {
		if !slices.Contains(r.passedBy, e.CallID) {
			r.inbox.markLate(e)
			r.journalUnclaimed(h, e)
		}
	}
}

// nobodyDialled says of an await for an incoming call that there was nobody to dial in the simulated world.
func (a *await) nobodyDialled(f *steps.Failure, open []condition, calls []*entry) {
	asks := slices.ContainsFunc(open, func(c condition) bool {
		_, ok := incoming(c.expr, a.names)
		return ok
	})
	came := slices.ContainsFunc(a.run.inbox.entries, func(e *entry) bool {
		return object(e.View["call"])["state"] == graph.StateIncoming
	})
	scene := a.run.Scene
	if !asks || came || len(calls) > 0 || !a.run.Target.Simulated || scene == nil && a.run.Target.Name != "simulator" {
		return
	}
	switch {
	case scene == nil || len(scene.People) == 0:
		f.Hints = append(f.Hints, "nobody lives in the simulated world: add simulate: {people: {carol: {}}, script: [{dial: carol}]}, and await her call")
	case steps.Dials(scene) || a.dialsLater(a.run.plan):
	case len(scene.Script) == 0:
		f.Hints = append(f.Hints, "nobody in simulate dials the bot; add under simulate: script: [{dial: "+a.asked(open)+"}]")
	default:
		f.Hints = append(f.Hints, "nobody in simulate dials the bot; add under simulate, in its script: - dial: "+a.asked(open))
	}
}

// dialsLater says whether a step of the plan lets somebody dial, which has not come to that yet.
func (a *await) dialsLater(plan *schema.Plan) (dials bool) {
	walk(plan, func(s *schema.Step) {
		dials = dials || s.Params != nil && s.Verb.Params != nil && steps.Dials(s.Params.Static())
	})
	return dials
}

// asked is the person in simulate whose call is asked for; the first one where it does not say.
func (a *await) asked(open []condition) string {
	people := a.run.Scene.People
	names := slices.Sorted(maps.Keys(people))
	for _, c := range open {
		in, _ := incoming(c.expr, a.names)
		for _, name := range names {
			if p := people[name]; in.Caller != "" && graph.CanonicalID(p.Identifier(name)) == in.Caller {
				return name
			}
		}
		for _, fix := range c.expr.Fixes(a.names) {
			for _, name := range names {
				if fix.Value == people[name].DisplayName || fix.Value == name {
					return name
				}
			}
		}
	}
	return names[0]
}

// journalUnclaimed writes down that there was such a call.
func (r *run) journalUnclaimed(h steps.Host, e *entry) {
	if slices.Contains(r.passedBy, e.CallID) {
		return
	}
	r.passedBy = append(r.passedBy, e.CallID)
	told := *e
	told.Event.Event = &graph.Event{Kind: graph.KindUnclaimed, Origin: e.Origin, CallID: e.CallID, MessageID: e.MessageID,
		ScenarioID: e.ScenarioID, Delivery: e.Delivery, Came: e.Came, About: e.Event.Event}
	news := arrived(&told)
	if e.late != "" {
		news.Means = r.codeOf(e)
	}
	emit(h, "", "", steps.Record{Event: news})
}

// notMine is said of an incoming call that must not have come, where it may have been meant for another run; "" elsewhere.
func (r *run) notMine(e *entry) string {
	if !r.sharesAddress() || object(e.View["call"])["state"] != graph.StateIncoming {
		return ""
	}
	return "whoever dials the bot at " + r.Target.Name + " comes to the one address that all its runs share, and a call that no run awaits comes to any " +
		"that says never or expectNone: if this one was meant for another run, say in the condition whose calls must not come"
}

// sharesAddress says whether other runs, and people whom nobody simulates, dial the same address.
func (r *run) sharesAddress() bool {
	return !r.Target.Simulated || r.Target.Name != "simulator" && r.Scene == nil
}

// dialled says who dialled: "Carol dialled (call 5c812081-…)".
func (r *run) dialled(e *entry) string {
	return fmt.Sprintf("%s dialled (call %s)", r.caller(e), e.CallID)
}

func (r *run) caller(e *entry) string {
	return cmp.Or(r.whom(object(e.View["call"])["source"]), "somebody")
}

// unlike says what a call lacks to be the one that a condition asks for: "its source.identity.user.id is … (Carol), and … (Alice)
// is asked for".
func (a *await) unlike(c condition, e *entry) string {
	layEvent(a.names, nil)
	a.laid = nil
	wanted := map[string]any{}
	for _, fix := range c.expr.Fixes(a.names) {
		wanted[fix.Path] = fix.Value
	}
	why := c.expr.Explain(a.over(e))
	var words []string
	for _, part := range conjuncts(&why) {
		if part.Value == true {
			continue
		}
		words = append(words, a.run.unlikeness(part, wanted))
	}
	return strings.Join(words, "; ")
}

// conjuncts are the parts of an explanation that all had to be true.
func conjuncts(e *expr.Explanation) (list []*expr.Explanation) {
	if !strings.Contains(e.Text, "&&") && !strings.Contains(e.Text, " and ") {
		return []*expr.Explanation{e}
	}
	for i := range e.Parts {
		if _, ok := e.Parts[i].Value.(bool); !ok && !e.Parts[i].Absent && e.Parts[i].Error == "" {
			return []*expr.Explanation{e}
		}
	}
	for i := range e.Parts {
		list = append(list, &e.Parts[i])
	}
	return list
}

// unlikeness is what a conjunct that was not true compares.
func (r *run) unlikeness(part *expr.Explanation, wanted map[string]any) string {
	for i := range part.Parts {
		side := &part.Parts[i]
		asked, ok := wanted[side.Text]
		if !ok {
			continue
		}
		path := strings.TrimPrefix(side.Text, "call.")
		if side.Absent {
			return fmt.Sprintf("it has no %s, and %s is asked for", path, r.named(asked))
		}
		return fmt.Sprintf("its %s is %s, and %s is asked for", path, r.named(side.Value), r.named(asked))
	}
	return oneLine(part.Text) + " is not true of it"
}

// named is a value with the name of the person whose id it is.
func (r *run) named(v any) string {
	s, ok := v.(string)
	if !ok {
		return fmt.Sprint(v)
	}
	if who := r.known([]string{graph.CanonicalID(s)}); who != "" {
		return fmt.Sprintf("%q (%s)", s, who)
	}
	return fmt.Sprintf("%q", s)
}
