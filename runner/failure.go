package runner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/schema/expr"
	"callflow/schema/problem"
	"callflow/steps"
)

// errDone ends a scope that is no longer needed.
var errDone = errors.New("done")

// ended is why a scope ended before what ran in it did: a timeout, a sibling's failure, never.
type ended struct {
	kind    string // of the failure it makes: timeout, never, sibling; until makes none
	why     string // "scenario timeout of 2m"; "": turn says it
	turn    *turn  // whose timeout it is; nil: not a step's
	whole   bool   // it is the timeout of the whole run
	event   *entry // of which never came true
	failure *steps.Failure
}

func (e *ended) Error() string {
	if e.why == "" && e.turn != nil {
		return "timeout of " + steps.Span(e.turn.limit) + " of " + e.turn.words()
	}
	return e.why
}

// text says in a failure what happened.
func (e *ended) text() string {
	switch {
	case e.failure != nil:
		return e.failure.Text
	case e.turn != nil:
		return fmt.Sprintf("%s was not done within its timeout of %s", e.turn.words(), steps.Span(e.turn.limit))
	}
	return e.why + " reached"
}

// limited says whether a limit of the run's own ended a wait: not a sibling's failure, not an interrupt, and not that no more
// was wanted.
func limited(err error) bool {
	var over *ended
	return errors.As(err, &over) && over.kind != "sibling" && over.kind != "until"
}

// cutShort says what has cut the whole run short, if that is what an error means: see steps.RunEnd.
func cutShort(err error) string {
	var over *ended
	switch {
	case errors.As(err, &over) && over.whole:
		return steps.OverTime
	case errors.Is(err, steps.ErrInterrupted):
		return steps.Interrupted
	}
	return ""
}

// stopped is a step that was under way when a scope above it ended.
type stopped struct {
	*turn
	failure *steps.Failure // what it had waited for; nil: it did not wait for events
}

// stepError is a step that failed: its journal says why already.
type stepError struct {
	key     string
	name    string // in words
	failure *steps.Failure
}

func (e *stepError) Error() string { return e.name + " failed: " + e.failure.Text }

func isStepError(err error) bool {
	var s *stepError
	return errors.As(err, &s)
}

// endedBy is what ended t (nil: the run) from outside; nil if nothing did.
func endedBy(t *turn, err error) error {
	var over *ended
	switch {
	case errors.As(err, &over):
		if t != nil && over.turn == t {
			return nil
		}
		return over
	case errors.Is(err, steps.ErrInterrupted):
		return steps.ErrInterrupted
	}
	return nil
}

// broken says whether an error means that the target cannot be tested at all: no token, nobody there who ever answered,
// or no permission before any call existed.
func (r *run) broken(err error) bool {
	var net *steps.NetError
	if errors.As(err, &net) && (net.Auth || net.Refused && !r.answered) {
		return true
	}
	var refused *steps.GraphError
	return errors.As(err, &refused) && (refused.Reply.Status == 401 || refused.Reply.Status == 403) && len(r.legs.all) == 0
}

// failure explains an error of a turn (nil: of the frame) to people. The runner's own position and excerpt are filled in
// where the error has none.
func failure(f *frame, t *turn, err error) *steps.Failure {
	out := describeError(t, err)
	if t != nil {
		out.Text = t.addressed(out.Text)
		t.nobodys(out)
	}
	if out.Pos == (schema.Pos{}) && t != nil {
		out.Pos = t.step.VerbPos
		if out.Pos == (schema.Pos{}) {
			out.Pos = t.step.Pos
		}
	}
	if out.Included == nil && out.Pos.File == f.plan.File {
		out.Included = f.included
	}
	if out.Excerpt == nil {
		out.Excerpt = excerpt(f.plan, out.Pos)
	}
	f.run.nameValues(out)
	if out.Trace == nil && out.Kind != "value" && out.Kind != "interrupted" {
		out.Trace = f.run.trace(f.branch)
	}
	return out
}

func describeError(t *turn, err error) *steps.Failure {
	var (
		told    *steps.FailureError
		gaveUp  *gaveUpError
		outcome *steps.OutcomeError
		refused *steps.GraphError
		net     *steps.NetError
		value   *expr.EvalError
		over    *ended
	)
	switch {
	case errors.As(err, &told):
		return told.Failure
	case errors.As(err, &gaveUp):
		last := *describeError(t, gaveUp.last)
		last.Text = gaveUp.why + "; last: " + last.Text
		return &last
	case errors.As(err, &outcome):
		return anotherOutcome(t, outcome)
	case errors.As(err, &refused):
		f := &steps.Failure{Kind: "graph", Text: refused.Error(), Graph: refused.Reply.Error, Code: errorCode(t, refused.Reply)}
		if refused.Hint != "" {
			f.Code, f.Hints = nil, []string{refused.Hint} // more than the code says, which is any 404's
		}
		t.throttled(f, refused)
		return f
	case errors.As(err, &net):
		return unanswered(t, net)
	case errors.As(err, &value):
		return &steps.Failure{Kind: "value", Pos: value.Pos, Text: fmt.Sprintf("cannot evaluate %s: %v", value.Expr, value.Err)}
	case errors.As(err, &over):
		return limitReached(t, err, over)
	case errors.Is(err, steps.ErrInterrupted):
		return &steps.Failure{Kind: "interrupted", Text: "interrupted"}
	case errors.Is(err, steps.ErrNothing):
		return &steps.Failure{Kind: "nothing", Text: "nothing can happen any more in the simulated world, and the step still waits"}
	}
	return &steps.Failure{Kind: "error", Text: err.Error()}
}

// throttled says how to get through a service that was busy, unless the scenario is there to show that the step does not.
func (t *turn) throttled(f *steps.Failure, refused *steps.GraphError) {
	if t == nil || refused.Reply.Status != 429 && refused.Reply.Status != 503 || slices.Contains(t.run.plan.Tags, "fails") {
		return
	}
	asks := "without saying when to come again (no Retry-After)"
	if wait := refused.Reply.RetryAfter; wait > 0 {
		asks = "and asks to wait " + steps.Span(wait) + " (Retry-After)"
	}
	switch retry, err := t.retry(); {
	case err != nil:
	case retry == nil:
		f.Hints = append(f.Hints, "the service was busy and has not acted on it, "+asks+"; to have it asked again, add to the step: retry: {attempts: 4}")
	case t.attempts > 1:
		f.Hints = append(f.Hints, fmt.Sprintf("the service was busy at each of the %d attempts, %s, and has acted on none: give the step's retry more attempts, "+
			"or let the bot do less at a time", t.attempts, strings.TrimPrefix(asks, "and ")))
	}
}

// anotherOutcome is the failure of an action that came to another end than the wanted one.
func anotherOutcome(t *turn, err *steps.OutcomeError) *steps.Failure {
	f := &steps.Failure{Kind: "outcome", Text: err.Error(), Reason: err.Reason, Facts: err.Facts, Hints: err.Hints}
	if t == nil {
		return f
	}
	f.Code = t.run.explainCode(resultInfo(err.Verdict.ResultInfo))
	if err.Reason != "" {
		f.Kind = contradiction
	}
	if v := err.Verdict; err.Reason != "" && f.Facts == nil && v.Event > 0 {
		f.Facts = []steps.Fact{{At: t.run.inbox.entries[v.Event-1].At, Event: v.Event, Text: v.Text}}
	}
	t.cutByUs(f, err.Verdict)
	if err.Reason == steps.VoicemailSuspected {
		f.Hints = append(f.Hints, "to reach people only, ring for less time than the voicemail takes to pick up, and hang up then")
	}
	other := !t.isServersFault(resultInfo(err.Verdict.ResultInfo), f.Code)
	if other && slices.ContainsFunc(t.step.Verb.Goals, func(g schema.Goal) bool { return g.Name == err.Verdict.Goal }) {
		f.Hints = append(f.Hints, fmt.Sprintf("if that is what you expect, write `until: %s`", err.Verdict.Goal))
	}
	return f
}

// unanswered is the failure of a request that got no response.
func unanswered(t *turn, net *steps.NetError) *steps.Failure {
	what := "the request"
	if t != nil {
		what = t.step.Verb.Name
	}
	f := &steps.Failure{Kind: "network"}
	switch {
	case net.Auth:
		f.Kind, f.Text = "token", what+" was not sent: "+net.Error()
		var refused *graph.TokenError
		if t != nil && errors.As(net.Err, &refused) {
			f.Code = explained(known(t.run.codes().Find(refused.Description)))
		}
	case net.Refused:
		f.Text = what + " could not be sent: " + net.Error()
	default:
		f.Text = what + " got no response: " + net.Error()
		f.Hints = []string{"nobody knows whether the service has acted on it"}
	}
	if net.Down && t != nil && t.run.Target.Simulated {
		f.Hints = append(f.Hints, "is `callflow simulate` running? "+t.run.Target.Name+" is a simulator in a process of its own")
	}
	return f
}

// known leaves out the findings that the dictionary says nothing of.
func known(found []graph.Finding) []graph.Finding {
	return slices.DeleteFunc(found, func(f graph.Finding) bool { return !f.Known })
}

// limitReached is the failure of a limit: of t's own, or (nil) of the run's.
func limitReached(t *turn, err error, over *ended) *steps.Failure {
	if over.failure != nil {
		return over.failure
	}
	f := &steps.Failure{Kind: over.kind, Text: over.text()}
	if t == nil {
		return f
	}
	f.Waited = t.limit
	var cut *steps.CutError
	if !t.nested && errors.As(err, &cut) {
		return cut.Failure
	}
	return t.run.whileWaiting(f, over)
}

// told adds to the failure of a limit what the step that it cut off had waited for.
func told(limit *steps.Failure, step string, wait *steps.Failure) *steps.Failure {
	f := *wait
	f.Kind, f.Text = limit.Kind, limit.Text+" while "+step+" was waiting: "+wait.Text
	return &f
}

// whileWaiting adds to the failure of a limit which steps it cut off. A single one explains itself.
func (r *run) whileWaiting(limit *steps.Failure, by error) *steps.Failure {
	cut := r.stopped[by]
	if len(cut) == 1 && cut[0].failure != nil {
		return cut[0].failure
	}
	f := *limit
	if len(cut) == 0 {
		return &f
	}
	names := make([]string, len(cut))
	for i, t := range cut {
		names[i] = t.words()
	}
	last := len(names) - 1
	who := names[last] + " was waiting"
	if last > 0 {
		who = strings.Join(names[:last], ", ") + " and " + names[last] + " were waiting"
	}
	f.Text += " while " + who
	return &f
}

// stop explains the end of the main scope: what ended it, and which steps were under way. failed is the key of the first
// of them.
func (r *run) stop(err error) (f *steps.Failure, failed string) {
	f = failure(r.root, nil, err)
	by := endedBy(nil, err)
	cut := r.stopped[by]
	if len(cut) == 0 {
		return f, ""
	}
	if f.Kind != "never" {
		f = r.whileWaiting(f, by)
	}
	if f.Pos == (schema.Pos{}) {
		f.Pos = cut[0].step.Pos
		f.Excerpt = excerpt(r.plan, f.Pos)
	}
	return f, cut[0].key
}

// mustNever begins the message of a never that came true: of the scenario, or of an await.
const mustNever = "must never happen, but did: "

// oneLine is an expression that may have been written in several.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// neverStruck is why the frame's never ends the main scope.
func neverStruck(f *frame, never *expr.Expr, e *entry, names map[string]any) *ended {
	what, why := summary(e.Event.Event), explain(never, names)
	text := mustNever + oneLine(never.Text())
	var hints []string
	if hint := f.run.notMine(e); hint != "" {
		hints = []string{hint}
	}
	return &ended{kind: "never", why: "what must never happen did", event: e, failure: &steps.Failure{
		Hints: hints,
		Kind:  "never", Pos: never.Pos(), Excerpt: excerpt(f.plan, never.Pos()), Text: text + " (" + what + ")",
		Expression: why, Code: f.run.codeOf(e),
		Arrivals: []steps.Miss{{Event: e.Seq, At: e.At, Summary: what, Call: e.CallID, Nearest: true, Why: why}},
	}}
}

func explain(x *expr.Expr, names map[string]any) *expr.Explanation {
	e := x.Explain(names)
	return &e
}

// excerpt is the scenario's lines around pos, numbered.
func excerpt(plan *schema.Plan, pos schema.Pos) (out []string) {
	plan = planOf(plan, pos.File)
	if plan == nil || pos.Line < 1 {
		return nil
	}
	lines := strings.Split(strings.TrimSuffix(string(plan.Text), "\n"), "\n")
	for n := max(pos.Line-2, 1); n <= min(pos.Line+2, len(lines)); n++ {
		out = append(out, fmt.Sprintf("%d | %s", n, strings.TrimRight(lines[n-1], "\r \t")))
	}
	return out
}

// planOf finds the plan of a file among a plan and those it includes.
func planOf(plan *schema.Plan, file string) (found *schema.Plan) {
	if plan.File == file || file == "" {
		return plan
	}
	walk(plan, func(s *schema.Step) {
		if s.Include != nil && s.Include.File == file {
			found = s.Include
		}
	})
	return found
}

// words are what messages call a turn: "step move", "the await \"carol is back\"", "the await of line 12".
func (t *turn) words() string {
	switch label := t.label(); {
	case t.step.ID != "":
		return "step " + t.key
	case label != t.step.Verb.Name:
		return fmt.Sprintf("the %s %q", t.step.Verb.Name, label)
	}
	return fmt.Sprintf("the %s of line %d", t.step.Verb.Name, t.step.Pos.Line)
}

// errorCode explains the code of a service's error envelope, where the dictionary has more to say than the code itself.
func errorCode(t *turn, r *graph.Reply) *steps.Explained {
	switch {
	case r.Error == nil:
		return nil
	case t == nil:
		return explained(graph.Codes().ExplainError(r.Error))
	}
	return t.run.unsupported(explainedFor(t.step.Verb.Name, t.run.codes().ExplainError(r.Error)))
}

// suggest is `; did you mean "x"?` for the known name nearest to a misspelt one, else the known names.
func suggest(name string, known []string) string {
	if best := problem.Nearest(name, known); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	if len(known) == 0 {
		return ""
	}
	return "; it has " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
}
