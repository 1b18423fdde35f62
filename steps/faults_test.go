package steps_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"callflow/internal/graph"
	"callflow/internal/world"
	"callflow/steps"
)

// A fault can strike the request of every verb that sends one, and the operation of every verb that begins one.
func TestFaultsReachEveryVerb(t *testing.T) {
	var requests, operations []string
	for _, v := range steps.Verbs() {
		if graph.V1.Has(v.Name) || graph.Beta.Has(v.Name) || graph.Legacy.Has(v.Name) {
			requests = append(requests, v.Name)
		}
		if v.Operates {
			operations = append(operations, v.Name)
		}
	}
	tag := func(field string) []string {
		f, _ := reflect.TypeFor[world.Fault]().FieldByName(field)
		return strings.Split(f.Tag.Get("enum"), ",")
	}
	for _, x := range []struct {
		name      string
		got, want []string
	}{
		{"world.Requests", world.Requests, requests},
		{"the enum of fault", tag("Fault"), append([]string{"notification", "token"}, requests...)},
		{"world.Operations", world.Operations, operations},
		{"the enum of kind", tag("Kind"), kinds()},
		{"the enum of operation", tag("Operation"), append([]string{"transfer", "answer"}, operations...)},
	} {
		for _, verb := range x.want {
			if !slices.Contains(x.got, verb) {
				t.Errorf("%s lacks %s", x.name, verb)
			}
		}
		for _, word := range x.got {
			if !slices.Contains(x.want, word) {
				t.Errorf("%s has %s, which is none", x.name, word)
			}
		}
	}
}

// kinds are those of the events that the simulator sends: all but the ones that are kept raw.
func kinds() (list []string) {
	for _, k := range graph.EventKinds {
		if k != graph.KindOther {
			list = append(list, string(k))
		}
	}
	return list
}
