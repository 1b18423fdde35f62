package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// lane is a list of steps that run one after the other, with what they can see and what they made.
type lane struct {
	sc   *expr.Scope
	path string // "steps", "finally", "steps[3].left"
	made []made
}

// made is a name, or steps.<id>, that a lane leaves behind.
type made struct {
	name  string // steps.<id> for a step's outputs
	typ   *expr.Type
	guard *expr.Guard // for the steps after it
	late  *expr.Guard // for finally, which runs however far the steps got
	at    Pos
}

func (m made) declare(sc *expr.Scope, t *expr.Type, guard *expr.Guard) {
	if id, ok := strings.CutPrefix(m.name, "steps."); ok {
		sc.DeclareStep(id, t, guard, m.at)
		return
	}
	sc.Declare(m.name, t, guard, m.at)
}

// lostName is a name that has no value, because what makes it could not be read.
func lostName(name string, at Pos) made {
	return made{name: name, typ: expr.Any, late: &expr.Guard{Why: gotThatFar, Clauses: [][]string{nil}}, at: at}
}

// add makes a name known in the lane from here on.
func (l *lane) add(m made) {
	m.declare(l.sc, m.typ, m.guard)
	l.made = append(l.made, m)
}

// addLost makes names known that have no value, because what makes them could not be read.
func (l *lane) addLost(lost []made) {
	for _, m := range lost {
		if l.sc.Find(m.name) == nil {
			l.add(m)
		}
	}
}

// block compiles a list of steps.
func (r *reader) block(n *yaml.Node, l *lane) Block {
	n = resolve(n)
	if n.Kind != yaml.SequenceNode {
		if n.Kind == yaml.MappingNode && !reported(n) {
			r.report(Problem{Pos: r.at(n), Code: "wrong-kind", Text: "this is a mapping; a list of steps is wanted", Hint: "put a dash before each step"})
		} else {
			r.wrongKind(n, "a list of steps")
		}
		r.broken = true
		return nil
	}
	r.announce(l.sc, n, "captured later", "comes later")
	block := Block{}
	for i, item := range n.Content {
		if s := r.step(item, l, fmt.Sprintf("%s[%d]", l.path, i)); s != nil {
			block = append(block, s)
		}
	}
	return block
}

// announce tells sc of the names that the steps below n will make, for better problems when they are used too early.
func (r *reader) announce(sc *expr.Scope, n *yaml.Node, captured, step string) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		for _, c := range n.Content {
			r.announce(sc, c, captured, step)
		}
		return
	}
	for _, p := range pairs(n) {
		value := resolve(p.value)
		verb := r.voc.Verb(p.key.Value)
		switch {
		case p.key.Value == "id" && value.Kind == yaml.ScalarNode:
			sc.Announce("steps."+value.Value, step, r.at(value))
		case p.key.Value == "capture" && value.Kind == yaml.MappingNode, verb != nil && verb.Binds && value.Kind == yaml.MappingNode:
			for _, name := range pairs(value) {
				sc.Announce(name.key.Value, captured, r.at(name.key))
			}
		case verb != nil && value.Kind != yaml.ScalarNode:
			r.announce(sc, value, captured, step) // steps within the verb
		case value.Kind == yaml.SequenceNode:
			r.announce(sc, value, captured, step)
		}
	}
}

// stepWalk compiles one step.
type stepWalk struct {
	*reader
	lane       *lane
	node       *yaml.Node
	keys       map[string]pair
	step       *Step
	verb       *Verb
	verbKey    *yaml.Node
	paramsNode *yaml.Node
	nested     []made     // what steps inside its parameters made
	optional   []string   // parts that need not be there
	holds      []string   // what the step's expectations prove once it has passed
	inline     *expr.Type // of a verb that binds: the names
	lost       []made     // captured names whose expressions could not be read
	result     *expr.Type // of an include: the file's outputs
}

func (r *reader) step(n *yaml.Node, l *lane, path string) *Step {
	n = resolve(n)
	if r.full() {
		r.broken = true
		return nil
	}
	if r.steps++; r.steps > maxNodes {
		r.report(Problem{Pos: r.at(n), Code: "too-large", Text: fmt.Sprintf("there are more than %d steps once all files are included", maxNodes)})
		r.broken = true
		return nil
	}
	w := &stepWalk{reader: r, lane: l, node: n, step: &Step{Path: path, Pos: r.at(n)}}
	r.trace.step(n, w)
	outer := r.current
	r.current = w.step
	defer func() { r.current = outer }()
	if !w.findVerb() {
		w.glance()
		r.broken = true
		r.salvage(n, l)
		return nil
	}
	w.step.Lines = r.sourceLines(n)
	inner := w.before(l.sc)
	w.params(inner)
	w.after(inner)
	w.leave()
	return w.step
}

// salvage tells the lane of the names that a step would have made which cannot be read: later steps use them rightly.
func (r *reader) salvage(n *yaml.Node, l *lane) {
	there := expr.EmptyScope(r.voc.Globals(), nil)
	r.announce(there, n, "", "")
	var lost []made
	for _, name := range there.Announced() {
		at, _ := there.WhereIs(name)
		lost = append(lost, lostName(name, at))
	}
	l.addLost(lost)
}

// findVerb sorts the step's keys into frame and verb.
func (w *stepWalk) findVerb() bool {
	if w.node.Kind != yaml.MappingNode {
		if w.node.Kind == yaml.ScalarNode && w.voc.Verb(w.node.Value) != nil {
			w.problem(w.node, "wrong-kind", "write "+w.node.Value+":", "a step is a mapping; a colon is missing after the verb %s", w.node.Value)
			return false
		}
		w.wrongKind(w.node, "a step, a mapping with one verb,")
		return false
	}
	w.keys = map[string]pair{}
	var unknown, verbs []pair
	for _, p := range pairs(w.node) {
		switch {
		case w.voc.Verb(p.key.Value) != nil && w.isVerb(p):
			verbs = append(verbs, p)
		case containsWord(stepKeyNames, p.key.Value):
			w.keys[p.key.Value] = p
		default:
			unknown = append(unknown, p)
		}
	}
	if len(verbs) == 0 {
		verb, ok := w.verbMissing(unknown)
		if !ok {
			return false
		}
		verbs = append(verbs, verb)
		unknown = slices.DeleteFunc(unknown, func(p pair) bool { return p.key == verb.key })
	}
	if len(verbs) > 1 {
		w.severalVerbs(verbs)
	}
	w.verbKey, w.paramsNode = verbs[0].key, verbs[0].value
	w.verb = w.voc.Verb(w.verbKey.Value)
	w.step.Verb, w.step.VerbPos = w.verb, w.at(w.verbKey)
	for _, p := range w.paramsBeside(unknown) {
		w.unknownStepKey(p)
	}
	w.keysBelow()
	return true
}

// isVerb tells the verb expect from the frame's key expect: it is the verb when the step has no other.
func (w *stepWalk) isVerb(p pair) bool {
	if !containsWord(stepKeyNames, p.key.Value) {
		return true
	}
	for _, other := range pairs(w.node) {
		if !containsWord(stepKeyNames, other.key.Value) {
			return false
		}
	}
	return true
}

func containsWord(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

func (r *reader) verbNames() []string {
	names := make([]string, len(r.voc.Verbs))
	for i, v := range r.voc.Verbs {
		names[i] = v.Name
	}
	return names
}

// key returns a frame key's value when it is there and not empty.
func (w *stepWalk) key(name string) (*yaml.Node, bool) {
	p, ok := w.keys[name]
	if !ok || reported(resolve(p.value)) {
		return nil, false
	}
	if isNull(resolve(p.value)) {
		w.problem(p.key, "empty-value", "", "%s has no value", name)
		return nil, false
	}
	return p.value, true
}

// before reads what is settled before the verb acts, and returns the scope in which it does.
func (w *stepWalk) before(outer *expr.Scope) *expr.Scope {
	s := w.step
	if n, ok := w.key("id"); ok {
		w.id(n)
	}
	inner := outer
	if n, ok := w.key("if"); ok {
		outer := w.aroundItems(outer)
		if s.If = w.decoder(outer).bare(n, outer, expr.Bool); s.If != nil {
			inner = outer.Child()
			inner.Prove(s.If)
		} else {
			inner = outer.Child()
			inner.Trusts = true
			w.broken = true // it would count as a step that always runs
		}
	}
	if n, ok := w.key("timeout"); ok { // the items of a forEach share it
		s.Timeout = w.decoder(inner).template(n, durationKind, nil)
		if s.Timeout.Constant() && s.Timeout.make.given && s.Timeout.make.static.Int() == 0 {
			w.problem(resolve(n), "bad-duration", "", "a timeout of 0 leaves no time at all")
		}
	}
	if n, ok := w.key("forEach"); ok {
		inner = w.forEach(n, inner)
	} else if p, ok := w.keys["as"]; ok {
		w.problem(p.key, "needs-key", "", "as names the items of a forEach, and there is none")
	}
	if n, ok := w.key("continueOnError"); ok {
		if v, ok := w.literal(n, reflect.TypeFor[bool](), nil); ok {
			s.ContinueOnError = v.(bool)
		}
	}
	if n, ok := w.key("name"); ok {
		if s.Title = w.decoder(inner).template(n, lineType, nil); s.Title.make.given {
			s.Name = resolve(n).Value
		}
		if s.Title.Constant() {
			s.Title = nil
		}
	}
	return inner
}

func (w *stepWalk) id(n *yaml.Node) {
	id := w.text(n)
	n = resolve(n)
	if id == "" {
		return
	}
	if bad := checkWord(id); bad != nil {
		w.fault(n, bad)
		return
	}
	if id == "start" || id == "now" {
		w.problem(n, "bad-name", "choose another id", "the id %q is taken: an await says from: %s", id, id)
		return
	}
	if first, twice := w.ids[id]; twice {
		w.problem(n, "duplicate-id", "", "the id %q is already that of the step in line %d", id, first.Line)
		w.lane.sc.Anything, w.lane.sc.Trusts = true, true // what later steps call this one, and the tests that name it
		return
	}
	w.ids[id] = w.at(n)
	w.trace.declared(UseStep, n, "a step", w.at(n))
	w.step.ID = id
}

// aroundItems is the scope of what is asked once for all items of a forEach.
func (w *stepWalk) aroundItems(outer *expr.Scope) *expr.Scope {
	p, ok := w.keys["forEach"]
	if !ok {
		return outer
	}
	as := "item"
	if name, ok := w.keys["as"]; ok {
		as = resolve(name.value).Value
	}
	outer = outer.Child()
	outer.Announce(as, "an item of the forEach, and if is asked once, before them all", w.at(p.key))
	return outer
}

func (w *stepWalk) forEach(n *yaml.Node, sc *expr.Scope) *expr.Scope {
	w.step.ForEach = w.decoder(sc).template(n, reflect.TypeFor[[]any](), nil)
	w.step.As = "item"
	elem := expr.Any
	if seen := w.step.ForEach.make.seen; seen != nil && seen.Kind == expr.KindList {
		elem = seen.Element()
	}
	at := w.at(n)
	if as, ok := w.key("as"); ok {
		name := w.text(as)
		at = w.at(as)
		if bad := checkName(name); bad != nil && name != "item" {
			w.fault(resolve(as), bad)
		} else if first, twice := w.names[name]; twice {
			w.problem(resolve(as), "duplicate-name", "choose another name", "the name %q is already %s in line %d", name, first.what, first.at.Line)
		} else {
			w.step.As = name
			w.trace.declared(UseName, resolve(as), "an item of a forEach", at)
		}
	}
	inner := sc.Child()
	inner.Declare(w.step.As, elem, nil, at)
	return inner
}

// leave tells the lane of the names that the step made.
func (w *stepWalk) leave() {
	s := w.step
	if s.If == nil && !s.ContinueOnError && s.ForEach == nil {
		w.lane.sc.Arrive(w.holds)
	}
	add := func(name string, typ *expr.Type, x *expr.Expr, at Pos) {
		if w.objects[at] != "" {
			own := *typ // what is told of it once changes it
			typ = &own
		}
		m := made{name: name, typ: w.listed(typ), guard: w.ifGuard(), late: w.lateGuard(x), at: at}
		if s.ContinueOnError {
			m.guard = m.guard.And(w.failedGuard(name, x))
		}
		w.lane.add(m)
	}
	for _, m := range w.nested {
		if s.ForEach != nil {
			w.lane.sc.Announce(m.name, "made for each item, and seen only inside the forEach", m.at)
			continue
		}
		m.guard = w.ifGuard().And(m.guard)
		if s.ContinueOnError {
			m.guard = m.guard.And(w.failedGuard(m.name, nil))
		}
		w.lane.add(m)
	}
	if w.inline != nil && w.verb.Binds {
		for _, f := range w.inline.Fields {
			add(f.Name, f.Type, nil, w.names[f.Name].at)
		}
	}
	for _, c := range s.Capture {
		add(c.Name, c.Expr.Type(), c.Expr, c.Pos)
	}
	w.lane.addLost(w.lost)
	if s.ID != "" {
		// Under continueOnError outputs are there as far as the step came.
		w.lane.add(made{"steps." + s.ID, w.listed(w.yields()), w.ifGuard(), &expr.Guard{Why: gotThatFar, Clauses: [][]string{{expr.RanProof(w.place())}}}, w.ids[s.ID]})
	}
	w.outputs[s] = w.yields()
}

func (w *stepWalk) listed(t *expr.Type) *expr.Type {
	if w.step.ForEach == nil {
		return t
	}
	return &expr.Type{Kind: expr.KindList, Elem: t}
}

// sourceLines are the step's lines in the file.
func (r *reader) sourceLines(n *yaml.Node) []string {
	first := n.Line - 1
	if first < 0 || first >= len(r.doc.lines) {
		return nil
	}
	end := first + 1
	for end < len(r.doc.lines) {
		line := r.doc.lines[end]
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if strings.TrimSpace(line) != "" && indent < n.Column-1 {
			break
		}
		end++
	}
	for end > first+1 && (strings.TrimSpace(r.doc.lines[end-1]) == "" || strings.HasPrefix(strings.TrimSpace(r.doc.lines[end-1]), "#")) {
		end--
	}
	return r.doc.lines[first:end:end]
}
