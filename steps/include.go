package steps

import "callflow/schema"

type includeParams struct {
	File string          `json:"file" short:"true" required:"true" doc:"The scenario file, relative to this one; a literal that ends in .yaml or .yml. It may lie above this one: ../shared/join.yaml."`
	With schema.Map[any] `json:"with" doc:"Values for the vars that the file declares."`
}

var include = Define[includeParams, struct{}](schema.Verb{
	Name:    "include",
	Summary: "run the steps of another scenario file",
	Detail: "The file is checked with this one, before anything is sent. Its names are its own: it gets values by `with`, and gives\n" +
		"back its `outputs`, which are this step's outputs.",
	Role: schema.Speaks,
	Example: `include:
  file: join-meeting.yaml
  with: {subject: Weekly}`,
}, func(env Env, p *includeParams) (Outputs, error) {
	for _, v := range p.With {
		if err := bounded(env, v.Value, "with", v.Key); err != nil {
			return nil, err
		}
	}
	return env.Include(p.With)
})
