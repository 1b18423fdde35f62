package world

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Problem is one thing wrong with a scene. Path leads to the value that it is about: keys, and indices of lists.
type Problem struct {
	Path []string
	Text string
	Late bool // of an action whose time had not come
}

// Error implements error: the entry of people, script, faults or settings, then what is wrong with it.
func (p Problem) Error() string {
	switch p.Path[0] {
	case "people":
		return "people." + p.Path[1] + ": " + p.Text
	case "settings":
		return "settings: " + p.Text
	}
	return p.Path[0] + "[" + p.Path[1] + "]: " + p.Text
}

// nobody says who does live here instead.
func nobody(called string, names []string) string {
	if len(names) == 0 {
		return fmt.Sprintf("nobody here is called %q; people has nobody", called)
	}
	return fmt.Sprintf("nobody here is called %q; there are %s", called, strings.Join(names, ", "))
}

// Check says what is wrong with a scene, in order: that of Problems, and who is named but does not live here.
func (s *Scene) Check() []error {
	var errs []error
	for _, p := range s.Problems() {
		errs = append(errs, p)
	}
	names := slices.Sorted(maps.Keys(s.People))
	for i, a := range s.Script {
		for _, who := range a.about() {
			if a.Check() == nil && !slices.Contains(names, who) {
				errs = append(errs, Problem{Path: []string{"script", strconv.Itoa(i)}, Text: nobody(who, names)})
			}
		}
	}
	for i, f := range s.Faults {
		if f.With != "" && !slices.Contains(names, f.With) {
			errs = append(errs, Problem{Path: []string{"faults", strconv.Itoa(i)}, Text: nobody(f.With, names)})
		}
	}
	return errs
}

// Problems says what is wrong with a scene whoever is named in it: reactions that exclude each other, actions that are
// none or several, faults that do nothing.
func (s *Scene) Problems() []Problem {
	var problems []Problem
	say := func(text string, path ...string) { problems = append(problems, Problem{Path: path, Text: text}) }
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(s.People)) {
		p := s.People[name]
		if p == nil {
			continue
		}
		if r := p.reactions(); len(r) > 1 {
			say(strings.Join(r, " and ")+" exclude each other", "people", name, r[1])
		}
		if p.Presses != nil {
			if err := checkTones(p.Presses.Tones); err != nil {
				say(err.Error(), "people", name, "presses")
			}
		}
		if text := p.checkID(); text != "" {
			say(text, "people", name, "id")
		}
		if p.Phone != "" && p.Kind != "" {
			say("a telephone number and the kind "+p.Kind+" exclude each other", "people", name, "kind")
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
		if text, path := s.Faults[i].check(); text != "" {
			say(text, append([]string{"faults", strconv.Itoa(i)}, path...)...)
		}
	}
	s.Settings.problems(say)
	return problems
}

var (
	guid = regexp.MustCompile(`^[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{12}$`)
	// An ACS user's raw id: Azure Communication Services, "Understand identifier types".
	acs = regexp.MustCompile(`^8:(acs|spool|gcch-acs|dod-acs):.+$`)
)

// checkID says what is wrong with the form of an id, or "".
func (p *Person) checkID() string {
	switch {
	case p.ID == "" || p.Kind == "onPremises":
		return ""
	case p.Kind == "azureCommunicationServicesUser":
		if !acs.MatchString(p.ID) {
			return fmt.Sprintf("%q is no id of an ACS user: those begin with 8:acs:", p.ID)
		}
	case !guid.MatchString(p.ID):
		return fmt.Sprintf("%q is not a GUID, like 8a34a46b-3d17-4adc-8dce-dc4e7d572698", p.ID)
	}
	return ""
}

// entry is the value of a key.
type entry struct{ value, key string }

func (p *Person) reactions() []string {
	var list []string
	for _, r := range []struct {
		there bool
		name  string
	}{{p.Answers != nil, "answers"}, {p.Declines != nil, "declines"}, {p.Busy, "busy"}, {p.Voicemail != nil, "voicemail"},
		{p.Forwards != nil, "forwards"}} {
		if r.there {
			list = append(list, r.name)
		}
	}
	return list
}
