package steps

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"callflow/internal/graph"
	"callflow/internal/world"
	"callflow/schema"
)

type simulateParams struct{ world.Deed }

var simulate = Define[simulateParams, struct{}](schema.Verb{
	Name:    "simulate",
	Summary: "let a simulated person do something now",
	Detail: "One action, as in the section `simulate`. A scenario with this verb runs against the simulator only, and is skipped\n" +
		"elsewhere.",
	Role:    schema.Speaks,
	Example: `simulate: {hangUp: {who: carol}}`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		checker{at, report}.exactlyOne("simulate", world.Deeds()...)
	},
}, runSimulate)

func runSimulate(env Env, p *simulateParams) (Outputs, error) {
	body, err := json.Marshal(world.Action{Deed: p.Deed})
	if err != nil {
		return nil, err
	}
	response, err := env.Host().Do(Request{
		Bot: env.Target().Bot.Name, Method: http.MethodPost, Path: world.ActionPath,
		Headers: graph.Headers{{Name: "Content-Type", Value: "application/json"}}, Body: body,
	})
	if err != nil {
		return nil, err
	}
	if response.Status >= 400 {
		why := strings.TrimSpace(string(response.Body))
		reply := env.Target().Dialect.Decode(graph.Command{Op: "request"}, response.Status, response.Headers, response.Body)
		if reply.Error != nil && reply.Error.Message != "" {
			why = reply.Error.Message
		}
		return nil, &FailureError{Failure: &Failure{
			Kind: "simulate", Pos: env.Step().VerbPos, Text: fmt.Sprintf("the simulator would not do that (%d): %s", response.Status, why),
		}}
	}
	return Outputs{}, nil
}
