package simulator

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"
)

type syntheticBody struct {
	ID                string   `json:"id"`
	DetectionDateTime string   `json:"detectionDateTime"`
	Severity          *string  `json:"severity"`
	OverallConfidence *float64 `json:"overallConfidence"`
	IsMalicious       *bool    `json:"isMalicious"`
	ContentMetadata   obj      `json:"contentMetadata"`
	Detections        []obj    `json:"detections"`
}

// reportSyntheticMedia takes a bot's report that a participant's media are synthetic; the rosters of beta's calls tell of the
// latest. Graph page "participant: reportSyntheticMedia" (beta, June 2026), also for who may and for the 403 of a bot that
// is not admitted. Ours are: a call that is not up or is one between two is refused as everywhere, an id that comes again
// is a report like any other, detectorBot is the bot's application, and who is trusted.
func (s *Service) reportSyntheticMedia(c *call, q *request) reply {
	var b syntheticBody
	if e := q.read(&b); e != nil {
		return *e
	}
	switch p := b.check(); {
	case p != "":
		return badRequest("%s", p)
	case !guidForm.MatchString(q.participant):
		return badRequest("the participant's id is %q; it must be a GUID", clip(q.participant))
	case c.state == established && c.me.inLobby:
		return failure(403, "Forbidden", "The bot is in the lobby; it has to be admitted before it can report.")
	}
	if e := s.inGroup(c, q.verb); e != nil {
		return *e
	}
	m := s.memberFor(c, q.participant)
	if m == nil {
		return noParticipant(c, q.participant)
	}
	m.synthetic = obj{"@odata.type": typeOf("syntheticMediaDetectionInfo"), "detectionId": b.ID, "detectorBot": c.bot.id,
		"isParticipantTrusted": c.bot.trusts(m.party), "syntheticConfidence": *b.OverallConfidence}
	s.changed(m)
	s.observe(m.party.shown(), "is reported to be synthetic", c.id)
	return reply{status: 200}
}

// trusts: the resource "syntheticMediaDetectionInfo" gives "a known internal user" as its example; here that is a user of
// the bot's own tenant (ours).
func (p *party) trusts(who *party) bool {
	return who.kind == "user" && strings.EqualFold(who.tenantID, p.tenantID)
}

// check says what is wrong with a report. Which parts of contentMetadata there have to be is advice on its page, and not looked at.
func (b *syntheticBody) check() string {
	severity := ""
	if b.Severity != nil && !isOneOf("low", "medium", "high")(*b.Severity) {
		severity = fmt.Sprintf("severity is %q; it may be low, medium or high", clip(*b.Severity))
	}
	_, err := time.Parse(time.RFC3339, b.DetectionDateTime)
	problem := first(
		missing("id", b.ID == ""), missing("detectionDateTime", b.DetectionDateTime == ""), missing("overallConfidence", b.OverallConfidence == nil),
		missing("isMalicious", b.IsMalicious == nil), missing("contentMetadata", b.ContentMetadata == nil), missing("detections", b.Detections == nil),
		severity)
	switch {
	case problem != "":
		return problem
	case !guidForm.MatchString(b.ID):
		return fmt.Sprintf("id is %q; it must be a GUID", clip(b.ID))
	case err != nil:
		return fmt.Sprintf("detectionDateTime is %q; it must be a time like 2026-03-13T21:00:00Z", clip(b.DetectionDateTime))
	case !isShare(*b.OverallConfidence):
		return fmt.Sprintf("overallConfidence is %v; it goes from 0 to 1", *b.OverallConfidence)
	}
	for i, d := range b.Detections {
		if p := checkPart(fmt.Sprintf("detections[%d]", i), d, "syntheticMediaDetectionDetail"); p != "" {
			return p
		}
	}
	return checkPart("contentMetadata", b.ContentMetadata, "mediaMetadata")
}

func missing(name string, absent bool) string {
	if !absent {
		return ""
	}
	return name + " is missing"
}

// syntheticTypes are the complex types of a report, with the members that they declare; no page says that one of them must
// be there. A member that is an object is of the type in parts.
var syntheticTypes = map[string][]property{
	"syntheticMediaDetectionDetail": all(
		properties(isText, "a text", "modelName"),
		properties(isOneOf(modalitiesOfContent...), strings.Join(modalitiesOfContent, ", "), "modality"),
		properties(listOf(isText), "a list of texts", "modelTasks"),
		properties(isShare, "a number from 0 to 1", "confidence")),
	"mediaSegment": all(
		properties(isWhole(math.MaxInt32), "a whole number", "startTimeSec", "endTimeSec"),
		properties(listOf(isWhole(math.MaxInt32)), "a list of whole numbers", "frameIndices")),
	"mediaMetadata": all(
		properties(isOneOf(modalitiesOfContent...), strings.Join(modalitiesOfContent, ", "), "modality"),
		properties(isBool, "true or false", "isRealTime"),
		properties(isText, "a text", "mimeType"),
		properties(isWhole(math.MaxInt64), "a whole number", "byteSize"),
		properties(isWhole(math.MaxInt32), "a whole number", "duration")),
	"audioMetadata": properties(isWhole(math.MaxInt32), "a whole number", "sampleRateHz", "bitDepth", "channels"),
	"videoMetadata": all(
		properties(isText, "a text", "codec"),
		properties(isNumber, "a number", "frameRate"),
		properties(isWhole(math.MaxInt32), "a whole number", "bitrateKbps")),
	"streamingMetadata": all(
		properties(isWhole(math.MaxInt32), "a whole number", "latencyMs", "networkJitterMs"),
		properties(isNumber, "a number", "frameDropRate")),
}

var modalitiesOfContent = []string{"audio", "video", "image", "text", "multimodal"}

// parts are the members of these types that are objects, in order, each with its type.
var parts = map[string][][2]string{
	"syntheticMediaDetectionDetail": {{"segment", "mediaSegment"}},
	"mediaMetadata":                 {{"audioMetadata", "audioMetadata"}, {"videoMetadata", "videoMetadata"}, {"streamingMetadata", "streamingMetadata"}},
}

// checkPart says what is wrong with an object of one of those types, and with what is in it.
func checkPart(where string, o obj, kind string) string {
	said, _ := o["@odata.type"].(string)
	if p := first(typed(where, said, kind), checkMembers(where, o, syntheticTypes[kind])); p != "" {
		return p
	}
	for _, part := range parts[kind] {
		within := where + "." + part[0]
		inner, ok := o[part[0]].(obj)
		if o[part[0]] != nil && !ok {
			return within + " is no object"
		}
		if p := checkPart(within, inner, part[1]); p != "" {
			return p
		}
	}
	return ""
}

func isBool(v any) bool  { _, ok := v.(bool); return ok }
func isShare(v any) bool { n, ok := v.(float64); return ok && n >= 0 && n <= 1 }

func listOf(is func(any) bool) func(any) bool {
	return func(v any) bool {
		list, ok := v.([]any)
		for _, x := range list {
			ok = ok && is(x)
		}
		return ok
	}
}

// isOneOf looks for one of an enum's words, in whatever case.
func isOneOf(words ...string) func(any) bool {
	return matches(regexp.MustCompile("^(?i:" + strings.Join(words, "|") + ")$"))
}
