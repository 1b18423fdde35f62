package steps

import (
	"fmt"
	"slices"

	"callflow/internal/graph"
	"callflow/schema"
)

type createCallOutputs struct {
	Call    graph.Object[graph.Call] `json:"call" doc:"The call, as the response and the last event about it show it."`
	Outcome string                   `json:"outcome" enum:"established,accepted,terminated" doc:"What the call came to."`
	Acted
}

var createCall = Define[graph.CreateCallBody, createCallOutputs](schema.Verb{
	Name:    "createCall",
	Summary: "place an outgoing call or join a meeting",
	Detail: "`targets` says whom to call: one for a 1:1 call, two to five for a group call. `chatInfo` with `meetingInfo` joins a\n" +
		"meeting instead, and `meetingInfo` with a `token` or a `joinMeetingId` does so alone.\n\n" +
		"`requestedModalities` is `[audio]` when absent; `[]` joins without media. `mediaConfig` is media hosted by the\n" +
		"service unless you say otherwise. `tenantId` is the bot's when absent, and `callbackUri` the run's own: give\n" +
		"another one only if you do not want this run to hear of the call.\n\n" +
		"A call that is declined, busy or not answered ends without having been established: `until: terminated` expects\n" +
		"that, and `resultInfo` says how it ended.",
	Role:    schema.Acts,
	Goals:   callGoals,
	Creates: true,
	Example: `createCall:
  targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]
  requestedModalities: [audio]
capture: {outgoing: call.id}`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		p := params.(*graph.CreateCallBody)
		if !c.has("targets") && !c.has("meetingInfo") && !c.has("chatInfo") {
			c.problem("createCall calls nobody: give targets to call somebody, or chatInfo and meetingInfo to join a meeting")
		}
		if c.has("targets") && (c.has("meetingInfo") || c.has("chatInfo")) {
			c.problem("createCall has targets and a meeting: calling somebody and joining a meeting are two calls", "targets")
		}
		c.atMost(len(p.Targets), 5, "targets")
		if c.has("targets") && p.Targets != nil && len(p.Targets) == 0 {
			c.problem("targets is empty: nobody would be called", "targets")
		}
		if c.has("chatInfo") && !c.has("meetingInfo") && !c.has("targets") {
			c.problem("chatInfo says which meeting's chat, and not whose meeting it is: give meetingInfo with its organizer beside it", "chatInfo")
		}
		if p.MeetingInfo != nil && c.has("meetingInfo", "organizer") && !c.has("chatInfo") {
			c.problem("meetingInfo with an organizer needs chatInfo with the meeting's threadId beside it", "meetingInfo")
		}
		if p.MeetingInfo != nil && p.MeetingInfo.Organizer != nil {
			c.ids(p.MeetingInfo.Organizer, "meetingInfo", "organizer")
		}
		for i := range p.Targets {
			c.identity(p.Targets[i].Identity, "targets", fmt.Sprint(i))
			if phone := []string{"targets", fmt.Sprint(i), "identity", "phone"}; c.has(phone...) && !c.callsFromNumber() {
				c.problem("a call to a telephone comes from a number: give source: {identity: {applicationInstance: {id: …}}}, the resource account that has one", phone...)
			}
		}
		c.within(p.RingingTimeoutInSeconds, 1, 115, "ringingTimeoutInSeconds")
	},
}, runCreateCall)

// callsFromNumber says whether the source is an application instance, which has a number, or may be one once an
// expression has decided. https://learn.microsoft.com/graph/api/application-post-calls (create peer-to-peer PSTN call)
func (c checker) callsFromNumber() bool {
	other := slices.ContainsFunc(identities, func(kind string) bool { return c.has("source", "identity", kind) })
	return c.has("source") && !other || c.has("source", "identity", "applicationInstance")
}

func runCreateCall(env Env, p *graph.CreateCallBody) (Outputs, error) {
	if p.RequestedModalities == nil {
		p.RequestedModalities = []string{"audio"}
	}
	if p.MediaConfig == nil && len(p.RequestedModalities) > 0 {
		p.MediaConfig = &graph.MediaConfig{}
	}
	if p.CallbackURI == "" {
		p.CallbackURI = env.Target().Callback
	}
	if p.TenantID == "" {
		p.TenantID = env.Target().Bot.TenantID
	}
	return act(env, graph.Command{Op: "createCall", Body: p}, func(r *graph.Reply) *watched { return establishes(r.CallID) })
}
