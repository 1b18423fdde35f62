package steps

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"callflow/internal/graph"
	"callflow/schema"
)

type pollParams struct {
	Read      *schema.Step  `json:"read" required:"true" doc:"The reading step to repeat: getCall, listParticipants or getOperation."`
	Condition *schema.Expr  `json:"condition" required:"true" scope:"step:read" doc:"Over the read's outputs: the poll is over when this holds."`
	Every     time.Duration `json:"every" default:"2s" doc:"How long to wait between two reads."`
}

type pollOutputs struct {
	Call         graph.Object[graph.Call]           `json:"call" doc:"The call, if the read tells of one."`
	Operation    graph.Object[graph.CommsOperation] `json:"operation" doc:"The operation, if the read tells of one."`
	Participants []graph.Object[graph.Participant]  `json:"participants" doc:"The roster, if the read is one of it."`
	Response     ResponseNames                      `json:"response" doc:"The response to the last read."`
	Reads        int                                `json:"reads" doc:"How often it was read."`
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
	began := env.Host().Now()
	every := max(p.Every, time.Millisecond)
	for reads := 1; ; reads++ {
		out, err := env.Read(p.Read)
		if err != nil && !passing(err) {
			return out, err
		}
		names := maps.Clone(env.Names())
		if err == nil {
			out = maps.Clone(out)
			out["reads"] = reads
			maps.Copy(names, out)
			holds, testErr := p.Condition.Test(names)
			if testErr != nil || holds {
				return out, testErr
			}
		}
		// A read that could only begin after the timeout is not waited for.
		now := env.Host().Now()
		if deadline := env.Deadline(); !deadline.IsZero() && !now.Add(every).Before(deadline) {
			return out, unfulfilled(p, names, reads, now.Sub(began), err)
		}
		if err := env.Host().Sleep(every); err != nil {
			return out, err
		}
	}
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

func unfulfilled(p *pollParams, names map[string]any, reads int, waited time.Duration, last error) error {
	f := &Failure{
		Kind: "poll", Pos: p.Condition.Pos(), Awaited: p.Condition.Text(), Waited: waited,
		Text: fmt.Sprintf("the condition did not hold in %d reads within %s", reads, waited),
	}
	if last != nil {
		f.Hints = append(f.Hints, "the last read failed: "+last.Error())
	} else {
		why := p.Condition.Explain(names)
		f.Expression = &why
	}
	return &FailureError{Failure: f}
}
