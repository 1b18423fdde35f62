package steps

import (
	"callflow/internal/graph"
	"callflow/schema"
)

type removeParticipantParams struct {
	Call        string `json:"call" required:"true" call:"true" doc:"The call's id."`
	Participant string `json:"participant" required:"true" doc:"The participant's id in that call, as rosters have it; not the person's."`
}

type removeParticipantOutputs struct {
	Call         graph.Object[graph.Call]          `json:"call" doc:"The call that they were removed from."`
	Participants []graph.Object[graph.Participant] `json:"participants" doc:"The roster without them, as last notified; absent when none was."`
	Outcome      string                            `json:"outcome" enum:"removed,accepted" doc:"What it came to."`
	Acted
}

const removed = "removed"

var removeParticipant = Define[removeParticipantParams, removeParticipantOutputs](schema.Verb{
	Name:    "removeParticipant",
	Summary: "remove a participant from a group call or meeting, or take an invite back",
	Detail: "A participant is dropped at once; that it happened shows the roster that follows, without them. Somebody who is not on\n" +
		"the roster yet, because their invite still rings, is not rung any more: then there is no roster to wait for, and the\n" +
		"invite's operation fails. The reply to the invite tells their participant id where the service tells it at all.\n\n" +
		"The tenant has to allow the application to remove people (Set-CsApplicationMeetingConfiguration).",
	Role: schema.Acts,
	Goals: []schema.Goal{
		{Name: removed, Doc: "They are not on the roster any more."},
		{Name: accepted, Doc: "The service took the request; a later step waits for what comes of it.", Pending: true},
	},
	Idempotent: true,
	Example: `removeParticipant:
  call: ${{ meetingCall }}
  participant: ${{ doraInMeeting }}`,
}, runRemoveParticipant)

func runRemoveParticipant(env Env, p *removeParticipantParams) (Outputs, error) {
	who := graph.CanonicalID(p.Participant)
	return untilRoster(env, graph.Command{Op: "removeParticipant", Call: p.Call, Participant: p.Participant},
		removed, "not on the roster any more", func(roster any) bool { return !listed(roster, who) })
}

// listed says whether a roster has a participant with that id.
func listed(roster any, id string) bool {
	people, _ := roster.([]map[string]any)
	for _, p := range people {
		if p["id"] == id {
			return true
		}
	}
	return false
}
