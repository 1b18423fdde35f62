package steps

import "callflow/schema"

type logParams struct {
	Text  schema.Line `json:"text" short:"true" required:"true" doc:"What to write. A value that is no text is written as compact JSON."`
	Level string      `json:"level" enum:"info,warning" default:"info" doc:"How much it matters."`
}

var log = Define[logParams, struct{}](schema.Verb{
	Name:    "log",
	Summary: "write a line to the run's journal and output",
	Detail:  "Secrets are masked, as everywhere.",
	Role:    schema.Speaks,
	Example: `log: the caller's call is ${{ p2pCall }}`,
}, func(env Env, p *logParams) (Outputs, error) {
	env.Log(p.Level, string(p.Text))
	return Outputs{}, nil
})
