package runner

import (
	"encoding/json"
	"fmt"

	"callflow/internal/graph"
	"callflow/steps"
)

// nobodys says of a failed action that nobody of the simulated world has an id that its request names: a digit is wrong, or
// somebody is missing from the people.
func (t *turn) nobodys(f *steps.Failure) {
	r := t.run
	if f.Kind == "value" || !r.Target.Simulated || r.Scene == nil || len(r.Scene.People) == 0 || t.sent.body == nil {
		return
	}
	var body map[string]any
	_ = json.Unmarshal(t.sent.body, &body)
	for _, key := range []string{"targets", "participants", "transferTarget", "transferee"} {
		list, several := body[key].([]any)
		if !several {
			list = []any{body[key]}
		}
		for _, one := range list {
			set := object(object(one)["identity"])
			if object(set["application"]) != nil {
				continue // a bot
			}
			if ids := graph.IdentityIDs(set); len(ids) > 0 && r.known(ids) == "" {
				f.Hints = append([]string{r.nobodyHas(ids[0])}, f.Hints...)
			}
		}
	}
}

// nobodyHas names whose id differs in one or two characters.
func (r *run) nobodyHas(id string) string {
	text := fmt.Sprintf("nobody in simulate.people has the id %s: a simulated world that names people has nobody else", id)
	for _, p := range r.people {
		other := 0
		for i := range min(len(p.ID), len(id)) {
			if p.ID[i] != id[i] {
				other++
			}
		}
		if len(p.ID) == len(id) && other <= 2 {
			return text + fmt.Sprintf("; did you mean %s, %s?", p.Name, p.ID)
		}
	}
	return text
}
