package schema

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"callflow/schema/expr"
)

// The states of a call that its events pass through once: the first at its beginning, the other at its end. Every other
// state may be stated several times.
const (
	stateIncoming = "incoming"
	stateEnded    = "terminated"
)

// flow checks what only the whole plan can show: stale awaits, and awaits that nothing can satisfy. Of a plan that lacks
// steps it looks only at what expressions say by themselves.
func flow(p *Plan, voc *Vocabulary, whole bool, uses func(file, name string) bool) Problems {
	w := &flowWalk{voc: voc, whole: whole, rows: p.Rows, constants: constantsOf(p), others: map[string]party{}, captured: map[string]party{}}
	c := &course{known: map[string]thing{}}
	w.block(p.Steps, c)
	for _, x := range p.Never {
		if !w.hopeless(awaitedEvent{"", x}, c) && whole {
			w.idleNever(x, p)
		}
	}
	c.taken, c.ended = nil, nil // where the steps broke off is not known
	w.doubt++
	w.block(p.Finally, c)
	if whole {
		w.unanswered()
		w.nobodyDials(p)
		w.unseen(p, uses)
		w.unreachable(p.Steps, nil, nil)
		w.unreachable(p.Finally, nil, nil)
		w.tooShort(p)
		w.idleFaults(p)
	}
	return w.problems
}

// flowWalk goes through a plan in the order of its steps.
type flowWalk struct {
	voc      *Vocabulary
	whole    bool // no step is missing
	rows     []Row
	problems Problems
	within   string // the includes that are being walked, by their paths
	beside   int    // how many branches are around
	doubt    int    // how many steps are around that may leave out what is in them, or bear that it fails
	open     []open // steps that went on before their outcome
	looks    []look
	since    int     // how many of them come before the branches that are being walked
	cutOff   []*Step // those of which hangup-in-transfer has told

	early          []early
	answered       map[string]*Step // by the key of a call: the first step that answers, rejects or redirects it
	answeredBeside bool             // some step in a branch does

	constants map[string]constant
	others    map[string]party // by the key of a call between two: who is on it besides the bot
	captured  map[string]party // by file and name
}

// course is what has happened before a step, on its branch.
type course struct {
	acts    []act
	known   map[string]thing // what names and steps.<id>.call.id stand for
	sources bool             // something is there that events can come from
	// By the key of a call; changed by copying.
	lasts    map[string]*Step // the last step on it whose effect goes on, see Verb.Lasts
	meetings map[string]*Step // the step that put it into meeting mode
	up       map[string]*Step // the step that brought it up; it is so still
	incoming map[string]*Step // the step that claimed it while it was incoming; nothing can have answered it since
	taken    map[string]*Step // the step that answered it
	ended    map[string]ending
	waiting  map[string]*Step // the last step on it that went on before its outcome, and nothing was waited for since
}

// act is a step that asked the service to act on a call.
type act struct {
	step *Step
	call thing
}

// thing is a call or an operation that some step made, saw, or was told of. Equal keys are the same thing.
type thing struct {
	kind string // call, operation, or "" when it is only a value
	key  string
	step *Step // that made it known
	made bool  // by that step
}

func (c *course) fork() *course {
	return &course{acts: c.acts[:len(c.acts):len(c.acts)], known: maps.Clone(c.known), sources: c.sources, lasts: c.lasts,
		meetings: c.meetings, up: c.up, incoming: c.incoming, taken: c.taken, ended: c.ended, waiting: c.waiting}
}

func (w *flowWalk) block(b Block, c *course) {
	for i, s := range b {
		if s.Verb != nil && w.whole {
			w.sleeps(s, b[i+1:], c)
		}
		w.step(s, c)
	}
}

func (w *flowWalk) step(s *Step, c *course) {
	if s.Verb == nil {
		return
	}
	sure := c.fork()
	outputs := map[string]thing{}
	if mayBeLeftOut(s) {
		w.doubt++
	}
	w.nested(s, c)
	if s.Include != nil {
		w.include(s, c, outputs)
	}
	if mayBeLeftOut(s) {
		w.doubt--
	}
	if mayBeLeftOut(s) {
		c.taken, c.ended, c.meetings = sure.taken, sure.ended, sure.meetings // its inner steps may not have run
	}
	w.tooBrief(s)
	call, hasCall := c.callOf(s)
	if w.whole {
		w.wrongIDs(s, c)
	}
	w.goesOn(s, call, hasCall, c)
	w.looksAt(s, call, hasCall, c)
	switch s.Verb.Role {
	case Watches:
		if !w.hopelessIn(s, c) && w.whole {
			w.await(s, c)
		}
		c.sources = true
	case Acts:
		c.sources = true
		if s.Verb.Creates {
			call, hasCall = thing{kind: "call", key: w.own("call", s), step: s, made: true}, true
			w.meets(s, call)
		}
		if hasCall && (s.Verb.Harmless == nil || !s.Verb.Harmless(s.Params.Static())) {
			c.acts = append(c.acts, act{s, call})
		}
		w.legs(s, call, hasCall, c)
		w.meeting(s, call, hasCall, c)
		w.answers(s, call, hasCall, c)
		w.over(s, call, hasCall, c)
		w.leftOpen(s, call, c)
	}
	w.calls(s, call, hasCall, c)
	w.bind(s, c, call, outputs)
}

// nested walks the steps within a step's parameters. Branches do not see each other's.
func (w *flowWalk) nested(s *Step, c *course) {
	start := c.fork()
	if w.beside == 0 {
		w.since = len(w.looks)
	}
	var branches []*course
	for _, inner := range s.Inner {
		if !inner.Beside {
			w.block(inner.Steps, c)
			continue
		}
		branch := start.fork()
		branch.sources = branch.sources || actingStep(s) // the others may be the source
		before := len(branch.acts)
		w.beside++
		w.block(inner.Steps, branch)
		w.beside--
		c.acts = append(c.acts, branch.acts[before:]...)
		c.sources = c.sources || branch.sources
		for key, s := range branch.up {
			c.comesUp(key, s)
		}
		for name, t := range branch.known {
			c.known[name] = t
		}
		branches = append(branches, branch)
	}
	if branches != nil {
		c.join(start, branches)
	}
}

// innerSteps finds the steps within a step's parameters.
func innerSteps(s *Step) (inner []Inner) {
	static := staticParams(s)
	if !static.IsValid() {
		return nil
	}
	for _, f := range structureOf(s.Verb.Params).fields {
		switch v := static.FieldByIndex(f.index).Interface().(type) {
		case Block:
			inner = append(inner, Inner{Steps: v})
		case *Step:
			if v != nil {
				inner = append(inner, Inner{Steps: Block{v}})
			}
		case Map[Block]:
			for _, e := range v {
				inner = append(inner, Inner{e.Value, true})
			}
		}
	}
	return inner
}

// staticParams is the struct of what a step's parameters say literally; it is not to be changed.
func staticParams(s *Step) reflect.Value {
	if s.Params == nil || s.Verb.Params == nil || s.Verb.Params.Kind() != reflect.Struct {
		return reflect.Value{}
	}
	return s.Params.make.static
}

// acting says that steps act on a call, or claim an incoming one.
func acting(b Block) bool {
	for _, s := range b {
		if s.Verb != nil && actingStep(s) {
			return true
		}
	}
	return false
}

func actingStep(s *Step) bool {
	if s.Verb.Role == Acts || s.Include != nil && acting(s.Include.Steps) {
		return true
	}
	for _, e := range awaited(s) {
		if e.claimsIncoming() {
			return true
		}
	}
	for _, inner := range s.Inner {
		if acting(inner.Steps) {
			return true
		}
	}
	return false
}

// bind remembers what a step's outputs and captured names stand for; outputs may hold some already.
func (w *flowWalk) bind(s *Step, c *course, call thing, outputs map[string]thing) {
	if s.ForEach != nil {
		return // its names are lists
	}
	if call.key != "" {
		outputs["call.id"] = call
	}
	if s.Verb.Operates {
		outputs["operation.id"] = thing{kind: "operation", key: w.own("operation", s), step: s, made: true}
	}
	for _, e := range awaited(s) {
		f := w.facts(s, e, c)
		if f.call.key == "" {
			f.call = thing{kind: "call", key: w.own("call seen", s) + " " + e.part, step: s}
		}
		w.callers(s, e, f.call)
		if f.operation.key == "" {
			f.operation = thing{kind: "operation", key: w.own("operation seen", s) + " " + e.part, step: s}
		}
		outputs[e.prefix()+"call.id"], outputs[e.prefix()+"operation.id"] = f.call, f.operation
	}
	if s.ID != "" {
		for path, t := range outputs {
			c.known["steps."+s.ID+"."+path] = t
		}
	}
	for _, capture := range s.Capture {
		if t, ok := outputs[capture.Expr.Tree().Path]; ok {
			c.known[capture.Name] = t
		}
	}
	if s.Verb.Binds && s.Params != nil && s.Params.node != nil {
		for _, p := range pairs(resolve(s.Params.node)) {
			if m := wholeReference.FindStringSubmatch(resolve(p.value).Value); m != nil {
				if t, ok := c.known[m[1]]; ok {
					c.known[p.key.Value] = t
				}
			}
		}
	}
}

// awaitedEvent is an expression that an event must match.
type awaitedEvent struct {
	part string
	*expr.Expr
}

func (e awaitedEvent) prefix() string {
	if e.part == "" {
		return ""
	}
	return e.part + "."
}

// claimsIncoming says that the expression asks for an incoming call that nobody has yet (design, "Routing").
func (e awaitedEvent) claimsIncoming() bool {
	for _, n := range e.Tree().Conjuncts() {
		if path, value := comparedWith(n); path == "call.state" && n.Op == "==" && value.Literal == stateIncoming {
			return true
		}
	}
	return false
}

// awaited returns the expressions of a verb that claims events, one for each event. Verbs that see only new ones have no
// parameter that names a step.
func awaited(s *Step) (events []awaitedEvent) {
	static := staticParams(s)
	if s.Verb.Role != Watches || !static.IsValid() || sinceField(s.Verb) == nil {
		return nil
	}
	for _, f := range structureOf(s.Verb.Params).fields {
		if f.scope != "event" || !f.short && partsFieldNamed(s.Verb, f.name) == nil {
			continue
		}
		switch v := static.FieldByIndex(f.index).Interface().(type) {
		case *expr.Expr:
			if v != nil {
				events = append(events, awaitedEvent{"", v})
			}
		case Map[*expr.Expr]:
			for _, e := range v {
				if e.Value != nil {
					events = append(events, awaitedEvent{e.Key, e.Value})
				}
			}
		}
	}
	return events
}

func partsFieldNamed(v *Verb, name string) *field {
	for _, p := range v.PartsFields {
		if f := partsField(v, p); f != nil && f.name == name {
			return f
		}
	}
	return nil
}

// sinceField is the parameter that says from which step on events count.
func sinceField(v *Verb) *field {
	for _, f := range structureOf(v.Params).fields {
		if f.step {
			return f
		}
	}
	return nil
}

// eventFacts are what is known of every event that an expression matches.
type eventFacts struct {
	call, operation thing
	states          []string // the only ones; nil: any, or none stated; empty: none is left
	kinds           []string // what the event must be about, see subjects; each once
}

// facts are those of an event that a step claims: what its parameters fix, and what the expression does.
func (w *flowWalk) facts(s *Step, e awaitedEvent, c *course) eventFacts {
	f := stated(e, c)
	if f.call.key == "" {
		f.call, _ = c.callOf(s)
	}
	if f.operation.key == "" {
		f.operation, _ = c.operationOf(s)
	}
	return f
}

// stated are the facts that an expression fixes.
func stated(e awaitedEvent, c *course) (f eventFacts) {
	for _, n := range e.Tree().Conjuncts() {
		path, value := comparedWith(n)
		switch {
		case path == "call.id" && n.Op == "==":
			f.call = c.valueOf(value)
		case path == "operation.id" && n.Op == "==":
			f.operation = c.valueOf(value)
		case path == "call.state":
			words := wordsOf(n.Op, value)
			if f.states == nil {
				f.states = words
			} else if words != nil {
				f.states = slices.DeleteFunc(f.states, func(s string) bool { return !containsWord(words, s) })
			}
		}
		for _, kind := range subjects(n) {
			if !containsWord(f.kinds, kind) {
				f.kinds = append(f.kinds, kind)
			}
		}
	}
	return f
}

// comparedWith takes a comparison apart: a path of the event, and what it is compared with.
func comparedWith(n *expr.Node) (path string, value *expr.Node) {
	if n.Op == "==" || n.Op == "in" {
		for i, side := range n.Parts {
			switch side.Path {
			case "call.id", "operation.id", "call.state":
				if n.Op == "==" || i == 0 {
					return side.Path, n.Parts[1-i]
				}
			}
		}
	}
	return "", nil
}

// subjects are what an event must be about for a conjunct to hold: operation, participants, tone, or call when more of
// the call than its id is asked for.
func subjects(n *expr.Node) (about []string) {
	switch n.Op {
	case "path", "name":
		if n.Path == "" {
			break
		}
		switch top := expr.TopOf(n.Path); top {
		case "operation", "participants", "tone", "sharing", "participantJoining", "participantLeft":
			return []string{top}
		case "call":
			if n.Path != "call" && n.Path != "call.id" {
				return []string{top}
			}
		}
		return nil
	case "each":
		switch n.Each.Name {
		case "any", "all", "none", "one", "count":
			return subjects(n.Each.List)
		}
		return nil
	case "index", "call":
	case "==", "!=", "<", "<=", ">", ">=", "in", "matches", "contains", "startsWith", "endsWith", "not in", "not matches", "not contains", "not startsWith", "not endsWith":
	default:
		return nil // it may hold when a part of it is absent
	}
	for _, p := range n.Parts {
		if n.Op == "==" && p.Op == "literal" && p.Literal == nil {
			return nil // there when it is absent
		}
		about = append(about, subjects(p)...)
	}
	return about
}

func (c *course) valueOf(n *expr.Node) thing {
	if n.Path != "" {
		return c.at(n.Path)
	}
	if s, ok := n.Literal.(string); ok {
		return c.named(s)
	}
	return thing{key: fmt.Sprintf("value at %d", n.From)}
}

func wordsOf(op string, value *expr.Node) (words []string) {
	nodes := []*expr.Node{value}
	if op == "in" {
		nodes = value.Parts
	}
	for _, n := range nodes {
		word, ok := n.Literal.(string)
		if !ok {
			return nil
		}
		words = append(words, word)
	}
	return words
}

func (w *flowWalk) report(e *expr.Expr, code, hint, format string, args ...any) {
	line, _, _ := strings.Cut(e.Text(), "\n")
	w.problems = append(w.problems, Problem{
		Pos: e.Pos(), Len: utf8.RuneCountInString(line), Code: code, Severity: SeverityError, Text: fmt.Sprintf(format, args...), Hint: hint,
	})
}
