package steps

import (
	"errors"

	"callflow/internal/graph"
	"callflow/schema"
)

type hangUpParams struct {
	Call string `json:"call" short:"true" required:"true" call:"true" doc:"The call's id."`
}

var hangUp = Define[hangUpParams, endOutputs](schema.Verb{
	Name:    "hangUp",
	Summary: "hang up the bot's leg of a call",
	Detail: "In a group call or a meeting only the bot leaves. A call that is gone already (404) has reached the goal.\n\n" +
		"At its end a run hangs up every call it still has, so this is for scenarios in which the hang-up matters.",
	Role:       schema.Acts,
	Goals:      endGoals,
	Idempotent: true,
	Example:    `hangUp: ${{ p2pCall }}`,
}, runHangUp)

func runHangUp(env Env, p *hangUpParams) (Outputs, error) {
	id := graph.CanonicalID(p.Call)
	_, out, err := send(env, graph.Command{Op: "hangUp", Call: p.Call})
	var refused *GraphError
	if errors.As(err, &refused) && refused.Reply.Status == 404 {
		out["outcome"] = terminated
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out["outcome"] = accepted
	if env.Goal() == accepted {
		return out, nil
	}
	if call := picture(env, id); call["ended"] == true {
		// The other side was quicker: no further notification says that the call ended.
		out["outcome"] = terminated
		update(out, "call", map[string]any{"id": id, "state": graph.StateTerminated})
		if result := object(call["resultInfo"]); result != nil {
			out["resultInfo"] = result
		}
		return out, nil
	}
	return follow(env, out, ended(id))
}

// picture is what the run knows of a call.
func picture(env Env, id string) map[string]any {
	return object(object(env.Names()["calls"])[id])
}
