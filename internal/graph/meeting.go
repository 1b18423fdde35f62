package graph

// AudioRoutingGroup is graph.audioRoutingGroup: a private audio route between participants of one call.
type AudioRoutingGroup struct {
	ODataType   string   `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	ID          string   `json:"id,omitzero" doc:"The group's id, which its creator chooses."`
	RoutingMode string   `json:"routingMode,omitzero" enum:"oneToOne,multicast" doc:"Whether one participant hears the source, or several do."`
	Sources     []string `json:"sources,omitzero" doc:"The participant id of who is heard."`
	Receivers   []string `json:"receivers,omitzero" doc:"The participant ids of those who hear."`
}

// ContentSharingSession is graph.contentSharingSession: something that is being shown in a call.
type ContentSharingSession struct {
	ODataType              string `json:"@odata.type,omitzero" doc:"Graph's name of the type."`
	ID                     string `json:"id,omitzero" doc:"The session's id."`
	PresenterParticipantID string `json:"presenterParticipantId,omitzero" doc:"The participant id of who shows it (beta)."`
	PNGOfCurrentSlide      string `json:"pngOfCurrentSlide,omitzero" doc:"The slide that is shown, as a picture (beta)."`
}

// readSharing reads the sessions that began, changed or ended.
func (e *Event) readSharing(n *normaliser, data any) {
	e.Kind = KindSharing
	in, ok := data.([]any)
	if !ok && data != nil { // beta's page shows notifications without data
		in = []any{data}
	}
	sessions := make([]map[string]any, 0, len(in))
	for _, x := range in {
		o, ok := x.(map[string]any)
		if !ok {
			n.note("a content sharing session is %s, not an object", sketch(x))
			continue
		}
		sessions = append(sessions, n.object(sessionShape, o))
	}
	e.View["sharing"] = sessions
	e.callOnly()
}
