package steps

import (
	"strings"

	"callflow/internal/graph"
	"callflow/schema"
)

type changeScreenSharingRoleParams struct {
	Call string `json:"call" required:"true" call:"true" doc:"The call's id."`
	graph.ScreenSharingBody
}

type changeScreenSharingRoleOutputs struct {
	Call         graph.Object[graph.Call]          `json:"call" doc:"The call."`
	Participants []graph.Object[graph.Participant] `json:"participants" doc:"The roster that shows the change, as last notified; absent when none was."`
	Outcome      string                            `json:"outcome" enum:"changed,accepted" doc:"What it came to."`
	Acted
}

const changed = "changed"

var changeScreenSharingRole = Define[changeScreenSharingRoleParams, changeScreenSharingRoleOutputs](schema.Verb{
	Name:    "changeScreenSharingRole",
	Summary: "make the bot see what is shared, or share itself",
	Detail: "For group calls with media that the application hosts (`mediaConfig: {blob: …}`). The service says nothing but 202; what\n" +
		"comes of it is the direction of the bot's stream `videoBasedScreenSharing` in the roster: it sends as a `sharer`, and\n" +
		"only receives as a `viewer`.",
	Role: schema.Acts,
	Goals: []schema.Goal{
		{Name: changed, Doc: "The roster shows the bot's stream in that role."},
		{Name: accepted, Doc: "The service took the request; a later step waits for what comes of it.", Pending: true},
	},
	Idempotent: true,
	Example: `changeScreenSharingRole:
  call: ${{ meetingCall }}
  role: sharer`,
}, runChangeScreenSharingRole)

func runChangeScreenSharingRole(env Env, p *changeScreenSharingRoleParams) (Outputs, error) {
	app := graph.CanonicalID(env.Target().Bot.AppID)
	return untilRoster(env, graph.Command{Op: "changeScreenSharingRole", Call: p.Call, Body: &p.ScreenSharingBody},
		changed, "the bot is a "+p.Role, func(roster any) bool { return inRole(roster, app, p.Role) })
}

// inRole says whether a roster shows the bot's stream of screen sharing in the direction of that role.
func inRole(roster any, app, role string) bool {
	people, _ := roster.([]map[string]any)
	for _, p := range people {
		bot := object(object(object(p["info"])["identity"])["application"])
		if bot["id"] != app {
			continue
		}
		for _, x := range graph.AsList(p["mediaStreams"]) {
			st := object(x)
			if st["mediaType"] != "videoBasedScreenSharing" {
				continue
			}
			sends := strings.HasPrefix(text(st["direction"]), "send")
			return sends == (role == "sharer")
		}
	}
	return false
}
