package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type answerParams struct {
	Call string `json:"call" short:"true" required:"true" call:"true" doc:"The incoming call's id."`
	graph.AnswerBody
	ParticipantJoining *graph.JoinAnswer `json:"participantJoining" doc:"What the bot answers when a further participant of its recording policy joins: accept (when absent), {reject: busy}, or {inviteNewBot: {inviteUri: …}}."`
}

type answerOutputs struct {
	Call    graph.Object[graph.Call] `json:"call" doc:"The call, as the last event about it shows it."`
	Outcome string                   `json:"outcome" enum:"established,accepted,terminated" doc:"What the call came to."`
	Acted
}

var answer = Define[answerParams, answerOutputs](schema.Verb{
	Name:    "answer",
	Summary: "answer an incoming call",
	Detail: "The service waits 15 s for it. `acceptedModalities` is `[audio]` when absent, `mediaConfig` media hosted by the\n" +
		"service, and `callbackUri` the run's own: notifications of this call come to the run from here on.\n\n" +
		"A call of policy-based recording has 5 s. It takes as many people as `participantCapacity` says, the first included:\n" +
		"further ones of the policy are announced by events of the kind `participantJoining`, and `participantJoining` says\n" +
		"what the bot answers to those. The answer stands in the response to the notification, so it has to be known here.\n" +
		"Without an `inviteUri`, the new incoming call comes to the run itself. Who leaves is told by `participantLeft`.",
	Role:     schema.Acts,
	Incoming: true,
	Goals:    callGoals,
	Example: `answer:
  call: ${{ p2pCall }}
  acceptedModalities: [audio, video]`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		p := params.(*answerParams)
		if p.AcceptedModalities != nil && len(p.AcceptedModalities) == 0 {
			c.problem("acceptedModalities is empty: a call cannot be answered without media", "acceptedModalities")
		}
		c.within(p.ParticipantCapacity, 1, 1000, "participantCapacity")
		if j := p.ParticipantJoining; j != nil && j.Reject != nil && j.InviteNewBot != nil {
			c.problem("reject and inviteNewBot exclude each other", "participantJoining", "inviteNewBot")
		}
	},
}, runAnswer)

func runAnswer(env Env, p *answerParams) (Outputs, error) {
	if p.AcceptedModalities == nil {
		p.AcceptedModalities = []string{"audio"}
	}
	if p.MediaConfig == nil {
		p.MediaConfig = &graph.MediaConfig{}
	}
	if p.CallbackURI == "" {
		p.CallbackURI = env.Target().Callback
	}
	joining := graph.JoinAnswer{}
	if p.ParticipantJoining != nil {
		joining = *p.ParticipantJoining
	}
	if in := joining.InviteNewBot; in != nil && in.InviteURI == "" {
		joining.InviteNewBot = &graph.InviteNewBot{InviteURI: env.Target().Callback}
	}
	env.Host().AnswerJoining(graph.CanonicalID(p.Call), joining.Body())
	// Legacy answers with an operation; the call's own state says more.
	return act(env, graph.Command{Op: "answer", Call: p.Call, Body: &p.AnswerBody},
		func(*graph.Reply) *watched { return establishes(graph.CanonicalID(p.Call)) })
}
