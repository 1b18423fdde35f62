package schema

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"callflow/schema/problem"
)

// meant are words of other tools and APIs for keys and verbs of ours, as plain as folded makes them; the likeliest first.
// Which of them is named depends on the place: those that can stand there.
var meant = map[string][]string{
	// When, how often, what must hold, what is kept.
	"when": {"if", "match"}, "condition": {"if", "match", "when"}, "only": {"if"}, "unless": {"if"}, "skip": {"if"},
	"assert": {"expect"}, "asserts": {"expect"}, "check": {"expect"}, "test": {"expect"}, "verify": {"expect"},
	"should": {"expect"}, "expects": {"expect"}, "assertions": {"expect"}, "validate": {"expect"}, "fail": {"expect"}, "failedwhen": {"expect"},
	"register": {"capture"}, "extract": {"capture"}, "save": {"capture"}, "store": {"capture"}, "export": {"capture", "set"},
	"outputs": {"capture", "outputs"}, "output": {"capture", "outputs"}, "bind": {"capture", "set"}, "keep": {"capture"}, "result": {"capture", "outputs"},
	"ignoreerrors": {"continueOnError"}, "ignoreerror": {"continueOnError"}, "allowfailure": {"continueOnError"}, "optional": {"continueOnError"},
	"retries": {"retry", "attempts"}, "repeat": {"retry", "forEach", "poll"}, "tries": {"retry", "attempts"}, "retrystrategy": {"retry"},
	"loop": {"forEach", "poll"}, "withitems": {"forEach"}, "items": {"forEach"}, "each": {"forEach"}, "for": {"forEach"}, "times": {"attempts", "forEach"},
	"timeoutminutes": {"timeout"}, "timeoutseconds": {"timeout"}, "deadline": {"timeout"}, "within": {"timeout", "for"}, "maxtime": {"timeout"},
	"title": {"name"}, "label": {"name"}, "description": {"name"}, "desc": {"name", "description"}, "comment": {"name", "description"}, "summary": {"name", "description"},
	// A scenario.
	"variables": {"vars"}, "env": {"vars"}, "params": {"vars", "with"}, "inputs": {"vars", "with"}, "args": {"with", "vars"}, "arguments": {"with"},
	"parameters": {"vars", "with"}, "vars": {"with"}, "values": {"with", "vars"}, "constants": {"vars"}, "let": {"set", "vars"}, "var": {"set", "vars"},
	"cleanup": {"finally"}, "teardown": {"finally"}, "after": {"finally"}, "always": {"finally"}, "ensure": {"finally"}, "posttasks": {"finally"}, "aftereach": {"finally"},
	"jobs": {"steps"}, "tasks": {"steps"}, "step": {"steps"}, "flow": {"steps"}, "actions": {"steps"}, "stages": {"steps"}, "spec": {"steps"}, "tests": {"steps"}, "pipeline": {"steps"}, "script": {"steps"},
	"setup": {"steps"}, "before": {"steps"}, "background": {"steps"},
	"simulator": {"simulate"}, "mock": {"simulate"}, "mocks": {"simulate"}, "stubs": {"simulate"}, "world": {"simulate"}, "simulation": {"simulate"},
	"id": {"call", "name"}, "scenario": {"name"}, "feature": {"name"}, "labels": {"tags"}, "groups": {"tags"}, "strategy": {"matrix"}, "examples": {"matrix"}, "mustnot": {"never"},
	// What verbs and the simulated world take.
	"event": {"match"}, "expression": {"match", "that"}, "filter": {"match"}, "where": {"match"}, "expect": {"match"}, "until": {"match", "when"},
	"if": {"match", "when"}, "on": {"fault", "when", "match"}, "anyof": {"any"}, "oneof": {"any"}, "or": {"any"}, "either": {"any"}, "allof": {"all"}, "and": {"all"}, "order": {"inOrder"}, "sequence": {"inOrder"},
	"not": {"never"}, "abort": {"failOn"}, "failif": {"failOn"}, "since": {"from"}, "start": {"from"},
	"duration": {"for", "after"}, "seconds": {"for", "after"}, "ms": {"for", "after"}, "time": {"for", "at"}, "timeout": {"for"},
	"max": {"attempts"}, "count": {"attempts"}, "limit": {"attempts"}, "maxattempts": {"attempts"}, "maxretries": {"attempts"}, "retrycount": {"attempts"},
	"interval": {"initialInterval"}, "backoff": {"initialInterval"}, "factor": {"multiplier"}, "maxdelay": {"maxInterval"},
	"path": {"file"}, "verb": {"fault"}, "operation": {"fault"}, "type": {"fault", "kind"}, "statuscode": {"status"}, "httpstatus": {"status"},
	"callid": {"call"}, "leg": {"call"}, "target": {"targets", "transferTarget", "to"}, "users": {"participants", "targets"}, "media": {"requestedModalities", "acceptedModalities"},
	"modalities": {"requestedModalities", "acceptedModalities"}, "to": {"transferTarget", "targets"}, "message": {"text"},
	"accepts": {"answers"}, "pickup": {"answers"}, "picksup": {"answers"}, "rejects": {"declines"}, "refuses": {"declines"}, "displayname": {"name"}, "userid": {"id"}, "number": {"phone"},
	// Verbs.
	"wait": {"sleep", "await"}, "pause": {"sleep"}, "delay": {"sleep", "initialInterval", "after"}, "waitfor": {"await"}, "waituntil": {"await", "poll"}, "expectevent": {"await"}, "receive": {"await"}, "listen": {"await"},
	"print": {"log"}, "echo": {"log"}, "debug": {"log"}, "say": {"log", "playPrompt"}, "uses": {"include"}, "import": {"include"}, "run": {"include"}, "template": {"include"}, "importtasks": {"include"},
	"includetasks": {"include"}, "call": {"createCall", "dial"}, "makecall": {"createCall"}, "placecall": {"createCall"}, "startcall": {"createCall"}, "dial": {"simulate", "createCall"}, "ring": {"createCall"}, "originate": {"createCall"},
	"accept": {"answer"}, "answercall": {"answer"}, "disconnect": {"hangUp"}, "end": {"hangUp"}, "delete": {"hangUp"}, "endcall": {"hangUp"}, "terminate": {"hangUp"}, "deletecall": {"hangUp"}, "bye": {"hangUp"}, "drop": {"hangUp"},
	"add": {"invite"}, "addparticipant": {"invite"}, "addparticipants": {"invite"}, "inviteparticipant": {"invite"}, "refer": {"transfer"}, "blindtransfer": {"transfer"}, "consult": {"transfer"},
	"decline": {"reject"}, "refuse": {"reject"}, "deny": {"reject"}, "forward": {"redirect"}, "deflect": {"redirect"}, "hold": {"startHoldMusic"}, "resume": {"stopHoldMusic"}, "unhold": {"stopHoldMusic"}, "retrieve": {"stopHoldMusic"},
	"play": {"playPrompt"}, "announce": {"playPrompt"}, "dtmf": {"sendDtmfTones"}, "senddtmf": {"sendDtmfTones"}, "press": {"simulate", "sendDtmfTones"}, "record": {"recordResponse", "startRecording"}, "kick": {"removeParticipant"},
	"expectnever": {"expectNone"}, "expectnothing": {"expectNone"}, "assertnone": {"expectNone"}, "notreceived": {"expectNone"}, "never": {"expectNone"}, "nothing": {"expectNone"},
	"concurrently": {"parallel"}, "fork": {"parallel"}, "async": {"parallel"}, "join": {"createCall", "simulate"}, "http": {"request"}, "req": {"request"}, "get": {"getCall", "request"}, "post": {"request"}, "assign": {"set"}, "define": {"set"}, "setfact": {"set"},
	"while": {"poll"}, "eventually": {"poll"},
}

// instead says how something is done that has no word here, by the word that other tools have for it. It is for steps.
var instead = map[string]string{
	"then":    "if stands beside the verb, in the same step, without then",
	"else":    "write a second step with the opposite if: not (…)",
	"elif":    "write a second step with an if of its own",
	"do":      "steps follow each other in one list; what is to be repeated or shared goes into a file for include",
	"block":   "steps follow each other in one list; what is to be repeated or shared goes into a file for include",
	"tasks":   "steps follow each other in one list; what is to be repeated or shared goes into a file for include",
	"steps":   "steps follow each other in one list; what is to be repeated or shared goes into a file for include",
	"needs":   "steps run in the order of the list",
	"depends": "steps run in the order of the list",
	"shell":   "callflow runs no programs; run it before or after callflow",
	"command": "callflow runs no programs; run it before or after callflow",
	"exec":    "callflow runs no programs; run it before or after callflow",
}

// guesses are the words of known, three at most, that got was most likely meant to be.
func guesses(got string, known []string) (words []string) {
	low := problem.Folded(got)
	for _, k := range known {
		if problem.Folded(k) == low {
			return []string{k}
		}
	}
	for _, word := range meant[low] {
		if slices.Contains(known, word) && len(words) < 3 {
			words = append(words, word)
		}
	}
	if words != nil {
		return words
	}
	if near := problem.Nearest(got, known); near != "" {
		return []string{near}
	}
	for _, k := range known { // too short for Nearest
		if len(got) < 3 && len(k) < 4 && problem.Distance(low, strings.ToLower(k), 2) < 2 && len(words) < 3 {
			words = append(words, k)
		}
	}
	return words
}

// misspelt is the word of known that got is but for one slip of the fingers, and the only one; or "".
func misspelt(got string, known []string) (right string) {
	for _, k := range known {
		if problem.Folded(k) == problem.Folded(got) {
			return k
		}
		if problem.Distance(strings.ToLower(got), strings.ToLower(k), 2) < 2 && len(k) > 1 {
			if right != "" {
				return ""
			}
			right = k
		}
	}
	return right
}

// mend gives a key that is misspelt, and reported, the name that was meant, so that nothing else is told of what lacks it.
func mend(n, key *yaml.Node, known []string) (name string, ok bool) {
	name = misspelt(key.Value, lacking(n, known))
	if name == "" || reported(key) || meant[problem.Folded(key.Value)] != nil {
		return "", false
	}
	key.Value = name
	return name, true
}

// meantNode is the value of a key of n that is the misspelt name, one of known; or nil.
func meantNode(n *yaml.Node, name string, known []string) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		for _, p := range pairs(n) {
			if misspelt(p.key.Value, lacking(n, known)) == name {
				return p.value
			}
		}
	}
	return nil
}

// lacking are the words that n does not have as keys: only they can be meant by another key of it.
func lacking(n *yaml.Node, known []string) []string {
	if n = resolve(n); n.Kind != yaml.MappingNode {
		return known
	}
	return slices.DeleteFunc(slices.Clone(known), func(k string) bool { return keyNode(n, k) != nil })
}

// guessHint asks whether one of the guesses was meant, or is "".
func guessHint(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return fmt.Sprintf("did you mean %s?", problem.Listed(words, "or"))
}

// fewWords is how long a list of known words may be beside a guess.
const fewWords = 6

// keysThere says what keys there are; page is what `callflow docs` has about them.
func keysThere(known []string, page string) string {
	switch {
	case len(known) == 0:
		return "there are no keys here"
	case len(known) == 1:
		return "the only key here is " + known[0]
	case len(known) <= problem.ManyWords:
		return "the keys here are " + problem.Listed(known, "and")
	case page == "":
		return fmt.Sprintf("there are %d others", len(known))
	}
	return fmt.Sprintf("`callflow docs %s` has the %d keys that can stand here", page, len(known))
}
