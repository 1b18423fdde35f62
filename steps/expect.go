package steps

import (
	"callflow/schema"
	"callflow/schema/expr"
)

type expectParams struct {
	That []*expr.Expr `json:"that" short:"true" required:"true" doc:"What must hold."`
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

// Expect evaluates all the expectations, of the verb and of a step, and returns a *FailureError that explains those that
// do not hold.
func Expect(that []*expr.Expr, names map[string]any) error {
	var failure *Failure
	absent := false
	for _, e := range that {
		holds, err := e.Test(names)
		if err != nil {
			return err
		}
		if holds {
			continue
		}
		why := e.Explain(names)
		absent = absent || hasAbsent(&why)
		if failure == nil {
			failure = &Failure{Kind: "expect", Pos: e.Pos(), Text: "does not hold: " + e.Text(), Expression: &why}
			continue
		}
		failure.Also = append(failure.Also, why)
	}
	if failure == nil {
		return nil
	}
	if absent {
		failure.Hints = append(failure.Hints, "a comparison with something absent is false; `x == nil` and `x != nil` ask whether it is there")
	}
	return &FailureError{Failure: failure}
}

// hasAbsent says whether something in an expression was absent.
func hasAbsent(e *expr.Explanation) bool {
	for i := range e.Parts {
		if hasAbsent(&e.Parts[i]) {
			return true
		}
	}
	return e.Absent
}
