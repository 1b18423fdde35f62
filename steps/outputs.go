package steps

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"callflow/internal/graph"
)

// ResponseNames is a response as expressions see it.
type ResponseNames struct {
	Status  int               `json:"status" doc:"The HTTP status."`
	Headers map[string]string `json:"headers" doc:"The headers, by their names as HTTP spells them: Retry-After."`
	Body    any               `json:"body" doc:"The body, with ids and enums in the form expressions see; a text when it is no JSON."`
}

// Acted is what every acting verb yields besides its own outputs. The runner adds response and attempts.
type Acted struct {
	ResultInfo graph.Object[graph.ResultInfo] `json:"resultInfo" doc:"What the service said of the outcome, if it said anything."`
	Response   ResponseNames                  `json:"response" doc:"The response to the last attempt."`
	Attempts   int                            `json:"attempts" doc:"How often the request was sent."`
}

// operationOutputs are the outputs of a verb that begins an operation.
type operationOutputs struct {
	Call      graph.Object[graph.Call]           `json:"call" doc:"The call that the operation belongs to."`
	Operation graph.Object[graph.CommsOperation] `json:"operation" doc:"The operation, as the response and the last event about it show it."`
	Outcome   string                             `json:"outcome" enum:"completed,accepted,failed" doc:"What the operation came to."`
	Acted
}

// replied are the outputs that follow from a response: call and operation, where it tells of them. The runner adds
// response.
func replied(r *graph.Reply) Outputs {
	out := Outputs{}
	if r == nil {
		return out
	}
	if r.CallID != "" {
		out["call"] = named(r.Call, r.CallID)
	}
	if r.OperationID != "" {
		out["operation"] = named(r.Operation, r.OperationID)
	}
	return out
}

// named returns an object that has its id: the same one if it has.
func named(m map[string]any, id string) map[string]any {
	if m["id"] == id {
		return m
	}
	return with(m, "id", id)
}

// with returns a copy of an object that has the member too.
func with(m map[string]any, key string, value any) map[string]any {
	m = maps.Clone(m)
	if m == nil {
		m = map[string]any{}
	}
	m[key] = value
	return m
}

// send makes one attempt. A refused request has outputs too: its response.
func send(env Env, c graph.Command) (*graph.Reply, Outputs, error) {
	reply, err := env.Send(c)
	var refused *GraphError
	if reply == nil && errors.As(err, &refused) {
		reply = refused.Reply
	}
	if err == nil && reply.Lacks != "" {
		err = &FailureError{Failure: &Failure{Kind: "response", Text: fmt.Sprintf("%s was answered with %s, but the response %s",
			env.Step().Verb.Name, statusText(reply.Status), reply.Lacks)}}
	}
	return reply, replied(reply), err
}

// act sends a command and, unless it only has to be accepted, follows its events until the goal.
func act(env Env, c graph.Command, judge func(*graph.Reply) *watched) (Outputs, error) {
	reply, out, err := send(env, c)
	if err != nil {
		return out, err
	}
	out["outcome"] = accepted
	if env.Goal() == accepted {
		return out, nil
	}
	return follow(env, out, judge(reply))
}

// operate sends a command that begins an operation, and follows that operation until the goal.
func operate(env Env, c graph.Command, clientContext string) (Outputs, error) {
	return act(env, c, func(r *graph.Reply) *watched { return finishes(r, clientContext) })
}

// contextOf is the author's clientContext, else a fresh one: notifications of the operation are known by it.
func contextOf(env Env, given string) string {
	if given == "" {
		return env.NewID()
	}
	return given
}

// follow waits for the goal; the outputs then show the call or operation as the last event did.
func follow(env Env, out Outputs, w *watched) (Outputs, error) {
	verdict, err := env.Follow(w.judge)
	if verdict.Goal != "" {
		out["outcome"] = verdict.Goal
	}
	if verdict.ResultInfo != nil {
		out["resultInfo"] = verdict.ResultInfo
	}
	update(out, "call", w.call)
	update(out, "operation", w.operation)
	settle(env, out)
	return out, err
}

// settle adds the state that the run knows of the call, where nothing that belongs to the action told it: legacy notifies
// of a transfer by its operation.
func settle(env Env, out Outputs) {
	call := object(out["call"])
	if id, _ := call["id"].(string); id != "" && call["state"] == nil {
		if state := picture(env, id)["state"]; state != nil {
			out["call"] = with(call, "state", state)
		}
	}
}

func update(out Outputs, name string, news map[string]any) {
	if news == nil {
		return
	}
	have, _ := out[name].(map[string]any)
	have = maps.Clone(have)
	if have == nil {
		have = map[string]any{}
	}
	maps.Copy(have, news)
	out[name] = have
}

// statusText is a status as people read it: "202 Accepted".
func statusText(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}
