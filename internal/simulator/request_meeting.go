package simulator

// The bodies of what happens within a meeting.

type muteAllBody struct {
	contextBody
	Participants []string `json:"participants"`
}

type holdBody struct {
	contextBody
	CustomPrompt *struct {
		Type      string `json:"@odata.type"`
		MediaInfo *struct {
			URI string `json:"uri"`
		} `json:"mediaInfo"`
	} `json:"customPrompt"`
}

// check: customPrompt is a mediaPrompt. Graph page "participant: startHoldMusic".
func (b *holdBody) check() string {
	p := b.CustomPrompt
	switch {
	case p == nil:
		return ""
	case typed("customPrompt", p.Type, "mediaPrompt") != "":
		return typed("customPrompt", p.Type, "mediaPrompt")
	case p.MediaInfo == nil || p.MediaInfo.URI == "":
		return "customPrompt.mediaInfo.uri is missing"
	}
	return ""
}

type roleBody struct {
	Role string `json:"role"`
}

type recordingBody struct {
	contextBody
	Status string `json:"status"`
}

type languageBody struct {
	contextBody
	Language string `json:"language"`
}

type metadataBody struct {
	contextBody
	Metadata string `json:"metadata"`
}

type groupBody struct {
	ID          string    `json:"id"`
	RoutingMode string    `json:"routingMode"`
	Sources     *[]string `json:"sources"`
	Receivers   *[]string `json:"receivers"`
}
