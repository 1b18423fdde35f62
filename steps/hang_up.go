package steps

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

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
		"At its end a run hangs up every call it still has, so this is for scenarios in which the hang-up matters.\n\n" +
		"To hang up a call whose transfer is under way cuts off whoever is being transferred. So the step fails\n" +
		"(`hung_up_in_transfer`) if the call ended of it and not of the transfer; the check before the run warns of it\n" +
		"(`hangup-in-transfer`). Who wants just that writes `until: accepted`.",
	Role:       schema.Acts,
	Ends:       true,
	Goals:      endGoals,
	Idempotent: true,
	Example:    `hangUp: ${{ p2pCall }}`,
}, runHangUp)

func runHangUp(env Env, p *hangUpParams) (Outputs, error) {
	id := graph.CanonicalID(p.Call)
	step, began, underWay := env.Transfer(id)
	sent := env.Host().Now()
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
		// The other side was quicker, or the news of the end: no further notification says that the call ended.
		out["outcome"] = terminated
		update(out, "call", map[string]any{"id": id, "state": graph.StateTerminated})
		if result := object(call["resultInfo"]); result != nil {
			out["resultInfo"] = result
		}
	} else {
		out, err = follow(env, out, ended(id))
	}
	if err == nil && underWay { // also if the news of the end came before the response
		err = cutOff(env, id, sent, otherParty(env, id), Fact{At: began, Text: "the transfer was sent by " + step})
	}
	return out, err
}

// cutOff is the failure of a hang-up that ended a call in the middle of its transfer; nil: the transfer ended it.
func cutOff(env Env, call string, sent time.Time, transferee string, transfer Fact) error {
	end := ends(env, call)
	if end == nil || hasTransferred(object(end.View["call"])) {
		return nil
	}
	after := Span(end.At.Sub(sent))
	return &FailureError{Failure: &Failure{Kind: "contradiction", Reason: HungUpInTransfer,
		Text: fmt.Sprintf("the call was hung up while its transfer was under way: it ended %s after the DELETE, not by being transferred", after),
		Facts: []Fact{transfer, {At: sent, Text: "the DELETE was sent"},
			{At: end.At, Event: end.Seq, Text: "the leg of " + transferee + ", who was being transferred, ended " + after + " after the DELETE: the target has nobody to talk to"}},
		Hints: []string{"wait for the transfer's outcome before hanging up; if cutting it off is what you test, write `until: accepted` here"},
	}}
}

// otherParty is what people call the one at the other end of a call between two, as far as that is known.
func otherParty(env Env, call string) string {
	known := picture(env, call)
	info := object(known["source"])
	if targets, _ := known["targets"].([]any); known["direction"] == "outgoing" && len(targets) == 1 {
		info = object(targets[0])
	}
	for _, id := range graph.IdentityIDs(object(info["identity"])) {
		if bareID(id) != graph.CanonicalID(env.Target().Bot.AppID) {
			return env.Person(bareID(id), "")
		}
	}
	return "the one"
}

// hasTransferred says of a call's end that it is a transfer's. Graph page "call: transfer".
func hasTransferred(call map[string]any) bool {
	return number(object(call["resultInfo"])["subcode"]) == 7015 || call["terminationReason"] == "AppTransferred"
}

// picture is what the run knows of a call.
func picture(env Env, id string) map[string]any {
	return object(object(env.Names()["calls"])[id])
}

// legText is a call in words: its id, and who is on it besides the bot, as far as that is known.
func legText(env Env, id string) string {
	known := picture(env, id)
	bot := graph.CanonicalID(env.Target().Bot.AppID)
	var names []string
	add := func(info map[string]any) {
		ids := graph.IdentityIDs(object(info["identity"]))
		if len(ids) == 0 || slices.ContainsFunc(ids, func(id string) bool { return bareID(id) == bot }) {
			return
		}
		if name := env.Person(bareID(ids[0]), ""); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if known["direction"] == "incoming" {
		add(object(known["source"]))
	}
	targets, _ := known["targets"].([]any)
	for _, target := range targets {
		add(object(target))
	}
	if len(names) == 0 {
		return "call " + id
	}
	return "call " + id + " (" + strings.Join(names, ", ") + ")"
}
