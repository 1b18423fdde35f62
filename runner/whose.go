package runner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/schema/expr"
	"callflow/steps"
)

// nameValues notes beside ids in a failure's value trees whose they are: who reads it knows people.
func (r *run) nameValues(f *steps.Failure) {
	r.nameIn(f.Expression)
	for i := range f.Also {
		r.nameIn(&f.Also[i])
	}
	for i := range f.Arrivals {
		m := &f.Arrivals[i]
		r.nameIn(m.Why)
		for k := range m.Also {
			r.nameIn(m.Also[k].Why)
		}
	}
}

func (r *run) nameIn(e *expr.Explanation) {
	if e == nil || e.Note != "" {
		return
	}
	e.Note = r.whose(e.Value)
	for i := range e.Parts {
		r.nameIn(&e.Parts[i])
	}
}

// whose is the name that goes with a value: of the person whose id it is, of those in a list of participants.
func (r *run) whose(v any) string {
	switch v := v.(type) {
	case string:
		if who := r.known([]string{graph.CanonicalID(v)}); who != v {
			return who
		}
	case []any:
		for _, one := range v {
			if p := object(one); p["identity"] == nil && p["info"] == nil {
				return ""
			}
		}
		return r.whom(v)
	}
	return ""
}

// whoAnswered adds to the failure of an expression about whom a call was for who is on that call: its targets stay those who
// were called, whoever answers.
func (t *turn) whoAnswered(f *steps.Failure) {
	call := t.calledIn(f)
	if call == "" {
		return
	}
	called, answered := t.run.calls.of(call)["targets"], []string(nil)
	add := func(p map[string]any) (added bool) {
		who := t.run.personWithID(p)
		if who == "" || slices.Contains(answered, who) {
			return false
		}
		answered = append(answered, who)
		return true
	}
	at, event := time.Time{}, uint64(0)
	for _, e := range t.run.inbox.entries {
		if e.CallID != call || e.Kind != graph.KindParticipants || e.repeat {
			continue
		}
		people, _ := e.View["participants"].([]map[string]any)
		for _, p := range people {
			if add(p) && len(answered) == 1 {
				at, event = e.At, e.Seq
			}
		}
	}
	text := "who answered: "
	switch {
	case answered == nil:
		text = "nothing tells who answered: no roster of the call had anybody on it"
	case len(answered) > 1:
		text = "who is, or was, on the call: "
	}
	text += strings.Join(answered, ", ")
	if who := t.run.whom(called); who != "" {
		text += "; called: " + who
	}
	know(f, at, event, text)
	inOrder(f)
	f.Hints = append(f.Hints, "a call's targets are those who were called, and few events have them; who answered is on the call's roster, "+
		"if it is a group's: any(participants, .info.identity.user.id == …)")
}

// calledIn is the call whose targets an expression of the failure looks at in vain; "": none does.
func (t *turn) calledIn(f *steps.Failure) (call string) {
	trees := []*expr.Explanation{f.Expression}
	for i := range f.Also {
		trees = append(trees, &f.Also[i])
	}
	for _, m := range f.Arrivals {
		trees = append(trees, m.Why)
	}
	looks := false
	for _, tree := range trees {
		eachPart(tree, func(e *expr.Explanation) {
			looks = looks || e.Value != true && strings.Contains(e.Text, ".targets")
			if id, ok := e.Value.(string); ok && call == "" && t.run.legs.find(graph.CanonicalID(id)) != nil {
				call = graph.CanonicalID(id)
			}
		})
	}
	switch {
	case !looks:
		return ""
	case call == "" && t.reply != nil:
		call = t.reply.CallID
	}
	if t.run.calls.of(call)["direction"] != "outgoing" {
		return ""
	}
	return call
}

func eachPart(e *expr.Explanation, visit func(*expr.Explanation)) {
	if e == nil {
		return
	}
	visit(e)
	for i := range e.Parts {
		eachPart(&e.Parts[i], visit)
	}
}

// personWithID is a participant who is no bot: "Bob (user.id 90ed37dc-…)"; "" of any other.
func (r *run) personWithID(p map[string]any) string {
	info := object(p["info"])
	identity := object(info["identity"])
	for _, kind := range []string{"user", "phone", "guest", "encrypted", "onPremises"} {
		id := text(object(identity[kind])["id"])
		if id == "" {
			continue
		}
		if who := r.nameOf(p); who != "" && who != id {
			return fmt.Sprintf("%s (%s.id %s)", who, kind, id)
		}
		return kind + ".id " + id
	}
	return ""
}
