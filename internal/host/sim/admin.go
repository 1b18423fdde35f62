package sim

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"callflow/internal/simulator"
	"callflow/internal/world"
	"callflow/schema"
)

// administer serves what is said to a world itself: world.ActionPath, FaultPath and PeoplePath. It reports false for any
// other path.
func administer(w http.ResponseWriter, r *http.Request, s *simulator.Service, path string) bool {
	below := func(root string) (rest string, ok bool) {
		if path == root {
			return "", true
		}
		return strings.CutPrefix(path, root+"/")
	}
	if path == world.ActionPath {
		act(w, r, s)
		return true
	}
	if number, ok := below(world.FaultPath); ok {
		faults(w, r, s, number)
		return true
	}
	if name, ok := below(world.PeoplePath); ok {
		people(w, r, s, name)
		return true
	}
	return false
}

func faults(w http.ResponseWriter, r *http.Request, s *simulator.Service, number string) {
	n, err := strconv.Atoi(number)
	switch {
	case number != "" && (err != nil || n < 1):
		s.Refuse(w, r, notFound("no fault has the number "+strconv.Quote(number)))
	case r.Method == http.MethodDelete:
		if !s.DropFaults(n) && number != "" {
			s.Refuse(w, r, notFound("no fault has the number "+number))
			return
		}
		w.WriteHeader(http.StatusNoContent)
	case number != "":
		s.Refuse(w, r, notAllowed(http.MethodDelete))
	case r.Method == http.MethodGet:
		answer(w, http.StatusOK, map[string]any{"faults": s.Faults()})
	case r.Method == http.MethodPost:
		f, err := decode[world.Fault](r.Body, "fault")
		var added simulator.AFault
		if err == nil {
			added, err = s.AddFault(*f)
		}
		if err != nil {
			s.Refuse(w, r, badRequest(err.Error()))
			return
		}
		answer(w, http.StatusCreated, added)
	default:
		s.Refuse(w, r, notAllowed("GET, POST, DELETE"))
	}
}

func people(w http.ResponseWriter, r *http.Request, s *simulator.Service, name string) {
	here := s.People()
	switch {
	case name == "" && r.Method == http.MethodGet:
		answer(w, http.StatusOK, map[string]any{"people": here})
	case name == "":
		s.Refuse(w, r, notAllowed("GET"))
	case r.Method == http.MethodPut:
		p, err := decode[world.Person](r.Body, "person")
		created := false
		if err == nil {
			created, err = s.PutPerson(name, *p)
		}
		if err != nil {
			s.Refuse(w, r, badRequest(err.Error()))
			return
		}
		status := http.StatusOK
		if created {
			status = http.StatusCreated
		}
		answer(w, status, s.People()[name])
	case r.Method != http.MethodGet && r.Method != http.MethodDelete:
		s.Refuse(w, r, notAllowed("GET, PUT, DELETE"))
	case here[name] == nil:
		s.Refuse(w, r, notFound("nobody here is called "+strconv.Quote(name)))
	case r.Method == http.MethodGet:
		answer(w, http.StatusOK, here[name])
	default:
		if err := s.RemovePerson(name); err != nil {
			s.Refuse(w, r, badRequest(err.Error()))
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that has gone is nothing to us
}

// decode reads what stands in a scenario, in JSON or YAML.
func decode[T any](r io.Reader, name string) (*T, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxRequest))
	if err != nil {
		return nil, err
	}
	v, problems := schema.Decode[T](schema.Source{Name: name, Text: raw})
	if problems.Failed() {
		return nil, problems
	}
	return v, nil
}
