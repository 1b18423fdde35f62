package runner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/steps"
)

// errDone ends a scope that is no longer needed.
var errDone = errors.New("done")

// ended is why a scope ended before what ran in it did: a timeout, a sibling's failure, never.
type ended struct {
	kind    string // of the failure it makes: timeout, never, sibling
	why     string // "timeout of 10s of step move"
	turn    *turn  // whose timeout it is; nil: not a step's
	failure *steps.Failure
}

func (e *ended) Error() string { return e.why }

// stepError is a step that failed: its journal says why already.
type stepError struct {
	key     string
	failure *steps.Failure
	broken  bool // the target could not be tested at all
}

func (e *stepError) Error() string { return "step " + e.key + " failed: " + e.failure.Text }

func isStepError(err error) bool {
	var s *stepError
	return errors.As(err, &s)
}

// cancelled says why t was ended from outside; "" if it was not.
func cancelled(t *turn, err error) string {
	var over *ended
	switch {
	case errors.As(err, &over) && over.turn != t:
		return over.why
	case errors.Is(err, steps.ErrInterrupted):
		return "interrupted"
	}
	return ""
}

// broken says whether an error means that the target cannot be tested at all: no token, or no permission before any
// call existed.
func (r *run) broken(err error) bool {
	var net *steps.NetError
	if errors.As(err, &net) && net.Auth {
		return true
	}
	var refused *steps.GraphError
	return errors.As(err, &refused) && (refused.Reply.Status == 401 || refused.Reply.Status == 403) && len(r.legs.all) == 0
}

// failure explains an error of a turn (nil: of the frame) to people. The runner's own position and excerpt are filled in
// where the error has none.
func failure(f *frame, t *turn, err error) *steps.Failure {
	out := describeError(t, err)
	if out.Pos == (schema.Pos{}) && t != nil {
		out.Pos = t.step.VerbPos
		if out.Pos == (schema.Pos{}) {
			out.Pos = t.step.Pos
		}
	}
	if out.Excerpt == nil {
		out.Excerpt = excerpt(f.plan, out.Pos)
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
		value   *schema.EvalError
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
		return &steps.Failure{Kind: "outcome", Text: outcome.Error(), Code: explainCode(resultInfo(outcome.Verdict.ResultInfo))}
	case errors.As(err, &refused):
		return &steps.Failure{Kind: "graph", Text: refused.Error(), Graph: refused.Reply.Error, Code: errorCode(refused.Reply)}
	case errors.As(err, &net):
		return unanswered(t, net)
	case errors.As(err, &value):
		return &steps.Failure{Kind: "value", Pos: value.Pos, Text: fmt.Sprintf("cannot evaluate %s: %v", value.Expr, value.Err)}
	case errors.As(err, &over):
		f := &steps.Failure{Kind: over.kind, Text: over.why}
		if over.failure != nil {
			f = over.failure
		} else if t != nil && over.turn == t {
			f.Text = fmt.Sprintf("step %s was not done within its timeout of %s", t.key, steps.Span(t.limit))
			f.Waited = t.limit
		}
		return f
	case errors.Is(err, steps.ErrInterrupted):
		return &steps.Failure{Kind: "interrupted", Text: "interrupted"}
	case errors.Is(err, steps.ErrNothing):
		return &steps.Failure{Kind: "nothing", Text: "nothing can happen any more in the simulated world, and the step still waits"}
	}
	return &steps.Failure{Kind: "error", Text: err.Error()}
}

// unanswered is the failure of a request that got no response.
func unanswered(t *turn, net *steps.NetError) *steps.Failure {
	what := "the request"
	if t != nil {
		what = t.step.Verb.Name
	}
	switch {
	case net.Auth:
		return &steps.Failure{Kind: "token", Text: what + " was not sent, for there is no token: " + net.Error()}
	case net.Refused:
		return &steps.Failure{Kind: "network", Text: what + " could not be sent: " + net.Error()}
	}
	return &steps.Failure{Kind: "network", Text: what + " got no response: " + net.Error(),
		Hints: []string{"nobody knows whether the service has acted on it"}}
}

// stop explains the end of the main scope: what ended it, and which steps were under way.
func (r *run) stop(err error) *steps.Failure {
	f := *failure(r.root, nil, err)
	if f.Kind == "never" || len(r.stopped) == 0 {
		return &f
	}
	keys := make([]string, len(r.stopped))
	for i, t := range r.stopped {
		keys[i] = t.key
	}
	waiting := "step " + keys[0] + " was waiting"
	if len(keys) > 1 {
		waiting = "steps " + strings.Join(keys, ", ") + " were waiting"
	}
	if f.Kind == "timeout" {
		f.Text += " reached"
	}
	f.Text += " while " + waiting
	if f.Pos == (schema.Pos{}) {
		f.Pos = r.stopped[0].step.Pos
		f.Excerpt = excerpt(r.plan, f.Pos)
	}
	return &f
}

// neverStruck is why the frame's never ends the main scope.
func neverStruck(f *frame, never *schema.Expr, e *entry, names map[string]any) *ended {
	what := summary(e.Event.Event)
	return &ended{kind: "never", why: "never came true: " + never.Text(), failure: &steps.Failure{
		Kind: "never", Pos: never.Pos(), Excerpt: excerpt(f.plan, never.Pos()),
		Text:       "never came true: " + never.Text() + " (" + what + ")",
		Expression: explain(never, names), Code: codeOf(e),
		Arrivals: []steps.Miss{{Event: e.Seq, At: e.At, Summary: what}},
	}}
}

func explain(x *schema.Expr, names map[string]any) *schema.Explanation {
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

// errorCode explains the code of a service's error envelope, where it is one of the calling service's numbers.
func errorCode(r *graph.Reply) *steps.Explained {
	if r.Error == nil {
		return nil
	}
	if entry, ok := graph.LookupError(r.Error); ok {
		return explained(entry)
	}
	return nil
}

// suggest is `; did you mean "x"?` for the known name nearest to a misspelt one, else the known names.
func suggest(name string, known []string) string {
	if best := schema.Nearest(name, known); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	if len(known) == 0 {
		return ""
	}
	return "; it has " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
}
