package runner

import (
	"encoding/json"
	"fmt"
	"strings"

	"callflow/internal/graph"
)

// summary says in a few words what an event tells: "call terminated 500/7000", "operation completed",
// "roster of 2: Carol, Test Bot".
func summary(e *graph.Event) string {
	switch e.Kind {
	case graph.KindRefused, graph.KindMisrouted, graph.KindUnclaimed:
		if e.About == nil {
			return "a POST that was not read"
		}
		return summary(e.About)
	case graph.KindCall:
		call := object(e.View["call"])
		words := []string{"call"}
		switch state := text(call["state"]); {
		case state != "":
			words = append(words, state)
		case e.ChangeType != "":
			words = append(words, e.ChangeType)
		}
		if who := graph.PersonName(object(call["source"])); who != "" && call["state"] == graph.StateIncoming {
			words = append(words, "from", who)
		}
		if audio := text(object(call["mediaState"])["audio"]); audio != "" {
			words = append(words, "with audio", audio)
		}
		why := codes(call["resultInfo"])
		if reason := text(call["terminationReason"]); why == nil && reason != "" {
			why = []string{reason}
		}
		return strings.Join(append(words, why...), " ")
	case graph.KindOperation:
		op := object(e.View["operation"])
		words := []string{operationName(op)}
		if status := text(op["status"]); status != "" {
			words = append(words, status)
		}
		words = append(words, codes(op["resultInfo"])...)
		if reason := text(op["completionReason"]); reason != "" && reason != "completedSuccessfully" {
			words = append(words, reason)
		}
		return strings.Join(words, " ")
	case graph.KindParticipants:
		people, _ := e.View["participants"].([]map[string]any)
		if len(people) == 0 {
			return "empty roster"
		}
		names := make([]string, len(people))
		for i, p := range people {
			names[i] = graph.PersonName(p) + standing(p)
		}
		return fmt.Sprintf("roster of %d: %s", len(people), strings.Join(names, ", "))
	case graph.KindSharing:
		switch e.ChangeType {
		case "created":
			return "content sharing began"
		case "deleted":
			return "content sharing ended"
		}
		return "content sharing changed"
	case graph.KindJoining:
		return "participant joining: " + graph.PersonName(joiner(e)) + answered(e.Answer)
	case graph.KindLeft:
		return "participant left: " + text(object(e.View["participantLeft"])["participantId"])
	case graph.KindTone:
		return strings.TrimSpace("tone " + strings.TrimPrefix(text(object(e.View["tone"])["tone"]), "tone"))
	}
	if e.Problem != "" {
		return "unreadable: " + e.Problem
	}
	return strings.TrimSpace("other " + e.ChangeType)
}

// joiner is who joins, in the form of a roster's entry.
func joiner(e *graph.Event) map[string]any {
	return map[string]any{"info": object(object(e.View["participantJoining"])["call"])["source"]}
}

// answered is what the webhook said to that, in a word or two: ", answered: reject busy".
func answered(body json.RawMessage) string {
	var said struct {
		Type      string `json:"@odata.type"`
		Reason    string `json:"reason"`
		InviteURI string `json:"inviteUri"`
	}
	if body == nil || json.Unmarshal(body, &said) != nil {
		return ", not answered"
	}
	word := strings.TrimSuffix(strings.TrimPrefix(said.Type, "#microsoft.graph."), "Response")
	word = strings.TrimSuffix(word, "Join")
	return strings.TrimSpace(", answered: " + word + " " + said.Reason + said.InviteURI)
}

// standing is what a roster says of somebody that is out of the ordinary: " (in the lobby)", " (muted, recording)".
func standing(p map[string]any) string {
	var words []string
	if p["isInLobby"] == true {
		words = append(words, "in the lobby")
	}
	if p["isMuted"] == true {
		words = append(words, "muted")
	}
	if object(p["recordingInfo"])["recordingStatus"] == "recording" {
		words = append(words, "recording")
	}
	if p["syntheticMediaDetection"] != nil {
		words = append(words, "reported as synthetic")
	}
	for _, x := range graph.AsList(p["mediaStreams"]) {
		st := object(x)
		if st["mediaType"] == "videoBasedScreenSharing" && st["direction"] == "sendOnly" {
			words = append(words, "sharing")
		}
	}
	if words == nil {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

// operationName tells operations on media apart, of which several may go on at a time.
func operationName(op map[string]any) string {
	switch kind := text(op["@odata.type"]); kind {
	case "#microsoft.graph.playPromptOperation":
		return "prompt"
	case "#microsoft.graph.recordOperation":
		return "recording"
	case "#microsoft.graph.sendDtmfTonesOperation":
		return "tones"
	}
	return "operation"
}

// codes is a resultInfo as "500/7000", with legacy's words where there are no numbers.
func codes(info any) []string {
	r := resultInfo(object(info))
	if r == nil || r.Code == 0 && r.Subcode == 0 && r.SubcodeText == "" {
		return nil
	}
	if r.SubcodeText != "" && r.Subcode == 0 {
		return []string{fmt.Sprintf("%d/%s", r.Code, r.SubcodeText)}
	}
	return []string{fmt.Sprintf("%d/%d", r.Code, r.Subcode)}
}

func resultInfo(m map[string]any) *graph.ResultInfo {
	if m == nil {
		return nil
	}
	return &graph.ResultInfo{
		Code: number(m["code"]), Subcode: number(m["subcode"]), SubcodeText: text(m["subcodeText"]), Message: text(m["message"]),
	}
}

// Parts of views.
var (
	object = graph.AsObject
	text   = graph.AsText
	number = graph.AsNumber
)
