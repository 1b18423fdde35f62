package simulator

import (
	"fmt"
	"maps"
	"slices"
	"sort"

	"callflow/internal/world"
)

// What can be changed in a world that has begun: its faults and its people.

// AFault is a fault of the world, and how often it will still strike.
type AFault struct {
	Number int         `json:"number"`
	Left   int         `json:"left"`
	Fault  world.Fault `json:"fault"`
}

// AddFault has one fault more strike from now on; the error says what is wrong with it.
func (s *Service) AddFault(w world.Fault) (AFault, error) {
	if err := w.Check(); err != nil {
		return AFault{}, err
	}
	f := s.arm(w)
	if f.bad != nil {
		s.faults = slices.DeleteFunc(s.faults, func(x *fault) bool { return x == f })
		return AFault{}, f.bad
	}
	return AFault{f.number, f.left, f.Fault}, nil
}

// Faults are those of the world in the order in which they strike, also those that have struck.
func (s *Service) Faults() []AFault {
	list := []AFault{}
	for _, f := range s.faults {
		list = append(list, AFault{f.number, f.left, f.Fault})
	}
	return list
}

// DropFaults forgets the fault with that number, or all of them when it is 0. It reports whether there was one.
func (s *Service) DropFaults(number int) (found bool) {
	s.faults = slices.DeleteFunc(s.faults, func(f *fault) bool {
		drop := number == 0 || f.number == number
		found = found || drop
		return drop
	})
	return found
}

// People are those who live here, by name.
func (s *Service) People() map[string]*world.Person {
	people := map[string]*world.Person{}
	for _, p := range s.people {
		shown := *p.person
		shown.DisplayName, shown.TenantID = p.displayName, p.tenantID
		if p.kind == "phone" {
			shown.Phone = p.id
		} else {
			shown.ID = p.id
		}
		people[p.name] = &shown
	}
	return people
}

// PutPerson has somebody live here, or changes how they react from now on: what rings already is not touched. Who was here
// keeps the id, number, kind, name and tenant that w does not say. It reports whether they are new.
func (s *Service) PutPerson(name string, w world.Person) (created bool, err error) {
	people := s.People()
	if old := people[name]; old != nil {
		for _, x := range []struct{ to, from *string }{{&w.ID, &old.ID}, {&w.Phone, &old.Phone}, {&w.Kind, &old.Kind},
			{&w.DisplayName, &old.DisplayName}, {&w.TenantID, &old.TenantID}} {
			if *x.to == "" {
				*x.to = *x.from
			}
		}
	}
	people[name] = &w
	if problems := (&world.Scene{People: people}).Problems(); len(problems) > 0 {
		return false, problems[0]
	}
	p, err := s.person(name)
	if created = err != nil; created {
		p = &party{name: name}
		s.people = append(s.people, p)
		sort.Slice(s.people, func(i, j int) bool { return s.people[i].name < s.people[j].name })
	}
	maps.DeleteFunc(s.parties, func(_ string, x *party) bool { return x == p })
	s.house(p, &w)
	s.observe("", name+" lives here, as "+p.id, "")
	return created, nil
}

// RemovePerson has somebody move away. The error says that nobody is called so, or that they are in a call.
func (s *Service) RemovePerson(name string) error {
	p, err := s.person(name)
	if err != nil {
		return err
	}
	if len(s.memberships(p)) > 0 {
		return fmt.Errorf("%s is in a call; have them hang up first", name)
	}
	s.people = slices.DeleteFunc(s.people, func(x *party) bool { return x == p })
	maps.DeleteFunc(s.parties, func(_ string, x *party) bool { return x == p })
	s.observe("", name+" lives here no more", "")
	return nil
}
