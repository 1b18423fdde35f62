package schema

import (
	"regexp"
	"strings"
	"time"

	"callflow/schema/problem"
)

// otherGoals are words for what a step waits for, by the goals that verbs have for it.
var otherGoals = map[string][]string{
	"completed": {"completed", "transferred", "established", "terminated"}, "established": {"established", "transferred", "completed"},
	"terminated": {"terminated", "transferred"}, "transferred": {"transferred", "completed"}, "refused": {"refused", "failed"}, "failed": {"failed", "refused", "terminated"},
	"joined": {"completed", "established"}, "added": {"completed"}, "invited": {"completed"}, "played": {"completed"}, "finished": {"completed", "transferred", "terminated"},
	"muted": {"completed"}, "removed": {"completed"}, "started": {"completed", "accepted"}, "stopped": {"completed"}, "recorded": {"completed"},
	"ringing": {"accepted"}, "sent": {"accepted"}, "requested": {"accepted"}, "running": {"accepted", "transferring"}, "hangup": {"terminated"}, "closed": {"terminated"}, "noanswer": {"terminated"},
	"busy": {"terminated", "refused"}, "active": {"established"}, "up": {"established"}, "answer": {"established"}, "pickedup": {"established"}, "accept": {"accepted"},
}

// goalHint says which goal was meant by a word, or by an expression over the call's state; or what has another key.
func goalHint(word string, goals []string) string {
	if looksLikeTest(word) {
		if m := equalText.FindStringSubmatch(word); m != nil && goalMeant(m[1], goals) != "" {
			return "write until: " + goalMeant(m[1], goals)
		}
		return "it takes no expression: what must come is awaited by a step of its own, - await: " + word
	}
	if _, err := time.ParseDuration(word); err == nil {
		return "write timeout: " + word
	}
	if goal := goalMeant(word, goals); goal != "" {
		return "did you mean " + goal + "?"
	}
	return ""
}

// equalText is the text with which a test compares.
var equalText = regexp.MustCompile("==\\s*[\"'](\\w+)[\"']")

// goalMeant is the goal that a word was meant for, or "".
func goalMeant(word string, goals []string) string {
	words := append([]string{word}, otherGoals[problem.Folded(word)]...)
	for _, other := range problem.OtherWords[problem.Folded(word)] {
		words = append(append(words, other), otherGoals[other]...)
	}
	for _, w := range words {
		if containsWord(goals, w) {
			return w
		}
	}
	return problem.Nearest(word, goals)
}

// looksLikeTest says that a text is an expression rather than a word.
func looksLikeTest(text string) bool {
	return strings.ContainsAny(text, "=<>!.") && strings.Contains(text, " ")
}

// insteadOfGoal says where a word goes that stands behind until beside a verb without goals.
func (w *stepWalk) insteadOfGoal(word string) string {
	switch _, err := time.ParseDuration(word); {
	case err == nil:
		return ", or write timeout: " + word
	case looksLikeTest(word) && w.verb.Role == Watches:
		return ": " + w.verb.Name + " waits for what it matches"
	case looksLikeTest(word):
		return ", or write expect: " + word
	}
	return ""
}
