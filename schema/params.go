package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
	"callflow/schema/problem"
)

// params compiles the verb's parameters in the scope in which the verb acts.
func (w *stepWalk) params(inner *expr.Scope) {
	s, n := w.step, resolve(w.paramsNode)
	if w.verb.Params == nil {
		if !isNull(n) && !reported(n) {
			w.problem(n, "wrong-kind", "write "+w.verb.Name+":", "%s takes no parameters", w.verb.Name)
		}
		return
	}
	before := len(w.problems)
	d := w.decoder(inner)
	d.step = w
	s.Params = d.template(w.paramsNode, w.verb.Params, nil)
	s.Inner = innerSteps(s)
	if isNull(n) {
		s.Params.pos = w.at(w.verbKey)
	}
	w.stepRefs(n, inner)
	if w.verb.Binds {
		w.inline = s.Params.make.seen
	}
	for _, name := range w.verb.PartsFields {
		w.optionalParts(name)
	}
	if w.verb.Name == "include" {
		w.include(n, d.nested["with"])
	}
	if w.verb.Check == nil || !s.Params.make.given || errorsSince(w.problems, before) {
		return
	}
	w.verb.Check(s.Params.Static(), s.Params.At, func(p Problem) {
		if p.File == "" {
			p.Pos = s.Params.Pos()
		}
		if p.Code == "" {
			p.Code = "bad-value"
		}
		w.report(p)
	})
}

func errorsSince(ps Problems, n int) bool { return len(ps) > n && ps[n:].Failed() }

// stepRefs checks parameters that name an earlier step.
func (w *stepWalk) stepRefs(n *yaml.Node, sc *expr.Scope) {
	if n.Kind != yaml.MappingNode {
		return
	}
	for _, f := range structureOf(w.verb.Params).fields {
		at := resolve(childNode(n, f.name))
		if !f.step || at == nil || at.Kind != yaml.ScalarNode || reported(at) {
			continue
		}
		if strings.Contains(at.Value, "${{") {
			w.problem(at, "not-literal", "write start, now, or the id of a step", "%s must be known before the run; ${{ }} cannot stand here", f.name)
			continue
		}
		id := at.Value
		if where, ok := sc.WhereIs("steps." + id); ok {
			w.trace.mention(UseStep, at, where, w.at(at))
		}
		sc.Use("steps." + id)
		if id == "start" || id == "now" || isNull(at) || sc.Find("steps."+id) != nil {
			continue
		}
		known := append([]string{"start", "now"}, sc.Known("steps.")...)
		hint := problem.DidYouMean(id, known)
		text := fmt.Sprintf("there is no step %q before this one; %s takes %s", id, f.name, problem.Listed(known, "or"))
		if where, ok := sc.FindElsewhere("steps." + id); ok {
			text, hint = fmt.Sprintf("the step %q %s (line %d); %s takes %s", id, where.Where, where.At.Line, f.name, problem.Listed(known, "or")), ""
		}
		w.problem(at, "unknown-step", hint, "%s", text)
	}
}

// optionalParts notes the keys of a parts field of which only one is there in the end.
func (w *stepWalk) optionalParts(name string) {
	f := partsField(w.verb, name)
	if f == nil || !f.optional {
		return
	}
	w.optional = append(w.optional, w.partKeys(f)...)
}

// partsField finds a field by its key or its Go name.
func partsField(v *Verb, name string) *field {
	s := structureOf(v.Params)
	if f := s.field(name); f != nil {
		return f
	}
	if sf, ok := v.Params.FieldByName(name); ok {
		key, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		return s.field(key)
	}
	return nil
}

// partKeys are the keys that the file gives a parts field.
func (w *stepWalk) partKeys(f *field) (keys []string) {
	n := resolve(w.paramsNode)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	if value := resolve(childNode(n, f.name)); value != nil && value.Kind == yaml.MappingNode {
		for _, p := range pairs(value) {
			keys = append(keys, p.key.Value)
		}
	}
	return keys
}

// checkEntry holds a key that becomes a name, or names a branch, against what those can be.
func (w *stepWalk) checkEntry(key *yaml.Node, f *field) {
	if f == nil || reported(key) {
		return
	}
	elem, _ := mapElem(f.typ)
	switch {
	case f.inline && w.verb.Binds:
		w.declareName(key, "set")
	case elem == exprPointer:
		if bad := checkName(key.Value); bad != nil {
			w.fault(key, bad)
		}
	case elem == blockType && !wordForm.MatchString(key.Value):
		w.problem(key, "bad-name", "use letters, digits, _, - and .", "%q cannot name a branch", key.Value)
	}
}

// branches are steps that run side by side.
type branches struct {
	*decoder
	ps   []pair
	elem reflect.Type
}

func (d *decoder) enterBranches(ps []pair, elem reflect.Type) branches { return branches{d, ps, elem} }

// value compiles the i-th entry. What a branch names is seen in it at once, by the others never.
func (b branches) value(i int, compile func(*decoder) maker) maker {
	if b.elem != blockType {
		return compile(b.decoder)
	}
	inner := *b.decoder
	inner.sc = b.sc.Child()
	inner.branch = b.ps[i].key.Value
	for j, other := range b.ps {
		if j != i {
			b.announce(inner.sc, other.value, "captured in branch "+other.key.Value, "is in branch "+other.key.Value)
		}
	}
	return compile(&inner)
}

// nestedBlock compiles steps that stand in a verb's parameters.
func (d *decoder) nestedBlock(n *yaml.Node, f *field) Block {
	l := d.nestedLane(f)
	if l == nil {
		return nil
	}
	b := d.block(n, l)
	d.step.nested = append(d.step.nested, l.made...)
	return b
}

func (d *decoder) nestedStep(n *yaml.Node, f *field) *Step {
	l := d.nestedLane(f)
	if l == nil {
		return nil
	}
	s := d.reader.step(n, l, l.path)
	d.step.nested = append(d.step.nested, l.made...)
	return s
}

func (d *decoder) nestedLane(f *field) *lane {
	if d.step == nil || f == nil {
		return nil
	}
	name := f.name
	if d.branch != "" {
		name = d.branch
	}
	return &lane{sc: d.sc.Child(), path: d.step.step.Path + "." + name}
}

// after reads what looks at the verb's outcome.
func (w *stepWalk) after(inner *expr.Scope) {
	s := w.step
	w.until()
	if n, ok := w.key("retry"); ok {
		if !w.verb.takes("retry") {
			w.problem(w.keys["retry"].key, "no-retry", retryHint(w.verb), "%s takes no retry: only a step that sends a request can be repeated", w.verb.Name)
		} else {
			s.Retry = w.retry(n, inner)
		}
	}
	seen := inner.Child()
	if s.ForEach == nil {
		for _, m := range w.nested {
			m.declare(seen, m.typ, m.guard)
		}
	}
	seen = seen.WithFields(w.yields())
	if n, ok := w.key("expect"); ok {
		s.Expect = w.decoder(seen).tests(n, seen, true)
		seen = seen.Child()
		for _, x := range s.Expect {
			seen.Prove(x)
			w.holds = append(w.holds, x.Proofs()...)
		}
	}
	if n, ok := w.key("capture"); ok {
		w.lane.sc.Anything = w.lane.sc.Anything || resolve(n).Kind != yaml.MappingNode // any name may be meant by it
		s.Capture, w.lost = w.captures(n, seen, func(key *yaml.Node) bool { return w.declareName(key, "captured") })
	}
}

func retryHint(v *Verb) string {
	if v.Role == Watches {
		return "give it a longer timeout"
	}
	return ""
}

func (w *stepWalk) until() {
	goals := make([]string, len(w.verb.Goals))
	for i, g := range w.verb.Goals {
		goals[i] = g.Name
	}
	if len(goals) > 0 {
		w.step.Until = goals[0]
	}
	n, ok := w.key("until")
	if !ok {
		return
	}
	if len(goals) == 0 {
		w.problem(w.keys["until"].key, "no-goals", "take it out"+w.insteadOfGoal(resolve(n).Value), "%s has no goals to wait for", w.verb.Name)
		return
	}
	if list := resolve(n); list.Kind == yaml.SequenceNode {
		w.problem(list, "wrong-kind", "where either will do, write continueOnError: true and look at steps.<id>.outcome in the if of later steps",
			"this is a list; a step waits for one goal")
		return
	}
	word := w.text(n)
	n = resolve(n)
	switch {
	case word == "":
	case !containsWord(goals, word):
		w.problem(n, "unknown-goal", goalHint(word, goals), "%q is no goal of %s; its goals are %s", word, w.verb.Name, problem.Listed(goals, "and"))
		if right := misspelt(word, goals); right != "" {
			w.step.Until = right // so that what follows is not told as well
		}
	default:
		w.step.Until = word
	}
}

// retry compiles the key retry and checks what it says literally.
func (w *stepWalk) retry(n *yaml.Node, sc *expr.Scope) *Template {
	before := len(w.problems)
	d := w.decoder(sc)
	d.step = w
	t := d.template(n, reflect.TypeFor[Retry](), nil)
	if !t.make.given || errorsSince(w.problems, before) {
		return t
	}
	r := t.Static().(*Retry)
	bad := func(key, format string, args ...any) {
		at := childNode(resolve(n), key)
		if at != nil && !strings.Contains(resolve(at).Value, "${{") {
			w.problem(resolve(at), "bad-value", "", format, args...)
		}
	}
	if r.Attempts < 1 || r.Attempts > 100 {
		bad("attempts", "%d attempts: write a number from 1 to 100", r.Attempts)
	}
	if r.Multiplier < 1 {
		bad("multiplier", "the multiplier %v would shorten each wait; write 1 or more", r.Multiplier)
	}
	if r.Jitter < 0 || r.Jitter > 1 {
		bad("jitter", "the jitter %v is no share; write a number from 0 to 1", r.Jitter)
	}
	return t
}

// yields is what expressions see of the step's outputs: the verb's own, the parts it names, and what the runner adds.
func (w *stepWalk) yields() *expr.Type {
	if w.result != nil {
		return w.result
	}
	t := &expr.Type{Kind: expr.KindObject, Fields: []expr.Field{}}
	if w.verb.Outputs != nil {
		t.Fields = append(t.Fields, expr.TypeOf(w.verb.Outputs).Fields...)
		w.settleKeys(t)
	}
	if len(w.verb.PartsFields) > 0 {
		w.addParts(t)
	}
	if w.verb.Role == Acts || w.verb.Role == Reads {
		w.addResponse(t)
	}
	add(t, expr.Field{Name: "attempts", Doc: "How often the step was tried.", Type: expr.Int})
	return t
}

// settleKeys gives outputs that are the key of a parameter's entry (tag keys) the keys in the file as their words. Without
// the parameter there is no such output.
func (w *stepWalk) settleKeys(t *expr.Type) {
	if w.paramsNode == nil { // the reference lists what there can be
		return
	}
	for i := range w.verb.Outputs.NumField() {
		sf := w.verb.Outputs.Field(i)
		param := sf.Tag.Get("keys")
		if param == "" {
			continue
		}
		keys := w.partKeys(partsField(w.verb, param))
		at := slices.IndexFunc(t.Fields, func(f expr.Field) bool { return f.Name == sf.Tag.Get("json") })
		if len(keys) == 0 {
			t.Fields = slices.Delete(t.Fields, at, at+1)
		} else {
			words := t.Fields[at].Type.WithEnum(keys)
			if w.step.ForEach == nil {
				words = words.Picking(w.at(w.node).String())
			}
			t.Fields[at].Type = words
		}
	}
}

// addParts puts the event's names under each part's name; without parts they are outputs themselves.
func (w *stepWalk) addParts(t *expr.Type) {
	event := expr.TypeOf(w.voc.Event)
	var parts []string
	for _, name := range w.verb.PartsFields {
		if f := partsField(w.verb, name); f != nil {
			parts = append(parts, w.partKeys(f)...)
		}
	}
	if len(parts) == 0 {
		for _, f := range event.Fields {
			add(t, f)
		}
		return
	}
	kept := t.Fields[:0:0]
	for _, f := range t.Fields {
		if event.Field(f.Name) == nil {
			kept = append(kept, f)
		}
	}
	t.Fields = kept
	for _, part := range parts {
		typ := event
		if w.step.ForEach == nil && containsWord(w.optional, part) {
			typ = event.PartOf(w.at(w.node).String(), part)
		}
		add(t, expr.Field{Name: part, Doc: "The event that served this part.", Type: typ})
		w.tracePart(t, part)
	}
}

func (w *stepWalk) addResponse(t *expr.Type) {
	for i, f := range t.Fields {
		if f.Name == "outcome" && f.Type.Kind == expr.KindString && len(f.Type.Enum) == 0 {
			t.Fields[i].Type = w.outcome()
		}
	}
	add(t, expr.Field{Name: "response", Doc: "The response to the last attempt.", Type: responseType})
	if w.verb.Role == Acts {
		for i, f := range t.Fields {
			if f.Name == "outcome" {
				t.Fields[i].Type = withUnreached(f.Type)
			}
		}
		add(t, expr.Field{Name: "outcome", Doc: "The goal that was reached.", Type: w.outcome()})
		add(t, expr.Field{Name: "resultInfo", Doc: "What the service said of the outcome.", Type: expr.Any})
		if i := slices.IndexFunc(t.Fields, func(f expr.Field) bool { return f.Name == "outcome" }); w.node != nil && w.step.ForEach == nil {
			t.Fields[i].Type = t.Fields[i].Type.OutcomeOf(w.place())
		}
	}
}

func (w *stepWalk) outcome() *expr.Type {
	t := &expr.Type{Kind: expr.KindString}
	for _, g := range w.verb.Goals {
		t.Enum = append(t.Enum, g.Name)
	}
	return withUnreached(t)
}

// The outcomes of a step that acts and came to none of its goals. Expressions see them after continueOnError.
const (
	OutcomeRefused    = "refused"    // the service refused the request
	OutcomeUnanswered = "unanswered" // no answer that could be used, or none was asked for
)

// withUnreached is the type of an outcome whose request may have come to nothing.
func withUnreached(t *expr.Type) *expr.Type {
	words := slices.Clone(t.Enum)
	for _, word := range []string{OutcomeRefused, OutcomeUnanswered} {
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return t.WithEnum(words)
}

var responseType = &expr.Type{Kind: expr.KindObject, Fields: []expr.Field{
	{Name: "status", Doc: "The HTTP status.", Type: expr.Int},
	{Name: "headers", Doc: "The headers by name.", Type: &expr.Type{Kind: expr.KindObject, Elem: expr.String}},
	{Name: "body", Doc: "The body.", Type: expr.Any},
}}

// add gives t a field unless it has one of that name.
func add(t *expr.Type, f expr.Field) {
	if t.Field(f.Name) == nil {
		t.Fields = append(t.Fields, f)
	}
}

// attempted is what a retry's `when` sees.
func (w *stepWalk) attempted() *expr.Type {
	t := &expr.Type{Kind: expr.KindObject, Fields: []expr.Field{
		{Name: "attempt", Doc: "The number of the attempt that failed, from 1.", Type: expr.Int},
		{Name: "error", Doc: "Why it failed, in words.", Type: expr.String},
	}}
	outputs := w.yields()
	for _, f := range []expr.Field{{Name: "response", Doc: "", Type: responseType}, {Name: "outcome", Doc: "", Type: w.outcome()}, {Name: "resultInfo", Doc: "", Type: expr.Any}} {
		if own := outputs.Field(f.Name); own != nil {
			f = *own
		}
		add(t, f)
	}
	return t
}
