package world

import (
	"fmt"
	"slices"
	"strings"
)

// Operations are the verbs whose request begins an operation that a notification ends.
var Operations = []string{"invite", "playPrompt", "recordResponse", "cancelMediaProcessing", "subscribeToTone", "sendDtmfTones",
	"mute", "unmute", "muteParticipant", "startHoldMusic", "stopHoldMusic", "updateRecordingStatus", "addLargeGalleryView",
	"muteAll", "configureMixer", "admitFromLobby", "admitAllFromLobby", "removeFromLobby", "startRecording", "stopRecording", "startTranscription", "stopTranscription", "updateMetadata"}

// word is one key of a fault: whether it was said, and which faults it goes with.
type word struct {
	key                   string
	said                  bool
	effect                bool // it makes something go wrong; the others select
	request, notification bool
}

func (f *Fault) words() []word {
	const selects, does = false, true
	const request, notification, both = 1, 2, 3
	w := func(key string, said, effect bool, of int) word {
		return word{key, said, effect, of&request != 0, of&notification != 0}
	}
	return []word{
		w("kind", f.Kind != "", selects, notification),
		w("match", f.Match != "", selects, notification),
		w("status", f.Status != 0, does, request),
		w("code", f.Code != "", does, request),
		w("message", f.Message != "", does, request),
		w("wrapped", f.Wrapped, does, request),
		w("retryAfter", f.RetryAfter > 0, does, request),
		w("lost", f.Lost, does, request),
		w("reset", f.Reset, does, request),
		w("fails", f.Fails != nil, does, request),
		w("ghost", f.Ghost, does, request),
		w("phantom", f.Phantom, does, request),
		w("drop", f.Drop, does, notification),
		w("duplicate", f.Duplicate, does, notification),
		w("early", f.Early, does, notification),
		w("reorder", f.Reorder, does, notification),
		w("misroute", f.Misroute, does, notification),
		w("empty", f.Empty, does, notification),
		w("unknownType", f.UnknownType, does, notification),
		w("badToken", f.BadToken != "", does, notification),
		w("slow", f.Slow > 0, does, notification),
		w("delay", f.Delay > 0, does, both),
	}
}

// effects lists what goes with one sort of fault.
func effects(of []word, notification bool) string {
	var keys []string
	for _, w := range of {
		if w.effect && (notification && w.notification || !notification && w.request) {
			keys = append(keys, w.key)
		}
	}
	return strings.Join(keys[:len(keys)-1], ", ") + " and " + keys[len(keys)-1]
}

// exclude are effects that contradict each other: of each row the first with any other.
var exclude = [][]string{
	{"reset", "status", "code", "retryAfter", "lost", "fails", "ghost", "phantom", "delay"},
	{"status", "lost", "fails", "ghost", "phantom"},
	{"retryAfter", "lost", "fails", "ghost", "phantom"},
	{"fails", "ghost", "phantom"},
	{"ghost", "phantom"},
	{"drop", "slow", "duplicate", "early", "reorder", "misroute", "empty", "unknownType", "badToken", "delay"},
	{"early", "reorder", "delay"},
	{"empty", "unknownType"},
}

// check says what is wrong with a fault by itself, and leads to the key that it is about: a fault needs something to strike,
// and to do to it what can be done to that. No path: it is about the whole.
func (f *Fault) check() (text string, path []string) {
	if f.Fault == Token {
		return f.checkToken()
	}
	if f.Fault != "notification" && !slices.Contains(Requests, f.Fault) {
		return fmt.Sprintf("fault %q strikes nothing; it may be notification or %s, or %s", f.Fault, strings.Join(Requests, ", "), Token), []string{"fault"}
	}
	words := f.words()
	does := false
	for _, w := range words {
		switch {
		case !w.said:
			continue
		case f.Fault == "notification" && !w.notification:
			return w.key + " is for requests; a notification takes " + effects(words, true), []string{w.key}
		case f.Fault != "notification" && !w.request:
			return w.key + " is for notifications; a request takes " + effects(words, false), []string{w.key}
		}
		does = does || w.effect
	}
	if text, key := f.selects(); text != "" {
		return text, []string{key}
	}
	if !does {
		return "it does nothing: say what goes wrong", nil
	}
	for _, row := range exclude {
		if text, key := contradiction(words, row); text != "" {
			return text, []string{key}
		}
	}
	return f.fits()
}

// tokenWords go with the request for a token.
var tokenWords = []string{"status", "code", "message", "reset", "delay"}

// checkToken is check for the request for a token, which is about no call and of no step.
func (f *Fault) checkToken() (text string, path []string) {
	const with = "; the request for a token takes status, code, message, reset, delay, times and chance"
	for _, x := range []struct {
		key  string
		said bool
	}{{"call", f.Call != 0}, {"with", f.With != ""}, {"operation", f.Operation != ""}, {"context", f.Context != ""}, {"step", f.Step != ""}} {
		if x.said {
			return "no " + x.key + " tells one request for a token from another" + with, []string{x.key}
		}
	}
	words := f.words()
	does := false
	for _, w := range words {
		if w.said && !slices.Contains(tokenWords, w.key) {
			return w.key + " is for other requests" + with, []string{w.key}
		}
		does = does || w.said
	}
	if text, key := f.selects(); text != "" {
		return text, []string{key}
	}
	if !does {
		return "it does nothing: say what goes wrong", nil
	}
	if text, key := contradiction(words, exclude[0]); text != "" {
		return text, []string{key}
	}
	return f.fits()
}

// selects looks at what tells which things the fault strikes.
func (f *Fault) selects() (text, key string) {
	operation := f.Fault == "notification" || f.Fault == "getOperation"
	switch {
	case f.Call < 0:
		return fmt.Sprintf("call %d is none: the first is 1", f.Call), "call"
	case f.Times < 0:
		return fmt.Sprintf("times %d is less than nothing", f.Times), "times"
	case f.Chance != nil && (*f.Chance < 0 || *f.Chance > 1):
		return fmt.Sprintf("chance %v is no share; it may be 0 to 1", *f.Chance), "chance"
	case f.Operation != "" && !operation:
		return "operation is for notifications and getOperation; fault names the verb of a request already", "operation"
	case f.Operation != "" && f.Kind != "" && f.Kind != "operation":
		return fmt.Sprintf("no notification of kind %s is about an operation", f.Kind), "kind"
	case f.Context != "" && !operation && !slices.Contains(Operations, f.Fault):
		return f.Fault + " begins no operation that could have a clientContext", "context"
	}
	return "", ""
}

// fits looks at the values of what goes wrong, and whether it can go wrong with that request.
func (f *Fault) fits() (text string, path []string) {
	switch begins := slices.Contains(Operations, f.Fault); {
	case f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return fmt.Sprintf("status %d is no failure; it may be 400 to 599", f.Status), []string{"status"}
	case f.Status == 0 && f.RetryAfter == 0 && (f.Code != "" || f.Message != "" || f.Wrapped):
		return "code, message and wrapped are about the response that a status gives, and there is none", nil
	case f.Wrapped && f.Code == "":
		return "wrapped needs the code that stands inside the message", []string{"wrapped"}
	case f.Fails != nil && !begins && !slices.Contains([]string{"createCall", "answer", "redirect", "transfer"}, f.Fault):
		return "nothing that " + f.Fault + " begins could fail; fails goes with createCall, answer, redirect, transfer and operations: " +
			strings.Join(Operations, ", "), []string{"fails"}
	case f.Fails != nil && f.Fails.Code < 400:
		return fmt.Sprintf("code %d is no failure; it is 400 or more", f.Fails.Code), []string{"fails", "code"}
	case f.Fails != nil && f.Fails.Ends && f.Fault != "transfer":
		return "ends goes with transfer: what " + f.Fault + " began ends anyway", []string{"fails", "ends"}
	case f.Fails != nil && f.Fails.Ends && f.Fails.Gone:
		return "ends and gone exclude each other: the end is told, or it is not", []string{"fails", "ends"}
	case f.Fails != nil && f.Fails.Gone && f.Fault != "transfer":
		return "gone goes with transfer: nothing comes back from " + f.Fault, []string{"fails", "gone"}
	case f.Phantom && f.Fault != "invite":
		return "phantom goes with invite: nobody is added by " + f.Fault, []string{"phantom"}
	case f.Ghost && !begins && f.Fault != "transfer":
		return "ghost goes with transfer and operations: " + strings.Join(Operations, ", "), []string{"ghost"}
	}
	return "", nil
}

// contradiction finds two words of which the first of the row is one.
func contradiction(words []word, row []string) (text, key string) {
	said := func(key string) bool {
		return slices.ContainsFunc(words, func(w word) bool { return w.said && w.key == key })
	}
	if !said(row[0]) {
		return "", ""
	}
	for _, other := range row[1:] {
		if said(other) {
			return row[0] + " and " + other + " exclude each other", other
		}
	}
	return "", ""
}

// Check says what is wrong with a fault by itself; the text begins with the key that it is about, if it is about one.
func (f *Fault) Check() error {
	text, path := f.check()
	switch {
	case text == "":
		return nil
	case len(path) == 0:
		return fmt.Errorf("the fault: %s", text)
	}
	return fmt.Errorf("%s: %s", strings.Join(path, "."), text)
}
