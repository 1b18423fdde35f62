package steps

import (
	"fmt"
	"strconv"

	"callflow/internal/graph"
	"callflow/schema"
)

type playPromptParams struct {
	Call string `json:"call" required:"true" call:"true" doc:"The call to play to; its media must be hosted by the service."`
	graph.PlayPromptBody
}

var playPrompt = Define[playPromptParams, operationOutputs](schema.Verb{
	Name:    "playPrompt",
	Summary: "play sound files to a call",
	Detail: "The operation completes when the last prompt has been played to its end. The service plays only while the call's\n" +
		"audio is active, which comes a moment after it is established: await `call.mediaState.audio == \"active\"` first. Prompts\n" +
		"and recordings of one call wait for each other, first in, first out; cancelMediaProcessing ends them all. A file is a\n" +
		"WAV of 16 bits and 16 kHz, mono.\n\n" +
		"`clientContext` is generated when absent.",
	Role:     schema.Acts,
	Goals:    operationGoals,
	Operates: true,
	Example: `playPrompt:
  call: ${{ p2pCall }}
  prompts:
    - mediaInfo: {uri: "https://cdn.contoso.com/welcome.wav", resourceId: 1d6de2d4-cd51-4309-8daa-70768651088e}`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		p := params.(*playPromptParams)
		if p.Prompts != nil && len(p.Prompts) == 0 {
			c.problem("prompts is empty: nothing would be played", "prompts")
		}
		c.prompts(p.Prompts, 20)
		c.context(p.ClientContext)
	},
}, runPlayPrompt)

func runPlayPrompt(env Env, p *playPromptParams) (Outputs, error) {
	p.ClientContext = contextOf(env, p.ClientContext)
	return operateMedia(env, graph.Command{Op: "playPrompt", Call: p.Call, Body: &p.PlayPromptBody}, p.ClientContext)
}

// prompts checks a list of prompts.
func (c checker) prompts(list []graph.MediaPrompt, most int) {
	c.atMost(len(list), most, "prompts")
	for i := range list {
		n := strconv.Itoa(i)
		if l := list[i].Loop; l != nil && *l < 0 {
			c.problem(fmt.Sprintf("loop is %d; a prompt is played once or more often", *l), "prompts", n, "loop")
		}
	}
}

// operateMedia is operate for an operation that says in completionReason how it came to its end.
func operateMedia(env Env, c graph.Command, clientContext string) (Outputs, error) {
	return act(env, c, func(r *graph.Reply) *watched { return runsItsCourse(r, clientContext) })
}

// unfinished are the reasons with which an operation on media has not done what it was to do. Cancelled and broken DTMF is
// documented to have the status completed all the same. Graph resources sendDtmfTonesOperation, recordOperation.
var unfinished = map[string]bool{"mediaOperationCanceled": true, "unknown": true, "operationCanceled": true, "playPromptFailed": true,
	"playBeepFailed": true, "mediaReceiveTimeout": true, "unspecifiedError": true, "callTerminated": true}

// runsItsCourse is finishes, where completed does not count with a reason that says otherwise.
func runsItsCourse(r *graph.Reply, clientContext string) *watched {
	w := finishes(r, clientContext)
	byStatus := w.judge
	w.judge = func(e Event) Verdict {
		v := byStatus(e)
		reason := text(w.operation["completionReason"])
		if v.Goal == completed && unfinished[reason] {
			v.Goal, v.Text = failed, "operation completed with the reason "+reason
		}
		return v
	}
	return w
}
