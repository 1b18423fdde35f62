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
	return Outputs{}, Expect(p.That, env.Names())
}

// Expect evaluates all the expectations, of the verb and of a step, and returns a *FailureError that explains the first
// that does not hold and names the others.
func Expect(that []*schema.Expr, names map[string]any) error {
	var failure *Failure
	for _, e := range that {
		holds, err := e.Test(names)
		if err != nil {
			return err
		}
		switch {
		case holds:
		case failure == nil:
			why := e.Explain(names)
			failure = &Failure{Kind: "expect", Pos: e.Pos(), Text: "does not hold: " + e.Text(), Expression: &why}
		default:
			failure.Hints = append(failure.Hints, fmt.Sprintf("%s does not hold either (line %d)", e.Text(), e.Pos().Line))
		}
	}
	if failure != nil {
		return &FailureError{Failure: failure}
	}
	return nil
}
