package steps

import (
	"fmt"

	"callflow/schema"
)

type expectParams struct {
	That []*schema.Expr `json:"that" short:"true" required:"true" doc:"What must hold."`
}

var expect = Define[expectParams, struct{}](schema.Verb{
	Name:    "expect",
	Summary: "fail unless expressions hold",
	Detail: "All of them are evaluated, so that one run shows all that is wrong. To check the outputs of one step, its own `expect`\n" +
		"is shorter.",
	Role: schema.Speaks,
	Example: `expect:
  - calls[p2pCall].ended
  - calls[p2pCall].resultInfo.code == 200`,
}, runExpect)

func runExpect(env Env, p *expectParams) (Outputs, error) {
	var failure *Failure
	for _, e := range p.That {
		holds, err := e.Test(env.Names())
		if err != nil {
			return Outputs{}, err
		}
		switch {
		case holds:
		case failure == nil:
			why := e.Explain(env.Names())
			failure = &Failure{Kind: "expect", Pos: e.Pos(), Text: "does not hold: " + e.Text(), Expression: &why}
		default:
			failure.Hints = append(failure.Hints, fmt.Sprintf("%s does not hold either (line %d)", e.Text(), e.Pos().Line))
		}
	}
	if failure != nil {
		return Outputs{}, &FailureError{Failure: failure}
	}
	return Outputs{}, nil
}
