package conformance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"callflow/internal/conformance"
	"callflow/internal/graph"
	"callflow/internal/host/sim"
	"callflow/schema"
	"callflow/steps"
)

// shapes are the members that messages of a kind have, with the JSON types seen there.
type shapes map[string]map[string]map[string]bool // kind, path, types

// TestTheSimulatorSendsWhatTheExamplesShow compares all that the simulator sends with all examples, kind by kind: the
// response to each operation, the notification of each state, of each operation's end, of a roster. A kind has the
// members, and the JSON types, that all its examples have together; the simulator's are those of all scenarios. What the
// simulator says beyond the examples is held against the metadata by TestScenarios.
func TestTheSimulatorSendsWhatTheExamplesShow(t *testing.T) {
	documented, sent := shapes{}, shapes{}
	list := examples(t)
	for i := range list {
		e := &list[i]
		var body any
		if e.kind != "response" && e.kind != "notification" || e.body == nil || strings.HasPrefix(e.file, "legacy/d0-") {
			continue // what 2018-09 said in words of its own is decoded, and no more
		}
		if err := json.Unmarshal(e.body, &body); err != nil {
			t.Fatal(err)
		}
		if e.kind == "response" {
			documented.response(e.dialect, callOf(list, i), body)
		} else {
			documented.notification(e.dialect, body)
		}
	}
	for _, dialect := range dialects {
		c := &checks{t: t, also: func(o sim.Overheard) {
			var body any
			switch err := json.Unmarshal(o.Body, &body); {
			case err != nil:
			case o.Method == "":
				sent.notification(dialect, body)
			case o.Status < 300:
				sent.response(dialect, conformance.Read(o.Method, o.Path), body)
			}
		}}
		for _, file := range scenarioFiles(t) {
			plan := checked(t, file)
			for _, row := range plan.Rows {
				c.run(file, plan, row, dialect)
			}
		}
		for file, plan := range verbCases(t) {
			c.tolerant = true // some cases fail on purpose
			c.run(file, plan, plan.Rows[0], dialect)
		}
	}
	used, compared := map[int]bool{}, 0
	for _, kind := range slices.Sorted(maps.Keys(documented)) {
		if sent[kind] == nil {
			odd(t, used, oddity{"never sent", kind, ""})
			continue
		}
		compared++
		for _, path := range slices.Sorted(maps.Keys(documented[kind])) {
			theirs, ours := documented[kind][path], sent[kind][path]
			if len(theirs) == 1 && theirs["null"] {
				continue // nothing is said
			}
			if ours == nil {
				odd(t, used, oddity{"missing", kind, path})
			} else if !theirs["null"] && !ours["null"] && !overlap(theirs, ours) {
				odd(t, used, oddity{"other type", kind, path})
			}
		}
	}
	t.Logf("%d kinds of messages were compared", compared)
	for i, x := range oddities {
		if !used[i] {
			t.Errorf("this difference is not found any more: %+v", x)
		}
	}
}

// verbCases are the tests of verbs that run on the simulator.
func verbCases(t *testing.T) map[string]*schema.Plan {
	t.Helper()
	files, err := filepath.Glob(house + "/steps/testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	plans := map[string]*schema.Plan{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sections := fstest.MapFS{}
		for _, f := range archive.Files {
			sections[f.Name] = &fstest.MapFile{Data: f.Data}
		}
		if sections["service"] != nil || sections["problems"] != nil || sections["scenario.yaml"] == nil {
			continue
		}
		plan, problems := schema.Check(schema.Source{Name: "scenario.yaml", Text: sections["scenario.yaml"].Data, FS: sections}, steps.Vocabulary())
		if problems.Failed() {
			t.Fatalf("%s: %v", file, problems)
		}
		plans[file] = plan
	}
	return plans
}

func overlap(a, b map[string]bool) bool {
	for x := range a {
		if b[x] {
			return true
		}
	}
	return false
}

func (s shapes) response(d graph.Dialect, c conformance.Call, body any) {
	switch c.Name {
	case "":
	case "createCall", "getCall":
		s.add(fmt.Sprintf("%s response with a call", d), body)
	default:
		s.add(fmt.Sprintf("%s response %s", d, c.Name), body)
	}
}

// notification adds each item under what it is about: the call's state, or the type of operation and its status.
func (s shapes) notification(d graph.Dialect, body any) {
	o, _ := body.(map[string]any)
	items, _ := o["value"].([]any)
	for _, x := range items {
		item, _ := x.(map[string]any)
		data, _ := item["resourceData"].(map[string]any)
		about := fmt.Sprint(data["state"])
		list, isList := item["resourceData"].([]any)
		switch {
		case data["status"] != nil:
			about = strings.ToLower(fmt.Sprint(strings.TrimPrefix(fmt.Sprint(data["@odata.type"]), "#microsoft.graph."), " ", data["status"]))
		case isList && len(list) > 0:
			first, _ := list[0].(map[string]any)
			about = strings.TrimPrefix(fmt.Sprint(first["@odata.type"]), "#microsoft.graph.")
		case strings.HasSuffix(fmt.Sprint(data["@odata.type"]), "Notification"):
			about = strings.TrimPrefix(fmt.Sprint(data["@odata.type"]), "#microsoft.graph.")
		case data["state"] == nil:
			about = "call without a state"
		}
		s.add(fmt.Sprintf("%s notification %s %s", d, strings.ToLower(fmt.Sprint(item["changeType"])), about), item)
	}
}

var (
	index    = regexp.MustCompile(`/\d+`)
	identity = regexp.MustCompile(`/(user|application|applicationInstance|guest|phone|encrypted|onPremises|azureCommunicationServicesUser)(/|$)`)
)

// add notes the members of a message: elements of lists are one, and so are the kinds of identity.
func (s shapes) add(kind string, v any) {
	if s[kind] == nil {
		s[kind] = map[string]map[string]bool{}
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		typ := "null"
		switch v := v.(type) {
		case map[string]any:
			typ = "object"
			for name, x := range v {
				walk(path+"/"+name, x)
			}
		case []any:
			typ = "list"
			for i, x := range v {
				walk(fmt.Sprintf("%s/%d", path, i), x)
			}
		case string:
			typ = "string"
		case float64:
			typ = "number"
		case bool:
			typ = "boolean"
		}
		if path == "" {
			return
		}
		path = identity.ReplaceAllString(index.ReplaceAllString(path, "[]"), "/*$2")
		if s[kind][path] == nil {
			s[kind][path] = map[string]bool{}
		}
		s[kind][path][typ] = true
	}
	walk("", v)
}

// oddity is a difference between what the simulator sends and the examples; in a table, kind and path are patterns.
type oddity struct{ what, kind, path string }

type listed struct {
	oddity
	why string
}

// odd reports a difference that is not listed.
func odd(t *testing.T, used map[int]bool, d oddity) {
	t.Helper()
	for i, x := range oddities {
		if x.what == d.what && regexp.MustCompile(x.kind).MatchString(d.kind) && regexp.MustCompile(x.path).MatchString(d.path) {
			used[i] = true
			return
		}
	}
	t.Errorf("%s: %s %s", d.what, d.kind, d.path)
}
