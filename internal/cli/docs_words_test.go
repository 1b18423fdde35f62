package cli

import (
	"slices"
	"strings"
	"testing"

	"callflow/steps"
)

// What a tester of calls would type leads to the page, or to a short list with it.
func TestSayings(t *testing.T) {
	voc := steps.Vocabulary()
	for words, want := range map[string]string{
		"hang up,hangup,drop": "hangUp", "park,hold,resume": "stopHoldMusic", "conference,bridge,merge": "invite", "dtmf,tones": "sendDtmfTones", "ivr": "subscribeToTone",
		"ring,no answer,busy,voicemail": "world", "warm transfer,blind transfer,attended,consult,Consultative": "transfer", "forward": "redirect", "escalate": "transfer",
		"queue,hunt group,hunt-group,HuntGroup": "world", "sleep,wait": "sleep", "retry": "retry", "loop": "forEach", "if,else,skip": "if", "assert,expect": "expect",
		"variable,env": "vars", "secret,token": "secrets", "timeout": "timeout", "cleanup,teardown": "finally", "setup": "include", "tag": "tags", "matrix,csv": "matrix",
		"429,throttling,rate limit": "retry", "403,permission": "world", "webhook,callback url": "callflow.yaml", "notification": "await", "mp3,wav": "playPrompt",
		"record": "recordResponse", "transcript": "startTranscription", "participant,roster": "participant", "lobby": "admitFromLobby", "mute": "mute", "unmute": "unmute",
		"caller id,phone number,PSTN,SIP": "identitySet", "tenant": "callflow.yaml",
	} {
		for word := range strings.SplitSeq(words, ",") {
			page, err := findTopic(voc, word)
			if err != nil || !strings.Contains(page, want) {
				t.Errorf("%s: no %s in %.200s %v", word, want, page, err)
			}
		}
	}
}

// Every page that a saying names is there, and no word is in two sayings.
func TestSayingsLead(t *testing.T) {
	voc := steps.Vocabulary()
	known := append(append(voc.Names(), configTopics...), otherTopicNames()...)
	seen := map[string]bool{}
	for _, s := range sayings {
		for name := range strings.SplitSeq(s.pages, ", ") {
			if name != "" && !slices.Contains(known, name) {
				t.Errorf("%.30s: there is no page %q", s.words, name)
			}
		}
		if s.pages == "" && s.text == "" {
			t.Errorf("%.30s leads nowhere", s.words)
		}
		for word := range strings.SplitSeq(s.words, ",") {
			if seen[plainTopic(word)] {
				t.Errorf("%q is there twice", word)
			}
			seen[plainTopic(word)] = true
		}
	}
}
