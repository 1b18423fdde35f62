package world

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Problem is one thing wrong with a scene. Path leads to the value that it is about: keys, and indices of lists.
type Problem struct {
	Path []string
	Text string
}

// Error implements error: the entry of people, script or faults, then what is wrong with it.
func (p Problem) Error() string {
	if p.Path[0] == "people" {
		return "people." + p.Path[1] + ": " + p.Text
	}
	return p.Path[0] + "[" + p.Path[1] + "]: " + p.Text
}

// Check says what is wrong with a scene, in order: that of Problems, and who is named but does not live here.
func (s *Scene) Check() []error {
	var errs []error
	for _, p := range s.Problems() {
		errs = append(errs, p)
	}
	names := slices.Sorted(maps.Keys(s.People))
	for i, a := range s.Script {
		if who := a.who(); a.Check() == nil && !slices.Contains(names, who) {
			errs = append(errs, Problem{[]string{"script", strconv.Itoa(i)}, fmt.Sprintf("nobody here is called %q; there are %s", who, strings.Join(names, ", "))})
		}
	}
	return errs
}

// Problems says what is wrong with a scene whoever is named in it: reactions that exclude each other, actions that are
// none or several, faults that do nothing.
func (s *Scene) Problems() []Problem {
	var problems []Problem
	say := func(text string, path ...string) { problems = append(problems, Problem{path, text}) }
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(s.People)) {
		p := s.People[name]
		if p == nil {
			continue
		}
		if r := p.reactions(); len(r) > 1 {
			say(strings.Join(r, " and ")+" exclude each other", "people", name, r[1])
		}
		for _, id := range []entry{{strings.ToLower(p.ID), "id"}, {p.Phone, "phone"}} {
			if other := seen[id.value]; other != "" && id.value != "" {
				say(fmt.Sprintf("%s is %s's already", id.value, other), "people", name, id.key)
			}
			seen[id.value] = name
		}
	}
	for i, a := range s.Script {
		if err := a.Check(); err != nil {
			say(err.Error(), "script", strconv.Itoa(i))
		}
	}
	for i := range s.Faults {
		switch text, key := s.Faults[i].check(); {
		case text != "" && key != "":
			say(text, "faults", strconv.Itoa(i), key)
		case text != "":
			say(text, "faults", strconv.Itoa(i))
		}
	}
	return problems
}

// entry is the value of a key.
type entry struct{ value, key string }

func (p *Person) reactions() []string {
	var list []string
	for _, r := range []struct {
		there bool
		name  string
	}{{p.Answers != nil, "answers"}, {p.Declines != nil, "declines"}, {p.Busy, "busy"}, {p.Voicemail != nil, "voicemail"}} {
		if r.there {
			list = append(list, r.name)
		}
	}
	return list
}

// who is the one that the action is about, "" when it is about nobody.
func (a Action) who() string {
	switch {
	case a.Dial != nil:
		return a.Dial.From
	case a.HangUp != nil:
		return a.HangUp.Who
	case a.Leave != nil:
		return a.Leave.Who
	case a.Join != nil:
		return a.Join.Who
	}
	return ""
}

// Requests are what a fault can strike beside a notification: the acting verbs by name, and request for any other.
var Requests = []string{"createCall", "answer", "reject", "redirect", "transfer", "invite", "hangUp", "getCall",
	"listParticipants", "getOperation", "request"}

// check: a fault needs something to strike, and to do to it what can be done to that. key is the one that is wrong, ""
// when it is the whole.
func (f *Fault) check() (text, key string) {
	request := first(is{f.Status != 0, "status"}, is{f.RetryAfter > 0, "retryAfter"}, is{f.Lost, "lost"}, is{f.Reset, "reset"})
	notification := first(is{f.Match != "", "match"}, is{f.Drop, "drop"}, is{f.Duplicate, "duplicate"}, is{f.Early, "early"})
	switch {
	case f.Fault != "notification" && !slices.Contains(Requests, f.Fault):
		return fmt.Sprintf("fault %q strikes nothing; it may be notification or %s", f.Fault, strings.Join(Requests, ", ")), "fault"
	case f.Fault == "notification" && request != "":
		return "status, retryAfter, lost and reset are for requests; a notification takes drop, duplicate, early and delay", request
	case f.Fault != "notification" && notification != "":
		return "match, drop, duplicate and early are for notifications; a request takes status, retryAfter, lost, reset and delay", notification
	case !f.Drop && !f.Duplicate && !f.Early && request == "" && f.Delay == 0 && f.Code == "" && f.Message == "":
		return "it does nothing: say what goes wrong", ""
	case f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return fmt.Sprintf("status %d is no failure; it may be 400 to 599", f.Status), "status"
	case f.Status == 0 && f.RetryAfter == 0 && (f.Code != "" || f.Message != ""):
		return "code and message stand in the response that a status gives, and there is none", ""
	}
	return "", ""
}

// is says whether something was said under a key.
type is struct {
	there bool
	key   string
}

// first returns the first key under which something was said, or "".
func first(keys ...is) string {
	for _, k := range keys {
		if k.there {
			return k.key
		}
	}
	return ""
}

// Check says what is wrong with an action by itself: it needs exactly one thing to be done.
func (a Action) Check() error {
	n := 0
	for _, there := range []bool{a.Dial != nil, a.HangUp != nil, a.Leave != nil, a.Join != nil} {
		if there {
			n++
		}
	}
	if n != 1 {
		return fmt.Errorf("an action needs exactly one of dial, hangUp, leave and join; this one has %d", n)
	}
	return nil
}
