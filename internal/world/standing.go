package world

// StandingHeader is the response header by which a simulator tells callflow, in a refusal with 401 or 403, how the
// application stands in its world: a Standing as JSON. Only who sends StepHeader gets it.
const StandingHeader = "X-Callflow-Standing"

// Standing is how an application stands in a simulated world, whose settings may say otherwise than its token does.
type Standing struct {
	Tenant  string   `json:"tenant,omitempty"` // in which the token counts as taken; "": its own
	Roles   []string `json:"roles"`            // the application permissions
	Calling bool     `json:"calling"`          // its registration has calling enabled
}
