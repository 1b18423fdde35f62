package graph

// The types below are Graph's own, named and spelt as in the v1.0 metadata (calling-types.v1.json in the shared
// reference); members seen on the wire but not declared there say so. They serve three ends: expressions are checked
// against them, events are normalised by them, and verbs marshal them into requests.

// Call is graph.call.
type Call struct {
	ID string `json:"id"`
	// The rest follows: see issue "foundation"; fields are added by the package's author.
	State string `json:"state"`
}

// CommsOperation is graph.commsOperation with the members of its subtypes.
type CommsOperation struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

// Participant is graph.participant.
type Participant struct {
	ID string `json:"id"`
}

// ToneInfo is graph.toneInfo.
type ToneInfo struct {
	SequenceID int64  `json:"sequenceId"`
	Tone       string `json:"tone"`
}

// ResultInfo is graph.resultInfo. Words that legacy put into subCode are in SubcodeText.
type ResultInfo struct {
	Code        int    `json:"code"`
	Subcode     int    `json:"subcode"`
	SubcodeText string `json:"subcodeText"`
	Message     string `json:"message"`
}
