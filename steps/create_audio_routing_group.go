package steps

import (
	"fmt"

	"callflow/internal/graph"
	"callflow/schema"
)

type createAudioRoutingGroupParams struct {
	Call string `json:"call" required:"true" call:"true" doc:"The call's id."`
	graph.AudioRoutingGroupBody
}

// writtenGroupOutputs are those of a verb that writes an audio routing group: what the service answers is all there is.
type writtenGroupOutputs struct {
	AudioRoutingGroup graph.Object[graph.AudioRoutingGroup] `json:"audioRoutingGroup" doc:"The group, as the service has it."`
	Outcome           string                                `json:"outcome" enum:"accepted" doc:"accepted: the service answered."`
	Acted
}

var acceptedGoal = []schema.Goal{{Name: accepted, Doc: "The service did it: nothing more is heard of it."}}

var createAudioRoutingGroup = Define[createAudioRoutingGroupParams, writtenGroupOutputs](schema.Verb{
	Name:    "createAudioRoutingGroup",
	Summary: "make a private audio route between participants",
	Detail: "`id` is a text of yours. A group has one source; `oneToOne` has one receiver, `multicast` several. All of them are\n" +
		"participant ids, as rosters have them.",
	Role:  schema.Acts,
	Goals: acceptedGoal,
	Example: `createAudioRoutingGroup:
  call: ${{ meetingCall }}
  id: whisper
  routingMode: oneToOne
  sources: ["${{ doraInMeeting }}"]
  receivers: ["${{ carolInMeeting }}"]
capture: {route: audioRoutingGroup.id}`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		for _, key := range []string{"routingMode", "sources", "receivers"} {
			if !c.has(key) {
				c.problem(key + " is missing: a group needs routingMode, sources and receivers")
			}
		}
		c.audioGroup(&params.(*createAudioRoutingGroupParams).AudioRoutingGroupBody)
	},
}, func(env Env, p *createAudioRoutingGroupParams) (Outputs, error) {
	reply, out, err := send(env, graph.Command{Op: "createAudioRoutingGroup", Call: p.Call, Body: &p.AudioRoutingGroupBody})
	return written(out, err, reply)
})

// written are the outputs of writing a group.
func written(out Outputs, err error, reply *graph.Reply) (Outputs, error) {
	out, err = told(out, err, "audioRoutingGroup", reply)
	if err == nil {
		out["outcome"] = accepted
	}
	return out, err
}

// audioGroup checks the lists of a group. Graph resource "audioRoutingGroup".
func (c checker) audioGroup(b *graph.AudioRoutingGroupBody) {
	if b.Sources != nil && len(b.Sources) != 1 {
		c.problem(fmt.Sprintf("sources has %d entries; a group has one source", len(b.Sources)), "sources")
	}
	if b.Receivers != nil && len(b.Receivers) == 0 {
		c.problem("receivers is empty: nobody would hear the source", "receivers")
	}
}
