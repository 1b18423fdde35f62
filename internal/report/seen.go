package report

import (
	"fmt"
	"slices"
	"strings"

	"callflow/schema/expr"
	"callflow/steps"
)

// mostSeen bounds how many values one line tells.
const mostSeen = 3

// seen says in few words what was there instead of what a failure had wanted: the values of an expression that was false, and
// of a wait what came nearest to it, or came last. It is for lines that stand alone, such as a row of a table. "" when the
// failure's text says it all.
func (r *Run) seen(f *steps.Failure) string {
	arrivals := slices.DeleteFunc(slices.Clone(f.Arrivals), func(m steps.Miss) bool { return strings.HasPrefix(m.Ignored, "came before") })
	for _, m := range slices.Backward(arrivals) {
		if m.Nearest && m.Why == nil && m.Claimed != "" {
			return fmt.Sprintf("%s at %s matches, but was taken by %s", clean(m.Summary), offset(r.Began, m.At), r.stepNames()(m.Claimed))
		}
	}
	for _, m := range slices.Backward(arrivals) {
		switch {
		case m.Why == nil:
		case m.Why.Value == true: // of what must not come; the text has it
			return ""
		default:
			return fmt.Sprintf("the nearest was %s at %s: %s", clean(m.Summary), offset(r.Began, m.At), becauseOf(m.Why))
		}
	}
	news := slices.DeleteFunc(arrivals, func(m steps.Miss) bool { return m.Early })
	switch {
	case f.Awaited == "" && f.Expression != nil && f.Expression.Value != true:
		return becauseOf(f.Expression)
	case f.Awaited == "" || f.Kind != "await" && f.Kind != "timeout" || len(f.Facts) > 0:
		return ""
	case len(news) == 0:
		return "nothing came in that time"
	}
	last := news[len(news)-1]
	return fmt.Sprintf("the last to come was %s at %s", clean(last.Summary), offset(r.Began, last.At))
}

// becauseOf tells the values that made an expression false: "call.state is "established", resultInfo.code is 500".
func becauseOf(e *expr.Explanation) string {
	list := falseFor(e)
	if len(list) > mostSeen {
		list = append(list[:mostSeen], "…")
	}
	return strings.Join(list, ", ")
}

// falseFor goes down to those parts of an expression that made it false, and says what they saw.
func falseFor(e *expr.Explanation) (list []string) {
	if e.Error != "" {
		return []string{clean(e.Error)}
	}
	parts := taken(e)
	if one := nearestElement(parts); one != nil {
		list = falseFor(one)
		name, _, _ := strings.Cut(one.Text, ": ")
		list[0] = "of " + clean(name) + " " + list[0]
		return list
	}
	for i := range parts {
		if p := &parts[i]; p.Value == false && len(p.Parts) > 0 {
			list = append(list, falseFor(p)...)
		}
	}
	if list != nil {
		return list
	}
	for i := range parts {
		value, _ := (Style{}).value(&parts[i])
		value = brief(ShortIDs(value), 80)
		if note := parts[i].Note; note != "" {
			value += " (" + clean(note) + ")"
		}
		list = append(list, fmt.Sprintf("%s is %s", clean(oneLine(parts[i].Text)), value))
	}
	if list == nil {
		list = []string{clean(oneLine(e.Text)) + " is false"}
	}
	return list
}

// nearestElement is, of an expression about the elements of a list, the element for which most was true; nil of others.
func nearestElement(parts []expr.Explanation) (nearest *expr.Explanation) {
	most := -1
	for i := range parts {
		p := &parts[i]
		if i == 0 || !strings.HasPrefix(p.Text, parts[0].Text+"[") || p.Value != false {
			continue
		}
		holds := 0
		for n, x := range p.Parts {
			if x.Value == true {
				holds += 2
			}
			if x.Value == true && n == 0 { // who it is stands first
				holds++
			}
		}
		if holds > most {
			nearest, most = p, holds
		}
	}
	return nearest
}
