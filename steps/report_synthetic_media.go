package steps

import (
	"fmt"
	"time"

	"callflow/internal/graph"
	"callflow/schema"
)

type reportSyntheticMediaParams struct {
	Call        string `json:"call" required:"true" call:"true" doc:"The call's id."`
	Participant string `json:"participant" required:"true" doc:"The participant's id in that call, as rosters have it; not the person's."`
	graph.SyntheticMediaBody
}

type reportSyntheticMediaOutputs struct {
	Call         graph.Object[graph.Call]          `json:"call" doc:"The call."`
	DetectionID  string                            `json:"detectionId" doc:"The report's id, as rosters tell it."`
	Participants []graph.Object[graph.Participant] `json:"participants" doc:"The roster that tells of the report, as last notified; absent when none was."`
	Outcome      string                            `json:"outcome" enum:"shown,accepted" doc:"What it came to."`
	Acted
}

const shown = "shown"

var reportSyntheticMedia = Define[reportSyntheticMediaParams, reportSyntheticMediaOutputs](schema.Verb{
	Name:    "reportSyntheticMedia",
	Summary: "report that a participant's media were made by a machine (beta)",
	Detail: "Beta only; elsewhere a scenario that has it is skipped. For certified detection bots that are in the meeting, with the\n" +
		"permission Calls.ReportSyntheticMedia.All. The service says nothing but 200; the roster then tells of the latest\n" +
		"report: `participants[0].syntheticMediaDetection`. It asks for no more than one report a minute about one participant,\n" +
		"and takes a report that is sent again with a new `id` for another one.",
	Role: schema.Acts,
	Goals: []schema.Goal{
		{Name: shown, Doc: "The roster tells of the report."},
		{Name: accepted, Doc: "The service took the request; a later step waits for what comes of it."},
	},
	Dialects: []string{"beta"},
	Example: `reportSyntheticMedia:
  call: ${{ meetingCall }}
  participant: ${{ doraInMeeting }}
  severity: high
  overallConfidence: 0.92
  isMalicious: true
  contentMetadata: {modality: audio, isRealTime: true, mimeType: audio/pcm, byteSize: 0, duration: 15}
  detections:
    - {modelName: DeepfakeDetector-v2, modality: audio, modelTasks: [voiceClone], confidence: 0.95}`,
	Check: checkReport,
}, runReport)

func checkReport(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
	c := checker{at, report}
	p := params.(*reportSyntheticMediaParams)
	if _, err := time.Parse(time.RFC3339, p.DetectionDateTime); p.DetectionDateTime != "" && err != nil {
		c.report(schema.Problem{Pos: at("detectionDateTime"), Len: len([]rune(p.DetectionDateTime)), Code: "bad-format", Severity: schema.SeverityError,
			Text: fmt.Sprintf("%q is not a time as ISO 8601 writes it", p.DetectionDateTime), Hint: "write it like 2026-03-13T21:00:00Z"})
	}
	c.share(p.OverallConfidence, "overallConfidence")
	for i, d := range p.Detections {
		c.share(d.Confidence, "detections", fmt.Sprint(i), "confidence")
	}
}

// share bounds a number that is a part of a whole; nil is absent, or depends on an expression.
func (c checker) share(n *float64, path ...string) {
	if n != nil && (*n < 0 || *n > 1) {
		c.problem(fmt.Sprintf("%s is %v; it goes from 0 to 1", path[len(path)-1], *n), path...)
	}
}

func runReport(env Env, p *reportSyntheticMediaParams) (Outputs, error) {
	if p.ID == "" {
		p.ID = env.NewID()
	}
	if p.DetectionDateTime == "" {
		p.DetectionDateTime = env.Host().Now().UTC().Format(time.RFC3339)
	}
	id, who := graph.CanonicalID(p.ID), graph.CanonicalID(p.Participant)
	out, err := untilRoster(env, graph.Command{Op: "reportSyntheticMedia", Call: p.Call, Participant: p.Participant, Body: &p.SyntheticMediaBody},
		shown, "the roster tells of the report", func(roster any) bool { return reported(roster, who, id) })
	if out != nil {
		out["detectionId"] = id
	}
	return out, err
}

// reported says whether a roster tells of that report about that participant.
func reported(roster any, who, id string) bool {
	people, _ := roster.([]map[string]any)
	for _, p := range people {
		if p["id"] == who && object(p["syntheticMediaDetection"])["detectionId"] == id {
			return true
		}
	}
	return false
}
