package runner

import (
	"fmt"

	"callflow/internal/graph"
)

// unlisted explains a 404 to a request about a participant: their id is the roster's, and another one in each call. It is
// the ids of people that are written there by mistake. "" when that is not what happened.
func (r *run) unlisted(call, participant string, status int) string {
	if participant == "" || status != 404 {
		return ""
	}
	id := graph.CanonicalID(participant)
	roster, _ := r.calls.of(graph.CanonicalID(call))["participants"].([]map[string]any)
	for _, p := range roster {
		if p["id"] == id {
			return ""
		}
		for _, one := range graph.IdentityIDs(object(object(p["info"])["identity"])) {
			if one == id {
				return fmt.Sprintf("that is the id of %s; as participant of this call they have the id %v: "+
					"capture it from the roster, find(participants, .info.identity.user.id == …).id", graph.PersonName(p), p["id"])
			}
		}
	}
	return "participants have an id of their own in each call: capture it from its roster, find(participants, .info.identity.user.id == …).id"
}
