package runner

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"callflow/steps"
)

// success is a createCall that came to its goal: what was sent, what was answered, and how long that took in all.
type success struct {
	sending
	reply json.RawMessage
	goal  string
	took  time.Duration
}

// mostSuccesses bounds how many are kept.
const mostSuccesses = 50

// succeeded keeps what a createCall sent that went well, for those that will not.
func (t *turn) succeeded() {
	if t.step.Verb.Name != "createCall" || t.reply == nil {
		return
	}
	kept := t.run.good
	if len(kept) == mostSuccesses {
		kept = slices.Delete(kept, 0, 1)
	}
	t.run.good = append(kept, success{t.sent, t.reply.Raw, t.outcome, t.host.Now().Sub(t.sent.at)})
}

// likeBefore compares a failed createCall with those of the same form that went well in this run.
func (t *turn) likeBefore(f *steps.Failure) {
	request := members(t.sent.body)
	var last *success
	count := 0
	for i, s := range t.run.good {
		if s.goal == t.step.Until && sameForm(members(s.body), request) {
			last, count = &t.run.good[i], count+1
		}
	}
	if last == nil {
		return
	}
	which := "one like it"
	if count > 1 {
		which = fmt.Sprintf("the last of %d like it", count)
	}
	if count == mostSuccesses {
		which = fmt.Sprintf("the last of %d or more like it", count)
	}
	well := steps.Fact{At: last.at, Text: fmt.Sprintf("%s went well: %s %s after the request of %s", which, last.goal, steps.Span(last.took), last.words)}
	f.Facts = slices.Insert(f.Facts, 0, well)
	text := "this request was sent: the same"
	if other := differences(members(last.body), request); len(other) > 0 {
		text += ", but for " + strings.Join(other, ", ")
	}
	if t.reply != nil && t.reply.Error == nil {
		if sameForm(members(last.reply), members(t.reply.Raw)) {
			text += "; so was the form of its reply"
		} else {
			text += "; the form of its reply was another"
		}
	}
	know(f, t.sent.at, 0, text)
	slices.SortStableFunc(f.Facts, func(a, b steps.Fact) int { return a.At.Compare(b.At) })
}

// jsonMember is one value of a JSON document, by its path: targets[0].identity.user.id.
type jsonMember struct{ path, value string }

// members lays a JSON document out, in the order of its paths. What is different each time is left out.
func members(raw json.RawMessage) (list []jsonMember) {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch x := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(x)) {
				if name != "clientContext" {
					walk(strings.TrimPrefix(path+"."+name, "."), x[name])
				}
			}
		case []any:
			for i, one := range x {
				walk(path+"["+strconv.Itoa(i)+"]", one)
			}
		default:
			text, _ := json.Marshal(x) // it was read from JSON
			list = append(list, jsonMember{path, clipped(string(text))})
		}
	}
	walk("", v)
	return list
}

// sameForm says whether two documents have the same members, whatever their values.
func sameForm(a, b []jsonMember) bool {
	return slices.EqualFunc(a, b, func(a, b jsonMember) bool { return a.path == b.path })
}

// differences of two documents of the same form, in words.
func differences(before, now []jsonMember) (words []string) {
	for i := range now {
		if now[i].value != before[i].value {
			words = append(words, fmt.Sprintf("%s %s (it was %s)", now[i].path, now[i].value, before[i].value))
		}
	}
	return words
}

// clipped is a value short enough for a sentence.
func clipped(value string) string {
	const most = 80
	if r := []rune(value); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return value
}
