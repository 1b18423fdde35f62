package conformance_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"callflow/internal/conformance"
	"callflow/internal/graph"
	"callflow/internal/host/sim"
	"callflow/internal/simulator"
	"callflow/runner"
	"callflow/schema"
	"callflow/steps"
)

// TestRequestsAreReproduced pastes the body of every request of the documentation under callflow's verb for it, as an
// author would, runs that step in the example's dialect, and compares what goes out with the example: method, path, body.
func TestRequestsAreReproduced(t *testing.T) {
	list := examples(t)
	verbs := map[string]*schema.Verb{}
	for _, v := range steps.Verbs() {
		verbs[v.Name] = v
	}
	used, sent := map[int]bool{}, 0
	for i := range list {
		e := &list[i]
		c := callOf(list, i)
		if e.kind != "request" || strings.HasPrefix(e.line, "GET https://") {
			continue
		}
		name := fmt.Sprintf("%s %s %s", e.page, e.line, e.file)
		if verbs[c.Name] == nil || !e.dialect.Has(c.Name) {
			if !excused(t, used, difference{what: "no verb", line: e.line, dialect: e.dialect}) {
				t.Errorf("%s: there is no verb for %q in %s", name, c.Name, e.dialect)
			}
			continue
		}
		got, err := reproduce(t, verbs[c.Name], c, e)
		if err != nil {
			if !excused(t, used, difference{what: "refused", line: err.Error(), file: e.file}) {
				t.Errorf("%s: callflow refuses it: %v", name, err)
			}
			continue
		}
		sent++
		for _, d := range compare(e, got) {
			if !excused(t, used, d) {
				t.Errorf("%s: %s", name, d)
			}
		}
	}
	t.Logf("%d requests were sent", sent)
	for i, x := range excuses {
		if !used[i] {
			t.Errorf("this difference is not found any more: %+v", x)
		}
	}
}

// todays are the words of scenarios for what the pages of 2018 and 2019 call otherwise.
var todays = map[string]string{"callback": "callbackUri", "acceptModalities": "acceptedModalities", "url": "uri", "target": "transferTarget",
	"operationContext": "clientContext"}

// written is a body as an author writes it: in today's words, without members that are null, and with an address where a
// page has a placeholder.
func written(v any, d graph.Dialect) any {
	switch v := v.(type) {
	case map[string]any:
		o := map[string]any{}
		for name, x := range v {
			if word := todays[name]; word != "" && d == graph.Legacy {
				name = word
			}
			if x != nil {
				o[name] = written(x, d)
			}
		}
		return o
	case []any:
		list := []any{}
		for _, x := range v {
			list = append(list, written(x, d))
		}
		return list
	case string:
		if v == "callbackUri-value" || v == "callback-value" {
			return "https://bot.contoso.com/callback"
		}
		return v
	}
	return v
}

// request is what went out.
type request struct {
	method, path string
	body         any
}

const exampleID = "57dab8b1-894c-409a-b240-bd8beae78896"

// reproduce runs one step with an example's body, against a service that says yes to everything.
func reproduce(t *testing.T, verb *schema.Verb, c conformance.Call, e *example) (*request, error) {
	params := map[string]any{}
	if e.body != nil {
		if err := json.Unmarshal(e.body, &params); err != nil {
			t.Fatal(err)
		}
		params = written(params, e.dialect).(map[string]any)
	}
	for name, id := range idsIn(e.line) {
		params[name] = id
	}
	step := map[string]any{verb.Name: params}
	if slices.ContainsFunc(verb.Goals, func(g schema.Goal) bool { return g.Name == "accepted" }) {
		step["until"] = "accepted"
	}
	text, err := json.Marshal(map[string]any{"name": "example", "steps": []any{step}})
	if err != nil {
		t.Fatal(err)
	}
	plan, problems := schema.Check(schema.Source{Name: "example.yaml", Text: text}, steps.Vocabulary())
	if problems.Failed() {
		return nil, problems
	}
	p, err := runner.Prepare(plan, runner.Options{Seed: 1, Callback: sim.Callback,
		Target: steps.Target{Name: "examples", Dialect: e.dialect, Bot: bot}})
	if err != nil {
		return nil, err
	}
	if p.Skip != "" {
		return nil, fmt.Errorf("skipped: %s", p.Skip)
	}
	var out *request
	cfg := sim.Config{Seed: 1, RunID: p.RunID, Dialect: e.dialect, Bot: bot,
		Service: func(simulator.Clock, func(simulator.Delivery)) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if out == nil {
					body, _ := io.ReadAll(r.Body)
					out = &request{method: r.Method, path: r.URL.Path}
					_ = json.Unmarshal(body, &out.body)
				}
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusOK)
				_, _ = io.WriteString(w, `{"id":"`+exampleID+`","status":"running","value":[]}`)
			})
		}}
	if err := sim.Run(t.Context(), cfg, func(h steps.Host) { p.Run(h) }); err != nil {
		return nil, err
	}
	if out == nil {
		return nil, fmt.Errorf("nothing was sent")
	}
	return out, nil
}

// idsIn reads the ids that an example's path names, by the parameter that takes them.
func idsIn(line string) map[string]string {
	_, rest, _ := strings.Cut(line, "/calls/")
	segs := strings.Split(rest, "/")
	ids := map[string]string{}
	if rest == "" || segs[0] == "logTeleconferenceDeviceQuality" {
		return ids
	}
	usable := func(id string) string {
		if strings.HasPrefix(id, "{") || strings.HasPrefix(id, "<") {
			return exampleID
		}
		return id
	}
	ids["call"] = usable(segs[0])
	if len(segs) > 2 {
		name := map[string]string{"participants": "participant", "operations": "operation", "audioRoutingGroups": "audioRoutingGroup", "contentSharingSessions": "contentSharingSession"}[segs[1]]
		if name != "" && (len(segs) > 3 || name != "participant" || anyID.MatchString(segs[2])) {
			ids[name] = usable(segs[2])
		}
	}
	return ids
}

// difference is one place where callflow's request is not the example's.
type difference struct {
	what    string // added, missing, changed, method, path, refused, no verb
	at      string
	line    string // for people
	file    string
	dialect graph.Dialect
}

func (d difference) String() string { return fmt.Sprintf("%s %s: %s", d.what, d.at, d.line) }

func compare(e *example, got *request) []difference {
	var list []difference
	say := func(what, at, format string, args ...any) {
		list = append(list, difference{what, at, fmt.Sprintf(format, args...), e.file, e.dialect})
	}
	method, path, _ := strings.Cut(e.line, " ")
	if method != got.method {
		say("method", "", "%s, the example %s", got.method, method)
	}
	if plainPath(path) != plainPath(got.path) {
		say("path", "", "%s, the example %s", got.path, path)
	}
	var want any
	if e.body != nil {
		_ = json.Unmarshal(e.body, &want)
	}
	theirs, ours := map[string]string{}, map[string]string{}
	flatten("", want, theirs)
	flatten("", got.body, ours)
	for _, at := range slices.Sorted(maps.Keys(theirs)) {
		if ours[at] == "" {
			say("missing", at, "the example says %s", theirs[at])
		} else if ours[at] != theirs[at] {
			say("changed", at, "%s, the example %s", ours[at], theirs[at])
		}
	}
	for _, at := range slices.Sorted(maps.Keys(ours)) {
		if theirs[at] == "" {
			say("added", at, "%s", ours[at])
		}
	}
	return list
}

var anyID = regexp.MustCompile(`\{[a-z]*\}|[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)

// plainPath is a path without its version, which some pages leave out, and with any id for each id.
func plainPath(path string) string {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "/v1.0"), "/beta")
	return anyID.ReplaceAllString(path, "{id}")
}

// flatten writes the leaves of a value by their paths; empty objects and lists are leaves.
func flatten(at string, v any, into map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for name, x := range v {
			flatten(at+"/"+name, x, into)
		}
		if len(v) == 0 && at != "" {
			into[at] = "{}"
		}
	case []any:
		for i, x := range v {
			flatten(fmt.Sprintf("%s/%d", at, i), x, into)
		}
		if len(v) == 0 {
			into[at] = "[]"
		}
	case nil:
		if at != "" {
			into[at] = "null"
		}
	default:
		text, _ := json.Marshal(v)
		into[at] = string(text)
	}
}

// excuse is a difference that is right, with the reason. An empty field fits anything; at and line are patterns.
type excuse struct {
	what, at, line, file, why string
	dialect                   graph.Dialect
}

func excused(t *testing.T, used map[int]bool, d difference) bool {
	t.Helper()
	for i, x := range excuses {
		matches := func(pattern, text string) bool { return pattern == "" || regexp.MustCompile(pattern).MatchString(text) }
		if x.what == d.what && matches(x.at, d.at) && matches(x.line, d.line) && matches(x.file, d.file) && (x.dialect == "" || x.dialect == d.dialect) {
			if x.why == "" {
				t.Errorf("%+v: say why", x)
			}
			used[i] = true
			return true
		}
	}
	return false
}
