package steps

import (
	"fmt"
	"slices"

	"callflow/internal/graph"
	"callflow/schema"
)

type createCallOutputs struct {
	Call    graph.Object[graph.Call] `json:"call" doc:"The call, as the response and the last event about it show it."`
	Outcome string                   `json:"outcome" enum:"established,accepted,terminated,voicemail" doc:"What the call came to."`
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
		"that, and `resultInfo` says how it ended.\n\n" +
		"**Voicemail** that picks up looks like an answer. Where the wire tells, by `answeredBy` with the endpointType\n" +
		"`voicemail` or an application in a person's place, the call has reached `voicemail`, and a step that\n" +
		" wanted `established` fails with `voicemail_suspected`. No page documents such a notification, and without\n" +
		"one nothing is suspected: then only time tells. Give the step a `timeout` shorter than the time after which their\n" +
		"voicemail picks up. A call that is established with a `resultInfo.code` of 400 or more fails too\n" +
		"(`established_with_error`).",
	Role:    schema.Acts,
	Goals:   append(callGoals[:len(callGoals):len(callGoals)], schema.Goal{Name: voicemailGoal, Doc: "The call is established, with a voicemail."}),
	Creates: true,
	Gathers: func(params any) bool {
		p := params.(*graph.CreateCallBody)
		return len(p.Targets) > 1 || p.ChatInfo != nil || p.MeetingInfo != nil
	},
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
			one := c.identity(p.Targets[i].Identity, "targets", fmt.Sprint(i))
			if phone := []string{"targets", fmt.Sprint(i), "identity", "phone"}; one && c.has(phone...) && !c.callsFromNumber() {
				c.problem("a call to a telephone comes from a number: give source: {identity: {applicationInstance: {id: …}}}, the resource account that has one; to see how the service refuses it (7507), use request", phone...)
			}
		}
		if p.Source != nil && p.Source.Identity != nil {
			c.identity(p.Source.Identity, "source")
		}
		if guest := []string{"source", "identity", "guest"}; c.has(guest...) && !c.has(append(guest, "displayName")...) {
			c.problem("a guest needs a displayName beside the id: it is what the others see", guest...)
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
	return act(env, graph.Command{Op: "createCall", Body: p}, func(r *graph.Reply) *watched { return answered(r.CallID, p) })
}

// voicemailGoal is reached in the place of established where the wire tells who answered.
const voicemailGoal = "voicemail"

// answered judges a call as establishes does, and looks at who answered. Graph's types have answeredBy (beta) and the
// endpointType voicemail; which notification would carry them is undocumented.
func answered(id string, p *graph.CreateCallBody) *watched {
	w := establishes(id)
	judge := w.judge
	w.judge = func(e Event) Verdict {
		v := judge(e)
		by := object(w.call["answeredBy"])
		if v.Goal != established || by == nil {
			return v
		}
		identity := object(by["identity"])
		person := len(p.Targets) == 1 && p.Targets[0].Identity != nil && p.Targets[0].Identity.Application == nil
		machine := person && identity["application"] != nil && identity["user"] == nil && identity["phone"] == nil
		if text(by["endpointType"]) == "voicemail" || machine {
			return Verdict{Goal: voicemailGoal, Final: true, Reason: VoicemailSuspected, Text: "the call is established, answered by " + voice(by, machine)}
		}
		return v
	}
	return w
}

func voice(by map[string]any, machine bool) string {
	if machine {
		return "the application " + graph.PersonName(by) + " in a person's place"
	}
	return "the voicemail of " + graph.PersonName(by)
}
