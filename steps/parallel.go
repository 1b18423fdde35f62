package steps

import "callflow/schema"

type parallelParams struct {
	Branches schema.Map[schema.Block] `json:"-" inline:"true" doc:"Names of branches, each with its list of steps."`
}

var parallel = Define[parallelParams, struct{}](schema.Verb{
	Name:    "parallel",
	Summary: "run lists of steps side by side",
	Detail: "The step is over when every branch is. A branch that fails ends its siblings. What a branch captures can be used\n" +
		"after the join, so two branches cannot capture one name. Several awaits that wait at once are offered an event in\n" +
		"the order of the file.",
	Role: schema.Speaks,
	Example: `parallel:
  first:
    - sleep: 1s
  second:
    - log: waiting for the first`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		p := params.(*parallelParams)
		if len(p.Branches) == 0 {
			c.problem("parallel has no branches")
		}
		for _, b := range p.Branches {
			if len(b.Value) == 0 {
				c.problem("the branch "+b.Key+" has no steps", b.Key)
			}
		}
	},
}, func(env Env, p *parallelParams) (Outputs, error) {
	return Outputs{}, env.Branches(p.Branches)
})
