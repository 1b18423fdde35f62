package world

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Check says what is wrong with a scene by itself, in order: who is named but does not live here, reactions that exclude
// each other, actions that are none or several, faults that do nothing.
func (s *Scene) Check() []error {
	var problems []error
	say := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	names := slices.Sorted(maps.Keys(s.People))
	seen := map[string]string{}
	for _, name := range names {
		p := s.People[name]
		if p == nil {
			continue
		}
		if r := p.reactions(); len(r) > 1 {
			say("people.%s: %s exclude each other", name, strings.Join(r, " and "))
		}
		for _, id := range []string{strings.ToLower(p.ID), p.Phone} {
			if other := seen[id]; other != "" && id != "" {
				say("people.%s: %s is %s's already", name, id, other)
			}
			seen[id] = name
		}
	}
	for i, a := range s.Script {
		if err := a.Check(); err != nil {
			say("script[%d]: %w", i, err)
			continue
		}
		if who := a.who(); s.People[who] == nil && !slices.Contains(names, who) {
			say("script[%d]: nobody here is called %q; there are %s", i, who, strings.Join(names, ", "))
		}
	}
	for i := range s.Faults {
		if problem := s.Faults[i].check(); problem != "" {
			say("faults[%d]: %s", i, problem)
		}
	}
	return problems
}

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

func (a Action) who() string {
	switch {
	case a.Dial != nil:
		return a.Dial.From
	case a.HangUp != nil:
		return a.HangUp.Who
	case a.Leave != nil:
		return a.Leave.Who
	}
	return a.Join.Who
}

// Requests are what a fault can strike beside a notification: the acting verbs by name, and request for any other.
var Requests = []string{"createCall", "answer", "reject", "redirect", "transfer", "invite", "hangUp", "getCall",
	"listParticipants", "getOperation", "request"}

// check: a fault needs something to strike, and to do to it what can be done to that.
func (f *Fault) check() string {
	request := f.Status != 0 || f.RetryAfter > 0 || f.Lost || f.Reset
	notification := f.Drop || f.Duplicate || f.Early
	switch {
	case f.Fault != "notification" && !slices.Contains(Requests, f.Fault):
		return fmt.Sprintf("fault %q strikes nothing; it may be notification or %s", f.Fault, strings.Join(Requests, ", "))
	case f.Fault == "notification" && request:
		return "status, retryAfter, lost and reset are for requests; a notification takes drop, duplicate, early and delay"
	case f.Fault != "notification" && (notification || f.Match != ""):
		return "match, drop, duplicate and early are for notifications; a request takes status, retryAfter, lost, reset and delay"
	case !request && !notification && f.Delay == 0:
		return "it does nothing: say what goes wrong"
	case f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return fmt.Sprintf("status %d is no failure; it may be 400 to 599", f.Status)
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
