package steps

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/schema/expr"
)

type pollParams struct {
	Read      *schema.Step  `json:"read" required:"true" doc:"The reading step to repeat: getCall, listParticipants or getOperation."`
	Condition *expr.Expr    `json:"condition" required:"true" scope:"step:read" doc:"Over the read's outputs: the poll is over when this holds."`
	Every     time.Duration `json:"every" default:"2s" doc:"How long to wait between two reads."`
}

type pollOutputs struct {
	Call         graph.Object[graph.Call]                    `json:"call" doc:"The call, if the read tells of one."`
	Operation    graph.Object[graph.CommsOperation]          `json:"operation" doc:"The operation, if the read tells of one."`
	Participants []graph.Object[graph.Participant]           `json:"participants" doc:"The roster, if the read is one of it."`
	Participant  graph.Object[graph.Participant]             `json:"participant" doc:"The participant, if the read is of one."`
	Sessions     []graph.Object[graph.ContentSharingSession] `json:"contentSharingSessions" doc:"What is being shown, if the read is of that."`
	Groups       []graph.Object[graph.AudioRoutingGroup]     `json:"audioRoutingGroups" doc:"The audio routing groups, if the read is of them."`
	Response     ResponseNames                               `json:"response" doc:"The response to the last read."`
	Reads        int                                         `json:"reads" doc:"How often it was read."`
}

var poll = Define[pollParams, pollOutputs](schema.Verb{
	Name:    "poll",
	Summary: "repeat a read until an expression holds",
	Detail: "For what the service does not notify of. The first read is made at once; the step's timeout (30 s) bounds them all. A\n" +
		"read that is throttled (429), fails with a 5xx or gets no response is repeated; any other error ends the poll.",
	Role: schema.Watches,
	Example: `poll:
  read: {getCall: "${{ p2pCall }}"}
  condition: call.state == "established"
  every: 2s`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		p := params.(*pollParams)
		if p.Read != nil && p.Read.Verb != nil && p.Read.Verb.Role != schema.Reads {
			c.problem(fmt.Sprintf("poll repeats a read, and %s is none; getCall, listParticipants and getOperation are", p.Read.Verb.Name), "read")
		}
		if c.has("every") && p.Every < 0 {
			c.problem(fmt.Sprintf("every is %s; it must be longer than nothing", p.Every), "every")
		}
	},
}, runPoll)

func runPoll(env Env, p *pollParams) (Outputs, error) {
	w := polling{pollParams: p, env: env, began: env.Host().Now()}
	every := max(p.Every, time.Millisecond)
	for {
		out, err := env.Read(p.Read)
		if err != nil && !passing(err) {
			return out, w.cut(err)
		}
		w.reads++
		w.failed = err
		if err == nil {
			out = maps.Clone(out)
			out["reads"] = w.reads
			w.names = maps.Clone(env.Names())
			maps.Copy(w.names, out)
			if holds, err := p.Condition.Test(w.names); err != nil || holds {
				return out, err
			}
		}
		// A read that could only begin after the timeout is not waited for.
		if deadline := env.Deadline(); !deadline.IsZero() && !env.Host().Now().Add(every).Before(deadline) {
			return out, &FailureError{Failure: w.unfulfilled()}
		}
		if err := env.Host().Sleep(every); err != nil {
			return out, w.cut(err)
		}
	}
}

// polling is a poll that goes on.
type polling struct {
	*pollParams
	env    Env
	began  time.Time
	reads  int            // that came back
	names  map[string]any // what the condition saw last; nil: no read has succeeded
	failed error          // of the last read
}

// passing says whether an error may be gone at the next read.
func passing(err error) bool {
	var refused *GraphError
	if errors.As(err, &refused) {
		status := refused.Reply.Status
		return status == 408 || status == 429 || status >= 500
	}
	var broken *NetError
	return errors.As(err, &broken) && !broken.Auth
}

// cut tells with an error that ends the poll what its reads had shown.
func (w *polling) cut(err error) error {
	if w.reads == 0 {
		return err
	}
	return &CutError{Err: err, Failure: w.unfulfilled()}
}

func (w *polling) unfulfilled() *Failure {
	end := w.env.Host().Now()
	if deadline := w.env.Deadline(); !deadline.IsZero() && end.After(deadline) { // a read that was cut off had its grace
		end = deadline
	}
	waited := end.Sub(w.began)
	reads := "1 read"
	if w.reads > 1 {
		reads = fmt.Sprintf("%d reads", w.reads)
	}
	f := &Failure{
		Kind: "poll", Pos: w.Condition.Pos(), Awaited: w.Condition.Text(), Waited: waited,
		Text: fmt.Sprintf("the condition did not hold in %s within %s", reads, Span(waited)),
	}
	if w.failed != nil {
		f.Hints = append(f.Hints, "the last read failed: "+w.failed.Error())
	}
	if w.names != nil {
		why := w.Condition.Explain(w.names)
		f.Expression = &why
	}
	return f
}
