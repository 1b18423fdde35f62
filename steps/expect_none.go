package steps

import (
	"fmt"
	"time"

	"callflow/schema"
	"callflow/schema/expr"
)

type expectNoneParams struct {
	Match     *expr.Expr    `json:"match" required:"true" scope:"event" doc:"The event that must not come."`
	For       time.Duration `json:"for" required:"true" doc:"How long it must not come."`
	Call      string        `json:"call" call:"true" doc:"Look only at events of this call."`
	Operation string        `json:"operation" operation:"true" doc:"Look only at events of this operation."`
}

var expectNone = Define[expectNoneParams, struct{}](schema.Verb{
	Name:    "expectNone",
	Summary: "wait a while and fail if a matching notification comes",
	Detail: "Sees new events only, whether another step has claimed them or not, and claims none. It always takes the whole `for`;\n" +
		"a step that is cut off before has not passed.",
	Role:  schema.Watches,
	Takes: func(params any) time.Duration { return params.(*expectNoneParams).For },
	Foreign: map[string]string{"from": "it sees only events that come while it waits, so leave from out; for what may have come since a step " +
		"write never beside the match of an await that has from, or never in the scenario"},
	Example: `expectNone:
  match: call.state == "terminated"
  for: 5s`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		if p := params.(*expectNoneParams); p.For < 0 {
			c.problem(fmt.Sprintf("for is %s; it must be longer than nothing", p.For), "for")
		}
	},
}, func(env Env, p *expectNoneParams) (Outputs, error) {
	_, err := env.Await(&Watch{
		Mode: ExpectNot, Parts: []Part{{Expr: p.Match}}, Call: p.Call, Operation: p.Operation, For: p.For,
	})
	return Outputs{}, err
})
