package steps

import "callflow/schema"

type setParams struct {
	Values schema.Map[any] `json:"-" inline:"true" doc:"Names and their values."`
}

var set = Define[setParams, struct{}](schema.Verb{
	Name:    "set",
	Summary: "give names to values",
	Detail:  "A value that is one whole `${{ expr }}` keeps its type. A name is given once in a scenario.",
	Role:    schema.Speaks,
	Binds:   true,
	Example: `set:
  greeting: Hello ${{ run.id }}
  attempts: ${{ 1 + 2 }}`,
}, func(env Env, p *setParams) (Outputs, error) {
	for _, v := range p.Values {
		if err := bounded(env, v.Value, v.Key); err != nil {
			return nil, err
		}
		env.Bind(v.Key, v.Value)
	}
	return Outputs{}, nil
})
