package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type getParticipantParams struct {
	Call        string `json:"call" required:"true" call:"true" doc:"The call's id."`
	Participant string `json:"participant" required:"true" doc:"The participant's id in that call, as rosters have it; not the person's."`
}

type getParticipantOutputs struct {
	Participant graph.Object[graph.Participant] `json:"participant" doc:"The participant."`
	Response    ResponseNames                   `json:"response" doc:"The response."`
}

var getParticipant = Define[getParticipantParams, getParticipantOutputs](schema.Verb{
	Name:       "getParticipant",
	Summary:    "read one participant of a call from the service",
	Detail:     "Somebody who has left is not there any more: 404. A 1:1 call has no participants.",
	Role:       schema.Reads,
	Idempotent: true,
	Example: `getParticipant:
  call: ${{ meetingCall }}
  participant: ${{ doraInMeeting }}
expect: '!participant.isMuted'`,
}, func(env Env, p *getParticipantParams) (Outputs, error) {
	reply, out, err := send(env, graph.Command{Op: "getParticipant", Call: p.Call, Participant: p.Participant})
	return told(out, err, "participant", reply)
})

// told adds the object that a response is about to the outputs.
func told(out Outputs, err error, name string, reply *graph.Reply) (Outputs, error) {
	if err == nil {
		out[name] = object(reply.Body)
	}
	return out, err
}

// toldAll likewise adds a list.
func toldAll(out Outputs, err error, name string, reply *graph.Reply) (Outputs, error) {
	if err == nil {
		out[name] = append([]map[string]any{}, reply.List...)
	}
	return out, err
}
