package history

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"callflow/steps"
)

// Standing is how earlier runs fared, in a sentence or two: since when this one fails, and how many did with which code.
// None when there are none that tell.
func Standing(now *Run, past Past) (sentences []string) {
	runs := judgedOf(past.Runs)
	if len(runs) == 0 {
		return nil
	}
	first := slices.IndexFunc(runs, passed)
	oldest := runs[len(runs)-1]
	switch {
	case first < 0:
		text := "the one run before it did not pass either"
		if len(runs) > 1 {
			text = fmt.Sprintf("none of the %d runs before it passed", len(runs))
		}
		return append(sentences, text+", since "+minute(oldest.At), ratio(now, runs))
	case first == 0:
		sentences = append(sentences, "first failure after "+streak(runs, past.More))
	default:
		before := "run before this one"
		if first > 1 {
			before = plural(first, "run") + " before this one"
		}
		ended, too := "it failed", " too"
		if slices.ContainsFunc(runs[:first], func(r *Run) bool { return r.Status != steps.Failed }) {
			ended, too = "it did not pass", " either"
		}
		sentences = append(sentences, fmt.Sprintf("%s in the %s%s, since %s, after %s", ended, before, too, minute(runs[first-1].At), streak(runs[first:], past.More)))
	}
	if slices.ContainsFunc(runs, func(r *Run) bool { return !passed(r) }) {
		sentences = append(sentences, ratio(now, runs))
	}
	return sentences
}

// streak tells of the passes with which runs begins; more says that there were others before.
func streak(runs []*Run, more bool) string {
	n := slices.IndexFunc(runs, func(r *Run) bool { return !passed(r) })
	if n < 0 {
		n = len(runs)
	}
	if n == 1 {
		return "1 pass, of " + minute(runs[0].At)
	}
	orMore := ""
	if more && n == len(runs) {
		orMore = " or more"
	}
	return fmt.Sprintf("%d%s passes since %s (last pass %s)", n, orMore, runs[n-1].At.UTC().Format(time.DateOnly), minute(runs[0].At))
}

// ratio counts the codes of now and of the runs before it.
func ratio(now *Run, runs []*Run) string {
	all := append([]*Run{now}, runs...)
	return fmt.Sprintf("with this one %s since %s: %s", plural(len(all), "run"), runs[len(runs)-1].At.UTC().Format(time.DateOnly), Codes(all))
}

// Codes says how many of several runs ended how, the failed ones by code: "40 passed, 500/7117 in 2 (5 %)".
func Codes(runs []*Run) string {
	count, good := map[string]int{}, 0
	for _, r := range runs {
		switch {
		case passed(r):
			good++
		case r.Code != "":
			count[r.Code]++
		case r.Status == steps.Broken:
			count["could not test"]++
		default:
			count[r.Status]++
		}
	}
	words := []string{fmt.Sprintf("%d passed", good)}
	for _, code := range slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(count[b]-count[a], strings.Compare(a, b))
	}) {
		words = append(words, fmt.Sprintf("%s in %d (%s)", code, count[code], Percent(count[code], len(runs))))
	}
	return strings.Join(words, ", ")
}

// Percent is a part of a whole; what is more than nothing is not shown as 0.
func Percent(part, whole int) string {
	n := (200*part + whole) / (2 * whole)
	if n == 0 && part > 0 {
		return "under 1 %"
	}
	return fmt.Sprintf("%d %%", n)
}

// Facts hold the step of now that failed after took against the runs that passed: its request, the requests before it, what
// came back, and its times. None when no run passed.
func Facts(now *Run, step string, took time.Duration, past Past) (facts []string) {
	passes := slices.DeleteFunc(slices.Clone(past.Runs), func(r *Run) bool { return !passed(r) })
	if len(passes) == 0 {
		return nil
	}
	last := passes[0]
	if whole := slices.IndexFunc(passes, func(r *Run) bool { return r.Damaged == 0 }); whole > 0 {
		last = passes[whole]
	}
	facts = append(facts, requests(now, step, last)...)
	facts = append(facts, answers(now, step, passes)...)
	if text := times(now, step, took, passes); text != "" {
		facts = append(facts, text)
	}
	return facts
}

// mostWords bounds how many differences of one document are told.
const mostWords = 6

func list(words []string) string {
	if n := len(words) - mostWords; n > 0 {
		words = append(slices.Clone(words[:mostWords]), fmt.Sprintf("and %d more", n))
	}
	return strings.Join(words, ", ")
}

// requests compares what was sent with what the last pass sent.
func requests(now *Run, step string, last *Run) (facts []string) {
	same, others := 0, 0
	for _, key := range now.order {
		before, known := last.sent[key]
		its := key.step == step
		if !its {
			others++
		}
		switch words := now.sent[key].differences(before); {
		case !known:
			facts = append(facts, fmt.Sprintf("the last pass sent no request of %s", stepWords(key.step)))
		case len(words) > 0:
			facts = append(facts, fmt.Sprintf("the request of %s differs from that of the last pass: %s", stepWords(key.step), list(words)))
		case its:
			text := fmt.Sprintf("the request of %s is identical to that of the last pass", stepWords(key.step))
			if now.sent[key].masked() {
				text += ", as far as it is not masked"
			}
			facts = append(facts, text)
		default:
			same++
		}
	}
	if len(facts) > mostWords {
		facts = append(facts[:mostWords], fmt.Sprintf("%d more requests differ from those of the last pass", len(facts)-mostWords))
	}
	switch {
	case others == 0 || same < others:
	case len(facts) == 0 && others == 1:
		facts = append(facts, "the one request of the run is identical to that of the last pass")
	case len(facts) == 0:
		facts = append(facts, fmt.Sprintf("the %d requests of the run are identical to those of the last pass", others))
	case others == 1:
		facts = append(facts, "the other request of the run is identical")
	default:
		facts = append(facts, fmt.Sprintf("the other %d requests of the run are identical", others))
	}
	return facts
}

// answers compares the members of responses and notifications with those of all the passes, where they had such.
func answers(now *Run, step string, passes []*Run) (facts []string) {
	before := baseline{}
	for _, r := range passes {
		before.add(r)
	}
	in := "in " + plural(len(passes), "pass")
	compared := 0
	for _, p := range now.places() {
		if before[p] == nil {
			if p.What == "response" && p.Of == step {
				facts = append(facts, fmt.Sprintf("%s is %s, which it was not %s", p, p.Sub, in))
			}
			continue
		}
		compared++
		if words := now.shapes[p].changes(before[p]); len(words) > 0 {
			facts = append(facts, fmt.Sprintf("%s differs in shape from those %s: %s", p, in, list(words)))
		}
	}
	if len(facts) > mostWords {
		facts = append(facts[:mostWords], fmt.Sprintf("%d more responses and notifications differ", len(facts)-mostWords))
	}
	if len(facts) == 0 && compared > 0 {
		facts = append(facts, "what came back has the same shape as "+in)
	}
	return facts
}

// times compares how long the step's call was establishing, or else how long the step took.
func times(now *Run, step string, took time.Duration, passes []*Run) string {
	what, mine := "establishing", now.establishing[step]
	of := func(r *Run) time.Duration { return r.establishing[step] }
	if mine == 0 {
		what, mine = "the step", took
		of = func(r *Run) time.Duration { return r.took[step] }
	}
	var low, high time.Duration
	n := 0
	for _, r := range passes {
		if d := of(r); d > 0 {
			if n == 0 || d < low {
				low = d
			}
			high, n = max(high, d), n+1
		}
	}
	if n == 0 || mine == 0 {
		return ""
	}
	span := steps.Span(low)
	if low != high {
		span += " to " + steps.Span(high)
	}
	return fmt.Sprintf("%s took %s; in %s %s", what, steps.Span(mine), plural(n, "pass"), span)
}

func passed(r *Run) bool { return r.Status == steps.Passed }

// judgedOf leaves out runs that were skipped, interrupted, or have no end.
func judgedOf(runs []*Run) (out []*Run) {
	for _, r := range runs {
		if r.judged() {
			out = append(out, r)
		}
	}
	return out
}

func minute(at time.Time) string { return at.UTC().Format("2006-01-02T15:04Z") }
