package steps

import (
	"fmt"
	"time"

	"callflow/schema"
)

type sleepParams struct {
	For time.Duration `json:"for" short:"true" required:"true" doc:"How long."`
}

var sleep = Define[sleepParams, struct{}](schema.Verb{
	Name:    "sleep",
	Summary: "do nothing for a while",
	Detail:  "Notifications that come meanwhile are kept for later steps. To wait for one, `await` it: that is quicker and surer.",
	Role:    schema.Speaks,
	Example: `sleep: 2s`,
	Takes:   func(params any) time.Duration { return params.(*sleepParams).For },
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		if p := params.(*sleepParams); p.For < 0 {
			c.problem(fmt.Sprintf("cannot sleep for %s", p.For))
		}
	},
}, func(env Env, p *sleepParams) (Outputs, error) {
	return Outputs{}, env.Host().Sleep(max(p.For, 0))
})
