package history

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"callflow/runner"
	"callflow/steps"
)

// sentKey names a request over days. Only the first of several alike counts: a repeated attempt sends the same.
type sentKey struct{ step, verb string }

// request is one as it is compared: without what is another in every run.
type request struct {
	line    string // method and path
	members []jsonMember
}

// jsonMember is one value of a JSON document, by its path: targets[0].identity.user.id.
type jsonMember struct{ path, value string }

// differences of a request from that of an earlier run, in words; none when they are the same.
func (r request) differences(before request) (words []string) {
	if r.line != before.line {
		words = append(words, fmt.Sprintf("%s (it was %s)", r.line, before.line))
	}
	was := map[string]string{}
	for _, m := range before.members {
		was[m.path] = m.value
	}
	for _, m := range r.members {
		value, ok := was[m.path]
		switch {
		case !ok:
			words = append(words, fmt.Sprintf("new member %s %s", m.path, clipped(m.value)))
		case value != m.value:
			words = append(words, fmt.Sprintf("%s %s (it was %s)", m.path, clipped(m.value), clipped(value)))
		}
		delete(was, m.path)
	}
	for _, path := range slices.Sorted(maps.Keys(was)) {
		words = append(words, fmt.Sprintf("missing member %s (it was %s)", path, clipped(was[path])))
	}
	return words
}

// masked says whether secrets stood in a request: what they were nobody can compare.
func (r request) masked() bool {
	return slices.ContainsFunc(r.members, func(m jsonMember) bool { return strings.Contains(m.value, runner.Masked) })
}

// clipped is a value short enough for a sentence.
func clipped(value string) string {
	const most = 80
	if r := []rune(value); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return value
}

// idSources says of each id that the service made in a run where it came from. Two requests are the same when what differs
// is such ids, and they came from the same place.
type idSources map[string]string

// guid is an id as today's API writes it, or as that of 2018 does: 32 digits in capitals.
var guid = regexp.MustCompile(`(?i)\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})\b`)

// canonical is an id in one form, whichever dialect wrote it.
func canonical(id string) string {
	id = strings.ToLower(id)
	if guid.FindString(id) == id {
		return strings.ReplaceAll(id, "-", "")
	}
	return id
}

// shortestID is the least length of a text that may be an id of the service's.
const shortestID = 16

// sources looks through a run's records in order. An id that a request had before the service said it is the
// scenario's own; so are those of people and tenants.
func sources(records []steps.Record) idSources {
	ids := idSources{}
	ids.learn(records[0].RunStart.RunID, "the run's id")
	for i := range records {
		if r := &records[i]; r.Response != nil {
			ids.learn(r.Response.Call, "the call of "+stepWords(r.Step))
			ids.learn(r.Response.Operation, "the operation of "+stepWords(r.Step))
		}
	}
	sent, incoming := map[string]bool{}, 0
	for i := range records {
		switch r := &records[i]; {
		case r.Request != nil:
			walk(r.Request.Body, func(_, text string) { sent[canonical(text)] = true })
		case r.Response != nil:
			ids.from(r.Response.Body, "the response of "+stepWords(r.Step), sent)
		case r.Event != nil:
			if e := r.Event; e.Call != "" && ids[canonical(e.Call)] == "" {
				incoming++
				ids.learn(e.Call, fmt.Sprintf("call %d of those that came", incoming))
			}
			ids.from(r.Event.Raw, "the notification "+placeOf(r.Event).Of, sent)
		}
	}
	return ids
}

func (ids idSources) learn(id, source string) {
	if id = canonical(id); id != "" && ids[id] == "" {
		ids[id] = source
	}
}

// someones are members whose ids are not the service's to make.
var someones = regexp.MustCompile(`(?i)\bidentity\b|\borganizer\b|tenantId$|appId$|@odata\.(?:type|context)|clientContext$`)

func (ids idSources) from(raw json.RawMessage, source string, sent map[string]bool) {
	walk(raw, func(path, text string) {
		if len(text) >= shortestID && !strings.Contains(text, " ") && !someones.MatchString(path) && !sent[canonical(text)] {
			ids.learn(text, path+" of "+source)
			if strings.Contains(text, "/") { // the path of a resource
				for _, id := range guid.FindAllString(text, -1) {
					if !sent[canonical(id)] {
						ids.learn(id, path+" of "+source)
					}
				}
			}
		}
	})
}

// replace puts the source of each id in its place.
func (ids idSources) replace(text string) string {
	if source := ids[canonical(text)]; source != "" {
		return "{" + source + "}"
	}
	return guid.ReplaceAllStringFunc(text, func(id string) string {
		if source := ids[canonical(id)]; source != "" {
			return "{" + source + "}"
		}
		return id
	})
}

// members lays a request's body out, in the order of its paths, without the callback's address and the client's contexts.
func (ids idSources) members(raw json.RawMessage) (list []jsonMember) {
	walkAll(raw, func(path string, v any) {
		if name := path[strings.LastIndexByte(path, '.')+1:]; name == "callbackUri" || name == "clientContext" {
			return
		}
		if text, ok := v.(string); ok {
			v = ids.replace(text)
		}
		var value strings.Builder
		enc := json.NewEncoder(&value)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(v) // it was read from JSON
		list = append(list, jsonMember{path, strings.TrimSpace(value.String())})
	})
	return list
}

// walk calls do for each text of a document, with lists' items all alike: resourceData[].id.
func walk(raw json.RawMessage, do func(path, text string)) {
	walkAll(raw, func(path string, v any) {
		if text, ok := v.(string); ok {
			do(index.ReplaceAllString(path, "[]"), text)
		}
	})
}

var index = regexp.MustCompile(`\[\d+\]`)

// walkAll calls do for each value of a document that is no object and no list, in the order of the paths. An empty object
// or list is a value too.
func walkAll(raw json.RawMessage, do func(path string, v any)) {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return
	}
	var visit func(path string, v any)
	visit = func(path string, v any) {
		switch x := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(x)) {
				visit(strings.TrimPrefix(path+"."+name, "."), x[name])
			}
			if len(x) > 0 {
				return
			}
		case []any:
			for i, one := range x {
				visit(path+"["+strconv.Itoa(i)+"]", one)
			}
			if len(x) > 0 {
				return
			}
		}
		do(path, v)
	}
	visit("", v)
}

// stepWords are what messages call a step.
func stepWords(key string) string {
	if key == "" {
		return "the runner"
	}
	return "step " + key
}
